"""Feature codes: a number that is no party but an order to the exchange (新业务).

    *57*8002#  ──numbering──> Target(FEATURE, "forward_always", ("8002",))
               ──> codes["forward_always"](call, station, ("8002",)) ──> Said: words of what was done, or a short tone

A code runs as the routine of the call that dialled it. It may make something else of the call (a conference, a parked
call fetched): then it returns None. Dialled after a flash, the held party is back when the words are over. Only
stations have codes; a call from a trunk that dials one is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from core.exchange.refusal import Refused, Said
from core.exchange.services import calling, forwarding, muting, parking, picking_up, ringing_back, transferring, waking
from core.exchange.station import Station
from core.numbering.target import Target
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call

Code = Callable[["Call", Station, tuple[str, ...]], Awaitable[Said | None]]

CODES: dict[str, Code] = {
    **calling.CODES,
    **forwarding.CODES,
    **muting.CODES,
    **parking.CODES,
    **picking_up.CODES,
    **ringing_back.CODES,
    **transferring.CODES,
    **waking.CODES,
}
"""By the field of [features]: those of the exchange itself (see Exchange.codes)."""

SECRET = {"pin_call"}
"""Services whose first argument is a PIN: the journal does not get it."""


async def take(call: Call, target: Target) -> None:
    """The destination of all feature codes."""
    leg = call.calling
    assert leg is not None
    station = leg.device
    code = call.exchange.codes.get(target.name)
    if code is None or not isinstance(station, Station):
        raise Refused(Cause.SERVICE_UNAVAILABLE, "unavailable")
    shown = ["…", *target.arguments[1:]] if target.name in SECRET else list(target.arguments)

    def used(result: str) -> None:
        call.exchange.journal.note(
            "ServiceUsed", call=call.id, device=station.name, service=target.name, arguments=shown, result=result
        )

    try:
        said = await code(call, station, target.arguments)
    except Refused as refused:
        used(refused.reason)
        raise
    used("done")
    if said is None or leg.gone:
        return
    await call.announce(leg, await call.exchange.sounds.done(said, station.language))
    if station.held and station.active is leg:
        call.take_out(leg, "service done")
        station.retrieve(station.held[-1])
    call.end(Cause.NORMAL_CLEARING, "service done")
