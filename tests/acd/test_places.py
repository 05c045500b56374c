"""The order of waiting callers: priority, entry, ageing, across queues; and places that are given back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act
from core.acd.waiting import Caller, KeptPlaces
from core.config.model.queues import CustomerClass, DistributionSettings, QueueSettings
from hw.errors import LocalError
from tests.acd.floor import Tried, agent, offered, only

VIP = CustomerClass(name="vip", priority=2)
Q = QueueSettings(name="q")


def served_in_order(floor: Tried, number: str, calls: int) -> list[int]:
    """One agent becomes ready and takes call after call."""
    order = []
    offers = floor.ask(number, Act.READY)
    for _ in range(calls):
        call = only(o.Offer, offers).call
        order.append(call)
        floor.answer(call, number)
        offers = floor.end(call, number, after=1.0)
    return order


def waiting(*parts: object) -> Tried:
    """With one agent, not ready."""
    floor = Tried(*parts)
    floor.ask("1", Act.NOT_READY)
    return floor


def test_within_a_priority_the_longest_wait_goes_first_and_higher_priorities_before() -> None:
    floor = waiting(Q, agent("1", "q"), VIP)
    floor.enter(1, "q")
    floor.enter(2, "q", after=1.0, caller=Caller(customer_class="vip"))
    floor.enter(3, "q", after=1.0)
    floor.enter(4, "q", after=1.0, caller=Caller(customer_class="vip"))
    assert floor.waiting("q") == (2, 4, 1, 3)
    assert served_in_order(floor, "1", 4) == [2, 4, 1, 3]


def test_who_waits_long_enough_goes_before_a_higher_priority_that_comes_later() -> None:
    floor = waiting(Q, agent("1", "q"), VIP, DistributionSettings(ageing_s=60))
    floor.enter(1, "q")
    floor.enter(2, "q", after=100.0, caller=Caller(customer_class="vip"))
    floor.enter(3, "q", after=30.0, caller=Caller(customer_class="vip"))
    assert floor.waiting("q") == (2, 1, 3)


def test_nobody_starves_though_higher_priorities_keep_coming() -> None:
    floor = waiting(Q, agent("1", "q"), VIP, DistributionSettings(ageing_s=60))
    floor.enter(1, "q")
    floor.enter(2, "q", caller=Caller(customer_class="vip"))
    floor.ask("1", Act.READY)
    serving, call = 2, 2
    for _ in range(20):
        floor.answer(serving, "1")
        call += 1
        floor.enter(call, "q", after=20.0, caller=Caller(customer_class="vip"))
        serving = only(o.Offer, floor.end(serving, "1", after=1.0)).call
        if serving == 1:
            break
    assert serving == 1
    assert floor.now < 2 * 60 + 2 * 21 + 5


def test_queues_that_share_an_agent_are_served_by_entry_not_by_name() -> None:
    floor = waiting(Q, QueueSettings(name="p"), QueueSettings(name="r", priority=1), agent("1", "p", "q", "r"))
    for call, queue in enumerate(("q", "p", "q", "p", "r"), 1):
        floor.enter(call, queue, after=1.0)
    assert served_in_order(floor, "1", 5) == [5, 1, 2, 3, 4]


@given(st.lists(st.tuples(st.sampled_from("pqr"), st.integers(0, 3)), min_size=1, max_size=12))
def test_one_agent_serves_all_his_queues_in_one_order(calls: list[tuple[str, int]]) -> None:
    classes = [CustomerClass(name=str(level), priority=level) for level in range(4)]
    queues = [QueueSettings(name=name) for name in "pqr"]
    floor = waiting(*queues, *classes, agent("1", "p", "q", "r"), DistributionSettings(ageing_s=86400))
    for call, (queue, level) in enumerate(calls, 1):
        floor.enter(call, queue, after=1.0, caller=Caller(customer_class=str(level)))
    expected = sorted(range(1, len(calls) + 1), key=lambda call: (-calls[call - 1][1], call))
    assert served_in_order(floor, "1", len(calls)) == expected


def test_of_callers_who_ask_for_different_skills_the_first_is_served_first() -> None:
    floor = waiting(Q, VIP, agent("1", "q", skills={"tax": 5}))
    floor.enter(1, "q", require={"tax": 2})
    floor.enter(2, "q", after=1.0)
    floor.enter(3, "q", after=1.0, caller=Caller(customer_class="vip"))
    floor.enter(4, "q", after=1.0, require={"tax": 5}, caller=Caller(customer_class="vip"))
    assert served_in_order(floor, "1", 4) == [3, 4, 1, 2]


def test_who_waits_for_one_agent_alone_has_the_same_place_as_anybody() -> None:
    floor = Tried(QueueSettings(name="q", strategy="owner agent", wait_for_agent_s=600), agent("1", "q"))
    mine = Caller(owner="1")
    floor.take(e.CallBegan(900, "1"))
    for call, caller in ((1, mine), (2, Caller()), (3, mine), (4, Caller())):
        floor.enter(call, "q", after=1.0, caller=caller)
    offers = floor.take(e.CallEnded(900, "1"))
    for call in (1, 2, 3, 4):
        assert offered(offers) == [(call, ("1",))]
        floor.answer(call, "1")
        offers = floor.end(call, "1", after=1.0)


def test_an_earlier_entry_keeps_its_place() -> None:
    floor = waiting(Q, agent("1", "q"))
    floor.enter(1, "q", after=50.0)
    queued = only(o.Queued, floor.enter(2, "q", after=1.0, entered=10.0))
    assert (queued.position, queued.how) == (1, "earlier entry")
    assert queued.waited_s == pytest.approx(floor.now - 10.0)


def test_a_call_that_waits_already_cannot_enter_again() -> None:
    floor = waiting(Q, agent("1", "q"))
    floor.enter(1, "q")
    with pytest.raises(LocalError, match="call 1 is in queue q already"):
        floor.enter(1, "q")


def test_who_was_cut_off_and_rings_again_in_time_has_his_place_back_once() -> None:
    floor = waiting(QueueSettings(name="q", place_kept_s=60), agent("1", "q"))
    caller = Caller(number="13800000001")
    floor.enter(1, "q", caller=caller)
    floor.enter(2, "q", after=1.0)
    floor.take(e.CallerGone(1), after=1.0)
    queued = only(o.Queued, floor.enter(3, "q", after=30.0, caller=caller))
    assert (queued.position, queued.how) == (1, "kept place")
    assert floor.waiting("q") == (3, 2)
    assert only(o.Queued, floor.enter(4, "q", after=1.0, caller=caller)).how == "new"


@pytest.mark.parametrize(
    ("kept_s", "later", "number", "queue"),
    [(0, 5.0, "1", "q"), (60, 61.0, "1", "q"), (60, 5.0, "2", "q"), (60, 5.0, "1", "p")],
)
def test_a_place_is_not_given_back_too_late_to_another_or_elsewhere(
    kept_s: int, later: float, number: str, queue: str
) -> None:
    floor = waiting(QueueSettings(name="q", place_kept_s=kept_s), QueueSettings(name="p"), agent("1", "q"))
    floor.enter(1, "q", caller=Caller(number="1"))
    floor.take(e.CallerGone(1), after=1.0)
    assert only(o.Queued, floor.enter(2, queue, after=later, caller=Caller(number=number))).how == "new"


def test_a_place_is_kept_for_who_is_cut_off_in_the_talk_but_not_for_who_hangs_up() -> None:
    floor = Tried(QueueSettings(name="q", place_kept_s=60), agent("1", "q"))
    caller = Caller(number="13800000001")
    for call, cut_off, how in ((1, True, "kept place"), (3, False, "new")):
        floor.enter(call, "q", caller=caller)
        floor.answer(call, "1")
        floor.take(e.CallerGone(call, cut_off), after=10.0)
        assert only(o.Queued, floor.enter(call + 1, "q", after=5.0, caller=caller)).how == how
        floor.take(e.CallerLeft(call + 1, "message"))


def test_kept_places_are_forgotten_when_they_have_run_out() -> None:
    kept = KeptPlaces()
    for second in range(100):
        kept.keep("q", str(second), 0.0, second + 10.0, float(second))
    assert len(kept) <= 12
    kept.keep("q", "x", 0.0, 100.0, 99.0)  # runs out before those kept earlier
    assert kept.take("q", "x", 101.0) is None
    kept.keep("q", "", 0.0, 500.0, 101.0)
    assert kept.take("q", "", 102.0) is None
    assert kept.take("q", "99", 109.0) == 0.0
    assert kept.take("q", "99", 109.0) is None


def test_nothing_happens_before_what_happened_last() -> None:
    floor = waiting(Q, agent("1", "q"))
    with pytest.raises(LocalError, match="time runs back"):
        floor.distribution.take(e.Look(), floor.now - 1)


@pytest.mark.parametrize("numbers", [("1", "2", "3"), ("3", "2", "1"), ("2", "3", "1")])
def test_agents_freed_together_serve_the_first_of_all_who_wait_for_them(numbers: tuple[str, ...]) -> None:
    """The losers of "ring all": each has other queues, and some share one."""
    queues = {"1": ("all",), "2": ("all", "p"), "3": ("all", "p", "r")}
    linear = {"strategy": "linear"}
    floor = Tried(
        QueueSettings(name="all", strategy="ring all"),
        *(QueueSettings(name=name, **linear) for name in "pr"),  # type: ignore[arg-type]
        *(agent(number, *queues[number]) for number in numbers),
    )
    floor.enter(1, "all")
    for call, queue in ((2, "r"), (3, "p"), (4, "p")):
        floor.enter(call, queue, after=1.0)
    # The first is 2, for which there is 3 alone; then 3, for which 2 is left; nobody is left for 4.
    assert offered(floor.answer(1, "1")) == [(2, ("3",)), (3, ("2",))]


def test_two_agents_freed_together_take_two_calls_of_one_queue() -> None:
    floor = Tried(
        QueueSettings(name="all", strategy="ring all"),
        QueueSettings(name="p", strategy="linear"),
        agent("1", "all"),
        *(agent(number, "all", "p") for number in ("2", "3")),
    )
    floor.enter(1, "all")
    floor.enter(2, "p", after=1.0)
    floor.enter(3, "p", after=1.0)
    assert offered(floor.answer(1, "1")) == [(2, ("2",)), (3, ("3",))]
