"""The hand that asks databases: SQLite files, PostgreSQL, MySQL, all through SQLAlchemy in worker threads.

    async with open_databases(box.database, data) as databases:
        answer = await databases.ask(query)          Answered: "done", or "failed" with the reason

    trio:    ask() ───── slot free? ──> thread ─────────────────> Answered
                │                         │ execute, fetch at most `rows`
                └── timeout_s is over ────┴─> "failed"; the thread ends by itself: the server is told the same limit

A statement is a text of the flow; values are bound to its names and never become part of it. Each statement is one
transaction. What fails is logged and told to `health`, an alarm; the next that succeeds takes it back. At most
`connections` threads work for one database: one that hangs does not take those of another, and calls behind it fail
after their time. With threaded=False, for virtual time, statements run in the trio thread.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy
import trio
from sqlalchemy import URL, Engine, bindparam, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.config.mistake import ConfigError, Place
from core.config.model.databases import Database
from core.ivr.acts import Answered, Query
from core.ivr.outside import taken
from core.ivr.values import NoValue, Value
from core.texts import _

log = logging.getLogger(__name__)

CONNECT_S = 3
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}

Health = Callable[[str, str], None]
"""Is told the name of a database and what is wrong with it, "" when it is well again."""


def _log_health(name: str, problem: str) -> None:
    if problem:
        log.error("database %s: %s", name, problem)


class Databases:
    """By their names in the configuration."""

    def __init__(
        self,
        tables: Iterable[Database],
        data: Path,
        zone: ZoneInfo,
        health: Health = _log_health,
        threaded: bool = True,
    ) -> None:
        self._tables = {table.name: table for table in tables}
        self._engines = {name: _engine(table, data) for name, table in self._tables.items()}
        self._slots = {name: trio.CapacityLimiter(table.connections) for name, table in self._tables.items()}
        self._zone, self._health, self._threaded = zone, health, threaded
        self._ill: set[str] = set()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._tables)

    def close(self) -> None:
        for engine in self._engines.values():
            engine.dispose()

    async def ask(self, query: Query) -> Answered:
        name = query.database
        if name not in self._engines:
            reason = _('There is no database "{name}".').format(name=name)
            return Answered(query.ticket, "failed", reason=reason)
        work = partial(_execute, self._engines[name], self._tables[name].kind, query)
        try:
            with trio.fail_after(query.timeout_s):
                columns, rows, changed = await self._in_thread(work, self._slots[name])
            values = {name: tuple(taken(value, self._zone) for value in column) for name, column in columns.items()}
        except trio.TooSlowError:
            return self._failed(query, _("no answer within {seconds} s").format(seconds=f"{query.timeout_s:g}"))
        except (SQLAlchemyError, OSError) as error:
            return self._failed(query, _why(error))
        except NoValue as error:
            return Answered(query.ticket, "failed", reason=str(error))
        if name in self._ill:
            self._ill.discard(name)
            self._health(name, "")
        return Answered(query.ticket, "done", {"columns": values, "rows": rows, "changed": changed})

    def _failed(self, query: Query, reason: str) -> Answered:
        self._ill.add(query.database)
        self._health(query.database, reason)
        return Answered(query.ticket, "failed", reason=f"{query.database}: {reason}")

    async def _in_thread(self, work: Callable[[], _Result], slots: trio.CapacityLimiter) -> _Result:
        if not self._threaded:
            await trio.lowlevel.checkpoint()
            return work()
        return await trio.to_thread.run_sync(work, limiter=slots, abandon_on_cancel=True)


_Result = tuple[dict[str, list[Any]], int, int]
"""The wanted columns, how many rows were taken, how many were written."""


@asynccontextmanager
async def open_databases(
    tables: Iterable[Database], data: Path, zone: ZoneInfo, health: Health = _log_health, threaded: bool = True
) -> AsyncIterator[Databases]:
    """Connects to nobody yet: a machine that is away is met by the first call that asks it.

    ConfigError: a file with a password cannot be read.
    """
    databases = Databases(tables, data, zone, health, threaded)
    try:
        yield databases
    finally:
        databases.close()


# ---- in the thread ----


def _execute(engine: Engine, kind: str, query: Query) -> _Result:
    statement = text(query.sql)
    lists = [name for name, value in query.values.items() if isinstance(value, tuple)]
    if lists:
        statement = statement.bindparams(*(bindparam(name, expanding=True) for name in lists))
    values = {name: _bound(kind, value) for name, value in query.values.items()}
    with engine.begin() as connection:
        _limit(connection, kind, query.timeout_s)
        result = connection.execute(statement, values)
        if not result.returns_rows:
            return {}, 0, max(result.rowcount, 0)
        rows = result.fetchmany(query.rows)
        names = list(result.keys())
    wanted = [name for name in query.columns if name in names]
    # fetchmany() leaves the rest unread; the transaction ends here all the same.
    return {name: [row[names.index(name)] for row in rows] for name in wanted}, len(rows), 0


def _bound(kind: str, value: Value) -> Any:
    if kind != "sqlite":
        return list(value) if isinstance(value, tuple) else value
    match value:
        case tuple():
            return [_bound(kind, item) for item in value]
        case Decimal():
            return float(value)
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:
            return value


def _limit(connection: sqlalchemy.Connection, kind: str, seconds: float) -> None:
    """The database gives up by itself when nobody waits any more."""
    milliseconds = max(1, int(seconds * 1000))
    if kind == "postgresql":
        connection.execute(text(f"SET LOCAL statement_timeout = {milliseconds}"))
    elif kind == "mysql":
        connection.execute(text(f"SET SESSION max_execution_time = {milliseconds}"))
    else:
        _limit_sqlite(connection, seconds)


def _limit_sqlite(connection: sqlalchemy.Connection, seconds: float) -> None:
    """SQLite asks now and then whether to go on; it counts steps, not time: a million take some 10 to 100 ms."""
    left = [max(1, int(seconds * 100))]

    def enough() -> int:
        left[0] -= 1
        return left[0] <= 0

    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.set_progress_handler(enough, 1_000_000)


def _why(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


# ---- engines ----


def _engine(table: Database, data: Path) -> Engine:
    pool: dict[str, Any] = {"pool_size": table.connections, "max_overflow": 0, "pool_timeout": CONNECT_S}
    if table.kind == "sqlite":
        path = data / table.file
        mode = "ro" if table.read_only else "rw"
        return create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=2.0, check_same_thread=False),
            poolclass=sqlalchemy.QueuePool,
            **pool,
        )
    url = URL.create(
        DRIVERS[table.kind],
        username=table.user or None,
        password=_password(data / table.password_file) if table.password_file else None,
        host=table.host,
        port=table.port or None,
        database=table.database,
    )
    engine = create_engine(
        url, pool_pre_ping=True, pool_recycle=3600, connect_args={"connect_timeout": CONNECT_S}, **pool
    )
    if table.read_only:
        order = {
            "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "mysql": "SET SESSION TRANSACTION READ ONLY",
        }[table.kind]

        @event.listens_for(engine, "connect")
        def read_only(connection: Any, record: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute(order)
            connection.commit()

    return engine


def _password(path: Path) -> str:
    """ConfigError: it cannot be read. The installer meets that at the start, not a call."""
    try:
        return path.read_text().partition("\n")[0].strip()
    except OSError as error:
        problem = _("The file cannot be read ({reason}).").format(reason=error.strerror)
        raise ConfigError(Place(path), problem, _("Check path and permissions.")) from error
