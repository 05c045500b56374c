"""Tests on lines that the running box has lent: on its plane and its cards, beside its calls.

    facts = await made(hardware, Order("echo", "line1"))        by core/line_tests.py, which finds this module by name

The tests are those of the bench (trunk_tests.py) and of lines that call (partnered.py). A line that calls is made anew,
as the configuration has it, among lines that are the test's own. A person is told and asked by whoever has asked for
the test (core/testing_talk.py). What it does not: block, close and open the box's lines (core/lending.py), or test
spans.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import trio

from core.config.model.box import Box
from core.config.model.stations import Station
from core.config.model.trunks import Trunk
from core.hardware import Hardware
from core.line_tests import LearnOrder, Order
from core.lines import Lines
from core.testing_talk import PROGRESS, Talk
from core.texts import _
from firmware import partnered
from firmware.bench import Bench
from firmware.catalogue import TESTS, Subject
from firmware.lines import There
from firmware.setup.dialogue import Mark
from firmware.setup.house import probing
from firmware.setup.learning import Learned, among_themselves, with_help
from firmware.setup.question import Question
from firmware.setup.steps import Step
from firmware.test_command import make
from firmware.tune import TUNE, tune
from firmware.verdict import Verdict
from hw.signalling.analog.probe import Probe
from hw.signalling.line import Line
from hw.sim.card import SimCard


def wrong(order: Order) -> str:
    if order.test == TUNE:
        return ""
    test = TESTS.get(order.test)
    if test is None:
        return _("there is no test {test}").format(test=order.test)
    if test.subject is Subject.SPAN:
        return _("the test {test} is of a whole span, which is not lent while the box runs").format(test=order.test)
    if order.partner == order.line:
        return _("The partner is another line than the one that is tested.")
    return ""


async def made(hardware: Hardware, order: Order, talk: Talk) -> Mapping[str, Any]:
    if order.test == TUNE:
        return await _tuned(hardware, order)
    return replace(await _verdict(hardware, order, talk), on=f"line {order.line}").facts()


async def learned(hardware: Hardware, order: LearnOrder, talk: Talk) -> Mapping[str, Any]:
    house, relay, found = LentHouse(hardware), Relay(talk), Learned()
    if order.helper:
        for line in order.lines:
            relay.say(_("{line}:").format(line=line))
            found = found.with_also(await with_help(house, line, order.call, partial(relay.say, mark=Mark.HINT), None))
    else:
        numbers = {trunk.name: trunk.number for trunk in hardware.box.trunk if trunk.name in order.lines}
        found = await among_themselves(house, numbers, relay.progress)
    failed = {line: str(error) for line, error in found.failed.items()}
    return {"profiles": found.profiles, "words": found.words, "failed": failed}


async def _verdict(hardware: Hardware, order: Order, talk: Talk) -> Verdict:
    options = argparse.Namespace(**asdict(order), subject=order.line, simulated=False)
    if TESTS[order.test].subject is not Subject.TRUNK:
        async with lent(hardware) as there:
            return await partnered.make(there, None, options, lambda: Relay(talk))
    bench, channel = _bench(hardware, order.line)
    options.subject = str(channel)
    return await make(bench, options)


async def _tuned(hardware: Hardware, order: Order) -> Mapping[str, Any]:
    bench, channel = _bench(hardware, order.line)
    verdict, balance = await tune(bench, channel, order.digit)
    facts = replace(verdict, on=f"line {order.line}").facts()
    keep = balance is not None and not isinstance(bench.card, SimCard)
    return {**facts, "balance": asdict(balance) if balance is not None else None, "keep": keep}


def _bench(hardware: Hardware, line: str) -> tuple[Bench, int]:
    """With the line's card; and its channel there."""
    row = hardware.row(line)
    assert isinstance(row, Station | Trunk)
    return Bench(hardware.plane, hardware.cards[row.card]), row.channel


@asynccontextmanager
async def lent(hardware: Hardware) -> AsyncIterator[There]:
    """Lines of the configuration whose channels are free, by their names."""
    lines = Lines(hardware.plane, hardware.timers, country=hardware.box.box.country)

    def line(test: str, name: str) -> Line:
        if not hardware.open(name, lines):
            raise lines.missing[name]
        return lines.by_name[name]

    numbers = {trunk.name: trunk.number for trunk in hardware.box.trunk if trunk.number}
    telephones = {name: one for town in hardware.towns.values() for name, one in town.telephones.items()}
    async with trio.open_nursery() as nursery:
        try:
            yield There(hardware.plane, nursery, line, numbers, telephones)
        finally:
            lines.close_all()
            nursery.cancel_scope.cancel()


@dataclass(frozen=True, slots=True)
class LentHouse:
    """The running box, as far as its lent lines are learned."""

    hardware: Hardware

    @property
    def box(self) -> Box:
        return self.hardware.box

    def probe(self, name: str) -> AbstractContextManager[Probe]:
        return probing(self.hardware, name)


class Relay:
    """The dialogue with whoever has asked the box for the test. See firmware.setup.dialogue."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def begin(self, step: Step, at: int, of: int) -> None:
        """Tests have no steps."""

    def say(self, text: str, mark: Mark = Mark.PLAIN) -> None:
        self._talk.say(text, mark.value)

    def progress(self, text: str) -> None:
        self._talk.say(text, PROGRESS)

    async def ask(self, question: Question) -> str:
        choices = [(choice.value, choice.words()) for choice in question.choices]
        return await self._talk.ask(question.words(), question.default, choices, question.help())
