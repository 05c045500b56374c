"""A call to the network: trunk groups in the order of the route, circuits in the order of the group.

    choice 1: group "e1"      circuit ── NO_CIRCUIT, glare ──> next circuit     (RETRIES_MOST of a group)
    choice 2: group "analog"  circuit ── any of OVERFLOW ────> next group
                              circuit ── busy, vacant ... ───> the caller is told, that is the far end's word

An emergency call finds no group too full: if no circuit is free, a call that is none gives way (Q.850 cause 8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from core.exchange.device import DeviceKind
from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused
from core.exchange.station import Station
from core.numbering.target import Choice, Target
from hw.signalling.line import Call as Setup
from hw.signalling.line import LineAbility, NumberType, Party, Presentation
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.trunk import Trunk

RETRIES_MOST = 3
LONGEST_RINGING_S = 180.0  # of an outgoing call, whatever the network does (Q.931 T301: at least 180 s)

# The circuit was not to be had: another one of the group may be.
CIRCUIT_CAUSES = {Cause.NO_CIRCUIT, Cause.CHANNEL_UNAVAILABLE, Cause.CHANNEL_UNACCEPTABLE}
# The group cannot carry it: the next one may.
OVERFLOW_CAUSES = CIRCUIT_CAUSES | {
    Cause.NO_ROUTE_TO_NETWORK,
    Cause.NETWORK_OUT_OF_ORDER,
    Cause.TEMPORARY_FAILURE,
    Cause.SWITCH_CONGESTION,
    Cause.RESOURCE_UNAVAILABLE,
    Cause.DESTINATION_OUT_OF_ORDER,
}
_REASONS = {Cause.UNALLOCATED: "vacant", Cause.INVALID_NUMBER: "vacant", Cause.USER_BUSY: "busy"}


async def take(call: Call, target: Target) -> None:
    exchange = call.exchange
    choices = exchange.plan.choices(target, exchange.facts_of(call))
    if not choices:
        raise Refused(Cause.NO_ROUTE_TO_DESTINATION, "vacant")
    cause = Cause.NO_CIRCUIT
    # Nobody gives way before every group was asked for a free line.
    rounds = [(choice, False) for choice in choices] + [(choice, True) for choice in choices if call.emergency]
    for choice, others_give_way in rounds:
        if not choice.digits:
            raise Refused(Cause.INVALID_NUMBER, "incomplete")
        tried = 0
        while tried < RETRIES_MOST:
            trunk = await exchange.pick_trunk(choice.group, others_give_way)
            if trunk is None:
                break
            tried += 1
            leg = seize(call, trunk, choice)
            if await _answered(call, leg):
                return
            cause = leg.cause
            if leg.early or cause not in OVERFLOW_CAUSES:
                raise Refused(cause, _REASONS.get(cause, "network"))
            if cause not in CIRCUIT_CAUSES:
                break
    raise Refused(cause, "congestion")


def seize(call: Call, trunk: Trunk, choice: Choice) -> Leg:
    leg = call.add(trunk, State.INITIATED, Party(choice.digits))
    leg.number = choice.digits
    call.note("NetworkReached", leg, number=choice.digits, group=choice.group)
    setup = Setup(
        called=choice.digits,
        complete=True,
        calling=_calling(call, choice),
        called_type=NumberType[choice.number_type.upper()],
    )
    trunk.seize(leg, setup)
    return leg


def _calling(call: Call, choice: Choice) -> Party | None:
    """Ours to show; the caller's wish for privacy goes along, but for an emergency call."""
    caller = call.calling
    if caller is None:
        return None
    if not choice.calling:
        return None
    if call.payer is not None:
        return Party(choice.calling)
    withholds = isinstance(caller.device, Station) and caller.device.settings.withhold_number
    private = caller.party.presentation is Presentation.RESTRICTED or withholds
    hidden = private and not call.emergency
    return Party(
        choice.calling,
        presentation=Presentation.RESTRICTED if hidden else Presentation.ALLOWED,
        name="" if hidden else caller.party.name,
    )


async def _answered(call: Call, leg: Leg) -> bool:
    """Follows the call until it is answered (True) or over (False). What the network says before is heard."""
    told = False
    guessing = LineAbility.TRUE_ANSWER not in leg.device.line.abilities  # type: ignore[attr-defined]
    caller = call.calling
    try:
        with trio.move_on_after(LONGEST_RINGING_S):
            while leg.state not in (State.CONNECTED, State.NULL):
                if leg.early and not told:
                    told = True
                    if guessing and caller is not None:
                        caller.muted = True  # his echo would be taken for the called party's voice
                    hear_early(call)
                elif leg.state is State.ALERTING and not told:
                    told = True
                    call.alerting()
                await leg.news()
        if leg.state is not State.CONNECTED:
            call.drop(leg, Cause.NO_ANSWER, "exchange", "no answer")
    finally:
        if caller is not None and caller.muted and guessing:
            caller.muted = False
            caller.call.arrange()
    return leg.state is State.CONNECTED


def hear_early(call: Call) -> None:
    """The calling party hears the far end before its answer."""
    caller = call.calling
    if caller is None or caller.gone:
        return
    caller.treat(None)
    if caller.state is State.INITIATED and caller.device.kind is not DeviceKind.SERVICE:
        caller.device.progress(caller)
    call.arrange()
