"""What is due on the simulated card, and when: its only clock, its only task.

Things are due at a sample time of the plane. run() sleeps on trio's clock until the plane has reached the next one,
does all that is due in the order of their times, and only then tells what was heard meanwhile:

    plane      ----|----------|----------|----------|--->  frames
    due            a     b          c
    done                      a b        c                 in order, each with its own time, a frame late at most
    told                      events     events            call-backs never run inside somebody's order

So a busy machine delays what happens, but never changes its order or the times it carries.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from itertools import count

import trio

from hw.sim.timing import RATE


class Entry:
    """Something due. Cancelling it when it is over is nothing."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[[int], None]) -> None:
        self.call: Callable[[int], None] | None = call

    def cancel(self) -> None:
        self.call = None


class Agenda:
    """now: the plane's time in samples. frame: its step. What a call-back raises goes to `faulted`; without it, run()
    ends with it."""

    def __init__(self, now: Callable[[], int], frame: int) -> None:
        self.now = now
        self.faulted: Callable[[Exception], None] | None = None
        self._frame = frame
        self._heap: list[tuple[int, int, Entry]] = []
        self._numbers = count()
        self._untold: list[Callable[[], None]] = []
        self._changed = trio.Event()

    def at(self, time: int, call: Callable[[int], None]) -> Entry:
        """`call(time)` as soon as the plane's time is `time` (in the past: as soon as can be)."""
        entry = Entry(call)
        if not self._heap or time < self._heap[0][0]:
            self._changed.set()
        heapq.heappush(self._heap, (time, next(self._numbers), entry))
        return entry

    def tell(self, call: Callable[[], None]) -> None:
        """`call()` after everything that is due now, in the order of telling."""
        self._untold.append(call)
        self._changed.set()

    async def run(self) -> None:
        while True:
            self._changed = trio.Event()
            now = self.now()
            while self._heap and self._heap[0][0] <= now:
                time, _, entry = heapq.heappop(self._heap)
                if entry.call is not None:
                    entry.call(time)
            self._hand_on()
            frames = math.ceil((self._heap[0][0] - now) / self._frame) if self._heap else math.inf
            with trio.move_on_after(frames * self._frame / RATE):
                await self._changed.wait()

    def _hand_on(self) -> None:
        untold, self._untold = self._untold, []
        for call in untold:
            try:
                call()
            except Exception as error:
                if self.faulted is None:
                    raise
                self.faulted(error)
