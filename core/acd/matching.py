"""Brings waiting calls and ready agents together, the first call first.

After every event, exactly those pairs can be new that have a call in `fresh` or an agent in `freed`. Each freed agent
looks at the first call of each row he may serve; each fresh call stands for itself. The first of all these calls is
served by the best of all ready agents, then the next:

    freed 8001 ── first of (sales: 17, 20; support: 12) ──> 12 ┐
    freed 8002 ── first of (sales: 17, 20)              ──> 17 ├── 12 before 17 before 31 by place ── strategy ──> offer
    fresh 31                                            ──> 31 ┘

Afterwards nobody waits while an agent allowed to serve him is ready. One agent freed costs a look at the head of each
row of his queues, whatever the number that waits behind.
"""

from __future__ import annotations

import heapq

from core.acd import orders as o
from core.acd.agents import Agent
from core.acd.floor import Floor
from core.acd.queue import Member, Offer, Queue
from core.acd.reason import Why
from core.acd.skills import liked
from core.acd.strategy import RING_SEVERAL, Choice, Scene, choose, named
from core.acd.waiting import Place, Waiting
from hw.errors import LocalError

CONFIRMED_S = 30
"""So long a caller who is called first may take to say that he is there."""


def match(floor: Floor) -> None:
    if not floor.fresh and not floor.freed:
        return
    heads: list[tuple[Place, str, str]] = []  # place, agent or "", trigger
    for call, trigger in floor.fresh.items():
        waiting = floor.calls[call]
        if waiting.row is not None:
            heads.append((waiting.place, "", trigger))
    for number, trigger in floor.freed.items():
        place = _first_for(floor, number)
        if place is not None:
            heads.append((place, number, trigger))
    freed = floor.freed
    floor.fresh, floor.freed = {}, {}
    heapq.heapify(heads)
    while heads:
        place, number, trigger = heapq.heappop(heads)
        waiting = floor.calls[place[-1]]
        if waiting.row is not None:
            _offer(floor, waiting, trigger)
        if number and floor.agents[number].available(floor.now):
            next_place = _first_for(floor, number)
            if next_place == place:
                raise LocalError(f"call {place[-1]} is the first for agent {number}, and nobody may serve it")
            if next_place is not None:
                heapq.heappush(heads, (next_place, number, trigger))
    for number in freed:
        if floor.agents[number].available(floor.now):
            _join_ringing(floor, floor.agents[number])


def widen(floor: Floor, offer: Offer) -> None:
    """One more agent rings for a call that rings progressively, if any is ready."""
    queue = offer.waiting.queue
    candidates = [member for member in queue.who_may(offer.needed) if member.agent.number not in offer.tried]
    if candidates:
        choice = choose(candidates, Scene(queue, offer.waiting, floor.now, floor.rng))
        _ring(floor, offer, choice, len(candidates), "wider", added=True)
    floor.agenda.set(("widen", offer.waiting.call), floor.now + queue.settings.widen_every_s)


def _first_for(floor: Floor, number: str) -> Place | None:
    best: Place | None = None
    for member in floor.members[number].values():
        if member.queue.waiting_now:
            place = member.queue.first_for(member)
            if place is not None and (best is None or place < best):
                best = place
    return best


def _offer(floor: Floor, waiting: Waiting, trigger: str) -> None:
    """To whom the strategy gives it; to nobody where nobody may."""
    queue, row = waiting.queue, waiting.row
    assert row is not None
    candidates = queue.who_may(row.needed)
    if not candidates:
        return
    choice = choose(candidates, Scene(queue, waiting, floor.now, floor.rng))
    offer = waiting.offer = Offer(waiting, row.needed)
    queue.stop_waiting(waiting)
    _ring(floor, offer, choice, len(candidates), trigger)
    rule = named(queue.settings.strategy)
    if rule in RING_SEVERAL:
        queue.ringing[waiting.call] = offer
        if rule == "ring progressively":
            floor.agenda.set(("widen", waiting.call), floor.now + queue.settings.widen_every_s)


def _join_ringing(floor: Floor, agent: Agent) -> None:
    """An agent who became ready and has no call to take rings with the others of "ring all", the first such call."""
    best: tuple[Place, Member, Offer] | None = None
    for member in floor.members[agent.number].values():
        if not member.queue.ringing or named(member.queue.settings.strategy) != "ring all":
            continue
        for offer in member.queue.ringing.values():
            place = offer.waiting.place
            if (best is None or place < best[0]) and agent.number not in offer.tried and member.may_serve(offer.needed):
                best = (place, member, offer)
    if best is not None:
        _, member, offer = best
        _ring(floor, offer, Choice((member,), "ring all"), 1, "free", added=True)


def _ring(floor: Floor, offer: Offer, choice: Choice, among: int, trigger: str, added: bool = False) -> None:
    waiting, now = offer.waiting, floor.now
    queue: Queue = waiting.queue
    ring_s = queue.settings.ring_s
    if waiting.call_back and queue.settings.call_back_first == "caller":
        ring_s += queue.settings.call_back_ring_s + CONFIRMED_S  # reserved until the caller is there
    for member in choice.members:
        agent = member.agent
        offer.members[agent.number] = member
        offer.tried.add(agent.number)
        offer.until[agent.number] = now + ring_s
        agent.offered(waiting.call, now)
        floor.changed(agent)
    queue.last_order = choice.members[-1].order
    if not added:
        floor.agenda.set(("offer", waiting.call), now + ring_s)
    first = choice.members[0]
    agents = tuple(member.agent.number for member in choice.members)
    why = Why(
        call=waiting.call,
        queue=queue.name,
        trigger=trigger,
        waited_s=now - waiting.entered,
        priority=waiting.priority,
        position=queue.position(waiting),
        waiting=len(queue.callers),
        agents=agents,
        rule=choice.rule,
        figure=choice.figure,
        among=among,
        next_best=choice.next_best.agent.number if choice.next_best is not None else "",
        next_figure=choice.next_figure,
        rank=first.settings.rank,
        liked=liked(first.levels, waiting.preferred) if waiting.preferred else 0,
        parts=choice.parts,
    )
    floor.orders.append(o.Offer(waiting.call, queue.name, agents, ring_s, why, waiting.call_back, added))
