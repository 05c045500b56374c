"""A period of time cut into steps of the clock on the wall: quarters of an hour, hours, days, months.

    since      00:00      00:30      01:00        until
      |----------|----------|----------|------------|       the first and the last may be pieces of a step

Days and months begin at midnight where the box stands: a day has 23 or 25 hours when clocks are put forward or back.
Shorter steps are counted from midnight in time that really passes, so each instant is in exactly one of them.
Pure; times are UTC in µs since 1970.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.store.event import from_utc, to_utc
from core.texts import _

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
STEPS = ("15", "30", "60", "day", "month", "all")
"""Minutes, or what is called so; "all": the period in one piece."""
MOST = 100_000
"""Slices of one period."""


class Slices:
    """ValueError: the period ends before it begins, or has more than MOST slices."""

    def __init__(self, since: int, until: int, by: str, zone: ZoneInfo) -> None:
        if until <= since:
            raise ValueError(_("the period is empty"))
        self.since, self.until = since, until
        minutes = int(by) if by.isdecimal() else 0
        if minutes and until - since > MOST * minutes * MINUTE_US:
            raise ValueError(_("the period has too many steps"))
        self._hour = _midnight(to_utc(since).astimezone(zone).date(), zone)
        self.edges = [since, *_edges(since, until, by, zone)]
        """Where each slice begins."""

    def __len__(self) -> int:
        return len(self.edges)

    def at(self, moment: int) -> int | None:
        """The number of the slice that a moment is in; None: it is not in the period."""
        return bisect_right(self.edges, moment) - 1 if self.since <= moment < self.until else None

    def end(self, slice: int) -> int:
        return self.edges[slice + 1] if slice + 1 < len(self.edges) else self.until

    def hours(self, began: int, us: int) -> Iterator[tuple[int, int]]:
        """Of what began then and lasted so long, within the period: hours of the clock by when they begin, and µs."""
        ended = min(began + us, self.until)
        moment = max(began, self.since)
        while moment < ended:
            hour = moment - (moment - self._hour) % HOUR_US
            edge = min(hour + HOUR_US, ended)
            yield hour, edge - moment
            moment = edge

    def parts(self, began: int, us: int) -> Iterator[tuple[int, int]]:
        """Of what began then and lasted so long: slice, and µs within it. What lies outside the period is left out."""
        ended = min(began + us, self.until)
        moment = max(began, self.since)
        while moment < ended:
            slice = bisect_right(self.edges, moment) - 1
            edge = min(self.end(slice), ended)
            yield slice, edge - moment
            moment = edge


def _edges(since: int, until: int, by: str, zone: ZoneInfo) -> Iterator[int]:
    """Those between the ends of the period."""
    if by == "all":
        return
    day = to_utc(since).astimezone(zone).date()
    if by == "month":
        day = day.replace(day=1)
    while (midnight := _midnight(day, zone)) < until:
        following = _next(day, by)
        if by in ("day", "month"):
            if midnight > since:
                yield midnight
        else:
            step = int(by) * MINUTE_US
            last = min(_midnight(following, zone), until)
            first = midnight if midnight > since else midnight + ((since - midnight) // step + 1) * step
            yield from range(first, last, step)
        day = following


def _next(day: date, by: str) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) if by == "month" else day + timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return from_utc(datetime.combine(day, time(), zone))
