"""A call that rings at another telephone is answered here: of the own group, or of a telephone by its number (代答).

Whoever wants privacy is not picked up; of several ringing calls of the group the oldest is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.exchange.destinations.to_station import PICKED_UP
from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused, Said
from core.exchange.replacing import replace
from core.exchange.station import Station
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.features import Code


def ringing_at(station: Station) -> Leg | None:
    """The leg that rings there and has a caller."""
    for leg in station.legs:
        if leg.state is State.ALERTING and not leg.calling and leg.call.calling is not None:
            return leg
    return None


def in_group(exchange: Exchange, station: Station) -> Leg | None:
    group = station.settings.pickup_group
    if not group:
        return None
    others = [other for other in exchange.stations.values() if other.settings.pickup_group == group]
    found = [leg for other in others if other is not station and not other.kept.privacy and (leg := ringing_at(other))]
    return min(found, key=lambda leg: leg.since, default=None)


def _nothing() -> Refused:
    return Refused(Cause.NO_USER_RESPONDING, "not-possible", said=Said("call.nothing-to-pick-up"))


async def _group(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    leg = in_group(call.exchange, station)
    if leg is None:
        raise _nothing()
    replace(call, station, leg, PICKED_UP)


async def _directed(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    other = call.exchange.stations.get(arguments[0])
    leg = ringing_at(other) if other is not None and not other.kept.privacy else None
    if leg is None or other is station:
        raise _nothing()
    replace(call, station, leg, PICKED_UP)


CODES: dict[str, Code] = {"pick_up": _group, "directed_pick_up": _directed}
