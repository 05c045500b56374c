"""What is noted is kept: in order, with its times, for ever; and what is not in the vocabulary is refused."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from core.store.event import Event, from_utc, to_utc
from core.store.journal import Journal
from core.store.journal_file import read
from hw import wall_clock
from hw.errors import LocalError

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run of the exchange begins at noon."""
    monkeypatch.setattr(wall_clock, "source", lambda: NOON)


def on_disk(path: Path) -> list[Event]:
    sql = sqlite3.connect(path)
    try:
        return list(read(sql))
    finally:
        sql.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


async def test_what_is_noted_is_on_disk_once_settled(path: Path, autojump_clock: MockClock) -> None:
    journal = Journal(path, threaded=False)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        call = journal.next_call()
        journal.note("ServiceInitiated", call, "8001")
        await trio.sleep(2.5)
        journal.note("Originated", call, "8001", called="8002", calling="8001", name="王芳", direction="internal")
        await journal.settled()
        kept = on_disk(path)
        nursery.cancel_scope.cancel()
    assert [(event.call, event.device, event.kind) for event in kept] == [
        (call, "8001", "ServiceInitiated"),
        (call, "8001", "Originated"),
    ]
    assert kept[1].data == {"called": "8002", "calling": "8001", "name": "王芳", "direction": "internal"}
    assert kept[1].clock - kept[0].clock == 2_500_000
    assert to_utc(kept[0].time) == NOON
    assert from_utc(to_utc(kept[1].time)) == kept[1].time == from_utc(NOON) + 2_500_000
    journal.close()


async def test_a_second_run_goes_on_counting(path: Path, autojump_clock: MockClock) -> None:
    first = Journal(path, threaded=False)
    first.note("BoxStarted", version="1")
    call = first.next_call()
    first.note("BoxStopped")
    first.close()
    second = Journal(path, threaded=False)
    second.note("BoxStarted", version="2")
    assert second.next_call() > call
    second.close()
    assert [(event.id, event.run, event.kind) for event in on_disk(path)] == [
        (1, 1, "BoxStarted"),
        (2, 1, "BoxStopped"),
        (3, 2, "BoxStarted"),
    ]


async def test_no_call_number_is_given_twice_though_the_box_dies(path: Path, autojump_clock: MockClock) -> None:
    first = Journal(path, threaded=False)
    given = {first.next_call() for _ in range(50)}
    first._file.close()  # the box dies: nothing more is written
    second = Journal(path, threaded=False)
    assert second.next_call() not in given
    second.close()


@pytest.mark.parametrize(
    ("kind", "call", "device", "data", "says"),
    [
        ("Deliverd", 1, "8001", {}, "no event is called 'Deliverd'"),
        ("Delivered", 0, "8001", {}, "must name its call"),
        ("Delivered", 1, "", {}, "must name its device"),
        ("Delivered", 1, "8001", {"colour": "red"}, "has no 'colour'; it has by"),
        ("DigitsDialled", 1, "8001", {}, "must have digits"),
        ("DigitsDialled", 1, "8001", {"digits": None}, "digits is a str"),
        ("ConnectionCleared", 1, "8001", {"cause": "busy"}, "cause is a int, not 'busy'"),
        ("ConnectionCleared", 1, "8001", {"by": "him"}, "by is one of far, near, line, exchange"),
    ],
)
async def test_what_the_vocabulary_does_not_know_is_refused(
    kind: str, call: int, device: str, data: dict[str, str], says: str
) -> None:
    journal = Journal(None)
    with pytest.raises(LocalError, match=says):
        journal.note(kind, call, device, **data)
    assert journal.last == 0
    journal.close()


async def test_watchers_see_each_event_at_once_until_they_go() -> None:
    journal = Journal(None)
    seen: list[str] = []
    gone = journal.watch(lambda event: seen.append(event.kind))
    journal.note("BoxStarted")
    assert seen == ["BoxStarted"]
    gone()
    journal.note("BoxStopping")
    assert seen == ["BoxStarted"]
    journal.close()


async def test_a_watcher_that_fails_costs_nobody_an_event(caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(None)
    seen: list[Event] = []
    journal.watch(lambda event: seen[7].id)  # type: ignore[arg-type]
    journal.watch(seen.append)
    journal.note("BoxStarted")
    assert [event.kind for event in seen] == ["BoxStarted"]
    assert "IndexError" in caplog.text
    journal.close()


async def test_what_was_noted_last_is_written_when_the_writer_is_cancelled(
    path: Path, autojump_clock: MockClock
) -> None:
    journal = Journal(path, threaded=False)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        journal.note("BoxStopping")
        nursery.cancel_scope.cancel()
    assert [event.kind for event in on_disk(path)] == ["BoxStopping"]
    journal.close()


async def test_a_run_that_ends_without_having_stopped_has_failed(path: Path) -> None:
    """The exchange fell over, and the journal was closed on the way out."""
    journal = Journal(path)
    journal.note("BoxStarted")
    journal.close()
    journal = Journal(path)
    assert journal.before is not None
    assert not journal.before.ended
    journal.close()
    assert [event.kind for event in on_disk(path)] == ["BoxStarted", "BoxFailed"]


async def test_a_batch_that_was_taken_is_written_whatever_is_cancelled(path: Path) -> None:
    journal = Journal(path)
    journal.note("BoxStopping")
    with trio.CancelScope() as scope:
        scope.cancel()
        await journal._write()
    assert [event.kind for event in on_disk(path)] == ["BoxStopping"]
    journal.close()


async def test_nobody_but_the_group_may_read_who_called_whom(path: Path) -> None:
    journal = Journal(path)
    journal.note("BoxStopping")
    await trio.to_thread.run_sync(journal._commit, journal._take())
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.glob("journal.db*")} == {
        "journal.db": "0o640",
        "journal.db-wal": "0o640",
        "journal.db-shm": "0o640",
    }
    journal.close()


async def test_two_exchanges_do_not_share_a_journal(path: Path) -> None:
    journal = Journal(path)
    with pytest.raises(LocalError, match="another exchange"):
        Journal(path)
    journal.close()
    Journal(path).close()


async def test_the_writer_has_a_thread_of_its_own_in_real_time(path: Path) -> None:
    journal = Journal(path)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        for _ in range(1000):
            journal.note("BoxStopping")
        await journal.settled()
        assert len(on_disk(path)) == 1000
        nursery.cancel_scope.cancel()
    journal.close()


@pytest.fixture
def clock_is_set(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [NOON]
    monkeypatch.setattr(wall_clock, "source", lambda: now[0])
    return now


async def test_a_clock_that_is_set_is_noted_and_followed(
    clock_is_set: list[datetime], autojump_clock: MockClock
) -> None:
    journal = Journal(None)
    seen: list[Event] = []
    journal.watch(seen.append)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        clock_is_set[0] = NOON.replace(year=2027)
        await trio.sleep(3)
        nursery.cancel_scope.cancel()
    assert seen[0].kind == "ClockSet"
    assert seen[0].data["by_s"] == pytest.approx(365 * 86400, abs=3)
    assert to_utc(seen[0].time).year == 2027
    assert seen[0].clock < 3_000_000
    journal.close()


async def test_what_is_kept_is_there_in_the_next_run_and_what_is_forgotten_is_not(path: Path) -> None:
    journal = Journal(path)
    journal.state["forward/8001/always"] = {"to": "8002"}
    journal.state["dnd/8003"] = True
    journal.state["dnd/8004"] = True
    del journal.state["dnd/8003"]
    journal.close()
    journal = Journal(path)
    assert dict(journal.state) == {"forward/8001/always": {"to": "8002"}, "dnd/8004": True}
    assert journal.state.under("dnd/") == {"dnd/8004": True}
    journal.close()
