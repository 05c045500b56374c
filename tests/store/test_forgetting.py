"""What has been kept long enough goes, and nothing else: not audit, not calls that are open, not for a wrong clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trio
from sqlite_utils import Database
from trio.testing import MockClock

from core.store import forgetting, records_table
from core.store import journal as journal_module
from core.store.event import Event
from core.store.forgetting import CHUNK, DAY_US, EVERY_US, FIRST_US, FOREVER, Forgetting
from core.store.journal import Journal
from core.store.journal_file import connect, read
from core.store.vocabulary import EVENTS
from hw import wall_clock

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The wall clock; to be set. The box breathes slowly, so that days go by with few commits."""
    monkeypatch.setattr(journal_module, "HEARTBEAT_S", 600.0)
    clock = [NOON]
    monkeypatch.setattr(wall_clock, "source", lambda: clock[0])
    return clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def kept(path: Path) -> tuple[list[Event], list[int]]:
    sql = connect(path)
    try:
        return list(read(sql)), [record.call for record in records_table.find(Database(sql))]
    finally:
        sql.close()


def a_call(journal: Journal) -> int:
    call = journal.next_call()
    journal.note("ServiceInitiated", call, "8001")
    journal.note("CallCleared", call)
    return call


async def run_for(journal: Journal, seconds: float) -> None:
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        await trio.sleep(seconds)
        nursery.cancel_scope.cancel()


async def old_calls(path: Path) -> None:
    """A run that ends with a finished call and an act in the audit trail."""
    journal = Journal(path, threaded=False)
    a_call(journal)
    journal.note("Audit", actor="Mei", act="box.stop")
    journal.note("BoxStopped")
    journal.close()


async def test_what_is_older_than_the_days_goes_and_audit_stays(
    path: Path, now: list[datetime], autojump_clock: MockClock
) -> None:
    await old_calls(path)
    now[0] += timedelta(days=8)
    journal = Journal(path, threaded=False, keep_days=7)
    recent = a_call(journal)
    await run_for(journal, 3600 * 2)
    journal.close()
    events, calls = kept(path)
    assert [event.kind for event in events] == ["Audit", "ServiceInitiated", "CallCleared", "JournalForgotten"]
    assert events[-1].data == {"events": 3}
    assert calls == [recent]
    again = Journal(path, threaded=False)
    assert again.last > events[-1].id
    assert again.next_call() > recent
    again.close()


async def test_nothing_goes_unless_somebody_said_so(path: Path, now: list[datetime], autojump_clock: MockClock) -> None:
    await old_calls(path)
    now[0] += timedelta(days=20)
    journal = Journal(path, threaded=False)
    await run_for(journal, 7200)
    journal.close()
    assert len(kept(path)[0]) == 4


async def test_a_clock_that_is_far_off_empties_nothing_for_a_day(
    path: Path, now: list[datetime], autojump_clock: MockClock
) -> None:
    await old_calls(path)
    now[0] += timedelta(days=4000)
    journal = Journal(path, threaded=False, keep_days=7)
    await run_for(journal, 23 * 3600)
    assert len(kept(path)[0]) == 4
    await run_for(journal, 2 * 3600)
    journal.close()
    # The newest event of that hour stays: its id says where to go on.
    assert [event.kind for event in kept(path)[0]] == ["Audit", "BoxStopped", "JournalForgotten"]


async def test_a_call_that_is_open_keeps_its_events(path: Path, now: list[datetime], autojump_clock: MockClock) -> None:
    journal = Journal(path, threaded=False, keep_days=1)
    call = journal.next_call()
    journal.note("ServiceInitiated", call, "8001")
    a_call(journal)
    await run_for(journal, 3 * 86400)
    journal.close()
    events, _ = kept(path)
    assert ("ServiceInitiated", call) in [(event.kind, event.call) for event in events]
    assert call + 1 not in {event.call for event in events}


async def test_much_goes_piece_by_piece(
    path: Path, now: list[datetime], autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("core.store.forgetting", "core.store.journal_file"):
        monkeypatch.setattr(f"{module}.CHUNK", 10)
    journal = Journal(path, threaded=False)
    for _ in range(20):
        a_call(journal)
    journal.note("BoxStopped")
    journal.close()
    now[0] += timedelta(days=8)
    journal = Journal(path, threaded=False, keep_days=7)
    await run_for(journal, 7200)
    journal.close()
    told = [event.data["events"] for event in kept(path)[0] if event.kind == "JournalForgotten"]
    assert sum(told) == 41
    assert len(told) < 4
    assert forgetting.CHUNK == 10


def test_what_stays_for_ever_are_kinds_of_events() -> None:
    assert set(FOREVER) <= EVENTS.keys()


def test_the_times_of_forgetting() -> None:
    decides = Forgetting(7)
    time = 100 * DAY_US
    assert decides.before(0, time) == 0
    assert decides.before(FIRST_US, time) == 93 * DAY_US
    assert decides.gone(CHUNK, FIRST_US) == 0
    assert decides.before(FIRST_US, time) == 93 * DAY_US
    assert decides.gone(5, FIRST_US) == CHUNK + 5
    assert decides.before(FIRST_US + 1, time) == 0
    assert decides.before(FIRST_US + EVERY_US, time) == 93 * DAY_US
    decides.doubt(FIRST_US + EVERY_US)
    assert decides.before(FIRST_US + EVERY_US + DAY_US - 1, time) == 0
    assert Forgetting(0).before(10 * DAY_US, time) == 0
