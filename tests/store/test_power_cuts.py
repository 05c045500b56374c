"""A kill or a power cut at any moment loses no finished call, and closes those that it cut."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import trio
from sqlite_utils import Database
from trio.testing import MockClock

from core.store import records_table
from core.store.event import Event
from core.store.journal import Journal
from core.store.journal_file import connect, read, wal
from core.store.records import CallRecord, records

ROOT = Path(__file__).resolve().parents[2]


async def next_start(path: Path) -> None:
    """The box starts again, and stops."""
    journal = Journal(path, threaded=False)
    journal.note("BoxStopped")
    journal.close()


def look(path: Path) -> tuple[list[Event], dict[int, CallRecord]]:
    sql = connect(path)
    try:
        assert sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert sql.execute("SELECT count(*) FROM open_calls").fetchone() == (0,)
        return list(read(sql)), {record.call: record for record in records_table.find(Database(sql))}
    finally:
        sql.close()


def nothing_is_open(events: list[Event], kept: dict[int, CallRecord]) -> None:
    """Every call has its end and one record, every trunk has been given back."""
    assert {record.call: record for record in records(events)} == kept
    assert all(record.end >= record.begin for record in kept.values())
    busy: list[str] = []
    for event in events:
        if event.kind == "TrunkSeized":
            busy.append(event.device)
        elif event.kind == "TrunkReleased":
            busy.remove(event.device)
    assert busy == []
    assert [event.id for event in events] == list(range(1, len(events) + 1))


def kill_after(lines: int, path: Path, seed: int, begun: set[int], settled: set[int]) -> None:
    """Runs a busy box until it has said so many lines."""
    command = [sys.executable, "-m", "tests.store.busy_box", str(path), str(seed)]
    box = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert box.stdout is not None
    for line in box.stdout:
        if not line.endswith("\n"):
            break  # it died in the middle of a word
        word, call = line.split()
        (settled if word == "settled" else begun).add(int(call))
        if (lines := lines - 1) == 0:
            box.kill()
    box.wait()


@pytest.mark.parametrize("seed", range(2))
async def test_killed_at_any_moment(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "journal.db"
    settled: set[int] = set()
    begun: set[int] = set()
    for life in range(2):
        kill_after(random.Random(seed * 10 + life).randrange(1, 120), path, seed, begun, settled)
    await next_start(path)
    events, kept = look(path)
    nothing_is_open(events, kept)
    assert settled <= kept.keys() <= begun
    assert {kept[call].reason for call in settled} <= {""}
    assert {record.reason for record in kept.values()} <= {"", "power"}
    assert [event.kind for event in events].count("BoxFailed") == 2


async def test_a_power_cut_loses_what_was_not_synced_and_nothing_else(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """What was written after the last sync is there, not there, or torn; WAL + FULL syncs each commit."""
    path = tmp_path / "journal.db"
    dice = random.Random(4)
    synced: list[tuple[int, set[int]]] = []
    settled: set[int] = set()

    async def one(journal: Journal, trunk: str) -> None:
        for _ in range(12):
            call = journal.next_call()
            journal.note("TrunkSeized", call, trunk, group="city", direction="in")
            journal.note("Originated", call, trunk, called="8001", direction="in")
            await trio.sleep(dice.random() * 3)
            journal.note("Established", call, f"80{trunk}")
            await trio.sleep(dice.random() * 3)
            journal.note("ConnectionCleared", call, trunk, by="far")
            journal.note("TrunkReleased", call, trunk)
            journal.note("ConnectionCleared", call, f"80{trunk}", by="near")
            journal.note("CallCleared", call, cause=16)
            await journal.settled()
            settled.add(call)
            synced.append((wal(path).stat().st_size, set(settled)))

    journal = Journal(path, threaded=False)
    journal._file._sql.execute("PRAGMA wal_autocheckpoint = 0")
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        async with trio.open_nursery() as lines:
            for number in range(5):
                lines.start_soon(one, journal, f"e1a/{number}")
        nursery.cancel_scope.cancel()
    whole = wal(path).read_bytes()
    for cut in range(25):
        place = tmp_path / f"cut{cut}" / "journal.db"
        place.parent.mkdir()
        size = dice.randrange(synced[0][0], len(whole) + 1)
        shutil.copy(path, place)
        torn = dice.choice([b"", bytes(512), dice.randbytes(dice.randrange(1, 8192))])
        wal(place).write_bytes(whole[:size] + torn)
        await next_start(place)
        events, kept = look(place)
        nothing_is_open(events, kept)
        must = max((calls for length, calls in synced if length <= size), key=len)
        assert must <= kept.keys()
        assert {kept[call].reason for call in must} == {""}
        shutil.rmtree(place.parent)
    journal.close()


async def test_calls_that_a_power_cut_ended_end_at_the_last_heartbeat(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    path, rest = tmp_path / "journal.db", tmp_path / "rest" / "journal.db"
    rest.parent.mkdir()
    journal = Journal(path, threaded=False)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        journal.note("TrunkSeized", 1, "e1a/1", group="city", direction="in")
        journal.note("Originated", 1, "e1a/1", called="8001", calling="13812345678", direction="in")
        journal.note("Delivered", 1, "8001", by="e1a/1")
        journal.note("Established", 1, "8001")
        await trio.sleep(60.5)
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{rest}{end}")
        nursery.cancel_scope.cancel()
    journal.close()
    await next_start(rest)
    events, kept = look(rest)
    assert [(event.kind, event.device, event.run) for event in events[4:]] == [
        ("ConnectionCleared", "e1a/1", 1),
        ("ConnectionCleared", "8001", 1),
        ("TrunkReleased", "e1a/1", 1),
        ("CallCleared", "", 1),
        ("BoxFailed", "", 2),
        ("BoxStopped", "", 2),
    ]
    assert (kept[1].cause, kept[1].by, kept[1].reason, kept[1].hung_up) == (41, "exchange", "power", "")
    assert 59_000_000 < kept[1].talk_us <= 60_500_000
    assert kept[1].end - kept[1].answer == kept[1].talk_us


async def test_a_transfer_before_the_power_cut_is_remembered(tmp_path: Path, autojump_clock: MockClock) -> None:
    """The party that came by the consultation is known although that call has long been closed."""
    path = tmp_path / "journal.db"
    journal = Journal(path, threaded=False)
    journal.note("Originated", 1, "e1a/1", called="8001", direction="in")
    journal.note("Established", 1, "8001")
    journal.note("Held", 1, "8001")
    journal.note("ServiceInitiated", 2, "8001", consults=1)
    journal.note("TrunkSeized", 2, "e1a/2", group="city", direction="out")
    journal.note("Established", 2, "e1a/2")
    journal.note("Transferred", 1, "8001", consultation=2, transferred="e1a/1", to="e1a/2", how="attended")
    journal.note("ConnectionCleared", 1, "8001")
    journal.note("ConnectionCleared", 2, "8001")
    journal.note("ConnectionCleared", 2, "e1a/2")
    journal.note("CallCleared", 2, reason="transferred", into=1)
    batch = journal._take()
    journal._commit(batch)
    journal._file.close()  # the power goes
    await next_start(path)
    events, kept = look(path)
    closed = [(event.kind, event.call, event.device) for event in events if event.data.get("reason") == "power"]
    assert closed == [
        ("ConnectionCleared", 1, "e1a/1"),
        ("ConnectionCleared", 1, "e1a/2"),
        ("CallCleared", 1, ""),
    ]
    assert ("TrunkReleased", 1, "e1a/2") in [(event.kind, event.call, event.device) for event in events]
    assert kept[1].last == "e1a/2"
    assert kept[2].into == 1


async def test_calls_left_open_by_a_stop_in_order_are_closed_as_stopped(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.note("ServiceInitiated", 1, "8001")
    journal.note("BoxStopped")
    journal.close()
    await next_start(path)
    events, kept = look(path)
    assert [event.kind for event in events] == [
        "ServiceInitiated",
        "BoxStopped",
        "ConnectionCleared",
        "CallCleared",
        "BoxStopped",
    ]
    assert kept[1].reason == "stopped"
