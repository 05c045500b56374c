"""Reports for whoever asks the running box: made in a thread of their own, from the file, while the box goes on.

The reading of a month takes seconds. It is done apart from other questions to the journal, one report at a time, and
every few hundred events the thread stands back for a moment: the interpreter runs one thread at a time, and calls go
first. A report tells of the configuration as it was when it was asked for. Own reports (own.py) are read from their
files each time.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import trio

from core.config.mistake import BadConfiguration, ConfigError
from core.config.model.box import Box
from core.past import Past
from core.reports import forms, own
from core.reports.catalogue import REPORTS
from core.reports.making import make
from core.reports.report import Table, Wanted
from core.store.event import Event, from_utc
from core.store.journal import Journal
from core.store.moment import moment
from core.store.reader import Reader
from core.texts import _
from hw import wall_clock

PIECE = 200
"""Events between two rests: half a millisecond of work."""
REST_S = 0.0002


class Reports:
    """path: of the journal's file; None: it is kept in memory only, and there is nothing to report. box: as configured
    now. places: folders of the configuration, with own reports. threaded=False: for virtual time.
    """

    def __init__(
        self,
        journal: Journal,
        path: Path | None,
        box: Callable[[], Box],
        places: Sequence[Path] = (),
        *,
        threaded: bool = True,
    ) -> None:
        self._past = Past(journal, path, threaded=threaded)
        self._box = box
        self._places = places
        self._threaded = threaded
        self._through = gently if threaded else iter

    async def make(
        self, name: str, since: int = 0, until: int = 0, by: str = "all", only: frozenset[str] = frozenset()
    ) -> Table:
        """since, until: UTC in µs, 0: the begin of today where the box stands, now. KeyError: there is no such report.
        ValueError: the period is empty, has too many steps, or the report is not told in any. BadConfiguration: the
        file of an own report has a mistake. HardwareError: the disk refuses.
        """
        box = self._box()
        now = wall_clock.utc().astimezone(ZoneInfo(box.box.time_zone))
        until = until or from_utc(now)
        wanted = Wanted(
            since or from_utc(moment("today", now)),
            until,
            zone=ZoneInfo(box.box.time_zone),
            by=by,
            only=only,
            box=box,
        )
        wanted.slices()
        if name not in REPORTS:
            return await self._own(name, wanted)
        report = REPORTS[name]
        if not report.told_by(by):
            raise ValueError(_("the report {name} is not told in steps").format(name=name))

        def ask(reader: Reader) -> list[Table]:
            return [make(reader, report, wanted, self._through)]

        found = await self._past.ask(ask)
        return found[0] if found else report.table([], wanted)

    async def file(self, table: Table, form: str) -> bytes:
        """form: "csv" or "xlsx", in the language in force."""
        if not self._threaded:
            return _file(table, form)
        return await trio.to_thread.run_sync(_file, table, form)

    async def own(self) -> tuple[dict[str, own.Own], list[ConfigError]]:
        """See own.read."""
        if not self._threaded:
            return own.read(self._places)
        return await trio.to_thread.run_sync(own.read, self._places)

    async def _own(self, name: str, wanted: Wanted) -> Table:
        reports, mistakes = await self.own()
        if name not in reports:
            wrong = [mistake for mistake in mistakes if mistake.path.stem == name]
            if wrong:
                raise BadConfiguration(wrong)
            raise KeyError(name)

        def ask(reader: Reader) -> list[Table]:
            try:
                return [own.make(reports[name], reader.path, wanted)]
            except ConfigError as mistake:
                raise BadConfiguration([mistake]) from mistake

        found = await self._past.ask(ask)
        return found[0] if found else own.empty(reports[name], wanted)


def _file(table: Table, form: str) -> bytes:
    if form == "csv":
        return "".join(f"{line}\r\n" for line in forms.as_csv(table)).encode()
    from core.reports import sheet  # its library is not needed for dial tone

    found = io.BytesIO()
    sheet.write(table, found)
    return found.getvalue()


def gently(events: Iterable[Event]) -> Iterator[Event]:
    for number, event in enumerate(events):
        if number % PIECE == 0:
            time.sleep(REST_S)
        yield event
