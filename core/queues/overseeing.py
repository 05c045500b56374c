"""A supervisor in an agent's call: listening, whispering, barging in, taking it.

    listen       hears all, nobody hears him             barge in     all hear all
    whisper      hears all, the agent alone hears him    intercept    in the agent's place, who is freed

His telephone rings; lifted, its leg moves into the call. Asked again while he is there, he changes over at once. Who
only listens is no party: when the others have gone the call is over, and when the agent has gone, so has he. The
record of the call does not know him, but where he has taken it; the journal does (Supervised).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import trio

from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused
from core.texts import _
from hw.signalling.line import Party
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.queues.room import QueueRoom

How = Literal["listen", "whisper", "barge in", "intercept"]
KIND = "internal"


def oversee(room: QueueRoom, device: str, agent: str, how: How, by: str) -> None:
    """device: the supervisor's telephone. Refused: it is not free, or the agent speaks with nobody."""
    room.agent(agent)
    station = room.exchange.stations.get(device)
    if station is None:
        raise Refused(Cause.INVALID_NUMBER, "not-possible", _("there is no station {device}").format(device=device))
    target = _talking(room, agent)
    if target.device is station:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", _("that is the agent's own telephone"))
    own = station.active
    if own is not None and own.call is target.call and own.state is State.CONNECTED:
        _change(own, target, agent, how, by)
        return
    if not station.free or not station.reachable:
        raise Refused(Cause.USER_BUSY, "busy", _("station {device} is not free").format(device=device))
    room.exchange.ring_station(station, partial(_enter, room=room, agent=agent, how=how, by=by), Party(agent), KIND)


def _talking(room: QueueRoom, agent: str) -> Leg:
    station = room.desks.station(agent)
    leg = station.active if station is not None else None
    if leg is None or leg.state is not State.CONNECTED or not leg.call.answered or not leg.call.others(leg):
        text = _("agent {agent} speaks with nobody").format(agent=agent)
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
    return leg


async def _enter(call: Call, *, room: QueueRoom, agent: str, how: How, by: str) -> None:
    """The routine of the supervisor's own call, which ends when its leg is in the agent's."""
    leg = call.calling
    assert leg is not None
    with trio.move_on_after(room.exchange.stations[leg.name].settings.no_answer_s):
        await leg.until(State.CONNECTED)
    if leg.state is not State.CONNECTED:
        call.end(Cause.NO_ANSWER, "no answer")
        return
    target = _talking(room, agent)
    into = target.call
    leg.listener = True
    leg.calling = False
    call.give(leg, into)
    call.calling = None
    _change(leg, target, agent, how, by)
    into.nursery_task(_with_agent, leg, target)
    room.exchange.joined(into, call)
    call.end(Cause.NORMAL_CLEARING, "supervises", into=into.id)


def _change(leg: Leg, target: Leg, agent: str, how: How, by: str) -> None:
    call = target.call
    leg.listener = how in ("listen", "whisper")
    leg.whispers = target if how == "whisper" else None
    call.note("Supervised", leg, agent=agent, how=how, by=by)
    if how == "intercept":
        call.note("PickedUp", leg, rang=target.name)
        call.note("Established", leg)
        if call.calling is target:
            call.calling = leg
        call.drop(target, Cause.NORMAL_CLEARING, "exchange", "intercepted")
    call.arrange()


async def _with_agent(leg: Leg, target: Leg) -> None:
    """Who only listens does not stay behind."""
    await target.until(State.NULL)
    if leg.listener:
        leg.call.drop(leg, Cause.NORMAL_CLEARING, "exchange", "the agent has gone")
