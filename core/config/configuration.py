"""The configuration of the running box: a new one is put to work as a whole or not at all, and can go back.

    configuration = Configuration(commits, places, note)
    box = await configuration.start()
    configuration.rooms = (lines, exchange, numbering)
    await nursery.start(configuration.run)                 keeps the confirm timer
    made = await configuration.commit("li", "new hunt group", confirm_s=600)
    await configuration.confirm("li")

    read files ── mistakes? refuse
         │
    every room prepares ── one refuses? refuse
         │
    kept as a commit ── pointer on disk ── every room applies ── timer, if it is to be confirmed
                                                                      │ time is over, or the power was cut
                                                               the last confirmed one is put to work again

A room never sees a configuration that is not valid. Calls that do not depend on what has changed notice nothing; what
the change of each setting waits for is its mark's matter (kinds.Effect).
What it does not: know rooms, or files beyond reading them; nothing happens because a file has changed.
How time flows: on trio's clock; files are read and written in a worker thread.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import trio

from core.config import reading, saving
from core.config.commits import Commits, DamagedCommit, Pointers
from core.config.difference import Difference, difference
from core.config.mistake import BadConfiguration, ConfigError
from core.config.model import VERSION, Box
from core.config.reading import Reading
from core.config.saving import Held
from core.texts import _
from hw import wall_clock

log = logging.getLogger(__name__)

T = TypeVar("T")

CONFIRM_S_MAX = 24 * 3600
RETRY_S = 60.0  # after a commit could not go back
_STROWGER = "strowger"

Note = Callable[..., None]
"""Journal.note: a kind of event, and its data by name."""


class Refused(Exception):
    """A configuration that is valid, but cannot be put to work; or an order that does not fit. The text says why."""


class Room(Protocol):
    """Whoever lives by the configuration."""

    async def prepare(self, old: Box, new: Box, difference: Difference) -> Callable[[], None]:
        """Gets ready without changing anything, and gives the function that puts the new one to work.

        Refused: it cannot be, with the reason. The function may not fail; it is called soon, or never.
        """


@dataclass(frozen=True, slots=True)
class Made:
    """What a commit, a confirmation or a rollback has brought about. confirm_s: it goes back after this many seconds.

    warnings: as facts of mistakes.
    """

    number: int
    difference: Difference
    confirm_s: float = 0.0
    warnings: tuple[dict[str, Any], ...] = ()


class Configuration:
    """places: folders and files that are read, see core/config/files.py. note: where the journal is told.

    threaded=False: without worker threads, for virtual time.
    """

    def __init__(
        self, commits: Commits, places: Sequence[Path], note: Note | None = None, *, threaded: bool = True
    ) -> None:
        self.commits = commits
        self.places = tuple(places)
        self.rooms: Iterable[Room] = ()
        self._threaded = threaded
        self._note = note or (lambda kind, **data: None)
        self._box: Box | None = None
        self._lock = trio.Lock()
        self._deadline = math.inf
        self._changed = trio.Event()

    @property
    def box(self) -> Box:
        """What is at work."""
        assert self._box is not None, "start() comes first"
        return self._box

    @property
    def pointers(self) -> Pointers:
        return self.commits.pointers

    @property
    def confirm_s(self) -> float:
        """Seconds until the current one goes back; 0: it stays."""
        return 0.0 if math.isinf(self._deadline) else max(0.0, self._deadline - trio.current_time())

    async def start(self) -> Box:
        """What the box begins with: the last confirmed commit; without any, the files, which become the first.

        BadConfiguration: they have mistakes. DamagedCommit, LookupError: see Commits.
        """
        pointers, left = await self._aside(self.commits.start)
        if pointers.current:
            self._box = (await self._kept(pointers.current)).box
        else:
            found = await self._read(None)
            self._box = found.box
            number = await self._keep(found, _STROWGER, _("The configuration that the box began with"))
            await self._point(Pointers(number, number))
            self._note("ConfigCommitted", number=number, actor=_STROWGER)
        if left:
            reason = f"commit {left} was not confirmed when the box ended"
            log.warning("the box begins with commit %d: %s", pointers.current, reason)
            self._note("ConfigRolledBack", number=pointers.current, actor=_STROWGER, reason=reason)
        return self._box

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Goes back when a commit was not confirmed in time; what hinders that is tried again. Ends by cancellation."""
        task_status.started()
        while True:
            changed = self._changed
            with trio.move_on_at(self._deadline):
                await changed.wait()
                continue
            async with self._lock:
                if self._deadline <= trio.current_time():
                    await self._time_is_over(self.pointers)

    # ---- orders ----

    async def check(
        self, contents: Mapping[str, bytes] | None = None, edits: Mapping[str, str | None] | None = None
    ) -> tuple[Reading, Difference]:
        """What commit() would do, without doing it; edits: as if these had been saved. BadConfiguration."""
        if edits is not None:
            texts = {**(await self.held()).texts, **edits}
            contents = {name: text.encode() for name, text in texts.items() if text is not None}
        found = await self._read(contents)
        return found, difference(self.box, found.box)

    async def held(self) -> Held:
        """The files as they lie on the disk. Refused: they cannot be read."""
        return await self._aside(lambda: self._disk(partial(saving.read, self.places)))

    async def save(self, texts: Mapping[str, str | None], basis: str) -> Held:
        """Saves files, and puts nothing to work. Refused: the disk does not take it. Stale."""
        return await self._aside(lambda: self._disk(partial(saving.save, self.places, texts, basis)))

    async def commit(
        self, who: str, message: str = "", confirm_s: float = 0.0, contents: Mapping[str, bytes] | None = None
    ) -> Made:
        """Puts the files to work, or these contents by name. confirm_s: goes back after this many seconds, 0: stays.

        BadConfiguration: they have mistakes. Refused: a room cannot, or the time is out of range. Either way nothing
        has changed. While another commit waits to be confirmed, one that stays confirms both.
        """
        if not 0 <= confirm_s <= CONFIRM_S_MAX:
            raise Refused(_("The time to confirm is {most} hours at most.").format(most=CONFIRM_S_MAX // 3600))
        async with self._lock:
            found = await self._read(contents)
            changes = difference(self.box, found.box)
            applies = await self._prepare(self.box, found.box, changes)
            number = await self._keep(found, who, message)
            pointers = Pointers(number, number)
            if confirm_s:
                until = wall_clock.utc() + timedelta(seconds=confirm_s)
                pointers = Pointers(number, self.pointers.confirmed, until)
            await self._switch(applies, found.box, pointers, confirm_s)
            self._note("ConfigCommitted", number=number, actor=who, message=message, confirm_s=int(confirm_s))
            return Made(number, changes, confirm_s, tuple(warning.facts() for warning in found.warnings))

    async def confirm(self, who: str) -> Made:
        """The current one stays. Refused: none waits."""
        async with self._lock:
            pointers = self.pointers
            if pointers.current == pointers.confirmed:
                raise Refused(_("No commit waits to be confirmed."))
            await self._point(Pointers(pointers.current, pointers.current))
            self._note("ConfigConfirmed", number=pointers.current)
            return Made(pointers.current, Difference(()))

    async def rollback(self, who: str, number: int = 0) -> Made:
        """Puts an earlier commit to work again; 0: the one before, or the confirmed one while one waits.

        LookupError: there is no such commit. DamagedCommit, BadConfiguration: it cannot be read (any more). Refused.
        """
        async with self._lock:
            number = number or previous(self.commits)
            if not number:
                raise Refused(_("There is no earlier commit."))
            return await self._go_back(number, who, "asked for")

    # ---- steps ----

    async def _time_is_over(self, waited: Pointers) -> None:
        try:
            await self._go_back(waited.confirmed, _STROWGER, "it was not confirmed in time")
        except (Refused, BadConfiguration, DamagedCommit, LookupError) as error:  # a full disk, for one
            self._deadline = trio.current_time() + RETRY_S
            log.error("commit %d cannot go back to %d, tried again: %s", waited.current, waited.confirmed, error)
        else:
            log.warning("commit %d was not confirmed in time: %d is at work again", waited.current, waited.confirmed)

    async def _go_back(self, number: int, who: str, reason: str) -> Made:
        found = await self._kept(number)
        changes = difference(self.box, found.box)
        applies = await self._prepare(self.box, found.box, changes)
        await self._switch(applies, found.box, Pointers(number, number))
        self._note("ConfigRolledBack", number=number, actor=who, reason=reason)
        return Made(number, changes)

    async def _read(self, contents: Mapping[str, bytes] | None) -> Reading:
        """Of the files, or of contents. BadConfiguration."""

        def read() -> Reading:
            found = reading.read(self.places) if contents is None else reading.parse(contents)
            _ = found.box
            return found

        return await self._aside(read)

    async def _kept(self, number: int) -> Reading:
        return await self._aside(lambda: kept(self.commits, number))

    async def _prepare(self, old: Box, new: Box, changes: Difference) -> list[Callable[[], None]]:
        return [await room.prepare(old, new, changes) for room in self.rooms]

    async def _keep(self, found: Reading, who: str, message: str) -> int:
        when = wall_clock.utc()
        try:
            commit = await self._aside(lambda: self.commits.add(found.contents, who, when, message))
        except OSError as error:
            raise Refused(_("The disk does not take it: {reason}.").format(reason=error.strerror)) from error
        return commit.number

    async def _switch(
        self, applies: Sequence[Callable[[], None]], new: Box, pointers: Pointers, confirm_s: float = 0.0
    ) -> None:
        """From one to the other. Refused: the disk does not take it; nothing has changed."""
        # Half of it may not be, even if whoever asked has gone.
        with trio.CancelScope(shield=True):
            before = self.pointers
            await self._point(pointers, confirm_s)
            old, self._box = self.box, new
            done = 0
            try:
                for apply in applies:
                    done += 1
                    apply()
            except Exception:
                log.exception("a room has failed to put the configuration to work; all go back")
                self._box = old
                changes = difference(new, old)
                for room in list(self.rooms)[:done]:
                    (await room.prepare(new, old, changes))()
                await self._point(before)
                raise

    async def _point(self, pointers: Pointers, confirm_s: float = 0.0) -> None:
        try:
            await self._aside(lambda: self.commits.point(pointers))
        except OSError as error:
            raise Refused(_("The disk does not take it: {reason}.").format(reason=error.strerror)) from error
        self._deadline = trio.current_time() + confirm_s if confirm_s else math.inf
        self._changed.set()
        self._changed = trio.Event()

    def _disk(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except ConfigError as error:
            raise Refused(f"{error.place}: {error}") from error
        except OSError as error:
            text = _("{path}: {reason}; the exchange runs as a user that must own the folder")
            raise Refused(text.format(path=error.filename, reason=error.strerror)) from error

    async def _aside(self, work: Callable[[], T]) -> T:
        """Work that takes milliseconds, in a thread; under virtual time here, since its clock does not wait."""
        return await trio.to_thread.run_sync(work) if self._threaded else work()


def kept(commits: Commits, number: int) -> Reading:
    """A commit, read; one of an older format as if it had been written today. LookupError, DamagedCommit."""
    contents = commits.contents(number)
    if commits.commit(number).format < VERSION:
        from core.config.migration import up_to_date  # with its writer of TOML, which is seldom needed

        contents = up_to_date(contents)
    return reading.parse(contents, Path(_("commit {number}").format(number=number)))


def previous(commits: Commits) -> int:
    """The commit that rollback without a number goes to; 0: there is none."""
    pointers = commits.pointers
    if pointers.current != pointers.confirmed:
        return pointers.confirmed
    with suppress(StopIteration):
        return next(commit.number for commit in commits.history() if commit.number < pointers.current)
    return 0
