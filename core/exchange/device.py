"""What can have a leg in a call: stations, trunk lines, services. The picture of calls is in call.py.

A device does what its call orders, and tells its legs what its line tells. Orders never fail for what the other end
does: a leg that is gone takes them and does nothing.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

from hw.signalling.line import Party
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.leg import Leg


class DeviceKind(Enum):
    STATION = "station"
    TRUNK = "trunk"
    SERVICE = "service"


class Device(Protocol):
    name: str

    @property
    def kind(self) -> DeviceKind: ...

    @property
    def language(self) -> str:
        """Of what is said to its party: "zh", "en"."""

    def port_of(self, leg: Leg) -> int:
        """-1: this leg has no speech path now."""

    def alert(self, leg: Leg, in_band: bool) -> None:
        """The called party rings. in_band: we make the sound, as soon as leg.early."""

    def progress(self, leg: Leg, cause: Cause | None = None) -> None:
        """Something will be heard before an answer, as soon as leg.early."""

    def answer(self, leg: Leg, connected: Party | None = None) -> None:
        """The caller's leg becomes CONNECTED, at once or a moment later."""

    def release(self, leg: Leg, cause: Cause) -> None:
        """The leg is over for the device; the call has taken it out already."""

    def forget(self, leg: Leg) -> None:
        """The leg is not the device's any more; its line is left as it is."""

    def can_hear(self, leg: Leg) -> bool:
        """Words can be said to it now, or before an answer."""

    def holds_others(self, leg: Leg) -> bool:
        """The device has other calls that the end of this one must not disturb."""

    def refused(self, leg: Leg, number: str) -> None:
        """Its call to that number could not be, and it is told so."""

    def listen(self, leg: Leg, on: bool, silence_ms: int = 0) -> None:
        """Digits of a connected party come to leg.key, or no more; silence as well, see ears.py."""
