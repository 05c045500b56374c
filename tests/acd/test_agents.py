"""An agent's states: what may be asked in which, what waits behind a call, and after-call work."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acd.agents import ASKABLE, ASKED, CSTA, TABLE, Act, Agent, NotNow, Pending, State, Then
from core.config.model.queues import AgentGroup, AgentSettings
from hw.errors import LocalError

S, A = State, Act


def agent(**settings: Any) -> Agent:
    """Logged on and ready at 0."""
    group = AgentGroup(**{"name": "g", "begin": "ready", **settings})
    one = Agent(AgentSettings(number="8001", group="g"), group, 0.0)
    one.ask(A.LOG_ON, 0.0)
    return one


def state_of(one: Agent) -> State:
    """Asked anew each time: acts change it."""
    return one.state


def busy(call: int = 1, **settings: Any) -> Agent:
    """In a call of a queue since 10."""
    one = agent(**settings)
    one.offered(call, 5.0)
    one.answered(call, 10.0)
    return one


def test_every_state_has_its_name_in_csta() -> None:
    assert set(CSTA) == set(State)


@pytest.mark.parametrize("state", [state for state in State if state is not S.LOGGED_OFF])
def test_out_of_every_state_an_agent_can_log_off(state: State) -> None:
    assert (state, A.LOG_OFF) in TABLE


def test_what_can_be_pending_is_a_state_that_is_asked_for() -> None:
    assert {act for (_, act), then in TABLE.items() if then is Then.LATER} <= set(ASKED)


@pytest.mark.parametrize("act", [act for act in Act if act in ASKABLE and act is not A.LOG_ON])
def test_who_is_logged_off_can_only_log_on(act: Act) -> None:
    one = Agent(AgentSettings(number="8001", group="g"), AgentGroup(name="g"), 0.0)
    with pytest.raises(NotNow, match="logged off"):
        one.ask(act, 1.0)


def test_logging_on_leads_to_the_state_of_the_group() -> None:
    assert agent(begin="ready").state is S.READY
    assert agent(begin="not ready").state is S.NOT_READY


def test_not_ready_has_a_reason_and_each_is_counted() -> None:
    one = agent()
    one.ask(A.NOT_READY, 10.0, "training")
    one.ask(A.NOT_READY, 25.0, "papers")
    one.ask(A.READY, 30.0)
    assert one.counts.reasons == {"training": 15.0, "papers": 5.0}
    assert one.counts.times[S.NOT_READY] == 20.0


def test_rest_is_counted_apart_and_ends_in_ready() -> None:
    one = agent()
    one.ask(A.REST, 10.0)
    assert (one.state, CSTA[one.state]) == (S.RESTING, "agentNotReady")
    one.ask(A.END_REST, 70.0)
    assert state_of(one) is S.READY
    assert one.counts.times[S.RESTING] == 60.0


def test_rest_may_need_a_supervisors_leave() -> None:
    one = agent(rest_needs_leave=True)
    with pytest.raises(NotNow, match="leave"):
        one.ask(A.REST, 1.0)
    one.ask(A.REST, 2.0, by="boss")
    assert (one.state, one.by) == (S.RESTING, "boss")


def test_a_call_leads_to_after_call_work_and_that_to_ready() -> None:
    one = busy(after_call_s=30)
    one.call_ended(1, 50.0)
    assert (one.state, one.until) == (S.AFTER_CALL, 80.0)
    one.time_is_up(79.0)
    assert state_of(one) is S.AFTER_CALL
    one.time_is_up(80.0)
    assert state_of(one) is S.READY
    assert one.counts.times[S.AFTER_CALL] == 30.0


def test_after_call_work_is_extended_and_ended_at_will() -> None:
    one = busy(after_call_s=30, after_call_extend_s=20)
    one.call_ended(1, 50.0)
    one.ask(A.EXTEND_WORK, 60.0)
    assert one.until == 100.0
    one.ask(A.END_WORK, 70.0)
    assert state_of(one) is S.READY


def test_after_call_work_without_limit_lasts_until_it_is_ended() -> None:
    one = busy(after_call_s=0)
    one.call_ended(1, 50.0)
    assert one.until is None
    with pytest.raises(NotNow, match="no limit"):
        one.ask(A.EXTEND_WORK, 60.0)
    one.ask(A.END_WORK, 5000.0)
    assert state_of(one) is S.READY


def test_after_call_work_by_hand_comes_only_when_it_was_asked_for() -> None:
    one = busy(after_call="by hand")
    one.call_ended(1, 50.0)
    assert state_of(one) is S.READY
    one = busy(after_call="by hand")
    one.ask(A.WORK, 40.0)
    assert one.pending == Pending(S.AFTER_CALL)
    one.call_ended(1, 50.0)
    assert state_of(one) is S.AFTER_CALL


def test_a_group_may_know_no_after_call_work() -> None:
    one = busy(after_call="none")
    with pytest.raises(NotNow, match="no after-call work"):
        one.ask(A.WORK, 40.0)
    one.call_ended(1, 50.0)
    assert state_of(one) is S.READY


def test_a_short_call_leads_to_no_after_call_work() -> None:
    one = busy(after_call_from_s=15)
    one.call_ended(1, 20.0)
    assert state_of(one) is S.READY
    one = busy(after_call_from_s=15)
    one.call_ended(1, 25.0)
    assert state_of(one) is S.AFTER_CALL


@pytest.mark.parametrize(("act", "state"), [(A.NOT_READY, S.NOT_READY), (A.REST, S.RESTING)])
def test_what_is_asked_during_a_call_comes_after_its_work(act: Act, state: State) -> None:
    one = busy(after_call_s=30)
    one.ask(act, 20.0, "lunch")
    assert (one.state, one.pending) == (S.BUSY, Pending(state, "lunch"))
    one.call_ended(1, 50.0)
    assert state_of(one) is S.AFTER_CALL
    one.time_is_up(80.0)
    assert (one.state, one.reason, one.pending) == (state, "lunch", None)


def test_a_pending_state_is_taken_back_by_ready() -> None:
    one = busy(after_call="none")
    one.ask(A.NOT_READY, 20.0)
    one.ask(A.READY, 30.0)
    one.call_ended(1, 50.0)
    assert state_of(one) is S.READY


def test_log_off_during_a_call_waits_for_its_end_and_skips_the_work() -> None:
    one = busy(after_call_s=30)
    one.ask(A.LOG_OFF, 20.0)
    assert state_of(one) is S.BUSY
    one.call_ended(1, 50.0)
    assert state_of(one) is S.LOGGED_OFF


def test_a_supervisors_force_is_kept_with_his_name() -> None:
    one = busy(after_call="none")
    one.ask(A.NOT_READY, 20.0, by="boss")
    assert one.pending == Pending(S.NOT_READY, "", "boss")
    one.call_ended(1, 50.0)
    assert (one.state, one.by) == (S.NOT_READY, "boss")
    one.ask(A.READY, 60.0, by="boss")
    assert (one.state, one.by) == (S.READY, "boss")


def test_asking_for_ready_when_ready_changes_nothing() -> None:
    one = agent()
    one.ask(A.READY, 50.0)
    assert (one.idle_since, one.since) == (0.0, 0.0)


@pytest.mark.parametrize("before", [A.NOT_READY, A.REST])
def test_a_call_out_leads_back_to_where_he_was(before: Act) -> None:
    one = agent()
    one.ask(before, 1.0, "lunch")
    state = one.state
    one.call_began(7, 10.0)
    assert state_of(one) is S.BUSY
    one.call_ended(7, 30.0)
    assert (one.state, one.reason) == (state, "lunch")


@pytest.mark.parametrize("before", [A.NOT_READY, A.REST])
def test_who_asks_for_ready_during_a_call_out_is_ready_after_it(before: Act) -> None:
    one = agent()
    one.ask(before, 1.0, "lunch")
    one.call_began(7, 10.0)
    one.ask(A.READY, 20.0)
    one.call_ended(7, 30.0)
    assert (one.state, one.reason) == (S.READY, "")


def test_a_call_out_of_after_call_work_leaves_him_the_rest_of_it() -> None:
    one = busy(after_call_s=30)
    one.call_ended(1, 50.0)
    one.call_began(7, 60.0)
    one.call_ended(7, 100.0)
    assert (one.state, one.until) == (S.AFTER_CALL, 120.0)


def test_work_begun_when_not_ready_leads_back_there() -> None:
    one = agent()
    one.ask(A.NOT_READY, 1.0, "papers")
    one.ask(A.WORK, 2.0)
    one.ask(A.END_WORK, 10.0)
    assert (one.state, one.reason) == (S.NOT_READY, "papers")


@pytest.mark.parametrize(("counts", "load", "state"), [(False, (0, 0.0), S.READY), (True, (1, 20.0), S.AFTER_CALL)])
def test_direct_calls_count_where_the_group_says_so(counts: bool, load: tuple[int, float], state: State) -> None:
    one = agent(direct_calls_count=counts)
    one.call_began(7, 10.0)
    one.call_ended(7, 30.0)
    assert (one.load(), one.state) == (load, state)
    assert (one.counts.direct, one.counts.direct_talk_s) == (1, 20.0)


def test_with_two_calls_he_is_busy_until_both_are_gone() -> None:
    one = busy(after_call="none")
    one.call_began(2, 20.0)
    one.call_ended(1, 30.0)
    assert state_of(one) is S.BUSY
    one.call_ended(2, 40.0)
    assert state_of(one) is S.READY


@pytest.mark.parametrize("how", ["no answer", "reject", "unreachable"])
@pytest.mark.parametrize(("follows", "state"), [("not ready", S.NOT_READY), ("pause", S.READY)])
def test_a_missed_offer_has_the_groups_answer(how: str, follows: str, state: State) -> None:
    one = agent(**{how.replace(" ", "_"): follows, "pause_s": 10})
    one.offered(1, 5.0)
    one.missed(how, 25.0)
    assert state_of(one) is state
    assert not one.available(30.0)
    if state is S.READY:
        assert one.available(35.0)
    else:
        assert one.reason == how


def test_a_missed_offer_leads_to_what_was_asked_meanwhile() -> None:
    one = agent()
    one.offered(1, 5.0)
    one.ask(A.REST, 10.0)
    one.missed("no answer", 25.0)
    assert state_of(one) is S.RESTING


def test_a_withdrawn_offer_takes_no_idle_time_away() -> None:
    one = agent()
    one.offered(1, 100.0)
    one.withdrawn(110.0)
    assert (one.state, one.idle_since) == (S.READY, 0.0)


@pytest.mark.parametrize("happens", ["answered", "withdrawn", "missed", "call_ended"])
def test_what_cannot_happen_is_our_bug(happens: str) -> None:
    one = agent()
    arguments = {"answered": (1, 1.0), "withdrawn": (1.0,), "missed": ("reject", 1.0), "call_ended": (1, 1.0)}
    with pytest.raises(LocalError, match="8001"):
        getattr(one, happens)(*arguments[happens])


def test_the_day_begins_with_new_counts_and_the_old_ones_are_whole() -> None:
    one = busy()
    old = one.begin_day(100.0)
    assert old.times[S.BUSY] == 90.0
    assert one.since == 10.0, "he is busy since before midnight"
    one.call_ended(1, 130.0)
    assert one.counts.times[S.BUSY] == 30.0


@given(st.lists(st.tuples(st.sampled_from(sorted(ASKABLE, key=str)), st.floats(0, 50))))
def test_times_in_all_states_add_up(acts: list[tuple[Act, float]]) -> None:
    one, now = agent(), 0.0
    for act, seconds in acts:
        now += seconds
        try:
            one.ask(act, now)
        except NotNow:
            continue
    assert sum(one.begin_day(now).times.values()) == pytest.approx(now)
