"""A call to a conference room: the PIN, a seat, and the keys that members and the chair may press.

    8600  ─> answered ─> PIN, TRIES times ─> locked? full? ─> seat ─> keys until the caller goes

The calling party is looked up each time: a member may transfer his seat to somebody else.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

import trio

from core.exchange.asking import NEXT_S, ask
from core.exchange.conference_room import Room, Seat
from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused, Said
from core.exchange.service import Service
from core.numbering.target import Target
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call

__all__ = ["Room", "take"]

TRIES = 3


async def take(call: Call, target: Target) -> None:
    exchange = call.exchange
    settings = next((room for room in exchange.box.conference if room.number == target.name), None)
    if settings is None:
        raise Refused(Cause.UNALLOCATED, "vacant")
    caller = call.calling
    assert caller is not None
    Service(settings.number, caller.device.language).take(call)
    if caller.state is not State.CONNECTED:
        await caller.until(State.CONNECTED)
    chair = await _enter_pin(call, settings.pin, settings.chair_pin)
    room = exchange.rooms.get(settings.number)
    if room is not None and room.locked and not chair:
        raise Refused(Cause.CALL_REJECTED, "locked")
    if room is not None and len(room.seats) >= settings.size and not chair:
        raise Refused(Cause.RESOURCE_UNAVAILABLE, "full")
    if room is None:
        room = exchange.rooms[settings.number] = Room(exchange, settings)
    await _say(call, Said("conference.you-are", {"number": len(room.seats) + 1}))
    if exchange.rooms.get(settings.number) is not room:  # the others have gone meanwhile
        room = exchange.rooms.setdefault(settings.number, Room(exchange, settings))
    seat = room.enter(call, chair)
    try:
        await _Keys(room, seat).attend()
    finally:
        room.leave(seat)


async def _enter_pin(call: Call, pin: str, chair_pin: str) -> bool:
    """True: the chair. Refused: no right PIN."""
    if not pin and not chair_pin:
        return False
    for attempt in range(TRIES):
        given = await ask(call, Said("conference.enter-pin" if attempt == 0 else "pin.wrong"))
        if chair_pin and hmac.compare_digest(given.encode(), chair_pin.encode()):
            return True
        if (not pin and not given) or (pin and hmac.compare_digest(given.encode(), pin.encode())):
            return False
    raise Refused(Cause.CALL_REJECTED, "wrong-pin")


async def _say(call: Call, said: Said) -> None:
    leg = call.calling
    words = await call.exchange.sounds.say(said, leg.device.language) if leg is not None else None
    if leg is not None and words is not None:
        await leg.play(words)


class _Keys:
    """What a member does in the room by keys: [features] conference_...; * begins a code anew."""

    def __init__(self, room: Room, seat: Seat) -> None:
        self._room = room
        self._seat = seat
        self._call = seat.call
        features = seat.call.exchange.box.features
        member = {features.conference_mute: self._mute, features.conference_roll_call: self._roll_call}
        chair = {
            features.conference_mute_all: self._mute_all,
            features.conference_lock: self._lock,
            features.conference_kick_last: self._kick_last,
            features.conference_end: self._end,
        }
        self._codes: dict[str, Callable[[], list[Said]]] = member | (chair if seat.chair else {})
        self._codes.pop("", None)

    async def attend(self) -> None:
        """Until the caller goes: then the call cancels it."""
        leg: Leg | None = None
        code = ""
        while True:
            present = self._call.calling
            if present is None:
                return
            if present is not leg:
                leg, code = present, ""
                leg.keys.clear()
                leg.device.listen(leg, True)
                self._room.settle(self._seat)
            key = ""
            with trio.move_on_after(NEXT_S if code else 3600.0):
                while not leg.keys and self._call.calling is leg:
                    await self._call.news()
            if leg.keys:
                key = leg.keys.popleft()
            code = key if key == "*" or not key else code + key
            if (act := self._codes.get(code)) is not None:
                code = ""
                for said in act():
                    await _say(self._call, said)

    def _mute(self) -> list[Said]:
        self._seat.muted = not self._seat.muted
        self._room.settle(self._seat)
        return [Said("conference.muted" if self._seat.muted else "conference.unmuted")]

    def _mute_all(self) -> list[Said]:
        self._room.mute_all(not self._room.all_muted)
        return [Said("conference.all-muted" if self._room.all_muted else "conference.all-unmuted")]

    def _lock(self) -> list[Said]:
        self._room.locked = not self._room.locked
        return [Said("conference.now-locked" if self._room.locked else "conference.now-unlocked")]

    def _roll_call(self) -> list[Said]:
        return self._room.roll_call()

    def _kick_last(self) -> list[Said]:
        others = [seat for seat in self._room.seats if not seat.chair]
        if others:
            self._room.kick(others[-1])
        return []

    def _end(self) -> list[Said]:
        self._room.end("ended by the chair")
        return []
