"""Callers who have hung up and are to be called back: virtual hold, which keeps the time of entry.

    wanted ──> waits like a caller on the line ──> offer ──┬─ agent first:   he lifts ── reached ──> they speak
                   ^                                       └─ caller first:  reached ──> on the line, offered as any
                   └── rests for call_back_again_s <── not reached, and tries are left
                                                                  └─ none is left ──> LeftFor "call-back failed"

A number has one call-back in a queue. Who rings again by himself takes the place that his call-back kept, and is called
no more.
"""

from __future__ import annotations

from core.acd import events as e
from core.acd import offers
from core.acd import orders as o
from core.acd.floor import Floor, Talking
from core.acd.waiting import Waiting
from core.config.model.queues import Target
from hw.errors import LocalError

RELEASE = Target(to="release")
ASKED_ALREADY = "call-back asked already"
RANG_HIMSELF = "rang himself"


def wanted(floor: Floor, event: e.CallBackWanted) -> None:
    waiting = floor.calls.get(event.call)
    if waiting is None or waiting.call_back:
        return
    if not event.number:
        raise LocalError(f"call {event.call}: a call-back needs a number")
    queue = waiting.queue
    if event.number in queue.call_backs:
        queue.figures.elsewhere()
        offers.out(floor, waiting, "caller left", ASKED_ALREADY)
        return
    queue.hangs_up(waiting, event.number)
    queue.figures.asked_back()
    if waiting.offer is not None:  # whoever rings is told anew whom he will speak with, and how
        offers.end(floor, waiting.offer, "caller left")
        floor.wait(waiting, "back")


def cancelled(floor: Floor, event: e.CallBackCancelled) -> None:
    waiting = floor.calls.get(event.call)
    if waiting is not None and waiting.call_back:
        waiting.queue.figures.elsewhere()
        offers.out(floor, waiting, "caller left", "call-back cancelled")


def reached(floor: Floor, event: e.CallBackReached) -> None:
    talking = floor.talks.get(event.call)
    if talking is not None and not talking.reached:
        talking.reached, talking.since = True, floor.now
        talking.waiting.queue.figures.called_back()
        agent = floor.agents.get(talking.agent)
        if agent is not None and event.call in agent.calls:
            agent.reached(event.call, floor.now)
    waiting = floor.calls.get(event.call)
    if waiting is None or not waiting.call_back:
        return
    queue = waiting.queue
    rests = event.call in queue.resting
    if rests:
        floor.agenda.drop(("held", event.call))
        queue.rise(waiting)
    queue.is_back(waiting)
    if rests:
        floor.wait(waiting, "back")
    queue.figures.called_back()
    offer = waiting.offer
    if offer is not None:
        offer.until = dict.fromkeys(offer.members, floor.now + queue.settings.ring_s)
        floor.agenda.set(("offer", event.call), floor.now + queue.settings.ring_s)


def failed(floor: Floor, event: e.CallBackFailed) -> None:
    """The agent who called him is free when he hangs up, one who was reserved is at once."""
    talking = floor.talks.get(event.call)
    if talking is not None and not talking.reached:
        nobody_came(floor, talking, event.left_as)
        return
    waiting = floor.calls.get(event.call)
    if waiting is None or not waiting.call_back or (waiting.offer is None and waiting.row is None):
        return  # it rests already: the agent has hung up before
    if waiting.offer is not None:
        offers.end(floor, waiting.offer, "no answer of the caller")
    waiting.queue.stop_waiting(waiting)
    floor.fresh.pop(event.call, None)
    waiting.tries += 1
    if waiting.tries >= waiting.queue.settings.call_back_tries:
        floor.forget(waiting)
        _given_up(floor, waiting)
    else:
        waiting.queue.rest(waiting)
        floor.agenda.set(("held", event.call), floor.now + waiting.queue.settings.call_back_again_s)


def nobody_came(floor: Floor, talking: Talking, left_as: int = 0) -> None:
    """The agent has lifted and the caller was not reached, or the agent has hung up before."""
    waiting = talking.waiting
    call = waiting.call
    del floor.talks[call]
    for one in floor.agents.values() if left_as else ():  # the caller may be an agent, too
        if call in one.calls:
            one.left_as(call, left_as)
    waiting.tries += 1
    queue = floor.queues.get(waiting.queue.name)
    if queue is None or waiting.tries >= queue.settings.call_back_tries:
        _given_up(floor, waiting)
    elif _speaks(floor, waiting):
        floor.orders.append(o.Left(call, queue.name, RANG_HIMSELF, floor.now - waiting.arrived, 0))
    elif (himself := _on_the_line(floor, waiting)) is not None:
        floor.orders.append(o.Left(call, queue.name, RANG_HIMSELF, floor.now - waiting.arrived, 0))
        floor.move_up(himself, waiting.entered)
    else:
        waiting.queue = queue
        waiting.settle(floor.desk.distribution.ageing_s)  # a commit may have changed it meanwhile
        floor.calls[call] = waiting
        queue.enter(waiting)
        queue.rest(waiting)
        floor.agenda.set(("held", call), floor.now + queue.settings.call_back_again_s)


def held_came(floor: Floor, waiting: Waiting) -> None:
    """A call-back is to be tried again, or its time has come."""
    waiting.queue.rise(waiting)
    floor.wait(waiting, "back")


def _given_up(floor: Floor, waiting: Waiting) -> None:
    floor.orders.append(o.LeftFor(waiting.call, waiting.queue.name, RELEASE, "call-back failed", 0.0))


def _on_the_line(floor: Floor, waiting: Waiting) -> Waiting | None:
    """His own call, which came into the queue while he was being called back."""
    numbers = waiting.numbers
    for call in waiting.queue.calls():
        other = floor.calls[call]
        if not other.call_back and other.caller.number in numbers:
            return other
    return None


def _speaks(floor: Floor, waiting: Waiting) -> bool:
    """He has rung by himself meanwhile, and speaks with an agent of the queue."""
    numbers = waiting.numbers
    return any(
        talking.reached
        and talking.waiting.queue.name == waiting.queue.name
        and talking.waiting.caller.number in numbers
        for talking in floor.talks.values()
    )
