"""Forwards, do not disturb, and a ringing call sent elsewhere.

A forward to an outside number needs the permission of the station's class of service, when it is set and again with
each call; after forward_days it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.exchange.leg import Leg
from core.exchange.refusal import Refused, Said
from core.exchange.station import Station
from core.numbering.permit import Allowed, Attempt, Origin
from core.numbering.target import TargetKind
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.features import Code

KINDS = {
    "always": "forward_always",
    "busy": "forward_busy",
    "no answer": "forward_no_answer",
    "unreachable": "forward_unreachable",
}
_FORWARDABLE = {TargetKind.STATION, TargetKind.HUNT_GROUP, TargetKind.TRUNK, TargetKind.MAILBOX, TargetKind.QUEUE}


def set_forward(exchange: Exchange, station: Station, kind: str, to: str) -> None:
    """kind: a key of KINDS. to "": ends it. Refused: no such number, or not allowed."""
    if kind not in KINDS:
        raise Refused(Cause.INVALID_NUMBER, "not-possible", f"no such forward: {kind}")
    if to:
        target = exchange.router.resolve(to, station)
        if target.kind not in _FORWARDABLE or target.name == station.name:
            raise Refused(Cause.INVALID_NUMBER, "not-possible", f"calls cannot be forwarded to {to}")
        permission = exchange.plan.permit(Attempt(target, station.settings.class_of_service, Origin.FORWARD))
        if not isinstance(permission, Allowed):
            raise Refused(Cause.OUTGOING_BARRED_IN_GROUP, "barred", f"{station.name} may not forward to {to}")
    set_at = {one: time for one, time in station.kept.forwards_set_at.items() if one != kind}
    if to:
        set_at[kind] = exchange.utc().timestamp()
    exchange.keep(station, **{KINDS[kind]: to, "forwards_set_at": set_at})


def deflect(exchange: Exchange, station: Station, leg: Leg, number: str) -> None:
    """A call that rings at the station goes to the number instead. Refused: no such number."""
    exchange.router.resolve(number, station)
    call = leg.call

    async def elsewhere(call: Call) -> None:
        await exchange.router.divert(call, station, number, "deflected")

    call.start(elsewhere)


def _feature(kind: str) -> str:
    return f"feature.forward-{kind.replace(' ', '-')}"


def _setting(kind: str) -> dict[str, Code]:
    name, feature = KINDS[kind], _feature(kind)

    async def on(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
        set_forward(call.exchange, station, kind, arguments[0])
        return Said("service.on-to", {"feature": feature, "number": arguments[0]})

    async def off(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
        set_forward(call.exchange, station, kind, "")
        return Said("service.off", {"feature": feature})

    async def query(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
        to = getattr(station.kept, name)
        if to:
            return Said("service.is-on-to", {"feature": feature, "number": to})
        return Said("service.is-off", {"feature": feature})

    return {name: on, f"{name}_off": off, f"{name}_query": query}


async def _all_off(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    call.exchange.keep(station, **dict.fromkeys(KINDS.values(), ""))
    return Said("service.all-off")


def _switch(name: str, on: bool, feature: str) -> Code:
    async def code(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
        call.exchange.keep(station, **{name: on})
        return Said("service.on" if on else "service.off", {"feature": feature})

    return code


CODES: dict[str, Code] = {
    **_setting("always"),
    **_setting("busy"),
    **_setting("no answer"),
    **_setting("unreachable"),
    "forwards_off": _all_off,
    "do_not_disturb": _switch("do_not_disturb", True, "feature.do-not-disturb"),
    "do_not_disturb_off": _switch("do_not_disturb", False, "feature.do-not-disturb"),
    "call_waiting": _switch("call_waiting", True, "feature.call-waiting"),
    "call_waiting_off": _switch("call_waiting", False, "feature.call-waiting"),
    "privacy": _switch("privacy", True, "feature.privacy"),
    "privacy_off": _switch("privacy", False, "feature.privacy"),
}
