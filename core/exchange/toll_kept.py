"""The counts against toll fraud, over restarts: by hour and account, in the kept state.

    began, ended ──> core/numbering/toll.py ──> "toll/497421/8001": {"07": [calls, seconds talked], "08": ...}
    the box begins anew ──> what lies within a day is counted again, each minute as long as it would have been

What was talked counts in the minute in which the call ended; a call that a power cut ended has begun, and talked for
nothing. Hours and minutes are of UTC; a clock that was set back makes nothing count for longer than a day.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import Any

from core.numbering.permit import Counts
from core.numbering.toll import TollCounter

KEPT = "toll/"
HOUR_S, MINUTE_S, HOURS = 3600, 60, 24


class KeptToll:
    """clock: seconds, of any clock that does not go back; utc: the hour."""

    def __init__(
        self, state: MutableMapping[str, Any], clock: Callable[[], float], utc: Callable[[], datetime]
    ) -> None:
        self._state, self._clock, self._utc = state, clock, utc
        self._counter = TollCounter()
        self._again()

    def began(self, call: int, account: str) -> None:
        self._counter.began(call, account, self._clock())
        self._add(account, 1, 0.0)

    def ended(self, call: int) -> None:
        """What is not up ends without effect."""
        for account, seconds in self._counter.ended(call, self._clock()):
            self._add(account, 0, seconds)

    def joined(self, call: int, into: int) -> None:
        """A transfer has made one call of two."""
        self._counter.joined(call, into)

    def counts(self, account: str) -> Counts:
        return self._counter.counts(account, self._clock())

    @property
    def total(self) -> Counts:
        return self._counter.total(self._clock())

    def _add(self, account: str, calls: int, seconds: float) -> None:
        now = int(self._utc().timestamp())
        key, minute = f"{KEPT}{now // HOUR_S}/{account}", f"{now % HOUR_S // MINUTE_S:02}"
        if key not in self._state:
            self._forget(now // HOUR_S)
        row = self._state.get(key, {})
        had = row.get(minute, (0, 0.0))
        self._state[key] = {**row, minute: [had[0] + calls, round(had[1] + seconds, 1)]}

    def _forget(self, now: int) -> None:
        for key in [key for key in self._state if key.startswith(KEPT)]:
            if int(key.split("/")[1]) < now - HOURS:
                del self._state[key]

    def _again(self) -> None:
        now, clock = self._utc().timestamp(), self._clock()
        for key in [key for key in self._state if key.startswith(KEPT)]:
            hour, account = key.removeprefix(KEPT).split("/", 1)
            for minute, (calls, talked_s) in self._state[key].items():
                ago_s = max(0.0, now - int(hour) * HOUR_S - int(minute) * MINUTE_S)
                self._counter.recall(account, calls, talked_s, clock - ago_s)
