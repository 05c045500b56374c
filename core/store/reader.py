"""A look into the journal's file from another process, whether the exchange runs or not: it never writes.

The last 30 ms of a running exchange are not on disk yet, and not seen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from core.store import records_table
from core.store.event import Event
from core.store.journal_file import read, wal
from core.store.recordings import FILE, OF_RECORDINGS, Recording, Wanted, files, recordings
from core.store.records import CallRecord
from core.store.standing import standing
from core.store.trunk_use import TrunkUse, trunk_use
from core.texts import _
from hw.card import HardwareError

NAME = "journal.db"
PLACES = (Path("/var/lib/strowger") / NAME, Path("out/data") / NAME, Path("out/story") / NAME)
"""Where the journal lies if nobody says: of the box, of a checkout, of the story that was played there."""
AT_ONCE = 500
"""So many names stand in one question."""
EVER = 1 << 62
"""A time, or the id of an event, later than any."""


def damage(path: Path) -> str:
    """What SQLite finds wrong with a journal; "": nothing. Reads all of it."""
    how = "mode=ro" if wal(path).exists() else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)) as sql:
            (said,) = sql.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return "" if said == "ok" else " ".join(str(said).split())


class Reader:
    """path: the file, or the folder in which it lies; None: the first of PLACES that exists. HardwareError: there is
    none, or it cannot be read.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or next((place for place in PLACES if place.exists()), PLACES[0])
        if self.path.is_dir():
            self.path /= NAME
        # A file that was closed in order needs no log beside it, and can be read where nothing can be written.
        how = "mode=ro" if wal(self.path).exists() else "mode=ro&immutable=1"
        try:
            self._sql = sqlite3.connect(f"{self.path.absolute().as_uri()}?{how}", uri=True)
            self._sql.execute("SELECT id FROM events LIMIT 1")
            self._database = Database(self._sql)
        except sqlite3.Error as error:
            text = _("no journal can be read in {path}: {error}").format(path=self.path, error=error)
            raise HardwareError(text, action=_("say where it is: --journal PATH")) from error

    def records(self, since: int = 0, until: int = 0, number: str = "", last: int = 0) -> Iterator[CallRecord]:
        """Finished calls that began in this time (UTC in µs; until 0: now), oldest first.

        number: only those in which a number or device of this name took part. last: only the newest so many, 0: all.
        """
        query, values = records_table.wanted(since, until, number, last)
        return records_table.find(self._database, query, values)

    def events(self, since: int = 0, until: int = 0) -> Iterator[Event]:
        """All that was noted in this time, oldest first."""
        return read(self._sql, "WHERE time >= ? AND (time < ? OR ? = 0)", (since, until, until))

    def of_kinds(self, kinds: Sequence[str], since: int = 0, until: int = 0) -> Iterator[Event]:
        """The same, of some kinds."""
        where = f"WHERE time >= ? AND (time < ? OR ? = 0) AND kind IN ({','.join('?' * len(kinds))})"
        return read(self._sql, where, (since, until, until, *kinds))

    def find(
        self, after: int, *, call: int = 0, device: str = "", kinds: Iterable[str] = (), limit: int = 1000
    ) -> list[Event]:
        """Events with an id above `after`, oldest first, at most `limit`; if given, of one call, device, some kinds."""
        where: list[str] = ["id > ?"]
        values: list[object] = [after]
        if call:
            where.append("call = ?")
            values.append(call)
        if device:
            where.append("device = ?")
            values.append(device)
        if names := list(kinds):
            where.append(f"kind IN ({','.join('?' * len(names))})")
            values += names
        return list(islice(read(self._sql, "WHERE " + " AND ".join(where), values), limit))

    def following(self, since: int, until: int, kinds: Iterable[str]) -> Iterator[Event]:
        """Events of these kinds in a period (UTC in µs), oldest first; before them those from which it is known how
        things stood when it began: of calls that were open then, and of agents who were logged on.
        """
        names = sorted(kinds)
        query = "SELECT min(id), max(id) FROM events WHERE time >= ? AND time < ?"
        first, last = self._sql.execute(query, (since, until)).fetchone()
        yield from standing(self._sql, since, EVER if first is None else first, names)
        if first is None:
            return
        marks = ",".join("?" * len(names))
        where = f"WHERE id BETWEEN ? AND ? AND +time >= ? AND +time < ? AND kind IN ({marks})"
        yield from read(self._sql, where, (first, last, since, until, *names))

    def standing(self, event: int, kinds: Iterable[str]) -> list[Event]:
        """Events of these kinds from which it is known how things stood after that event."""
        found = self._sql.execute("SELECT time FROM events WHERE id = ?", (event,)).fetchone()
        return standing(self._sql, found[0], event + 1, sorted(kinds)) if found is not None else []

    def between(self, after: int, last: int, kinds: Iterable[str]) -> Iterator[Event]:
        """Events of these kinds with an id above the one, up to the other, oldest first."""
        names = sorted(kinds)
        where = f"WHERE id > ? AND id <= ? AND kind IN ({','.join('?' * len(names))})"
        return read(self._sql, where, (after, last, *names))

    def last_sign(self, before: int) -> int:
        """Of life, of the run that was the last to begin before that moment; UTC in µs, 0: there was none."""
        query = "SELECT time FROM runs WHERE began < ? ORDER BY run DESC LIMIT 1"
        found = self._sql.execute(query, (before,)).fetchone()
        return 0 if found is None else int(found[0])

    def of_call(self, call: int) -> list[Event]:
        """The events of a call, and of all calls that it consulted, was asked back for, or joined; oldest first."""
        known: set[int] = set()
        more = {call}
        found: list[Event] = []
        while more:
            known |= more
            found = self._of(known)
            more = _named(found) | self._consulting(known) if found else set()
            more -= known
        return found

    def recordings(self, wanted: Wanted) -> list[Recording]:
        """Those that are wanted, oldest first."""
        names = files(self._sql, wanted)
        found: list[Recording] = []
        for at in range(0, len(names), AT_ONCE):
            found += recordings(self.of_recordings(names[at : at + AT_ONCE]))
        return sorted(found, key=lambda recording: (recording.began, recording.file))

    def of_recordings(self, names: Sequence[str]) -> list[Event]:
        """The events of some recordings, oldest first."""
        where = f"WHERE {OF_RECORDINGS} AND {FILE} IN ({','.join('?' * len(names))})"
        return list(read(self._sql, where, names))

    def first_of_runs(self, after: int) -> int:
        """When the first run with a higher number began, UTC in µs; 0: there is none."""
        (began,) = self._sql.execute("SELECT coalesce(min(began), 0) FROM runs WHERE run > ?", (after,)).fetchone()
        return int(began)

    def trunk_use(self, since: int = 0, until: int = 0) -> list[TrunkUse]:
        kinds = "kind IN ('TrunkSeized', 'TrunkReleased', 'BoxStarted', 'BoxStopped')"
        where = f"WHERE time >= ? AND (time < ? OR ? = 0) AND {kinds}"
        return trunk_use(read(self._sql, where, (since, until, until)), since, until)

    def close(self) -> None:
        self._sql.close()

    def _of(self, calls: Iterable[int]) -> list[Event]:
        numbers = sorted(calls)
        return list(read(self._sql, f"WHERE call IN ({','.join('?' * len(numbers))})", numbers))

    def _consulting(self, calls: Iterable[int]) -> set[int]:
        """Calls that asked back for one of these: over, they have a record and lie between its first event and its
        last; open, they are among the few that are.
        """
        numbers = sorted(calls)
        marks = ",".join("?" * len(numbers))
        ended = (
            f"SELECT call FROM records WHERE consults IN ({marks}) AND begin BETWEEN "
            f"(SELECT min(time) FROM events WHERE call IN ({marks})) AND "
            f"(SELECT max(time) FROM events WHERE call IN ({marks}))"
        )
        still_open = (
            f"SELECT call FROM events WHERE call > 0 AND call IN (SELECT call FROM open_calls) "
            f"AND json_extract(data, '$.consults') IN ({marks})"
        )
        found = self._database.query(f"{ended} UNION {still_open}", numbers * 4)
        return {row["call"] for row in found}


def _named(events: Iterable[Event]) -> set[int]:
    """Calls that these events name: consulted, joined, asked back for."""
    names = ("consultation", "into", "consults")
    return {number for event in events for name in names if (number := event.data.get(name))}
