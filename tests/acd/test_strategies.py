"""Each strategy chooses as its name says, and the names that other systems use lead to it."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act
from core.acd.strategy import PRESETS, STRATEGIES
from core.acd.waiting import Caller
from core.config.model.queues import SCORED, Membership, QueueSettings, Strategy
from tests.acd.floor import Tried, agent, all_of, offered, only

THREE = tuple(agent(number, "q") for number in ("1", "2", "3"))


def tried(strategy: Strategy, *agents: object, **settings: object) -> Tried:
    """Agents log on one second after the other."""
    queue = QueueSettings(name="q", strategy=strategy, **settings)  # type: ignore[arg-type]
    return Tried(queue, *(agents or THREE))


def served(floor: Tried, call: int, talk_s: float = 10.0, caller: Caller | None = None) -> str:
    """A call comes, is answered at once and lasts so long: by whom."""
    ((_, (number, *_)),) = offered(floor.enter(call, "q", after=1.0, caller=caller))
    floor.answer(call, number)
    floor.end(call, number, after=talk_s)
    return number


def test_every_name_that_can_be_set_is_a_strategy() -> None:
    assert set(get_args(Strategy)) == set(STRATEGIES) | set(PRESETS)
    assert set(PRESETS.values()) <= set(STRATEGIES)


def test_ring_all_rings_all_and_the_losers_are_told() -> None:
    floor = tried("ring all")
    assert offered(floor.enter(1, "q")) == [(1, ("1", "2", "3"))]
    orders = floor.answer(1, "2")
    assert [(w.agent, w.reason) for w in all_of(o.Withdraw, orders)] == [
        ("1", "answered elsewhere"),
        ("3", "answered elsewhere"),
    ]
    assert only(o.Connect, orders).agent == "2"


def test_ring_all_rings_who_becomes_ready_meanwhile() -> None:
    floor = tried("ring all")
    floor.ask("3", Act.NOT_READY)
    floor.enter(1, "q")
    ring = only(o.Offer, floor.ask("3", Act.READY, after=2.0))
    assert (ring.agents, ring.added) == (("3",), True)


def test_ring_progressively_adds_one_after_the_other_and_all_ring_on() -> None:
    floor = tried("ring progressively", widen_every_s=5, ring_s=20)
    assert offered(floor.enter(1, "q")) == [(1, ("1",))]
    rung = all_of(o.Offer, floor.pass_time(12.0))
    assert [(ring.agents, ring.added) for ring in rung] == [(("2",), True), (("3",), True)]
    withdrawn = all_of(o.Withdraw, floor.answer(1, "1"))
    assert {one.agent for one in withdrawn} == {"2", "3"}


def test_longest_idle_goes_round_by_the_end_of_calls() -> None:
    floor = tried("longest idle")
    assert [served(floor, call) for call in range(1, 6)] == ["1", "2", "3", "1", "2"]


def test_longest_idle_begins_anew_after_a_rest_and_least_recent_does_not() -> None:
    for strategy, expected in (("longest idle", "2"), ("least recent", "1")):
        floor = tried(strategy)  # type: ignore[arg-type]
        for call in (1, 2, 3):
            served(floor, call)
        floor.ask("1", Act.REST, after=1.0)
        floor.ask("1", Act.READY, after=1.0)
        assert served(floor, 4) == expected


def test_round_robin_remembers_who_was_last() -> None:
    floor = tried("round robin")
    assert [served(floor, call) for call in range(1, 5)] == ["1", "2", "3", "1"]
    floor.ask("2", Act.NOT_READY)
    assert served(floor, 5) == "3"


def test_linear_begins_with_the_first_each_time() -> None:
    floor = tried("linear")
    assert [served(floor, call) for call in range(1, 4)] == ["1", "1", "1"]
    floor.ask("1", Act.NOT_READY)
    assert served(floor, 4) == "2"


def test_fewest_calls_brings_all_to_the_same_number() -> None:
    floor = tried("fewest calls")
    counts = Counter(served(floor, call) for call in range(1, 10))
    assert counts == {"1": 3, "2": 3, "3": 3}


def test_least_talk_goes_by_time_not_by_number() -> None:
    floor = tried("least talk")
    assert served(floor, 1, talk_s=300) == "1"
    assert [served(floor, call, talk_s=50) for call in range(2, 6)] == ["2", "3", "2", "3"]


def test_random_takes_everybody_in_turn_of_the_lot_and_the_same_seed_draws_the_same() -> None:
    first, again = ([served(floor, call) for call in range(1, 31)] for floor in (tried("random"), tried("random")))
    assert first == again
    assert set(first) == {"1", "2", "3"}


def test_weighted_random_follows_the_weights() -> None:
    agents = [
        agent(number, Membership(queue="q", weight=weight)) for number, weight in (("1", 0.0), ("2", 1), ("3", 3))
    ]
    floor = tried("weighted random", *agents)
    counts = Counter(served(floor, call) for call in range(1, 201))
    assert counts["1"] == 0
    assert 2 < counts["3"] / counts["2"] < 4.5
    for number in ("2", "3"):
        floor.ask(number, Act.NOT_READY)
    assert served(floor, 201) == "1"


@pytest.mark.parametrize(
    ("strategy", "caller"), [("last agent", Caller(last_agent="3")), ("owner agent", Caller(owner="3"))]
)
def test_the_agent_whom_the_caller_knows_is_waited_for_a_while(strategy: Strategy, caller: Caller) -> None:
    floor = tried(strategy, wait_for_agent_s=20)
    assert served(floor, 1, caller=caller) == "3"
    floor.enter(2, "q", caller=caller)
    floor.answer(2, "3")
    # He is busy: the next one waits for him, though others are ready.
    assert offered(floor.enter(3, "q", after=1.0, caller=caller)) == []
    assert offered(floor.end(2, "3", after=5.0)) == [(3, ("3",))]
    floor.answer(3, "3")
    # But not for ever: then the fallback chooses.
    floor.enter(4, "q", after=1.0, caller=caller)
    assert offered(floor.pass_time(20.0)) == [(4, ("1",))]


@pytest.mark.parametrize("act", [Act.LOG_OFF, Act.REST, Act.NOT_READY])
def test_an_agent_who_goes_is_not_waited_for(act: Act) -> None:
    floor = tried("owner agent", wait_for_agent_s=60)
    floor.enter(1, "q", caller=Caller(owner="3"))
    floor.answer(1, "3")
    floor.enter(2, "q", caller=Caller(owner="3"))
    floor.ask("3", act)
    assert floor.state("3").value == "busy"
    assert offered(floor.end(1, "3", after=1.0)) == [(2, ("1",))]


def test_an_agent_taken_out_of_the_queue_is_not_waited_for() -> None:
    floor = tried("owner agent", wait_for_agent_s=60)
    floor.enter(1, "q", caller=Caller(owner="3"))
    floor.answer(1, "3")
    floor.enter(2, "q", caller=Caller(owner="3"))
    assert offered(floor.take(e.Parted("3", "q"))) == [(2, ("1",))]


def test_nobody_is_waited_for_who_is_not_logged_on() -> None:
    queue = QueueSettings(name="q", strategy="last agent")
    floor = Tried(queue, *THREE, logged_on=("1", "2"))
    assert offered(floor.enter(1, "q", caller=Caller(last_agent="3"))) == [(1, ("1",))]


def test_region_prefers_who_serves_it_and_takes_others_rather_than_let_wait() -> None:
    floor = tried("region", agent("1", "q"), agent("2", "q", regions=("Sichuan", "Yunnan")), fallback="linear")
    assert served(floor, 1, caller=Caller(region="Yunnan")) == "2"
    assert served(floor, 2, caller=Caller(region="Hunan")) == "1"
    assert served(floor, 3) == "1"
    floor.ask("2", Act.NOT_READY)
    assert served(floor, 4, caller=Caller(region="Yunnan")) == "1"


def test_region_can_be_the_fallback_of_the_last_agent() -> None:
    floor = tried("last agent", agent("1", "q"), agent("2", "q", regions=("Hunan",)), fallback="region")
    assert served(floor, 1, caller=Caller(region="Hunan", last_agent="7")) == "2"


def test_skill_level_takes_the_best_at_what_is_asked_for() -> None:
    agents = [
        agent(number, "q", skills={"english": level, "tax": 9}) for number, level in (("1", 4), ("2", 8), ("3", 6))
    ]
    floor = tried("skill level", *agents, require={"english": 2})
    assert served(floor, 1) == "2"
    floor.take(e.SkillSet("2", "english", 3))
    assert served(floor, 2) == "3"


def test_intelligent_adds_up_what_it_weighs_and_says_each_part() -> None:
    agents = (
        agent("1", "q", skills={"tax": 9}),
        agent("2", "q", skills={"tax": 3}, attributes={"language": "zh"}),
        agent("3", "q", regions=("Hunan",)),
    )
    weights = {"skill": 1.0, "attribute:language": 0.5, "owner": 5.0, "region": 0.25}
    floor = tried("intelligent", *agents, prefer={"tax": 1}, weights=weights)
    why = only(o.Offer, floor.enter(1, "q", caller=Caller(region="Hunan", attributes={"language": "zh"}))).why
    assert why.agents == ("1",)
    assert why.parts == {"skill": 0.9, "attribute:language": 0.0, "owner": 0.0, "region": 0.0}
    assert why.next_best == "2"
    assert why.next_figure == pytest.approx(0.8)
    floor.take(e.CallerGone(1))
    assert served(floor, 2, caller=Caller(owner="3")) == "3"


@pytest.mark.parametrize("name", SCORED)
def test_intelligent_can_weigh_everything_it_says_it_can(name: str) -> None:
    floor = tried("intelligent", weights={name: 1.0}, prefer={"tax": 1})
    assert only(o.Offer, floor.enter(1, "q")).why.parts.keys() == {name}


def test_lower_ranks_go_first_whatever_the_strategy() -> None:
    agents = (agent("1", Membership(queue="q", rank=2)), agent("2", "q"), agent("3", "q"))
    for strategy in get_args(Strategy):
        floor = tried(strategy, *agents)
        assert "1" not in only(o.Offer, floor.enter(1, "q")).agents, strategy
        floor.ask("2", Act.LOG_OFF)
        floor.ask("3", Act.LOG_OFF)
        assert floor.distribution.agent("1").offer == 1, strategy


def test_preferred_skills_order_those_of_one_rank() -> None:
    agents = (agent("1", "q"), agent("2", "q", skills={"tax": 5}), agent("3", "q", skills={"tax": 2}))
    floor = tried("linear", *agents, prefer={"tax": 4})
    assert served(floor, 1) == "2"
    floor.ask("2", Act.NOT_READY)
    assert served(floor, 2) == "1"


@pytest.mark.parametrize(("name", "ours"), [*PRESETS.items()])
def test_names_of_other_systems_choose_as_ours_do(name: Strategy, ours: Strategy) -> None:
    for one in (tried(name), tried(ours)):
        why = only(o.Offer, one.enter(1, "q")).why
        assert why.rule == ours
