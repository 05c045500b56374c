"""`strowger test`: tests of spans and analog lines, each with a verdict, a code and the next step.

    strowger test                             the tests there are
    strowger test span 1                      alarm of span 1
    strowger test bit-error 1 --long          over a loop plug, for a minute
    strowger test bit-error 1 --loop card     over the card's own loop
    strowger test echo 63                     of the analog line on channel 63
    strowger test hang-up 9 --own 66778801     with somebody at the other side (partnered.py)
    strowger test span 1 --simulated          on the simulated card, for training

A channel is open once. Where a box runs that has the line, it makes the test itself (by_box.py), and its other calls go
on; of its spans only the alarms and counters can be looked at meanwhile. Exit code 0: PASS, 1: FAIL or ABORT, 2: used
wrongly.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import trio

from core.daemon import DATA
from core.given import key
from core.texts import _
from firmware import by_box, partnered
from firmware.bench import Bench
from firmware.catalogue import TESTS, Subject
from firmware.opening import opened
from firmware.outcome import Outcome
from firmware.span_tests import bit_error, counters, looped, span_alarm
from firmware.trunk_tests import battery, busy_tone, dial_tone, echo, noise
from firmware.verdict import Verdict, told
from hw import virtual_time
from hw.card import HardwareError, SpanLoop
from hw.signalling.analog.profile import ProfileError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "test", nargs="?", choices=list(TESTS), metavar="TEST", help=_("one of {names}").format(names=", ".join(TESTS))
    )
    parser.add_argument(
        "subject",
        nargs="?",
        metavar="SPAN|CHANNEL|LINE",
        help=_("as strowger card lists them; or a line's name"),
    )
    parser.add_argument("--long", action="store_true", help=_("the long form of the test"))
    parser.add_argument("--loop", choices=("card", "plug"), help=_("which loop; loop: card, bit-error: plug"))
    parser.add_argument(
        "--digit", type=key, default="1", help=_("noise, echo: the digit that ends the dial tone (default 1)")
    )
    parser.add_argument("--own", default="", metavar="NUMBER", help=_("the line's own number"))
    parser.add_argument(
        "--partner", default="", metavar="CHANNEL|LINE", help=_("another line of the box, not a person")
    )
    parser.add_argument("--number", default="", metavar="NUMBER", help=_("of the partner: it is called"))
    parser.add_argument("--profile", type=Path, metavar="FILE", help=_("what an analog line is like (strowger setup)"))
    parser.add_argument(
        "--config", type=Path, default=Path("/etc/strowger"), metavar="DIR", help=_("of the lines' names")
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help=_("data of the box (default: %(default)s)")
    )
    by_box.arguments(parser)
    parser.add_argument("--simulated", action="store_true", help=_("on the simulated card, for training"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON object"))


def run(options: argparse.Namespace) -> int:
    if options.test is None:
        show_tests(options.json)
        return 0
    on = TESTS[options.test].subject
    facts = None
    if options.subject is not None and on is not Subject.SPAN and not options.simulated:
        facts = by_box.made(options)
    if facts is None:
        if wrong := used_wrongly(options):
            print(wrong)
            return 2
        facts = by_itself(options)
    print(json.dumps(facts, ensure_ascii=False) if options.json else "\n".join(told(facts)))
    return 0 if facts["outcome"] == Outcome.PASS.value else 1


def used_wrongly(options: argparse.Namespace) -> str:
    """Why it cannot be asked so while no box runs; "": it can."""
    on = TESTS[options.test].subject
    if options.subject is None or (on in (Subject.SPAN, Subject.TRUNK) and not options.subject.isdecimal()):
        if on is Subject.SPAN:
            return _("Which span? strowger card lists them.")
        return _("Which channel? strowger card --channels lists them.")
    return partnered.wrong(options) if on in (Subject.LINE, Subject.STATION) else ""


def by_itself(options: argparse.Namespace) -> Mapping[str, Any]:
    """The facts of the verdict, by a card or a house of its own."""
    with_lines = TESTS[options.test].subject in (Subject.LINE, Subject.STATION)
    program = virtual_time.run if options.simulated else trio.run
    try:
        verdict: Verdict = program(partnered.made if with_lines else made, options)
    except ProfileError as wrong_file:
        raise HardwareError(str(wrong_file), action=wrong_file.remedy) from None
    return verdict.facts()


def show_tests(as_json: bool) -> None:
    if as_json:
        facts = [
            {
                "test": test.name,
                "on": test.subject.value,
                "short_s": test.short_s,
                "long_s": test.long_s,
                "text": _(test.text),
            }
            for test in TESTS.values()
        ]
        print(json.dumps({"tests": facts}, ensure_ascii=False))
        return
    for test in TESTS.values():
        print(f"{test.name:10} {test.subject.value:7} {_(test.text)}")


async def made(options: argparse.Namespace) -> Verdict:
    """The test on a card that lives as long as it."""
    async with opened(options.simulated) as bench:
        return await make(bench, options)


async def make(bench: Bench, options: argparse.Namespace) -> Verdict:
    number, test = int(options.subject), TESTS[options.test]
    seconds = test.long_s if options.long else test.short_s
    match test.name:
        case "span":
            return await span_alarm(bench, number)
        case "counters":
            return await counters(bench, number, seconds)
        case "loop":
            return await looped(bench, number, seconds, SpanLoop.OPEN if options.loop == "plug" else SpanLoop.LOCAL)
        case "bit-error":
            loop = SpanLoop.LOCAL if options.loop == "card" else SpanLoop.OPEN
            return await bit_error(bench, number, seconds, loop)
        case "battery":
            return await battery(bench, number)
        case "dial-tone":
            return await dial_tone(bench, number)
        case "noise":
            return await noise(bench, number, seconds, options.digit)
        case "echo":
            return await echo(bench, number, seconds, options.digit)
        case _:
            return await busy_tone(bench, number, options.own)
