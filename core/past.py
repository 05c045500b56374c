"""The journal's past for whoever asks the running box: what was noted up to this moment, read from the file.

What is noted is on disk some 30 ms later: a question waits for that first. Reading is done in a worker thread, one at a
time, by a connection of its own that cannot write; the writer is not held up. A box that keeps nothing has no past.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import trio

from core.store.alarm_past import KINDS as ALARMS
from core.store.alarm_past import AlarmPast, alarm_past
from core.store.event import Event
from core.store.journal import Journal
from core.store.reader import Reader
from core.store.records import CallRecord

T = TypeVar("T")


class Past:
    """`path`: of the journal's file; None: it is kept in memory only. threaded=False: for virtual time."""

    def __init__(self, journal: Journal, path: Path | None, *, threaded: bool = True) -> None:
        self._journal = journal
        self._path = path
        self._threaded = threaded
        self._one = trio.CapacityLimiter(1)

    async def find(self, after: int, call: int, device: str, kinds: Sequence[str], limit: int) -> list[Event]:
        def ask(reader: Reader) -> list[Event]:
            return reader.find(after, call=call, device=device, kinds=kinds, limit=limit)

        return await self.ask(ask)

    async def of_call(self, call: int) -> list[Event]:
        return await self.ask(lambda reader: reader.of_call(call))

    async def records(self, since: int, until: int, number: str, last: int) -> list[CallRecord]:
        return await self.ask(lambda reader: list(reader.records(since, until, number, last)))

    async def alarms(self, since: int, until: int) -> list[AlarmPast]:
        return await self.ask(lambda reader: alarm_past(reader.of_kinds(ALARMS, since, until)))

    async def ask(self, ask: Callable[[Reader], list[T]]) -> list[T]:
        """Any question to the file. HardwareError: the disk refuses."""
        path = self._path
        if path is None:
            await trio.lowlevel.checkpoint()
            return []
        await self._journal.settled()

        def read() -> list[T]:
            reader = Reader(path)
            try:
                return ask(reader)
            finally:
                reader.close()

        return await trio.to_thread.run_sync(read, limiter=self._one) if self._threaded else read()
