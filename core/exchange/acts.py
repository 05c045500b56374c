"""What may be ordered of the exchange without a telephone: CSTA's services (ECMA-269, 17), for the control interface.

    acts.make_call("8001", "8002")        rings 8001; lifted, it calls 8002
    acts.hold("8001", 7)                  its half of call 7
    acts.transfer("8001")                 joins the party it holds with the one it speaks with

An act that cannot be raises Refused, with words for people; nothing has happened then. A telephone is lifted and hung
up by hand: what would need that, rings it (make_call), or is refused (answer).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.exchange import replacing, transfer, views
from core.exchange.call import Call
from core.exchange.destinations.to_station import PICKED_UP
from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused
from core.exchange.services import forwarding, parking, picking_up
from core.exchange.station import Station
from core.exchange.trunk import Trunk
from core.texts import _
from hw.card import HardwareError
from hw.errors import LocalError
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange


def _not_possible(text: str) -> Refused:
    return Refused(Cause.FACILITY_REJECTED, "not-possible", text)


class Acts:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    # ---- calls ----

    def make_call(self, device: str, number: str) -> int:
        """Rings the station; when it is lifted, it calls the number. Returns the call's number."""
        station = self._station(device)
        if not station.free or not station.reachable:
            raise Refused(Cause.USER_BUSY, "busy", _("station {device} is not free").format(device=device))
        self._exchange.router.resolve(number, station)
        return self._exchange.ring_and_call(station, number).id

    def answer(self, device: str, call: int) -> None:
        """A call that waits at a telephone in conversation: the present party is held."""
        station = self._station(device)
        leg = self._leg(device, call)
        if leg is not station.waiting or not station.off_hook:
            raise _not_possible(_("a telephone answers when it is lifted"))
        if station.active is not None:
            station.hold(station.active)
        station.accept_waiting()

    def clear_connection(self, device: str, call: int) -> None:
        leg = self._leg(device, call)
        leg.call.drop(leg, Cause.NORMAL_CLEARING, "exchange", "cleared by order")

    def clear_call(self, call: int) -> None:
        self._call(call).end(Cause.NORMAL_CLEARING, "cleared by order")

    def hold(self, device: str, call: int) -> None:
        station, leg = self._station(device), self._leg(device, call)
        if leg is not station.active or leg.state is not State.CONNECTED:
            raise _not_possible(_("{device} does not speak in call {call}").format(device=device, call=call))
        station.hold(leg)

    def retrieve(self, device: str, call: int) -> None:
        station, leg = self._station(device), self._leg(device, call)
        if leg not in station.held or not station.off_hook:
            raise _not_possible(_("{device} does not hold call {call}").format(device=device, call=call))
        if station.active is not None:
            raise _not_possible(_("{device} speaks with somebody else; hold that call first").format(device=device))
        station.retrieve(leg)

    def mute(self, device: str, call: int, on: bool) -> None:
        """The device hears, and is not heard."""
        station, leg = self._station(device), self._leg(device, call)
        if leg is not station.active or leg.state is not State.CONNECTED or leg.listener:
            raise _not_possible(_("{device} does not speak in call {call}").format(device=device, call=call))
        station.mute(leg, on)

    def consult(self, device: str, call: int, number: str) -> int:
        """Holds the party and calls the number. Returns the new call's number."""
        station, leg = self._station(device), self._leg(device, call)
        self._exchange.router.resolve(number, station)
        self.hold(device, call)
        return self._exchange.consult(station, leg, number).id

    def alternate(self, device: str) -> None:
        """The held and the present party change places."""
        station, held, active = self._two(device)
        station.hold(active)
        station.retrieve(held)

    def transfer(self, device: str) -> int:
        """Joins the held party with the present one, who may still be ringing. Returns the call's number."""
        station, held, active = self._two(device, State.CONNECTED, State.INITIATED)
        joined = transfer.join(self._exchange, held, active)
        station.put_down()
        return joined.id

    def blind_transfer(self, device: str, call: int, number: str) -> None:
        """Sends the other party to the number and leaves, without waiting for an answer."""
        station, leg = self._station(device), self._leg(device, call)
        target = self._exchange.router.resolve(number, station)
        transfer.send_on(self._exchange, leg, target, station)

    def conference(self, device: str) -> int:
        """Three-party: everybody of both calls speaks with everybody."""
        _station, held, active = self._two(device)
        return transfer.three_party(self._exchange, held, active).id

    def deflect(self, device: str, call: int, number: str) -> None:
        """A call that rings here goes to the number instead."""
        station, leg = self._station(device), self._leg(device, call)
        if leg.state is not State.ALERTING:
            raise _not_possible(_("call {call} does not ring at {device}").format(call=call, device=device))
        forwarding.deflect(self._exchange, station, leg, number)

    def park(self, device: str, call: int, orbit: str = "") -> str:
        """Parks the other party, and leaves. Returns the place."""
        self._station(device)
        return parking.park(self._exchange, self._leg(device, call), orbit)

    def pick_up(self, device: str, rang: str) -> int:
        """Rings the station; lifted, it answers the call that rings at `rang`. Returns its own call's number."""
        station, other = self._station(device), self._station(rang)
        if picking_up.ringing_at(other) is None:
            raise _not_possible(_("nothing rings at {device}").format(device=rang))
        code = self._exchange.box.features.directed_pick_up
        if not code:
            raise _not_possible(_("pick-up has no code in [features]"))
        return self.make_call(device, code + rang) if station.free else self._pick_up_now(station, other)

    def _pick_up_now(self, station: Station, other: Station) -> int:
        """Its user has lifted and waits with dial tone."""
        leg, ringing = station.active, picking_up.ringing_at(other)
        if leg is None or ringing is None or leg.state is not State.INITIATED or leg.call.ringing:
            raise _not_possible(_("{device} is not free").format(device=station.name))
        replacing.replace(leg.call, station, ringing, PICKED_UP)
        return ringing.call.id

    def send_digits(self, device: str, call: int, digits: str) -> None:
        """DTMF into the call, as if keyed at the device."""
        leg = self._leg(device, call)
        for other in leg.call.others(leg):
            if isinstance(other.device, Station | Trunk) and other.state is State.CONNECTED:
                other.device.line.send(digits)

    # ---- stations ----

    def set_forward(self, device: str, kind: str, to: str) -> None:
        """kind: "always", "busy", "no answer", "unreachable"; to: "" ends it."""
        forwarding.set_forward(self._exchange, self._station(device), kind, to)

    def set_do_not_disturb(self, device: str, on: bool) -> None:
        self._exchange.keep(self._station(device), do_not_disturb=on)

    def set_message_waiting(self, device: str, on: bool) -> None:
        station = self._station(device)
        self._exchange.keep(station, message_waiting=on)
        station.line.message_waiting(on)

    # ---- lines ----

    def block(self, line: str) -> None:
        """Takes no new call; a running one goes on."""
        self._line(line, lambda device: device.line.block())

    def unblock(self, line: str) -> None:
        self._line(line, lambda device: device.line.unblock())

    def reset(self, line: str) -> None:
        """Releases what runs and brings both ends back to idle."""
        self._line(line, lambda device: device.line.reset())

    def trace(self, line: str) -> list[str]:
        return self._device(line).line.trace()

    # ---- what there is ----

    def calls(self) -> list[views.CallView]:
        return [views.call_view(call) for call in self._exchange.calls.values()]

    def devices(self) -> list[views.DeviceView]:
        return [views.device_view(station) for station in self._exchange.stations.values()]

    def lines(self) -> list[views.LineView]:
        exchange = self._exchange
        stations = [views.line_view(station) for station in exchange.stations.values()]
        return stations + [views.line_view(trunk) for trunk in exchange.trunks.values()]

    # ---- within ----

    def _device(self, name: str) -> Station | Trunk:
        device = self._exchange.device(name)
        if device is None:
            raise Refused(Cause.UNALLOCATED, "vacant", _("there is no line {name}").format(name=name))
        return device

    def _station(self, number: str) -> Station:
        station = self._exchange.stations.get(number)
        if station is None:
            raise Refused(Cause.UNALLOCATED, "vacant", _("there is no station {number}").format(number=number))
        return station

    def _call(self, number: int) -> Call:
        call = self._exchange.calls.get(number)
        if call is None:
            raise Refused(
                Cause.INVALID_CALL_REFERENCE, "not-possible", _("there is no call {call} any more").format(call=number)
            )
        return call

    def _leg(self, device: str, call: int) -> Leg:
        for leg in self._call(call).legs:
            if leg.name == device:
                return leg
        raise _not_possible(_("{device} is not in call {call}").format(device=device, call=call))

    def _two(self, device: str, *states: State) -> tuple[Station, Leg, Leg]:
        """The party held and the one that is spoken with, or called."""
        station = self._station(device)
        active = station.active
        if not station.held or active is None or active.state not in (states or (State.CONNECTED,)):
            raise _not_possible(_("{device} has no held and no present call to join").format(device=device))
        return station, station.held[-1], active

    def _line(self, name: str, act: Callable[[Station | Trunk], None]) -> None:
        try:
            act(self._device(name))
        except (LocalError, HardwareError) as error:
            raise _not_possible(str(error)) from error
