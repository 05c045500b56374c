"""The town at the far ends of the lab's E1 spans: a few channels each, for opening thirty takes long in the guest.

Beside the simulated town (hw/sim/public_pri.py, public_r2.py), which takes all of a span.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from hw.card import Card, ChannelKind, channels
from hw.dahdi.card import DahdiCard
from hw.plane import Plane
from hw.signalling.line import Line, LineKind
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import CHINA
from hw.signalling.shell import ChannelLine
from hw.sim.public_plan import TOWN
from hw.sim.public_trunk import PublicTrunk
from hw.sounds import CountrySounds
from hw.timers import Timers


class FarPri(PublicTrunk):
    """The network at the far end of the cable `key` of dahdi.conf."""

    in_band: ClassVar[bool] = True

    def __init__(self, plane: Plane, timers: Timers, card: DahdiCard, key: int, slots: Sequence[int]) -> None:
        super().__init__("town", plane, timers, TOWN, "cn")
        self._card = card
        self._far = f"DYN/loc/{key}:1"
        self._settings = SpanSettings(LinkSettings(Side.NETWORK), tuple(slots))
        self.trunk = self._made()

    def _made(self) -> PriTrunk:
        info = next(span for span in self._card.spans() if span.name == self._far)
        return PriTrunk("town", self._card, info, self._settings, self._plane, self.timers, self.take)

    @property
    def lines(self) -> Sequence[Line]:
        return self.trunk.lines

    def go(self) -> None:
        """Before the span goes: the driver lets go of none that somebody has open. Calls are over with it."""
        for call in self._calls.values():
            call.ended.set()
        self.trunk.close()

    def begin_anew(self) -> None:
        """When the span is there again."""
        self.trunk = self._made()

    def close(self) -> None:
        super().close()
        self.trunk.close()


class FarR2(PublicTrunk):
    """The public exchange at the far end of a CAS cable, whose far channels begin with `first`. It is asked for the
    caller after the first digit, as the box must be set.
    """

    in_band: ClassVar[bool] = False

    def __init__(self, plane: Plane, timers: Timers, card: Card, first: int, slots: Sequence[int]) -> None:
        super().__init__("city", plane, timers, TOWN, "cn")
        sounds = CountrySounds("cn")
        settings = replace(CHINA, ask_caller_after=1)
        wanted = {first + slot - 1 for slot in slots}
        self.circuits = [
            ChannelLine(
                f"city-{info.slot}",
                LineKind.TRUNK,
                card.open(info.number),
                R2Channel(settings),
                plane,
                timers,
                sounds,
                self.take,
                None,
            )
            for info in channels(card.spans(), ChannelKind.CAS)
            if info.number in wanted
        ]

    @property
    def lines(self) -> Sequence[Line]:
        return self.circuits

    def close(self) -> None:
        super().close()
        for line in self.circuits:
            line.close()
