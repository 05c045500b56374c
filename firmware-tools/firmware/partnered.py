"""The tests that need somebody at the other side, as the command line asks for them: who that is, and on which lines.

    strowger test hang-up 9 --own 66778801                        a person, who is told what to do
    strowger test digits 9 --partner 10 --number 66778802         another line of the box, by its channel
    strowger test caller-id line1 --partner e1a/4                 lines by their names in the configuration
    strowger test ring 1                                          a person at the telephone
    strowger test keys 1 --partner 9                              a cord from the trunk's port 9 to the telephone's

What is said to a person goes to `sink`, so that --json has the verdict alone. On the simulated card the partner is the
next trunk, or the telephone that is plugged in.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TextIO

from core.texts import _
from firmware.bench import Bench, Ended, refusal
from firmware.catalogue import TESTS, Subject
from firmware.lines import There, configured, on_bench, subject
from firmware.opening import opened, town_number
from firmware.pair_tests import Pair, caller_id, digits, hang_up, level
from firmware.partner import OtherLine, Partner, ToldPartner
from firmware.setup.dialogue import Dialogue
from firmware.setup.plain import Plain
from firmware.station_tests import TESTS as AT_TELEPHONE
from firmware.station_tests import CordHand, Hand, ToldHand
from firmware.verdict import Verdict
from hw.card import ChannelKind, HardwareError, channels
from hw.signalling.analog.profile import LineProfile, read_profile
from hw.signalling.line import LineKind
from hw.sim.card import SimCard
from hw.sim.telephone import Telephone

Asked = Callable[[], Dialogue]
"""Gives the dialogue with a person."""

_PAIRED: dict[str, Callable[[Pair], Awaitable[Verdict]]] = {
    "hang-up": hang_up,
    "caller-id": caller_id,
    "digits": digits,
}


def wrong(options: argparse.Namespace) -> str:
    """Why it cannot be asked so; "": it can."""
    if TESTS[options.test].subject is Subject.STATION:
        return ""
    named = [name for name in (options.subject, options.partner) if name and not name.isdecimal()]
    if named and len(named) < 1 + bool(options.partner):
        return _("Give both lines by their channels, or both by their names in the configuration.")
    if options.partner and options.partner == options.subject:
        return _("The partner is another line than the one that is tested.")
    if options.partner and not (options.own or options.number or options.simulated or named):
        return _("How do the lines reach each other? --number is the partner's, --own that of the line itself.")
    return ""


async def made(options: argparse.Namespace, sink: TextIO = sys.stderr) -> Verdict:
    """Whatever goes wrong is its verdict. ProfileError: the profile cannot be used."""
    if options.subject.isdecimal():
        profile = read_profile(options.profile) if options.profile else LineProfile()
        async with opened(options.simulated) as bench, on_bench(bench, profile) as there:
            return await make(there, bench, options, partial(_dialogue, options, sink))
    try:
        async with configured(options.config, options.data, options.simulated) as there:
            return await make(there, None, options, partial(_dialogue, options, sink))
    except HardwareError as refused:
        return refusal(options.test, subject(options.subject), refused)


async def make(there: There, bench: Bench | None, options: argparse.Namespace, person: Asked) -> Verdict:
    """bench None: the lines are the configuration's. person: asked for when somebody is to do something."""
    try:
        if TESTS[options.test].subject is Subject.STATION:
            return await _at_telephone(there, bench, options, person)
        return await _paired(there, bench, options, person)
    except Ended as ended:
        return ended.verdict
    except HardwareError as refused:
        return refusal(options.test, subject(options.subject), refused)


async def _paired(there: There, bench: Bench | None, options: argparse.Namespace, person: Asked) -> Verdict:
    test, name, partner = TESTS[options.test], options.subject, options.partner
    attended = await there.attended(test.name, name)
    if attended.line.kind is not LineKind.TRUNK:
        raise Ended(_other_kind(test.name, name, ChannelKind.STATION, ChannelKind.TRUNK))
    number = options.number or there.numbers.get(partner, "")
    own = options.own or there.numbers.get(name, "")
    if bench is not None and isinstance(bench.card, SimCard):
        partner = partner or str(_next_trunk(bench, int(name)))
        number = number or town_number(bench.card, int(partner))
        own = own or town_number(bench.card, int(name))
    with_whom = await _partner(there, test.name, partner, person)
    pair = Pair(subject(name), attended, with_whom, number, own)
    if test.name == "level":
        return await level(pair, test.long_s / 10 if options.long else test.short_s / 10)
    return await _PAIRED[test.name](pair)


async def _partner(there: There, test: str, name: str, person: Asked) -> Partner:
    if name:
        return OtherLine(await there.attended(test, name), there.nursery)
    return ToldPartner(person())


async def _at_telephone(there: There, bench: Bench | None, options: argparse.Namespace, person: Asked) -> Verdict:
    test, name = options.test, options.subject
    if bench is not None:
        bench.open(test, int(name), ChannelKind.STATION).close()
    async with _hand(there, bench, options, person) as hand:
        attended = await there.attended(test, name)
        if attended.line.kind is not LineKind.STATION:
            raise Ended(_other_kind(test, name, ChannelKind.TRUNK, ChannelKind.STATION))
        try:
            return await AT_TELEPHONE[test](subject(name), attended, hand)
        finally:
            attended.line.release()


@asynccontextmanager
async def _hand(there: There, bench: Bench | None, options: argparse.Namespace, person: Asked) -> AsyncIterator[Hand]:
    """Ended: there is no such trunk, or it is in use."""
    if bench is not None and options.partner:
        channel = bench.open(options.test, int(options.partner), ChannelKind.TRUNK)
    elif bench is not None and isinstance(bench.card, SimCard):
        channel = bench.card.far(int(options.subject))
    else:
        telephone = there.telephones.get(options.subject)
        yield CordHand(telephone) if telephone is not None else ToldHand(person())
        return
    try:
        yield CordHand(Telephone(bench.plane, channel, name=subject(str(channel.info.number))))
    finally:
        channel.close()


def _dialogue(options: argparse.Namespace, sink: TextIO) -> Plain:
    return Plain(sink=sink, threaded=not options.simulated)


def _next_trunk(bench: Bench, number: int) -> int:
    """The trunk after this one; after the last, the first."""
    trunks = [info.number for info in channels(bench.card.spans(), ChannelKind.TRUNK)]
    return next((other for other in trunks if other > number), trunks[0])


def _other_kind(test: str, name: str, kind: ChannelKind | None, wanted: ChannelKind) -> Verdict:
    fills = {"kind": kind.value if kind else "-", "wanted": wanted.value}
    return Verdict(test, subject(name), "TEST-OTHER-KIND", fills=fills)
