"""Who has put his caller on hold can take the next call, where his group allows it."""

from __future__ import annotations

import pytest

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act, State
from core.config.model.queues import AgentGroup, QueueSettings
from tests.acd.floor import Tried, agent, all_of, offered, only

Q = QueueSettings(name="q", ring_s=20)
TAKES_NEXT = AgentGroup(name="g", begin="ready", after_call_s=30, next_call_while_holding=True)


def holding(*others: str, group: AgentGroup = TAKES_NEXT) -> Tried:
    """Agent 1 holds call 1."""
    floor = Tried(Q, group, *(agent(number, "q") for number in ("1", *others)))
    floor.enter(1, "q")
    floor.answer(1, "1")
    floor.take(e.Held(1, "1"), after=10.0)
    return floor


def test_the_next_call_comes_while_one_is_held_and_both_are_ended_in_any_order() -> None:
    for first, second in ((1, 2), (2, 1)):
        floor = holding()
        assert offered(floor.enter(2, "q")) == [(2, ("1",))]
        floor.answer(2, "1")
        assert floor.distribution.agent("1").calls == (1, 2)
        floor.end(first, "1", after=30.0)
        assert floor.state("1") is State.BUSY
        floor.end(second, "1", after=30.0)
        assert floor.state("1") is State.AFTER_CALL


@pytest.mark.parametrize(
    "event", [e.Held(1, "1", on=False), e.CallBegan(900, "1"), e.Asked("1", Act.NOT_READY), e.Asked("1", Act.LOG_OFF)]
)
def test_no_call_comes_to_who_speaks_again_or_wants_none(event: e.Event) -> None:
    floor = holding()
    floor.take(event)
    assert offered(floor.enter(2, "q")) == []


def test_without_the_setting_a_held_call_is_a_call() -> None:
    floor = holding(group=TAKES_NEXT.model_copy(update={"next_call_while_holding": False}))
    assert offered(floor.enter(2, "q")) == []


def test_an_agent_without_a_call_goes_before_one_who_holds() -> None:
    floor = holding("2")
    assert offered(floor.enter(2, "q")) == [(2, ("2",))]
    assert offered(floor.enter(3, "q")) == [(3, ("1",))]


def test_an_offer_that_is_missed_leads_back_to_the_held_call_and_then_to_not_ready() -> None:
    floor = holding()
    floor.enter(2, "q")
    floor.pass_time(20.0)
    assert floor.state("1") is State.BUSY
    floor.end(1, "1", after=5.0)
    floor.pass_time(30.0)
    assert floor.state("1") is State.NOT_READY


def test_taking_the_held_call_back_while_it_rings_gives_the_offer_away() -> None:
    floor = holding()
    floor.enter(2, "q")
    withdrawn = only(o.Withdraw, floor.take(e.Held(1, "1", on=False)))
    assert (withdrawn.agent, withdrawn.reason) == ("1", "agent busy")
    assert (floor.state("1"), floor.waiting("q")) == (State.BUSY, (2,))


def test_log_off_while_it_rings_gives_the_offer_away_and_keeps_the_held_call() -> None:
    floor = holding()
    floor.enter(2, "q")
    assert only(o.Withdraw, floor.ask("1", Act.LOG_OFF)).reason == "logged off"
    assert floor.state("1") is State.BUSY
    floor.end(1, "1", after=5.0)
    assert floor.state("1") is State.LOGGED_OFF


def test_the_held_caller_who_hangs_up_meanwhile_leaves_his_work_for_later() -> None:
    floor = holding()
    floor.enter(2, "q")
    assert len(all_of(o.ClearDesk, floor.take(e.CallerGone(1), after=3.0))) == 1
    assert floor.state("1") is State.OFFERED
    floor.take(e.CallerGone(2))
    assert floor.state("1") is State.AFTER_CALL


def test_a_late_word_of_a_call_that_is_gone_holds_nothing() -> None:
    floor = holding()
    floor.end(1, "1")
    assert floor.take(e.Held(1, "1")) == []


def test_ready_ends_a_pause() -> None:
    floor = Tried(Q, AgentGroup(name="g", begin="ready", no_answer="pause", pause_s=300), agent("1", "q"))
    floor.enter(1, "q")
    floor.pass_time(20.0)
    assert offered(floor.ask("1", Act.READY, after=5.0)) == [(1, ("1",))]


def test_each_agent_rings_his_own_time() -> None:
    floor = Tried(QueueSettings(name="q", strategy="ring all", ring_s=20), agent("1", "q"), agent("2", "q"))
    floor.ask("2", Act.NOT_READY)
    floor.enter(1, "q")
    floor.ask("2", Act.READY, after=15.0)
    assert [one.agent for one in all_of(o.Withdraw, floor.pass_time(5.0))] == ["1"]
    assert floor.state("2") is State.OFFERED
    assert [one.agent for one in all_of(o.Withdraw, floor.pass_time(15.0))] == ["2"]
