"""Live figures of one queue: of the running interval, the one before, and the day.

They are what screens and wallboards show now. Reports are readings of the journal; a test compares both. Who hangs up
while an agent's telephone rings for him is abandoned like any other. Waits count from the entry into this queue (what a
caller with a kept place waited before is in his order, not in these figures).
When an interval begins is told (DayBegins, IntervalBegins): nothing here knows the hour.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.acd.service_level import service_level
from core.config.model.queues import QueueSettings


@dataclass(slots=True)
class Count:
    """Of one queue and one span of time. `in time`: within service_level_s; short: within short_abandon_s."""

    offered: int = 0  # came in
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    short: int = 0
    elsewhere: int = 0  # turned away, overflowed, left a message
    asked_back: int = 0  # chose to be called back
    called_back: int = 0  # the caller was reached
    missed: int = 0  # offers that no agent took
    wait_s: float = 0.0  # of the answered, added up
    longest_s: float = 0.0  # of the answered and the abandoned
    talks: int = 0
    talk_s: float = 0.0

    @property
    def mean_wait_s(self) -> float | None:
        """Average speed of answer (ASA): wait of the answered / answered."""
        return self.wait_s / self.answered if self.answered else None

    @property
    def mean_talk_s(self) -> float | None:
        """talk / talks; with hold, without after-call work, which is the agent's."""
        return self.talk_s / self.talks if self.talks else None


class Figures:
    """Every method counts once in the interval and once in the day."""

    def __init__(self, settings: QueueSettings) -> None:
        self.settings = settings
        self.interval = Count()
        self.last_interval = Count()
        self.day = Count()

    def begin_interval(self) -> None:
        self.last_interval, self.interval = self.interval, Count()

    def begin_day(self) -> None:
        self.begin_interval()
        self.day = Count()

    def service_level(self, of: Count) -> float | None:
        """By the queue's definition, 0 to 1; None: nothing to judge by."""
        return service_level(self.settings.service_level, of)

    def offered(self) -> None:
        self.interval.offered += 1
        self.day.offered += 1

    def answered(self, waited_s: float) -> None:
        in_time = waited_s <= self.settings.service_level_s
        for count in (self.interval, self.day):
            count.answered += 1
            count.answered_in_time += in_time
            count.wait_s += waited_s
            count.longest_s = max(count.longest_s, waited_s)

    def abandoned(self, waited_s: float) -> None:
        for count in (self.interval, self.day):
            count.abandoned += 1
            count.abandoned_in_time += waited_s <= self.settings.service_level_s
            count.short += waited_s <= self.settings.short_abandon_s
            count.longest_s = max(count.longest_s, waited_s)

    def elsewhere(self) -> None:
        self.interval.elsewhere += 1
        self.day.elsewhere += 1

    def asked_back(self) -> None:
        self.interval.asked_back += 1
        self.day.asked_back += 1

    def called_back(self) -> None:
        self.interval.called_back += 1
        self.day.called_back += 1

    def missed(self) -> None:
        self.interval.missed += 1
        self.day.missed += 1

    def talked(self, seconds: float) -> None:
        for count in (self.interval, self.day):
            count.talks += 1
            count.talk_s += seconds
