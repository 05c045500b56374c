"""A table of a report in the forms that people and programs read: text of 80 columns, CSV, JSON.

    text    the columns that say most, or those that are asked for; times local, shares in percent
    CSV     all columns by their names, one row a line; times local with their offset (ISO 8601), plain numbers
    JSON    all columns with text, unit and formula; times UTC in µs since 1970

All three, and the spreadsheet (sheet.py), have the same figures: they are rounded before (report.rounded). Sums stand
in the text and the spreadsheet, and apart from the rows in JSON; CSV has none, so that nobody adds them up twice.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from core.reports.report import Column, Table, Unit, Value, Wanted
from core.store.cdr import plain
from core.store.event import to_utc
from core.texts import _
from core.width import fit, width

COLUMNS = 80
LEAST = 8
"""So narrow may a column of text become."""


def as_json(table: Table) -> dict[str, Any]:
    """In the language in force."""
    report, wanted = table.report, table.wanted
    names = [column.name for column in report.columns]
    return {
        "report": report.name,
        "title": _(report.title),
        "text": said(report.text),
        "since": wanted.since,
        "until": wanted.until,
        "by": wanted.by,
        "columns": [column_view(column) for column in report.columns],
        "rows": [dict(zip(names, row, strict=True)) for row in table.rows],
        "total": None if table.total is None else dict(zip(names, table.total, strict=True)),
    }


def said(text: str) -> str:
    """In the language in force; nothing stays nothing (for gettext, it is the head of its catalogue)."""
    return _(text) if text else ""


def column_view(column: Column[Any]) -> dict[str, Any]:
    return {
        "name": column.name,
        "text": _(column.text),
        "unit": column.unit.value,
        "formula": _(column.formula),
        "brief": column.brief,
    }


def as_csv(table: Table) -> Iterator[str]:
    """Line by line, without their ends."""
    columns = table.report.columns
    yield _line([column.name for column in columns])
    for row in table.rows:
        yield _line([_cell(value, column.unit, table.wanted) for value, column in zip(row, columns, strict=True)])


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _cell(value: Value, unit: Unit, wanted: Wanted) -> str:
    if value is None:
        return ""
    if unit is Unit.MOMENT:
        return to_utc(int(value)).astimezone(wanted.zone).isoformat(timespec="seconds")
    return plain(value) if isinstance(value, str) else f"{value}"


def as_text(table: Table, names: Sequence[str] = ()) -> Iterator[str]:
    """names: the columns; none: those that say most, as many as 80 columns of the terminal hold."""
    shown = [at for at, column in enumerate(table.report.columns) if (column.name in names if names else column.brief)]
    if not names:
        shown = [at for at in shown if _says_something(table, at)]
    columns = [table.report.columns[at] for at in shown]
    head = [_(column.text) for column in columns]
    rows = [[_shown(row[at], table.report.columns[at], table.wanted) for at in shown] for row in table.rows]
    total = table.total
    if total is not None:
        rows.append([_shown(total[at], table.report.columns[at], table.wanted) for at in shown])
        rows[-1][_label(columns)] = _("total")
    widths = [max(width(row[at]) for row in [head, *rows]) for at in range(len(columns))]
    if not names:
        _narrow(widths, columns)
    yield _aligned(head, widths, columns)
    for at, row in enumerate(rows):
        if total is not None and at == len(rows) - 1:
            yield "-" * min(COLUMNS, sum(widths) + 2 * (len(widths) - 1))
        yield _aligned(row, widths, columns)


def _says_something(table: Table, at: int) -> bool:
    """Not the begin of a period in one piece, and not names that nobody has."""
    column = table.report.columns[at]
    if column.name == "begin":
        return table.wanted.by != "all"
    return column.unit is not Unit.TEXT or any(row[at] for row in table.rows)


def _label(columns: Sequence[Column[Any]]) -> int:
    """In which column stands that it is the row of sums."""
    return next((at for at, column in enumerate(columns) if column.unit is Unit.TEXT), 0)


def _narrow(widths: list[int], columns: Sequence[Column[Any]]) -> None:
    """Names give way until all fits; figures never do."""
    texts = [at for at, column in enumerate(columns) if column.unit is Unit.TEXT]
    while sum(widths) + 2 * (len(widths) - 1) > COLUMNS:
        widest = max(texts, key=lambda at: widths[at], default=None)
        if widest is None or widths[widest] <= LEAST:
            return
        widths[widest] -= 1


def _aligned(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column[Any]]) -> str:
    """Names to the left, figures to the right."""
    placed = []
    for cell, wide, column in zip(cells, widths, columns, strict=True):
        left = column.unit in (Unit.TEXT, Unit.MOMENT)
        placed.append(fit(cell, wide) if left or width(cell) > wide else " " * (wide - width(cell)) + cell)
    return "  ".join(placed).rstrip()


def _shown(value: Value, column: Column[Any], wanted: Wanted) -> str:
    unit = column.unit
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if unit is Unit.MOMENT:
        steps = {"day": "%Y-%m-%d", "month": "%Y-%m"} if column.name == "begin" else {}
        form = steps.get(wanted.by, "%m-%d %H:%M")
        return to_utc(int(value)).astimezone(wanted.zone).strftime(form)
    if unit is Unit.SECONDS:
        return duration(value)
    if unit is Unit.SHARE:
        return f"{100 * value:.1f} %"
    return f"{value:.2f}" if unit is Unit.ERLANG else f"{value:,}" if unit is Unit.COUNT else f"{value:g}"


def duration(seconds: float) -> str:
    """1:05 or 1:00:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
