"""What the driver does to speech that the contract of cards does not ask: joined pairs, dialling, spans that go."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from hw.bench.lab import first_wrong, noise, recorded
from hw.card import Channel, LineEvent, LineEventKind, SpanEvent, SpanEventKind
from hw.clips import Clip
from hw.dahdi.card import DahdiCard
from hw.g711 import linear
from hw.plane import Plane
from tests.lab.box import box
from tests.lab.cable import CABLES

pytestmark = pytest.mark.lab

LOOP = noise(8191, 3)
FILLED = 0.4
"""Seconds until a line, or two joined ones, are full of speech."""


def line(card: DahdiCard, number: int, away: int = 31) -> tuple[Channel, Channel]:
    near, far = card.open(number), card.open(number + away)
    near.activate()
    far.activate()
    return near, far


async def trouble(plane: Plane, card: DahdiCard, channel: Channel, path: Path, seconds: float = 0.5) -> str:
    """What the channel hears is the loop, whole: nothing. Else when it stopped to be, and what the card says."""
    recording = await plane.record(channel.port, path)
    await trio.sleep(seconds)
    plane.record_stop(channel.port)
    await recording.closed()
    heard = recorded(path)[0]
    wrong = first_wrong(heard, LOOP)
    if wrong is None:
        return ""
    when = f"{path.name}: wrong from {wrong / 8:.0f} ms of {len(heard) / 8:.0f} on"
    return f"{when}; {card.statistics()}; {plane.statistics()}"


async def test_the_plane_takes_a_joined_pair_back_for_a_prompt_and_gives_it_away_again(tmp_path: Path) -> None:
    async with box() as (plane, card):
        (a, far_a), (b, far_b) = line(card, 1), line(card, 2)
        plane.connect(a.port, b.port)
        plane.play(far_a.port, [Clip(linear(LOOP))], loop=True)
        await trio.sleep(FILLED)
        assert plane.statistics().joined_pairs == 1
        assert not await trouble(plane, card, far_b, tmp_path / "joined.wav")
        assert not await trouble(plane, card, a, tmp_path / "tapped.wav")

        plane.play(a.port, [Clip(linear(LOOP))], loop=True)
        await trio.sleep(FILLED)
        assert plane.statistics().joined_pairs == 0
        assert not await trouble(plane, card, far_b, tmp_path / "mixed.wav")
        assert not await trouble(plane, card, far_a, tmp_path / "prompt.wav")

        plane.stop(a.port)
        await trio.sleep(FILLED)
        assert plane.statistics().joined_pairs == 1
        assert not await trouble(plane, card, far_b, tmp_path / "again.wav")
        assert card.statistics().underruns == 0


async def test_pulses_go_out_whole_while_speech_runs_and_speech_goes_on_after_them(tmp_path: Path) -> None:
    async with box() as (plane, card):
        station, trunk = line(card, 249, 16)
        digits: list[int | str] = []
        dialled = trio.Event()

        def exchange(event: LineEvent) -> None:
            if event.kind is LineEventKind.PULSE_DIGIT:
                digits.append(event.value)

        def telephone(event: LineEvent) -> None:
            if event.kind is LineEventKind.DIALLED:
                dialled.set()

        station.heard, trunk.heard = exchange, telephone
        plane.play(trunk.port, [Clip(linear(LOOP))], loop=True)
        trunk.off_hook()
        await trio.sleep(FILLED)
        trunk.dial_pulses("53")
        with trio.fail_after(5.0):
            await dialled.wait()
        await trio.sleep(FILLED)
        assert digits == ["5", "3"]
        assert not await trouble(plane, card, station, tmp_path / "after.wav")


async def test_a_span_that_is_pulled_out_and_comes_back_disturbs_no_other() -> None:
    cable = CABLES[0]
    async with box() as (plane, card):
        for number in range(187, 197):
            near, far = line(card, number)
            for end in (near, far):
                plane.play(end.port, [Clip(linear(LOOP))], loop=True)
        pulled = [card.open(number) for number in (*range(1, 16), *range(17, 32))]
        for channel in pulled:
            channel.activate()
        told: list[SpanEvent] = []
        back = trio.Event()

        def changed(event: SpanEvent) -> None:
            told.append(event)
            if event.kind is SpanEventKind.ARRIVED:
                back.set()

        card.watch(changed)
        await trio.sleep(FILLED)
        plane.reset_statistics()
        before = card.statistics()
        await trio.to_thread.run_sync(cable.pull_out)
        for channel in pulled:
            channel.deactivate()
        await trio.sleep(FILLED)
        for channel in pulled:
            channel.close()
        await trio.to_thread.run_sync(cable.plug_in)
        with trio.fail_after(5.0):
            await back.wait()
        after = card.statistics()
        assert [e.kind for e in told if e.kind is not SpanEventKind.ALARM] == [
            SpanEventKind.GONE,
            SpanEventKind.ARRIVED,
        ]
        assert {e.span.number for e in told if e.kind is not SpanEventKind.ALARM} == {cable.span}
        assert (after.underruns, after.overruns, after.full) == (before.underruns, before.overruns, before.full)
        assert plane.statistics().lateness_max_ms < 18.0
        card.open(1).close()


async def test_bits_that_changed_before_the_opening_are_no_event_after_it() -> None:
    async with box() as (_, card):
        near = card.open(125)
        near.set_bits(0b0101)
        await trio.sleep(0.1)
        far = card.open(156)
        heard: list[LineEvent] = []
        far.heard = heard.append
        await trio.sleep(0.2)
        assert heard == []
        assert far.bits() == 0b0101
