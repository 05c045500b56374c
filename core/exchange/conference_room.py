"""A conference that is on: one bridge, and the calls whose callers speak in it.

    enter   the call shares the room's bridge; a tone, or the number of those present, tells the others
    leave   the call is its own again; the last one closes the room

The room speaks by a port of its own, which is a member like the callers. Who may what: the chair has given the chair's
PIN. Without one there is no chair, and nobody can lock or end the room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.config.model.groups import Conference
from core.exchange.leg import Treatment
from core.exchange.refusal import Said
from core.exchange.shown import shown
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange


@dataclass(slots=True, eq=False)
class Seat:
    """One caller. waiting: hears music until the chair comes."""

    call: Call
    chair: bool
    muted: bool = False
    waiting: bool = False


class Room:
    """Made when the first caller enters; `settings` are those of that moment."""

    def __init__(self, exchange: Exchange, settings: Conference) -> None:
        self.settings = settings
        self.locked = False
        self.all_muted = settings.muted
        self.seats: list[Seat] = []
        self._exchange = exchange
        self._bridge = exchange.plane.open_bridge()
        self._voice = exchange.plane.open_voice()
        exchange.plane.join(self._bridge, self._voice, listen=False, talk=True)

    @property
    def has_chair(self) -> bool:
        return any(seat.chair for seat in self.seats)

    def enter(self, call: Call, chair: bool) -> Seat:
        seat = Seat(call, chair, muted=self.all_muted and not chair)
        self.seats.append(seat)
        call.share(self._bridge)
        seat.waiting = self.settings.wait_for_chair and not self.has_chair
        if chair:
            for other in self.seats:
                other.waiting = False
                self.settle(other)
        self.settle(seat)
        self._note()
        self._tell()
        return seat

    def leave(self, seat: Seat) -> None:
        """Twice is nothing."""
        if seat not in self.seats:
            return
        self.seats.remove(seat)
        seat.call.share(None)
        if not self.seats:
            self.close()
            return
        self._note()
        self._tell()
        if seat.chair and self.settings.end_with_chair and not self.has_chair:
            self.end("the chair has left")

    def settle(self, seat: Seat) -> None:
        """What its caller hears, and whether he is heard: also after a transfer put another in his place."""
        leg = seat.call.calling
        if leg is None or leg.gone:
            return
        leg.muted = seat.muted
        if seat.waiting:
            leg.treat(self._exchange.sounds.music(leg.device.language))
        elif leg.treatment is not None and leg.treatment.name == "music":
            leg.treat(None)
        else:
            seat.call.arrange()

    def mute_all(self, on: bool) -> None:
        """All but the chairs; who enters later, too."""
        self.all_muted = on
        for seat in self.seats:
            if not seat.chair:
                seat.muted = on
                self.settle(seat)

    def kick(self, seat: Seat) -> None:
        seat.call.end(Cause.CALL_REJECTED, "sent out by the chair")

    def end(self, reason: str) -> None:
        for seat in list(self.seats):
            seat.call.end(Cause.NORMAL_CLEARING, reason)

    def close(self) -> None:
        self._exchange.rooms.pop(self.settings.number, None)
        self._exchange.plane.close_port(self._voice)
        self._exchange.plane.close_bridge(self._bridge)

    def roll_call(self) -> list[Said]:
        """How many there are, and their numbers, but for those who hide theirs."""
        numbers = [shown(seat.call).number for seat in self.seats]
        known = [Said("call.from", {"number": number}) for number in numbers if number]
        return [Said("conference.count", {"count": len(self.seats)}), *known]

    # ---- within ----

    def _note(self) -> None:
        members = [leg.name for seat in self.seats if (leg := seat.call.calling) is not None]
        for seat in self.seats[-1:]:
            self._exchange.journal.note("Conferenced", call=seat.call.id, device=self.settings.number, members=members)

    def _tell(self) -> None:
        """Somebody came or went: to all, by the room's own voice."""
        if self.settings.announce != "off":
            self.seats[0].call.nursery_task(self._speak)

    async def _speak(self) -> None:
        sounds = self._exchange.sounds
        treatment: Treatment | None = None
        if self.settings.announce == "count":
            language = self._exchange.box.box.languages[0]
            treatment = await sounds.say(Said("conference.count", {"count": len(self.seats)}), language)
        if self.seats:  # the room may have closed meanwhile
            self._exchange.plane.play(self._voice, (treatment or sounds.prompting).sources, speak=True)
