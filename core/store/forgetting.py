"""When events and records have been kept long enough, and are deleted: piece by piece, so that no commit waits long.

    start      +1 min                             +1 h                          +2 h
      |          |== CHUNK = CHUNK = rest ==|       |== rest ==|                  |
                                            JournalForgotten says how many

A clock that is wrong must not empty the journal: after it was set by more than a day, or when the run before ended more
than DOUBT_DAYS ago, nothing is deleted for a day, in which somebody may see that it is wrong.

Pure: told the time, says what to delete. Kept for ever is what the law or somebody's honour may ask for years later:
audit, and the evidence of erased recordings (FOREVER).
"""

from __future__ import annotations

DAY_US = 86_400_000_000
FIRST_US = 60_000_000
EVERY_US = 3_600_000_000
CHUNK = 2000
"""Events deleted in one commit: some 30 ms."""
DOUBT_DAYS = 30
FOREVER = ("Audit", "ConfigCommitted", "ConfigConfirmed", "ConfigRolledBack", "RecordingErased", "JournalForgotten")


class Forgetting:
    """days: how long things are kept, 0: for ever. clock: µs since this run began; time: UTC in µs."""

    def __init__(self, days: int) -> None:
        self._days = days
        self._next = FIRST_US
        self._count = 0

    def doubt(self, clock: int) -> None:
        """The wall clock is not to be trusted yet."""
        self._next = max(self._next, clock + DAY_US)

    def before(self, clock: int, time: int) -> int:
        """What is older than this UTC is to go now, CHUNK of it; 0: nothing."""
        return time - self._days * DAY_US if self._days and clock >= self._next else 0

    def gone(self, count: int, clock: int) -> int:
        """So many events have been deleted. How many in all, once nothing is left to delete; 0 until then."""
        self._count += count
        if count >= CHUNK:
            return 0
        self._next = clock + EVERY_US
        total, self._count = self._count, 0
        return total
