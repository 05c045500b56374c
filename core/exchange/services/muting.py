"""Mute by code (静音): after a flash, back to the held party, who hears nothing from here any more; again: he does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.exchange.refusal import Refused
from core.exchange.station import Station
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.features import Code


async def _mute(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    if not station.held:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible")
    leg, own = station.held[-1], station.active
    if own is not None:
        call.take_out(own, "muted")
    station.retrieve(leg)
    station.mute(leg, not leg.muted)
    call.end(Cause.NORMAL_CLEARING, "service done")


CODES: dict[str, Code] = {"mute": _mute}
