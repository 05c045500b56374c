"""The steward in virtual time: what is too old goes, a full disk stops recordings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from core.alarms import Alarms
from core.past import Past
from core.recording.keeping import DAY_US
from core.recording.shelf import GOING, Shelf
from core.recording.steward import Steward
from core.store.disk import Room
from core.store.journal import Journal
from core.store.reader import NAME
from core.store.recordings import Recording, Wanted
from hw import wall_clock
from tests.core.boxes import box

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLASSES = [{"name": "week", "max_days": 7}, {"name": "ever"}]


class Clock:
    """The wall clock of a story."""

    def __init__(self) -> None:
        self.now = START

    def days(self, days: float) -> None:
        self.now += timedelta(days=days)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(wall_clock, "source", lambda: clock.now)
    return clock


class Ear:
    """In the place of the recorder."""

    def __init__(self) -> None:
        self.full = ""


class Story:
    """A shelf with a steward, whose disk is what the story says."""

    def __init__(self, journal: Journal, data: Path, **tables: Any) -> None:
        self.box = box(retention=CLASSES, **tables)
        self.journal = journal
        self.folder = data / "recordings"
        self.folder.mkdir(exist_ok=True)
        self.events: list[tuple[str, dict[str, Any]]] = []
        journal.watch(lambda event: self.events.append((event.kind, event.data)))
        past = Past(journal, data / NAME, threaded=False)
        self.shelf = Shelf(journal, past, self.folder, lambda: self.box, threaded=False)
        self.alarms = Alarms()
        self.alarms.trail = journal
        self.ear = Ear()
        self.written = 0
        self.room = Room(50, 100)
        self.steward = Steward(
            self.shelf,
            self.ear,
            self.alarms,
            lambda: self.box,
            lambda: self.written,
            lambda folder: self.room,
        )

    async def recorded(self, call: int, retention: str = "", size: int = 1000) -> str:
        name = f"{call}-1.wav"
        (self.folder / name).write_bytes(bytes(size))
        self.journal.note("RecordingBegan", call=call, device="8001", file=name, retention=retention)
        self.journal.note("RecordingEnded", call=call, device="8001", file=name, ms=1)
        await self.journal.settled()
        return name

    async def there(self) -> list[str]:
        rows: list[Recording] = list(await self.shelf.search(Wanted()))
        assert sorted(row.name for row in rows) == sorted(path.name for path in self.folder.iterdir())
        return [row.file for row in rows]

    def levels(self) -> dict[str, str]:
        return {alarm.key: alarm.level for alarm in self.alarms.standing.values()}


@asynccontextmanager
async def story(data: Path, **tables: Any) -> AsyncIterator[Story]:
    journal = Journal(data / NAME, threaded=False)
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(journal.run)
            yield Story(journal, data, **tables)
            nursery.cancel_scope.cancel()
    finally:
        journal.close()


async def test_what_is_too_old_goes_by_itself_and_what_is_held_stays(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path) as first:
        old, held = await first.recorded(1, "week"), await first.recorded(2, "week")
        other, ever = await first.recorded(3, "ever"), await first.recorded(4)
        await first.shelf.hold(held, "a case", "Li")
    clock.days(6)
    async with story(tmp_path) as second:
        await second.recorded(5, "week")
        await second.steward.tidy()
        assert len(await second.there()) == 5
    clock.days(1.1)
    async with story(tmp_path) as third:
        await third.steward.tidy()
        assert await third.there() == [held, other, ever, "5-1.wav"]
        (erased,) = [data for kind, data in third.events if kind == "RecordingErased"]
        assert (erased["file"], erased["by"]) == (old, "")
        assert "week" in erased["reason"]
        assert erased["sha256"]
        assert third.shelf.used == 4000
        await third.shelf.release(held)
        await third.steward.tidy()
        assert await third.there() == [other, ever, "5-1.wav"]


async def test_an_erasure_that_was_cut_is_ended_at_the_next_start(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path) as first:
        name = await first.recorded(1)
        # The evidence is safe, and the power goes before the file.
        first.journal.note("RecordingErased", file=name, reason="asked for", by="Li", sha256="aa")
        first.journal.state[GOING + name] = ""
        await first.journal.settled()
        assert (first.folder / name).exists()
    async with story(tmp_path) as second:
        await second.steward.tidy()
        assert await second.there() == []
        assert not second.journal.state.under(GOING)


async def test_marks_of_the_disk_warn_and_stop_recording_and_let_it_go_on(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path) as office:
        seen = []
        for free in (25, 15, 8, 3, 8, 25):
            office.room = Room(free, 100)
            await office.steward.look()
            seen.append((office.levels().get("recordings disk", ""), bool(office.ear.full)))
        assert seen == [
            ("", False),
            ("notice", False),
            ("warning", False),
            ("critical", True),
            ("warning", False),
            ("", False),
        ]


async def test_a_quota_counts_what_lies_there_and_what_is_being_written(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    gigabyte = 10**9
    async with story(tmp_path, recording={"quota_gb": 1}) as office:
        name = await office.recorded(1, size=1000)
        await office.steward.tidy()
        office.written = int(0.85 * gigabyte)
        await office.steward.look()
        assert office.levels() == {"recordings quota": "notice"}
        office.written = int(0.99 * gigabyte)
        await office.steward.look()
        assert office.levels() == {"recordings quota": "critical"}
        assert "1 GB" in office.ear.full
        await office.shelf.erase(name, "room is needed", "Li")
        assert office.shelf.used == office.written
        office.shelf.used = 0  # as the next hour counts
        await office.steward.look()
        assert office.levels() == {}
        assert office.ear.full == ""


async def test_a_disk_that_refuses_is_an_alarm_and_is_tried_again(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with story(tmp_path) as office, trio.open_nursery() as nursery:
        name = await office.recorded(1)

        def refuse(*_: object, **__: object) -> None:
            raise OSError(30, "Read-only file system")

        with monkeypatch.context() as broken:
            broken.setattr(Path, "unlink", refuse)
            with pytest.raises(OSError, match="Read-only"):
                await office.shelf.erase(name, "asked for", "Li")
            await nursery.start(office.steward.run)
            await trio.sleep(1)
            assert office.levels() == {"recordings": "critical"}
        await trio.sleep(100)
        assert office.levels() == {}
        assert await office.there() == []
        nursery.cancel_scope.cancel()


def test_a_day_is_a_day() -> None:
    assert timedelta(days=1) / timedelta(microseconds=1) == DAY_US
