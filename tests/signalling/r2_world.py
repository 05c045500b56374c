"""Two R2 machines on one circuit, in memory, in virtual time.

Bits take 4 ms, a code is heard 60 ms after it begins, its end 40 ms after it ends.
"""

from __future__ import annotations

from hw.card import LineEventKind
from hw.event import EventKind
from hw.signalling import machine as m
from hw.signalling.r2.bits import abcd
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import R2Settings

from .hands import Clock, Hands

BITS_MS, CODE_ON_MS, CODE_OFF_MS = 4, 60, 40


class End(Hands):
    """One machine whose bits and codes reach its peer."""

    def __init__(self, clock: Clock, name: str, settings: R2Settings) -> None:
        self.r2 = R2Channel(settings)
        super().__init__(clock, name, self.r2)
        self.peer: End = self
        self.cut = False  # nothing reaches us
        self.bits: int | None = None  # that we send
        self.sounding: tuple[int, bool] | None = None

    def do(self, act: m.Act) -> None:
        super().do(act)
        clock, peer = self.clock, self.peer
        match act:
            case m.SetBits(bits):
                self.bits = bits
                clock.after(BITS_MS, lambda: peer.see(bits))
            case m.PlayR2(code, forward):
                self._silence()
                self.sounding = (code, forward)
                clock.after(CODE_ON_MS, lambda: peer.hear(EventKind.R2_ON, code, forward))
            case m.StopPlaying():
                self._silence()

    def _silence(self) -> None:
        if self.sounding is not None:
            code, forward = self.sounding
            self.sounding = None
            self.clock.after(CODE_OFF_MS, lambda: self.peer.hear(EventKind.R2_OFF, code, forward))

    def hear(self, kind: EventKind, code: int, forward: bool) -> None:
        if not self.cut:
            self.media(kind, code, 0 if forward else 1)

    def see(self, bits: int) -> None:
        if not self.cut:
            self.line(LineEventKind.BITS, bits)


class World(Clock):
    """The circuit: `left` and `right` ends."""

    def __init__(self, left: R2Settings, right: R2Settings) -> None:
        super().__init__()
        self.left, self.right = End(self, "left", left), End(self, "right", right)
        self.left.peer, self.right.peer = self.right, self.left
        self.left.begin()
        self.right.begin()
        self.run(1)

    def bits_to(self, end: End, pair: int) -> None:
        """What a faulty far end might send."""
        end.line(LineEventKind.BITS, abcd(pair, 0b11))

    def notes(self) -> str:
        return "\n".join(sorted(self.left.notes + self.right.notes))
