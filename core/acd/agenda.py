"""What has to be looked at, and when: one heap of times, one time for each key.

A time that is moved or dropped leaves a stale entry, which is passed over when it comes up. Nothing here waits: next()
says when, due() what.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import count

Key = tuple[str, int | str]
"""What kind of look, at which call or agent."""


class Agenda:
    def __init__(self) -> None:
        self._times: dict[Key, float] = {}
        self._heap: list[tuple[float, int, Key]] = []
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._times)

    def set(self, key: Key, time: float) -> None:
        """In place of the key's earlier time."""
        if self._times.get(key) != time:
            self._times[key] = time
            heapq.heappush(self._heap, (time, next(self._numbers), key))

    def drop(self, key: Key) -> None:
        """Not being there is not an error."""
        self._times.pop(key, None)

    def next(self) -> float | None:
        """The earliest time; None: nothing is on it."""
        while self._heap:
            time, _, key = self._heap[0]
            if self._times.get(key) == time:
                return time
            heapq.heappop(self._heap)
        return None

    def due(self, now: float) -> Iterator[Key]:
        """Takes off, one by one, what is due, the earliest first; what is set for `now` meanwhile comes as well."""
        while (time := self.next()) is not None and time <= now:
            _, _, key = heapq.heappop(self._heap)
            del self._times[key]
            yield key
