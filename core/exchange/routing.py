"""Where a call goes: permission first, asked here and nowhere else, then the destination that takes it.

    target ──> permit() ──Barred, NeedsPin──> Refused                     (core/numbering decides, we give it the facts)
                  └──Allowed──> destinations[kind].take(call)

A diversion asks for the permission of whoever diverts: he pays for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

import trio

from core.exchange.device import Device, DeviceKind
from core.exchange.refusal import Refused
from core.exchange.station import Station
from core.exchange.trunk import Trunk
from core.numbering.permit import Allowed, Attempt, Barred, NeedsPin, Origin, Reason, TollAlarm
from core.numbering.target import Target, TargetKind
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.leg import Leg

Taker = Callable[["Call", Target], Awaitable[None]]

DIVERSIONS_MOST = 5


class Router:
    """`destinations`: what takes a call, by kind of target. A new service adds its own."""

    def __init__(self, exchange: Exchange) -> None:
        self.destinations: dict[TargetKind, Taker] = {}
        self._exchange = exchange

    async def route(self, call: Call, target: Target, payer: Station | None = None, age_s: float = 0.0) -> None:
        """Takes the call to its target, or raises Refused. payer: who has diverted it, by a forward of that age."""
        await trio.lowlevel.checkpoint_if_cancelled()
        call.note("Routed", call.calling, target_kind=target.kind.value, target=target.name, number=target.number)
        self.permit(call, target, payer, age_s)
        call.emergency = call.emergency or target.kind is TargetKind.EMERGENCY
        if len(self._exchange.calls) > self._exchange.box.limits.calls and not call.emergency:
            raise Refused(Cause.SWITCH_CONGESTION, "congestion")
        for attendant in self._exchange.attendants:
            await attendant.routed(call, target)
        taker = self.destinations.get(target.kind)
        if taker is None:
            raise Refused(Cause.SERVICE_UNAVAILABLE, "unavailable")
        await taker(call, target)

    async def divert(self, call: Call, station: Station, number: str, reason: str) -> None:
        """A station's calls go elsewhere."""
        if len(call.diversions) >= DIVERSIONS_MOST or station.name in call.diversions:
            raise Refused(Cause.NO_ROUTE_TO_DESTINATION, "loop")
        call.diversions.append(station.name)
        call.diverted = reason
        self._exchange.journal.note("Diverted", call=call.id, device=station.name, to=number, reason=reason)
        target = self.resolve(number, station)
        await self.route(call, target, payer=station, age_s=self._exchange.forward_age(station, reason))

    def resolve(self, number: str, device: Device) -> Target:
        """A whole number as dialled by a station or from a trunk group. Refused: it is none."""
        analysis = self._exchange.plan.analyse(number, self._exchange.facts(device, ""), final=True)
        if analysis.target is None:
            raise Refused(analysis.cause or Cause.INVALID_NUMBER, "vacant")
        return analysis.target

    def permit(self, call: Call, target: Target, payer: Station | None = None, age_s: float = 0.0) -> None:
        """Refused: class of service says no."""
        if target.kind not in (TargetKind.TRUNK, TargetKind.FEATURE):
            return
        exchange = self._exchange
        if call.payer is not None and payer is None:
            self.ask(call, target, Origin.STATION, call.payer.account, call.payer.class_of_service, age_s)
            return
        who = payer or (call.calling.device if call.calling is not None else None)
        if who is None or who.kind is DeviceKind.SERVICE:
            return
        assert isinstance(who, Station | Trunk)
        origin = Origin.TRUNK if isinstance(who, Trunk) else Origin.STATION
        if payer is not None:
            origin = Origin.FORWARD
        account = who.name if isinstance(who, Station) else (who.group.name if who.group else who.name)
        self.ask(call, target, origin, account, exchange.class_of(who), age_s)

    def ask(
        self, call: Call, target: Target, origin: Origin, account: str, class_of_service: str, age_s: float = 0.0
    ) -> None:
        """Refused: the class says no, or a limit of the account does."""
        exchange = self._exchange
        answer = exchange.plan.permit(
            Attempt(
                target=target,
                class_of_service=class_of_service,
                origin=origin,
                pin=call.pin,
                forward_age_s=age_s,
                own=exchange.toll.counts(account),
                total=exchange.toll.total,
            )
        )
        if isinstance(answer, Allowed):
            if answer.counted:
                exchange.toll.began(call.id, account)
            self._alarm(account, answer.alarms)
            return
        reason = "pin" if isinstance(answer, NeedsPin) else answer.reason.value
        if isinstance(answer, Barred):
            self._alarm(account, answer.alarms)
        call.note("Barred", call.calling, number=target.number, reason=reason)
        limited = isinstance(answer, Barred) and answer.reason in (Reason.LIMIT, Reason.TOTAL_LIMIT)
        raise Refused(Cause.OUTGOING_BARRED_IN_GROUP, "limit" if limited else "barred")

    def may_leave(self, station: Device, left: Iterable[Leg]) -> bool:
        """Trunk to trunk is off, but for those who may forward outside: may the station leave these to each other?"""
        if not isinstance(station, Station) or any(leg.device.kind is not DeviceKind.TRUNK for leg in left):
            return True
        classes = {one.name for one in self._exchange.box.class_of_service if one.forward_outside}
        return self._exchange.class_of(station) in classes

    def _alarm(self, account: str, alarms: tuple[TollAlarm, ...]) -> None:
        """Toll fraud is the loss that hits offices: near a limit, and at it."""
        for alarm in alarms:
            self._exchange.journal.note(
                "TollAlarm",
                device="box" if alarm.total else account,
                reason=f"{alarm.level.value}: {alarm.limit} {alarm.value:g} of {alarm.most}",
            )
