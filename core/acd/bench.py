"""`strowger bench acd`, first half: what a decision costs, and a day of traffic, in the pure core.

    decision_us    512 agents, all busy, each in 4 of 64 queues; 5000 callers wait, a third of them for skills. One
                   decision: an agent becomes free and is offered the call that is his, with its reason. Median of
                   processor time, and the same with 50 to 50 000 waiting: it must not grow faster than the logarithm
    day_s          100 000 calls in a day with two peaks, agents in three shifts coming and going, callers who hang up,
                   agents who do not lift, recipes: seconds of this machine for all of it; day_processor_s: of the
                   processor, whatever else the machine does

What it does not: telephones, flows, the journal (core/queues/bench.py, the other half).
"""

from __future__ import annotations

import math
import time
from random import Random
from statistics import median, quantiles
from typing import Any

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act
from core.acd.distribution import Distribution
from core.acd.settings import Desk
from core.acd.simulation import People, Simulation
from core.acd.waiting import Caller
from core.config.model.queues import AgentGroup, AgentSettings, CustomerClass, Membership, QueueSettings, Step, Strategy

AGENTS, QUEUES, EACH, WAITING, CALLS = 512, 64, 4, 5000, 100_000
SKILLS = ("english", "billing", "repair", "cantonese")
STRATEGIES: tuple[Strategy, ...] = (
    "longest idle",
    "fewest calls",
    "round robin",
    "skill level",
    "intelligent",
    "least talk",
    "linear",
)


def desk(after_call_s: int, recipes: bool) -> Desk:
    """64 queues, every third with a skill; 512 agents in 4 queues each, with 2 of 4 skills."""
    rng = Random(7)
    steps = (
        Step(after_s=10, say=("position", "wait")),
        Step(after_s=30, every_s=30, times=4, announce="still-busy"),
        Step(after_s=60, drop=SKILLS, ring_up_to=2),
        Step(after_s=120, raise_priority=1, offer=("wait", "message", "call back")),
    )
    queues = tuple(
        QueueSettings(
            name=f"q{number}",
            strategy=STRATEGIES[number % len(STRATEGIES)],
            require={SKILLS[number % len(SKILLS)]: 3} if number % 3 == 0 else {},
            recipe=steps if recipes else (),
            max_wait_s=1800 if recipes else None,
        )
        for number in range(QUEUES)
    )
    group = AgentGroup(
        name="all", begin="ready", after_call="automatic" if after_call_s else "none", after_call_s=after_call_s
    )
    agents = tuple(
        AgentSettings(
            number=str(8000 + number),
            group="all",
            queues=tuple(
                Membership(queue=f"q{(number + 16 * place + place) % QUEUES}", rank=1 + (place == EACH - 1))
                for place in range(EACH)
            ),
            skills={skill: rng.randint(1, 10) for skill in rng.sample(SKILLS, 2)},
        )
        for number in range(AGENTS)
    )
    classes = tuple(CustomerClass(name=name, priority=level) for level, name in enumerate(("normal", "key", "vip")))
    return Desk(queues, agents, (group,), classes)


def caller(rng: Random) -> Caller:
    return Caller(
        number=f"13{rng.randrange(10**9):09}", customer_class=rng.choices(("normal", "key", "vip"), (8, 2, 1))[0]
    )


class _Floor:
    """A distribution whose agents always lift at once; each take() is timed."""

    def __init__(self) -> None:
        self.rng = Random(3)
        self.distribution = Distribution(desk(0, recipes=False))
        self.now = 0.0
        self.call = 0
        self.talking: list[tuple[int, str]] = []
        for number in range(AGENTS):
            self.take(e.Asked(str(8000 + number), Act.LOG_ON))

    def take(self, event: e.Event) -> tuple[float, bool]:
        """Microseconds it took, and whether it led to an offer."""
        self.now += 0.01
        begun = time.process_time_ns()
        orders = self.distribution.take(event, self.now)
        took = (time.process_time_ns() - begun) / 1e3
        for order in orders:
            if isinstance(order, o.Offer):
                (agent,) = order.agents
                self.distribution.take(e.Answered(order.call, agent), self.now)
                self.talking.append((order.call, agent))
                return took, True
        return took, False

    def enter(self) -> tuple[float, bool]:
        self.call += 1
        return self.take(e.Entered(self.call, f"q{self.rng.randrange(QUEUES)}", caller(self.rng)))

    def free(self) -> tuple[float, bool]:
        place = self.rng.randrange(len(self.talking))
        self.talking[place], self.talking[-1] = self.talking[-1], self.talking[place]
        call, agent = self.talking.pop()
        return self.take(e.CallEnded(call, agent))


def decisions(waiting: int, seconds: float) -> dict[str, float]:
    """Agents become free one after the other, for so long; each call that is served is replaced by a new one."""
    floor = _Floor()
    while len(floor.talking) < AGENTS:
        floor.enter()
    while sum(view.waiting for view in floor.distribution.queues()) < waiting:
        for _ in range(max(1, waiting // 50)):
            floor.enter()
    free: list[float] = []
    enter: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        took, offered = floor.free()
        if offered:
            free.append(took)
        took, offered = floor.enter()
        if not offered:
            enter.append(took)
    return {
        "waiting": waiting,
        "offer_us": round(median(free), 1),
        "offer_p99_us": round(quantiles(free, n=100)[98], 1),
        "enter_us": round(median(enter), 1),
        "decisions": len(free),
    }


def day(calls: int = CALLS) -> dict[str, Any]:
    """A whole day, as fast as it goes."""
    begun, processor_begun = time.perf_counter(), time.process_time()
    rng = Random(11)
    simulation = Simulation(
        Distribution(desk(20, recipes=True), seed=5),
        People(talk_s=120, lift_s=3, patience_s=240, misses=0.02),
        seed=13,
    )
    for number in range(AGENTS):
        begins = (7.5, 9.0, 13.5)[number % 3] * 3600 + rng.uniform(0, 1800)
        for act, hours in ((Act.LOG_ON, 0), (Act.REST, 3), (Act.READY, 3.5), (Act.REST, 6), (Act.READY, 6.25)):
            simulation.at(begins + hours * 3600, e.Asked(str(8000 + number), act))
        # Who was made not ready by an unanswered call notices it within ten minutes.
        for later in range(600, 30600, 600):
            simulation.at(begins + later, e.Asked(str(8000 + number), Act.READY))
        simulation.at(begins + 8.5 * 3600, e.Asked(str(8000 + number), Act.LOG_OFF))
    for hour in range(24):
        simulation.at(hour * 3600.0, e.IntervalBegins())
    minutes = rng.choices(range(24 * 60), [_busy(minute / 60) for minute in range(24 * 60)], k=calls)
    times = sorted(minute * 60 + rng.uniform(0, 60) for minute in minutes)
    simulation.arrivals((at, f"q{rng.randrange(QUEUES)}", caller(rng)) for at in times)
    seen = simulation.run()
    took, processor_s = time.perf_counter() - begun, time.process_time() - processor_begun
    return {
        "calls": seen.calls,
        "answered": seen.answered,
        "abandoned": seen.abandoned,
        "left": seen.left,
        "mean_wait_s": round(seen.mean_wait_s, 1),
        "events": seen.takes,
        "us_an_event": round(processor_s / seen.takes * 1e6, 1),
        "day_s": round(took, 2),
        "day_processor_s": round(processor_s, 2),
    }


def _busy(hour: float) -> float:
    """Peaks at half past ten and at three; little by night."""

    def peak(of: float, width: float) -> float:
        return math.exp(-(((hour - of) / width) ** 2))

    return 0.05 + peak(10.5, 1.8) + 0.8 * peak(15, 2)


def run(seconds: float = 3.0) -> dict[str, Any]:
    """Each number of waiting calls for `seconds`; the day takes as long as it takes."""
    rows = [decisions(waiting, seconds) for waiting in (50, 500, WAITING, 10 * WAITING)]
    (asked,) = (row for row in rows if row["waiting"] == WAITING)
    whole = day()
    return {
        "decision_us": asked["offer_us"],
        "decision_p99_us": asked["offer_p99_us"],
        "day_s": whole.pop("day_s"),
        "day_processor_s": whole.pop("day_processor_s"),
        "agents": AGENTS,
        "queues": QUEUES,
        "by_waiting": rows,
        "day": whole,
    }
