"""`strowger report`: figures of the past, as a table, as CSV, as a spreadsheet, as JSON.

    strowger report                                              which there are
    strowger report queues --by day --since 2026-11-01           every day of November so far
    strowger report agents --agent 1001 --agent 1002 --columns agent,ready,rest
    strowger report queues --by 30 --since yesterday --until today --xlsx yesterday.xlsx

Reads the journal's file (core/store/reader.py): the exchange need not run. Limits and names are those of the
configuration as it is now. Exit codes: 0 done, 1 there is nothing to report, 2 used wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.config.files import with_shipped
from core.config.mistake import BadConfiguration
from core.config.model.box import Box
from core.config.reading import read
from core.reports import forms
from core.reports.catalogue import REPORTS
from core.reports.making import make
from core.reports.report import Report, Table, Wanted
from core.reports.slices import STEPS
from core.store.event import from_utc
from core.store.moment import FORMS, moment
from core.store.reader import PLACES, Reader
from core.texts import _
from core.width import wrap
from hw import wall_clock
from hw.card import HardwareError

CONFIGURATIONS = (Path("/etc/strowger"), Path("config"))
"""Where the configuration is looked for if nobody says: of the box, of a checkout."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("report", nargs="?", metavar="REPORT", help=_("which; without it: a list of all"))
    parser.add_argument(
        "--since",
        default="today",
        metavar="WHEN",
        help=_("begin of the period (today): {forms}").format(forms=_(FORMS)),
    )
    parser.add_argument("--until", metavar="WHEN", help=_("its end (now)"))
    parser.add_argument("--by", choices=STEPS, default="all", help=_("in steps of so many minutes, days, months"))
    parser.add_argument(
        "--only",
        "--queue",
        "--agent",
        "--group",
        "--flow",
        dest="only",
        action="append",
        default=[],
        metavar="NAME",
        help=_("of this queue, agent, group or flow only; may be said again"),
    )
    parser.add_argument("--columns", metavar="NAMES", help=_('columns of the table, with commas, or "all"'))
    parser.add_argument("--journal", type=Path, metavar="PATH", help=f"default: {' or '.join(map(str, PLACES))}")
    parser.add_argument("--config", type=Path, metavar="DIR", help=f"default: {' or '.join(map(str, CONFIGURATIONS))}")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=_("print one JSON object"))
    form.add_argument("--csv", action="store_true", help=_("print CSV, all columns"))
    form.add_argument("--xlsx", type=Path, metavar="FILE", help=_("write a spreadsheet, all columns with formulas"))


def run(options: argparse.Namespace) -> int:
    if options.report is None:
        return _list(options)
    report = REPORTS.get(options.report)
    if report is None:
        names = ", ".join(REPORTS)
        text = _("there is no report {name}; there are: {names}").format(name=options.report, names=names)
        return _wrong(text)
    if not report.told_by(options.by):
        return _wrong(_("the report {name} is not told in steps; leave --by out").format(name=report.name))
    columns = _columns(report, options.columns)
    unknown = [name for name in columns if name not in {column.name for column in report.columns}]
    if unknown:
        names = ", ".join(column.name for column in report.columns)
        return _wrong(_("there is no column {name}; there are: {names}").format(name=unknown[0], names=names))
    box = _configured(options.config)
    zone = ZoneInfo(box.box.time_zone)
    now = wall_clock.utc().astimezone(zone)
    try:
        since = from_utc(moment(options.since, now))
        until = from_utc(moment(options.until, now) if options.until else now)
    except ValueError:
        return _wrong(_("not a time; such are {forms}").format(forms=_(FORMS)))
    reader = Reader(options.journal)
    try:
        wanted = Wanted(
            since,
            until,
            zone,
            options.by,
            frozenset(options.only),
            box,
        )
        try:
            wanted.slices()
        except ValueError as error:
            return _wrong(str(error))
        return _show(make(reader, report, wanted), options, columns)
    finally:
        reader.close()


def _wrong(text: str) -> int:
    print(f"strowger: {text}", file=sys.stderr)
    return 2


def _list(options: argparse.Namespace) -> int:
    if options.json:
        reports = [_view(report) for report in REPORTS.values()]
        print(json.dumps({"reports": reports}, ensure_ascii=False))
        return 0
    wide = max(map(len, REPORTS))
    for report in REPORTS.values():
        first, *rest = wrap(_(report.text), forms.COLUMNS - wide - 2)
        print(f"{report.name:{wide}}  {first}", *(" " * (wide + 2) + line for line in rest), sep="\n")
    return 0


def _view(report: Report[Any]) -> dict[str, Any]:
    columns = [forms.column_view(column) for column in report.columns]
    facts = {"name": report.name, "title": _(report.title), "text": _(report.text), "about": report.about}
    return {**facts, "steps": report.steps, "columns": columns}


def _columns(report: Report[Any], said: str | None) -> list[str]:
    """None: those that say most."""
    if said == "all":
        return [column.name for column in report.columns]
    return [name.strip() for name in said.split(",") if name.strip()] if said else []


def _configured(folder: Path | None) -> Box:
    """A report is made whatever the configuration is worth: what is wrong in it is said, and the usual limits count."""
    place = folder or next((place for place in CONFIGURATIONS if place.is_dir()), None)
    if place is None:
        return Box()
    try:
        return read(with_shipped(place)).box
    except BadConfiguration as bad:
        for mistake in bad.mistakes:
            print(*mistake.lines(), sep="\n", file=sys.stderr)
        print(_("strowger: the report is made without this configuration"), file=sys.stderr)
        return Box()


def _show(table: Table, options: argparse.Namespace, columns: list[str]) -> int:
    if options.xlsx is not None:
        _write(table, options.xlsx)
    elif options.json:
        print(json.dumps(forms.as_json(table), ensure_ascii=False))
    elif options.csv:
        print(*forms.as_csv(table), sep="\n")
    elif table.rows:
        print(*forms.as_text(table, columns), sep="\n")
    else:
        print(_("there is nothing to report in this period"), file=sys.stderr)
    return 0 if table.rows else 1


def _write(table: Table, path: Path) -> None:
    from core.reports import sheet  # only who wants a spreadsheet waits for its library

    try:
        sheet.write(table, path)
    except OSError as error:
        text = _("{file} cannot be written: {error}").format(file=path, error=error.strerror or error)
        raise HardwareError(text, action=_("give another place: --xlsx FILE")) from error
