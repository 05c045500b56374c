"""Reserved, then rung: every way an offer can end, and every race around it."""

from __future__ import annotations

import pytest

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act, State
from core.config.model.queues import AgentGroup, QueueSettings
from tests.acd.floor import Tried, agent, all_of, offered, only

Q = QueueSettings(name="q", ring_s=20)
PATIENT = AgentGroup(name="g", begin="ready", after_call="none", no_answer="pause", pause_s=10)


def withdrawn(orders: list[o.Order]) -> list[tuple[str, str]]:
    return [(one.agent, one.reason) for one in all_of(o.Withdraw, orders)]


def test_the_agent_is_reserved_before_the_telephone_rings() -> None:
    floor = Tried(Q, agent("1", "q"))
    orders = floor.enter(1, "q")
    kinds = [type(order) for order in orders]
    assert kinds.index(o.AgentChanged) < kinds.index(o.Offer)
    assert only(o.AgentChanged, orders).state is State.OFFERED


def test_no_answer_brings_the_caller_back_to_his_place_and_the_agent_out() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.enter(1, "q")
    floor.enter(2, "q", after=1.0)
    orders = floor.pass_time(20.0)
    assert withdrawn(orders) == [("1", "no answer")]
    assert floor.state("1") is State.NOT_READY
    back = only(o.Queued, orders)
    assert (back.call, back.position, back.how) == (1, 1, "back")
    assert offered(floor.ask("1", Act.READY, after=60.0)) == [(1, ("1",))]


def test_the_next_agent_is_rung_at_once_when_one_does_not_answer() -> None:
    floor = Tried(Q, agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q")
    assert offered(floor.pass_time(20.0)) == [(1, ("2",))]


def test_an_agent_with_a_pause_is_spared_that_long_and_not_longer() -> None:
    floor = Tried(Q, agent("1", "q"), PATIENT)
    floor.enter(1, "q")
    assert offered(floor.pass_time(29.9)) == []
    assert floor.state("1") is State.READY
    assert offered(floor.pass_time(0.2)) == [(1, ("1",))]


@pytest.mark.parametrize("how", ["reject", "unreachable"])
def test_a_refused_or_failed_offer_goes_to_the_next_at_once(how: str) -> None:
    floor = Tried(Q, agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q")
    orders = floor.take(e.Missed(1, "1", how), after=2.0)
    assert withdrawn(orders) == [("1", how)]
    assert offered(orders) == [(1, ("2",))]


def test_one_who_refuses_of_those_rung_together_leaves_the_others_ringing() -> None:
    floor = Tried(QueueSettings(name="q", strategy="ring all"), agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q")
    orders = floor.take(e.Missed(1, "1", "reject"))
    assert (withdrawn(orders), all_of(o.Queued, orders)) == ([("1", "reject")], [])
    assert only(o.Connect, floor.answer(1, "2")).agent == "2"


def test_two_lift_at_once_and_the_second_hears_that_the_call_is_gone() -> None:
    floor = Tried(QueueSettings(name="q", strategy="ring all"), agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q")
    assert only(o.Connect, floor.answer(1, "1")).agent == "1"
    late = floor.answer(1, "2")
    assert (withdrawn(late), all_of(o.Connect, late)) == ([("2", "answered elsewhere")], [])
    assert floor.state("2") is State.READY


def test_the_caller_hangs_up_while_the_agent_lifts() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.enter(1, "q")
    orders = floor.take(e.CallerGone(1), after=3.0)
    assert withdrawn(orders) == [("1", "caller gone")]
    assert only(o.Left, orders).how == "abandoned"
    assert floor.state("1") is State.READY
    assert withdrawn(floor.answer(1, "1")) == [("1", "too late")]
    assert floor.state("1") is State.READY


def test_an_answer_in_the_moment_the_ringing_ends_is_too_late_and_hurts_nobody() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.enter(1, "q")
    floor.pass_time(20.0)
    assert withdrawn(floor.answer(1, "1")) == [("1", "too late")]
    assert floor.waiting("q") == (1,)


def test_log_off_while_ringing_gives_the_call_to_the_next() -> None:
    floor = Tried(Q, agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q")
    orders = floor.ask("1", Act.LOG_OFF, after=2.0)
    assert withdrawn(orders) == [("1", "logged off")]
    assert offered(orders) == [(1, ("2",))]
    assert floor.state("1") is State.LOGGED_OFF


def test_not_ready_while_ringing_holds_after_this_call() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.enter(1, "q")
    assert withdrawn(floor.ask("1", Act.NOT_READY, after=2.0)) == []
    floor.answer(1, "1")
    floor.end(1, "1", after=30.0)
    assert floor.state("1") is State.NOT_READY


def test_an_agent_who_calls_out_in_that_instant_loses_the_offer_not_the_call() -> None:
    floor = Tried(Q, agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q")
    orders = floor.take(e.CallBegan(900, "1"))
    assert withdrawn(orders) == [("1", "agent busy")]
    assert offered(orders) == [(1, ("2",))]
    floor.take(e.CallEnded(900, "1"), after=5.0)
    assert floor.state("1") is State.READY


@pytest.mark.parametrize("by", ["2", "1", "boss"])
def test_a_ringing_call_can_be_picked_up(by: str) -> None:
    floor = Tried(Q, agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q")
    orders = floor.take(e.PickedUp(1, by))
    connect = only(o.Connect, orders)
    assert connect.agent == ("" if by == "boss" else by)
    assert withdrawn(orders) == ([] if by == "1" else [("1", "picked up")])
    states = {number: floor.state(number) for number in ("1", "2")}
    assert states == {number: State.BUSY if number == by else State.READY for number in ("1", "2")}


def test_a_waiting_call_is_picked_up_by_an_agent_who_is_rung_for_another() -> None:
    floor = Tried(Q, QueueSettings(name="p"), agent("1", "q"))
    floor.enter(1, "q")
    floor.enter(2, "p", after=1.0)
    orders = floor.take(e.PickedUp(2, "1"))
    assert (only(o.Connect, orders).call, withdrawn(orders)) == (2, [("1", "agent busy")])
    assert offered(floor.end(2, "1", after=5.0)) == [(1, ("1",))]


def test_a_call_that_somebody_else_picked_up_is_forgotten_when_its_caller_goes() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.enter(1, "q")
    floor.take(e.PickedUp(1, "boss"))
    assert floor.take(e.CallerGone(1)) == []
    assert floor.take(e.PickedUp(1, "1")) == []


def test_the_callers_hang_up_frees_the_desk_or_waits_for_the_agent() -> None:
    by_hand = AgentGroup(name="h", begin="ready", after_call="none", release="by the agent")
    floor = Tried(Q, agent("1", "q"), agent("2", "q", group="h"), by_hand)
    for call, number in ((1, "1"), (2, "2")):
        floor.enter(call, "q", after=1.0)
        floor.answer(call, number)
    orders = floor.take(e.CallerGone(1), after=30.0)
    assert only(o.ClearDesk, orders).agent == "1"
    assert floor.state("1") is State.READY
    assert floor.take(e.CallerGone(2)) == []
    assert floor.state("2") is State.BUSY
    floor.end(2, "2", after=5.0)
    assert floor.state("2") is State.READY


def test_what_is_told_late_of_calls_that_are_gone_changes_nothing() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.enter(1, "q")
    floor.take(e.CallerGone(1))
    for event in (
        e.CallerGone(1),
        e.CallerLeft(1, "message"),
        e.Missed(1, "1", "reject"),
        e.CallEnded(1, "1"),
        e.CallBackWanted(1, "300"),
        e.CallBackFailed(1),
        e.CallBackCancelled(1),
    ):
        assert floor.take(event) == [], event
    assert floor.state("1") is State.READY


def test_log_off_then_on_leaves_no_trace_of_the_pause() -> None:
    floor = Tried(Q, agent("1", "q"), PATIENT)
    floor.enter(1, "q")
    floor.pass_time(20.0)
    floor.ask("1", Act.LOG_OFF)
    assert offered(floor.ask("1", Act.LOG_ON)) == [(1, ("1",))]
