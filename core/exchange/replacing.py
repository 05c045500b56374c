"""A telephone takes the place of somebody in another call: pick-up of a ringing call, fetching a parked one.

before   call 7: trunk e1a/3 ─ 8002 (rings)        call 8: 8001 (has dialled the code)
after    call 7: trunk e1a/3 ─ 8001                call 8 is over, "picked up", into 7
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.exchange.leg import Leg, State
from core.exchange.station import Station
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call


def replace(call: Call, station: Station, instead_of: Leg, reason: str) -> None:
    """The calling leg of `call`, which is the station's, answers in the place of the other leg."""
    leg = call.calling
    assert leg is not None
    into = instead_of.call
    into.note("PickedUp", leg, rang=instead_of.name)
    call.give(leg, into)
    call.calling = None
    leg.calling = False
    leg.enter(State.ALERTING)  # it is about to answer
    into.drop(instead_of, Cause.ANSWERED_ELSEWHERE, "exchange", reason)
    call.exchange.joined(into, call)
    call.end(Cause.NORMAL_CLEARING, reason, into=into.id)
    station.answer(leg)
