"""Tests on lines that the running box has lent: on its plane and its cards, beside its calls.

    facts = await made(hardware, Order("echo", "line1"))        by core/line_tests.py, which finds this module by name

The tests are those of the bench (trunk_tests.py) and of lines that call (partnered.py). A line that calls is made anew,
as the configuration has it, among lines that are the test's own. What it does not: block, close and open the box's
lines (core/lending.py), or test spans.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from typing import Any

import trio

from core.config.model.stations import Station
from core.config.model.trunks import Trunk
from core.hardware import Hardware
from core.line_tests import Order
from core.lines import Lines
from core.texts import _
from firmware import partnered
from firmware.bench import Bench
from firmware.catalogue import TESTS, Subject
from firmware.lines import There
from firmware.setup.dialogue import Dialogue
from firmware.test_command import make
from firmware.verdict import Verdict
from hw.card import HardwareError
from hw.signalling.line import Line


def wrong(order: Order) -> str:
    test = TESTS.get(order.test)
    if test is None:
        return _("there is no test {test}").format(test=order.test)
    if test.subject is Subject.SPAN:
        return _("the test {test} is of a whole span, which is not lent while the box runs").format(test=order.test)
    if order.partner == order.line:
        return _("The partner is another line than the one that is tested.")
    return ""


async def made(hardware: Hardware, order: Order) -> Mapping[str, Any]:
    return replace(await _verdict(hardware, order), on=f"line {order.line}").facts()


async def _verdict(hardware: Hardware, order: Order) -> Verdict:
    options = argparse.Namespace(**asdict(order), subject=order.line, simulated=False)
    if TESTS[order.test].subject is not Subject.TRUNK:
        async with lent(hardware) as there:
            return await partnered.make(there, None, options, nobody)
    row = hardware.row(order.line)
    assert isinstance(row, Station | Trunk)
    options.subject = str(row.channel)
    bench = Bench(hardware.plane, hardware.cards[row.card], threaded=not hardware.plane.virtual)
    return await make(bench, options)


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


def nobody() -> Dialogue:
    """HardwareError: the box cannot ask a person."""
    raise HardwareError(
        _("a person cannot be told what to do"), action=_("name another line that does it: --partner LINE")
    )
