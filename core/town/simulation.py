"""The people around simulated cards, for whoever tries the box without hardware: they lift, dial, hang up, and call in.

    simulation = Simulation(hardware, exchange)
    simulation.lift("8001")
    await simulation.dial("8001", "8002")
    call = simulation.call("e1a", "66778001", "62000001")       somebody of the town, by a trunk or span
    simulation.end(call)
    simulation.telephone("8001")                                what is seen and heard there

What is heard at a telephone is told as text: what the box plays to it, by name or in its words; else a tone as the
telephone itself has recognised it, and what another simulated person says to it (`said`). While somebody watches, run()
looks at all telephones LOOK_S apart and tells those that changed; on trio's clock.

What it does: finds the telephone of a station, the way into the box, the subscriber of the town (hw/sim/town.py). What
it does not: have callers come by themselves (traffic.py), decide anything. Only a box with a simulated card has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Annotated

import msgspec
import trio
from msgspec import Meta

from core.api.topics import Topics
from core.exchange.device import DeviceKind
from core.exchange.exchange import Exchange
from core.exchange.leg import Leg, State
from core.hardware import Hardware
from core.texts import _
from hw.card import HardwareError
from hw.errors import LocalError

if TYPE_CHECKING:
    # A box without simulated cards does without the libraries of their far ends.
    from hw.sim.telephone import Telephone
    from hw.sim.town import IncomingCall, Town

TELEPHONES = "telephones"
LOOK_S = 0.1


class TelephoneView(msgspec.Struct, frozen=True):
    """A simulated telephone: what a person would see and hear."""

    number: Annotated[str, Meta(description="of the station")]
    name: Annotated[str, Meta(description="of the station")]
    off_hook: Annotated[bool, Meta(description="it is lifted")]
    rings: Annotated[bool, Meta(description="the bell rings, or is between two rings of one call")]
    shows: Annotated[str, Meta(description="the caller on its display; empty: nobody")]
    hears: Annotated[str, Meta(description="a tone, music, or another sound of the box; empty: none, or words")]
    words: Annotated[str, Meta(description="what is being said to it, where the box or a simulated person says it")]
    with_whom: Annotated[str, Meta(description="with whom it speaks; empty: nobody")]
    lamp: Annotated[bool, Meta(description="its message lamp is lit")]


class Simulation:
    def __init__(self, hardware: Hardware, exchange: Exchange) -> None:
        self.exchange = exchange
        self.said: dict[str, str] = {}
        """By number of a telephone or of somebody in town: what that person says now."""
        self.in_hand: set[str] = set()
        """Telephones that somebody real uses."""
        self._hardware = hardware
        self._calls: dict[int, IncomingCall] = {}
        self._numbers = count(1)

    async def run(self, topics: Topics) -> None:
        """Until cancelled."""
        told: dict[str, TelephoneView] = {}
        while True:
            await trio.sleep(LOOK_S)
            if not topics.watched(TELEPHONES):
                told.clear()
                continue
            for view in self.telephones():
                if told.get(view.number) != view:
                    told[view.number] = view
                    topics.changed(TELEPHONES, view.number, view)

    def telephones(self) -> list[TelephoneView]:
        return [self._view(number, phone) for town in self.towns() for number, phone in town.telephones.items()]

    def ways(self) -> list[str]:
        """Trunks and spans by which the town can call in."""
        return [name for town in self.towns() for name in (*town.lines, *town.cities)]

    def people(self) -> list[str]:
        """Numbers of the town."""
        return [subscriber.number for town in self.towns() for subscriber in town.plan.subscribers]

    # ---- telephones of the box; HardwareError: no such one, or it is not in the state for that ----

    def lift(self, number: str) -> None:
        telephone = self.telephone(number)
        if telephone.off_hook:
            raise HardwareError(_("telephone {number} is off its hook already").format(number=number))
        self.in_hand.add(number)
        telephone.lift()

    def hang_up(self, number: str) -> None:
        self._lifted(number).hang_up()
        self.in_hand.discard(number)

    async def dial(self, number: str, digits: str) -> None:
        """Returns when all digits are out."""
        await self._lifted(number).dial(digits)

    async def flash(self, number: str) -> None:
        await self._lifted(number).flash()

    # ---- the town calls in ----

    def call(self, way: str, number: str, caller: str) -> int:
        """Somebody of the town calls; the number of his call here, for end()."""
        call = self.place(way, number, caller)
        self._calls = {number: one for number, one in self._calls.items() if not one.ended.is_set()}
        mine = next(self._numbers)
        self._calls[mine] = call
        return mine

    def place(self, way: str, number: str, caller: str) -> IncomingCall:
        """The same; the call itself."""
        for town in self.towns():
            if way in town.lines or way in town.cities:
                if caller not in [subscriber.number for subscriber in town.plan.subscribers]:
                    raise HardwareError(
                        _("nobody in town has the number {number}").format(number=caller),
                        action=_("there are: {names}").format(names=", ".join(self.people())),
                    )
                try:
                    return town.call(way, number, caller)
                except LocalError as refused:
                    raise HardwareError(str(refused)) from None
        raise HardwareError(
            _("the town cannot call by {way}").format(way=way),
            action=_("there are: {names}").format(names=", ".join(self.ways())),
        )

    def end(self, call: int) -> None:
        """The caller of the town hangs up."""
        known = self._calls.pop(call, None)
        if known is None or known.ended.is_set():
            raise HardwareError(_("there is no call {call} any more").format(call=call))
        known.hang_up()

    # ---- within ----

    def towns(self) -> Iterator[Town]:
        yield from self._hardware.towns.values()

    def telephone(self, number: str) -> Telephone:
        for town in self.towns():
            if number in town.telephones:
                return town.telephones[number]
        there = ", ".join(number for town in self.towns() for number in town.telephones)
        raise HardwareError(
            _("there is no simulated telephone {number}").format(number=number),
            action=_("there are: {names}").format(names=there),
        )

    def _lifted(self, number: str) -> Telephone:
        telephone = self.telephone(number)
        if not telephone.off_hook:
            raise HardwareError(_("telephone {number} is on its hook").format(number=number), action=_("lift it first"))
        return telephone

    def _view(self, number: str, telephone: Telephone) -> TelephoneView:
        display = telephone.display
        shows = "" if display is None else f"{display.number} {display.name}".strip() or display.presentation.value
        station = self.exchange.stations.get(number)
        leg = station.active if station is not None and telephone.off_hook else None
        treatment = leg.treatment if leg is not None else None
        others = [other for other in leg.call.others(leg) if audible(other)] if leg is not None else []
        if leg is None or treatment is not None or leg.state is not State.CONNECTED:
            others = []
        said = " / ".join(filter(None, (self.said.get(number_of(other), "") for other in others)))
        return TelephoneView(
            number=number,
            name=station.settings.name if station is not None else "",
            off_hook=telephone.off_hook,
            rings=telephone.ringing,
            shows=shows,
            hears=_tone(telephone, leg) if treatment is None else "" if treatment.words else treatment.name,
            words=treatment.words if treatment is not None else said,
            with_whom=", ".join(f"{number_of(other)} {other.party.name}".strip() for other in others),
            lamp=telephone.lamp,
        )


def _tone(telephone: Telephone, leg: Leg | None) -> str:
    """As the telephone has recognised it. A dial tone that a digit cuts short is like the first burst of a ring-back
    tone; it is none where nobody is rung, and no trunk tells of the far end.
    """
    tone = telephone.tone or ""
    if tone != "ringback":
        return tone
    others = leg.call.others(leg) if leg is not None else []
    rung = any(other.state is State.ALERTING or other.device.kind is DeviceKind.TRUNK for other in others)
    return tone if rung else ""


def number_of(leg: Leg) -> str:
    """Of the person at its far end."""
    return leg.name if leg.device.kind is DeviceKind.STATION else leg.party.number


def audible(leg: Leg) -> bool:
    """A person who speaks into its call now."""
    person = leg.device.kind is not DeviceKind.SERVICE
    return person and leg.state is State.CONNECTED and leg.treatment is None and not leg.listener
