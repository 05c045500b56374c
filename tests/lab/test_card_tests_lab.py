"""The tests at the card over the real driver: what passes on a simulated line passes, and fails where it is cut."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trio
from firmware.bench import Bench
from firmware.detect import detect
from firmware.lines import on_bench
from firmware.pair_tests import Pair, caller_id, digits, hang_up
from firmware.partner import OtherLine
from firmware.span_tests import bit_error, counters, looped, span_alarm
from firmware.station_tests import TESTS as AT_TELEPHONE
from firmware.station_tests import CordHand
from firmware.tracing import traced
from firmware.trunk_tests import battery, busy_tone, dial_tone, echo, noise

from hw.card import SpanLoop
from hw.clips import Clip
from hw.signalling.analog.profile import LineProfile
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.sim.public_exchange import PublicExchange
from hw.sim.subscriber_line import Habits, SubscriberLine
from hw.sim.telephone import Telephone
from hw.timers import Timers
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


NUMBERS = ("66778891", "66778892")


async def test_a_line_is_made_bad_and_the_right_test_says_so() -> None:
    """Noise, and a dial tone that is not sent; the noise begins with the digit that ends the dial tone."""
    dice = np.random.default_rng(1)
    hiss = Clip(dice.normal(0, 400, 8000).astype(np.int16))  # -35 dBm0
    async with box() as (plane, card), trio.open_nursery() as nursery:
        bench = Bench(plane, card)
        exchange = PublicExchange(plane, nursery)
        line = SubscriberLine(exchange, NUMBERS[0], card.open(STATION), Habits())

        async def hisses() -> None:
            await line.until(lambda: bool(line.keys), float("inf"), "digit")
            await trio.sleep(0.4)
            plane.play(line.channel.port, [hiss], loop=True)

        nursery.start_soon(hisses)
        assert (await noise(bench, TRUNK, 2.0)).code == "NOISE-HIGH"
        assert (await noise(bench, TRUNK, 2.0)).code == "NOISE-OK"
        line.habits = Habits(dial_tone=False)
        assert (await dial_tone(bench, TRUNK)).code == "TONE-NONE"
        nursery.cancel_scope.cancel()


async def test_two_lines_of_the_box_test_each_other_and_a_hang_up_that_is_not_shown_is_told() -> None:
    async with box() as (plane, card), trio.open_nursery() as nursery:
        exchange = PublicExchange(plane, nursery)
        ours, theirs = (
            SubscriberLine(exchange, number, card.open(STATION + place), Habits())
            for place, number in enumerate(NUMBERS)
        )
        async with on_bench(Bench(plane, card), LineProfile()) as lines:
            attended = await lines.attended("digits", str(TRUNK))
            partner = OtherLine(await lines.attended("digits", str(TRUNK + 1)), lines.nursery)
            pair = Pair(f"channel {TRUNK}", attended, partner, theirs.number, ours.number)
            found = [await caller_id(pair), await digits(pair), await hang_up(pair)]
            assert [verdict.code for verdict in found] == ["CALLER-OK", "DIGITS-OK", "HANGUP-OK"], [
                verdict.facts() for verdict in found
            ]
            ours.habits = replace(ours.habits, clears=frozenset(), caller_id="none")
            assert (await caller_id(pair)).code == "CALLER-NONE"
            verdict = await hang_up(pair)
            assert verdict.code == "HANGUP-NONE", verdict.facts()
        nursery.cancel_scope.cancel()


async def test_a_cord_from_a_trunks_port_tests_a_telephones_port() -> None:
    async with box() as (plane, card), on_bench(Bench(plane, card), LineProfile()) as lines:
        telephone = Telephone(plane, card.open(TRUNK), name="cord")
        attended = await lines.attended("hook", str(STATION))
        for test, make in AT_TELEPHONE.items():
            verdict = await make(f"channel {STATION}", attended, CordHand(telephone))
            assert verdict.code == f"{test.upper()}-OK", verdict.facts()
            await attended.anew()


async def test_the_frames_of_a_d_channel_are_kept(tmp_path: Path) -> None:
    cable = CABLES[0]
    async with box() as (plane, card), trio.open_nursery() as nursery:
        timers = Timers()
        await nursery.start(timers.run)
        bench = Bench(plane, card)
        silent = await traced(bench, cable.span, 8.0, tmp_path / "alone", Side.USER, ())
        assert silent.code == "TRACE-SILENT", silent.facts()
        far = next(span for span in card.spans() if span.name == f"DYN/loc/{cable.key}:1")
        settings = SpanSettings(LinkSettings(Side.NETWORK), (1,))
        trunk = PriTrunk("town", card, far, settings, plane, timers, lambda line, telling: None)
        verdict = await traced(bench, cable.span, 8.0, tmp_path / "both", Side.USER, ())
        trunk.close()
        assert verdict.code == "TRACE-OK", verdict.facts()
        assert (tmp_path / "both" / "dchannel.pcap").stat().st_size > 24
        nursery.cancel_scope.cancel()
