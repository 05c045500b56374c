"""What both ends of an analog line have. Pure: no clock, no trio, no speech.

Time is handed in (samples of the plane) and never read. Timers run out one by one, each at its own time, when whoever
owns the end lets them: so events carry the moment they were meant for, however late they are asked for.
"""

from __future__ import annotations

from hw.card import LineEvent, LineEventKind
from hw.sim.timing import Timing, samples

NEVER = 1 << 62


class LineEnd:
    """Timers by name, and the events told since somebody took them."""

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
        self.events: list[LineEvent] = []
        self._timers: dict[str, int] = {}

    def _tell(self, kind: LineEventKind, now: int, value: int | str = 0) -> None:
        self.events.append(LineEvent(kind, now, value))

    def _start(self, timer: str, now: int, ms: int) -> None:
        self._stop(timer)
        self._timers[timer] = now + samples(ms)

    def _stop(self, timer: str) -> None:
        self._timers.pop(timer, None)

    @property
    def deadline(self) -> int:
        return min(self._timers.values(), default=NEVER)

    def expire(self) -> None:
        """The next timer runs out, at its own time. Of two at the same time, the one started first."""
        name = min(self._timers, key=lambda timer: self._timers[timer])
        self._expired(name, self._timers.pop(name))

    def _expired(self, timer: str, now: int) -> None:
        raise NotImplementedError
