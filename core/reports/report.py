"""What a report is: columns that say how they are worked out, and a pure reading of the journal's events.

    events of a period, and how things stood when it began ──> Report.read ──> Table: columns, rows, a row of sums

A column's formula stands beside its code, so that the table on the screen, the manual (docs/reports.md) and the
spreadsheet say the same. Values are plain: text, numbers, None where there is nothing to work a figure out from.

What it does not: open files (core/store/reader.py), or write the table down (shown.py, sheet.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from core.config.model.box import Box
from core.reports.slices import Slices
from core.store.event import Event

Value = str | int | float | None
R = TypeVar("R")


class Unit(Enum):
    """How a value is to be read: MOMENT is UTC in µs since 1970, SHARE goes from 0 to 1."""

    TEXT = "text"
    COUNT = "count"
    SECONDS = "s"
    SHARE = "share"
    ERLANG = "erlang"
    NUMBER = "number"
    MOMENT = "time"


@dataclass(frozen=True)
class Column(Generic[R]):
    """text: its head, for people. formula: how it is worked out, for people. brief: stands in the table of 80 columns
    that is shown when nobody asks for others.
    """

    name: str
    text: str
    unit: Unit
    formula: str
    of: Callable[[R], Value]
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """since, until: UTC in µs. by: in which steps, one of slices.STEPS. only: names of what the report is about; empty:
    all. box: names, limits and definitions as they are configured now. alive: until when the box was, UTC in µs: what
    has no end in the period has lasted until then; None: to the end of the period.
    """

    since: int
    until: int
    zone: ZoneInfo
    by: str = "all"
    only: frozenset[str] = frozenset()
    box: Box = field(default_factory=Box)
    alive: int | None = None

    @property
    def end(self) -> int:
        """Until when something that is not over has lasted."""
        return self.until if self.alive is None else max(self.since, min(self.until, self.alive))

    def slices(self) -> Slices:
        return Slices(self.since, self.until, self.by, self.zone)

    def wants(self, name: str) -> bool:
        return not self.only or name in self.only


class Headed(Protocol):
    """What a table says of its report: one of the box (Report), or one's own (own.py)."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def columns(self) -> tuple[Column[Any], ...]: ...


@dataclass(frozen=True, slots=True)
class Table:
    """A report that was made. total: the row of sums; None: there is nothing to be summed."""

    report: Headed
    wanted: Wanted
    rows: Sequence[Sequence[Value]]
    total: Sequence[Value] | None

    def sorted_by(self, name: str) -> Table:
        """The highest value of that column first, rows without one last; words by their letters. KeyError: there is
        no such column.
        """
        names = [column.name for column in self.report.columns]
        if name not in names:
            raise KeyError(name)
        at = names.index(name)
        having = [row for row in self.rows if row[at] is not None]
        upwards = self.report.columns[at].unit is Unit.TEXT
        having.sort(key=lambda row: row[at], reverse=not upwards)  # type: ignore[arg-type,return-value]
        return replace(self, rows=having + [row for row in self.rows if row[at] is None])


@dataclass(frozen=True)
class Report(Generic[R]):
    """text: what it shows. about: what `only` names ("queue"; "": nothing). kinds: of events it needs. steps: whether
    it is told in steps of time. read: rows in their order. sum: of the rows, None: makes no sense. until_now: it must
    know what has happened since the period, too.
    """

    name: str
    title: str
    text: str
    about: str
    columns: tuple[Column[R], ...]
    kinds: frozenset[str]
    read: Callable[[Iterable[Event], Wanted], list[R]]
    sum: Callable[[list[R]], R] | None = None
    steps: bool = False
    until_now: bool = False

    def told_by(self, by: str) -> bool:
        """Whether these steps can be asked for."""
        return self.steps or by == "all"

    def table(self, events: Iterable[Event], wanted: Wanted) -> Table:
        found = self.read(events, wanted)
        total = None if self.sum is None or len(found) < 2 else self._row(self.sum(found))
        return Table(self, wanted, [self._row(row) for row in found], total)

    def _row(self, row: R) -> tuple[Value, ...]:
        return tuple(rounded(column.of(row), column.unit) for column in self.columns)


def rounded(value: Value, unit: Unit) -> Value:
    """Seconds to the millisecond, shares and traffic to four places: finer than anybody can use, and the same in every
    form.
    """
    if not isinstance(value, float):
        return value
    return round(value, 3 if unit is Unit.SECONDS else 4)


def seconds(us: int) -> float:
    return us / 1e6


def mean(us: int, count: int) -> float | None:
    """Seconds for each; None: there was none."""
    return us / 1e6 / count if count else None


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
