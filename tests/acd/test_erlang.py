"""Erlang's formulas against tables, and the distribution against Erlang: where his assumptions hold, so does he."""

from __future__ import annotations

import heapq
from random import Random

import pytest

from core.acd import erlang
from core.acd import events as e
from core.acd.agents import Act
from core.acd.distribution import Distribution
from core.acd.simulation import People, Seen, Simulation, poisson
from core.acd.waiting import Caller
from core.config.model.queues import QueueSettings, Strategy
from tests.acd.floor import agent, desk


@pytest.mark.parametrize(
    ("load", "agents", "blocked"), [(1.0, 1, 0.5), (2.0, 3, 0.2105), (4.46, 10, 0.01), (20.34, 30, 0.01)]
)
def test_loss_is_as_in_the_tables(load: float, agents: int, blocked: float) -> None:
    assert erlang.erlang_b(load, agents) == pytest.approx(blocked, abs=0.0001)


def test_with_one_agent_the_share_that_waits_is_the_load() -> None:
    assert erlang.erlang_c(0.7, 1) == pytest.approx(0.7)


def test_wait_and_service_level_follow_from_the_share_that_waits() -> None:
    # 100 calls an hour of 3 minutes, 6 agents: the usual example of a small call centre.
    assert erlang.erlang_c(5.0, 6) == pytest.approx(0.5875, abs=0.0005)
    assert erlang.mean_wait_s(5.0, 6, 180.0) == pytest.approx(105.8, abs=0.1)
    assert erlang.answered_within(5.0, 6, 180.0, 20.0) == pytest.approx(0.474, abs=0.001)


def test_too_few_agents_let_the_queue_grow_for_ever() -> None:
    assert erlang.erlang_c(6.0, 6) == 1.0
    assert erlang.mean_wait_s(6.0, 6, 180.0) == float("inf")
    assert erlang.answered_within(6.0, 6, 180.0, 20.0) == 0.0


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_agents_needed_are_enough_and_one_less_is_not(share: float) -> None:
    agents = erlang.agents_needed(20.0, 180.0, 20.0, share)
    assert erlang.answered_within(20.0, agents, 180.0, 20.0) >= share
    assert erlang.answered_within(20.0, agents - 1, 180.0, 20.0) < share


def times(load: float, calls: int, seed: int) -> list[float]:
    """When calls come whose talks last 100 s on average."""
    rate = load / 100.0
    return list(poisson(Random(seed), lambda at: rate, rate, calls / rate))


def served(agents: int, load: float, calls: int, strategy: Strategy, seed: int) -> Seen:
    """M/M/n: random calls, exponential talk, agents who lift at once, nobody hangs up."""
    people = [agent(str(number), "q") for number in range(agents)]
    distribution = Distribution(desk(QueueSettings(name="q", strategy=strategy), *people), seed=seed)
    simulation = Simulation(distribution, People(talk_s=100.0), seed)
    for person in people:
        simulation.at(0.0, e.Asked(person.number, Act.LOG_ON))
    simulation.arrivals((at, "q", Caller()) for at in times(load, calls, seed + 100))
    return simulation.run()


def first_come_first_served(agents: int, load: float, calls: int, seed: int) -> list[float]:
    """Waits by Kiefer and Wolfowitz's recursion: each call takes the agent who is free first."""
    rng = Random(seed)
    free = [0.0] * agents
    waits = []
    for at in times(load, calls, seed + 100):
        begins = max(at, free[0])
        waits.append(begins - at)
        heapq.heapreplace(free, begins + rng.expovariate(1 / 100.0))
    return waits


CASES = pytest.mark.parametrize(
    ("agents", "load", "strategy"), [(3, 2.0, "longest idle"), (10, 7.5, "fewest calls"), (20, 16.0, "linear")]
)


@CASES
def test_each_call_waits_as_long_as_it_must_whatever_the_strategy(agents: int, load: float, strategy: Strategy) -> None:
    seen = served(agents, load, 2_000, strategy, seed=5)
    assert seen.waits == pytest.approx(first_come_first_served(agents, load, 2_000, seed=5), abs=1e-6)


@pytest.mark.parametrize(("agents", "load"), [(3, 2.0), (10, 7.5), (20, 16.0)])
def test_what_each_call_must_wait_is_what_erlang_says(agents: int, load: float) -> None:
    waits = first_come_first_served(agents, load, 150_000, seed=2)
    assert sum(wait > 0 for wait in waits) / len(waits) == pytest.approx(erlang.erlang_c(load, agents), rel=0.03)
    assert sum(waits) / len(waits) == pytest.approx(erlang.mean_wait_s(load, agents, 100.0), rel=0.04)
    in_time = sum(wait <= 20.0 for wait in waits) / len(waits)
    assert in_time == pytest.approx(erlang.answered_within(load, agents, 100.0, 20.0), rel=0.01)


def test_the_distribution_waits_as_erlang_says() -> None:
    seen = served(3, 2.0, 10_000, "longest idle", seed=5)
    assert seen.answered == seen.calls
    assert seen.waited_share == pytest.approx(erlang.erlang_c(2.0, 3), rel=0.05)
    assert seen.mean_wait_s == pytest.approx(erlang.mean_wait_s(2.0, 3, 100.0), rel=0.05)
