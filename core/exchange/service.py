"""A service that has taken a call: conference room, parking place, voicemail, flow. It has a leg and no line.

Its leg makes the call a call of two parties, in records as in life: 8001 and conference 8600. What the caller hears is
the service's business: it treats the caller's leg, or lets the call share the bridge of a room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.exchange.device import DeviceKind
from core.exchange.leg import Leg, State
from hw.signalling.line import Party
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call


class Service:
    kind = DeviceKind.SERVICE

    def __init__(self, name: str, language: str = "") -> None:
        self.name = name
        self.language = language

    def __repr__(self) -> str:
        return f"<Service {self.name}>"

    def take(self, call: Call, *, answer: bool = True) -> Leg:
        """Joins the call; answers it for its calling party."""
        leg = call.add(self, State.CONNECTED, Party(self.name))
        call.note("Established", leg)
        if answer:
            call.establish(leg)
        return leg

    def port_of(self, leg: Leg) -> int:
        return -1

    def alert(self, leg: Leg, in_band: bool) -> None:
        """Nobody to be told."""

    def progress(self, leg: Leg, cause: Cause | None = None) -> None:
        """Nobody to be told."""

    def answer(self, leg: Leg, connected: Party | None = None) -> None:
        """It answers by itself."""

    def release(self, leg: Leg, cause: Cause) -> None:
        """Whoever waits for the leg sees it gone."""

    def forget(self, leg: Leg) -> None:
        """It keeps none."""

    def can_hear(self, leg: Leg) -> bool:
        return False

    def holds_others(self, leg: Leg) -> bool:
        return False

    def refused(self, leg: Leg, number: str) -> None:
        """It calls nobody."""

    def listen(self, leg: Leg, on: bool, silence_ms: int = 0) -> None:
        """It speaks no digits."""
