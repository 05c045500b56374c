"""Digits become a target: a lifted telephone, a consultation, and a call that comes in.

    lifted      dial tone (the line's own) ─ digits ─> analysis ─> Originated, then routing.py
    consulting  dial tone (ours), digits heard as DTMF ─> the same
    comes in    digits at once, or one by one where the line dials overlapped; none: the trunk group's own number

How long to wait for the next digit, and when a number is whole, the analysis says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from core.config.model.stations import Station as StationSettings
from core.exchange.leg import Leg
from core.exchange.refusal import Refused
from core.numbering.target import Outcome, Target, TargetKind
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.station import Station
    from core.exchange.trunk import Trunk


async def from_station(call: Call) -> None:
    """The routine of a telephone's call: its line has given dial tone."""
    leg = call.calling
    assert leg is not None
    await _dial(call, leg)


async def from_consultation(call: Call) -> None:
    """The telephone is in conversation already: dial tone and digits are ours to give and hear."""
    leg = call.calling
    assert leg is not None
    leg.treat(call.exchange.sounds.tone("dial"))
    leg.device.listen(leg, True)
    try:
        await _dial(call, leg)
    finally:
        leg.device.listen(leg, False)


async def to_number(call: Call, number: str) -> None:
    """The number is known: a call that was ordered, or a consultation by the control interface."""
    leg = call.calling
    assert leg is not None
    leg.keys.extend(number)
    leg.complete = True
    await _dial(call, leg)


async def _dial(call: Call, leg: Leg) -> None:
    station: Station = leg.device  # type: ignore[assignment]
    hot = station.kept.hot_line
    settings = station.settings
    if hot and isinstance(settings, StationSettings) and not leg.keys:
        with trio.move_on_after(settings.hot_line_after_s):
            while not leg.keys and not leg.complete:
                await leg.news()
        if not leg.keys:
            leg.keys.extend(hot)
            leg.complete = True
    digits, target = await collect(call, leg)
    leg.complete = False
    if target.kind is not TargetKind.FEATURE:
        station.last_number = digits
    originate(call, leg, digits, target)
    await call.exchange.router.route(call, target)


async def from_trunk(call: Call) -> None:
    """The network calls."""
    leg = call.calling
    assert leg is not None
    trunk: Trunk = leg.device  # type: ignore[assignment]
    group = trunk.group
    if group is None or group.direction == "out":
        raise Refused(Cause.INCOMING_BARRED_IN_GROUP, "barred")
    for _ in range(group.did.strip):
        await leg.next_key()
    night = group.night and not call.exchange.is_open(group.calendar)
    otherwise = group.night if night else group.incoming
    if leg.keys or not leg.complete:
        leg.keys.extendleft(reversed(group.did.add))
    else:
        leg.keys.extend(otherwise)
    try:
        digits, target = await collect(call, leg)
    except Refused as refused:
        if not otherwise or refused.reason not in ("vacant", "incomplete", "rejected"):
            raise
        digits, target = otherwise, call.exchange.router.resolve(otherwise, trunk)
    originate(call, leg, digits, target)
    await call.exchange.router.route(call, target)


def originate(call: Call, leg: Leg, digits: str, target: Target) -> None:
    call.dialled = digits
    call.called = target.number or digits
    if call.direction == "internal" and target.kind in (TargetKind.TRUNK, TargetKind.EMERGENCY):
        call.direction = "out"
    call.note(
        "Originated", leg, called=call.called, calling=leg.party.number, name=leg.party.name, direction=call.direction
    )


async def collect(call: Call, leg: Leg) -> tuple[str, Target]:
    """Digits of a leg until they are a number, as they may be kept: without a PIN. Refused: they are none."""
    dialling = call.exchange.plan.begin(call.exchange.facts(leg.device, leg.party.number))
    digits = "".join(leg.keys)
    leg.keys.clear()
    analysis = dialling.feed(digits)
    while analysis.outcome in (Outcome.MORE, Outcome.MAYBE):
        key = ""
        with trio.move_on_after(analysis.wait_s):
            key = await leg.next_key()
        if leg.treatment is not None:
            leg.treat(None)  # dial tone
        if not key:
            analysis = dialling.end()
            break
        digits += key
        analysis = dialling.feed(key)
    digits = call.exchange.plan.shown(digits)
    if digits:
        call.note("DigitsDialled", leg, digits=digits)
    if analysis.target is not None:
        return digits, analysis.target
    if not digits:
        raise Refused(Cause.NORMAL_CLEARING, "rejected")
    cause = analysis.cause or Cause.UNALLOCATED
    raise Refused(cause, "incomplete" if cause is Cause.INVALID_NUMBER else "vacant")
