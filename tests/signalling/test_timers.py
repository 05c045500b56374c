"""Timers of state machines: each called once, at its time, whatever it was started and stopped for before."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.timers import Timers


@pytest.fixture
async def timers() -> AsyncIterator[Timers]:
    timers = Timers()
    async with trio.open_nursery() as nursery:
        await nursery.start(timers.run)
        yield timers
        nursery.cancel_scope.cancel()


async def test_a_timer_calls_once_at_its_time(autojump_clock: object, timers: Timers) -> None:
    called: list[float] = []
    timers.start("T", 3, lambda: called.append(trio.current_time()))
    begun = trio.current_time()
    await trio.sleep(10)
    assert called == [begun + 3]
    assert not timers.running()


async def test_started_again_it_moves_in_either_direction(autojump_clock: object, timers: Timers) -> None:
    called: list[tuple[str, float]] = []
    begun = trio.current_time()
    for key, seconds in (("later", 1), ("sooner", 9), ("later", 5), ("sooner", 2), ("later", 6)):
        timers.start(key, seconds, lambda key=key: called.append((key, trio.current_time() - begun)))  # type: ignore[misc]
    await trio.sleep(20)
    assert called == [("sooner", 2), ("later", 6)]


async def test_stopped_it_does_not_call_and_may_be_started_again(autojump_clock: object, timers: Timers) -> None:
    called: list[float] = []
    begun = trio.current_time()
    timers.start("T", 1, lambda: called.append(-1))
    timers.stop("T")
    timers.stop("never started")
    await trio.sleep(0.5)
    timers.start("T", 3, lambda: called.append(trio.current_time() - begun))
    await trio.sleep(10)
    assert called == [3.5]


async def test_a_call_may_start_its_own_timer_again(autojump_clock: object, timers: Timers) -> None:
    called: list[float] = []

    def call() -> None:
        called.append(trio.current_time())
        if len(called) < 3:
            timers.start("T", 1, call)

    begun = trio.current_time()
    timers.start("T", 1, call)
    await trio.sleep(10)
    assert [time - begun for time in called] == [1, 2, 3]


async def test_a_key_that_is_restarted_all_the_time_takes_one_place(autojump_clock: object, timers: Timers) -> None:
    for _ in range(1000):
        timers.start("T1", 15, lambda: None)
        await trio.sleep(0.1)
        timers.stop("T1")
    assert len(timers._heap) == 1
    await trio.sleep(30)
    assert not timers._heap
    assert not timers._timers


async def test_one_that_raises_harms_no_other(autojump_clock: object, timers: Timers) -> None:
    faults: list[Exception] = []
    called: list[str] = []
    timers.faulted = faults.append

    def fail() -> None:
        raise RuntimeError("a bug in a line")

    timers.start("bad", 1, fail)
    timers.start("good", 1, lambda: called.append("good"))
    await trio.sleep(2)
    assert [str(fault) for fault in faults] == ["a bug in a line"]
    assert called == ["good"]


async def test_the_past_is_refused(autojump_clock: object, timers: Timers) -> None:
    with pytest.raises(ValueError, match="lies in the past"):
        timers.start("T", -1, lambda: None)


steps = st.lists(
    st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, 5)), st.integers(0, 3)), max_size=20
)


@settings(deadline=None)
@given(steps=steps)
def test_any_order_of_starts_and_stops(steps: list[tuple[str, int | None, int]]) -> None:
    """(key, seconds to start it for or None to stop it, seconds that pass then)"""
    called: list[tuple[float, str]] = []
    expected: list[tuple[float, str]] = []
    due: dict[str, float] = {}

    async def act() -> None:
        timers = Timers()
        async with trio.open_nursery() as nursery:
            await nursery.start(timers.run)
            begun = now = trio.current_time()
            for key, seconds, pause in steps:
                if seconds is None:
                    timers.stop(key)
                    due.pop(key, None)
                else:
                    timers.start(key, seconds, lambda key=key: called.append((trio.current_time() - begun, key)))  # type: ignore[misc]
                    due[key] = now + seconds
                await trio.sleep(pause + 0.03)  # never at the time of a timer
                now = trio.current_time()
                for each in [key for key, when in due.items() if when <= now]:
                    expected.append((due.pop(each) - begun, each))
            await trio.sleep(10)
            expected.extend((when - begun, key) for key, when in due.items())
            nursery.cancel_scope.cancel()

    trio.run(act, clock=trio.testing.MockClock(autojump_threshold=0))
    assert sorted((round(when, 6), key) for when, key in called) == sorted(
        (round(when, 6), key) for when, key in expected
    )
