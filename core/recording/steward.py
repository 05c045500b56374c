"""Keeps the shelf: what is too old goes, what is to be smaller or secret becomes so, and the disk is never filled.

    every 10 s     how much is left of disk and quota (marks.py): alarms; at "critical" nothing new is recorded
    every hour     what has passed the max_days of its retention class is erased, with evidence; held ones stay

A disk that refuses is an alarm, and is tried again; nothing here ends the box or costs a call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import trio

from core.alarms import Alarms
from core.config.model.box import Box
from core.recording import marks
from core.recording.keeping import over_before
from core.recording.shelf import Shelf, usage
from core.store.disk import Room, room
from core.store.event import from_utc
from core.store.recordings import Wanted
from core.texts import _
from hw import wall_clock
from hw.card import HardwareError

log = logging.getLogger(__name__)

LOOKS_S = 10.0
TIDIES_S = 3600.0
TRIED_AGAIN_S = 60.0
WORD = "recordings"
"""Of the keys of its alarms."""


class Filled(Protocol):
    """The recorder, as far as it is needed here."""

    full: str


class Steward:
    """`written()`: bytes that the recorder has written since the start. `space`: asks the disk."""

    def __init__(
        self,
        shelf: Shelf,
        recorder: Filled,
        alarms: Alarms,
        settings: Callable[[], Box],
        written: Callable[[], int],
        space: Callable[[Path], Room] = room,
    ) -> None:
        self._shelf = shelf
        self._recorder = recorder
        self._alarms = alarms
        self._settings = settings
        self._written = written
        self._space = space
        self._counted = 0
        """Of what was written, so much is in the shelf's `used`."""

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch)
            nursery.start_soon(self._tidy_hourly)
            task_status.started()

    # ---- room ----

    async def _watch(self) -> None:
        while True:
            await self.look()
            await trio.sleep(LOOKS_S)

    async def look(self) -> None:
        """How much is left, and what follows from it."""
        shelf = self._shelf
        try:
            disk = await shelf.aside(lambda: self._space(shelf.folder))
        except OSError as error:
            self._trouble(error)
            return
        written = self._written()
        shelf.used += written - self._counted
        self._counted = written
        found = {
            "disk": marks.of_disk(disk),
            "quota": marks.of_quota(shelf.used, self._settings().recording.quota_gb),
        }
        for word, mark in found.items():
            if mark.level:
                remedy = _("erase or move recordings, or shorten their retention")
                self._alarms.set(f"{WORD} {word}", mark.level, mark.text, remedy)
            else:
                self._alarms.clear(f"{WORD} {word}")
        full = [mark.text for mark in found.values() if mark.level == "critical"]
        self._recorder.full = full[0] if full else ""

    # ---- time ----

    async def _tidy_hourly(self) -> None:
        while True:
            try:
                await self.tidy()
            except (OSError, HardwareError) as error:
                self._trouble(error)
                await trio.sleep(TRIED_AGAIN_S)
            else:
                self._alarms.clear(WORD)
                await trio.sleep(TIDIES_S)

    async def tidy(self) -> None:
        """What is over, goes. OSError, HardwareError: the disk refuses."""
        shelf = self._shelf
        await shelf.clear_going()
        now = from_utc(wall_clock.utc())
        for retention in self._settings().retention:
            if before := over_before(retention, now):
                rows = await shelf.search(Wanted(until=before, retention=retention.name))
                over = [row for row in rows if row.ended and not row.held]
                reason = f"older than {retention.max_days} days: retention {retention.name}"
                await shelf.erase_all(over, reason, "")
        # What was written meanwhile is counted twice, until the next hour.
        self._counted = self._written()
        shelf.used = await shelf.aside(lambda: usage(shelf.folder))

    def _trouble(self, error: Exception) -> None:
        log.error("recordings cannot be kept in order: %s", error)
        text = _("the folder of recordings cannot be used: {why}").format(why=error)
        self._alarms.set(WORD, "critical", text, _("look at the disk and at who owns the folder"))
