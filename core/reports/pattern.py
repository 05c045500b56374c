"""Report "pattern": in which hours of which weekdays callers come, are answered, and give up.

One row an hour of the clock on the wall, three figures a weekday. A call counts as offered in the hour in which it
comes, as answered or abandoned in the hour in which that happens. In the night in which clocks are put back, one hour
counts for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.reports.report import Column, Report, Unit, Wanted
from core.reports.stays import CALLED_BACK, KINDS, Stays, Way
from core.store.event import Event, to_utc
from core.texts import N_

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(slots=True)
class HourCount:
    """Of one hour of the day: by weekday, Monday first."""

    hour: int
    offered: list[int] = field(default_factory=lambda: [0] * 7)
    answered: list[int] = field(default_factory=lambda: [0] * 7)
    abandoned: list[int] = field(default_factory=lambda: [0] * 7)


def read(events: Iterable[Event], wanted: Wanted) -> list[HourCount]:
    hours = [HourCount(hour) for hour in range(24)]
    slices, stays, zone = wanted.slices(), Stays(), wanted.zone

    def at(time: int, name: str) -> None:
        if slices.at(time) is not None:
            local = to_utc(time).astimezone(zone)
            getattr(hours[local.hour], name)[local.weekday()] += 1

    for event in events:
        new = event.kind in ("Queued", "TurnedAway") and event.data.get("how") != CALLED_BACK
        if new and wanted.wants(event.data["queue"]):
            at(event.time, "offered")
        for stay in stays.see(event):
            if wanted.wants(stay.queue) and not stay.back and stay.way in (Way.ANSWERED, Way.ABANDONED):
                at(stay.ended, stay.way.value)
    return hours if any(sum(one.offered + one.answered + one.abandoned) for one in hours) else []


def total(rows: list[HourCount]) -> HourCount:
    def added(name: str) -> list[int]:
        return [sum(getattr(row, name)[day] for row in rows) for day in range(7)]

    return HourCount(24, added("offered"), added("answered"), added("abandoned"))


def _of(name: str, day: int) -> Callable[[HourCount], int]:
    return lambda count: int(getattr(count, name)[day])


OFFERED = (
    N_("Mon"),
    N_("Tue"),
    N_("Wed"),
    N_("Thu"),
    N_("Fri"),
    N_("Sat"),
    N_("Sun"),
)
ANSWERED = (
    N_("Mon answ."),
    N_("Tue answ."),
    N_("Wed answ."),
    N_("Thu answ."),
    N_("Fri answ."),
    N_("Sat answ."),
    N_("Sun answ."),
)
ABANDONED = (
    N_("Mon aband."),
    N_("Tue aband."),
    N_("Wed aband."),
    N_("Thu aband."),
    N_("Fri aband."),
    N_("Sat aband."),
    N_("Sun aband."),
)
COUNT = Unit.COUNT

COLUMNS: tuple[Column[HourCount], ...] = (
    Column("hour", N_("hour"), Unit.TEXT, N_("of the day where the box stands"), lambda c: f"{c.hour:02}:00", True),
    *(
        Column(day, OFFERED[at], COUNT, N_("calls that came in this hour of this weekday"), _of("offered", at), True)
        for at, day in enumerate(DAYS)
    ),
    Column("all", N_("all"), COUNT, N_("calls that came in this hour of all days"), lambda c: sum(c.offered), True),
    *(
        Column(
            f"{day}_answered",
            ANSWERED[at],
            COUNT,
            N_("calls that were answered in this hour of this weekday"),
            _of("answered", at),
        )
        for at, day in enumerate(DAYS)
    ),
    *(
        Column(
            f"{day}_abandoned",
            ABANDONED[at],
            COUNT,
            N_("calls whose caller gave up in this hour of this weekday"),
            _of("abandoned", at),
        )
        for at, day in enumerate(DAYS)
    ),
)

REPORT = Report(
    "pattern",
    N_("Pattern of the week"),
    N_("In which hours of which weekdays callers come, are answered, and give up."),
    "queue",
    COLUMNS,
    KINDS,
    read,
    total,
)
