"""Report "trunks": traffic of trunk groups, in erlang, and how long all lines of a group were busy at once.

    line 1   |=====|        |==========|
    line 2      |=========|   |=====|
    all busy    |--|          |-----|          time in which one more call would have found no line

A line is busy from TrunkSeized to TrunkReleased; one that is seized when the box goes down is busy until then. What
spans the edge of a step counts on each side with its part. A line that belongs to two groups is busy for both of them.
Which lines a group has is asked of the configuration as it is now; lines out of service count as lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from core.reports.elapsed import OF_RUNS, elapsed, over
from core.reports.report import Column, Report, Unit, Wanted, seconds
from core.reports.slices import HOUR_US
from core.store.event import Event
from core.texts import N_


@dataclass(slots=True)
class GroupCount:
    """Of one trunk group and one slice. us: of the slice, as far as it has gone. busiest: when the hour with most
    traffic began, and what it had, µs.
    """

    begin: int
    group: str
    lines: int
    us: int
    seizures_in: int = 0
    seizures_out: int = 0
    busy_us: int = 0
    all_busy_us: int = 0
    most: int = 0
    busiest: int | None = None
    busiest_us: int = 0
    busiest_of: int = 0

    @property
    def erlang(self) -> float | None:
        return self.busy_us / self.us if self.us > 0 else None

    @property
    def busiest_erlang(self) -> float | None:
        return self.busiest_us / self.busiest_of if self.busiest_of else None

    @property
    def empty(self) -> bool:
        return not any(getattr(self, name) for name in COUNTED)


COUNTED = [field.name for field in fields(GroupCount)][4:]


@dataclass(slots=True)
class Group:
    """lines: that the configuration gives it. busy: those of its lines that are seized, and since when so many are,
    UTC in µs.
    """

    name: str
    lines: frozenset[str]
    busy: set[str]
    since: int = 0


class Counting:
    """Follows the events of a period. After the last of them: close(), then rows()."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._slices = wanted.slices()
        self._counts: dict[tuple[int, str], GroupCount] = {}
        self._traffic: dict[tuple[int, str], int] = {}  # by group and when the hour began
        self._seized: dict[str, Event] = {}
        self._of_line: dict[str, list[Group]] = {}
        self._groups: dict[str, Group] = {}
        for settings in wanted.box.trunk_group:
            group = Group(settings.name, frozenset(wanted.box.lines_of(settings)), set())
            self._groups[group.name] = group
            for line in group.lines:
                self._of_line.setdefault(line, []).append(group)

    def see(self, event: Event) -> None:
        if event.kind == "TrunkSeized":
            self._seize(event)
        elif event.kind == "TrunkReleased":
            seized = self._seized.get(event.device)
            if seized is not None:
                self._free(event.device, elapsed(seized, event))
        elif (end := over(event)) is not None:
            self._cut(end)

    def close(self) -> None:
        self._cut(self.wanted.end)

    def rows(self) -> list[GroupCount]:
        wanted = self.wanted
        for (hour, name), busy in self._traffic.items():
            began = max(hour, wanted.since)
            slice = self._slices.at(began)
            assert slice is not None
            count = self._in(slice, name)
            if busy > count.busiest_us:
                count.busiest, count.busiest_us = began, busy
                count.busiest_of = max(1, min(hour + HOUR_US, wanted.end) - began)
        found = [count for count in self._counts.values() if not count.empty and wanted.wants(count.group)]
        return sorted(found, key=lambda count: (count.begin, count.group))

    # ---- what counts where ----

    def _seize(self, event: Event) -> None:
        line = event.device
        if line in self._seized:
            return
        self._seized[line] = event
        name = "seizures_in" if event.data.get("direction") == "in" else "seizures_out"
        slice = self._slices.at(event.time)
        for group in self._groups_of(event):
            self._lasts(group, event.time)
            group.busy.add(line)
            if slice is not None:
                count = self._in(slice, group.name)
                setattr(count, name, getattr(count, name) + 1)
                count.most = max(count.most, len(group.busy))

    def _lasts(self, group: Group, until: int) -> None:
        """So many lines have been busy until now."""
        if group.busy:
            full = bool(group.lines) and group.lines <= group.busy
            for slice, part in self._slices.parts(group.since, until - group.since):
                count = self._in(slice, group.name)
                count.most = max(count.most, len(group.busy))
                count.all_busy_us += part * full
        group.since = until

    def _groups_of(self, event: Event) -> list[Group]:
        """Those that have the line; of a line that is in none any more, the group that it was seized for."""
        groups = self._of_line.get(event.device)
        if groups is None:
            name = event.data.get("group") or ""
            group = self._groups.setdefault(name, Group(name, frozenset(), set()))
            groups = self._of_line[event.device] = [group]
        return groups

    def _free(self, line: str, us: int) -> None:
        seized = self._seized.pop(line)
        for group in self._of_line[line]:
            for slice, part in self._slices.parts(seized.time, us):
                self._in(slice, group.name).busy_us += part
            for hour, part in self._slices.hours(seized.time, us):
                key = hour, group.name
                self._traffic[key] = self._traffic.get(key, 0) + part
            self._lasts(group, seized.time + us)
            group.busy.discard(line)

    def _cut(self, end: int) -> None:
        """The box went down, or the period is over."""
        for line, seized in list(self._seized.items()):
            self._free(line, max(0, end - seized.time))

    def _in(self, slice: int, name: str) -> GroupCount:
        key = slice, name
        count = self._counts.get(key)
        if count is None:
            begin = self._slices.edges[slice]
            us = min(self._slices.end(slice), self.wanted.end) - begin
            count = self._counts[key] = GroupCount(begin, name, len(self._groups[name].lines), us)
        return count


def read(events: Iterable[Event], wanted: Wanted) -> list[GroupCount]:
    counting = Counting(wanted)
    for event in events:
        counting.see(event)
    counting.close()
    return counting.rows()


COUNT, SECONDS, ERLANG = Unit.COUNT, Unit.SECONDS, Unit.ERLANG

COLUMNS: tuple[Column[GroupCount], ...] = (
    Column("begin", N_("step"), Unit.MOMENT, N_("when the step begins"), lambda c: c.begin, True),
    Column("group", N_("trunks"), Unit.TEXT, N_("name of the trunk group"), lambda c: c.group, True),
    Column("lines", N_("lines"), COUNT, N_("of the group, as it is configured now"), lambda c: c.lines),
    Column("seizures_in", N_("in"), COUNT, N_("calls that came in"), lambda c: c.seizures_in, True),
    Column("seizures_out", N_("out"), COUNT, N_("calls that went out"), lambda c: c.seizures_out, True),
    Column("busy", N_("busy"), SECONDS, N_("time that its lines were busy, together"), lambda c: seconds(c.busy_us)),
    Column("erlang", N_("erlang"), ERLANG, N_("busy / length of the step so far"), lambda c: c.erlang, True),
    Column("most", N_("most"), COUNT, N_("lines that were busy at once, at most"), lambda c: c.most, True),
    Column(
        "all_busy",
        N_("all busy"),
        SECONDS,
        N_("time in which all lines of the group were busy"),
        lambda c: seconds(c.all_busy_us) if c.lines else None,
        True,
    ),
    Column(
        "busiest",
        N_("busiest hour"),
        Unit.MOMENT,
        N_("when the hour with most traffic began, of those that began in the step"),
        lambda c: c.busiest,
        True,
    ),
    Column(
        "busiest_erlang",
        N_("its erlang"),
        ERLANG,
        N_("busy in that hour / length of the hour so far"),
        lambda c: c.busiest_erlang,
    ),
)

REPORT = Report(
    "trunks",
    N_("Trunks"),
    N_("Calls and traffic of each trunk group, its busiest hour, and how long it had no free line."),
    "group",
    COLUMNS,
    frozenset({"TrunkSeized", "TrunkReleased"}) | OF_RUNS,
    read,
    steps=True,
)
