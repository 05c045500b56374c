"""A recording heard on the machine itself, by whatever plays sound there.

Opus and A-law become plain samples first, so that any of the players will do. What it does not: play what is encrypted;
who has the private key decrypts it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import soundfile

from core.texts import _
from hw.card import HardwareError

PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"), ("play", "-q"))
"""PipeWire, PulseAudio, ALSA, sox: the first that is there."""


def play_here(path: Path) -> None:
    """Returns when it has been heard. HardwareError: nothing here plays sound, or this cannot be played."""
    player = next((command for command in PLAYERS if shutil.which(command[0])), None)
    if player is None:
        raise HardwareError(
            _("nothing on this machine plays sound"), action=_("install alsa-utils, or name a station to hear it by")
        )
    plain = path.with_suffix(".plain.wav")
    try:
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        why = _("{file} cannot be played: {why}").format(file=path.name, why=error)
        raise HardwareError(why, action=_("decrypt it first, if it is encrypted")) from error
    soundfile.write(plain, samples, rate, subtype="PCM_16")
    done = subprocess.run([*player, str(plain)])
    if done.returncode:
        raise HardwareError(
            _("{player} ended with status {status}").format(player=player[0], status=done.returncode),
            action=_("see whether this machine has a sound card"),
        )
