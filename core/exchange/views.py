"""What others may see of calls and devices: rows without a way back to the things themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from core.exchange.device import DeviceKind

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.leg import Leg
    from core.exchange.station import Station
    from core.exchange.trunk import Trunk


class ConnectionView(msgspec.Struct, frozen=True):
    """One device's half of a call. since: UTC seconds when its state began. hears: tone, prompt or music in place of
    the others; words: what that says. muted: it is heard by nobody.
    """

    device: str
    kind: str
    state: str
    number: str
    name: str
    calling: bool
    since: float
    hears: str
    words: str = ""
    muted: bool = False


class CallView(msgspec.Struct, frozen=True):
    """begun: UTC seconds. consults: the call that is held for this one, 0: none."""

    id: int
    direction: str
    called: str
    begun: float
    answered: bool
    consults: int
    connections: list[ConnectionView]
    data: dict[str, Any]


class LineView(msgspec.Struct, frozen=True):
    """service: why it takes no calls; empty: it does. call: 0: none."""

    name: str
    kind: str
    connection: str
    service: list[str]
    group: str
    call: int


class DeviceView(msgspec.Struct, frozen=True):
    """A station and what its user has set."""

    number: str
    name: str
    state: str
    calls: list[int]
    reachable: bool
    do_not_disturb: bool
    forward_always: str
    forward_busy: str
    forward_no_answer: str
    forward_unreachable: str
    message_waiting: bool


def connection_view(leg: Leg) -> ConnectionView:
    exchange = leg.call.exchange
    return ConnectionView(
        device=leg.name,
        kind=leg.device.kind.value,
        state=leg.state.value,
        number=leg.party.number,
        name=leg.party.name,
        calling=leg.calling,
        since=exchange.utc().timestamp() - (exchange.clock() - leg.since),
        hears=leg.treatment.name if leg.treatment is not None else "",
        words=leg.treatment.words if leg.treatment is not None else "",
        muted=leg.muted,
    )


def call_view(call: Call) -> CallView:
    return CallView(
        id=call.id,
        direction=call.direction,
        called=call.called,
        begun=call.begun.timestamp(),
        answered=call.answered,
        consults=call.consults or 0,
        connections=[connection_view(leg) for leg in call.legs],
        data=dict(call.data),
    )


def line_view(device: Station | Trunk) -> LineView:
    line = device.line
    station = device.kind is DeviceKind.STATION
    calls = [leg.call for leg in device.legs] if station else [device.call]  # type: ignore[union-attr]
    return LineView(
        name=device.name,
        kind=device.kind.value,
        connection=line.connection.value,
        service=[str(flag.name).lower() for flag in type(line.service) if flag in line.service],
        group="" if station or device.group is None else device.group.name,  # type: ignore[union-attr]
        call=next((call.id for call in calls if call is not None), 0),
    )


def device_view(station: Station) -> DeviceView:
    kept = station.kept
    active = station.active
    return DeviceView(
        number=station.name,
        name=station.settings.name,
        state=active.state.value if active is not None else station.line.connection.value,
        calls=[leg.call.id for leg in station.legs],
        reachable=station.reachable,
        do_not_disturb=kept.do_not_disturb,
        forward_always=kept.forward_always,
        forward_busy=kept.forward_busy,
        forward_no_answer=kept.forward_no_answer,
        forward_unreachable=kept.forward_unreachable,
        message_waiting=kept.message_waiting,
    )
