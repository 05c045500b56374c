"""A caller's ways into, through and out of queues."""

from __future__ import annotations

import pytest

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act
from core.config.model.queues import AgentGroup, Membership, QueueSettings, Step, Target
from tests.acd.floor import Tried, agent, all_of, offered, only

BOX = Target(to="mailbox", name="sales")
OTHER = Target(to="queue", name="p")
P = QueueSettings(name="p")


def alone(*parts: object, **settings: object) -> Tried:
    """One queue; its one agent, of rank 1, is not ready."""
    queue = QueueSettings(**{"name": "q", "instead": BOX, **settings})  # type: ignore[arg-type]
    floor = Tried(queue, agent("1", "q", skills={"tax": 2}), *parts)
    floor.ask("1", Act.NOT_READY)
    return floor


# ---- limits ----


def test_one_more_than_may_wait_goes_elsewhere() -> None:
    floor = alone(max_waiting=1)
    floor.enter(1, "q")
    left = only(o.LeftFor, floor.enter(2, "q"))
    assert (left.target, left.reason) == (BOX, "full")
    assert floor.waiting("q") == (1,)


def test_who_has_waited_too_long_goes_elsewhere() -> None:
    floor = alone(max_wait_s=90)
    floor.enter(1, "q")
    assert floor.pass_time(89.0) == []
    left = only(o.LeftFor, floor.pass_time(1.0))
    assert (left.reason, left.waited_s) == ("waited too long", 90.0)


def test_whose_call_rings_when_his_time_is_over_is_left_until_it_has_rung() -> None:
    floor = alone(max_wait_s=30, ring_s=20)
    floor.enter(1, "q")
    floor.ask("1", Act.READY, after=20.0)
    assert all_of(o.LeftFor, floor.pass_time(15.0)) == []
    assert only(o.LeftFor, floor.pass_time(10.0)).reason == "waited too long"


def test_a_queue_that_needs_agents_takes_nobody_without_them_and_keeps_nobody_when_the_last_goes() -> None:
    floor = alone(needs_agents=True)
    floor.enter(1, "q")
    left = only(o.LeftFor, floor.ask("1", Act.LOG_OFF, after=5.0))
    assert (left.call, left.reason) == (1, "no agents")
    assert only(o.LeftFor, floor.enter(2, "q")).reason == "no agents"
    floor.ask("1", Act.LOG_ON)
    floor.enter(3, "q")
    # It rings at him; when he does not answer, nobody is left to answer.
    assert all_of(o.LeftFor, floor.take(e.Parted("1", "q"))) == []
    assert only(o.LeftFor, floor.pass_time(20.0)).call == 3
    floor.take(e.Joined("1", "q"))
    floor.enter(4, "q")
    assert only(o.LeftFor, floor.take(e.Parted("1", "q"))).call == 4


def test_the_last_agent_who_logs_off_behind_his_call_empties_the_queue_when_that_ends() -> None:
    floor = alone(needs_agents=True)
    floor.ask("1", Act.READY)
    floor.enter(1, "q")
    floor.answer(1, "1")
    floor.enter(2, "q")
    floor.ask("1", Act.LOG_OFF)
    assert floor.waiting("q") == (2,)
    assert only(o.LeftFor, floor.end(1, "1", after=5.0)).call == 2


# ---- recipe ----


def test_a_call_served_at_once_hears_nothing() -> None:
    floor = alone(recipe=(Step(announce="all-busy"),))
    floor.ask("1", Act.READY)
    assert all_of(o.Announce, floor.enter(1, "q")) == []
    assert [one.prompt for one in all_of(o.Announce, floor.pass_time(20.0))] == ["all-busy"]


def test_a_required_skill_is_dropped_and_who_lacks_it_serves() -> None:
    floor = alone(require={"tax": 5}, recipe=(Step(after_s=30, drop=("tax",)),))
    floor.enter(1, "q")
    assert offered(floor.ask("1", Act.READY, after=1.0)) == []
    orders = floor.pass_time(29.0)
    assert only(o.Stepped, orders).step == 1
    assert offered(orders) == [(1, ("1",))]
    assert only(o.Offer, orders).why.trigger == "recipe"


def test_a_required_skill_is_added() -> None:
    floor = alone(recipe=(Step(after_s=5, require={"tax": 3}),))
    floor.enter(1, "q")
    floor.pass_time(5.0)
    assert offered(floor.ask("1", Act.READY)) == []
    assert offered(floor.take(e.SkillSet("1", "tax", 3))) == [(1, ("1",))]


def test_the_ring_of_agents_widens() -> None:
    queue = QueueSettings(name="q", ring_up_to=1, recipe=(Step(after_s=20, ring_up_to=2),))
    floor = Tried(queue, agent("2", Membership(queue="q", rank=2)))
    assert offered(floor.enter(1, "q")) == []
    assert offered(floor.pass_time(20.0)) == [(1, ("2",))]


def test_priority_is_raised_and_the_place_with_it() -> None:
    floor = alone(recipe=(Step(after_s=10, position_from=2, raise_priority=1),))
    floor.enter(1, "q")
    floor.enter(2, "q", after=1.0)
    floor.pass_time(10.0)
    assert floor.waiting("q") == (2, 1)


def test_a_step_that_speaks_and_widens_finds_an_agent_at_once() -> None:
    floor = alone(require={"tax": 5}, recipe=(Step(after_s=30, announce="a", drop=("tax",)),))
    floor.ask("1", Act.READY)
    floor.enter(1, "q")
    assert offered(floor.pass_time(30.0)) == [(1, ("1",))]


def test_raised_priority_goes_along_into_another_queue() -> None:
    steps = (Step(after_s=10, raise_priority=3), Step(after_s=20, overflow=OTHER))
    floor = alone(P.model_copy(update={"priority": 1}), recipe=steps)
    floor.enter(1, "q")
    assert [one.priority for one in all_of(o.Queued, floor.pass_time(20.0))] == [4]


def test_overflow_to_another_queue_keeps_the_time_of_entry() -> None:
    floor = alone(P, agent("2", "p"), recipe=(Step(after_s=30, overflow=OTHER),))
    floor.ask("2", Act.NOT_READY)
    floor.enter(1, "q")
    floor.enter(2, "p", after=10.0)
    orders = floor.pass_time(20.0)
    assert only(o.Moved, orders).to == "p"
    assert only(o.Queued, orders).position == 1
    assert floor.waiting("p") == (1, 2)
    assert offered(floor.ask("2", Act.READY)) == [(1, ("2",))]


@pytest.mark.parametrize("to", ["flow", "mailbox", "number", "announcement"])
def test_overflow_to_anything_else_hands_the_call_over(to: str) -> None:
    target = Target(to=to, name="x")  # type: ignore[arg-type]
    floor = alone(recipe=(Step(after_s=30, overflow=target),))
    floor.enter(1, "q")
    left = only(o.LeftFor, floor.pass_time(30.0))
    assert (left.target, left.reason) == (target, "step 1")


def test_a_closed_queue_overflows_before_anybody_is_rung() -> None:
    floor = alone(recipe=(Step(closed="office", overflow=BOX),))
    floor.ask("1", Act.READY)
    orders = floor.enter(1, "q")
    assert only(o.LeftFor, orders).target == BOX
    assert offered(orders) == []


def test_callers_are_looked_at_when_the_office_closes() -> None:
    floor = alone(recipe=(Step(closed="office", overflow=BOX),))
    floor.take(e.CalendarsTold(frozenset({"office"})))
    floor.enter(1, "q")
    assert only(o.LeftFor, floor.take(e.CalendarsTold(frozenset()), after=1.0)).call == 1


def test_calls_are_not_sent_round_in_a_circle() -> None:
    back = QueueSettings(name="p", recipe=(Step(overflow=Target(to="queue", name="q")),))
    floor = alone(back, recipe=(Step(overflow=OTHER),))
    left = only(o.LeftFor, floor.enter(1, "q"))
    assert (left.target.to, left.reason) == ("release", "moved in a circle")


def test_two_full_queues_that_lead_to_each_other_release() -> None:
    floor = alone(
        QueueSettings(name="p", max_waiting=0, instead=Target(to="queue", name="q")), max_waiting=0, instead=OTHER
    )
    assert only(o.LeftFor, floor.enter(1, "q")).reason == "moved in a circle"


def test_the_place_is_said_and_the_wait_only_when_it_is_known_well() -> None:
    floor = alone(recipe=(Step(after_s=5, say=("position", "wait")),))
    for call in range(1, 4):
        floor.enter(call, "q")
    assert [(one.call, one.position, one.wait) for one in all_of(o.Say, floor.pass_time(5.0))] == [
        (1, 1, None),
        (2, 2, None),
        (3, 3, None),
    ]


def test_the_wait_is_said_when_the_queue_was_served_often_enough() -> None:
    floor = alone(recipe=(Step(after_s=700, say=("wait",)),))
    for call in range(1, 41):
        floor.enter(call, "q")
    offers = floor.ask("1", Act.READY)
    for _ in range(30):
        call = only(o.Offer, offers).call
        floor.answer(call, "1")
        offers = floor.end(call, "1", after=20.0)
    (first, *_) = all_of(o.Say, floor.pass_time(110.0))
    assert first.wait is not None
    # Served every 20 s: the last of ten who are left has the tenth place.
    assert {round(said.wait.seconds) for said in all_of(o.Say, floor.orders) if said.wait} <= set(range(20, 220, 20))


def test_choices_are_offered_and_a_message_is_a_way_out() -> None:
    floor = alone(recipe=(Step(after_s=60, offer=("wait", "message", "call back")),))
    floor.enter(1, "q")
    assert only(o.OfferChoice, floor.pass_time(60.0)).choices == ("wait", "message", "call back")
    assert only(o.Left, floor.take(e.CallerLeft(1, "message"), after=3.0)).how == "message"
    assert floor.waiting("q") == ()


def test_what_was_announced_is_not_said_again_after_a_missed_offer() -> None:
    group = AgentGroup(name="g", begin="ready", no_answer="pause", pause_s=30)
    queue = QueueSettings(name="q", recipe=(Step(after_s=5, announce="a"),), ring_s=10)
    floor = Tried(queue, agent("1", "q"), group)
    floor.ask("1", Act.NOT_READY)
    floor.enter(1, "q")
    assert len(all_of(o.Announce, floor.pass_time(6.0))) == 1
    floor.ask("1", Act.READY)
    assert all_of(o.Announce, floor.pass_time(30.0)) == []


def test_steps_go_on_where_they_were_when_an_offer_has_failed() -> None:
    queue = QueueSettings(name="q", recipe=(Step(after_s=5, announce="a"),), ring_s=10)
    floor = Tried(queue, agent("1", "q"))
    floor.enter(1, "q")
    assert len(all_of(o.Announce, floor.pass_time(10.0))) == 1
