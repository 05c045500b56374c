"""The journal's file from outside: records, events of calls that belong together, trunk use."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.store.event import Event
from core.store.journal_file import JournalFile, wal
from core.store.life import Lives
from core.store.reader import Reader
from core.store.records import record
from core.store.records_table import TOOK_PART, wanted
from core.store.run import Run
from hw.card import HardwareError
from tests.store.story import NOON, Story
from tests.store.transfers import stories

STORIES = stories()
Keep = Callable[[list[Event]], Path]


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Puts events into a journal file, closed in order."""

    def put(events: list[Event]) -> Path:
        path = tmp_path / "journal.db"
        lives = Lives()
        ended = [record(life) for event in events if (life := lives.see(event))]
        file = JournalFile(path)
        file.write(events, {}, ended, Run(1, NOON, NOON, 0, ended=True))
        file.close()
        return path

    return put


def titled(title: str) -> list[Event]:
    return STORIES[f"{title}: the caller hangs up"].events


def test_the_newest_those_of_a_time_and_those_of_a_number(keep: Keep) -> None:
    story = Story()
    for call, station in enumerate(("8001", "8002", "8001", "8003"), 1):
        story.incoming(call, "e1a/1", station, calling=f"1380000000{call}")
        story.wait(10)
        story.hangs_up(call, "e1a/1")
        story.wait(50)
    reader = Reader(keep(story.events))

    def found(**asked: int | str) -> list[int]:
        return [row.call for row in reader.records(**asked)]  # type: ignore[arg-type]

    minute = 60_000_000
    assert found() == [1, 2, 3, 4]
    assert found(since=NOON + minute, until=NOON + 3 * minute) == [2, 3]
    assert found(number="8001") == [1, 3]
    assert found(number="13800000004") == [4]
    assert found(number="e1a/1", last=2) == [3, 4]
    reader.close()


@pytest.mark.parametrize("asked", [1, 2])
@pytest.mark.parametrize("title", ["attended", "semi-attended", "consult, then back", "three-party, then one leaves"])
def test_a_call_brings_the_calls_that_belong_to_it(keep: Keep, title: str, asked: int) -> None:
    events = titled(title)
    strangers = Story()
    strangers.calls(9, "8009", "8010")
    strangers.hangs_up(9, "8009")
    more = [Event(1000 + e.id, e.time, e.clock, e.run, e.call, e.device, e.kind, e.data) for e in strangers.events]
    reader = Reader(keep(events + more))
    assert reader.of_call(asked) == [event for event in events if event.call]
    reader.close()


def test_a_consultation_that_is_still_open_belongs_to_its_call(keep: Keep) -> None:
    story = Story()
    story.incoming(1, "e1a/1", "8001")
    story.answers(1, "8001")
    story.holds(1, "8001", "e1a/1")
    story.calls(2, "8001", "8002", consults=1)
    reader = Reader(keep(story.events))
    assert reader.of_call(1) == story.events
    reader.close()


def test_no_such_call_has_no_events(keep: Keep) -> None:
    reader = Reader(keep(titled("blind")))
    assert reader.of_call(5) == []
    assert next(reader.events(until=NOON + 1)).kind == "TrunkSeized"
    reader.close()


def test_the_folder_is_as_good_as_the_file(keep: Keep) -> None:
    reader = Reader(keep(titled("blind")).parent)
    assert [row.call for row in reader.records()] == [1]
    reader.close()


def test_reading_writes_nothing(keep: Keep) -> None:
    path = keep(titled("blind"))
    before = sorted(path.parent.iterdir())
    reader = Reader(path)
    assert len(list(reader.records())) == 1
    reader.close()
    assert sorted(path.parent.iterdir()) == before
    assert not wal(path).exists()


def test_a_running_exchange_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    file = JournalFile(path)
    events = titled("blind")
    file.write(events, {}, [], Run(1, NOON, NOON, 0, ended=False))
    reader = Reader(path)
    assert reader.of_call(1) == events
    reader.close()
    file.close()


def test_no_journal_is_said_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(HardwareError, match="no journal") as failed:
        Reader(tmp_path / "nothing.db")
    assert "--journal" in failed.value.action
    (tmp_path / "text").write_text("no database " * 100)
    with pytest.raises(HardwareError, match="no journal"):
        Reader(tmp_path / "text")


def test_trunk_use_of_a_period(keep: Keep) -> None:
    story = Story()
    story.incoming(1, "e1a/1", "8001")
    story.wait(60)
    story.lets_go(1, "e1a/1")
    story.seizes(2, "e1a/2", "010")
    story.wait(30)
    story.lets_go(2, "e1a/2")
    story.incoming(3, "e1a/1", "8001")
    story.wait(30)
    reader = Reader(keep(story.events))
    whole = reader.trunk_use(until=NOON + 120_000_000)
    assert [(use.trunk, use.group, use.seizures_in, use.seizures_out, use.busy_us) for use in whole] == [
        ("e1a/1", "city", 2, 0, 90_000_000),
        ("e1a/2", "city", 0, 1, 30_000_000),
    ]
    assert whole[0].erlang(120_000_000) == pytest.approx(0.75)
    later = reader.trunk_use(since=NOON + 30_000_000, until=NOON + 70_000_000)
    assert [(use.trunk, use.busy_us) for use in later] == [("e1a/1", 30_000_000), ("e1a/2", 10_000_000)]
    reader.close()


@pytest.mark.parametrize("number", ["", "8001", "e1a/1", "13800000003", "10086"])
@pytest.mark.parametrize("last", [0, 1, 2, 9])
def test_calls_of_a_number_are_those_in_which_it_took_part_and_no_column_is_read_through(
    keep: Keep, number: str, last: int
) -> None:
    story = Story()
    for call, station in enumerate(("8001", "8002", "8001", "8003"), 1):
        story.incoming(call, "e1a/1", station, calling=f"1380000000{call}")
        story.wait(10)
        story.hangs_up(call, "e1a/1")
        story.wait(50)
    path = keep(story.events)
    reader = Reader(path)
    every = list(reader.records())
    took_part = [row for row in every if not number or number in [getattr(row, name) for name in TOOK_PART]]
    assert list(reader.records(number=number, last=last)) == (took_part[-last:] if last else took_part)
    reader.close()
    condition, values = wanted(0, 0, number, last)
    with closing(sqlite3.connect(path)) as sql:
        rows = sql.execute(f"EXPLAIN QUERY PLAN SELECT * FROM records WHERE {condition}", values)
        plan = [text for *_numbers, text in rows]
    if number:
        assert [line for line in plan if line.startswith("SCAN records")] == [], plan
        assert (
            sum("USING COVERING INDEX records_by_" in line or "USING INDEX records_by_" in line for line in plan) == 8
        )
