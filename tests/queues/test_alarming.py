"""A queue that needs a person says so, once, and says when it is well again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from core.acd.agents import Act
from core.acd.distribution import Distribution
from core.alarms import Alarms
from core.config.model.queues import QueueAlarms as Settings
from core.config.model.queues import QueueSettings
from core.queues.alarming import LOOK_S, Latch, QueueAlarms, verdicts
from tests.acd.floor import agent as an_agent
from tests.acd.floor import desk
from tests.exchange.office import SOON, Office, open_office
from tests.queues.desk import ask, calls, log_all_on, queues

# ---- verdicts ----


def verdict(side: str, is_open: bool = True, answered: int = 0, in_time: int = 0, **settings: Any) -> bool | None:
    queue = QueueSettings(name="q", alarms=Settings(**settings))
    distribution = Distribution(desk(queue, an_agent("1", "q")))
    figures = distribution._floor.queues["q"].figures
    for count in range(answered):
        figures.answered(1.0 if count < in_time else 500.0)
    return verdicts(queue, distribution.queue("q"), is_open)[side]


def test_what_is_not_watched_is_well() -> None:
    assert {side: verdict(side) for side in ("agents", "waiting", "level")} == {
        "agents": False,
        "waiting": False,
        "level": False,
    }


def test_agents_are_missed_while_the_calendar_is_open_only() -> None:
    assert verdict("agents", agents_below=1) is True
    assert verdict("agents", agents_below=1, is_open=False) is False


def test_a_level_is_judged_of_enough_callers_only() -> None:
    assert verdict("level", level_calls=5, answered=4, in_time=0) is False
    assert verdict("level", level_calls=5, answered=5, in_time=0) is True
    assert verdict("level", level_calls=5, answered=5, in_time=5) is False


@given(st.lists(st.tuples(st.sampled_from((True, False, None)), st.floats(0, 50))), st.floats(0, 60), st.floats(0, 60))
def test_a_latch_turns_only_after_an_unbroken_time_of_the_other_verdict(
    looks: list[tuple[bool | None, float]], come_s: float, go_s: float
) -> None:
    latch, now, since = Latch(), 0.0, None
    for bad, later in looks:
        now += later
        before = latch.stands
        if bad is None or bad == before:
            since = None
        elif since is None:
            since = now
        turned = latch.take(bad, now, come_s, go_s)
        due = since is not None and now - since >= (go_s if before else come_s)
        assert turned == due
        assert latch.stands == (before != turned)
        since = None if turned else since


# ---- on calls ----


@asynccontextmanager
async def watched(**settings: Any) -> AsyncIterator[tuple[Office, Alarms]]:
    alarms = Alarms()
    async with open_office(queues(alarms=settings), queues=True) as office, trio.open_nursery() as nursery:
        nursery.start_soon(QueueAlarms(office.queues, alarms).run)
        yield office, alarms
        nursery.cancel_scope.cancel()


@pytest.mark.native
async def test_agents_who_go_to_lunch_are_missed_after_a_minute_and_one_who_comes_back_ends_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with watched(agents_below=2, after_s=60, level="critical") as (office, alarms):
        log_all_on(office, "1001", "1002")
        await trio.sleep(100)
        assert alarms.standing == {}
        ask(office, "1002", Act.NOT_READY, "lunch")
        await trio.sleep(50)
        assert alarms.standing == {}
        await trio.sleep(20)
        assert alarms.standing["queue sales agents"].level == "critical"
        log_all_on(office, "1003")
        await trio.sleep(50)
        assert alarms.standing, "it goes when all has been well for a minute"
        await trio.sleep(20)
        assert alarms.standing == {}


@pytest.mark.native
async def test_a_caller_who_waits_too_long_is_an_alarm_until_the_longest_wait_is_half_of_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with watched(waiting_longer_s=60, after_s=10) as (office, alarms):
        first = await calls(office)
        await trio.sleep(45)
        await calls(office, "8005")
        await trio.sleep(25)
        assert list(alarms.standing) == ["queue sales waiting"]
        log_all_on(office, "1001")
        ann = office.phone("8001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(5)
        assert alarms.standing, "the second has waited 25 s, and will have waited more than 30 in a moment"
        first.hang_up()
        ann.hang_up()
        await trio.sleep(1)
        await ann.rung(within=8)
        ann.lift()
        await trio.sleep(10 + 2 * LOOK_S)
        assert alarms.standing == {}


@pytest.mark.native
async def test_an_alarm_of_a_queue_that_is_watched_no_more_goes(autojump_clock: trio.testing.MockClock) -> None:
    async with watched(agents_below=1, after_s=0) as (office, alarms):
        await trio.sleep(2 * LOOK_S)
        assert list(alarms.standing) == ["queue sales agents"]
        box = office.exchange.box
        plain = box.queue[0].model_copy(update={"alarms": Settings()})
        office.exchange.box = box.model_copy(update={"queue": (plain,)})
        await trio.sleep(2 * LOOK_S)
        assert alarms.standing == {}
