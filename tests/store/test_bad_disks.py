"""A full, failing or damaged disk costs no call: events wait, somebody is told, and nothing uncertain is believed."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from core.notify import WRITER_S, Pulse
from core.store import journal as journal_module
from core.store import journal_file
from core.store.disk import Disk, Room
from core.store.event import Event
from core.store.journal import Journal
from core.store.journal_file import JournalFile, connect, read
from hw.card import HardwareError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


class Alarms(list[tuple[str, str]]):
    """What was told to whoever looks after the box."""

    def __call__(self, key: str, level: str, text: str) -> None:
        assert text
        self.append((key, level))


class Failing:
    """The connection to the file, with a disk below it that fails at one kind of statement for a while."""

    def __init__(self, sql: sqlite3.Connection, statement: str, error: Exception) -> None:
        self._sql, self._statement, self._error = sql, statement, error

    @staticmethod
    def always(error: Exception) -> Callable[..., None]:
        """In place of a method: the disk refuses whatever is to be written."""

        def refuse(*values: Any) -> None:
            raise error

        return refuse

    def execute(self, query: str, *values: Any) -> sqlite3.Cursor:
        if query.startswith(self._statement):
            raise self._error
        return self._sql.execute(query, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sql, name)


def disk_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
    return error


def damage(path: Path) -> None:
    path.write_bytes(b"this was a journal once " * 1000)


def events(path: Path) -> list[Event]:
    sql = connect(path)
    try:
        return list(read(sql))
    finally:
        sql.close()


async def test_events_wait_while_the_disk_fails_and_are_written_to_a_file_opened_anew(
    path: Path, autojump_clock: MockClock
) -> None:
    told = Alarms()
    journal = Journal(path, threaded=False, alarm=told)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        journal.note("BoxStarted", version="1")
        await journal.settled()
        broken = journal._file._sql
        journal._file._sql = Failing(broken, "COMMIT", disk_error())  # type: ignore[assignment]
        journal.note("BoxStopping")
        journal.state["dnd/8001"] = True
        with pytest.raises(HardwareError, match="disk I/O error"):
            await journal.settled()
        assert told == [("journal", "critical")]
        assert journal.problem == "disk I/O error"
        await trio.sleep(3)
        assert told == [("journal", "critical"), ("journal", "")]
        assert journal.problem == ""
        await journal.settled()
        assert journal._file._sql is not broken
        nursery.cancel_scope.cancel()
    journal.close()
    assert [event.kind for event in events(path)] == ["BoxStarted", "BoxStopping"]


async def test_a_batch_that_reached_the_disk_although_it_failed_stands_there_once(
    path: Path, autojump_clock: MockClock
) -> None:
    class After(Failing):
        """Fails after the statement has been carried out, as an fsync does."""

        def execute(self, query: str, *values: Any) -> sqlite3.Cursor:
            done = self._sql.execute(query, *values)
            if query.startswith(self._statement):
                raise self._error
            return done

    journal = Journal(path, threaded=False, alarm=Alarms())
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        journal._file._sql = After(journal._file._sql, "COMMIT", disk_error())  # type: ignore[assignment]
        journal.note("ServiceInitiated", 1, "8001")
        journal.note("CallCleared", 1)
        await trio.sleep(3)
        await journal.settled()
        nursery.cancel_scope.cancel()
    journal.close()
    assert [event.id for event in events(path)] == [1, 2]
    sql = connect(path)
    assert sql.execute("SELECT count(*) FROM open_calls").fetchone() == (0,)
    assert sql.execute("SELECT call FROM records").fetchall() == [(1,)]
    sql.close()


async def test_a_disk_that_is_really_full_refuses_and_recovers(path: Path, autojump_clock: MockClock) -> None:
    told = Alarms()
    journal = Journal(path, threaded=False, alarm=told)
    pages = journal._file._sql.execute("PRAGMA page_count").fetchone()[0]
    journal._file._sql.execute(f"PRAGMA max_page_count = {pages}")  # of this connection: a new one has room
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        for _ in range(2000):
            journal.note("BoxStopping", reason="a long story " * 10)
        with pytest.raises(HardwareError, match="full"):
            await journal.settled()
        await trio.sleep(3)
        await journal.settled()
        nursery.cancel_scope.cancel()
    journal.close()
    assert told == [("journal", "critical"), ("journal", "")]
    assert [event.id for event in events(path)] == list(range(1, 2001))


async def test_what_no_memory_can_hold_is_dropped_counted_and_said(
    path: Path, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "KEPT", 5)
    journal = Journal(path, threaded=False, alarm=Alarms())
    journal._file._sql = Failing(journal._file._sql, "BEGIN", disk_error())  # type: ignore[assignment]
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        for _ in range(8):
            journal.note("BoxStopping")
        assert journal.lost == 3
        await trio.sleep(3)
        await journal.settled()
        nursery.cancel_scope.cancel()
    journal.close()
    kept = events(path)
    assert [event.kind for event in kept] == ["BoxStopping"] * 5 + ["JournalLost"]
    assert kept[-1].data["events"] == 3
    assert journal.lost == 0


async def test_a_damaged_file_is_put_aside_and_what_must_survive_is_written_anew(
    path: Path, autojump_clock: MockClock
) -> None:
    told = Alarms()
    journal = Journal(path, threaded=False, alarm=told)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        journal.state["dnd/8001"] = True
        await journal.settled()
        journal._file._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        damage(path)
        journal._file._sql = Failing(journal._file._sql, "BEGIN", disk_error())  # type: ignore[assignment]
        journal.note("BoxStopping")
        await trio.sleep(3)
        await journal.settled()
        nursery.cancel_scope.cancel()
    assert told == [("journal", "critical"), ("journal", ""), ("journal damaged", "critical")]
    journal.close()
    assert path.with_name("journal.db.damaged-1").exists()
    assert [event.kind for event in events(path)] == ["BoxStopping"]
    again = Journal(path, threaded=False)
    assert dict(again.state) == {"dnd/8001": True}
    again.close()


async def test_a_file_found_damaged_at_the_start_is_put_aside(path: Path) -> None:
    damage(path)
    told = Alarms()
    journal = Journal(path, alarm=told, threaded=False)
    assert told == [("journal damaged", "critical")]
    journal.note("BoxStarted")
    journal.close()
    assert [event.kind for event in events(path)] == ["BoxStarted"]


async def test_a_place_where_no_file_can_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HardwareError, match="cannot be opened"):
        Journal(tmp_path / "file" / "journal.db")


async def test_a_name_that_is_no_text_is_kept_as_far_as_it_can_be(path: Path) -> None:
    journal = Journal(path)
    journal.note("ServiceInitiated", 1, "e1a/1\udc80")
    journal.note("Originated", 1, "e1a/1\udc80", name="\ud800王")
    journal.note("CallCleared", 1)
    journal.close()
    assert events(path)[1].data == {"name": "\\ud800王"}
    assert events(path)[0].device == "e1a/1\\udc80"


# ---- room ----


def rooms(*free: int) -> Callable[[Path], Room]:
    """A disk of 1000 bytes whose free room is one after the other of these, and then the last."""
    left = list(free)
    return lambda folder: Room(left.pop(0) if len(left) > 1 else left[0], 1000)


@pytest.mark.parametrize(
    ("free", "level"), [(1000, ""), (200, ""), (199, "notice"), (99, "warning"), (50, "warning"), (49, "critical")]
)
def test_marks(free: int, level: str) -> None:
    assert Room(free, 1000).level == level


def test_the_ballast_goes_when_less_than_itself_is_free_and_comes_back(path: Path) -> None:
    ballast = path.with_suffix(".ballast")
    disk = Disk(path, ballast=60, ask=rooms(900, 100, 59, 59, 150, 300))
    found = []
    for _ in range(6):
        found.append((disk.look(), ballast.exists()))
    assert found == [
        ("", True),
        ("notice", True),
        ("warning", False),
        ("warning", False),
        ("notice", False),
        ("", True),
    ]
    assert ballast.stat().st_size == 60
    disk.drop_ballast()
    assert not ballast.exists()


def test_a_ballast_that_cannot_be_costs_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(handle: int, offset: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", refused)
    disk = Disk(path, ballast=60, ask=rooms(900))
    assert disk.look() == ""
    assert not path.with_suffix(".ballast").exists()


def test_no_ballast_is_made_that_would_itself_make_room_scarce(path: Path) -> None:
    disk = Disk(path, ballast=60, ask=rooms(230, 280))
    assert disk.look() == ""
    assert not path.with_suffix(".ballast").exists()
    assert disk.look() == ""
    assert path.with_suffix(".ballast").exists()


async def test_less_and_less_room_is_told_once_each(path: Path, autojump_clock: MockClock) -> None:
    told = Alarms()
    disk = Disk(path, ballast=60, ask=rooms(900, 900, 190, 190, 90, 40, 300))
    journal = Journal(path, threaded=False, alarm=told, disk=disk)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        await trio.sleep(100)
        nursery.cancel_scope.cancel()
    journal.close()
    assert told == [("disk", "notice"), ("disk", "warning"), ("disk", "critical"), ("disk", "")]


async def test_a_full_disk_gets_the_ballast_back_at_once(path: Path, autojump_clock: MockClock) -> None:
    journal = Journal(path, threaded=False, alarm=Alarms(), disk=Disk(path, ballast=60, ask=rooms(900)))
    ballast = path.with_suffix(".ballast")
    assert ballast.exists()
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"
    journal._file._sql = Failing(journal._file._sql, "COMMIT", full)  # type: ignore[assignment]
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        journal.note("BoxStopping")
        with pytest.raises(HardwareError, match="full"):
            await journal.settled()
        assert not ballast.exists()
        nursery.cancel_scope.cancel()
    journal.close()


async def test_a_disk_that_is_full_for_an_hour_is_no_reason_for_the_watchdog_to_end_all_calls(
    path: Path, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd killed the box after 25 s of a full disk, again and again, though its calls went on."""
    journal = Journal(path, threaded=False, alarm=Alarms())
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"
    pulse = Pulse(lambda: int(trio.current_time() * 8000), lambda: journal.stuck_s)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        journal.note("BoxStarted", version="1")
        await journal.settled()
        monkeypatch.setattr(journal._file, "write", Failing.always(full))
        for _ in range(360):
            await trio.sleep(10)
            assert pulse.standing() == []
        assert journal.silent_s > 3590
        monkeypatch.undo()
        await trio.sleep(3)
        assert journal.silent_s < 3
        nursery.cancel_scope.cancel()
    journal.close()


async def test_a_disk_that_does_not_answer_is_one(path: Path, autojump_clock: MockClock) -> None:
    journal = Journal(path, threaded=False)
    pulse = Pulse(lambda: int(trio.current_time() * 8000), lambda: journal.stuck_s)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        await trio.sleep(5)
        assert pulse.standing() == []
        nursery.cancel_scope.cancel()
    await trio.sleep(WRITER_S + 1)  # nobody asks it any more: it is as with a thread that hangs in fsync
    assert pulse.standing() == ["the journal's writer"]
    journal.close()


def full_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    return error


@contextmanager
def no_file_may_grow() -> Iterator[None]:
    """What a full disk does to files, done by the kernel to those of this process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def written(path: Path) -> None:
    """A first run, in which a call was not cleared."""
    journal = Journal(path, threaded=False, alarm=Alarms())
    journal.note("ServiceInitiated", journal.next_call(), "8001")
    journal.close()


async def test_a_box_that_begins_on_a_full_disk_comes_up_and_writes_when_there_is_room(
    path: Path, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It did not come up, and systemd began it for ever: no call until somebody had tidied up."""
    await written(path)
    told = Alarms()
    with monkeypatch.context() as full:
        full.setattr(JournalFile, "write", Failing.always(full_error()))
        journal = Journal(path, threaded=False, alarm=told)
        assert told == [("journal", "critical")]
        call = journal.next_call()
        journal.note("BoxStarted", version="1")
        async with trio.open_nursery() as nursery:
            await nursery.start(journal.run)
            with pytest.raises(HardwareError, match="full"):
                await journal.settled()
            full.undo()
            await trio.sleep(3)
            await journal.settled()
            nursery.cancel_scope.cancel()
    journal.close()
    assert told == [("journal", "critical"), ("journal", "")]
    assert call > 1  # a number that the first run has not given
    kinds = [event.kind for event in events(path)]
    assert kinds[0] == "ServiceInitiated"
    assert "CallCleared" in kinds  # of the first run's call
    assert kinds[-2:] == ["BoxFailed", "BoxStarted"]


async def test_a_journal_is_read_though_the_disk_has_no_room_for_shared_memory(path: Path) -> None:
    """After a run that ended in order there is no -shm, and a full disk has no room for one."""
    await written(path)
    assert not path.with_name("journal.db-shm").exists()
    with no_file_may_grow():
        with pytest.raises(sqlite3.OperationalError) as refused:
            connect(path)
        assert refused.value.sqlite_errorname.startswith("SQLITE_IOERR_SHM")
        file = JournalFile(path)
        assert file.last_event() >= 1
        file.close()
    file = JournalFile(path)
    assert file.last_event() >= 1
    file.close()


async def test_a_journal_that_was_opened_alone_lets_others_read_as_soon_as_it_is_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room for an event, but at first none for shared memory: records and reports found it locked until a restart."""
    await written(path)
    refusals = [no_room_for_shared_memory()]

    def first_refused(path: Path | None, alone: bool = False) -> sqlite3.Connection:
        if refusals and not alone:
            raise refusals.pop()
        return connect(path, alone)

    monkeypatch.setattr(journal_file, "connect", first_refused)
    journal = Journal(path, threaded=False, alarm=Alarms())
    assert not refusals
    assert events(path)[-1].kind == "BoxFailed"
    journal.close()


def no_room_for_shared_memory() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    return error
