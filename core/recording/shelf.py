"""The shelf of recordings: what lies there, whether it is whole, who has heard it, and what has gone from it.

    shelf.search(Wanted(number="13800138000"))     rows of the journal, with what holds them
    shelf.verify(rows)                             those that are not what their checksum says
    shelf.hold(file, "a case in court", by)        nobody erases it, nor does its time
    shelf.erase(file, reason, by)                  evidence in the journal, safe on disk; then the file goes

The index is the journal itself: a recording is in it from the moment in which it begins. What is to go is kept as
"recording/going/NAME" until it has gone, so that a power cut in between leaves no file that was called erased.

Files are touched in a worker thread, one at a time. What it does not: decide who may (core/api), or when time is over
(steward.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import trio
from msgspec import Meta

from core.config.model.box import Box
from core.past import Past
from core.recording.keeping import refusal
from core.recording.tape import sha256
from core.store.event import from_utc
from core.store.journal import Journal
from core.store.recordings import Recording, Wanted
from core.texts import _
from hw import wall_clock

HELD = "recording/held/"
GOING = "recording/going/"
AT_ONCE = 100

T = TypeVar("T")


class ShelfError(Exception):
    """What cannot be: text for people. unknown: there is no such recording."""

    def __init__(self, text: str, *, unknown: bool = False) -> None:
        super().__init__(text)
        self.unknown = unknown


class RecordingView(Recording, frozen=True):
    """A recording, and what the shelf adds to its row."""

    lies: Annotated[str, Meta(description="what its file is called now, below the folder of recordings")] = ""
    held: Annotated[str, Meta(description="why it is held, and by whom; empty: it is not")] = ""


class Fault(msgspec.Struct, frozen=True):
    """A recording that is not what the journal says."""

    file: Annotated[str, Meta(description="which")]
    problem: Annotated[str, Meta(description="what is wrong with it")]


class Shelf:
    """`settings`: the configuration of now. threaded=False: for virtual time. `used`: bytes that lie there, as far as
    it is known.
    """

    def __init__(
        self, journal: Journal, past: Past, folder: Path, settings: Callable[[], Box], *, threaded: bool = True
    ) -> None:
        self.folder = folder
        self.used = 0
        self._journal = journal
        self._past = past
        self._settings = settings
        self._threaded = threaded
        self._one = trio.CapacityLimiter(1)
        self._taking: dict[tuple[str, str], int] = {}

    # ---- what lies there ----

    async def search(self, wanted: Wanted) -> list[RecordingView]:
        """The oldest first. HardwareError: the journal cannot be read."""
        rows = await self._past.ask(lambda reader: reader.recordings(wanted))
        return [self._view(row) for row in rows]

    async def get(self, file: str) -> RecordingView:
        """ShelfError: there is none of that name."""
        found = await self.search(Wanted(file=file, there=False))
        if not found:
            raise ShelfError(_("there is no recording {file}").format(file=file), unknown=True)
        return found[0]

    async def lying(self, file: str) -> RecordingView:
        """ShelfError: there is none, it was erased, or it is being made."""
        row = await self.get(file)
        if row.erased or not row.ended:
            raise ShelfError(refusal(row, (), "", 0))
        return row

    async def verify(self, rows: Sequence[Recording]) -> list[Fault]:
        """Of those that lie there: which are not as they were made."""
        found = []
        for row in rows:
            if row.ended and not row.erased and (problem := await self.aside(lambda row=row: self._wrong(row))):  # type: ignore[misc]
                found.append(Fault(row.file, problem))
        return found

    def _wrong(self, row: Recording) -> str:
        try:
            digest = sha256(self.folder / row.name)
        except FileNotFoundError:
            return _("the file is gone")
        except OSError as error:
            return _("the file cannot be read: {why}").format(why=error.strerror)
        if not row.sha256:
            return _("it has no checksum: {why}").format(why=row.problem or "?")
        return "" if digest == row.sha256 else _("its checksum is another: it was changed")

    def _view(self, row: Recording) -> RecordingView:
        return RecordingView(**msgspec.structs.asdict(row), lies=row.name, held=self._held(row.file))

    # ---- who hears it ----

    def heard(self, row: Recording, by: str, how: str) -> None:
        """how: "played", "exported"."""
        self._journal.note("RecordingHeard", file=row.file, by=by, how=how)

    async def take(self, file: str, offset: int, most: int, by: str) -> tuple[RecordingView, int, bytes]:
        """A piece of the file, as it lies there, and the size of the whole. A taking that does not go on where the last
        piece ended is a new one, and noted.
        """
        row = await self.lying(file)

        def read() -> tuple[int, bytes]:
            with (self.folder / row.name).open("rb") as opened:
                size = os.fstat(opened.fileno()).st_size
                opened.seek(offset)
                return size, opened.read(most)

        try:
            size, piece = await self.aside(read)
        except OSError as error:
            raise ShelfError(_("recording {file}: {why}").format(file=file, why=error.strerror)) from error
        if self._taking.pop((by, file), 0) != offset or not offset:
            self.heard(row, by, "exported")
        if offset + len(piece) < size:
            self._taking[by, file] = offset + len(piece)
        return row, size, piece

    # ---- what stays, what goes ----

    def _held(self, file: str) -> str:
        held = self._journal.state.get(HELD + file)
        return _("{why} ({by})").format(why=held["why"] or "-", by=held["by"]) if held else ""

    async def hold(self, file: str, why: str, by: str) -> None:
        """Until release()."""
        row = await self.get(file)
        if row.erased:
            raise ShelfError(refusal(row, (), "", 0))
        self._journal.state[HELD + file] = {"why": why, "by": by}

    async def release(self, file: str) -> None:
        """It is held no longer. ShelfError: it was not."""
        if HELD + file not in self._journal.state:
            raise ShelfError(_("recording {file} is not held").format(file=file))
        del self._journal.state[HELD + file]

    async def erase(self, file: str, reason: str, by: str) -> None:
        """ShelfError: it may not be, or is not there."""
        row = await self.get(file)
        why_not = refusal(row, self._settings().retention, row.held, from_utc(wall_clock.utc()))
        if why_not:
            raise ShelfError(why_not)
        await self.erase_all([row], reason, by)

    async def erase_all(self, rows: Sequence[Recording], reason: str, by: str) -> None:
        """Those that may be. OSError: the disk refuses. HardwareError: the journal cannot take the evidence."""
        for at in range(0, len(rows), AT_ONCE):
            some = rows[at : at + AT_ONCE]
            digests = await self.aside(lambda some=some: [self._digest(row) for row in some])  # type: ignore[misc]
            for row, digest in zip(some, digests, strict=True):
                self._journal.note("RecordingErased", file=row.file, reason=reason, by=by, sha256=digest)
                self._journal.state[GOING + row.name] = ""
            await self._journal.settled()
            await self.clear_going()

    def _digest(self, row: Recording) -> str:
        """Of what it is now; "": it is gone already."""
        try:
            return sha256(self.folder / row.name)
        except FileNotFoundError:
            return ""

    async def replaced(self, row: Recording, form: str, digest: str) -> None:
        """It lies there in another form, too: that one counts from now on, and the one before goes."""
        self._journal.note("RecordingConverted", file=row.file, form=form, sha256=digest, was=row.sha256)
        self._journal.state[GOING + row.name] = ""
        await self._journal.settled()
        await self.clear_going()

    async def clear_going(self) -> None:
        """What is to go, goes. OSError: the disk refuses."""
        names = [key.removeprefix(GOING) for key in self._journal.state.under(GOING)]
        self.used -= await self.aside(lambda: sum(remove(self.folder / name) for name in names))
        for name in names:
            self._journal.state.pop(GOING + name, None)

    async def aside(self, work: Callable[[], T]) -> T:
        """In the worker thread; in virtual time, at once."""
        if self._threaded:
            return await trio.to_thread.run_sync(work, limiter=self._one)
        await trio.lowlevel.checkpoint()
        return work()


def remove(path: Path) -> int:
    """The file is gone for good, and stays so after a power cut. Returns how many bytes that gave back."""
    try:
        size = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    sync_folder(path.parent)
    return size


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def usage(folder: Path) -> int:
    """Bytes of all files there."""
    total = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except FileNotFoundError:  # gone meanwhile
                continue
    return total
