"""Plane and trio's clock step together: exactly, for hours, and the same way each time."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from core.demo import Story
from hw import virtual_time
from hw.ear import Ear
from hw.event import Event, EventKind
from hw.plane import Plane
from hw.sim.card import SimCard
from hw.sim.span import Stations
from hw.sim.wire import Condition, NativeCard, Side
from hw.tones import Tone, dtmf, sine

pytestmark = pytest.mark.native


async def noisy_traffic(seed: int) -> list[tuple[float, Event]]:
    """Digits over noisy wires, sent by tasks that wake together and draw lots; and when each event was handed on."""
    lots = random.Random(seed)
    plane, native = Plane(virtual=True), NativeCard(seed)
    number = plane.add_card(native.pointer)
    seen: list[tuple[float, Event]] = []

    async def send(mouth: int) -> None:
        for _ in range(4):
            await trio.sleep(lots.choice([0.1, 0.2, 0.3]))
            await plane.play(mouth, [dtmf(lots.choice("0123456789*#"))]).wait()

    async with trio.open_nursery() as nursery:
        await nursery.start(plane.run)
        async with trio.open_nursery() as senders:
            for _ in range(8):
                wire = native.wire("a")
                wire.condition(Side.NEAR, Condition(noise_dbm0=-25.0))
                near = plane.open_port(
                    number, wire.end(Side.NEAR), "a", lambda event: seen.append((trio.current_time(), event))
                )
                far = plane.open_port(number, wire.end(Side.FAR), "a", lambda event: None)
                for port in (near, far):
                    plane.activate(port, True)
                plane.detect(near, Ear.DTMF | Ear.SPEECH | Ear.LEVEL, level_interval_ms=100)
                senders.start_soon(send, far)
        nursery.cancel_scope.cancel()
    plane.close()
    native.free()
    return seen


def test_the_same_seed_gives_the_same_run() -> None:
    first, again, other = (virtual_time.run(noisy_traffic, seed, seed=seed) for seed in (1, 1, 2))
    assert {event.kind for _, event in first} >= {EventKind.DTMF_DOWN, EventKind.DTMF_UP, EventKind.LEVEL}
    assert first == again
    assert first != other


def test_a_whole_call_is_the_same_call_again(tmp_path: Path) -> None:
    def call(folder: Path) -> tuple[list[tuple[float, str]], list[bytes]]:
        story = Story(folder, lambda step: None, virtual=True)
        virtual_time.run(story.play)
        steps = [(step.seconds, step.text.replace(str(folder), "")) for step in story.steps]
        return steps, [path.read_bytes() for path in sorted(folder.glob("*.wav"))]

    assert call(tmp_path / "first") == call(tmp_path / "again")


def test_after_an_hour_both_clocks_show_the_same() -> None:
    async def hour() -> tuple[float, float, int]:
        plane = Plane(virtual=True)
        async with trio.open_nursery() as nursery:
            await nursery.start(plane.run)
            late = 0
            for turn in range(3600):
                await trio.sleep_until(turn + 0.7)
                late += plane.time not in (round((turn + 0.7) * 8000), round((turn + 0.7) * 8000) + plane.frame)
            await trio.sleep_until(3600)
            clocks = trio.current_time(), plane.seconds
            nursery.cancel_scope.cancel()
        plane.close()
        return *clocks, late

    trio_s, plane_s, late = virtual_time.run(hour)
    assert plane_s - trio_s in (0.0, 0.02)
    assert late == 0


def test_an_event_is_handed_on_at_the_end_of_its_frame() -> None:
    """With other deadlines between frames, in the past, and at the same moment."""

    async def played() -> tuple[float, int]:
        plane = Plane(virtual=True)
        ends: list[tuple[float, int]] = []
        port = plane.open_voice(lambda event: ends.append((trio.current_time(), event.time)))
        async with trio.open_nursery() as nursery:
            await nursery.start(plane.run)

            async def restless() -> None:
                while True:
                    await trio.sleep(0.0013)
                    await trio.sleep_until(trio.current_time() - 1)

            nursery.start_soon(restless)
            plane.play(port, [Tone([sine(450, ms=90)])])
            await trio.sleep(1)
            nursery.cancel_scope.cancel()
        plane.close()
        (end,) = ends
        return end

    at, time = virtual_time.run(played)
    assert at == pytest.approx(0.1)
    assert time == 640


async def test_a_plane_that_was_begun_late_goes_with_the_clock(clock: trio.testing.MockClock) -> None:
    await trio.sleep(1234.567)
    plane = Plane(virtual=True)
    plane.step(30)
    begun = trio.current_time()
    with trio.move_on_after(10):
        await plane.run()
    assert plane.seconds - 0.6 == pytest.approx(trio.current_time() - begun, abs=0.021)
    plane.close()


async def test_a_card_of_resting_lines_costs_an_hour_little(
    clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is due: the plane goes far at once, not frame by frame through Python."""
    plane = Plane(virtual=True)
    card = SimCard(plane, [Stations(4)])
    steps = 0
    order = plane._order

    def counted(name: str, *what: Any) -> int:
        nonlocal steps
        steps += name == "step"
        return order(name, *what)

    monkeypatch.setattr(plane, "_order", counted)
    with trio.move_on_after(3600):
        async with trio.open_nursery() as nursery:
            await nursery.start(plane.run)
            nursery.start_soon(card.run)
    assert steps < 200
    plane.close()
    card.free()
