"""The file of the journal: SQLite, WAL and synchronous FULL, written by one thread at a time in whole commits.

    events        every event, append-only                    runs     each start of the exchange, and its heartbeat
    kept          what survives a restart (state.py)          open_calls   calls without a CallCleared

What has been committed survives a power cut (ENGINEERING.md, Store: WAL + FULL lost nothing in 200 cuts). After an
error of the disk nothing the kernel remembers of the file is believed: `reopen()` drops its pages from memory first, so
that what is read comes from the disk, and the caller writes again whatever was not committed; an event is known by its
id and never stands there twice. A file that is damaged is set aside under another name and a new one begun.

What it does not: know the time, or what events mean (closing.py does).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database, Migrations

from core.store.event import Event
from core.store.state import GONE
from hw.errors import LocalError

COLUMNS = "id, time, clock, run, call, device, kind, data"
OPENS, CLOSES = ("ServiceInitiated", "Originated"), "CallCleared"

migrations = Migrations("journal")


@migrations()
def m001_events(database: Database) -> None:
    numbers = dict.fromkeys(("id", "time", "clock", "run", "call"), int)
    words = dict.fromkeys(("device", "kind", "data"), str)
    columns = numbers | words
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
    database.table("open_calls").create({"call": int}, pk="call", strict=True)


_encode = msgspec.json.Encoder(enc_hook=repr).encode
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Run:
    """One start of the exchange: when it began, its last sign of life, and whether it ended in order."""

    run: int
    began: int
    time: int
    clock: int
    ended: bool


class JournalFile:
    """path None: in memory. OSError and sqlite3.Error when the disk does not do as told."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.set_aside: Path | None = None
        """Where a damaged file was put, if one was found at the last opening."""
        self._lock: int | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(self._lock)
                raise LocalError(f"another exchange keeps its journal in {path}") from None
        self._sql = self._open()

    def _open(self) -> sqlite3.Connection:
        self.set_aside = None
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) or self.path is None or not self.path.exists():
                raise
            self.set_aside = aside(self.path)
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        sql = sqlite3.connect(
            self.path or ":memory:", timeout=5, isolation_level=None, check_same_thread=False, cached_statements=32
        )
        try:
            sql.execute("PRAGMA journal_mode = WAL")
            sql.execute("PRAGMA synchronous = FULL")
            sql.execute("PRAGMA journal_size_limit = 67108864")
            migrations.apply(Database(sql))
        except BaseException:
            sql.close()
            raise
        return sql

    # ---- reading, when a run begins ----

    def last_event(self) -> int:
        return self._number("SELECT coalesce(max(id), 0) FROM events")

    def last_call(self) -> int:
        return self._number("SELECT coalesce(max(call), 0) FROM events WHERE call > 0")

    def last_run(self) -> Run | None:
        row = self._sql.execute("SELECT run, began, time, clock, ended FROM runs ORDER BY run DESC LIMIT 1").fetchone()
        return None if row is None else Run(*row[:4], bool(row[4]))

    def kept(self) -> dict[str, Any]:
        return {key: _decode(value) for key, value in self._sql.execute("SELECT key, value FROM kept")}

    def of_open_calls(self) -> Iterator[Event]:
        """The events of all calls that have not been cleared, oldest first."""
        return read(self._sql, "WHERE call > 0 AND call IN (SELECT call FROM open_calls)")

    def _number(self, query: str) -> int:
        return int(self._sql.execute(query).fetchone()[0])

    # ---- writing ----

    def write(self, events: Sequence[Event], kept: dict[str, object], alive: Run) -> None:
        """One commit: all of it is safe on disk when this returns, and nothing of it is there when it raises; or all
        of it, if the disk failed after its last write. Writing the same again does no harm.
        """
        opened = [(event.call,) for event in events if event.call and event.kind in OPENS]
        cleared = [(event.call,) for event in events if event.kind == CLOSES]
        sql = self._sql
        sql.execute("BEGIN IMMEDIATE")
        try:
            sql.executemany(f"INSERT OR IGNORE INTO events ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?)", map(_row, events))
            sql.executemany("INSERT OR IGNORE INTO open_calls VALUES (?)", opened)
            sql.executemany("DELETE FROM open_calls WHERE call = ?", cleared)
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

    def reopen(self) -> None:
        """After an error of the disk. Raises as opening does."""
        self._sql.close()
        if self.path is not None:
            for file in (self.path, wal(self.path)):
                forget_cached(file)
        self._sql = self._open()

    def close(self) -> None:
        self._sql.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def wal(path: Path) -> Path:
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
        data = _encode(event.data).decode()
        event.device.encode()
    except UnicodeEncodeError:  # half a surrogate pair, from a name that the network sent
        data = ascii_only(data=event.data)
        return (event.id, event.time, event.clock, event.run, event.call, ascii(event.device), event.kind, data)
    return (event.id, event.time, event.clock, event.run, event.call, event.device, event.kind, data)


def ascii_only(data: dict[str, Any]) -> str:
    """The data in JSON with every text that no file can hold written as its escapes."""
    return _encode({key: ascii(value) if isinstance(value, str) else value for key, value in data.items()}).decode()


def read(sql: sqlite3.Connection, where: str = "", values: Iterable[object] = ()) -> Iterator[Event]:
    """Events from a file of the journal, oldest first. `where` is SQL: WHERE … over the columns of Event."""
    query = f"SELECT {COLUMNS} FROM events {where} ORDER BY id"
    for row in sql.execute(query, tuple(values)):
        yield Event(*row[:7], _decode(row[7]))
