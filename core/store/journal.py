"""The journal: everything that happens, in order, safe on disk some 30 ms later.

    exchange (trio thread)                         writer                            disk
      | note("Delivered", 7, "8002") ──> memory      |                                 |
      | note("Established", 7, "8002")               |                                 |
      |        … 30 ms of them …                     |                                 |
      |                           one batch ────────>| insert, COMMIT ────── fsync ───>|
      | settled() returns <──────────────────────────|<────────────────────────────────|

note() never waits: it checks the words (vocabulary.py), stamps the time, tells the watchers and returns. One writer
commits in groups; each second it leaves a sign of life, so that after a power cut it is known when the box died.

A disk that is full or broken costs no call. What could not be written stays in memory, `problem` says why, `alarm` is
called, and the writer tries again each second with the file opened anew. When KEPT events wait, further ones are
dropped and counted; the event JournalLost says how many once the disk works again.

Time is trio's clock; the wall clock is asked when a run begins, and each second whether it was set (ClockSet). With
`threaded=False` the commits are made in the trio thread, and the wall clock is not asked again: the same run gives the
same journal.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import trio

from core.store.closing import closing
from core.store.event import Event, Json, from_utc
from core.store.journal_file import JournalFile, Run
from core.store.state import State
from core.store.vocabulary import check
from hw import wall_clock
from hw.card import HardwareError

GROUP_S = 0.03
"""How long events gather before a commit: ENGINEERING.md, 20 to 50 ms."""
HEARTBEAT_S = 1.0
RETRY_S = 1.0
KEPT = 100_000
"""Events that may wait in memory when the disk does not work: about 60 MB, five minutes of the busiest box."""
CLOCK_SET_US = 500_000
"""A wall clock that is off by more was set; by less, it is being steered, and is followed quietly."""
CALLS_AHEAD = 200
"""Call numbers are reserved on disk this far ahead: none is given twice, though the box may die at any moment."""
NEXT_CALL = "journal/next_call"

log = logging.getLogger(__name__)

Watcher = Callable[[Event], None]
Alarm = Callable[[str, str, str], None]


class Journal:
    """Made and used in the trio thread. path None: kept in memory only.

    alarm(key, level, text) is called in the trio thread with the key "journal" and the level "critical" when the disk
    fails, and with the level "" when it works again. HardwareError: the file cannot be opened.
    """

    def __init__(self, path: Path | None, *, threaded: bool = True, alarm: Alarm | None = None) -> None:
        self._threaded = threaded
        self._alarm = alarm or _logged
        self._watchers: list[Watcher] = []
        self._pending: list[Event] = []
        self._kept: dict[str, object] = {}
        self._wake = trio.Event()
        self._waiting: list[tuple[int, trio.Event]] = []
        self.problem = ""
        """Why nothing can be written at present; empty: all is well."""
        self.lost = 0
        """Events dropped because too many waited."""
        try:
            self._file = JournalFile(path)
            self._begin()
        except (OSError, sqlite3.Error) as error:
            raise HardwareError(f"the journal {path} cannot be opened: {error}", action=_remedy(error)) from error
        if self._file.set_aside:
            self._alarm(
                "journal damaged", "critical", f"the journal was damaged and put aside as {self._file.set_aside}"
            )

    def _begin(self) -> None:
        file = self._file
        rows = file.kept()
        before = file.last_run()
        self._last = file.last_event()
        self._next_call: int = max(rows.pop(NEXT_CALL, 1), file.last_call() + 1)
        self.run_number = (before.run if before else 0) + 1
        self._zero = trio.current_time()
        self._anchor = self._began = from_utc(wall_clock.utc())
        """UTC in µs when `clock` was 0."""
        self._safe = self._last
        self._committed_at = self._asked_at = self._zero
        self.state = State(rows, self._keep)
        # What the last run could not say itself: its calls ended when it did.
        cut = closing(file.of_open_calls(), before, self._last + 1) if before else []
        self._last += len(cut)
        self._pending += cut
        self._reserved = 0
        self._reserve()
        self._commit(self._take())
        if before and not before.ended:
            self.note("BoxFailed", last=before.time)

    # ---- noting ----

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
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    @property
    def last(self) -> int:
        """The id of the event noted last."""
        return self._last

    @property
    def silent_s(self) -> float:
        """Seconds since something was last committed: more than a few, and the writer stands still."""
        return trio.current_time() - self._committed_at

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
                if not await self._write():
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
                raise HardwareError(f"the journal cannot be written: {self.problem}")

    def close(self) -> None:
        """After run() has ended: writes what is left, and notes that this run ended in order."""
        batch = self._take()
        try:
            self._commit(batch, ended=True)
        except (OSError, sqlite3.Error) as error:
            log.critical("the journal cannot be written: %s; %d events are lost", error, len(batch.events))
        self._file.close()

    def _take(self) -> Batch:
        clock = int((trio.current_time() - self._zero) * 1e6)
        alive = Run(self.run_number, self._began, self._anchor + clock, clock, False)
        batch = Batch(self._pending, self._kept, self._last, alive)
        self._pending, self._kept = [], {}
        self._wake = trio.Event()
        return batch

    async def _write(self) -> bool:
        """One commit. False: the disk refused; the batch waits in memory again."""
        batch = self._take()
        try:
            if self._threaded:
                await trio.to_thread.run_sync(self._commit, batch)
            else:
                self._commit(batch)
        except (OSError, sqlite3.Error) as error:
            self._put_back(batch, error)
        else:
            self._written(batch)
        ready = [done for until, done in self._waiting if until <= self._safe or self.problem]
        self._waiting = [] if self.problem else [(u, done) for u, done in self._waiting if u > self._safe]
        for done in ready:
            done.set()
        return not self.problem

    def _commit(self, batch: Batch, ended: bool = False) -> None:
        """In the writer's thread."""
        if self.problem:
            self._file.reopen()
        self._file.write(batch.events, batch.kept, replace(batch.alive, ended=ended))

    def _put_back(self, batch: Batch, error: Exception) -> None:
        self._pending = batch.events + self._pending
        self._kept = batch.kept | self._kept
        self._wake.set()
        if not self.problem:
            self._alarm("journal", "critical", f"the journal cannot be written: {error}. {_remedy(error)}")
        self.problem = str(error) or type(error).__name__

    def _written(self, batch: Batch) -> None:
        self._safe = batch.until
        self._committed_at = trio.current_time()
        if self.problem:
            self.problem = ""
            self._alarm("journal", "", "the journal can be written again")
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


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit writes; `until`: the last event that is then safe."""

    events: list[Event]
    kept: dict[str, object]
    until: int
    alive: Run


def _remedy(error: Exception) -> str:
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_FULL") or getattr(error, "errno", 0) == errno.ENOSPC:
        return "The disk is full: free some space."
    return "Look at the disk and its cable; `dmesg` says what the kernel saw."


def _logged(key: str, level: str, text: str) -> None:
    log.log(logging.CRITICAL if level else logging.INFO, "%s: %s", key, text)
