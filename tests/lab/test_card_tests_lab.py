"""The tests at the card over the real driver: what passes on a simulated line passes, and fails where it is cut."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trio
from firmware.bench import Bench
from firmware.detect import detect
from firmware.span_tests import bit_error, counters, looped, span_alarm
from firmware.trunk_tests import battery, busy_tone, dial_tone, echo, noise

from hw.card import SpanLoop
from hw.sim.public_exchange import PublicExchange
from hw.sim.subscriber_line import Habits, SubscriberLine
from tests.lab.box import box
from tests.lab.cable import CABLES

pytestmark = pytest.mark.lab

CABLE = CABLES[3]
"""Clear channels, no signalling."""
STATION, TRUNK = 249, 265
_SPECIFY = 1 << 30 | 4 << 16 | 0xDA << 8 | 38
_LOOPBACK = 1 << 30 | 4 << 16 | 0xDA << 8 | 58


@contextmanager
def far_end_looped() -> Iterator[None]:
    """The driver's own loop of a channel, at the far end of every timeslot of the cable."""
    descriptors = []
    try:
        for number in range(CABLE.first + CABLE.channels, CABLE.first + 2 * CABLE.channels):
            descriptor = os.open("/dev/dahdi/channel", os.O_RDWR | os.O_NONBLOCK)
            descriptors.append(descriptor)
            fcntl.ioctl(descriptor, _SPECIFY, struct.pack("i", number))
            fcntl.ioctl(descriptor, _LOOPBACK, struct.pack("i", 1))
        yield
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def test_the_dynamic_spans_of_the_lab_are_a_card_that_is_ready() -> None:
    (card,) = detect()
    assert card.ready
    assert card.spans == tuple(range(1, 11))


async def test_a_good_span_passes_and_a_cut_one_is_told() -> None:
    async with box() as (plane, card):
        bench = Bench(plane, card)
        assert (await span_alarm(bench, CABLE.span)).code == "SPAN-OK"
        assert (await counters(bench, CABLE.span, 3.0)).code == "COUNT-OK"
        assert (await looped(bench, CABLE.span, 1.0)).code == "TEST-UNSUPPORTED"
        CABLE.cut()
        try:
            await trio.sleep(3.0)
            assert (await span_alarm(bench, CABLE.span)).code == "SPAN-RED"
            assert (await bit_error(bench, CABLE.span, 1.0)).code == "SPAN-RED"
        finally:
            CABLE.mend()


async def test_the_pattern_comes_back_bit_for_bit_over_a_loop_at_the_far_end() -> None:
    async with box() as (plane, card):
        bench = Bench(plane, card)
        with far_end_looped():
            verdict = await bit_error(bench, CABLE.span, 3.0)
            assert verdict.code == "BER-OK", verdict.facts()
            assert verdict.facts()["figures"]["errors"] == 0
            assert (await looped(bench, CABLE.span, 1.0, SpanLoop.OPEN)).code == "LOOP-OK"
        assert (await looped(bench, CABLE.span, 1.0, SpanLoop.OPEN)).code == "LOOP-OPEN"


async def test_a_line_of_the_exchange_passes() -> None:
    async with box() as (plane, card), trio.open_nursery() as nursery:
        bench = Bench(plane, card)
        exchange = PublicExchange(plane, nursery)
        SubscriberLine(exchange, "66778891", card.open(STATION), Habits())
        assert (await battery(bench, TRUNK)).code == "TEST-UNSUPPORTED"
        for verdict in (
            await dial_tone(bench, TRUNK),
            await noise(bench, TRUNK, 2.0),
            await echo(bench, TRUNK, 2.0),
            await busy_tone(bench, TRUNK, "66778891"),
        ):
            assert verdict.code in ("TONE-OK", "NOISE-OK", "ECHO-OK", "BUSY-OK"), verdict.facts()
        nursery.cancel_scope.cancel()
