"""The queue_log of the running box: lines are appended to a file as things happen, none is lost and none comes twice.

    journal   | event 17 | event 18 | event 19 |     safe on disk before its line is written
    file      | line     | line, li…                 appended, synced; then noted in kept state:
    kept      { event 18, inode, size }              up to here the file has all lines

    next start    lines after event 18 are worked out again; what the file has beyond `size` is their beginning: the
                  rest is written

The file is opened for each batch of lines, so it may be renamed at any time (logrotate): the next lines begin a new
one. A file that was renamed since is found by its inode beside the new one. When the disk refuses, an alarm stands, and
the lines come from the journal when it works again. Every BATCH_S there is a batch, if there is anything to be said.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import trio

from core.alarms import Alarms
from core.config.model.box import Box
from core.reports.queue_log import KINDS, QueueLog
from core.store.event import Event
from core.store.journal import Journal
from core.store.reader import Reader
from core.texts import _
from hw.card import HardwareError

T = TypeVar("T")

BATCH_S = 0.5
RETRY_S = 5.0
KEPT = "reports/queue log"
ALARM = "queue log"
MODE = 0o640


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a file has come: it has the lines of all events up to this one, and was so long then. setting: by which
    it is known.
    """

    setting: str
    event: int
    inode: int = 0
    size: int = 0


class QueueLogFile:
    """file: of the journal; a path that begins with no slash is below its folder. box: as configured now. faulted: is
    told of what failed by our own fault; the log then goes on with what comes. threaded=False: for virtual time.
    """

    def __init__(
        self,
        journal: Journal,
        file: Path,
        box: Callable[[], Box],
        alarms: Alarms,
        faulted: Callable[[Exception], None],
        *,
        threaded: bool = True,
    ) -> None:
        self._faulted = faulted
        self._journal = journal
        self._file = file
        self._box = box
        self._alarms = alarms
        self._threaded = threaded
        self._events: list[Event] = []
        self._log: QueueLog | None = None
        """None: it is to be begun, from the mark."""
        self._setting = ""
        self._path: Path | None = None
        self._mark = Mark("", 0)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled; then the last lines are written."""
        gone = self._journal.watch(self._heard)
        task_status.started()
        try:
            while True:
                wait_s = BATCH_S if await self._round() else RETRY_S
                await trio.sleep(wait_s)
        finally:
            with trio.CancelScope(shield=True):
                await self._round()
            gone()

    def _heard(self, event: Event) -> None:
        if self._path is not None and event.kind in KINDS:
            self._events.append(event)

    async def _round(self) -> bool:
        """What there is to be written. False: the disk refuses it for now."""
        setting = self._box().reports.queue_log
        path = self._file.parent / setting if setting else None
        if path != self._path:
            self._path, self._log, self._events = path, None, []
            self._setting = setting
            self._alarms.clear(ALARM)
        if path is None or (self._log is not None and not self._events):
            return True
        try:
            await (self._begin(path) if self._log is None else self._go_on(path, self._log))
        except (OSError, sqlite3.Error, HardwareError) as error:
            self._log, self._events = None, []
            text = _("the queue log {file} cannot be written: {error}").format(file=path, error=error)
            self._alarms.set(ALARM, "warning", text, _("look at the disk and at [reports] queue_log"))
            return False
        except Exception as error:  # our fault: it costs lines, and nobody else anything
            self._faulted(error)
            self._log, self._events = None, []
            self._keep(Mark(setting, self._journal.last))
            return False
        self._alarms.clear(ALARM)
        return True

    async def _go_on(self, path: Path, log: QueueLog) -> None:
        events, self._events = self._events, []
        lines = [line for event in events for line in log.see(event)]
        mark = replace(self._mark, event=events[-1].id)
        if lines:
            await self._journal.settled()
            mark = await self._aside(partial(append, path, _text(lines), mark))
        self._keep(mark)

    async def _begin(self, path: Path) -> None:
        """From where the file has come to; one that is new begins now."""
        last, self._events = self._journal.last, []  # what comes after it is heard
        await self._journal.settled()
        kept: dict[str, Any] | None = self._journal.state.get(KEPT)
        known = kept is not None and kept["setting"] == self._setting
        mark = Mark(**kept) if kept is not None and known else Mark(self._setting, last)
        log, lines = await self._aside(partial(self._missed, mark.event, last))
        found = await self._aside(partial(written, path, mark))
        mark = replace(mark, event=last)
        self._keep(await self._aside(partial(append, path, rest(_text(lines), found), mark)))
        self._log = log

    def _missed(self, event: int, last: int) -> tuple[QueueLog, list[str]]:
        """A log that knows how things stood at that event, and the lines of what happened since."""
        numbers = {agent.number: [one.queue for one in agent.queues] for agent in self._box().agent}
        log = QueueLog(lambda agent: numbers.get(agent, ()))
        lines: list[str] = []
        reader = Reader(self._file)
        try:
            for earlier in reader.standing(event, KINDS):
                log.see(earlier)
            for later in reader.between(event, last, KINDS):
                lines += log.see(later)
        finally:
            reader.close()
        return log, lines

    def _keep(self, mark: Mark) -> None:
        self._mark = mark
        self._journal.state[KEPT] = asdict(mark)

    async def _aside(self, work: Callable[[], T]) -> T:
        return await trio.to_thread.run_sync(work) if self._threaded else work()


def _text(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


def append(path: Path, text: bytes, mark: Mark) -> Mark:
    """Safe on disk when it returns the mark of it. OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
    try:
        while text:
            text = text[os.write(handle, text) :]
        os.fdatasync(handle)
        found = os.fstat(handle)
    finally:
        os.close(handle)
    return replace(mark, inode=found.st_ino, size=found.st_size)


def written(path: Path, mark: Mark) -> bytes:
    """What was written after the mark, be the file renamed since or not. OSError."""
    if not mark.inode:
        return b""
    now = path.stat() if path.exists() else None
    if now is not None and now.st_ino == mark.inode:
        return _from(path, mark.size if now.st_size >= mark.size else 0)  # emptied by logrotate's copytruncate
    renamed = [each for each in path.parent.glob(f"{path.name}?*") if each.stat().st_ino == mark.inode]
    found = b"".join(_from(each, mark.size) for each in renamed[:1])
    return found if now is None else found + _from(path, 0)


def _from(path: Path, at: int) -> bytes:
    with path.open("rb") as file:
        file.seek(at)
        return file.read()


def rest(text: bytes, found: bytes) -> bytes:
    """Of a text that is to be in a file, what is not there yet. A line that broke off is completed; if the file has
    something else, only whole lines that it has in common are left out.
    """
    if text.startswith(found):
        return text[len(found) :]
    lines, there = text.splitlines(keepends=True), found.splitlines(keepends=True)
    common = 0
    while common < min(len(lines), len(there)) and lines[common] == there[common]:
        common += 1
    return b"\n" * (not found.endswith(b"\n")) + b"".join(lines[common:])
