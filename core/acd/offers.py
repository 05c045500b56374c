"""An offer on its way: answered, missed, withdrawn, run out. Every way out leaves no agent reserved and no caller lost.

offered ──> answered by one ──> the others: "answered elsewhere" ──> connected
   │
   ├── missed by all (no answer, reject, unreachable) ──> back to its place
   ├── its agents gone (logged off, calling out)       ──> back to its place
   └── caller gone, or taken out of the queue          ──> agents ready as before
"""

from __future__ import annotations

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Agent, State
from core.acd.floor import Floor, Talking
from core.acd.queue import Offer
from core.acd.waiting import Waiting


def answered(floor: Floor, event: e.Answered) -> None:
    agent = floor.agent(event.agent)
    waiting = floor.calls.get(event.call)
    if waiting is None or waiting.offer is None or agent.number not in waiting.offer.members:
        reason = "answered elsewhere" if event.call in floor.talks else "too late"
        floor.orders.append(o.Withdraw(event.call, agent.number, reason))
        return
    del waiting.offer.members[agent.number]
    agent.answered(event.call, floor.now, spoke=not waiting.call_back)
    end(floor, waiting.offer, "answered elsewhere")
    connect(floor, waiting, agent)


def missed(floor: Floor, event: e.Missed) -> None:
    waiting = floor.calls.get(event.call)
    if waiting is not None and waiting.offer is not None and event.agent in waiting.offer.members:
        _miss(floor, waiting.offer, event.agent, event.how)
        _back_if_alone(floor, waiting.offer)


def ran_out(floor: Floor, offer: Offer) -> None:
    """It has rung long enough at some of its agents."""
    for number in [number for number in offer.members if offer.until[number] <= floor.now]:
        _miss(floor, offer, number, "no answer")
    if offer.members:
        floor.agenda.set(("offer", offer.waiting.call), min(offer.until[number] for number in offer.members))
    _back_if_alone(floor, offer)


def agent_lost(floor: Floor, agent: Agent, call: int, reason: str) -> None:
    """An agent is offered the call no more, by what he did himself."""
    waiting = floor.calls[call]
    offer = waiting.offer
    assert offer is not None
    del offer.members[agent.number]
    floor.orders.append(o.Withdraw(call, agent.number, reason))
    _back_if_alone(floor, offer)


def end(floor: Floor, offer: Offer, reason: str) -> None:
    """Withdraws it from all who still ring."""
    waiting = offer.waiting
    members, offer.members = offer.members, {}
    for number, member in members.items():
        member.agent.withdrawn(floor.now)
        floor.orders.append(o.Withdraw(waiting.call, number, reason))
        floor.changed(member.agent)
    _close(floor, waiting)


def out(floor: Floor, waiting: Waiting, to_agents: str, how: str) -> None:
    """Away by the caller's will, out of whatever state."""
    position = waiting.queue.position(waiting)
    if waiting.offer is not None:
        end(floor, waiting.offer, to_agents)
    floor.forget(waiting)
    floor.orders.append(o.Left(waiting.call, waiting.queue.name, how, floor.now - waiting.arrived, position))


def connect(floor: Floor, waiting: Waiting, agent: Agent | None) -> None:
    """An agent, or somebody who is none, has the call. It is not offered any more."""
    queue, now = waiting.queue, floor.now
    waited_s = now - waiting.arrived
    floor.forget(waiting)
    queue.pace.served(now, len(queue.callers))
    if not waiting.call_back and not waiting.reached:
        queue.figures.answered(waited_s)
    number = agent.number if agent is not None else ""
    floor.talks[waiting.call] = Talking(waiting, number, now, reached=not waiting.call_back)
    floor.orders.append(o.Connect(waiting.call, number, queue.name, waited_s, waiting.call_back))
    if agent is not None:
        floor.changed(agent)


def picked_up(floor: Floor, event: e.PickedUp) -> None:
    waiting = floor.calls.get(event.call)
    if waiting is None:
        return
    agent = floor.agents.get(event.agent)
    offer = waiting.offer
    if agent is not None and agent.state is not State.LOGGED_OFF:
        if offer is not None and offer.members.pop(agent.number, None) is not None:
            agent.answered(event.call, floor.now, spoke=not waiting.call_back)
        else:
            other = agent.offer
            agent.call_began(event.call, floor.now, direct=False, spoke=not waiting.call_back)
            if other:
                agent_lost(floor, agent, other, "agent busy")
    else:
        agent = None
    if offer is not None:
        end(floor, offer, "picked up")
    connect(floor, waiting, agent)


def _miss(floor: Floor, offer: Offer, number: str, how: str) -> None:
    member = offer.members.pop(number)
    member.agent.missed(how, floor.now)
    offer.waiting.queue.figures.missed()
    floor.orders.append(o.Withdraw(offer.waiting.call, number, how))
    floor.changed(member.agent)


def _back_if_alone(floor: Floor, offer: Offer) -> None:
    """Nobody rings any more: the caller goes back to his place."""
    if offer.members:
        return
    waiting = offer.waiting
    _close(floor, waiting)
    floor.wait(waiting, "back")
    queue = waiting.queue
    floor.orders.append(
        o.Queued(
            waiting.call,
            queue.name,
            queue.position(waiting),
            waiting.priority,
            floor.now - waiting.entered,
            "back",
        )
    )


def _close(floor: Floor, waiting: Waiting) -> None:
    waiting.offer = None
    waiting.queue.ringing.pop(waiting.call, None)
    floor.agenda.drop(("offer", waiting.call))
    floor.agenda.drop(("widen", waiting.call))
