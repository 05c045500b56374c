"""A call to a hunt group: its members are rung one after the other, or all at once.

    linear      always from the first                   circular    from the one after whom the last call went to
    all         every free one rings, the first to lift has the call; the others are told "answered elsewhere"

Members that do not want to be disturbed, have diverted their calls, or are out of service are passed over. When nobody
answers, or nobody is there, the call overflows, or is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from core.config.model.groups import HuntGroup
from core.exchange.destinations.to_station import PICKED_UP, offer, ring
from core.exchange.leg import State
from core.exchange.refusal import Refused
from core.exchange.routing import DIVERSIONS_MOST
from core.numbering.target import Target
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.station import Station


async def take(call: Call, target: Target) -> None:
    group = call.exchange.hunt_groups.get(target.name)
    if group is None:  # the configuration has changed while he dialled
        raise Refused(Cause.UNALLOCATED, "vacant")
    if group.night and not call.exchange.is_open(group.calendar):
        await _go_on(call, group, group.night, "night")
        return
    reached = await (_all(call, group) if group.order == "all" else _in_turn(call, group))
    if reached is None:
        return
    if group.overflow:
        await _go_on(call, group, group.overflow, "hunt")
        return
    raise Refused(Cause.NO_ANSWER if reached else Cause.USER_BUSY, "no-answer" if reached else "busy")


async def _go_on(call: Call, group: HuntGroup, number: str, reason: str) -> None:
    """To another number of ours. Two groups that send calls to each other do not for ever."""
    if group.number in call.diversions or len(call.diversions) >= DIVERSIONS_MOST:
        raise Refused(Cause.NO_ROUTE_TO_DESTINATION, "loop")
    call.diversions.append(group.number)
    call.exchange.journal.note("Diverted", call=call.id, device=group.number, to=number, reason=reason)
    caller = call.calling
    assert caller is not None
    router = call.exchange.router
    await router.route(call, router.resolve(number, caller.device))


def free_members(call: Call, group: HuntGroup) -> list[Station]:
    exchange = call.exchange
    members = [exchange.stations[name] for name in group.members if name in exchange.stations]
    caller = call.calling
    return [
        station
        for station in members
        if station.free
        and station.reachable
        and (caller is None or station is not caller.device)
        and not exchange.kept.station(station.name).away
    ]


async def _in_turn(call: Call, group: HuntGroup) -> bool | None:
    """None: answered. Else whether anybody was rung."""
    exchange = call.exchange
    rung = False
    order = list(group.members)
    last = exchange.hunted.get(group.number)
    if group.order == "circular" and last in order:
        at = order.index(last) + 1
        order = order[at:] + order[:at]
    for name in order:
        station = next((one for one in free_members(call, group) if one.name == name), None)
        if station is None:
            continue
        rung = True
        exchange.hunted[group.number] = name
        if await ring(call, station, group.no_answer_s, "group"):
            return None
    return rung


async def _all(call: Call, group: HuntGroup) -> bool | None:
    members = free_members(call, group)
    if not members:
        return False
    legs = [offer(call, station, "group") for station in members]
    try:
        call.alerting()
        with trio.move_on_after(group.no_answer_s):
            while any(leg.state is State.ALERTING for leg in legs):
                await call.news()
        for leg in legs:
            call.drop(leg, Cause.NO_ANSWER, "exchange", "no answer", only=State.ALERTING)
    finally:
        for leg in legs:
            call.drop(leg, Cause.NORMAL_CLEARING, "exchange", "given up", only=State.ALERTING)
    return None if any(leg.state is State.CONNECTED or leg.reason == PICKED_UP for leg in legs) else True
