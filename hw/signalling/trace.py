"""What a line did lately, for a person at two in the morning.

      12.340 s  +0.000   state idle -> seized
      12.360 s  +0.020   bits 1001 -> 1101

Times count from the plane's start; the second column is the distance to the line before. The last 400 lines are kept.
"""

from __future__ import annotations

from collections import deque

KEPT = 400
RATE = 8000


class Trace:
    def __init__(self) -> None:
        self._notes: deque[tuple[int, str]] = deque(maxlen=KEPT)

    def note(self, time: int, text: str) -> None:
        """`time` in samples."""
        self._notes.append((time, text))

    def lines(self) -> list[str]:
        """Oldest first."""
        lines = []
        before = self._notes[0][0] if self._notes else 0
        for time, text in self._notes:
            lines.append(f"{time / RATE:10.3f} s  {(time - before) / RATE:+8.3f}   {text}")
            before = time
        return lines
