"""`strowger records`: calls that are over, as a table, as CSV, as JSON, and in the order of Asterisk's CDR CSV.

    strowger records                                   today's
    strowger records --since yesterday --number 8001
    strowger records --since 2026-11-01 --until 2026-12-01 --csv > november.csv

Reads the journal's file (core/store/reader.py): the exchange need not run. Exit code 1: there are none.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from core import usage
from core.causes import in_words, why
from core.given import count
from core.store.cdr import COLUMNS, asterisk_csv, own_csv
from core.store.event import from_utc, to_utc
from core.store.moment import FORMS, moment
from core.store.reader import PLACES, Reader
from core.store.records import CallRecord
from core.texts import _
from core.width import fit
from hw import wall_clock


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since",
        default="today",
        metavar="WHEN",
        help=_("begun then or later (today): {forms}").format(forms=_(FORMS)),
    )
    parser.add_argument("--until", metavar="WHEN", help=_("begun before"))
    parser.add_argument("--number", default="", help=_("in which this number, station or trunk took part"))
    parser.add_argument("--last", type=count, default=0, metavar="N", help=_("only the newest N"))
    parser.add_argument("--journal", type=Path, metavar="PATH", help=usage.either(PLACES))
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=_("print one JSON object"))
    form.add_argument(
        "--csv", action="store_true", help=_("print CSV: {columns}").format(columns=", ".join(c.name for c in COLUMNS))
    )
    form.add_argument("--asterisk", action="store_true", help=_("print CSV in the order of Asterisk's Master.csv"))
    parser.add_argument("--utc", action="store_true", help=_("with --asterisk: UTC, not local time"))


def run(options: argparse.Namespace) -> int:
    now = wall_clock.now()
    try:
        since, until = moment(options.since, now), moment(options.until, now) if options.until else None
    except ValueError:
        print(_("strowger: not a time; such are {forms}").format(forms=_(FORMS)), file=sys.stderr)
        return 2
    reader = Reader(options.journal)
    try:
        found = reader.records(from_utc(since), from_utc(until) if until else 0, options.number, options.last)
        if options.json:
            rows = list(found)
            print(as_json(rows))
            return 0 if rows else 1
        if options.csv:
            lines = own_csv(found)
        elif options.asterisk:
            lines = asterisk_csv(found, UTC if options.utc else None)
        else:
            lines = table(found, now)
        count = 0
        for count, line in enumerate(lines, 1):  # noqa: B007 - how many there were
            print(line)
        if count > bool(options.csv):
            return 0
        if not (options.csv or options.asterisk):
            print(_("strowger: no such call since {since}").format(since=f"{since:%Y-%m-%d %H:%M}"), file=sys.stderr)
            print("  " + _("earlier ones: --since 7d"), file=sys.stderr)
        return 1
    finally:
        reader.close()


def as_json(rows: list[CallRecord]) -> str:
    """As they are kept: times in UTC µs, parts in µs; and what is derived."""
    records = [msgspec.to_builtins(row) | {"disposition": row.disposition, "wall_us": row.wall_us} for row in rows]
    return msgspec.json.encode({"records": records}).decode()


def table(records: Iterable[CallRecord], now: datetime) -> Iterator[str]:
    """For people: 80 columns, the day wherever it changes, local times."""
    head = [fit(_("call"), 7), fit(_("time"), 8), fit(_("from"), 20), fit(_("to"), 12), fit(_("talk"), 7), _("result")]
    day = ""
    for record in records:
        began = to_utc(record.begin).astimezone(now.tzinfo)
        if f"{began:%Y-%m-%d}" != day:
            day = f"{began:%Y-%m-%d}"
            yield day
            yield " ".join(head).rstrip()
        row = [
            f"{record.call:>7}",
            f"{began:%H:%M:%S}",
            fit(f"{record.calling or record.device} {record.name}", 20),
            fit(wanted(record), 12),
            fit(duration(record.talk_us) if record.talk_us else "-", 7),
            result(record),
        ]
        yield " ".join(row).rstrip()


def wanted(record: CallRecord) -> str:
    """The number wanted, and whom he got if that was somebody else."""
    got = record.last if record.answer and record.last != record.called and not record.trunk_out else ""
    return f"{record.called or record.dialled} > {got}" if got else record.called or record.dialled or "-"


def duration(us: int) -> str:
    """1:05 or 1:00:05."""
    minutes, seconds = divmod(round(us / 1e6), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def result(record: CallRecord) -> str:
    """What came of it and who ended it."""
    if record.into:
        return _("joined to call {call}").format(call=record.into)
    if record.disposition == "service":
        return _("service: {name}").format(name=", ".join(record.services))
    if record.by == "exchange" or not record.by:
        ended = why(record.reason) or in_words(record.cause)
    elif record.by == "line":
        ended = _("fault on {line}").format(line=record.hung_up)
    else:
        ended = _("{party} hung up").format(party=record.hung_up)
    outcome = {
        "answered": _("answered"),
        "busy": _("busy"),
        "no answer": _("no answer"),
        "incomplete": _("no number"),
        "failed": _("failed: {why}").format(why=why(record.reason) or in_words(record.cause)),
    }[record.disposition]
    guess = "?" * record.inferred
    return outcome if record.disposition == "failed" else f"{outcome}{guess}, {ended}"
