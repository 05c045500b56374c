"""Agents' telephones that ring for who waits: begun, watched, ended.

    ring() ── his telephone is free ──> it rings ──┬─ lifted             Answered
          │                                       ├─ picked up          PickedUp: by another agent, or a telephone
          │                                       └─ refused, or gone   Missed
          ├─ lifted, to dial a code ──> as soon as it is at rest
          └─ cannot be rung ──> Missed

At an open line an offer waits as a second call does, and is his after a beep where his group says so. What it does not:
choose whom to ring, or say what becomes of it (core/acd).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import trio

from core.acd import events as e
from core.exchange.destinations.to_station import PICKED_UP, offer
from core.exchange.leg import Leg, State
from core.exchange.service import Service
from core.queues.settings import takes_offers_by_itself
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.station import Station
    from core.queues.desks import Desks
    from core.queues.keys import Keys

ELSEWHERE = "answered elsewhere"
BEEP_S = 0.6
"""The tone before an automatic answer."""
REFUSALS = (Cause.NORMAL_CLEARING, Cause.USER_BUSY, Cause.CALL_REJECTED)
"""Causes with which an agent's telephone has refused; any other: it could not be reached."""

_WITHDRAWN = {"no answer": Cause.NO_ANSWER, ELSEWHERE: Cause.ANSWERED_ELSEWHERE, "picked up": Cause.ANSWERED_ELSEWHERE}


class Waits(Protocol):
    """Who waits, on the line or to be called back."""

    key: int
    queue: str
    offers: dict[str, Leg | None]
    """By agent who is rung for him; None: as soon as his telephone is at rest."""
    lifted: dict[str, Leg]
    """Who has answered, until the distribution says what becomes of it."""

    @property
    def call(self) -> Call | None: ...

    @property
    def gone_by_itself(self) -> bool: ...

    def note(self, kind: str, device: str = "", **data: Any) -> None: ...


class Ringing:
    """missed: is told of an agent who cannot be rung at all."""

    def __init__(self, exchange: Exchange, desks: Desks, keys: Keys, missed: Callable[[e.Missed], None]) -> None:
        self._exchange = exchange
        self._desks = desks
        self._keys = keys
        self._missed = missed
        self._for: dict[int, Waits] = {}
        self._news: dict[int, None] = {}  # of these, in whose call something has happened

    def begin(self, waiter: Waits) -> None:
        """Agents are rung for him from now on, or as soon as their telephones are at rest."""
        self._for[waiter.key] = waiter
        self._news[waiter.key] = None

    def ring(self, waiter: Waits, agent: str) -> None:
        """Now, or when his telephone is at rest; or it is told that it cannot be."""
        waiter.offers[agent] = None
        self._ring_if_free(waiter, agent)

    def stop(self, waiter: Waits, agent: str, reason: str) -> None:
        """He may have lifted: then he hears that the call is gone."""
        leg = waiter.offers.pop(agent, None) or waiter.lifted.pop(agent, None)
        device = self._desks.at.get(agent) or agent
        waiter.note("OfferWithdrawn", device, agent=agent, reason=reason, queue=waiter.queue)
        if leg is not None:
            leg.call.drop(leg, _WITHDRAWN.get(reason, Cause.NORMAL_CLEARING), "exchange", reason)
        self._end_if_over(waiter)

    def settled(self, key: int) -> None:
        """Something has happened in the call of that key."""
        if key in self._for:
            self._news[key] = None

    def is_offer(self, leg: Leg) -> bool:
        """It rings for a queue: it is no call of the agent's yet."""
        waiter = self._for.get(self._keys.had(leg.call))
        return waiter is not None and leg in waiter.offers.values()

    def gathered(self) -> list[e.Event]:
        """What has become of the offers since."""
        found: list[e.Event] = []
        if self._desks.rested_since():
            self._news |= {key: None for key, waiter in self._for.items() if None in waiter.offers.values()}
        news, self._news = self._news, {}
        for key in news:
            waiter = self._for.get(key)
            if waiter is not None:
                found += self._of_offers(waiter)
                self._end_if_over(waiter)
        return found

    def _of_offers(self, waiter: Waits) -> list[e.Event]:
        found: list[e.Event] = []
        if waiter.gone_by_itself:
            return []  # told when its routine ends, in this very instant
        for agent, leg in list(waiter.offers.items()):
            if leg is None:
                self._ring_if_free(waiter, agent)
            elif leg.state is State.CONNECTED:
                del waiter.offers[agent]
                waiter.lifted[agent] = leg
                found.insert(0, e.Answered(waiter.key, agent))
            elif leg.gone and leg.reason == PICKED_UP:
                del waiter.offers[agent]
                found.append(e.PickedUp(waiter.key, self._picker(waiter, agent)))
            elif leg.gone and leg.reason != ELSEWHERE:
                del waiter.offers[agent]
                how = "reject" if leg.cause in REFUSALS else "unreachable"
                found.append(e.Missed(waiter.key, agent, how))
        return found

    def _picker(self, waiter: Waits, rung: str) -> str:
        """The agent at the telephone that has answered in the place of his; else that telephone."""
        call = waiter.call
        others = [leg for leg in call.legs if leg is not call.calling] if call is not None else []
        for leg in others:
            if not isinstance(leg.device, Service) and leg not in waiter.offers.values():
                return self._desks.agent_at.get(leg.name, leg.name)
        return rung

    def _ring_if_free(self, waiter: Waits, agent: str) -> None:
        station = self._desks.station(agent)
        if station is None or not station.reachable or station.kept.do_not_disturb:
            del waiter.offers[agent]
            self._missed(e.Missed(waiter.key, agent, "unreachable"))
        elif waiter.call is not None and self._may_ring(agent, station):
            leg = waiter.offers[agent] = offer(waiter.call, station, "group")
            if station.waiting is leg and takes_offers_by_itself(self._exchange.box, agent):
                waiter.call.nursery_task(_answer, leg, station)
        elif self._desks.rested not in station.freed:
            station.freed.append(self._desks.rested)

    def _may_ring(self, agent: str, station: Station) -> bool:
        free = station.free and agent not in self._desks.opening
        return free or station.may_take_next or station.on_open_line

    def _end_if_over(self, waiter: Waits) -> None:
        if not waiter.offers and self._for.get(waiter.key) is waiter:
            del self._for[waiter.key]


async def _answer(leg: Leg, station: Station) -> None:
    """An offer that waits there is his after a beep."""
    await trio.sleep(BEEP_S)
    own = station.active
    if station.waiting is leg and own is not None and own.open_line:
        station.hold(own)
        station.accept_waiting()
