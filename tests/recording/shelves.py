"""A shelf of recordings in virtual time, with a steward, a wall clock and a disk that are what the story says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import trio

from core.alarms import Alarms
from core.past import Past
from core.recording.shelf import Shelf
from core.recording.steward import Steward
from core.store.disk import Room
from core.store.journal import Journal
from core.store.reader import NAME
from core.store.recordings import Recording, Wanted
from tests.core.boxes import box

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLASSES = [{"name": "week", "max_days": 7}, {"name": "ever"}]


class Clock:
    """The wall clock of a story."""

    def __init__(self) -> None:
        self.now = START

    def days(self, days: float) -> None:
        self.now += timedelta(days=days)


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
        assert sorted(row.name for row in rows) == sorted(path.name for path in self.folder.glob("*-*"))
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
