"""`strowger town`: the people around a simulated card, from a terminal: try the box without hardware.

strowger town                          telephones, what they show and hear; ways in; numbers of the town
strowger town lift 8001
strowger town dial 8001 8002           keys, as sound
strowger town flash 8001
strowger town hang-up 8001
strowger town call e1a 66778001        somebody of the town calls; --from says who
strowger town end 1                    he hangs up
strowger town hear 8001                what it hears, by this machine's sound, until ^C
strowger town traffic 120              so many call by themselves, each hour; 0: nobody
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

from core import look
from core.api.client import Asker
from core.texts import _
from hw.card import HardwareError

HEAR = "hear"
ASK_S = 0.25

ACTS = {
    "lift": ("town.lift", ("telephone",)),
    "hang-up": ("town.hang_up", ("telephone",)),
    "flash": ("town.flash", ("telephone",)),
    "dial": ("town.dial", ("telephone", "digits")),
    "call": ("town.call", ("way", "number")),
    "end": ("town.end", ("call",)),
    "traffic": ("town.traffic", ("calls_per_hour",)),
    HEAR: ("town.hear", ("telephone",)),
}
FORMS = {
    "dial": "TELEPHONE DIGITS",
    "call": "WAY [NUMBER]",
    "end": "CALL",
    "traffic": "CALLS",
}
"""What stands behind the word; a TELEPHONE where nothing else is said."""
NUMBERS = ("end", "traffic")


def arguments(parser: argparse.ArgumentParser) -> None:
    look.arguments(parser)
    parser.add_argument("act", nargs="?", choices=ACTS, help=_("what is done; without it: who is there"))
    parser.add_argument(
        "words",
        nargs="*",
        metavar="NAME",
        help=_("telephone and digits, or way in and number, or call, or calls an hour"),
    )
    parser.add_argument("--from", dest="caller", default="62000001", metavar="NUMBER", help=_("who of the town calls"))


def player(law: str) -> list[str] | None:
    """A command that plays G.711 as it comes in; None: this machine has none."""
    alsa, others, sox = {"a": ("A_LAW", "alaw", "al"), "mu": ("MU_LAW", "ulaw", "ul")}[law]
    commands = (
        ["paplay", "--raw", f"--format={others}", "--rate=8000", "--channels=1"],
        ["aplay", "-q", "-t", "raw", "-f", alsa, "-r", "8000", "-c", "1"],
        ["play", "-q", "-t", sox, "-r", "8000", "-c", "1", "-"],
    )
    return next((command for command in commands if shutil.which(command[0])), None)


def silent() -> HardwareError:
    """What is said where there is no player."""
    return HardwareError(_("nothing on this machine plays sound"), action=_("install alsa-utils"))


def hear(box: Asker, telephone: str) -> int:
    """Until ^C, or the box or the player has gone."""
    law = box.ask("town.hear", telephone=telephone)["law"]
    command = player(law)
    if command is None:
        raise silent()
    # without a buffer: nothing is left to be written to a player that has gone
    hearing = subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0)
    with hearing as playing, suppress(KeyboardInterrupt, BrokenPipeError):
        assert playing.stdin is not None
        while playing.poll() is None:
            time.sleep(ASK_S)
            playing.stdin.write(base64.b64decode(box.ask("town.hear", telephone=telephone)["samples"]))
    if playing.returncode:
        raise HardwareError(
            _("{player} ended with status {status}").format(player=command[0], status=playing.returncode),
            action=_("see whether this machine has a sound card"),
        )
    return 0


def row(telephone: dict[str, Any]) -> tuple[str, ...]:
    state = _("off hook") if telephone["off_hook"] else _("rings") if telephone["rings"] else ""
    hears = telephone["words"] or telephone["hears"].replace("_", " ")
    return telephone["number"], state, telephone["shows"], hears, _("lamp") if telephone["lamp"] else ""


def wrong(act: str, words: list[str]) -> bool:
    """Too few or too many words for the act, or no number where one is wanted."""
    least = {"call": 1}.get(act, len(ACTS[act][1]))
    in_number = least <= len(words) <= len(ACTS[act][1])
    return not in_number or (act in NUMBERS and not (words[0].isdecimal() and words[0].isascii()))


def run(options: argparse.Namespace) -> int:
    if options.act is not None and wrong(options.act, options.words):
        form = FORMS.get(options.act, "TELEPHONE")
        print(_("strowger: it is: strowger town {act} {form}").format(act=options.act, form=form), file=sys.stderr)
        print("  " + _("strowger town lists telephones and ways in"), file=sys.stderr)
        return 2
    with Asker(options.socket) as box:
        if options.act is None:
            town = box.ask("town.list")
            rows = [row(one) for one in town["telephones"]]
            look.show(options, town, (_("telephone"), "", _("shows"), _("hears"), ""), rows)
            if not options.json:
                print(_("ways in: {names}").format(names=", ".join(town["ways"])))
                print(_("people: {names}").format(names=", ".join(town["people"])))
                print(_("by themselves: {calls_per_hour} calls an hour to {number}").format(**town["traffic"]))
            return 0
        if options.act == HEAR:
            return hear(box, options.words[0])
        method, names = ACTS[options.act]
        params: dict[str, object] = dict(zip(names, options.words, strict=False))
        if options.act == "call":
            params["caller"] = options.caller
        elif options.act in NUMBERS:
            params = {names[0]: int(options.words[0])}
        answer = box.ask(method, **params)
        if "call" in answer:
            print(json.dumps(answer) if options.json else _("call {call}").format(call=answer["call"]))
    return 0
