"""Wrong PINs: after a few, whoever tries must wait, longer each time. Pure: time is handed in.

    wrong   x x x         x x x            x x x
    waits        |--60--|       |---120---|       |---240---| ... at most LONGEST_S

Counted by key: the mailbox, the caller, and all together (Everybody, after TRIES_OF_ALL), as whoever asks names them. A
right PIN forgets its key's; that of Everybody only what it has itself.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

TRIES = 3
TRIES_OF_ALL = 30
FIRST_S, LONGEST_S = 60.0, 3600.0
FORGOTTEN_S = 86400.0


@dataclass(frozen=True, slots=True)
class Everybody:
    """The key of all who try at one service together: who tries many boxes from many numbers is found by it."""

    service: str


class Lockout:
    def __init__(self) -> None:
        self._wrong: dict[Hashable, tuple[int, float]] = {}
        """How many wrong ones, and when the last was."""

    def wait_s(self, *keys: Hashable, now: float) -> float:
        """Until the next try may be made; 0: now."""
        return max((self._wait(key, now) for key in keys), default=0.0)

    def wrong(self, *keys: Hashable, now: float) -> None:
        for key in keys:
            count, last = self._wrong.get(key, (0, now))
            self._wrong[key] = (1 if now - last > FORGOTTEN_S else count + 1, now)

    def right(self, *keys: Hashable) -> None:
        for key in keys:
            if not isinstance(key, Everybody):
                self._wrong.pop(key, None)

    def _wait(self, key: Hashable, now: float) -> float:
        count, last = self._wrong.get(key, (0, 0.0))
        tries = TRIES_OF_ALL if isinstance(key, Everybody) else TRIES
        if not count or count % tries:
            return 0.0
        # A bounded exponent: 2**1000 is no waiting time.
        long = min(LONGEST_S, FIRST_S * 2.0 ** min(count // tries - 1, 10))
        return min(long, max(0.0, last + long - now))
