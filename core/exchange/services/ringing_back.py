"""Ring back: after busy or no answer, the caller is rung when the station is free or used again (遇忙/无应答回叫).

    8001 calls 8002: busy       *59#      8002 hangs up      8001 rings; lifted, it calls 8002
    8001 calls 8002: no answer  *59#      8002 is used, and hung up: somebody is there      the same

An order holds for ORDER_S; a telephone may have several, one for each station. One that is not at rest when its turn
comes, is rung when it is.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.exchange.refusal import Refused, Said
from core.exchange.station import Station
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.features import Code

ORDER_S = 45 * 60.0  # ETSI EN 300 359 (CCBS), T-CCBS2: at least 15, at most 45 minutes

FEATURE = {"feature": "feature.call-back"}


class RingBacks:
    """All orders of a box: who wants to be rung for which station."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._orders: set[tuple[str, str]] = set()

    def order(self, who: Station, whom: Station) -> None:
        self._orders.add((who.name, whom.name))
        self._exchange.timers.start(("ring back", who.name, whom.name), ORDER_S, partial(self.cancel, who, whom))
        whom.freed.append(partial(self._freed, who.name, whom.name))

    def cancel(self, who: Station, whom: Station) -> None:
        self._orders.discard((who.name, whom.name))
        self._exchange.timers.stop(("ring back", who.name, whom.name))

    def cancel_all(self, who: Station) -> None:
        for name, other in [order for order in self._orders if order[0] == who.name]:
            self._orders.discard((name, other))
            self._exchange.timers.stop(("ring back", name, other))

    def of(self, who: Station) -> list[str]:
        """The stations that it waits for."""
        return sorted(other for name, other in self._orders if name == who.name)

    def attached(self, station: Station) -> None:
        """A station's line was opened anew: what waited for the old one waits for it."""
        for who, whom in sorted(self._orders):
            if station.name in (who, whom):
                station.freed.append(partial(self._freed, who, whom))

    def _freed(self, who: str, whom: str) -> None:
        """Either is at rest now. Rings when both are."""
        one, other = self._exchange.stations.get(who), self._exchange.stations.get(whom)
        if (who, whom) not in self._orders or one is None or other is None:
            return
        for station in (other, one):
            if not station.free or not station.reachable:
                station.freed.append(partial(self._freed, who, whom))
                return
        self.cancel(one, other)
        self._exchange.ring_and_call(one, whom)


async def _order(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    whom = call.exchange.stations.get(station.last_refused)
    if whom is None or whom is station or whom.kept.privacy:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", said=Said("service.failed", FEATURE))
    call.exchange.ring_backs.order(station, whom)
    return Said("call.will-call-back")


async def _cancel(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    call.exchange.ring_backs.cancel_all(station)
    return Said("call.call-back-cancelled")


CODES: dict[str, Code] = {"ring_back": _order, "ring_back_off": _cancel}
