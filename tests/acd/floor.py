"""A floor to try things on: short ways to say who works where, and the laws that hold after every event.

The laws are checked the slow way, each pair of caller and agent looked at, so that no index of the room can hide a
mistake of its own.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, TypeVar

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act, Agent, State
from core.acd.distribution import Distribution
from core.acd.queue import Member
from core.acd.settings import Desk
from core.acd.waiting import Caller, Waiting
from core.config.model.queues import (
    AgentGroup,
    AgentSettings,
    CustomerClass,
    DistributionSettings,
    Membership,
    QueueSettings,
)

GROUP = AgentGroup(name="g", begin="ready", after_call="none")
One = TypeVar("One")


def agent(number: str, *queues: str | Membership, group: str = "g", **settings: Any) -> AgentSettings:
    memberships = tuple(Membership(queue=queue) if isinstance(queue, str) else queue for queue in queues)
    return AgentSettings(number=number, group=group, queues=memberships, **settings)


def desk(
    *parts: QueueSettings | AgentSettings | AgentGroup | CustomerClass | DistributionSettings,
) -> Desk:
    """The group "g" is there unless given."""
    groups = tuple(part for part in parts if isinstance(part, AgentGroup))
    distribution = [part for part in parts if isinstance(part, DistributionSettings)]
    return Desk(
        tuple(part for part in parts if isinstance(part, QueueSettings)),
        tuple(part for part in parts if isinstance(part, AgentSettings)),
        groups if any(group.name == "g" for group in groups) else (GROUP, *groups),
        tuple(part for part in parts if isinstance(part, CustomerClass)),
        distribution[0] if distribution else DistributionSettings(),
    )


class Tried:
    """A distribution that is told things and checked after each. All agents are logged on in the order of the desk,
    unless `logged_on` says who.
    """

    def __init__(self, *parts: Any, logged_on: tuple[str, ...] | None = None) -> None:
        self.desk = desk(*parts)
        self.distribution = Distribution(self.desk, seed=1)
        self.now = 0.0
        self.orders: list[o.Order] = []
        for person in self.desk.agents:
            if logged_on is None or person.number in logged_on:
                self.ask(person.number, Act.LOG_ON, after=1.0)

    def take(self, event: e.Event, after: float = 0.0) -> list[o.Order]:
        """`after` seconds later; looks that come due on the way are taken first, and their orders are in `orders`."""
        until = self.now + after
        self.orders = []
        self.wait_until(until)
        orders = self.distribution.take(event, self.now)
        self.orders += orders
        check(self.distribution)
        check_order(self.distribution, orders)
        return orders

    def wait_until(self, until: float) -> None:
        while (look := self.distribution.next_look) is not None and look <= until:
            self.now = max(self.now, look)
            self.orders += self.distribution.take(e.Look(), self.now)
            check(self.distribution)
        self.now = until

    def pass_time(self, seconds: float) -> list[o.Order]:
        """What time alone brings."""
        self.orders = []
        self.wait_until(self.now + seconds)
        return self.orders

    def ask(self, number: str, act: Act, after: float = 0.0, reason: str = "", by: str = "") -> list[o.Order]:
        return self.take(e.Asked(number, act, reason, by), after)

    def enter(
        self, call: int, queue: str, after: float = 0.0, caller: Caller | None = None, **more: Any
    ) -> list[o.Order]:
        return self.take(e.Entered(call, queue, caller or Caller(), **more), after)

    def answer(self, call: int, number: str, after: float = 0.0) -> list[o.Order]:
        return self.take(e.Answered(call, number), after)

    def end(self, call: int, number: str, after: float = 0.0) -> list[o.Order]:
        return self.take(e.CallEnded(call, number), after)

    def state(self, number: str) -> State:
        return self.distribution.agent(number).state

    def waiting(self, queue: str) -> tuple[int, ...]:
        return self.distribution.queue(queue).calls


def only(kind: type[One], orders: list[o.Order]) -> One:
    """The one order of its kind."""
    (found,) = all_of(kind, orders)
    return found


def all_of(kind: type[One], orders: list[o.Order]) -> list[One]:
    return [order for order in orders if isinstance(order, kind)]


def offered(orders: list[o.Order]) -> list[tuple[int, tuple[str, ...]]]:
    """Who is rung for which call."""
    return [(offer.call, offer.agents) for offer in all_of(o.Offer, orders)]


def check(distribution: Distribution) -> None:
    """The laws of distribution.py."""
    floor = distribution._floor
    for waiting in floor.calls.values():
        _check_call(waiting)
        if waiting.row is not None:
            for number, member in waiting.queue.members.items():
                idle = member.agent.available(floor.now)
                assert not (idle and _allowed(member, waiting)), f"{waiting.call} waits while {number} is ready"
            assert len(distribution.why_waiting(waiting.call)) == len(waiting.queue.members)
    for one in floor.agents.values():
        _check_agent(one, floor.calls)
    for queue in floor.queues.values():
        ready = {number for number, member in queue.members.items() if member.agent.available(floor.now)}
        assert set(queue.ready) == ready
        assert queue.logged_on == sum(m.agent.state is not State.LOGGED_OFF for m in queue.members.values())
        all_of_it = [waiting for waiting in floor.calls.values() if waiting.queue is queue]
        mine = [waiting for waiting in all_of_it if waiting.call not in queue.resting]
        assert len(mine) + len(queue.resting) == len(all_of_it)
        assert all(waiting.call_back and waiting.row is None for waiting in queue.resting.values())
        assert queue.on_the_line == sum(not waiting.call_back for waiting in mine)
        by_priority = sorted(mine, key=lambda waiting: (waiting.priority, waiting.entered, waiting.order))
        places = {waiting.call: queue.position(waiting) for waiting in mine}
        assert sorted(places.values()) == list(range(1, len(mine) + 1))
        for first, then in pairwise(by_priority):
            if first.priority == then.priority:
                assert places[first.call] < places[then.call], "order within a priority is by entry"
        assert queue.waiting_now == sum(waiting.row is not None for waiting in mine)
        assert set(queue.ringing) <= {waiting.call for waiting in mine if waiting.offer is not None}


def check_order(distribution: Distribution, orders: list[o.Order]) -> None:
    """Nobody whom an agent might have served stands before the call that he is offered now; but one whom a step of the
    recipe let ask for less, or moved, only after the agents were given away.
    """
    floor = distribution._floor
    later = {order.call for order in orders if isinstance(order, o.Stepped | o.Moved)}
    for offer in all_of(o.Offer, orders):
        if offer.call not in floor.calls:
            continue
        place = floor.calls[offer.call].place
        for waiting in floor.calls.values():
            if waiting.row is None or waiting.place > place or waiting.call in later:
                continue
            for number in offer.agents:
                member = waiting.queue.members.get(number)
                passed_over = member is not None and _allowed(member, waiting)
                assert not passed_over, f"{number} is offered {offer.call}, and {waiting.call} stands before it"


def _allowed(member: Member, waiting: Waiting) -> bool:
    if waiting.only and waiting.only != member.agent.number:
        return False
    has = {**member.agent.skills, **member.own}
    return member.settings.rank <= waiting.rank and all(
        has.get(skill, 0) >= level for skill, level in waiting.required.items()
    )


def _check_call(waiting: Waiting) -> None:
    offer = waiting.offer
    assert not (offer is not None and waiting.row is not None), "offered and waiting"
    if offer is not None:
        assert offer.members, "an offer to nobody"
        for member in offer.members.values():
            assert member.agent.state is State.OFFERED
            assert member.agent.offer == waiting.call


def _check_agent(one: Agent, calls: dict[int, Waiting]) -> None:
    assert one.calls or one.state is not State.BUSY, "every busy agent has a call"
    assert not one.calls or one.state in (State.BUSY, State.OFFERED)
    if one.calls and one.offer:
        assert one.settings.next_call_while_holding
        assert all(talk.held for talk in one.calls.values())
    assert bool(one.offer) == (one.state is State.OFFERED)
    if one.offer:
        offer = calls[one.offer].offer
        assert offer is not None
        assert one.number in offer.members, "reserved for nothing"
