"""Timers for state machines: one trio task keeps them all, on trio's clock (virtual under MockClock).

    timers.start(key, 0.3, call)     call() is made once, 0.3 s from now, unless
    timers.stop(key)                 or started again, which moves it

A key is any hashable: (line, "T303"). A thousand running timers cost one heap, not a thousand tasks. Calls are made
in the trio thread and must not block; one that raises is handed to `faulted` and harms no other timer.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Hashable
from itertools import count

import trio

log = logging.getLogger(__name__)


class Timers:
    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Hashable]] = []
        self._running: dict[Hashable, tuple[int, Callable[[], None]]] = {}
        self._numbers = count()
        self._changed = trio.Event()
        self.faulted: Callable[[Exception], None] | None = None

    def start(self, key: Hashable, seconds: float, call: Callable[[], None]) -> None:
        """Calls once after `seconds` (0 or more); a running timer of the same key is replaced."""
        if seconds < 0:
            raise ValueError(f"timer {key!r}: {seconds} s lies in the past")
        number = next(self._numbers)
        when = trio.current_time() + seconds
        self._running[key] = (number, call)
        first = not self._heap or when < self._heap[0][0]
        heapq.heappush(self._heap, (when, number, key))
        if first:
            self._changed.set()

    def stop(self, key: Hashable) -> None:
        """Not running is not an error."""
        self._running.pop(key, None)

    def running(self) -> frozenset[Hashable]:
        return frozenset(self._running)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        task_status.started()
        while True:
            self._changed = trio.Event()
            while self._heap and (self._stale(self._heap[0]) or self._heap[0][0] <= trio.current_time()):
                self._fire(heapq.heappop(self._heap))
            deadline = self._heap[0][0] if self._heap else float("inf")
            with trio.move_on_at(deadline):
                await self._changed.wait()

    def _stale(self, entry: tuple[float, int, Hashable]) -> bool:
        running = self._running.get(entry[2])
        return running is None or running[0] != entry[1]

    def _fire(self, entry: tuple[float, int, Hashable]) -> None:
        if self._stale(entry):
            return
        _, call = self._running.pop(entry[2])
        try:
            call()
        except Exception as error:
            if self.faulted is None:
                raise
            self.faulted(error)
