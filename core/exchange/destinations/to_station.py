"""A call to a telephone of ours: it rings, it is busy, it has been diverted.

do not disturb, diverted always        before anything rings
out of service                         diverted when unreachable, else refused
busy                                   a second call waits where that is wanted; diverted when busy; else refused
no answer                              diverted after no_answer_s, else refused
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from core.exchange.device import DeviceKind
from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused
from core.exchange.shown import party_shown, ring_of, shown
from core.numbering.target import Target
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.station import Station


PICKED_UP = "picked up"
"""The reason with which a leg goes whose call another telephone has answered."""


async def take(call: Call, target: Target) -> None:
    station = call.exchange.stations.get(target.name)
    if station is None:
        raise Refused(Cause.DESTINATION_OUT_OF_ORDER, "unreachable")
    await call_station(call, station)


async def call_station(call: Call, station: Station) -> None:
    kept = call.exchange.kept.station(station.name)
    router = call.exchange.router
    if kept.forward_always:
        return await router.divert(call, station, kept.forward_always, "always")
    if kept.do_not_disturb and not call.recall:
        raise Refused(Cause.USER_BUSY, "do-not-disturb")
    if not station.reachable:
        if kept.forward_unreachable:
            return await router.divert(call, station, kept.forward_unreachable, "unreachable")
        raise Refused(Cause.DESTINATION_OUT_OF_ORDER, "unreachable")
    if not station.free and not station.may_wait:
        if kept.forward_busy:
            return await router.divert(call, station, kept.forward_busy, "busy")
        raise Refused(Cause.USER_BUSY, "busy")
    if await ring(call, station, station.settings.no_answer_s):
        return None
    if kept.forward_no_answer:
        return await router.divert(call, station, kept.forward_no_answer, "no answer")
    raise Refused(Cause.NO_ANSWER, "no-answer")


async def ring(call: Call, station: Station, seconds: float, kind: str = "") -> bool:
    """Rings it for so long. True: answered, there or, after a pick-up, elsewhere."""
    leg = offer(call, station, kind)
    try:
        call.alerting()
        with trio.move_on_after(seconds):
            await leg.until(State.CONNECTED)
        call.drop(leg, Cause.NO_ANSWER, "exchange", "no answer", only=State.ALERTING)
    finally:
        call.drop(leg, Cause.NORMAL_CLEARING, "exchange", "given up", only=State.ALERTING)
    return leg.state is State.CONNECTED or leg.reason == PICKED_UP


def offer(call: Call, station: Station, kind: str = "") -> Leg:
    """The telephone begins to ring. It must be free, or let a call wait."""
    leg = call.add(station, State.ALERTING, station.party)
    call.note("Delivered", leg, by=call.calling.name if call.calling else "")
    if call.calling is not None:
        station.last_caller = callable_back(call.calling)
    station.ring(leg, shown(call), kind or ring_of(call))
    return leg


def callable_back(caller: Leg) -> str:
    """What this box would dial to call him back; "": his number is not known, or withheld."""
    party = party_shown(caller)
    if not party.number:
        return ""
    if caller.device.kind is DeviceKind.STATION:
        return caller.name
    plan = caller.call.exchange.plan
    return plan.dialled_back(plan.normalised(party.number, party.type.name.lower()))
