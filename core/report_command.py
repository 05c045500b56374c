"""`strowger report`: figures of the past, as a table, as CSV, as a spreadsheet, as JSON.

    strowger report                                              which there are
    strowger report queues --by day --since 2026-11-01           every day of November so far
    strowger report agents --agent 1001 --agent 1002 --columns agent,ready,rest
    strowger report queues --by 30 --since yesterday --until today --xlsx yesterday.xlsx
    strowger report accounts --since 2026-11-01                  one's own: reports/accounts.sql of the configuration
    strowger report queue-log --since yesterday --until today    lines of Asterisk's queue_log

Reads the journal's file (core/store/reader.py): the exchange need not run. Limits and names are those of the
configuration as it is now. Exit codes: 0 done, 1 there is nothing to report, 2 used wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core import usage
from core.config.files import with_shipped
from core.config.mistake import BadConfiguration, ConfigError
from core.config.model.box import Box
from core.config.reading import read
from core.queues.hours import INTERVAL_MIN
from core.reports import forms, own, queue_log
from core.reports.catalogue import REPORTS
from core.reports.making import make
from core.reports.report import Column, Report, Table, Wanted
from core.reports.slices import STEPS
from core.store.event import from_utc
from core.store.moment import FORMS, moment
from core.store.reader import PLACES, Reader
from core.texts import _
from core.width import wrap
from hw import wall_clock
from hw.card import HardwareError

WRONG = 2
INTERVAL = "interval"
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
    parser.add_argument(
        "--by",
        choices=(*STEPS, INTERVAL),
        default="all",
        help=_("in steps of so many minutes, days, months; an interval is half an hour, as on the screens"),
    )
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
    parser.add_argument("--sort", metavar="NAME", help=_("by this column, the highest first"))
    parser.add_argument("--columns", metavar="NAMES", help=_('columns of the table, with commas, or "all"'))
    parser.add_argument("--journal", type=Path, metavar="PATH", help=usage.either(PLACES))
    parser.add_argument("--config", type=Path, metavar="DIR", help=usage.either(CONFIGURATIONS))
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=_("print one JSON object"))
    form.add_argument("--csv", action="store_true", help=_("print CSV, all columns"))
    form.add_argument("--xlsx", type=Path, metavar="FILE", help=_("write a spreadsheet, all columns with formulas"))


def run(options: argparse.Namespace) -> int:
    if options.by == INTERVAL:
        options.by = f"{INTERVAL_MIN}"
    places = _places(options.config)
    others, mistakes = own.read(places)
    if options.report is None:
        return _list(options, others, mistakes)
    if options.report not in (*REPORTS, *others, queue_log.NAME):
        return _none(options.report, others, mistakes)
    report = REPORTS.get(options.report)
    if options.by != "all" and (report is None or not report.told_by(options.by)):
        return _wrong(_("the report {name} is not told in steps; leave --by out").format(name=options.report))
    if options.report == queue_log.NAME and (
        options.csv or options.xlsx or options.columns or options.only or options.sort
    ):
        return _wrong(_("the queue log has one form, and all queues: leave these options out"))
    box = _configured(places)
    zone = ZoneInfo(box.box.time_zone)
    now = wall_clock.utc().astimezone(zone)
    try:
        since = from_utc(moment(options.since, now))
        until = from_utc(moment(options.until, now) if options.until else now)
    except ValueError:
        return _wrong(_("not a time; such are {forms}").format(forms=_(FORMS)))
    wanted = Wanted(since, until, zone, options.by, frozenset(options.only), box)
    try:
        wanted.slices()
    except ValueError as error:
        return _wrong(str(error))
    reader = Reader(options.journal)
    try:
        if options.report == queue_log.NAME:
            return _queue_log(options, reader, wanted)
        if report is not None:
            columns = _columns(options, report.columns)
            return WRONG if columns is None else _show(make(reader, report, wanted), options, columns)
        table = own.make(others[options.report], reader.path, wanted)
        columns = _columns(options, table.report.columns)
        return WRONG if columns is None else _show(table, options, columns)
    except ConfigError as mistake:
        print(*mistake.lines(), sep="\n", file=sys.stderr)
        return 1
    finally:
        reader.close()


def _queue_log(options: argparse.Namespace, reader: Reader, wanted: Wanted) -> int:
    """Line by line; a month of them is long."""
    queues = {agent.number: [one.queue for one in agent.queues] for agent in wanted.box.agent}
    events = reader.following(wanted.since, wanted.until, queue_log.KINDS)
    lines = queue_log.lines(events, lambda agent: queues.get(agent, ()), wanted.since)
    if options.json:
        found = list(lines)
        print(json.dumps({"lines": found}, ensure_ascii=False))
        return 0 if found else 1
    count = 0
    for count, line in enumerate(lines, 1):  # noqa: B007 - how many there were
        print(line)
    return 0 if count else 1


def _wrong(text: str) -> int:
    print(f"strowger: {text}", file=sys.stderr)
    return WRONG


def _none(name: str, others: dict[str, own.Own], mistakes: list[ConfigError]) -> int:
    """A report that is none: of its file it is said what is wrong with it."""
    wrong = [mistake for mistake in mistakes if mistake.path.stem == name]
    if not wrong:
        names = ", ".join([*REPORTS, queue_log.NAME, *others])
        return _wrong(_("there is no report {name}; there are: {names}").format(name=name, names=names))
    for mistake in wrong:
        print(*mistake.lines(), sep="\n", file=sys.stderr)
    return 1


def _list(options: argparse.Namespace, others: dict[str, own.Own], mistakes: list[ConfigError]) -> int:
    if options.json:
        reports = [_view(report) for report in REPORTS.values()]
        reports += [
            {"name": one.name, "title": one.title, "text": one.text, "file": str(one.path)} for one in others.values()
        ]
        wrong = [mistake.facts() for mistake in mistakes]
        print(json.dumps({"reports": reports, "wrong": wrong}, ensure_ascii=False))
        return 1 if mistakes else 0
    told = [(report.name, _(report.text)) for report in REPORTS.values()]
    told.append((queue_log.NAME, _("Lines of Asterisk's queue_log, for the reporting tools that read that.")))
    told += [(one.name, f"{one.title}. {one.text}".removesuffix(". ")) for one in others.values()]
    wide = max(len(name) for name, _text in told)
    for name, text in told:
        first, *rest = wrap(text, forms.COLUMNS - wide - 2)
        print(f"{name:{wide}}  {first}", *(" " * (wide + 2) + line for line in rest), sep="\n")
    for mistake in mistakes:
        print(*mistake.lines(), sep="\n", file=sys.stderr)
    return 1 if mistakes else 0


def _view(report: Report[Any]) -> dict[str, Any]:
    columns = [forms.column_view(column) for column in report.columns]
    facts = {"name": report.name, "title": _(report.title), "text": _(report.text), "about": report.about}
    return {**facts, "steps": report.steps, "columns": columns}


def _columns(options: argparse.Namespace, columns: Sequence[Column[Any]]) -> list[str] | None:
    """Names of those to be shown; none: those that say most. None: one that is asked for does not exist."""
    names = [column.name for column in columns]
    said = options.columns or ""
    wanted = names if said == "all" else [name.strip() for name in said.split(",") if name.strip()]
    unknown = [name for name in (*wanted, options.sort or names[0]) if name not in names]
    if unknown:
        _wrong(_("there is no column {name}; there are: {names}").format(name=unknown[0], names=", ".join(names)))
        return None
    return wanted


def _places(folder: Path | None) -> Sequence[Path]:
    """Folders of the configuration; none: there is no configuration."""
    place = folder or next((place for place in CONFIGURATIONS if place.is_dir()), None)
    return () if place is None else with_shipped(place)


def _configured(places: Sequence[Path]) -> Box:
    """A report is made whatever the configuration is worth: what is wrong in it is said, and the usual limits count."""
    if not places:
        return Box()
    try:
        return read(places).box
    except BadConfiguration as bad:
        for mistake in bad.mistakes:
            print(*mistake.lines(), sep="\n", file=sys.stderr)
        print(_("strowger: the report is made without this configuration"), file=sys.stderr)
        return Box()


def _show(table: Table, options: argparse.Namespace, columns: list[str]) -> int:
    if options.sort:
        table = table.sorted_by(options.sort)
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
