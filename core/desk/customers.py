"""The customers' file: who is behind a number, and what was noted about him (用户信息、历史数据).

    a call comes ──> known(number): name and class, from memory ──> the call's data, before it is taken anywhere
    a desk       ──> get, save, search, note: the file, in a worker thread

`customers.db` in the data folder: one row a customer, one a note. What was saved is on the disk when the answer comes.
Numbers stand as the numbering plan writes them, so that 010-62001001 and +86 10 6200 1001 are one customer. A file that
is damaged is put aside, a new one begun, and an alarm says so.

What it does not: know calls (room.py), say who may (core/api/customer_acts.py).
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import trio
from msgspec import Meta
from sqlite_utils import Database, Migrations

from core.alarms import Alarms
from core.store.journal_file import MODE, aside
from core.texts import _
from hw import wall_clock
from hw.card import HardwareError

log = logging.getLogger(__name__)

T = TypeVar("T")

NAME = "customers.db"
ALARM = "customers"
FIELDS_MOST = 100
NOTES_SHOWN = 100

migrations = Migrations("customers")


@migrations()
def m001_customers(database: Database) -> None:
    texts = dict.fromkeys(("number", "name", "class", "note", "fields", "by"), str)
    database.table("customers").create(
        texts | {"changed": float}, pk="number", not_null=set(texts) - {"number"}, strict=True
    )
    database.table("customers").create_index(["name"])


@migrations()
def m002_notes(database: Database) -> None:
    columns: dict[str, Any] = {"id": int, "number": str, "at": float, "by": str, "call": int, "text": str}
    database.table("notes").create(columns, pk="id", not_null=set(columns) - {"id"}, strict=True)
    database.table("notes").create_index(["number"])


class Customer(msgspec.Struct, frozen=True):
    """What the office knows of who is behind a number."""

    number: Annotated[str, Meta(description="as the numbering plan writes it")]
    name: Annotated[str, Meta(description="empty: not known")] = ""
    customer_class: Annotated[str, Meta(description="of [[customer_class]]; empty: none")] = ""
    note: Annotated[str, Meta(description="what everybody should know who speaks with him")] = ""
    fields: Annotated[dict[str, str], Meta(description="whatever else the office keeps, by name")] = {}
    changed: Annotated[float, Meta(description="when it was last changed, UTC seconds; 0: he is not in the file")] = 0.0
    by: Annotated[str, Meta(description="who has changed it")] = ""


class CustomerNote(msgspec.Struct, frozen=True):
    """What somebody has noted for later."""

    id: Annotated[int, Meta(description="its number")]
    at: Annotated[float, Meta(description="when, UTC seconds since 1970")]
    by: Annotated[str, Meta(description="who")]
    call: Annotated[int, Meta(description="in which call; 0: in none")]
    text: Annotated[str, Meta(description="in his words")]


class Customers:
    """folder: of the data; None: it is in memory only. threaded=False: for virtual time."""

    def __init__(self, folder: Path | None, alarms: Alarms, *, threaded: bool = True) -> None:
        self._path = None if folder is None else folder / NAME
        self._alarms = alarms
        self._threaded = threaded
        self._one = trio.CapacityLimiter(1)
        self._database: Database | None = None
        self._why = ""
        self._known: dict[str, tuple[str, str]] = {}
        """By number: name and class. In memory, since every call asks."""

    async def open(self) -> None:
        """Once, before the first call. A file that cannot be opened costs the calls nothing: an alarm says why."""
        try:
            self._database = await self._aside(self._opened)
            self._known = await self._aside(lambda: {row[0]: (row[1], row[2]) for row in self._sql().execute(_NAMES)})
        except (OSError, sqlite3.Error) as error:
            self._database, self._why = None, str(error)
            remedy = _("see to disk and folder, then start the box again")
            self._alarms.set(
                ALARM, "warning", _("the customers' file cannot be opened: {why}").format(why=error), remedy
            )

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def known(self, number: str) -> tuple[str, str]:
        """Name and class; empty where he is not in the file."""
        return self._known.get(number, ("", ""))

    # ---- asking the file ----

    async def get(self, number: str) -> Customer:
        """Of who is not in it: an empty one. HardwareError: the disk refuses."""
        return await self._ask(lambda: self._get(number)) or Customer(number)

    async def notes(self, number: str) -> list[CustomerNote]:
        """The newest first."""

        def ask() -> list[CustomerNote]:
            rows = self._sql().execute(_NOTES, (number, NOTES_SHOWN))
            return [CustomerNote(*row) for row in rows]

        return await self._ask(ask)

    async def search(self, text: str, most: int) -> list[Customer]:
        """Whose number, name, note or field has that in it; by name."""
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"

        def ask() -> list[Customer]:
            rows = self._sql().execute(_SEARCH, (like, like, like, like, most))
            return [_customer(row) for row in rows]

        return await self._ask(ask)

    async def page(self, after: str, most: int) -> list[Customer]:
        """By number, those behind `after`."""

        def ask() -> list[Customer]:
            return [_customer(row) for row in self._sql().execute(_PAGE, (after, most))]

        return await self._ask(ask)

    # ---- changing it ----

    async def save(
        self, number: str, changes: Mapping[str, Any], fields: Mapping[str, str | None], by: str
    ) -> Customer:
        """changes: name, customer_class, note; what is not there stays. fields: None takes one away. ValueError: there
        would be too many.
        """

        def save() -> Customer:
            before = self._get(number) or Customer(number)
            merged = {name: value for name, value in {**before.fields, **fields}.items() if value is not None}
            if len(merged) > FIELDS_MOST:
                raise ValueError(_("a customer has at most {most} fields of one's own").format(most=FIELDS_MOST))
            now = wall_clock.utc().timestamp()
            after = msgspec.structs.replace(before, **changes, fields=merged, changed=now, by=by)
            row = (
                number,
                after.name,
                after.customer_class,
                after.note,
                json.dumps(merged, ensure_ascii=False),
                by,
                now,
            )
            self._sql().execute(_SAVE, row)
            return after

        after = await self._ask(save)
        self._known[number] = (after.name, after.customer_class)
        return after

    async def add_note(self, number: str, text: str, call: int, by: str) -> CustomerNote:
        def add() -> CustomerNote:
            now = wall_clock.utc().timestamp()
            added = self._sql().execute(_ADD, (number, now, by, call, text))
            return CustomerNote(int(added.lastrowid or 0), now, by, call, text)

        return await self._ask(add)

    async def forget(self, number: str) -> int:
        """File and notes. Returns how many notes there were."""

        def forget() -> int:
            self._sql().execute("DELETE FROM customers WHERE number = ?", (number,))
            return self._sql().execute("DELETE FROM notes WHERE number = ?", (number,)).rowcount

        gone = await self._ask(forget)
        self._known.pop(number, None)
        return gone

    # ---- within ----

    def _opened(self) -> Database:
        try:
            return _connect(self._path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) or self._path is None:
                raise
            place = aside(self._path)
            text = _("the customers' file was damaged and is now {place}; a new one was begun").format(place=place)
            self._alarms.set(ALARM, "warning", text, _("restore it from the last backup"))
            return _connect(self._path)

    def _get(self, number: str) -> Customer | None:
        row = self._sql().execute(_GET, (number,)).fetchone()
        return None if row is None else _customer(row)

    def _sql(self) -> sqlite3.Connection:
        if self._database is None:
            text = _("the customers' file cannot be opened: {why}").format(why=self._why)
            raise HardwareError(text, action=_("see to disk and folder, then start the box again"))
        sql: sqlite3.Connection = self._database.conn
        return sql

    async def _ask(self, work: Callable[[], T]) -> T:
        try:
            return await self._aside(work)
        except (OSError, sqlite3.Error) as error:
            text = _("the customers' file: {why}").format(why=error)
            raise HardwareError(text, action=_("see to the disk of the data folder")) from error

    async def _aside(self, work: Callable[[], T]) -> T:
        if self._threaded:
            return await trio.to_thread.run_sync(work, limiter=self._one)
        await trio.lowlevel.checkpoint()
        return work()


_COLUMNS = 'number, name, "class", note, fields, changed, "by"'
_NAMES = 'SELECT number, name, "class" FROM customers'
_GET = f"SELECT {_COLUMNS} FROM customers WHERE number = ?"
_SEARCH = (
    f"SELECT {_COLUMNS} FROM customers WHERE number LIKE ? ESCAPE '\\' OR name LIKE ? ESCAPE '\\' "
    "OR note LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM json_each(fields) WHERE value LIKE ? ESCAPE '\\') "
    "ORDER BY name, number LIMIT ?"
)
_PAGE = f"SELECT {_COLUMNS} FROM customers WHERE number > ? ORDER BY number LIMIT ?"
_SAVE = (
    'INSERT OR REPLACE INTO customers (number, name, "class", note, fields, "by", changed) VALUES (?, ?, ?, ?, ?, ?, ?)'
)
_NOTES = 'SELECT id, at, "by", call, text FROM notes WHERE number = ? ORDER BY id DESC LIMIT ?'
_ADD = 'INSERT INTO notes (number, at, "by", call, text) VALUES (?, ?, ?, ?, ?)'


def _customer(row: tuple[Any, ...]) -> Customer:
    number, name, kind, note, fields, changed, by = row
    return Customer(number, name, kind, note, json.loads(fields), changed, by)


def _connect(path: Path | None) -> Database:
    """The file, with the tables of this version."""
    if path is not None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE))
    sql = sqlite3.connect(path or ":memory:", timeout=5, isolation_level=None, check_same_thread=False)
    try:
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("PRAGMA synchronous = FULL")
        database = Database(sql)
        migrations.apply(database)
    except BaseException:
        sql.close()
        raise
    return database
