"""Flows ask databases: SQLite files, and a real PostgreSQL that runs for the time of these tests."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy
import trio

from core.config.mistake import ConfigError
from core.config.model.databases import Database
from core.ivr.acts import Answered, Query
from core.ivr.database import Databases, open_databases
from core.ivr.outside import taken
from core.ivr.values import NoValue
from tests.ivr.postgres import Server, server

ZONE = ZoneInfo("Asia/Shanghai")
ROWS = [
    ("100200", "shipped", 128.5, "2026-02-19", "13800001111"),
    ("300400", "received", None, None, "13800002222"),
    ("'; DROP TABLE orders; --", "odd", 1, "2026-01-01", "x"),
]


def table(**settings: Any) -> Database:
    return Database.model_validate({"name": "orders", **settings})


def query(sql: str, columns: str = "", timeout_s: float = 5.0, rows: int = 100, **values: Any) -> Query:
    return Query(7, "orders", sql, values, tuple(columns.split()), rows, timeout_s)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE orders (number TEXT, state TEXT, due NUMERIC, expected TEXT, caller TEXT)")
        made.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", ROWS)
    made.close()
    return path


@pytest.fixture
async def sqlite(file: Path) -> AsyncIterator[Databases]:
    async with open_databases([table(file=file.name, read_only=False)], file.parent, ZONE) as databases:
        yield databases


# ---- SQLite ----


async def test_a_row_is_found(sqlite: Databases) -> None:
    answer = await sqlite.ask(query("SELECT * FROM orders WHERE number = :n", "state due expected", n="100200"))
    columns = {"state": ("shipped",), "due": (Decimal("128.5"),), "expected": ("2026-02-19",)}
    assert answer == Answered(7, "done", {"columns": columns, "rows": 1, "changed": 0})


async def test_what_a_caller_gives_is_bound_and_never_part_of_the_statement(sqlite: Databases) -> None:
    evil = "'; DROP TABLE orders; --"
    answer = await sqlite.ask(query("SELECT state FROM orders WHERE number = :n", "state", n=evil))
    assert answer.values["columns"] == {"state": ("odd",)}
    count = await sqlite.ask(query("SELECT count(*) AS n FROM orders", "n"))
    assert count.values["columns"] == {"n": (3,)}


async def test_no_row_more_rows_and_too_many_rows(sqlite: Databases) -> None:
    assert (await sqlite.ask(query("SELECT state FROM orders WHERE false", "state"))).values["rows"] == 0
    answer = await sqlite.ask(query("SELECT state FROM orders ORDER BY number DESC", "state", rows=2))
    assert answer.values == {"columns": {"state": ("received", "shipped")}, "rows": 2, "changed": 0}


async def test_what_is_written_is_there_afterwards_and_counted(sqlite: Databases) -> None:
    values: dict[str, Any] = {"due": Decimal("7.25"), "day": date(2026, 3, 1), "caller": "13800001111"}
    written = await sqlite.ask(query("UPDATE orders SET due = :due, expected = :day WHERE caller = :caller", **values))
    assert written.values == {"columns": {}, "rows": 0, "changed": 1}
    answer = await sqlite.ask(query("SELECT due, expected FROM orders WHERE number = '100200'", "due expected"))
    assert answer.values["columns"] == {"due": (Decimal("7.25"),), "expected": ("2026-03-01",)}


async def test_every_kind_of_value_is_bound(sqlite: Databases) -> None:
    values: dict[str, Any] = {
        "moment": datetime(2026, 2, 17, 8, 30),
        "at": time(8, 30),
        "wait": timedelta(seconds=1.5),
        "yes": True,
        "none": None,
    }
    answer = await sqlite.ask(
        query("SELECT :moment AS m, :at AS a, :wait AS w, :yes AS y, :none AS n", "m a w y n", **values)
    )
    assert [column[0] for column in answer.values["columns"].values()] == [
        "2026-02-17 08:30:00", "08:30:00", Decimal("1.5"), 1, None,
    ]  # fmt: skip
    answer = await sqlite.ask(query("SELECT count(*) AS n FROM orders WHERE state IN :s", "n", s=("odd", "shipped")))
    assert answer.values["columns"] == {"n": (2,)}


@pytest.mark.parametrize("sql", ["SELECT nothing FROM orders", "SELEKT 1", "SELECT :unbound"])
async def test_a_statement_that_is_wrong_fails_with_the_reason(sqlite: Databases, sql: str) -> None:
    answer = await sqlite.ask(query(sql))
    assert answer.outcome == "failed"
    assert answer.reason.startswith("orders: ")


async def test_a_value_that_is_nothing_for_a_flow_fails(sqlite: Databases) -> None:
    assert (await sqlite.ask(query("SELECT x'00ff' AS b", "b"))).outcome == "failed"


async def test_a_database_that_is_only_read_is_not_written(file: Path) -> None:
    async with open_databases([table(file=file.name)], file.parent, ZONE) as databases:
        answer = await databases.ask(query("DELETE FROM orders"))
    assert (answer.outcome, "readonly" in answer.reason) == ("failed", True)


async def test_a_database_that_is_not_configured_or_not_there_fails(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    async with open_databases(
        [table(file="none.db")], tmp_path, ZONE, health=lambda *words: told.append(words)
    ) as databases:
        assert databases.names == {"orders"}
        assert (await databases.ask(query("SELECT 1"))).outcome == "failed"
        other = Query(7, "other", "SELECT 1", {}, (), 1, 1.0)
        assert (await databases.ask(other)).outcome == "failed"
    assert not (tmp_path / "none.db").exists()
    assert [name for name, problem in told if problem] == ["orders"]


async def test_a_statement_without_end_fails_after_its_time(file: Path, autojump_clock: trio.testing.MockClock) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    async with open_databases([table(file=file.name)], file.parent, ZONE) as databases:
        answer = await databases.ask(query(endless, timeout_s=0.05))
    assert (answer.outcome, answer.reason) == ("failed", "orders: no answer within 0.05 s")


async def test_in_virtual_time_statements_run_in_the_trio_thread(
    file: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with open_databases([table(file=file.name)], file.parent, ZONE, threaded=False) as databases:
        answer = await databases.ask(query("SELECT state FROM orders WHERE number = '100200'", "state"))
    assert answer.values["columns"] == {"state": ("shipped",)}
    assert trio.current_time() == 0


def test_a_password_that_cannot_be_read_is_met_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Databases([table(kind="mysql", database="d", password_file="secret")], tmp_path, ZONE)


def test_a_table_needs_a_file_or_a_name() -> None:
    for settings in ({}, {"kind": "postgresql"}):
        with pytest.raises(ValueError, match=r"sqlite needs its file|Name the database"):
            table(**settings)


# ---- PostgreSQL ----


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as running:
        url = f"postgresql+psycopg://box@127.0.0.1:{running.port}/postgres"
        engine = sqlalchemy.create_engine(url)
        with engine.begin() as connection:
            connection.execute(
                sqlalchemy.text(
                    "CREATE TABLE orders (number text, state text, due numeric(10, 2), expected date, "
                    "placed timestamptz, at time, tags text[], open boolean)"
                )
            )
            connection.execute(
                sqlalchemy.text(
                    "INSERT INTO orders VALUES ('100200', '已发货', 128.50, '2026-02-19', '2026-02-17 04:30+00', "
                    "'08:30', '{a,b}', true)"
                )
            )
        engine.dispose()
        yield running


def in_postgres(running: Server, **settings: Any) -> Database:
    return table(kind="postgresql", host="127.0.0.1", port=running.port, database="postgres", user="box", **settings)


async def test_postgresql_answers_with_values_of_their_types(postgres: Server, tmp_path: Path) -> None:
    async with open_databases([in_postgres(postgres)], tmp_path, ZONE) as databases:
        answer = await databases.ask(
            query(
                "SELECT * FROM orders WHERE number = :n AND expected > :day",
                "state due expected placed at tags open",
                n="100200",
                day=date(2026, 2, 1),
            )
        )
    assert answer.reason == ""
    assert answer.values["columns"] == {
        "state": ("已发货",),
        "due": (Decimal("128.5"),),
        "expected": (date(2026, 2, 19),),
        "placed": (datetime(2026, 2, 17, 12, 30),),
        "at": (time(8, 30),),
        "tags": (("a", "b"),),
        "open": (True,),
    }


async def test_postgresql_is_written_unless_it_is_only_read(postgres: Server, tmp_path: Path) -> None:
    change = query("UPDATE orders SET due = due - :paid WHERE number = :n", paid=Decimal("0.50"), n="100200")
    async with open_databases([in_postgres(postgres)], tmp_path, ZONE) as databases:
        answer = await databases.ask(change)
        assert (answer.outcome, "read-only" in answer.reason) == ("failed", True)
    async with open_databases([in_postgres(postgres, read_only=False)], tmp_path, ZONE) as databases:
        assert (await databases.ask(change)).values["changed"] == 1
        back = await databases.ask(query("UPDATE orders SET due = 128.50 WHERE number IN :ns", ns=("100200",)))
        assert back.values["changed"] == 1


async def test_postgresql_gives_up_a_statement_that_nobody_waits_for(postgres: Server, tmp_path: Path) -> None:
    async with open_databases([in_postgres(postgres, connections=1)], tmp_path, ZONE) as databases:
        answer = await databases.ask(query("SELECT pg_sleep(3600)", timeout_s=0.2))
        assert answer.outcome == "failed"
        # The one connection is free again as soon as the server has given up.
        answer = await databases.ask(query("SELECT 1 AS one", "one", timeout_s=30))
    assert answer.values["columns"] == {"one": (1,)}


async def test_a_server_that_goes_and_comes_back_is_told(postgres: Server, tmp_path: Path) -> None:
    told: list[tuple[str, bool]] = []
    ask = query("SELECT 1 AS one", "one", timeout_s=30)
    async with open_databases(
        [in_postgres(postgres)], tmp_path, ZONE, health=lambda name, problem: told.append((name, bool(problem)))
    ) as databases:
        assert (await databases.ask(ask)).outcome == "done"
        await trio.to_thread.run_sync(postgres.stop)
        try:
            assert (await databases.ask(ask)).outcome == "failed"
        finally:
            await trio.to_thread.run_sync(postgres.start)
        assert (await databases.ask(ask)).outcome == "done"
    assert told == [("orders", True), ("orders", False)]


# ---- what comes from outside ----


AFTER_ALL = datetime(9999, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize("raw", [b"x", {"a": 1}, object(), float("nan"), float("inf"), 10**30, ["x", b"y"], AFTER_ALL])
def test_what_is_nothing_for_a_flow_is_refused(raw: object) -> None:
    with pytest.raises(NoValue):
        taken(raw, ZONE)
