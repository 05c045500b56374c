"""Timers of state machines: each once, in its time, whatever its call starts, stops or breaks."""

from __future__ import annotations

import math
import random
from collections.abc import AsyncIterator
from functools import partial

import pytest
import trio
import trio.testing

from hw.timers import Timers


@pytest.fixture
def clock() -> trio.testing.MockClock:
    return trio.testing.MockClock(autojump_threshold=0)


@pytest.fixture
async def timers(clock: trio.testing.MockClock) -> AsyncIterator[Timers]:
    timers = Timers()
    async with trio.open_nursery() as nursery:
        await nursery.start(timers.run)
        yield timers
        nursery.cancel_scope.cancel()


async def test_a_thousand_timers_run_out_each_in_its_time(clock: object, timers: Timers) -> None:
    lots = random.Random(1)
    came: dict[int, float] = {}
    due = {}

    def come(key: int) -> None:
        assert key not in came
        came[key] = trio.current_time()

    for key in range(1000):
        for _ in range(lots.randrange(1, 5)):  # moved back and forth
            due[key] = lots.choice([0.0, 0.5, 1.0, lots.uniform(0, 9)])
            timers.start(key, due[key], partial(come, key))
    stopped = lots.sample(range(1000), 300)
    for key in stopped:
        timers.stop(key)
    assert timers.running() == set(range(1000)) - set(stopped)
    await trio.sleep(10)
    assert came == {key: when for key, when in due.items() if key not in stopped}
    assert not timers.running()


async def test_a_call_may_start_and_stop_any_timer_its_own_too(clock: object, timers: Timers) -> None:
    said: list[tuple[str, float]] = []

    def say(what: str) -> None:
        said.append((what, trio.current_time()))

    def first() -> None:
        say("first")
        timers.stop("same moment")
        timers.start("own", 1, lambda: say("own, again"))
        timers.start("sooner", 0.25, lambda: say("sooner"))

    timers.start("own", 1, first)
    timers.start("same moment", 1, lambda: say("never"))
    timers.start("other", 3, lambda: say("other"))
    await trio.sleep(4)
    assert said == [("first", 1), ("sooner", 1.25), ("own, again", 2), ("other", 3)]


async def test_one_that_starts_itself_for_at_once_lets_the_others_live(clock: object, timers: Timers) -> None:
    turns = 0

    def turn() -> None:
        nonlocal turns
        turns += 1
        if turns < 10_000:
            timers.start("restless", 0, turn)

    timers.start("restless", 0, turn)
    for _ in range(100):
        await trio.lowlevel.checkpoint()
    assert 0 < turns < 1000
    timers.stop("restless")


async def test_a_call_that_fails_harms_no_other(clock: object, timers: Timers) -> None:
    faults: list[Exception] = []
    came: list[str] = []
    timers.faulted = faults.append

    def fail() -> None:
        raise ValueError("T303")

    timers.start("bad", 1, fail)
    timers.start("good", 1, lambda: came.append("good"))
    timers.start("later", 2, lambda: came.append("later"))
    await trio.sleep(3)
    assert [str(fault) for fault in faults] == ["T303"]
    assert came == ["good", "later"]


async def test_without_anybody_for_faults_they_end_the_run(clock: object) -> None:
    timers = Timers()

    def fail() -> None:
        raise ValueError("T303")

    timers.start("bad", 1, fail)
    with pytest.raises(ValueError, match="T303"):
        await timers.run()


async def test_timers_go_on_where_a_cancelled_run_left_them(clock: object) -> None:
    timers = Timers()
    came: list[float] = []
    timers.start("before", 5, lambda: came.append(trio.current_time()))
    for seconds in (1, 1, 10):
        with trio.move_on_after(seconds):
            await timers.run()
    assert came == [5]


@pytest.mark.parametrize("seconds", [-0.001, math.nan, -math.inf])
async def test_no_timer_runs_into_the_past(clock: object, timers: Timers, seconds: float) -> None:
    with pytest.raises(ValueError, match="timer 'T1'"):
        timers.start("T1", seconds, lambda: None)
