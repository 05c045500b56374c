"""The file of the journal: SQLite, WAL and synchronous FULL, written by one thread at a time in whole commits.

    events        every event, append-only                    runs        each start of the exchange, and its heartbeat
    records       of each finished call (records_table.py)    open_calls  calls without a CallCleared, and those that
    kept          what survives a restart (state.py)                      went into them (into_call)

What has been committed survives a power cut (ENGINEERING.md, Store: WAL + FULL lost nothing in 200 cuts). After an
error of the disk nothing the kernel remembers of the file is believed: `reopen()` drops its pages from memory first, so
that what is read comes from the disk, and the caller writes again whatever was not committed; an event is known by its
id and never stands there twice. A file that is damaged is set aside under another name and a new one begun.

What it does not: know the time, or what events mean.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database, Migrations

from core.store import records_table
from core.store.event import Event, writable
from core.store.forgetting import CHUNK, FOREVER
from core.store.life import BEGINS
from core.store.records import CallRecord
from core.store.run import Run
from core.store.state import GONE
from hw.errors import LocalError

COLUMNS = "id, time, clock, run, call, device, kind, data"
MODE = 0o640

migrations = Migrations("journal")


@migrations()
def m001_events(database: Database) -> None:
    numbers = dict.fromkeys(("id", "time", "clock", "run", "call"), int)
    columns = numbers | dict.fromkeys(("device", "kind", "data"), str)
    database.table("events").create(columns, pk="id", not_null=set(columns) - {"id"}, strict=True)
    # Events of the box itself belong to no call: they need no place in the index.
    database.execute("CREATE INDEX events_by_call ON events(call) WHERE call > 0")
    database.table("events").create_index(["time"], index_name="events_by_time")


@migrations()
def m002_runs(database: Database) -> None:
    columns = dict.fromkeys(("run", "began", "time", "clock", "ended"), int)
    database.table("runs").create(columns, pk="run", not_null=set(columns) - {"run"}, strict=True)


@migrations()
def m003_kept(database: Database) -> None:
    database.table("kept").create({"key": str, "value": str}, pk="key", not_null={"value"}, strict=True)


@migrations()
def m004_open_calls(database: Database) -> None:
    database.table("open_calls").create({"call": int, "into_call": int}, pk="call", defaults={"into_call": 0})


@migrations()
def m005_recordings(database: Database) -> None:
    """Few events are of recordings, and they are kept for years: these are found without looking at the others."""
    database.execute("CREATE INDEX recordings_by_time ON events(time) WHERE kind = 'RecordingBegan'")
    database.execute(
        "CREATE INDEX recordings_by_file ON events(json_extract(data, '$.file')) "
        "WHERE kind >= 'Recording' AND kind < 'Recordinh'"
    )


@migrations()
def m006_agents(database: Database) -> None:
    """The state that an agent is in may be weeks old: it is found without looking at what happened since."""
    database.execute("CREATE INDEX agents_by_number ON events(json_extract(data, '$.agent')) WHERE kind = 'AgentState'")


_encode = msgspec.json.Encoder(enc_hook=repr).encode
_decode = msgspec.json.Decoder().decode


class JournalFile:
    """path None: in memory. OSError and sqlite3.Error when the disk does not do as told."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.set_aside: Path | None = None
        """Where a damaged file was put, if one was found at the last opening."""
        self.alone = False
        """Whether nobody else can read it meanwhile, because the disk has no room for shared memory."""
        self._lock = locked(path) if path is not None else None
        try:
            self._sql = self._open()
        except BaseException:
            self._unlock()
            raise

    def _open(self) -> sqlite3.Connection:
        self.set_aside, self.alone = None, False
        try:
            return connect(self.path)
        except sqlite3.DatabaseError as error:
            if self.path is not None and getattr(error, "sqlite_errorname", "").startswith("SQLITE_IOERR_SHM"):
                self.alone = True
                return connect(self.path, alone=True)
            # An OperationalError is the disk's (full, gone, read-only); any other says that the file is none of ours.
            if isinstance(error, sqlite3.OperationalError) or self.path is None or not self.path.exists():
                raise
            self.set_aside = aside(self.path)
            return connect(self.path)

    # ---- reading, when a run begins ----

    def last_event(self) -> int:
        return self._number("SELECT coalesce(max(id), 0) FROM events")

    def last_call(self) -> int:
        return self._number("SELECT coalesce(max(call), 0) FROM events WHERE call > 0")

    def last_run(self) -> Run | None:
        row = self._sql.execute("SELECT run, began, time, clock, ended FROM runs ORDER BY run DESC LIMIT 1").fetchone()
        if row is None:
            return None
        run, began, time, clock, ended = row
        return Run(run, began, time, clock, bool(ended))

    def kept(self) -> dict[str, Any]:
        return {key: _decode(value) for key, value in self._sql.execute("SELECT key, value FROM kept")}

    def of_open_calls(self) -> Iterator[Event]:
        """All events of the calls that have not been cleared, and of those whose parties went into them."""
        return read(self._sql, "WHERE call > 0 AND call IN (SELECT call FROM open_calls)")

    def _number(self, query: str) -> int:
        return int(self._sql.execute(query).fetchone()[0])

    # ---- writing ----

    def write(self, events: Sequence[Event], kept: dict[str, object], ended: Iterable[CallRecord], alive: Run) -> None:
        """One commit: all of it is safe on disk when this returns, and nothing of it is there when it raises; or all
        of it, if the disk failed after its last write. Writing the same again does no harm.
        """
        sql = self._sql
        sql.execute("BEGIN IMMEDIATE")
        try:
            sql.executemany(f"INSERT OR IGNORE INTO events ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?)", map(_row, events))
            self._follow_calls(events)
            records_table.add(sql, ended)
            for key, value in kept.items():
                if value is GONE:
                    sql.execute("DELETE FROM kept WHERE key = ?", (key,))
                else:
                    sql.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (key, _encode(value).decode()))
            sql.execute(
                "INSERT OR REPLACE INTO runs (run, began, time, clock, ended) VALUES (?,?,?,?,?)",
                (alive.run, alive.began, alive.time, alive.clock, alive.ended),
            )
            sql.execute("COMMIT")
        except BaseException:
            if sql.in_transaction:
                sql.execute("ROLLBACK")
            raise

    def _follow_calls(self, events: Sequence[Event]) -> None:
        """Calls that begin and end in one batch come and go here, too: they are few, and the order is kept."""
        sql = self._sql
        begun = {event.call: None for event in events if event.kind in BEGINS and event.call}
        sql.executemany("INSERT OR IGNORE INTO open_calls (call) VALUES (?)", ((call,) for call in begun))
        for event in events:
            if event.kind == "CallCleared":
                call, into = event.call, event.data.get("into") or 0
                if into:
                    query = "UPDATE open_calls SET into_call = ? WHERE call = ? OR into_call = ?"
                    sql.execute(query, (into, call, call))
                else:
                    sql.execute("DELETE FROM open_calls WHERE call = ? OR into_call = ?", (call, call))

    def forget(self, before: int) -> int:
        """Deletes up to CHUNK of the oldest events from before that UTC, and the records of calls that ended before it;
        not FOREVER, not those of open calls, and not the newest event, whose id says where to go on. How many events.
        """
        sql = self._sql
        sql.execute("BEGIN IMMEDIATE")
        try:
            deleted = sql.execute(
                "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE time < ? "
                f"AND kind NOT IN ({','.join('?' * len(FOREVER))}) AND id < (SELECT max(id) FROM events) "
                "AND NOT (call > 0 AND call IN (SELECT call FROM open_calls)) LIMIT ?)",
                (before, *FOREVER, CHUNK),
            ).rowcount
            sql.execute("DELETE FROM records WHERE begin < ? AND end < ?", (before, before))
            sql.execute("COMMIT")
        except BaseException:
            if sql.in_transaction:
                sql.execute("ROLLBACK")
            raise
        return deleted

    def reopen(self) -> None:
        """After an error of the disk, and to let others read it again. Raises as opening does."""
        self._sql.close()
        if self.path is not None:
            for file in (self.path, wal(self.path)):
                forget_cached(file)
        self._sql = self._open()

    def close(self) -> None:
        self._sql.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def connect(path: Path | None, alone: bool = False) -> sqlite3.Connection:
    """The file, with the tables of this version. Who called whom is nobody's business but the group's: MODE.

    alone: nobody else can open it meanwhile. SQLite then needs no memory that is shared through a file (-shm), for
    which a full disk has no room (sqlite.org, Write-Ahead Logging, 7): it can be read, and written once there is room.
    """
    if path is not None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE))
    sql = sqlite3.connect(
        path or ":memory:", timeout=5, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    try:
        if alone:
            sql.execute("PRAGMA locking_mode = EXCLUSIVE")
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("PRAGMA synchronous = FULL")
        sql.execute("PRAGMA journal_size_limit = 67108864")
        database = Database(sql)
        migrations.apply(database)
        records_table.ensure(database, lambda: read(sql))
    except BaseException:
        sql.close()
        raise
    return sql


def locked(path: Path) -> int:
    """The handle that keeps other exchanges away from this journal. LocalError: one is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise LocalError(f"another exchange keeps its journal in {path}") from None
    return handle


def wal(path: Path) -> Path:
    """The write-ahead log beside the file."""
    return path.with_name(path.name + "-wal")


def aside(path: Path) -> Path:
    """Renames a damaged file with what belongs to it to the first free NAME.damaged-N."""
    number = 1
    while (place := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(place)
    for end in ("-wal", "-shm"):
        part = path.with_name(path.name + end)
        if part.exists():
            part.rename(place.with_name(place.name + end))
    return place


def forget_cached(file: Path) -> None:
    """Has the kernel drop what it remembers of a file, so that the next reader sees what is really on the disk: after
    a failed fsync the pages in memory count as written, and are not.
    """
    if file.exists():
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def _row(event: Event) -> tuple[int, int, int, int, int, str, str, str]:
    try:
        data = _encode(event.data)
    except UnicodeEncodeError:
        data = _encode(writable(event.data))
    device = writable(event.device)
    return (event.id, event.time, event.clock, event.run, event.call, device, event.kind, data.decode())


def read(sql: sqlite3.Connection, where: str = "", values: Iterable[object] = ()) -> Iterator[Event]:
    """Events from a file of the journal, oldest first. `where` is SQL: WHERE … over the columns of Event."""
    query = f"SELECT {COLUMNS} FROM events {where} ORDER BY id"
    for number, time, clock, run, call, device, kind, data in sql.execute(query, tuple(values)):
        yield Event(number, time, clock, run, call, device, kind, _decode(data))
