"""The conferences that are on, for those who look after them from outside: who is there, mute, lock, send out, end.

    conferences.views()                       rooms with their seats
    conferences.mute("8200", 17, True)        the caller of call 17
    conferences.end("8200")

The same as the chair does by keys (destinations/to_conference.py), for a program that may. Refused: no such conference
is on, or that call is not in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.exchange.conference_room import Room, Seat
from core.exchange.refusal import Refused
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange


class SeatView(msgspec.Struct, frozen=True):
    """One caller in a conference, by his call. waiting: hears music until the chair comes."""

    call: int
    device: str
    number: str
    name: str
    chair: bool
    muted: bool
    waiting: bool


class ConferenceView(msgspec.Struct, frozen=True):
    """A conference that is on. size: so many at most. locked: nobody but a chair gets in."""

    number: str
    name: str
    size: int
    locked: bool
    all_muted: bool
    seats: list[SeatView]


class Conferences:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def views(self) -> list[ConferenceView]:
        return [_view(room) for room in self._exchange.rooms.values()]

    def view(self, number: str) -> ConferenceView:
        return _view(self._room(number))

    def mute(self, number: str, call: int, on: bool) -> None:
        """The others do not hear that caller."""
        room, seat = self._seat(number, call)
        seat.muted = on
        room.settle(seat)

    def mute_all(self, number: str, on: bool) -> None:
        """All but the chairs; who enters later, too."""
        self._room(number).mute_all(on)

    def lock(self, number: str, on: bool) -> None:
        self._room(number).locked = on

    def kick(self, number: str, call: int) -> None:
        room, seat = self._seat(number, call)
        room.kick(seat)

    def end(self, number: str) -> None:
        self._room(number).end("ended by order")

    def _room(self, number: str) -> Room:
        room = self._exchange.rooms.get(number)
        if room is None:
            text = _("no conference {number} is on").format(number=number)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        return room

    def _seat(self, number: str, call: int) -> tuple[Room, Seat]:
        room = self._room(number)
        for seat in room.seats:
            if seat.call.id == call:
                return room, seat
        text = _("call {call} is not in conference {number}").format(call=call, number=number)
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)


def _view(room: Room) -> ConferenceView:
    settings = room.settings
    seats = [_seat_view(seat) for seat in room.seats]
    return ConferenceView(settings.number, settings.name, settings.size, room.locked, room.all_muted, seats)


def _seat_view(seat: Seat) -> SeatView:
    leg = seat.call.calling
    device, party = ("", None) if leg is None else (leg.name, leg.party)
    number, name = ("", "") if party is None else (party.number, party.name)
    return SeatView(seat.call.id, device, number, name, seat.chair, seat.muted, seat.waiting)
