"""How long a caller will wait, from how fast his queue was served lately; said only when that is known well.

    served   x     x       x    x      (callers kept waiting all the while)            place p
             |--i--|---i---|--i-|                                       wait = p × mean interval

This is the queue-length estimator with observed service intervals (Ibrahim and Whitt, "Real-time delay estimation based
on delay history", 2009). Only intervals between two services with callers waiting throughout tell how fast the agents
are; an interval in which the queue was empty tells how seldom people call. Those who give up ahead make the wait
shorter than said, never longer. What it does not: read the clock, speak.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

KEPT = 40
"""Intervals looked back on."""

ENOUGH = 8
"""Fewer intervals say nothing."""

FRESH_S = 1800.0
"""Older intervals say nothing of now."""

WELL = 0.5
"""Known well: the standard error is at most this share of the wait; or the wait is short all the same."""

SHORT_S = 60.0
"""A wait that ends before this even when it lasts two standard errors longer is known well: it is "under a minute"."""


@dataclass(frozen=True, slots=True)
class ExpectedWait:
    """seconds: the mean; error_s: its standard error. known_well: may be said to a caller."""

    seconds: float
    error_s: float

    @property
    def known_well(self) -> bool:
        return self.error_s <= WELL * self.seconds or self.seconds + 2 * self.error_s <= SHORT_S


class ServicePace:
    """How fast one queue is served. Sums are kept, so that an estimate costs the same for any place."""

    __slots__ = ("_intervals", "_since", "_squares", "_sum")

    def __init__(self) -> None:
        self._intervals: deque[tuple[float, float]] = deque()
        self._sum = 0.0
        self._squares = 0.0
        self._since: float | None = None  # the last service, if callers have been waiting ever since

    def served(self, now: float, left_waiting: int) -> None:
        """A caller has just been given to an agent; so many wait on."""
        if self._since is not None:
            self._keep(now, now - self._since)
        self._since = now if left_waiting else None

    def emptied(self) -> None:
        """Nobody waits any more: the last one gave up, or went elsewhere."""
        self._since = None

    def expected(self, place: int, now: float) -> ExpectedWait | None:
        """For the caller at `place` (1: the first). None: not enough was seen of late."""
        intervals = self._intervals
        while intervals and intervals[0][0] < now - FRESH_S:
            self._drop()
        n = len(intervals)
        if n < ENOUGH or place < 1:
            return None
        mean = self._sum / n
        variance = max(0.0, self._squares / n - mean * mean) * n / (n - 1)
        # Of the sum of `place` intervals to come, and of the mean that they are taken to have.
        error = math.sqrt(variance * (place + place * place / n))
        return ExpectedWait(mean * place, error)

    def _keep(self, now: float, interval: float) -> None:
        if len(self._intervals) == KEPT:
            self._drop()
        self._intervals.append((now, interval))
        self._sum += interval
        self._squares += interval * interval

    def _drop(self) -> None:
        _, interval = self._intervals.popleft()
        if not self._intervals:  # no rounding is carried on
            self._sum = self._squares = 0.0
            return
        self._sum -= interval
        self._squares -= interval * interval
