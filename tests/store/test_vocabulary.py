"""The words of the journal: each explained, each usable, and whatever may be noted is read back the same."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from core.store import manual, records_table
from core.store.event import Event, writable
from core.store.journal import Journal
from core.store.journal_file import connect, read
from core.store.records import records
from core.store.vocabulary import EVENTS, KINDS, check
from hw.signalling.q850 import Cause
from tests.store.random_events import Noted, any_events, noted


def test_every_kind_and_every_piece_of_data_is_explained_once() -> None:
    assert len(EVENTS) == len(KINDS)
    for kind in KINDS:
        assert kind.text
        assert len({field.name for field in kind.fields}) == len(kind.fields)
        assert all(field.text for field in kind.fields)


def test_causes_may_be_given_by_name() -> None:
    check("CallCleared", 1, "", {"cause": Cause.USER_BUSY})


@given(st.lists(noted(), max_size=20))
def test_what_may_be_noted_is_read_back_the_same(notes: list[Noted]) -> None:
    seen: list[Event] = []
    kept: list[Event] = []

    async def main() -> None:
        journal = Journal(None, threaded=False)
        journal.watch(seen.append)
        for kind, call, device, data in notes:
            journal.note(kind, call, device, **data)
        journal._commit(journal._take())
        kept.extend(read(journal._file._sql))
        journal.close()

    trio.run(main)
    assert kept == [msgspec.structs.replace(event, data=writable(event.data)) for event in seen]


@given(any_events())
def test_the_table_of_records_says_the_same_as_the_events(events: list[Event]) -> None:
    sql = connect(None)
    wanted = sorted((row for row in records(events) if row.end), key=lambda row: (row.begin, row.call))
    newest = {row.call: row for row in wanted}
    records_table.add(sql, (row for row in records(events) if row.end))
    assert {row.call: row for row in records_table.find(Database(sql))} == newest
    sql.close()


@pytest.mark.parametrize("change", ["DROP TABLE records", "ALTER TABLE records DROP COLUMN reason"])
def test_a_journal_of_an_older_version_gets_its_records_when_it_is_opened(tmp_path: Path, change: str) -> None:
    path = tmp_path / "journal.db"
    sql = connect(path)
    for number, kind in enumerate(("ServiceInitiated", "ConnectionCleared", "CallCleared"), 1):
        device = "" if kind == "CallCleared" else "8001"
        sql.execute("INSERT INTO events VALUES (?,?,?,1,7,?,?,'{}')", (number, number, number, device, kind))
    sql.execute(change)
    sql.close()
    sql = connect(path)
    assert [row.call for row in records_table.find(Database(sql))] == [7]
    sql.close()


def test_views_are_of_the_columns_that_the_manual_names() -> None:
    sql = connect(None)
    sql.row_factory = sqlite3.Row
    names = [row["name"] for row in sql.execute("PRAGMA table_info(records)")]
    assert names == [field.name for field in records_table.FIELDS]
    sql.close()


def test_the_manual_has_every_kind_and_column_as_it_is_now() -> None:
    page = manual.PLACE.read_text(encoding="utf-8")
    assert manual.filled(page) == page, "make journal writes it anew"
    assert all(f"| `{kind.name}` |" in page for kind in KINDS)
