"""The people around simulated cards, for whoever tries the box without hardware: they lift, dial, hang up, and call in.

    simulation = Simulation(hardware)
    simulation.lift("8001")
    await simulation.dial("8001", "8002")
    call = simulation.call("e1a", "66778001", "62000001")       somebody of the town, by a trunk or span
    simulation.end(call)

What it does: finds the telephone of a station, the way into the box, the subscriber of the town (hw/sim/town.py). What
it does not: play stories (core/demo.py), decide anything. Only a box with a simulated card has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import msgspec

from core.hardware import Hardware
from core.texts import _
from hw.card import HardwareError
from hw.errors import LocalError

if TYPE_CHECKING:
    # A box without simulated cards does without the libraries of their far ends.
    from hw.sim.telephone import Telephone
    from hw.sim.town import IncomingCall, Town


class TelephoneView(msgspec.Struct, frozen=True):
    """A simulated telephone: what a person would see and hear. shows: the caller on its display. hears: the tone."""

    number: str
    off_hook: bool
    rings: bool
    shows: str
    hears: str
    lamp: bool


class Simulation:
    def __init__(self, hardware: Hardware) -> None:
        self._hardware = hardware
        self._calls: dict[int, IncomingCall] = {}
        self._numbers = count(1)

    def telephones(self) -> list[TelephoneView]:
        return [_view(number, telephone) for town in self._towns() for number, telephone in town.telephones.items()]

    def ways(self) -> list[str]:
        """Trunks and spans by which the town can call in."""
        return [name for town in self._towns() for name in (*town.lines, *town.cities)]

    def people(self) -> list[str]:
        """Numbers of the town."""
        return [subscriber.number for town in self._towns() for subscriber in town.plan.subscribers]

    # ---- telephones of the box; HardwareError: no such one, or it is not in the state for that ----

    def lift(self, number: str) -> None:
        telephone = self._telephone(number)
        if telephone.off_hook:
            raise HardwareError(_("telephone {number} is off its hook already").format(number=number))
        telephone.lift()

    def hang_up(self, number: str) -> None:
        self._lifted(number).hang_up()

    async def dial(self, number: str, digits: str) -> None:
        """Returns when all digits are out."""
        await self._lifted(number).dial(digits)

    async def flash(self, number: str) -> None:
        await self._lifted(number).flash()

    # ---- the town calls in ----

    def call(self, way: str, number: str, caller: str) -> int:
        """Somebody of the town calls; the number of his call here, for end()."""
        for town in self._towns():
            if way in town.lines or way in town.cities:
                if caller not in [subscriber.number for subscriber in town.plan.subscribers]:
                    raise HardwareError(
                        _("nobody in town has the number {number}").format(number=caller),
                        action=_("there are: {names}").format(names=", ".join(self.people())),
                    )
                try:
                    call = town.call(way, number, caller)
                except LocalError as refused:
                    raise HardwareError(str(refused)) from None
                self._calls = {number: one for number, one in self._calls.items() if not one.ended.is_set()}
                mine = next(self._numbers)
                self._calls[mine] = call
                return mine
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

    def _towns(self) -> Iterator[Town]:
        yield from self._hardware.towns.values()

    def _telephone(self, number: str) -> Telephone:
        for town in self._towns():
            if number in town.telephones:
                return town.telephones[number]
        there = ", ".join(view.number for view in self.telephones())
        raise HardwareError(
            _("there is no simulated telephone {number}").format(number=number),
            action=_("there are: {names}").format(names=there),
        )

    def _lifted(self, number: str) -> Telephone:
        telephone = self._telephone(number)
        if not telephone.off_hook:
            raise HardwareError(_("telephone {number} is on its hook").format(number=number), action=_("lift it first"))
        return telephone


def _view(number: str, telephone: Telephone) -> TelephoneView:
    display = telephone.display
    shows = "" if display is None else f"{display.number} {display.name}".strip() or display.presentation.value
    return TelephoneView(number, telephone.off_hook, telephone.ringing, shows, telephone.tone or "", telephone.lamp)
