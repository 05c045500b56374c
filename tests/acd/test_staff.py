"""Acts of agents and supervisors, skills and queues changed at run time, commits."""

from __future__ import annotations

from typing import Any

import pytest

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act, State
from core.acd.settings import Desk
from core.acd.waiting import Caller
from core.config.model.queues import AgentGroup, CustomerClass, DistributionSettings, Membership, QueueSettings, Target
from hw.errors import LocalError
from tests.acd.floor import Tried, agent, desk, offered, only

Q = QueueSettings(name="q")
P = QueueSettings(name="p")


def test_an_act_that_cannot_be_is_refused_with_what_stands_against_it() -> None:
    floor = Tried(Q, agent("1", "q"))
    refused = only(o.Refused, floor.ask("1", Act.END_REST))
    assert (refused.act, refused.reason) == (Act.END_REST, "ready")


def test_a_supervisor_forces_states_and_his_name_stands_beside() -> None:
    floor = Tried(Q, agent("1", "q"))
    changed = only(o.AgentChanged, floor.ask("1", Act.NOT_READY, reason="meeting", by="boss"))
    assert (changed.state, changed.reason, changed.by) == (State.NOT_READY, "meeting", "boss")
    floor.ask("1", Act.READY, by="boss")
    floor.ask("1", Act.LOG_OFF, by="boss")
    assert floor.state("1") is State.LOGGED_OFF


def test_an_agent_who_does_not_exist_is_our_bug() -> None:
    with pytest.raises(LocalError, match="no such agent: 9"):
        Tried(Q).ask("9", Act.LOG_ON)


def test_calls_of_a_telephone_without_an_agent_concern_nobody() -> None:
    floor = Tried(Q, agent("1", "q"), logged_on=())
    assert floor.take(e.CallBegan(900, "1")) == []
    assert floor.take(e.CallEnded(900, "1")) == []


def test_a_busy_telephone_gets_no_call_and_the_next_one_when_it_is_free() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.take(e.CallBegan(900, "1"))
    assert floor.take(e.CallBegan(900, "1")) == []
    assert offered(floor.enter(1, "q")) == []
    assert offered(floor.take(e.CallEnded(900, "1"), after=5.0)) == [(1, ("1",))]


def test_after_call_work_ends_by_itself_and_the_next_call_comes() -> None:
    floor = Tried(Q, agent("1", "q"), AgentGroup(name="g", begin="ready", after_call_s=30))
    floor.enter(1, "q")
    floor.answer(1, "1")
    floor.enter(2, "q")
    assert offered(floor.end(1, "1", after=60.0)) == []
    assert offered(floor.pass_time(29.0)) == []
    assert offered(floor.pass_time(1.0)) == [(2, ("1",))]


# ---- skills and queues ----


def test_levels_differ_by_queue() -> None:
    asks = {"english": 5}
    member = Membership(queue="p", skills={"english": 2})
    floor = Tried(
        QueueSettings(name="q", require=asks),
        QueueSettings(name="p", require=asks),
        agent("1", "q", member, skills={"english": 7}),
    )
    assert offered(floor.enter(1, "p")) == []
    assert offered(floor.enter(2, "q")) == [(2, ("1",))]


def test_a_skill_given_at_run_time_brings_the_waiting_call() -> None:
    floor = Tried(QueueSettings(name="q", require={"tax": 3}), agent("1", "q"))
    floor.enter(1, "q")
    assert offered(floor.take(e.SkillSet("1", "tax", 2))) == []
    orders = floor.take(e.SkillSet("1", "tax", 3, "q", "boss"))
    assert offered(orders) == [(1, ("1",))]
    assert only(o.Offer, orders).why.trigger == "skills"


def test_a_skill_taken_away_in_a_queue_is_missing_there_only() -> None:
    floor = Tried(QueueSettings(name="q", require={"tax": 1}), P, agent("1", "q", "p", skills={"tax": 5}))
    floor.take(e.SkillSet("1", "tax", 0, "q"))
    assert offered(floor.enter(1, "q")) == []
    assert offered(floor.enter(2, "p", require={"tax": 5})) == [(2, ("1",))]


@pytest.mark.parametrize("event", [e.SkillSet("1", "tax", 11), e.SkillSet("1", "tax", 3, "p")])
def test_a_level_or_queue_that_cannot_be_is_our_bug(event: e.SkillSet) -> None:
    with pytest.raises(LocalError):
        Tried(Q, P, agent("1", "q")).take(event)


def test_an_agent_who_joins_a_queue_serves_it_at_once_and_who_parts_no_more() -> None:
    floor = Tried(Q, P, agent("1", "q"))
    floor.enter(1, "p")
    assert offered(floor.take(e.Joined("1", "p", rank=2))) == [(1, ("1",))]
    floor.answer(1, "1")
    floor.take(e.Parted("1", "p"))
    floor.enter(2, "p")
    assert offered(floor.end(1, "1", after=5.0)) == []


def test_an_offer_rings_on_when_its_agent_parts() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.enter(1, "q")
    floor.take(e.Parted("1", "q"))
    assert only(o.Connect, floor.answer(1, "1")).agent == "1"


# ---- commits ----


def commit(floor: Tried, *parts: Any) -> list[o.Order]:
    return floor.take(e.Reconfigured(desk(*parts)))


def test_a_commit_logs_nobody_off_and_loses_no_offer_no_place_and_no_count() -> None:
    floor = Tried(Q, agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q")
    floor.answer(1, "1")
    floor.enter(2, "q")
    floor.enter(3, "q")
    assert commit(floor, Q.model_copy(update={"ring_s": 60}), P, agent("1", "q", "p"), agent("2", "q")) == []
    assert (floor.state("1"), floor.state("2")) == (State.BUSY, State.OFFERED)
    assert floor.waiting("q") == (2, 3)
    assert floor.distribution.queue("q").day.offered == 3
    assert floor.distribution.agent("1").queues == ("q", "p")


def test_what_was_changed_at_run_time_stays_where_the_commit_says_nothing_new() -> None:
    floor = Tried(Q, P, agent("1", "q", skills={"tax": 2}), agent("2", "q", skills={"tax": 2}))
    for number in ("1", "2"):
        floor.take(e.SkillSet(number, "tax", 9))
        floor.take(e.Joined(number, "p"))
    commit(floor, Q, P, agent("1", "q", skills={"tax": 2}), agent("2", "q", skills={"tax": 5}))
    assert floor.distribution.agent("1").skills[""] == {"tax": 9}
    assert floor.distribution.agent("2").skills == {"": {"tax": 5}, "q": {"tax": 5}, "p": {"tax": 5}}
    assert floor.distribution.agent("1").queues == ("q", "p")


def test_a_queue_that_a_commit_takes_away_sends_its_callers_on_even_in_mid_offer() -> None:
    floor = Tried(Q.model_copy(update={"instead": Target(to="queue", name="p")}), P, agent("1", "q"), agent("2", "p"))
    floor.enter(1, "q")
    orders = commit(floor, P, agent("1"), agent("2", "p"))
    withdrawn = only(o.Withdraw, orders)
    assert (withdrawn.agent, withdrawn.reason) == ("1", "queue is gone")
    assert only(o.Moved, orders).to == "p"
    assert offered(orders) == [(1, ("2",))]
    assert [view.name for view in floor.distribution.queues()] == ["p"]


def test_an_agent_whom_a_commit_takes_away_ends_his_call_first() -> None:
    floor = Tried(Q, agent("1", "q"), agent("2", "q"))
    floor.enter(1, "q")
    floor.answer(1, "1")
    commit(floor, Q)
    assert [view.number for view in floor.distribution.agents()] == ["1"]
    floor.end(1, "1", after=5.0)
    assert floor.distribution.agents() == []


def test_an_agent_whom_a_second_commit_brings_back_stays() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.enter(1, "q")
    floor.answer(1, "1")
    commit(floor, Q)
    commit(floor, Q, agent("1", "q"))
    floor.end(1, "1", after=5.0)
    assert [view.number for view in floor.distribution.agents()] == ["1"]


def test_ageing_and_classes_follow_a_commit() -> None:
    vip = CustomerClass(name="vip", priority=1)
    floor = Tried(Q, vip, DistributionSettings(ageing_s=1000))
    floor.enter(1, "q")
    floor.enter(2, "q", after=100.0, caller=Caller(customer_class="vip"))
    assert floor.waiting("q") == (2, 1)
    commit(floor, Q, vip.model_copy(update={"priority": 0}), DistributionSettings(ageing_s=50))
    assert floor.waiting("q") == (1, 2)
    floor.enter(3, "q", caller=Caller(customer_class="vip"))
    assert floor.waiting("q") == (1, 2, 3)


def test_another_group_holds_from_now_on() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.enter(1, "q")
    floor.answer(1, "1")
    commit(floor, Q, agent("1", "q"), AgentGroup(name="g", after_call="automatic", after_call_s=10))
    floor.end(1, "1", after=5.0)
    assert floor.state("1") is State.AFTER_CALL


def test_an_empty_desk_is_a_desk() -> None:
    floor = Tried(Q, agent("1", "q"))
    floor.take(e.Reconfigured(Desk()))
    assert not floor.distribution.queues()
    assert not floor.distribution.agents()
    assert floor.distribution.next_look is None
