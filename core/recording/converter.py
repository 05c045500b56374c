"""Turns recordings into what the configuration wants them to be, one after the other, when there is time.

    ended ──────────────────────> wav ── opus_after_h, and the box is idle ──> opus
    ended, encrypt_to is set ───> wav ── at once (opus first, if wanted) ────> wav.age, opus.age

    made in .making/ ── renamed ── RecordingConverted, safe in the journal ── the form before goes

A cut in between leaves the old form, and it is done again. A file whose checksum is not the journal's is left alone:
what it was must not be covered up. One that is held is not made smaller, but is encrypted.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

import trio

from core.alarms import Alarms
from core.config.model.box import Box
from core.config.model.recording import Recording as Settings
from core.recording import converting
from core.recording.mending import MAKING
from core.recording.shelf import RecordingView, Shelf, remove, sync_folder
from core.recording.tape import sha256
from core.store.event import from_utc
from core.store.recordings import Wanted, named
from core.texts import _
from hw import wall_clock
from hw.card import HardwareError

log = logging.getLogger(__name__)

LOOKS_S = 30.0
AT_ONCE = 50
HOUR_US = 3_600_000_000
KEY = "recordings conversion"
SHORTEST_MS = 1000
"""Shorter ones are not made smaller: there is nothing to gain, and Opus has no file of no length."""
BUSY = 0.5
"""Of one processor, by all of them on average in the last minute: with more, nothing is made smaller."""


def idle() -> bool:
    return os.getloadavg()[0] < BUSY * (os.cpu_count() or 1)


class Converter:
    """`idle()`: there is time for what can wait. threaded=False: for virtual time, in the process itself."""

    def __init__(
        self,
        shelf: Shelf,
        alarms: Alarms,
        settings: Callable[[], Box],
        *,
        idle: Callable[[], bool] = idle,
        threaded: bool = True,
    ) -> None:
        self._shelf = shelf
        self._alarms = alarms
        self._settings = settings
        self._idle = idle
        self._threaded = threaded
        self._refused: set[str] = set()
        self._done_before: dict[str, int] = {}
        """What began before then has its form: for the settings that it was looked for with."""

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled."""
        task_status.started()
        while True:
            try:
                while await self.work():
                    await trio.lowlevel.checkpoint()
            except (OSError, HardwareError) as error:
                log.error("recordings cannot be converted: %s", error)
                text = _("recordings cannot be converted: {why}").format(why=error)
                self._alarms.set(KEY, "warning", text, _("look at the disk and at who owns the folder"))
            await trio.sleep(LOOKS_S)

    async def work(self) -> bool:
        """Converts some of those that are due. False: there were none, or it is not the time."""
        settings = self._settings().recording
        if settings.encrypt_to:
            return await self._some(settings, "plain", f"age {settings.encrypt_to}", 0)
        if settings.opus_after_h and self._idle():
            before = from_utc(wall_clock.utc()) - settings.opus_after_h * HOUR_US
            return await self._some(settings, "wav", "opus", before)
        return False

    async def _some(self, settings: Settings, form: str, purpose: str, before: int) -> bool:
        """before: only what began before then, UTC in µs; 0: all."""
        since = self._done_before.get(purpose, 0)
        found = await self._shelf.search(Wanted(form=form, since=since, until=before))
        found = [row for row in found if row.file not in self._refused and (row.sha256 or not row.ended)]
        if before:
            found = [row for row in found if row.ms >= SHORTEST_MS or not row.ended]
        due = [row for row in found if row.ended and not (before and row.held)]
        if not due:
            # Those that run, or are held, are looked at again.
            waiting = [row.began for row in found]
            self._done_before[purpose] = min([*waiting, before or from_utc(wall_clock.utc())])
            return False
        for row in due[:AT_ONCE]:
            if before and not self._idle():
                return False
            if settings.opus_after_h and row.form == "wav" and row.ms >= SHORTEST_MS:
                row = await self._convert(row, "opus", "opus") or row
            if settings.encrypt_to and row.file not in self._refused:
                await self._convert(row, f"{row.form}.age", f"age:{settings.encrypt_to}")
        return True

    async def _convert(self, row: RecordingView, form: str, how: str) -> RecordingView | None:
        """Its new row; None: it stays as it is, and why is in the log and an alarm."""
        folder = self._shelf.folder
        source, target = folder / row.name, folder / named(row.file, form)
        making = folder / MAKING / target.name
        problem = await self._shelf.aside(lambda: self._sound(row, source, making))
        if not problem:
            problem = await self._made(how, source, making)
        if problem:
            self._refused.add(row.file)
            log.error("recording %s cannot become %s: %s", row.file, form, problem)
            text = _("recording {file} cannot become {form}: {why}").format(file=row.file, form=form, why=problem)
            self._alarms.set(KEY, "warning", text, _("strowger recording verify shows which files were changed"))
            await self._shelf.aside(lambda: remove(making))
            return None
        digest, size = await self._shelf.aside(lambda: _placed(making, target))
        self._shelf.used += size
        await self._shelf.replaced(row, form, digest)
        return await self._shelf.get(row.file)

    def _sound(self, row: RecordingView, source: Path, making: Path) -> str:
        """Why it is left alone; "": it is what it was."""
        making.parent.mkdir(exist_ok=True)
        try:
            digest = sha256(source)
        except FileNotFoundError:
            return "the file is gone"
        return "" if digest == row.sha256 else "its checksum is another than the journal's"

    async def _made(self, how: str, source: Path, making: Path) -> str:
        """What went wrong; "": nothing."""
        if not self._threaded:
            try:
                converting.convert(how, source, making)
            except (OSError, ValueError) as error:
                return str(error)
            return ""
        command = [sys.executable, converting.__file__, how, str(source), str(making)]
        done = await trio.run_process(command, capture_stderr=True, check=False)
        return (
            ""
            if done.returncode == 0
            else done.stderr.decode(errors="replace").strip() or f"it ended with {done.returncode}"
        )


def _placed(making: Path, target: Path) -> tuple[str, int]:
    """It has its name, for good. Returns checksum and size."""
    digest, size = sha256(making), making.stat().st_size
    making.replace(target)
    sync_folder(target.parent)
    return digest, size
