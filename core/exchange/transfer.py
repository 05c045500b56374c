"""Two calls become one.

    before    call 7: 8001 (held) ─ trunk e1a/3          call 8: 8001 ─ 8002 (talks, or rings)
    after     call 7: trunk e1a/3 ─ 8002                 call 8 is over, "transferred" into 7

The older call's number survives, whichever of the two goes on running: the one with a routine (it rings somebody) does.
Golden rows of what the records then say: tests/store.

    attended   the other party had answered        semi   it still rang        blind   nobody was asked
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from core.exchange.destinations import to_station
from core.exchange.device import DeviceKind
from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.station import Station
    from core.numbering.target import Target

WHY = {Cause.USER_BUSY: "busy", Cause.NO_ANSWER: "no answer"}
RECALL_S = 30.0  # so long the one who transferred is rung when the other cannot be reached


def join(exchange: Exchange, first: Leg, second: Leg) -> Call:
    """Takes the legs of one device out of two calls and joins what is left. Returns the call that goes on.

    Refused: there is nobody to be joined, nobody would be left but services, or both still look for somebody.
    """
    device = first.device
    one, other = first.call, second.call
    _check(one, first, other, second)
    _permit(exchange, first, second)
    older, newer = sorted((one, other), key=lambda call: call.id)
    stays, goes = (newer, older) if newer.served else (older, newer)
    ours, theirs = (second, first) if second.call is stays else (first, second)
    how = "attended" if second.state is not State.NULL and _answered(second) and _answered(first) else "semi"
    moved = goes.others(theirs)
    transferred, to = _names(first), _names(second)
    exchange.journal.note(
        "Transferred",
        call=older.id,
        device=device.name,
        consultation=newer.id,
        transferred=transferred,
        to=to,
        how=how,
    )
    # The number first: what follows is noted on the call that lives.
    exchange.renumber(stays, goes)
    was_calling = stays.calling is ours
    for leg in moved:
        goes.give(leg, stays)
    if was_calling:
        stays.calling = next(leg for leg in moved if not leg.listener)
    _one_data(older, newer, stays)
    stays.answered = stays.answered or goes.answered
    goes.take_out(theirs, "transferred")
    stays.take_out(ours, "transferred")
    exchange.joined(stays, goes)
    goes.end(Cause.NORMAL_CLEARING, "transferred", into=stays.id)
    if was_calling and stays.ringing:
        stays.alerting()
    stays.arrange()
    stays.check()
    return stays


def _one_data(older: Call, newer: Call, stays: Call) -> None:
    """Of a consultation it is one already; of two calls that came each by itself, what the older says counts. It stays
    the same dict: a third call may share it.
    """
    for name, value in newer.data.items():
        older.data.setdefault(name, value)
    stays.data = older.data


def _answered(leg: Leg) -> bool:
    return any(other.state in (State.CONNECTED, State.HELD) for other in _parties(leg))


def _parties(leg: Leg) -> list[Leg]:
    """The others of its call; who only listens is none."""
    return [other for other in leg.call.others(leg) if not other.listener]


def _names(leg: Leg) -> str:
    return ", ".join(other.name for other in _parties(leg))


def _check(one: Call, first: Leg, other: Call, second: Leg) -> None:
    if one is other:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible")
    if one.served and other.served:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible")
    for leg in (first, second):
        call = leg.call
        if not _parties(leg) or (call.calling is not leg and call.served):
            raise Refused(Cause.FACILITY_REJECTED, "not-possible")
    left = [*_parties(first), *_parties(second)]
    if all(other.device.kind is DeviceKind.SERVICE for other in left):  # a conference and a parking place
        raise Refused(Cause.FACILITY_REJECTED, "not-possible")


def _permit(exchange: Exchange, first: Leg, second: Leg) -> None:
    """Nobody of ours would be left in the call: trunk to trunk is off, but for those who may forward outside."""
    station = first.device
    if not exchange.router.may_leave(station, [*_parties(first), *_parties(second)]):
        exchange.journal.note("Barred", call=first.call.id, device=station.name, reason="trunk_to_trunk")
        raise Refused(Cause.OUTGOING_BARRED_IN_GROUP, "barred")


def three_party(exchange: Exchange, held: Leg, active: Leg) -> Call:
    """Everybody of both calls speaks with everybody: in the older one."""
    device = held.device
    if held.call is active.call or held.call.served or active.call.served:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible")
    stays, goes = sorted((held.call, active.call), key=lambda call: call.id)
    extra = held if goes is held.call else active
    kept = active if extra is held else held
    moved = goes.others(extra)
    members = [leg.name for leg in (*stays.legs, *moved) if not leg.listener]
    exchange.journal.note("Conferenced", call=stays.id, device=device.name, members=members, consultation=goes.id)
    for leg in moved:
        goes.give(leg, stays)
    _one_data(stays, goes, stays)
    goes.take_out(extra, "conferenced")
    exchange.joined(stays, goes)
    goes.end(Cause.NORMAL_CLEARING, "conferenced", into=stays.id)
    if kept.state is State.HELD:
        device.retrieve(kept)  # type: ignore[attr-defined]
    stays.answered = True
    stays.arrange()
    return stays


def send_on(exchange: Exchange, leg: Leg, target: Target, station: Station) -> None:
    """Blind: the other party of the leg is called on to the target at the station's expense, the station leaves.

    When the target cannot be reached, the station is rung with the call again. Refused: there is no one party to send.
    """
    call = leg.call
    other = call.peer(leg)
    if other is None or call.served or other.state is not State.CONNECTED:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible")
    exchange.router.permit(call, target, payer=station)
    call.note("Transferred", leg, consultation=0, transferred=other.name, to=target.number, how="blind")

    async def on(call: Call) -> None:
        try:
            await exchange.router.route(call, target, payer=station)
        except Refused as refused:
            reason = WHY.get(refused.cause, "unreachable")
            exchange.journal.note("Diverted", call=call.id, device=target.number, to=station.name, reason=reason)
            await _back(call, station)

    call.called = target.number
    call.start(on)
    call.calling = other
    call.take_out(leg, "transferred")
    station.put_down()
    call.arrange()


async def _back(call: Call, station: Station) -> None:
    """The party comes back to whom it was sent by, as soon as that telephone is at rest. Refused: nobody is there."""
    call.recall = True
    rested = trio.Event()
    with trio.move_on_after(RECALL_S):
        if not station.free:
            station.freed.append(rested.set)
            await rested.wait()
        if station.reachable and await to_station.ring(call, station, RECALL_S, "recall"):
            return
    raise Refused(Cause.NO_ANSWER, "no-answer")
