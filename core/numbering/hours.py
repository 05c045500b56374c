"""When something is open: a [[calendar]] as a function of time.

    hours = OpeningHours(calendar, "Asia/Shanghai")
    hours.open_at(now)        -> bool
    hours.next_change(now)    -> when that becomes otherwise, None: not within HORIZON

Which hours a day has, the first that applies decides: `dates` of its own, a public holiday, a weekend worked for one,
the weekday. Hours past midnight belong to the day on which they begin, also into a holiday. All clocks are those of
the calendar's time zone: an hour that summer time leaves out is not open, one that it repeats is open twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from core.config.model.numbering import WEEKDAYS, Calendar
from core.numbering import holidays

HORIZON = dt.timedelta(days=400)
_DAY = 24 * 60

Spans = tuple[tuple[int, int], ...]  # from, to in minutes from midnight; to is over 1440 past midnight


class OpeningHours:
    def __init__(self, calendar: Calendar, default_zone: str) -> None:
        self.name = calendar.name
        self.zone = ZoneInfo(calendar.time_zone or default_zone)
        self._calendar = calendar
        self._week = [_spans(_of_weekday(calendar, day)) for day in range(7)]
        self._dates: dict[dt.date, Spans] = {}
        for one in calendar.dates:
            for number in range(((one.until or one.date) - one.date).days + 1):
                self._dates.setdefault(one.date + dt.timedelta(number), _spans(one.open))
        self._holiday = _spans(calendar.holiday_open)
        self._worked = self._week[WEEKDAYS.index(calendar.worked_as)]
        self.spans = lru_cache(maxsize=1024)(self._spans)

    def _spans(self, day: dt.date) -> Spans:
        """Hours that begin on a day."""
        if day in self._dates:
            return self._dates[day]
        match holidays.kind(day, self._calendar.holidays):
            case "holiday":
                return self._holiday
            case "worked":
                return self._worked
        return self._week[day.weekday()]

    def open_at(self, time: dt.datetime) -> bool:
        """time: aware, in any zone."""
        local = time.astimezone(self.zone)
        minute, day = local.hour * 60 + local.minute, local.date()
        if any(start <= minute < end for start, end in self.spans(day)):
            return True
        return any(minute + _DAY < end for _, end in self.spans(day - dt.timedelta(1)))

    def next_change(self, time: dt.datetime) -> dt.datetime | None:
        """The first moment after `time`, UTC, from which open_at() is other than at `time`."""
        before = self.open_at(time)
        first = time.astimezone(self.zone).date() - dt.timedelta(1)
        for number in range(HORIZON.days):
            for moment in sorted(self._moments(first + dt.timedelta(number))):
                if moment > time and self.open_at(moment) != before:
                    return moment
        return None

    def _moments(self, day: dt.date) -> Iterable[dt.datetime]:
        """When a change can be that the hours of a day bring about; and when its clocks are changed."""
        midnight = dt.datetime.combine(day, dt.time())
        for minute in {minute for span in self.spans(day) for minute in span}:
            for fold in (0, 1):
                local = (midnight + dt.timedelta(minutes=minute)).replace(tzinfo=self.zone, fold=fold)
                yield local.astimezone(dt.UTC)
        ends = [(midnight + dt.timedelta(days)).replace(tzinfo=self.zone).astimezone(dt.UTC) for days in (0, 1, 2)]
        for start, end in pairwise(ends):
            if start.astimezone(self.zone).utcoffset() != end.astimezone(self.zone).utcoffset():
                yield self._clock_change(start, end)

    def _clock_change(self, start: dt.datetime, end: dt.datetime) -> dt.datetime:
        offset = start.astimezone(self.zone).utcoffset()
        while end - start > dt.timedelta(seconds=1):
            middle = start + (end - start) // 2
            if middle.astimezone(self.zone).utcoffset() == offset:
                start = middle
            else:
                end = middle
        return end.replace(microsecond=0)


def _of_weekday(calendar: Calendar, day: int) -> Iterable[str]:
    for one in calendar.hours:
        first, _, last = one.days.partition("-")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        if (day - start) % 7 <= (end - start) % 7:
            yield from one.open


def _spans(hours: Iterable[str]) -> Spans:
    found = []
    for text in hours:
        start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in text.split("-"))
        found.append((start, end if end > start else end + _DAY))
    return tuple(sorted(found))
