"""Why a call still waits, agent by agent."""

from __future__ import annotations

import pytest

from core.acd import events as e
from core.acd.agents import Act
from core.acd.waiting import Caller
from core.config.model.queues import AgentGroup, Membership, QueueSettings
from core.texts import speaking
from hw.errors import LocalError
from tests.acd.floor import Tried, agent


def said(floor: Tried, call: int) -> dict[str, str]:
    return {one.agent: one.sentence() for one in floor.distribution.why_waiting(call)}


def test_each_agent_has_his_obstacle() -> None:
    skilled = {"english": 3}
    floor = Tried(
        QueueSettings(name="q", require=skilled, ring_up_to=1),
        AgentGroup(name="g", begin="ready", after_call="none", reject="pause"),
        agent("1", Membership(queue="q", rank=2), skills=skilled),
        agent("2", "q", skills={"english": 2}),
        *(agent(number, "q", skills=skilled) for number in "34567"),
        logged_on=("1", "2", "3", "4", "5", "6"),
    )
    floor.ask("3", Act.NOT_READY, reason="lunch")
    floor.take(e.CallBegan(900, "4"))
    floor.ask("6", Act.REST)
    floor.enter(1, "q")
    floor.take(e.Missed(1, "5", "reject"))
    assert said(floor, 1) == {
        "1": "rank 2, agents up to 1 are rung so far",
        "2": "english is 2, 3 is asked for",
        "3": "not ready: lunch",
        "4": "busy",
        "5": "has a pause after a missed call",
        "6": "rest",
        "7": "logged off",
    }
    with speaking("zh"):
        assert said(floor, 1)["3"] == "示忙:lunch"
        floor.ask("6", Act.NOT_READY, reason="unreachable")
        assert said(floor, 1)["6"] == "示忙:无法接通", "the box's own reasons are read in one's own language"


def test_who_is_rung_is_no_obstacle_and_who_is_rung_for_another_says_for_which() -> None:
    floor = Tried(QueueSettings(name="q"), agent("1", "q"))
    floor.enter(1, "q")
    floor.enter(2, "q")
    assert (said(floor, 1), said(floor, 2)) == ({}, {"1": "is offered call 1"})


def test_who_is_waited_for_alone_is_named() -> None:
    floor = Tried(QueueSettings(name="q", strategy="owner agent"), agent("1", "q"), agent("2", "q"))
    floor.take(e.CallBegan(900, "1"))
    floor.enter(1, "q", caller=Caller(owner="1"))
    assert said(floor, 1) == {"1": "busy", "2": "the caller waits for agent 1 alone"}


def test_a_call_in_no_queue_is_our_bug() -> None:
    with pytest.raises(LocalError, match="call 7 is in no queue"):
        Tried(QueueSettings(name="q")).distribution.why_waiting(7)
