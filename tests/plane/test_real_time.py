"""The plane with its thread. Nothing here measures the machine: time-outs only end what would hang."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import soundfile
import trio

from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.native import ffi, lib
from hw.plane import Plane
from hw.playback import PlayEnd
from hw.sim.wire import NativeCard, Side
from hw.tones import dtmf

from .paper_card import PaperCard

pytestmark = pytest.mark.native

PATIENCE_S = 60.0


@asynccontextmanager
async def running(plane: Plane) -> AsyncIterator[None]:
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(plane.run)
            yield
            nursery.cancel_scope.cancel()


async def until(condition: Callable[[], bool]) -> None:
    with trio.fail_after(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - the thread knows nothing of trio
            await trio.sleep(0.005)


async def test_digits_go_from_wire_to_wire_and_the_thread_ends_cleanly(tmp_path: Path) -> None:
    plane, native = Plane(), NativeCard(0)
    number = plane.add_card(native.pointer)
    wire = native.wire("a")
    heard: list[Event] = []
    near = plane.open_port(number, wire.end(Side.NEAR), "a", heard.append)
    far = plane.open_port(number, wire.end(Side.FAR), "a", lambda event: None)
    for _ in range(2):  # stopped and begun again
        async with running(plane):
            assert "strowger-media" in threads()
            with plane.batch():
                plane.activate(near, True)
                plane.activate(far, True)
                plane.detect(near, Ear.DTMF)
            recording = await plane.record(near, tmp_path / f"{len(heard)}.wav")
            with trio.fail_after(PATIENCE_S):
                played = await plane.play(far, [dtmf("1*")]).wait()
            assert played.end is PlayEnd.FINISHED
            await until(lambda: "".join(chr(e.code) for e in heard if e.kind is EventKind.DTMF_UP)[-2:] == "1*")
            plane.record_stop(near)
            with trio.fail_after(PATIENCE_S):
                closed = await recording.closed()
            samples, _ = soundfile.read(recording.path)
            assert len(samples) == closed.ms * 8
            assert closed.ms * 8 >= played.samples
    statistics = plane.statistics()
    assert statistics.ticks > 0
    assert statistics.busy_s > 0
    assert statistics.lost_events == 0
    plane.close()
    native.free()
    assert "strowger-media" not in threads()


async def test_a_plane_that_runs_is_neither_run_again_nor_closed() -> None:
    plane = Plane()
    async with running(plane):
        with pytest.raises(LocalError, match="runs already"):
            await plane.run()
        with pytest.raises(LocalError, match="cancel run"):
            plane.close()
        with pytest.raises(LocalError, match="media thread runs"):
            plane.step()
        plane.open_voice()
        await until(lambda: plane.statistics().ports == 1)
    plane.close()


def threads() -> set[str]:
    return {task.read_text().strip() for task in Path("/proc/self/task").glob("*/comm")}


class Beats:
    """Answers of a card's wait(), one after the other; then it holds the thread until release()."""

    def __init__(self, *answers: Callable[[], int]) -> None:
        self._answers = list(answers)
        self._released = threading.Event()
        self.held = threading.Event()

    def __call__(self) -> int:
        if self._answers:
            return self._answers.pop(0)()
        self.held.set()
        self._released.wait(PATIENCE_S)
        return 0

    def release(self) -> None:
        self._released.set()


def at_once() -> int:
    return 0


def after(seconds: float) -> Callable[[], int]:
    def wait() -> int:
        time.sleep(seconds)
        return 0

    return wait


async def test_a_card_may_begin_its_beat_when_it_likes() -> None:
    beats = Beats(after(0.5))
    card, plane = PaperCard(beats), Plane()
    plane.add_card(card.pointer)
    async with running(plane):
        await until(beats.held.is_set)
        statistics = plane.statistics()
        beats.release()
    assert (statistics.ticks, statistics.skipped_ticks, statistics.late_ticks) == (1, 0, 0)
    plane.close()


async def test_after_a_stall_the_past_is_left_alone_and_time_is_right_again(tmp_path: Path) -> None:
    beats = Beats(at_once, after(1.0))
    card, plane = PaperCard(beats), Plane()
    number = plane.add_card(card.pointer)
    port = plane.open_port(number, card.channel(), "a", lambda event: None)
    plane.activate(port, True)
    recording = await plane.record(port, tmp_path / "stalled.wav")
    async with running(plane):
        await until(beats.held.is_set)
        statistics, stood = plane.statistics(), plane.time
        plane.record_stop(port)
        beats.release()
        with trio.fail_after(PATIENCE_S):
            closed = await recording.closed()
    assert statistics.ticks == 2
    assert statistics.skipped_ticks >= 48
    assert stood == (statistics.ticks + statistics.skipped_ticks) * plane.frame
    # The recording's time line is that of the call.
    assert closed.ms == stood / 8
    assert closed.lost_ms == statistics.skipped_ticks * 20
    plane.close()


async def test_a_card_whose_clock_failed_leaves_the_pace_to_the_system_and_is_not_asked_at_each_tick() -> None:
    card, plane = PaperCard(lambda: errno.EIO), Plane()
    plane.add_card(card.pointer)
    async with running(plane):
        await until(lambda: plane.statistics().ticks >= 10)
    statistics = plane.statistics()
    assert statistics.clock_ticks == statistics.ticks
    assert card.times("wait") == 1
    plane.close()


async def test_a_card_that_has_no_pace_yet_is_asked_at_each_tick() -> None:
    """Its pace is taken as soon as it has one: a change of pace later would be heard."""
    beats = Beats(*(lambda: errno.EAGAIN,) * 3, at_once)
    card, plane = PaperCard(beats), Plane()
    plane.add_card(card.pointer)
    async with running(plane):
        await until(beats.held.is_set)
        statistics = plane.statistics()
        beats.release()
    assert (statistics.ticks, statistics.clock_ticks) == (4, 3)
    plane.close()


async def test_statistics_are_of_one_moment() -> None:
    """Asked for in the midst of a tick, they are those of the end of the last one."""
    plane = Plane()
    raw = ffi.new("struct plane_statistics *")
    seen: list[tuple[int, int]] = []
    card = PaperCard()

    def look(_: object) -> None:
        lib.plane_statistics(native, raw)
        seen.append((raw.ticks, sum(raw.lateness)))

    native = plane._plane
    card.reading = look
    plane.add_card(card.pointer)
    async with running(plane):
        await until(lambda: len(seen) >= 3)
    assert seen[:3] == [(0, 0), (1, 1), (2, 2)]
    plane.close()
