"""Parked calls: a party waits with music at a numbered place until somebody fetches it from any telephone (呼叫寄存).

    flash, *70#         parks the held party at the first free place, which is said
    flash, *70*7003     at that place
    *71*7003, or 7003   fetches the call

After back_after_s the telephone that parked is rung, RETURNS times; then the party is released.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from core.exchange.destinations.to_station import offer
from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused, Said
from core.exchange.replacing import replace
from core.exchange.service import Service
from core.exchange.station import Station
from core.numbering.target import Target
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.features import Code

RETURNS = 3
RETURN_RINGS_S = 30.0
FETCHED = "fetched"


def parked_at(exchange: Exchange, orbit: str) -> Leg | None:
    return exchange.parked.get(orbit)


def park(exchange: Exchange, leg: Leg, orbit: str = "") -> str:
    """The other party of a station's leg is parked, the station leaves. Returns the place. Refused: none is free."""
    call, station = leg.call, leg.device
    assert isinstance(station, Station)
    other = call.peer(leg)
    places = exchange.box.park.numbers()
    if other is None or call.served or other.state is not State.CONNECTED:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", _("there is no one party to park"))
    if orbit and orbit not in places:
        raise Refused(Cause.INVALID_NUMBER, "vacant", _("there is no parking place {orbit}").format(orbit=orbit))
    free = [place for place in ([orbit] if orbit else places) if place not in exchange.parked]
    if not free:
        raise Refused(
            Cause.RESOURCE_UNAVAILABLE, "not-possible", _("no parking place is free"), said=Said("call.park-full")
        )
    place = free[0]
    call.note("Parked", leg, orbit=place)
    call.calling = other
    waiting = Service(place, station.language).take(call, answer=False)
    waiting.enter(State.HELD)
    exchange.parked[place] = waiting
    call.take_out(leg, "parked")
    station.put_down()
    call.arrange()
    call.nursery_task(_watch, call, waiting, station.name)
    return place


async def _watch(call: Call, waiting: Leg, name: str) -> None:
    """Rings whoever parked when nobody comes; gives the place back when the call has left it."""
    exchange = call.exchange
    place = waiting.name
    try:
        for _round in range(RETURNS):
            with trio.move_on_after(exchange.box.park.back_after_s):
                await waiting.until(State.NULL)
            if waiting.gone:
                return
            station = exchange.stations.get(name)  # its line may have been opened anew, or have gone
            if station is None or not station.free or not station.reachable:
                continue
            back = offer(call, station, "recall")
            with trio.move_on_after(RETURN_RINGS_S):
                while back.state is State.ALERTING and not waiting.gone:
                    await call.news()
            if back.state is State.CONNECTED:
                call.drop(waiting, reason=FETCHED)
                return
            call.drop(back, Cause.NO_ANSWER, "exchange", "no answer", only=State.ALERTING)
            if waiting.gone:
                return
        call.end(Cause.NO_ANSWER, "not fetched")
    finally:
        if exchange.parked.get(place) is waiting:
            del exchange.parked[place]


async def fetch(call: Call, target: Target) -> None:
    """The destination of a parking place's number."""
    leg = call.calling
    station = leg.device if leg is not None else None
    waiting = call.exchange.parked.get(target.name)
    if waiting is None or not isinstance(station, Station):
        raise Refused(Cause.NO_USER_RESPONDING, "not-possible", said=Said("call.not-parked"))
    del call.exchange.parked[target.name]
    replace(call, station, waiting, FETCHED)


async def _park(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    if not station.held:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible")
    place = park(call.exchange, station.held[-1], arguments[0] if arguments else "")
    return Said("call.parked", {"orbit": place})


async def _fetch(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    waiting = call.exchange.parked.get(arguments[0])
    if waiting is None:
        raise Refused(Cause.NO_USER_RESPONDING, "not-possible", said=Said("call.not-parked"))
    del call.exchange.parked[arguments[0]]
    replace(call, station, waiting, FETCHED)


CODES: dict[str, Code] = {"park": _park, "park_at": _park, "retrieve_parked": _fetch}
