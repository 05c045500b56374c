"""A connection to the journal for SQL that others have written: it reads, and does nothing else.

    with guarded(path, zone, limit_s=20) as sql:
        rows = sql.execute("SELECT queue, count(*) FROM exits WHERE time >= :since GROUP BY queue", {"since": 0})

The file is opened for reading; whatever is no reading (ATTACH, PRAGMA, writing) is refused by SQLite before it begins.
A question that takes longer than its limit is interrupted. Beside the tables it has the views of views.py, and two
functions for times: local(us) and local_day(us), as text where the box stands.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from core.store.event import to_utc
from core.store.journal_file import wal
from core.store.views import VIEWS

STEPS = 10_000
"""Of SQLite's machine, between two looks at the clock: about a millisecond."""

_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_FORBIDDEN = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})


@contextmanager
def guarded(path: Path, zone: ZoneInfo, limit_s: float) -> Iterator[sqlite3.Connection]:
    """sqlite3.Error: the file cannot be read; and from the question, what is wrong with it."""
    # A file that was closed in order needs no log beside it, and can be read where nothing can be written.
    how = "mode=ro" if wal(path).exists() else "mode=ro&immutable=1"
    sql = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)
    try:
        for view in VIEWS:
            sql.execute(f'CREATE TEMP VIEW "{view.name}" AS {view.query}')
        sql.create_function("local", 1, lambda us: _local(us, zone, "%Y-%m-%d %H:%M:%S"), deterministic=True)
        sql.create_function("local_day", 1, lambda us: _local(us, zone, "%Y-%m-%d"), deterministic=True)
        sql.set_authorizer(_allowed)
        until = time.monotonic() + limit_s
        sql.set_progress_handler(lambda: time.monotonic() > until, STEPS)
        yield sql
    finally:
        sql.close()


def _local(us: object, zone: ZoneInfo, form: str) -> str | None:
    """Of a time in UTC µs; null of anything else."""
    if not isinstance(us, int | float):
        return None
    try:
        return to_utc(int(us)).replace(tzinfo=UTC).astimezone(zone).strftime(form)
    except (OverflowError, ValueError):
        return None


def _allowed(act: int, one: str | None, two: str | None, database: str | None, inner: str | None) -> int:
    if act not in _READING or (act == sqlite3.SQLITE_FUNCTION and (two or "").lower() in _FORBIDDEN):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
