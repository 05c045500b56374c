"""The records of finished calls as a table of the journal's file, so that a month of them is one query.

It is a reading like any other, only kept: the writer adds the record of a call in the commit that holds its last
event, and a version with other columns makes the whole table again from the events (`ensure`). Columns are the fields
of CallRecord, times in µs; lists are JSON.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator

import msgspec
from sqlite_utils import Database

from core.store.event import Event, writable
from core.store.records import CallRecord, records

FIELDS = msgspec.structs.fields(CallRecord)
NAMES = ", ".join(f'"{field.name}"' for field in FIELDS)
INSERT = f"INSERT OR REPLACE INTO records ({NAMES}) VALUES ({','.join('?' * len(FIELDS))})"
LISTS = {"queues", "services", "transfers", "diversions"}

_encode = msgspec.json.Encoder().encode


def columns() -> dict[str, type]:
    return {field.name: int if field.type in (int, bool, bool | None) else str for field in FIELDS}


TOOK_PART = ("calling", "called", "dialled", "device", "first", "last", "trunk_in", "trunk_out")
"""Columns with numbers and devices that took part in a call."""


def ensure(database: Database, events: Callable[[], Iterable[Event]]) -> None:
    """Makes the table, anew if it is that of an older version. `events`: all there are."""
    table = database.table("records")
    if table.exists() and table.columns_dict == columns():
        _index(database)
        return
    with database.atomic():
        if table.exists():
            table.drop()
        table.create(columns(), pk="call", strict=True)
        table.create_index(["begin"], index_name="records_by_begin")
        _index(database)
        add(database.conn, (record for record in records(events()) if record.end))


def add(sql: sqlite3.Connection, ended: Iterable[CallRecord]) -> None:
    sql.executemany(INSERT, map(_row, ended))


def _index(database: Database) -> None:
    """Who took part is found among a million calls in a tenth of a millisecond. What is empty needs no place there."""
    for name in TOOK_PART:
        database.execute(
            f'CREATE INDEX IF NOT EXISTS records_by_{name} ON records("{name}", begin) WHERE "{name}" <> \'\''
        )


def wanted(since: int, until: int, number: str, last: int) -> tuple[str, list[object]]:
    """Condition and values for find(). Each column by its index, which has the calls of a number in their order."""
    period, times = "begin >= ? AND (begin < ? OR ? = 0)", [since, until, until]
    newest = "ORDER BY begin DESC, call DESC LIMIT ?"
    limit = last or -1
    if not number:
        if not last:
            return period, [*times]
        return f"call IN (SELECT call FROM records WHERE {period} {newest})", [*times, limit]
    by_name = [
        f'SELECT * FROM (SELECT call, begin FROM records WHERE "{name}" = ? AND "{name}" <> \'\' AND {period} {newest})'
        for name in TOOK_PART
    ]
    values: list[object] = [number, *times, limit]
    return f"call IN (SELECT call FROM ({' UNION '.join(by_name)}) {newest})", [*values * len(TOOK_PART), limit]


def find(database: Database, where: str = "", values: Iterable[object] = ()) -> Iterator[CallRecord]:
    """Records in the order in which the calls began. `where` is SQL over the columns."""
    for row in database.table("records").rows_where(where or None, tuple(values), order_by="begin, call"):
        facts = {name: msgspec.json.decode(value) if name in LISTS else value for name, value in row.items()}
        yield msgspec.convert(facts, CallRecord, strict=False)


def _row(record: CallRecord) -> tuple[object, ...]:
    return tuple(
        _encode(writable(msgspec.to_builtins(value))).decode() if isinstance(value, tuple) else writable(value)
        for value in msgspec.structs.astuple(record)
    )
