"""Blind transfer by code: after a flash, the held party is sent to a number, and the telephone leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.exchange import transfer
from core.exchange.refusal import Refused, Said
from core.exchange.station import Station
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.features import Code


async def _blind_transfer(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    if not station.held:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible")
    exchange = call.exchange
    transfer.send_on(exchange, station.held[-1], exchange.router.resolve(arguments[0], station), station)
    return Said("call.transferring")


CODES: dict[str, Code] = {"blind_transfer": _blind_transfer}
