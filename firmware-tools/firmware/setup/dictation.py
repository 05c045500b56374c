"""Words spoken into a telephone of the house: it rings, and what is said after the tone is taken down.

    place ── lifted ── tone ── words ── #, or hung up ── samples

What it does not: level or keep them (core/prompts/store.py does). How time flows: by the plane; LONGEST_S at most.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import soundfile
import trio

from core.texts import _
from firmware.calls import ANSWER_S, Attended
from firmware.setup.house import House
from hw.card import HardwareError
from hw.clips import Clip
from hw.ear import Ear
from hw.levels import RATE
from hw.signalling.line import Call, Established, Released
from hw.sim.telephone import Telephone
from hw.speech import speech
from hw.tones import Tone, sine
from hw.wave import Samples

LONGEST_S = 60.0
END, END_MS = "#", 150
"""The key that ends it, and its sound, which is cut off."""


async def dictated(house: House, number: str, trained: str = "") -> Samples:
    """trained: what the simulated telephone says. HardwareError: nobody lifts, or nothing is said."""
    plane = house.hardware.plane
    attended = Attended(house.line(number), plane)
    attended.line.place(Call(number, complete=True, ring="internal"))
    town = next(iter(house.hardware.towns.values()), None)
    simulated = town.telephones[number] if town is not None else None
    if simulated is not None:
        await simulated.rung(within=10.0)
        simulated.lift()
    try:
        if not await attended.until(lambda: attended.of(Established), ANSWER_S):
            text = _("telephone {number} was not lifted").format(number=number)
            raise HardwareError(text, action=_("see that it rings, and try again"))
        await trio.sleep(1.0)
        port = attended.line.port
        await plane.play(port, [Tone([sine(950, dbm0=-15, ms=400)])]).wait()
        attended.line.listen(Ear.DTMF)
        return await _taken(attended, port, simulated, trained)
    finally:
        attended.line.listen(Ear(0))
        if simulated is not None:
            simulated.hang_up()
        await attended.over()


async def _taken(attended: Attended, port: int, simulated: Telephone | None, trained: str) -> Samples:
    plane = attended.plane
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "greeting.wav"
        recording = await plane.record(port, path)
        if simulated is not None:
            await simulated.speak(Clip(speech(trained or "greeting")))
            await simulated.dial(END)
        await attended.until(lambda: END in attended.keys or attended.of(Released), LONGEST_S)
        if recording.result is None:
            plane.record_stop(port)
        await recording.closed()
        samples, _rate = soundfile.read(path, dtype="int16", always_2d=True)
    cut = END_MS * RATE // 1000 if END in attended.keys else 0
    said: Samples = np.ascontiguousarray(samples[: len(samples) - cut, 0])
    if len(said) < RATE // 2:
        raise HardwareError(_("nothing was said"), action=_("speak after the tone, and end with #"))
    return said
