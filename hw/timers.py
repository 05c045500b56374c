"""Timers for state machines: one trio task keeps them all, on trio's clock (virtual under MockClock).

    timers.start(key, 0.3, call)     call() is made once, 0.3 s from now, unless
    timers.stop(key)                 or started again, which moves it

A key is any hashable: (line, "T303"). A thousand running timers cost one heap, not a thousand tasks; a key that is
started and stopped all the time, as the registers of R2 do, has one entry in it, which moves when its old time comes.
Calls are made in the trio thread and must not block; one that raises is handed to `faulted` and harms no other timer.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from itertools import count

import trio


class _Timer:
    """Of one key. due: when it calls, None: it is stopped. entry: of its place in the heap; an older one is stale."""

    __slots__ = ("call", "due", "entry", "when")

    def __init__(self) -> None:
        self.call: Callable[[], None] = lambda: None
        self.due: float | None = None
        self.when = 0.0
        self.entry = -1


class Timers:
    """`faulted` gets what a call raises; without it, run() ends with it."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Hashable]] = []
        self._timers: dict[Hashable, _Timer] = {}
        self._numbers = count()
        self._changed = trio.Event()
        self.faulted: Callable[[Exception], None] | None = None

    def start(self, key: Hashable, seconds: float, call: Callable[[], None]) -> None:
        """Calls once after `seconds` (0 or more); a running timer of the same key is replaced."""
        if not seconds >= 0:
            raise ValueError(f"timer {key!r}: {seconds} s lies in the past")
        due = trio.current_time() + seconds
        timer = self._timers.get(key)
        if timer is None:
            timer = self._timers[key] = _Timer()
            self._push(key, timer, due)
        elif due < timer.when:
            self._push(key, timer, due)
        timer.due = due
        timer.call = call

    def stop(self, key: Hashable) -> None:
        """Not running is not an error."""
        timer = self._timers.get(key)
        if timer is not None:
            timer.due = None

    def running(self) -> frozenset[Hashable]:
        """The keys of those that will still call."""
        return frozenset(key for key, timer in self._timers.items() if timer.due is not None)

    def _push(self, key: Hashable, timer: _Timer, when: float) -> None:
        if not self._heap or when < self._heap[0][0]:
            self._changed.set()
        timer.when = when
        timer.entry = next(self._numbers)
        heapq.heappush(self._heap, (when, timer.entry, key))

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        task_status.started()
        while True:
            self._changed = trio.Event()
            # What is started meanwhile for at once has its turn after everybody else's.
            begun = next(self._numbers)
            while self._heap and self._heap[0][0] <= trio.current_time() and self._heap[0][1] < begun:
                self._come(*heapq.heappop(self._heap))
            deadline = self._heap[0][0] if self._heap else float("inf")
            with trio.move_on_at(deadline):
                await self._changed.wait()

    def _come(self, when: float, entry: int, key: Hashable) -> None:
        """The time of an entry has come: is its timer due?"""
        timer = self._timers.get(key)
        if timer is None or timer.entry != entry:
            return
        if timer.due is not None and timer.due > when:
            self._push(key, timer, timer.due)
            return
        del self._timers[key]
        if timer.due is None:
            return
        try:
            timer.call()
        except Exception as error:
            if self.faulted is None:
                raise
            self.faulted(error)
