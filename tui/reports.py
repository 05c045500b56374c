"""Reports: chosen, made for a period in steps of time, read as a table with a formula a column, drawn, exported.

    c report   t period   b steps   o only these        ──> report.make ──> rows, with a row of sums
    left and right: the column that is lit              ──> its formula below, and its figures as bars
    e export: .csv or .xlsx                             ──> report.export ──> a file of this machine

The first columns, which say what a row is about, stay where they are; the others move by. Bars are of the lit column:
over time for what the cursor is on, or side by side for all when there are no steps. What it does not: work out a
figure.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from core.api.errors import Refusal
from core.store.event import from_utc
from core.store.moment import FORMS, moment
from core.texts import N_, _
from core.width import wrap
from hw import wall_clock
from tui.ask import Ask, AskAll, Choose
from tui.columns import plain
from tui.connection import Gone
from tui.day import local
from tui.live_table import GAP, Cell, Column, Row
from tui.plot import DOTS, DayPlot, Series
from tui.room import Room, clock, lasted

STEPS = {
    "all": N_("the whole period"),
    "15": N_("15 minutes"),
    "30": N_("30 minutes"),
    "60": N_("60 minutes"),
    "day": N_("days"),
    "month": N_("months"),
}
FORMATS = ("csv", "xlsx")
WIDEST = 24
"""Cells of a column at most."""
BEGIN = "begin"
SUM = "~"
"""Key of the row of sums: after all numbers."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, as typed. only: names with commas between."""

    report: str = "queues"
    since: str = "today"
    until: str = ""
    by: str = "60"
    only: str = ""


class Reports(Room):
    ROOM = "reports"
    HELP_TEXT = N_(
        "Figures of the past. c chooses the report, t the period, b the steps of time, o what it is about. Left and"
        " right go through the columns: the formula of the one that is lit stands below, and its figures as bars. e"
        " writes the report into a file, CSV or a spreadsheet."
    )
    EMPTY = N_("Nothing happened in this period.")
    COLUMNS = (Column("", 0),)
    DEFAULT_CSS = """
    Reports #below { height: 30%; min-height: 9; background: $boost; }
    Reports #detail { width: 1fr; height: 1fr; background: $boost; }
    Reports DayPlot { width: 1fr; height: 1fr; background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "report", N_("Report")),
        Binding("t", "period", N_("Period")),
        Binding("b", "steps", N_("Steps")),
        Binding("o", "only", N_("Only")),
        Binding("e", "export", N_("Export")),
        Binding("r", "make", N_("Again")),
        Binding("right", "column(1)", N_("Next column"), show=False, priority=True, id="reports.next_column"),
        Binding("left", "column(-1)", N_("Column before"), show=False, priority=True, id="reports.column_before"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.wanted = Wanted()
        self.lit = ""
        """Name of the column that is lit; empty: the first that can be."""
        self._reports: dict[str, dict[str, Any]] = {}
        self._made: dict[str, Any] = {"columns": [], "rows": [], "total": None}

    def below(self) -> Widget:
        return Horizontal(Static("", id="detail", markup=False), DayPlot(N_("Nothing to draw.")), id="below")

    # ---- making ----

    def begin(self) -> None:
        self.action_make()

    def fill(self) -> None:
        """Rows and columns anew, as they were made last."""
        columns = self.columns()
        fixed = [column for column in columns if self._fixed(column)]
        moving = [column for column in columns if not self._fixed(column)]
        names = [column["name"] for column in moving]
        if self.lit not in names:
            self.lit = names[0] if names else ""
        seen = fixed + _window(moving, names.index(self.lit) if names else 0, self._room(fixed), self._width)
        rows = {str(n): _row(row, seen, n) for n, row in enumerate(self._made["rows"])}
        if self._made["total"] is not None:
            said = {column["name"]: "" for column in fixed} | ({fixed[0]["name"]: _("sum")} if fixed else {})
            rows[SUM] = _row({**self._made["total"], **said}, seen, len(rows), "head")
        heads = [Column(column["text"], self._width(column), column["unit"] not in ("text", "time")) for column in seen]
        lit = next((at for at, column in enumerate(seen) if column["name"] == self.lit), -1)
        self.table.begin([*heads, Column("", 0)], rows, lit)

    def columns(self) -> list[dict[str, Any]]:
        """Of the report that was made: all that have a figure anywhere, or say what the row is."""
        whole = self._made["total"] is not None and self._made.get("by") == "all"
        return [column for column in self._made["columns"] if not (whole and column["name"] == BEGIN)]

    def _fixed(self, column: dict[str, Any]) -> bool:
        return bool(column["unit"] == "text" or column["name"] == BEGIN)

    def _width(self, column: dict[str, Any]) -> int:
        cells = [cell_len(shown(row.get(column["name"]), column["unit"])) for row in self._made["rows"][:500]]
        return min(WIDEST, max([cell_len(plain(column["text"])), *cells]))

    def _room(self, fixed: list[dict[str, Any]]) -> int:
        return self.size.width - sum(self._width(column) + GAP for column in fixed) - GAP

    def action_make(self) -> None:
        self.aside(self._make, "make")

    async def _make(self) -> None:
        try:
            if not self._reports:
                listed = await self.box.ask("report.list")
                self._reports = {report["name"]: report for report in listed["reports"]}
                for mistake in listed["wrong"]:
                    self.notify(mistake, severity="warning", markup=False)
            self._made = await self.box.ask("report.make", **_params(self.wanted, self._reports))
        except Refusal as refused:
            self.console.say_no(refused)
        except Gone:
            return  # the line of state says it; begin() asks again
        else:
            self.fill()
            self.show_state()

    def _state(self, status: dict[str, Any]) -> str:
        if not self.box.there or "title" not in self._made:
            return super()._state(status)
        since, until = (clock(self._made[name] / 1e6, day=True) for name in ("since", "until"))
        about = f" ({self.wanted.only})" if self.wanted.only else ""
        return _("{title}{about}, {since} to {until}, by {step}").format(
            title=self._made["title"], about=about, since=since, until=until, step=_(STEPS[self._made["by"]])
        )

    # ---- below the table ----

    def show_detail(self) -> None:
        super().show_detail()
        plot, column = self.query_one(DayPlot), self.column()
        if column is None or column["unit"] == "time":
            plot.show((), ())
            return
        steps, values = self._bars(column)
        kind = {"abandoned": "bad", "missed": "bad", "answered": "good"}.get(column["name"], "usual")
        plot.show(steps, [Series(column["text"], kind, DOTS, values)])

    def column(self) -> dict[str, Any] | None:
        """The one that is lit."""
        return next((column for column in self._made["columns"] if column["name"] == self.lit), None)

    def _bars(self, column: dict[str, Any]) -> tuple[list[str], tuple[float, ...]]:
        """What stands under each bar, and how high it is; seconds in minutes, shares in percent."""
        factor = {"s": 1 / 60, "share": 100}.get(column["unit"], 1)
        texts = [one["name"] for one in self._made["columns"] if one["unit"] == "text"]
        rows = self._made["rows"]
        if self._made["by"] != "all" and self.table.cursor.isdecimal():
            here = rows[int(self.table.cursor)]
            rows = [row for row in rows if all(row[name] == here[name] for name in texts)]
            form = {"day": "%m-%d", "month": "%Y-%m"}.get(self._made["by"], "")
            labels = [local(row[BEGIN], form) for row in rows]
        else:
            labels = [str(row[texts[0]]) if texts else str(n) for n, row in enumerate(rows, 1)]
        return labels, tuple((row[self.lit] or 0) * factor for row in rows)

    def detail(self) -> list[str]:
        column = self.column()
        if column is None:
            return []
        width = max(20, self.query_one("#detail").size.width - 2)
        unit = {"s": _("seconds; bars in minutes"), "share": _("share; bars in percent")}.get(column["unit"], "")
        first = column["text"] + (f" ({unit})" if unit else "")
        return [first, *wrap(plain(f"= {column['formula']}"), width), "", *wrap(plain(self._made["text"]), width)]

    # ---- what can be done ----

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "column":
            return self.focused is self.table
        if action in ("report", "period", "steps", "only", "make", "export"):
            return self.box.may("report.make") or None
        return True

    def _want(self, **changed: str) -> None:
        self.wanted = Wanted(**{**{name: getattr(self.wanted, name) for name in Wanted.__slots__}, **changed})
        self.action_make()

    def action_column(self, by: int) -> None:
        names = [column["name"] for column in self.columns() if not self._fixed(column)]
        if self.lit in names:
            self.lit = names[min(max(names.index(self.lit) + by, 0), len(names) - 1)]
            self.fill()

    def action_report(self) -> None:
        def chosen(report: str | None) -> None:
            if report is not None:
                self._want(report=report, only="")

        titles = {name: f"{report['title']}: {report['text']}" for name, report in self._reports.items()}
        self.app.push_screen(Choose(_("Which report?"), "", titles, self.wanted.report), chosen)

    def action_period(self) -> None:
        def answered(lines: tuple[str, ...] | None) -> None:
            if lines is None:
                return
            since, until = (line.strip() for line in lines)
            try:
                for text in filter(None, (since, until)):
                    moment(text, wall_clock.now())
            except ValueError:
                told = _("{what} is no time; such are {forms}").format(what=text, forms=_(FORMS))
                self.notify(told, severity="error", markup=False)
                return
            self._want(since=since, until=until)

        lines = ((_("since"), self.wanted.since), (_("until"), self.wanted.until))
        self.app.push_screen(AskAll(_("Which period?"), _("Times: {forms}").format(forms=_(FORMS)), lines), answered)

    def action_steps(self) -> None:
        def chosen(by: str | None) -> None:
            if by is not None:
                self._want(by=by)

        steps = {step: _(words) for step, words in STEPS.items()}
        self.app.push_screen(Choose(_("In which steps of time?"), "", steps, self.wanted.by), chosen)

    def action_only(self) -> None:
        def answered(only: str | None) -> None:
            if only is not None:
                self._want(only=only.strip())

        about = _("Names with commas between; nothing: all.")
        self.app.push_screen(Ask(_("Only which?"), about, self.wanted.only), answered)

    def action_export(self) -> None:
        def to(name: str | None) -> None:
            if name is not None and name.strip():
                self.aside(partial(self._export, Path(name.strip()).expanduser()), "export")

        day = wall_clock.now().strftime("%Y-%m-%d")
        usual = str(Path.home() / f"{self.wanted.report}-{day}.xlsx")
        about = _("A name that ends in .csv or .xlsx. All columns go there.")
        self.app.push_screen(Ask(_("Into which file of this machine?"), about, usual), to)

    async def _export(self, path: Path) -> None:
        form = path.suffix.removeprefix(".")
        if form not in FORMATS:
            self.notify(_("The name must end in .csv or .xlsx."), severity="error", markup=False)
            return
        try:
            made = await self.box.ask("report.export", **_params(self.wanted, self._reports), form=form)
            await asyncio.to_thread(path.write_bytes, b64decode(made["content"]))
        except Refusal as refused:
            self.console.say_no(refused)
        except Gone:
            return  # the line of state says it
        except OSError as error:
            text = _("{file} cannot be written: {why}").format(file=path, why=error.strerror)
            self.notify(text, severity="error", markup=False)
        else:
            self.notify(_("The report is in {file}").format(file=path), markup=False)


def shown(value: Any, unit: str) -> str:
    """A figure as people read it."""
    if value is None or isinstance(value, str):
        return "-" if value is None else value
    if unit == "time":
        return clock(value / 1e6, day=True)
    if unit == "s":
        return lasted(value)
    if unit == "share":
        return f"{value:.0%}"
    if unit == "erlang":
        return f"{value:.2f}"
    return str(value)


def _row(row: dict[str, Any], columns: list[dict[str, Any]], place: int, kind: str = "usual") -> Row:
    cells = [
        Cell(shown(row.get(column["name"]), column["unit"]), kind if row.get(column["name"]) else "quiet")
        for column in columns
    ]
    return Row((*cells, Cell("")), (kind == "head", place))


def _window(
    columns: list[dict[str, Any]], at: int, room: int, width: Callable[[dict[str, Any]], int]
) -> list[dict[str, Any]]:
    """As many columns as there is room for, from the first on if the one at `at` is then among them."""
    for begin in range(at + 1):
        left = room
        taken: list[dict[str, Any]] = []
        for column in columns[begin:]:
            left -= width(column) + GAP
            if left < 0 and taken:
                break
            taken.append(column)
        if begin + len(taken) > at:
            return taken
    return columns[at : at + 1]


def _params(wanted: Wanted, reports: dict[str, Any]) -> dict[str, Any]:
    """As `report.make` takes them."""
    now = wall_clock.now()
    params: dict[str, Any] = {"report": wanted.report}
    params |= {name: from_utc(moment(text, now)) for name in ("since", "until") if (text := getattr(wanted, name))}
    if reports.get(wanted.report, {}).get("steps"):
        params["by"] = wanted.by
    if wanted.only:
        params["only"] = [name.strip() for name in wanted.only.replace("，", ",").split(",") if name.strip()]
    return params
