"""Ring back: after busy or no answer, the caller is rung when the station is free or used again (遇忙/无应答回叫).

    8001 calls 8002: busy       *59#      8002 hangs up      8001 rings; lifted, it calls 8002
    8001 calls 8002: no answer  *59#      8002 is used, and hung up: somebody is there      the same

An order holds for ORDER_S, over restarts too; a telephone may have several, one for each station. One that is not at
rest when its turn comes, is rung when it is.
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

KEPT = "ring back/"

FEATURE = {"feature": "feature.call-back"}


class RingBacks:
    """All orders of a box: who wants to be rung for which station."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._orders: set[tuple[str, str]] = set()

    def again(self) -> None:
        """After a restart: what has not run out. Whom an order waits for is to be used once more."""
        state, now = self._exchange.journal.state, self._exchange.utc().timestamp()
        for key, until in state.under(KEPT).items():
            who, whom = key.removeprefix(KEPT).split("/")
            if now < until <= now + ORDER_S + 1 and whom in self._exchange.stations:
                self._wait(who, whom, until - now)
            else:
                del state[key]

    def order(self, who: Station, whom: Station) -> None:
        until = self._exchange.utc().timestamp() + ORDER_S
        self._exchange.journal.state[f"{KEPT}{who.name}/{whom.name}"] = round(until)
        self._wait(who.name, whom.name, ORDER_S)

    def _wait(self, who: str, whom: str, seconds: float) -> None:
        self._orders.add((who, whom))
        self._exchange.timers.start(("ring back", who, whom), seconds, partial(self._drop, who, whom))
        self._exchange.stations[whom].freed.append(partial(self._freed, who, whom))

    def _drop(self, who: str, whom: str) -> None:
        self._orders.discard((who, whom))
        self._exchange.timers.stop(("ring back", who, whom))
        self._exchange.journal.state.pop(f"{KEPT}{who}/{whom}", None)

    def cancel_all(self, who: Station) -> None:
        for name, other in [order for order in self._orders if order[0] == who.name]:
            self._drop(name, other)

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
        self._drop(who, whom)
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
