"""Callers and agents made of random numbers, who work with a Distribution as the exchange would; no clock, no sound.

    calls come at random ──> Entered      Offer ──> the agent lifts after a while, or does not ──> Answered
    patience runs out    ──> CallerGone   Connect ──> they talk ──> CallEnded and CallerGone
    shifts               ──> log on, off  next_look ──> Look

For benches and for tests: a day of traffic takes seconds, and the same seed gives the same day. What it does not:
judge; it counts, and lets `watch` see every take().
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from random import Random

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act
from core.acd.distribution import Distribution
from core.acd.waiting import Caller


@dataclass(frozen=True, slots=True)
class People:
    """Means of exponential times, in seconds; 0: at once, infinite: never. misses: share of offers that an agent lets
    ring, of 1.
    """

    talk_s: float = 180.0
    lift_s: float = 0.0
    patience_s: float = float("inf")
    misses: float = 0.0


@dataclass(slots=True)
class Seen:
    """waits: of answered calls, from their entry to an agent's answer."""

    calls: int = 0
    answered: int = 0
    abandoned: int = 0
    left: int = 0
    waits: list[float] = field(default_factory=list)
    takes: int = 0

    @property
    def waited_share(self) -> float:
        return sum(wait > 0 for wait in self.waits) / len(self.waits)

    @property
    def mean_wait_s(self) -> float:
        return sum(self.waits) / len(self.waits)


Watch = Callable[[e.Event, list[o.Order], float], None]


class Simulation:
    def __init__(self, distribution: Distribution, people: People, seed: int = 1, watch: Watch | None = None) -> None:
        self.distribution = distribution
        self.people = people
        self.seen = Seen()
        self.now = 0.0
        self._rng = Random(seed)
        self._watch = watch
        self._heap: list[tuple[float, int, e.Event]] = []
        self._numbers = count()
        self._entered: dict[int, float] = {}

    def at(self, time: float, event: e.Event) -> None:
        heapq.heappush(self._heap, (time, next(self._numbers), event))

    def arrivals(self, times: Iterable[tuple[float, str, Caller]]) -> None:
        """Calls by time, queue and caller; each gets a number from 1."""
        for number, (time, queue, caller) in enumerate(times, self.seen.calls + 1):
            self.at(time, e.Entered(number, queue, caller))
            self.seen.calls = number

    def run(self, until: float = float("inf")) -> Seen:
        """All events up to a time, or until nothing more can happen."""
        look = self.distribution.next_look
        while self._heap or look is not None:
            time = self._heap[0][0] if self._heap else float("inf")
            event: e.Event = e.Look()
            if look is not None and look < time:
                time = look
            elif time <= until:
                event = heapq.heappop(self._heap)[2]
            if time > until:
                break
            self.now = time
            self._take(event)
            look = self.distribution.next_look
        return self.seen

    def _take(self, event: e.Event) -> None:
        now = self.now
        if isinstance(event, e.Entered):
            self._entered[event.call] = now
            if self.people.patience_s != float("inf"):
                self.at(now + self._rng.expovariate(1 / self.people.patience_s), e.CallerGone(event.call))
        elif isinstance(event, e.CallerGone) and event.call not in self._entered:
            return  # his patience would have lasted
        orders = self.distribution.take(event, now)
        self.seen.takes += 1
        if self._watch is not None:
            self._watch(event, orders, now)
        for order in orders:
            self._carry_out(order)

    def _carry_out(self, order: o.Order) -> None:
        now, people, seen, rng = self.now, self.people, self.seen, self._rng
        match order:
            case o.Offer(call=call, agents=agents):
                for agent in agents:
                    if not people.misses or rng.random() >= people.misses:
                        lift = rng.expovariate(1 / people.lift_s) if people.lift_s else 0.0
                        self.at(now + lift, e.Answered(call, agent))
            case o.Connect(call=call, agent=agent):
                seen.answered += 1
                seen.waits.append(now - self._entered.pop(call))
                self.at(now + rng.expovariate(1 / people.talk_s), e.CallEnded(call, agent))
            case o.Left(call=call):
                seen.abandoned += 1
                del self._entered[call]
            case o.LeftFor(call=call):
                seen.left += 1
                del self._entered[call]
            case o.Refused(agent=agent, act=Act.LOG_ON):
                raise AssertionError(f"agent {agent} could not log on")


def poisson(rng: Random, per_second: Callable[[float], float], most: float, until: float) -> Iterable[float]:
    """Times of a Poisson process whose rate changes, never above `most` (Lewis and Shedler 1979: thinning)."""
    time = rng.expovariate(most)
    while time < until:
        if rng.random() * most < per_second(time):
            yield time
        time += rng.expovariate(most)
