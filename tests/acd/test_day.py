"""A busy day with many queues, small enough to check every law of the distribution as it goes."""

from __future__ import annotations

from random import Random

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act, State
from core.acd.bench import caller
from core.acd.bench import desk as big_desk
from core.acd.distribution import Distribution
from core.acd.settings import Desk
from core.acd.simulation import People, Simulation
from tests.acd.floor import check


def small_desk() -> Desk:
    """12 of the bench's agents, as they are, in its queues 0 to 63."""
    whole = big_desk(20, recipes=True)
    return Desk(whole.queues, whole.agents[:12], whole.groups, whole.classes)


def run(seed: int) -> tuple[Simulation, Distribution]:
    rng = Random(seed)
    distribution = Distribution(small_desk(), seed=seed)
    takes = 0

    def watch(event: e.Event, orders: list[o.Order], now: float) -> None:
        nonlocal takes
        takes += 1
        if takes % 20 == 0:
            check(distribution)

    people = People(talk_s=150, lift_s=3, patience_s=120, misses=0.1)
    simulation = Simulation(distribution, people, seed, watch)
    for number in range(12):
        simulation.at(rng.uniform(0, 600), e.Asked(str(8000 + number), Act.LOG_ON))
        for later in range(900, 7200, 300):
            simulation.at(later + rng.uniform(0, 60), e.Asked(str(8000 + number), rng.choice((Act.READY, Act.REST))))
            simulation.at(later + rng.uniform(60, 120), e.Asked(str(8000 + number), Act.READY))
        simulation.at(7200.0, e.Asked(str(8000 + number), Act.LOG_OFF))
    queues = [membership.queue for person in small_desk().agents for membership in person.queues]
    times = sorted(rng.uniform(0, 7000) for _ in range(900))
    simulation.arrivals((at, rng.choice(queues), caller(rng)) for at in times)
    simulation.run()
    return simulation, distribution


def test_a_busy_day_keeps_all_laws_and_leaves_nobody_behind() -> None:
    simulation, distribution = run(3)
    seen = simulation.seen
    assert seen.answered + seen.abandoned + seen.left == seen.calls
    assert seen.answered > 300
    assert seen.abandoned > 100
    check(distribution)
    assert all(not view.calls for view in distribution.queues())
    assert {view.state for view in distribution.agents()} == {State.LOGGED_OFF}


def test_the_figures_of_the_day_are_what_was_seen() -> None:
    simulation, distribution = run(4)
    days = [view.day for view in distribution.queues()]
    assert sum(day.offered for day in days) == simulation.seen.calls
    assert sum(day.answered for day in days) == simulation.seen.answered
    assert sum(day.abandoned for day in days) == simulation.seen.abandoned
    counts = [view.counts for view in distribution.agents()]
    assert sum(count.answered for count in counts) == simulation.seen.answered
    assert sum(count.missed for count in counts) == sum(day.missed for day in days)
    assert abs(sum(count.talk_s for count in counts) - sum(day.talk_s for day in days)) < 0.001


def test_the_same_seed_gives_the_same_day() -> None:
    assert run(5)[0].seen == run(5)[0].seen
