"""A table of a report as a spreadsheet (XLSX): figures on the first sheet, what each column means on the second.

Written row by row in constant memory, whatever the length. Figures are numbers, times are times of the box's zone;
names are text even if they look like formulas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from core.reports.forms import said
from core.reports.report import Table, Unit, Value
from core.store.event import to_utc
from core.texts import _
from core.width import width

NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
"""What the name of a sheet may not have."""
FORMATS = {
    Unit.TEXT: {},
    Unit.COUNT: {"num_format": "#,##0"},
    Unit.SECONDS: {"num_format": "#,##0.0"},
    Unit.SHARE: {"num_format": "0.0%"},
    Unit.ERLANG: {"num_format": "0.00"},
    Unit.NUMBER: {},
    Unit.MOMENT: {"num_format": "yyyy-mm-dd hh:mm"},
}


def write(table: Table, file: Path | BinaryIO) -> None:
    """In the language in force. OSError: the file cannot be written."""
    try:
        with xlsxwriter.Workbook(
            str(file) if isinstance(file, Path) else file, {"constant_memory": True, "strings_to_formulas": False}
        ) as book:
            _figures(table, book)
            _meaning(table, book)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise error.args[0] if isinstance(error.args[0], OSError) else OSError(str(error)) from error


def _figures(table: Table, book: Any) -> None:
    columns = table.report.columns
    sheet = book.add_worksheet(NOT_IN_A_NAME.sub(" ", _(table.report.title))[:31].strip("' ") or table.report.name[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    plain = [book.add_format(FORMATS[column.unit]) for column in columns]
    sums = [book.add_format({**FORMATS[column.unit], "bold": True, "top": 1}) for column in columns]
    heads = [_(column.text) + (f" ({_('s')})" if column.unit is Unit.SECONDS else "") for column in columns]
    for at, (head, column) in enumerate(zip(heads, columns, strict=True)):
        sheet.set_column(at, at, max(16 if column.unit in (Unit.TEXT, Unit.MOMENT) else 8, width(head) + 2))
    sheet.freeze_panes(1, 0)
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, bold)
    for number, row in enumerate(table.rows, 1):
        _row(sheet, number, row, plain, table)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(columns) - 1)
    if table.total is not None:
        _row(sheet, len(table.rows) + 1, table.total, sums, table)


def _row(sheet: Any, number: int, row: Sequence[Value], formats: Sequence[Any], table: Table) -> None:
    for at, (value, column) in enumerate(zip(row, table.report.columns, strict=True)):
        if value is None:
            sheet.write_blank(number, at, None, formats[at])
        elif isinstance(value, str):
            sheet.write_string(number, at, value, formats[at])
        elif column.unit is Unit.MOMENT:
            local = to_utc(int(value)).astimezone(table.wanted.zone).replace(tzinfo=None)
            sheet.write_datetime(number, at, local, formats[at])
        else:
            sheet.write_number(number, at, value, formats[at])


def _meaning(table: Table, book: Any) -> None:
    """What was asked for, and column by column its name, unit and formula."""
    wanted = table.wanted
    sheet = book.add_worksheet(_("columns"))
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.set_column(0, 1, 16)
    sheet.set_column(2, 2, 8)
    sheet.set_column(3, 3, 90)
    times = [to_utc(time).astimezone(wanted.zone).isoformat(" ", "seconds") for time in (wanted.since, wanted.until)]
    sheet.write_string(0, 0, said(table.report.text))
    sheet.write_string(1, 0, _("{since} to {until}").format(since=times[0], until=times[1]))
    for at, head in enumerate((_("column"), _("name"), _("unit"), _("formula"))):
        sheet.write_string(3, at, head, bold)
    for number, column in enumerate(table.report.columns, 4):
        for at, text in enumerate((_(column.text), column.name, column.unit.value, _(column.formula))):
            sheet.write_string(number, at, text)
