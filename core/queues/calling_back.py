"""One try to call a caller back: a call of the queue's own.

    agent first     queue ─ agent rings ─ he lifts, and is told whom ─ the caller rings ─ they speak
    caller first    queue ─ the caller rings ─ "press 1 to take it" ─ the agent rings who is reserved ─ they speak

The queue pays for it (reach.py). The caller is rung for call_back_ring_s. Whoever hangs up ends the try; what follows,
the distribution knows. Time flows on trio's clock; it runs as the routine of its call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import trio

from core.acd import events as e
from core.acd import orders as o
from core.acd.matching import CONFIRMED_S
from core.config.model.queues import QueueSettings
from core.exchange.asking import until_key
from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused, Said
from core.exchange.service import Service
from core.queues import leaving
from core.queues.call_back import CallBack
from core.queues.reach import payer, reach
from hw.signalling.line import Party
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.queues.waiter import Waiter

TAKE = "1"
ASKED_EVERY_S = 5.0


class Tries(Protocol):
    """Who is told what came of a try."""

    def tried(self, back: CallBack, call: Call, device: str, result: str) -> None:
        """device: who called him. result: "answered", or why he was not reached."""

    def spoken_with(self, back: CallBack, call: Call, device: str) -> None:
        """He has answered, and speaks with the agent."""

    def on_the_line(self, back: CallBack, call: Call) -> Waiter:
        """He was called first and is there."""


def begin(backs: Tries, back: CallBack, queue: QueueSettings) -> Call:
    """The call of the try; its routine runs as soon as tasks do."""

    async def routine(call: Call) -> None:
        if queue.call_back_first == "caller":
            await _caller_first(backs, back, queue, call)
        else:
            await _agent_first(backs, back, queue, call)

    exchange = back.exchange
    call = exchange.begin("internal" if back.number in exchange.stations else "out", routine)
    call.payer = payer(queue)
    call.data = dict(back.data)
    name = queue.number or queue.name
    # To the agents it is a call of him who is called back.
    call.add(Service(name, back.language), State.CONNECTED, Party(back.number), calling=True)
    return call


async def _agent_first(backs: Tries, back: CallBack, queue: QueueSettings, call: Call) -> None:
    device = queue.number or queue.name
    result = "given up"
    try:
        while back.taken is None:
            await call.news()
        result = "agent gone"
        lifted = (leg for leg in call.legs if leg.state is State.CONNECTED and not isinstance(leg.device, Service))
        agent = next(lifted, None)
        if agent is None:  # he has hung up in the instant in which he had lifted
            call.end(Cause.NORMAL_CLEARING, "call-back")
            return
        device = agent.name
        _instead(call, agent)
        words = await call.exchange.sounds.say(
            Said("queue.call-back-of", {"number": back.number}), agent.device.language
        )
        if words is not None:
            await agent.play(words)
        await _ring_him(call, agent, back, queue)
        result = "answered"
    except Refused as refused:
        result = refused.reason
        raise
    finally:
        if result == "answered":
            backs.spoken_with(back, call, device)
        elif back.call is call:  # else nobody has lifted, and the room has ended it
            backs.tried(back, call, device, result)
        if result == "given up":
            call.end(Cause.NORMAL_CLEARING, "call-back")


async def _caller_first(backs: Tries, back: CallBack, queue: QueueSettings, call: Call) -> None:
    service = call.calling
    assert service is not None
    result = "given up"
    try:
        await trio.lowlevel.checkpoint_if_cancelled()  # ended before it began
        him = await _ring_him(call, service, back, queue)
        _instead(call, him)
        await _taken(call, him, back.language)
        result = "answered"
    except Refused as refused:
        result = refused.reason
        call.end(refused.cause, refused.reason)
        return
    finally:
        if result != "answered" and back.call is call:  # else the room has ended it
            backs.tried(back, call, service.name, result)
    waiter = backs.on_the_line(back, call)
    outcome = await waiter.wait(e.CallBackReached(back.key))
    if isinstance(outcome, o.LeftFor):
        await leaving.leave(call, outcome)


def _instead(call: Call, leg: Leg) -> None:
    """In the queue's place the leg is served."""
    service, call.calling = call.calling, leg
    assert service is not None
    call.drop(service, Cause.NORMAL_CLEARING, "exchange", "call-back")


async def _ring_him(call: Call, calling: Leg, back: CallBack, queue: QueueSettings) -> Leg:
    """Refused: he was not reached, or may not be called any more."""
    target = reach(call.exchange, queue, back.number)
    if target is None:
        raise Refused(Cause.OUTGOING_BARRED_IN_GROUP, "barred")
    call.called = target.number or back.number
    call.note("Originated", calling, called=call.called, calling=queue.number, direction=call.direction)
    with trio.move_on_after(queue.call_back_ring_s):
        await call.exchange.router.route(call, target)
    others = [leg for leg in call.others(calling) if not leg.listener]
    answered = next((leg for leg in others if leg.state is State.CONNECTED), None)
    if answered is None:
        for leg in others:
            call.drop(leg, Cause.NO_ANSWER, "exchange", "no answer")
        raise Refused(Cause.NO_ANSWER, "no-answer")
    return answered


async def _taken(call: Call, him: Leg, language: str) -> None:
    """Refused: nobody has pressed the key; it may be a machine that answers."""
    him.keys.clear()
    him.device.listen(him, True)
    try:
        with trio.move_on_after(CONFIRMED_S - ASKED_EVERY_S):
            while True:
                words = await call.exchange.sounds.say(Said("queue.call-back-is-here"), language)
                if words is not None:
                    await until_key(him, words)
                with trio.move_on_after(ASKED_EVERY_S):
                    if await him.next_key() == TAKE:
                        return
    finally:
        him.device.listen(him, False)
    raise Refused(Cause.NORMAL_CLEARING, "no-answer")
