"""Listening for the digits of a connected party.

    keys |8888|  |0000|             a key that was down before we listened is of the number that led here: not news
    ears          ___|~~~~~~~~~~
    told             (0)

A detector needs some 40 ms of a key to tell it; one told sooner after the ears were opened began before. Whoever waits
for the end of speech is told of silence as of a key that nobody has: SILENCE.
"""

from __future__ import annotations

from hw.ear import Ear
from hw.event import Event, EventKind
from hw.plane import RATE, Plane
from hw.signalling.line import Line

SILENCE = " "
BEFORE_S = 0.06
"""Told within this time of opening the ears: begun before. An order takes 20 ms to take effect."""


class Ears:
    """Of one line. Closed at first."""

    def __init__(self, plane: Plane, line: Line) -> None:
        self._plane = plane
        self._line = line
        self._opened: int | None = None
        self._silence_ms = 0

    @property
    def open(self) -> bool:
        return self._opened is not None

    def listen(self, on: bool, silence_ms: int = 0) -> None:
        """silence_ms: so much of it, from now or the last word on, is told once; 0: none is."""
        if (on, silence_ms) == (self.open, self._silence_ms):
            return
        if on is not self.open:
            self._opened = self._plane.time if on else None
        self._silence_ms = silence_ms
        if silence_ms:
            self._line.listen(Ear.DTMF | Ear.SPEECH, silence_timeout_ms=silence_ms)
        else:
            self._line.listen(Ear.DTMF if on else Ear(0))

    def key(self, event: Event) -> str:
        """The digit that an event of the port tells, or SILENCE; "": none that is news."""
        if event.kind is EventKind.SILENCE and self._silence_ms:
            return SILENCE
        if event.kind is not EventKind.DTMF_DOWN or self._opened is None:
            return ""
        return chr(event.code) if event.time - self._opened > BEFORE_S * RATE else ""
