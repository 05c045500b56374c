"""The journal: everything that happens, in order, safe on disk some 30 ms later.

    exchange (trio thread)                         writer                            disk
      | note("Delivered", 7, "8002") ──> memory      |                                 |
      | note("Established", 7, "8002")               |                                 |
      |        … 30 ms of them …                     |                                 |
      |                           one batch ────────>| insert, COMMIT ────── fsync ───>|
      | settled() returns <──────────────────────────|<────────────────────────────────|

note() never waits: it checks the words (vocabulary.py), stamps the time, tells the watchers and returns. One writer
commits in groups; each second it leaves a sign of life, so that after a power cut it is known when the box died. The
calls that were cut are closed when the next run begins (closing.py).

A disk that is full or broken costs no call, and one that is full when a run begins no run. What could not be written
stays in memory, `problem` says why, `alarm` is called, and the writer tries again each second with the file opened
anew. When KEPT events wait, further ones are dropped and counted; the event JournalLost says how many once the disk
works again.

Time is trio's clock; the wall clock is asked when a run begins, and each second whether it was set (ClockSet). With
`threaded=False` the commits are made in the trio thread, and neither the wall clock nor the room on the disk is looked
at again: the same run gives the same journal.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import trio

from core.store.closing import closing
from core.store.disk import Disk
from core.store.event import Event, Json, from_utc
from core.store.forgetting import DAY_US, DOUBT_DAYS, Forgetting
from core.store.journal_file import JournalFile
from core.store.life import Lives
from core.store.records import CallRecord, record
from core.store.run import Run
from core.store.state import State
from core.store.vocabulary import check
from core.texts import _
from hw import wall_clock
from hw.card import HardwareError

GROUP_S = 0.03
"""How long events gather before a commit: ENGINEERING.md, 20 to 50 ms."""
HEARTBEAT_S = 1.0
RETRY_S = 1.0
DISK_S = 10.0
"""How often the room on the disk is looked at."""
KEPT = 100_000
"""Events that may wait in memory when the disk does not work: about 60 MB, half a minute of the busiest box."""
CLOCK_SET_US = 500_000
"""A wall clock that is off by more was set; by less, it is being steered, and is followed quietly."""
CALLS_AHEAD = 200
"""Call numbers are reserved on disk this far ahead: none is given twice, though the box may die at any moment."""
NEXT_CALL = "journal/next_call"

log = logging.getLogger(__name__)

Watcher = Callable[[Event], None]
Alarm = Callable[[str, str, str], None]
"""key, level (one of words.alarms.LEVELS; empty: it is well again), text for people"""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit writes. until: the last event that is then safe; alive: this run's sign of life."""

    events: list[Event]
    kept: dict[str, object]
    ended: list[CallRecord]
    until: int
    alive: Run


class Journal:
    """Made and used in the trio thread. path None: kept in memory only.

    alarm is called in the trio thread. Its keys: "journal", the file cannot be written (critical); "journal damaged",
    it was put aside (critical); "disk", the room on it (levels of disk.py). keep_days: how long events and records are
    kept (forgetting.py); 0: for ever. HardwareError: the file cannot be opened.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        threaded: bool = True,
        alarm: Alarm | None = None,
        disk: Disk | None = None,
        keep_days: int = 0,
    ) -> None:
        self._threaded = threaded
        self._disk = disk or (Disk(path) if path and threaded else None)
        self._disk_level = self._disk_told = ""
        self._looked_at = 0
        self._forgetting = Forgetting(keep_days)
        self._forgotten = 0
        self._alarm = _logged if alarm is None else alarm
        self._watchers: list[Watcher] = []
        self._pending: list[Event] = []
        self._followed = 0
        """So many of them have been followed for their records before the disk refused them."""
        self._kept: dict[str, object] = {}
        self._ended: list[CallRecord] = []
        self._lives = Lives()
        self._stopped = False
        self._wake = trio.Event()
        self._waiting: list[tuple[int, trio.Event]] = []
        self._zero = self._committed_at = self._answered_at = self._asked_at = trio.current_time()
        self._anchor = self._began = from_utc(wall_clock.utc())
        """UTC in µs when `clock` was 0."""
        self.problem = ""
        """Why nothing can be written at present; empty: all is well."""
        self.lost = 0
        """Events dropped because too many waited, and not yet said."""
        try:
            if self._disk is not None:
                self._disk_level = self._disk.look()
            self._file = JournalFile(path)
            self._begin()
        except (OSError, sqlite3.Error) as error:
            text = _("the journal {path} cannot be opened: {error}").format(path=path, error=error)
            raise HardwareError(text, action=_remedy(error)) from error

    def _begin(self) -> None:
        file = self._file
        self._rows = file.kept()
        self._last = self._safe = file.last_event()
        self._next_call: int = max(self._rows.pop(NEXT_CALL, 1), file.last_call() + 1)
        self._reserved = 0
        self.state = State(self._rows, self._keep)
        self.before = before = file.last_run()
        """The run before this one; None: there was none."""
        self.run_number = before.run + 1 if before else 1
        if before:
            for event in file.of_open_calls():
                self._lives.see(event)
            # What the last run could not say itself: its calls ended when it did.
            self._pending += closing(self._lives.open.values(), before, self._last + 1)
            self._last += len(self._pending)
        self._reserve()
        if before and abs(self._began - before.time) > DOUBT_DAYS * DAY_US:
            self._forgetting.doubt(0)
        if before and not before.ended:
            self.note("BoxFailed", last=before.time)
        batch = self._take()
        try:
            self._commit(batch)
        except (OSError, sqlite3.Error) as error:
            if not _is_full(error):
                raise
            self._put_back(batch, error)  # calls go on without a record on disk; run() tries again each second
        else:
            self._written(batch)

    # ---- noting ----

    @property
    def clock(self) -> int:
        """Of an event that is noted now: µs since this run began."""
        return int((trio.current_time() - self._zero) * 1e6)

    def note(self, kind: str, call: int = 0, device: str = "", **data: Json) -> None:
        """Something happened, now. LocalError: the vocabulary has no such event."""
        check(kind, call, device, data)
        clock = int((trio.current_time() - self._zero) * 1e6)
        pending = self._pending
        self._last = number = self._last + 1
        event = Event(number, self._anchor + clock, clock, self.run_number, call, device, kind, data)
        if len(pending) < KEPT:
            if not pending:
                self._wake.set()
            pending.append(event)
        else:
            self.lost += 1
        for watcher in self._watchers:
            try:
                watcher(event)
            except Exception:  # a reader's bug must not cost the call that is being noted
                log.exception("a reader of the journal failed at %s", event)

    def next_call(self) -> int:
        """A number that no call ever had."""
        call = self._next_call
        self._next_call = call + 1
        if call + CALLS_AHEAD // 2 > self._reserved:
            self._reserve()
        return call

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Each event from now on, in the moment in which it is noted. Returns what ends it."""
        self._watchers = [*self._watchers, watcher]

        def gone() -> None:
            self._watchers = [each for each in self._watchers if each is not watcher]

        return gone

    @property
    def last(self) -> int:
        """The id of the event noted last."""
        return self._last

    @property
    def silent_s(self) -> float:
        """Seconds since something was last committed."""
        return trio.current_time() - self._committed_at

    @property
    def stuck_s(self) -> float:
        """Seconds since the writer last had an answer from the disk, be it a refusal: a full disk is no reason to end
        calls, and a new start would find it no emptier.
        """
        return trio.current_time() - self._answered_at

    def _keep(self, key: str, value: object) -> None:
        self._kept[key] = value
        self._wake.set()

    def _reserve(self) -> None:
        self._reserved = self._next_call + CALLS_AHEAD
        self._keep(NEXT_CALL, self._reserved)

    # ---- writing ----

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """The writer. When it is cancelled, it first writes what has been noted."""
        task_status.started()
        try:
            while True:
                with trio.move_on_after(HEARTBEAT_S):
                    await self._wake.wait()
                await trio.sleep(GROUP_S)
                self._follow_wall_clock()
                await self._write()
                if self.problem:
                    await trio.sleep(RETRY_S)
        finally:
            with trio.CancelScope(shield=True):
                await self._write()

    async def settled(self) -> None:
        """Returns when all that was noted before is safe on disk. HardwareError: the disk refuses it for now."""
        await trio.lowlevel.checkpoint()
        if self._safe < self._last or self._kept:
            done = trio.Event()
            self._waiting.append((self._last, done))
            self._wake.set()
            await done.wait()
            if self.problem:
                raise HardwareError(_("the journal cannot be written: {error}").format(error=self.problem))

    def close(self) -> None:
        """After run() has ended: writes what is left. The run has ended in order if BoxStopped was noted."""
        batch = self._take()
        try:
            self._commit(batch)
        except (OSError, sqlite3.Error) as error:
            log.critical("the journal cannot be written: %s; %d events are lost", error, len(batch.events))
        self._file.close()

    def _take(self) -> Batch:
        for event in self._pending[self._followed :]:
            if (life := self._lives.see(event)) is not None:
                self._ended.append(record(life))
            elif event.kind == "BoxStopped":
                self._stopped = True
        clock = self.clock
        alive = Run(self.run_number, self._began, self._anchor + clock, clock, self._stopped)
        batch = Batch(self._pending, self._kept, self._ended, self._last, alive)
        self._pending, self._kept, self._ended, self._followed = [], {}, [], 0
        self._wake = trio.Event()
        return batch

    async def _write(self) -> None:
        """One commit. If the disk refuses it, the batch waits in memory again."""
        batch = self._take()
        try:
            if self._threaded:
                with trio.CancelScope(shield=True):  # the batch is in nobody's hands but ours
                    await trio.to_thread.run_sync(self._commit, batch)
            else:
                self._commit(batch)
        except (OSError, sqlite3.Error) as error:
            self._put_back(batch, error)
        else:
            self._written(batch)
        ready = [done for until, done in self._waiting if until <= self._safe or self.problem]
        self._waiting = [] if self.problem else [(until, d) for until, d in self._waiting if until > self._safe]
        for done in ready:
            done.set()

    def _commit(self, batch: Batch) -> None:
        """In the writer's thread."""
        kept = batch.kept
        if self._disk is not None and (self.problem or batch.alive.clock >= self._looked_at + DISK_S * 1e6):
            self._looked_at = batch.alive.clock
            self._disk_level = self._disk.look()
        if self.problem or self._file.alone:
            self._file.reopen()
        if self._file.set_aside:  # a new file: it knows nothing yet of what must survive
            kept = {**self._rows, NEXT_CALL: self._reserved, **kept}
        alive = batch.alive
        self._file.write(batch.events, kept, batch.ended, alive)
        if old := self._forgetting.before(alive.clock, alive.time):
            self._forgotten = self._forgetting.gone(self._file.forget(old), alive.clock)

    def _put_back(self, batch: Batch, error: Exception) -> None:
        self._answered_at = trio.current_time()
        self._followed = len(batch.events)
        self._pending = batch.events + self._pending
        self._kept = batch.kept | self._kept
        self._ended = batch.ended
        self._wake.set()
        if self._disk is not None and _is_full(error):
            self._disk.drop_ballast()
        if not self.problem:
            text = _("the journal cannot be written: {error}").format(error=error)
            self._alarm("journal", "critical", f"{text}. {_remedy(error)}")
        self.problem = str(error) or type(error).__name__

    def _written(self, batch: Batch) -> None:
        self._safe = batch.until
        self._committed_at = self._answered_at = trio.current_time()
        if self.problem:
            self.problem = ""
            self._alarm("journal", "", _("the journal can be written again"))
        if self._file.set_aside:
            text = _("the journal was damaged; it was put aside as {file}, and a new one begun")
            self._alarm("journal damaged", "critical", text.format(file=self._file.set_aside))
            self._file.set_aside = None
        if self._disk_level != self._disk_told:
            self._disk_told = self._disk_level
            self._alarm("disk", self._disk_level, _DISK[self._disk_level]())
        if self._forgotten:
            forgotten, self._forgotten = self._forgotten, 0
            self.note("JournalForgotten", events=forgotten)
        if self.lost:
            lost, self.lost = self.lost, 0
            self.note("JournalLost", events=lost, reason="the disk could not be written")

    def _follow_wall_clock(self) -> None:
        """A machine without a clock of its own starts in 1970 and is set later: the events after it are right."""
        if not self._threaded or (now := trio.current_time()) < self._asked_at + HEARTBEAT_S:
            return
        self._asked_at = now
        off = from_utc(wall_clock.utc()) - self._anchor - int((now - self._zero) * 1e6)
        self._anchor += off
        if abs(off) > CLOCK_SET_US:
            self.note("ClockSet", by_s=off / 1e6)
        if abs(off) > DAY_US:
            self._forgetting.doubt(int((now - self._zero) * 1e6))


_DISK: dict[str, Callable[[], str]] = {
    "": lambda: _("the disk has room again"),
    "notice": lambda: _("less than 20 % of the disk is free"),
    "warning": lambda: _("less than 10 % of the disk is free"),
    "critical": lambda: _("less than 5 % of the disk is free: delete or move something now"),
}


def _is_full(error: Exception) -> bool:
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith("SQLITE_FULL") or getattr(error, "errno", 0) == errno.ENOSPC


def _remedy(error: Exception) -> str:
    if _is_full(error):
        return _("The disk is full: free some space.")
    return _("Look at the disk and its cable; dmesg says what the kernel saw.")


def _logged(key: str, level: str, text: str) -> None:
    log.log(logging.CRITICAL if level else logging.INFO, "%s: %s", key, text)
