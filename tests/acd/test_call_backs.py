"""Callers who have hung up and are called back when their turn comes."""

from __future__ import annotations

import pytest

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act, State
from core.acd.waiting import Caller
from core.config.model.queues import AgentGroup, DistributionSettings, QueueSettings, Step, Target
from hw.errors import LocalError
from tests.acd.floor import Tried, agent, all_of, desk, offered, only
from tests.acd.test_callers import alone

ANN = Caller(number="13800000001")


def asked_back(**settings: object) -> Tried:
    """Call 1 is to be called back; no agent is ready."""
    floor = alone(**settings)
    floor.enter(1, "q", caller=ANN)
    floor.take(e.CallBackWanted(1, ANN.number), after=10.0)
    return floor


# ---- keeping the place ----


def test_virtual_hold_keeps_the_place_and_the_agent_gets_the_call_back() -> None:
    floor = asked_back()
    floor.enter(2, "q", after=1.0)
    assert floor.take(e.CallerGone(1)) == []
    assert floor.waiting("q") == (1, 2)
    offer = only(o.Offer, floor.ask("1", Act.READY, after=60.0))
    assert (offer.call, offer.call_back) == (1, "13800000001")
    assert only(o.Connect, floor.answer(1, "1")).call_back == "13800000001"


def test_who_is_to_be_called_back_hears_nothing_and_is_not_sent_away() -> None:
    floor = asked_back(max_wait_s=60, recipe=(Step(after_s=20, every_s=10, announce="a"),))
    assert floor.pass_time(300.0) == []


def test_a_step_that_sends_callers_to_the_mailbox_is_not_for_who_has_hung_up() -> None:
    floor = asked_back(recipe=(Step(after_s=20, overflow=Target(to="mailbox", name="m")),))
    assert floor.pass_time(60.0) == []
    assert floor.waiting("q") == (1,)


def test_one_asked_for_by_a_flow_waits_from_then_and_is_turned_away_by_no_limit() -> None:
    floor = alone(max_waiting=1)
    floor.enter(1, "q")
    floor.enter(2, "q", caller=ANN, call_back=ANN.number)
    assert floor.waiting("q") == (1, 2)
    view = floor.distribution.queue("q")
    assert (view.waiting, view.call_backs, view.day.offered, view.day.asked_back) == (1, 1, 1, 1)


def test_an_appointment_is_kept_not_before_its_time() -> None:
    floor = alone()
    floor.ask("1", Act.READY)
    assert offered(floor.enter(1, "q", caller=ANN, call_back=ANN.number, not_before=floor.now + 600)) == []
    assert offered(floor.pass_time(599.0)) == []
    assert offered(floor.pass_time(1.0)) == [(1, ("1",))]


def test_call_backs_fill_no_queue_and_an_appointment_stands_before_nobody() -> None:
    floor = alone(max_waiting=2, recipe=(Step(after_s=5, say=("position",)),))
    for call in (1, 2, 3):
        floor.enter(call, "q", caller=Caller(f"10{call}"))
        floor.take(e.CallBackWanted(call, f"10{call}"))
    floor.enter(4, "q", caller=ANN, call_back=ANN.number, not_before=floor.now + 600, entered=0.0)
    floor.enter(5, "q")
    assert only(o.Say, floor.pass_time(5.0)).position == 4
    floor.enter(6, "q")
    assert only(o.LeftFor, floor.enter(7, "q")).reason == "full"


def test_an_appointment_does_not_make_the_queue_seem_slower_than_it_is() -> None:
    floor = alone()
    floor.enter(1, "q", caller=ANN, call_back=ANN.number, not_before=floor.now + 90_000)
    for call in range(2, 12):
        floor.ask("1", Act.READY)
        floor.enter(call, "q", after=200.0)
        floor.answer(call, "1")
        floor.take(e.CallEnded(call, "1"), after=100.0)
    assert floor.distribution.queue("q").expected is None, "nobody was ever waiting"


def test_after_a_restart_it_has_its_time_of_entry_and_the_tries_that_were_made() -> None:
    floor = alone(call_back_tries=2)
    floor.enter(1, "q")
    floor.enter(2, "q", caller=ANN, call_back=ANN.number, entered=floor.now - 500, tries=1)
    assert floor.waiting("q") == (2, 1)
    floor.ask("1", Act.READY)
    floor.answer(2, "1")
    assert only(o.LeftFor, floor.take(e.CallBackFailed(2))).reason == "call-back failed"


# ---- trying ----


def test_one_that_fails_is_tried_again_and_then_given_up() -> None:
    floor = alone(call_back_tries=2, call_back_again_s=100)
    floor.ask("1", Act.READY)
    floor.enter(1, "q")
    floor.take(e.CallBackWanted(1, "300"), after=1.0)
    floor.answer(1, "1")
    floor.take(e.CallBackFailed(1, "no answer", left_as=900), after=20.0)
    assert floor.state("1") is State.BUSY, "he hears why, until he hangs up"
    assert floor.distribution.agent("1").calls == (900,)
    floor.end(900, "1", after=5.0)
    assert floor.state("1") is State.READY
    assert offered(floor.pass_time(94.0)) == []
    assert offered(floor.pass_time(1.0)) == [(1, ("1",))]
    floor.answer(1, "1")
    left = only(o.LeftFor, floor.take(e.CallBackFailed(1, "no answer"), after=20.0))
    assert left.reason == "call-back failed"
    assert floor.waiting("q") == ()


def test_an_agent_who_hangs_up_before_the_caller_answers_has_tried_him() -> None:
    floor = alone(call_back_tries=2, call_back_again_s=100)
    floor.ask("1", Act.READY)
    floor.enter(1, "q")
    floor.take(e.CallBackWanted(1, "300"), after=1.0)
    floor.answer(1, "1")
    floor.end(1, "1", after=3.0)
    assert floor.take(e.CallBackFailed(1, "agent gone")) == [], "that is told once"
    assert floor.waiting("q") == (1,)
    assert offered(floor.pass_time(100.0)) == [(1, ("1",))]


def test_an_agent_who_is_himself_called_back_and_does_not_answer_is_not_left_busy() -> None:
    floor = Tried(QueueSettings(name="q"), agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q", call_back="300")
    floor.answer(1, "1")
    floor.take(e.CallBegan(1, "2"))
    floor.take(e.CallBackFailed(1, "no answer", left_as=900), after=5.0)
    for number in ("1", "2"):
        floor.end(900, number)
        assert floor.state(number) is State.READY


def test_once_he_is_reached_it_is_a_call_like_others() -> None:
    floor = Tried(QueueSettings(name="q"), agent("1", "q"), AgentGroup(name="g", begin="ready"))
    floor.enter(1, "q", caller=ANN, call_back=ANN.number)
    floor.answer(1, "1")
    floor.take(e.CallBackReached(1), after=8.0)
    floor.end(1, "1", after=60.0)
    assert floor.state("1") is State.AFTER_CALL
    day = floor.distribution.queue("q").day
    assert (day.called_back, day.answered, day.talk_s) == (1, 0, 60.0)


def test_no_after_call_work_follows_one_that_nobody_answered() -> None:
    floor = Tried(QueueSettings(name="q"), agent("1", "q"), AgentGroup(name="g", begin="ready"))
    floor.enter(1, "q")
    floor.take(e.CallBackWanted(1, "300"))
    floor.answer(1, "1")
    floor.take(e.CallBackFailed(1), after=20.0)
    floor.end(1, "1", after=2.0)
    assert floor.state("1") is State.READY


def test_it_finds_its_place_after_ageing_was_changed_meanwhile() -> None:
    floor = Tried(
        QueueSettings(name="q", priority=1, call_back_again_s=10), agent("1", "q"), DistributionSettings(ageing_s=50)
    )
    floor.enter(1, "q")
    floor.take(e.CallBackWanted(1, "300"))
    floor.answer(1, "1")
    floor.ask("1", Act.NOT_READY)
    parts = (QueueSettings(name="q", priority=1), agent("1", "q"), DistributionSettings(ageing_s=500))
    floor.take(e.Reconfigured(desk(*parts)))
    floor.enter(2, "q", after=1.0)
    floor.take(e.CallBackFailed(1), after=1.0)
    floor.pass_time(3600.0)
    assert floor.waiting("q") == (1, 2)


def test_one_that_rests_keeps_its_place_for_its_turn() -> None:
    floor = alone(call_back_again_s=50)
    floor.ask("1", Act.READY)
    floor.enter(1, "q")
    floor.take(e.CallBackWanted(1, "300"))
    floor.answer(1, "1")
    floor.ask("1", Act.NOT_READY)
    floor.enter(2, "q", after=1.0)
    floor.take(e.CallBackFailed(1), after=1.0)
    assert floor.waiting("q") == (2, 1), "nobody stands behind one that rests"
    floor.pass_time(60.0)
    assert floor.waiting("q") == (1, 2)


# ---- the caller first ----


def test_the_caller_first_the_agent_is_reserved_until_he_is_there_and_then_rings_his_full_time() -> None:
    floor = asked_back(call_back_first="caller", call_back_ring_s=40, ring_s=20)
    assert offered(floor.ask("1", Act.READY)) == [(1, ("1",))]
    assert floor.pass_time(39.0) == []
    floor.take(e.CallBackReached(1))
    assert all_of(o.Withdraw, floor.pass_time(19.0)) == []
    assert only(o.Withdraw, floor.pass_time(1.0)).reason == "no answer"
    assert floor.waiting("q") == (1,), "he is on the line and waits, in his place"
    assert only(o.Offer, floor.ask("1", Act.READY)).call_back == ""


def test_the_caller_first_who_does_not_answer_frees_the_agent_at_once() -> None:
    floor = asked_back(call_back_first="caller", call_back_again_s=100)
    floor.ask("1", Act.READY)
    withdrawn = only(o.Withdraw, floor.take(e.CallBackFailed(1, "busy"), after=5.0))
    assert (withdrawn.agent, floor.state("1")) == ("1", State.READY)
    assert offered(floor.pass_time(99.0)) == []
    assert offered(floor.pass_time(1.0)) == [(1, ("1",))]


def test_the_caller_first_who_is_there_and_gives_up_is_no_abandoned_call() -> None:
    floor = asked_back(call_back_first="caller", place_kept_s=60)
    floor.ask("1", Act.READY)
    floor.take(e.CallBackReached(1), after=5.0)
    floor.take(e.CallerGone(1), after=2.0)
    day = floor.distribution.queue("q").day
    assert (day.called_back, day.abandoned, floor.state("1")) == (1, 0, State.READY)


# ---- one call-back for a number ----


def test_who_rings_again_by_himself_has_the_place_that_his_call_back_kept() -> None:
    floor = asked_back()
    floor.enter(2, "q", after=5.0)
    orders = floor.enter(3, "q", after=60.0, caller=ANN)
    assert (only(o.Left, orders).call, only(o.Left, orders).how) == (1, "rang himself")
    assert only(o.Queued, orders).how == "kept place"
    assert floor.waiting("q") == (3, 2)


def test_who_rings_again_while_an_agent_is_rung_for_his_call_back_gets_that_agent() -> None:
    floor = asked_back()
    floor.ask("1", Act.READY)
    orders = floor.enter(3, "q", after=2.0, caller=ANN)
    assert only(o.Withdraw, orders).reason == "caller left"
    assert offered(orders) == [(3, ("1",))]


def test_who_rings_while_he_is_being_called_is_served_and_called_no_more() -> None:
    floor = asked_back()
    floor.ask("1", Act.READY)
    floor.answer(1, "1")
    floor.enter(2, "q")
    floor.enter(3, "q", after=1.0, caller=ANN)
    assert only(o.Left, floor.take(e.CallBackFailed(1, "busy"))).how == "rang himself"
    assert floor.waiting("q") == (3, 2)


def test_who_rang_and_was_served_while_he_was_being_called_is_called_no_more() -> None:
    floor = Tried(QueueSettings(name="q", strategy="linear"), agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q", caller=ANN, call_back=ANN.number)
    floor.answer(1, "1")
    floor.enter(2, "q", caller=ANN)
    floor.answer(2, "2")
    assert only(o.Left, floor.take(e.CallBackFailed(1, "busy"))).how == "rang himself"


def test_a_number_has_one_call_back_however_often_it_is_asked_for() -> None:
    floor = asked_back()
    assert only(o.Left, floor.enter(2, "q", call_back=ANN.number)).how == "call-back asked already"
    floor.enter(3, "q")
    assert only(o.Left, floor.take(e.CallBackWanted(3, ANN.number))).how == "call-back asked already"
    assert floor.waiting("q") == (1,)


def test_one_that_was_cancelled_can_be_asked_for_again() -> None:
    floor = asked_back()
    assert only(o.Left, floor.take(e.CallBackCancelled(1))).how == "call-back cancelled"
    floor.enter(2, "q", call_back=ANN.number)
    assert floor.waiting("q") == (2,)


def test_it_needs_a_number_and_who_wants_none_cannot_cancel_it() -> None:
    floor = alone()
    floor.enter(1, "q")
    assert floor.take(e.CallBackCancelled(1)) == []
    with pytest.raises(LocalError, match="needs a number"):
        floor.take(e.CallBackWanted(1, ""))


def test_who_chooses_it_while_an_agent_is_rung_for_him_is_offered_anew_as_one_to_be_called() -> None:
    floor = alone()
    floor.ask("1", Act.READY)
    floor.enter(1, "q", caller=ANN)
    orders = floor.take(e.CallBackWanted(1, ANN.number), after=2.0)
    assert only(o.Withdraw, orders).agent == "1"
    assert only(o.Offer, orders).call_back == ANN.number
