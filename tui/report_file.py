"""A report that the box has made, into a file: CSV or a spreadsheet, by the same hands as `strowger report`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.reports import forms, sheet
from core.reports.report import Column, Table, Unit, Wanted
from core.texts import _


@dataclass(frozen=True)
class _Head:
    """What a table says of its report (core.reports.report.Headed)."""

    name: str
    title: str
    text: str
    columns: tuple[Column[Any], ...]


def write(made: Mapping[str, Any], path: Path) -> None:
    """made: the answer of `report.make`. ValueError: the name says no form. OSError: it cannot be written."""
    if path.suffix not in (".csv", ".xlsx"):
        raise ValueError(_("the name must end in .csv or .xlsx"))
    columns = tuple(
        Column[Any](column["name"], column["text"], Unit(column["unit"]), column["formula"], lambda row: None)
        for column in made["columns"]
    )
    names = [column.name for column in columns]
    wanted = Wanted(made["since"], made["until"], _zone(), made["by"])
    rows = [[row[name] for name in names] for row in made["rows"]]
    total = None if made["total"] is None else [made["total"][name] for name in names]
    table = Table(_Head(made["report"], made["title"], made["text"], columns), wanted, rows, total)
    if path.suffix == ".xlsx":
        sheet.write(table, path)
    else:
        path.write_text("\ufeff" + "\r\n".join(forms.as_csv(table)) + "\r\n", "utf-8", newline="")


def _zone() -> ZoneInfo:
    """Of this machine."""
    if name := os.environ.get("TZ"):
        return ZoneInfo(name)
    try:
        with Path("/etc/localtime").open("rb") as file:
            return ZoneInfo.from_file(file)
    except OSError:
        return ZoneInfo("UTC")
