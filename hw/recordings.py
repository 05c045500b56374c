"""Recordings as Python sees them: making the file, learning how it ended, and mending what a power cut left.

Speech never passes through here: the media thread puts it into a ring, the recorder's thread writes it
(hw/native/recorder.h). The file is RIFF WAVE with A-law (format tag 6) or mu-law (7), RFC 2361; its 58 header bytes are
laid out in hw/native/wave.c.

How time flows, for one recording:

    open()            plane records               ended            closed()
      |--- file made ---|======= speech =============|--- <= 1 s ----|     the file is whole and safe; others may use it
      |                 header: sizes unknown, then 5 s behind       header: sizes right
                                      ^ power cut
    at the next boot: mend_folder() -> sizes from the length of the file; the last second may be missing

What it does not: choose paths, keep lists of recordings, decide who is recorded.
"""

from __future__ import annotations

import errno
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import trio

from hw.errors import LocalError
from hw.native import ffi, lib

RATE = 8000
HEADER = 58
UNKNOWN = 0xFFFFFFFF
_LAWS = {"a": lib.LAW_A, "mu": lib.LAW_MU}
_TAGS = {"a": 6, "mu": 7}
_HEADER = struct.Struct("<4sI4s 4sIHHIIHHH 4sII 4sI")
# Files are made by few threads, so that a stalled disk leaves the others of trio's threads alone.
_OPENINGS_AT_ONCE = 8
_POLL_S = 0.1


class RecordingError(Exception):
    """A recording could not be made, ended early, or cannot be mended: which file, why, and what to do about it.

    `errno` is the system's number, 0 where it is not the system that refused.
    """

    def __init__(self, path: Path, reason: str, remedy: str, number: int = 0) -> None:
        super().__init__(f"{path}: {reason}. {remedy}")
        self.path = path
        self.reason = reason
        self.remedy = remedy
        self.errno = number


_REMEDIES = {
    errno.ENOSPC: "Free space on this disk, or shorten the retention of recordings.",
    errno.EDQUOT: "Raise the quota, or shorten the retention of recordings.",
    errno.EROFS: "The filesystem became read-only: look into the kernel log, check the disk, mount it writable.",
    errno.EIO: "The disk fails: do not trust this file; look into the kernel log and replace the disk.",
    errno.EFBIG: "The file is as long as may be (4 GiB, or LimitFSIZE of the service): record in shorter pieces.",
    errno.ENOENT: "The file or its folder was removed; make the folder again and keep others from tidying it.",
    errno.ENOTDIR: "A part of the path is not a folder; correct the path.",
    errno.EEXIST: "The file is there already and is not overwritten; choose another name.",
    errno.EACCES: "Give the exchange's user the right to write to this folder.",
    errno.EPERM: "Give the exchange's user the right to write to this folder.",
    errno.EMFILE: "Raise LimitNOFILE of the service.",
    errno.ENFILE: "Raise fs.file-max of the system.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
    errno.ENOMEM: "Memory is short: see what uses it.",
}


def _refusal(path: Path, number: int) -> RecordingError:
    remedy = _REMEDIES.get(number, "Look into the kernel log for what happened to the disk.")
    return RecordingError(path, os.strerror(number), remedy, number)


class Layout(Enum):
    """What is kept apart: in stereo the party is left and what it was told is right; mixed is one channel of both."""

    STEREO = lib.RECORDING_STEREO
    MIXED = lib.RECORDING_MIXED


@dataclass(frozen=True, slots=True)
class Closed:
    """A recording's file as it was closed. `lost_ms` of its `ms` are silence: the disk was slower than speech."""

    ms: int
    lost_ms: int


class RecordingFile:
    """A file that is, or is about to be, recorded into. Made by Recorder.open().

    Whoever lets a plane take it sets `given`. One that is neither given nor abandoned removes its file when it is
    forgotten, so a cancelled opening leaves nothing behind.
    """

    def __init__(self, recorder: Recorder, path: Path, pointer: Any) -> None:
        self.path = path
        self.given = False
        self._recorder = recorder
        self._pointer: Any = pointer

    @property
    def pointer(self) -> Any:
        """struct recording*, for plane_record(). LocalError once it was abandoned or its recorder is gone."""
        if self._pointer is None or self._recorder.gone:
            raise LocalError(f"recording {self.path}: it was abandoned, or its recorder is gone")
        return self._pointer

    def abandon(self) -> None:
        """Removes the file of a recording that no plane took. Twice is nothing; LocalError once it was given."""
        if self.given:
            raise LocalError(f"recording {self.path}: a plane has it; stop it there")
        if self._pointer is not None and not self._recorder.gone:
            lib.recording_abandon(self._pointer)
        self._pointer = None

    async def closed(self) -> Closed:
        """Waits until the file will not change any more: a second or so after the recording ended.

        Raises RecordingError if an error ended it; the file then holds what was written before (after EIO, perhaps).
        """
        out = ffi.new("struct recording_result *")
        await trio.lowlevel.checkpoint()
        while not lib.recording_closed(self.pointer, out):  # noqa: ASYNC110 - the thread knows nothing of trio
            await trio.sleep(_POLL_S)
        if out.error:
            raise _refusal(self.path, out.error)
        return Closed(out.ms, out.lost_ms)

    def __del__(self) -> None:
        if self._pointer is None or self._recorder.gone:
            return
        if self.given:
            lib.recording_drop(self._pointer)
        else:
            lib.recording_abandon(self._pointer)


class RecordingState(Enum):
    RUNS = lib.RECORDING_RUNS
    PAUSED = lib.RECORDING_PAUSED  # nothing is kept, and the time line stands still
    MASKED = lib.RECORDING_MASKED  # a soft tone is kept instead


@dataclass(frozen=True, slots=True)
class Recorded:
    """How a recording ended: errno that stopped it (0: by order), and its length."""

    errno: int
    milliseconds: int


class Recording:
    """One recording of a port; Plane.record() makes it. Ends by order, with its port, or by an error of the disk; the
    call never notices.
    """

    def __init__(self, file: RecordingFile, port: int) -> None:
        self.path = file.path
        self.port = port
        self.result: Recorded | None = None
        self._file = file
        self._ended = trio.Event()

    async def wait(self) -> Recorded:
        """Until no more speech comes. The file is still being written for a second or so: see closed()."""
        await self._ended.wait()
        assert self.result is not None
        return self.result

    async def closed(self) -> Closed:
        """Until the file is whole and safe on disk. Raises RecordingError if the disk ended it."""
        return await self._file.closed()

    def end(self, result: Recorded) -> None:
        """By the plane alone."""
        self.result = result
        self._ended.set()


@dataclass(frozen=True, slots=True)
class RecorderStatistics:
    """Recordings open now; since the start: bytes written, bytes lost because a ring was full, syncs, the longest of
    them, CPU time of the recorder's thread."""

    open: int
    bytes: int
    lost_bytes: int
    syncs: int
    sync_max_ms: float
    cpu_s: float


class Recorder:
    """The recorder of a plane: plane_recorder(). The plane frees it, so release() must come before.

    threaded: as the plane was made. Without a thread (virtual time) files are made in the caller, because trio's mock
    clock does not wait for threads; and nothing is synced. owner: what must live as long as any recording.
    """

    def __init__(self, pointer: Any, *, threaded: bool, owner: object = None) -> None:
        self.gone = False
        self._pointer: Any = pointer
        self._owner = owner
        self._threaded = threaded
        self._limiter = trio.CapacityLimiter(_OPENINGS_AT_ONCE)
        self._opening = 0
        self._rest = threading.Condition()

    async def open(self, path: Path, layout: Layout = Layout.STEREO, law: str = "a") -> RecordingFile:
        """Makes the file, which must not exist, and sees it safe on disk. law: "a" or "mu".

        A disk that stalls does not hold up a cancellation: the file is removed when the disk comes back.
        Raises RecordingError where the system refuses.
        """
        if law not in _LAWS:
            raise LocalError(f'recording {path}: law {law!r}, must be "a" or "mu"')
        if self._threaded:
            return await trio.to_thread.run_sync(
                self._make, path, layout, _LAWS[law], limiter=self._limiter, abandon_on_cancel=True
            )
        await trio.lowlevel.checkpoint()
        return self._make(path, layout, _LAWS[law])

    def _make(self, path: Path, layout: Layout, law: int) -> RecordingFile:
        error = ffi.new("int *")
        with self._in_use(path):
            pointer = lib.recording_open(self._pointer, os.fsencode(path.absolute()), layout.value, law, error)
        if pointer == ffi.NULL:
            raise _refusal(path, error[0])
        return RecordingFile(self, path, pointer)

    @contextmanager
    def _in_use(self, path: Path) -> Iterator[None]:
        with self._rest:
            if self.gone:
                raise LocalError(f"recording {path}: the recorder is gone")
            self._opening += 1
        try:
            yield
        finally:
            with self._rest:
                self._opening -= 1
                self._rest.notify_all()

    def statistics(self) -> RecorderStatistics:
        self._check()
        raw = ffi.new("struct recorder_statistics *")
        lib.recorder_statistics(self._pointer, raw)
        return RecorderStatistics(**{name: getattr(raw, name) for name in RecorderStatistics.__dataclass_fields__})

    def drain(self) -> int:
        """Writes and closes what can be, now; blocks for the disk. Returns how many recordings are open."""
        self._check()
        return int(lib.recorder_drain(self._pointer))

    def _check(self) -> None:
        if self.gone:
            raise LocalError("the recorder is gone: its plane was closed")

    def release(self) -> None:
        """The native recorder is about to be freed: waits for files being made; nothing is touched afterwards."""
        with self._rest:
            self.gone = True
            self._rest.wait_for(lambda: self._opening == 0)


# ---- after a power cut ----


@dataclass(frozen=True, slots=True)
class Shape:
    """What a header must know besides sizes."""

    layout: Layout = Layout.STEREO
    law: str = "a"


@dataclass(frozen=True, slots=True)
class Mended:
    """A file that was put right: it plays `frames` samples a channel. Its header had told of `told` (None: unknown)."""

    path: Path
    frames: int
    told: int | None

    @property
    def seconds(self) -> float:
        return self.frames / RATE


def header(shape: Shape, data: int | None) -> bytes:
    """The 58 bytes before `data` bytes of speech; None: sizes unknown."""
    channels = shape.layout.value
    riff, fact, size = (UNKNOWN,) * 3 if data is None else (HEADER - 8 + data + data % 2, data // channels, data)
    form = (18, _TAGS[shape.law], channels, RATE, RATE * channels, channels, 8, 0)
    return _HEADER.pack(b"RIFF", riff, b"WAVE", b"fmt ", *form, b"fact", 4, fact, b"data", size)


_SHAPES = [Shape(layout, law) for layout in Layout for law in _LAWS]
_SIZES = ((4, 8), (46, 50), (54, 58))


def _without_sizes(head: bytes) -> bytes:
    bare = bytearray(head)
    for begin, end in _SIZES:
        bare[begin:end] = bytes(len(bare[begin:end]))
    return bytes(bare)


def _shapes_of(head: bytes) -> list[Shape]:
    """The shapes whose headers begin so."""
    return [shape for shape in _SHAPES if _without_sizes(header(shape, None)).startswith(_without_sizes(head))]


def mend(path: Path, shape: Shape | None = None) -> Mended | None:
    """Puts a recording right that was not closed: sizes by the file's length, whole frames, a torn header anew.

    None: nothing to mend, because it is whole or a WAV file from elsewhere. shape: what the recording was, if the
    caller knows; needed only when the header itself is torn. The file's time stays. May be called again after a power
    cut in its midst. Not for a file that is being recorded. Blocks. Raises RecordingError where it cannot be mended,
    or the system refuses.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEADER)
            status = os.fstat(file.fileno())
        shapes = _shapes_of(head)
        if not shapes and head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            return None
        known = shapes[0] if len(shapes) == 1 else shape
        if known is None:
            raise _torn(path, head)
        channels = known.layout.value
        told = UNKNOWN
        if shapes and len(head) == HEADER:
            _, riff, *_, told = _HEADER.unpack(head)
            if riff + 8 == status.st_size and HEADER + told <= status.st_size:
                return None
        data = max(0, status.st_size - HEADER)
        data -= data % channels
        with path.open("r+b") as file:
            file.write(header(known, data))
            file.flush()
            os.ftruncate(file.fileno(), HEADER + data + data % 2)
            os.utime(file.fileno(), ns=(status.st_atime_ns, status.st_mtime_ns))
            os.fsync(file.fileno())
    except OSError as error:
        raise _refusal(path, error.errno or errno.EIO) from error
    return Mended(path, data // channels, None if told == UNKNOWN else told // channels)


def _torn(path: Path, head: bytes) -> RecordingError:
    if len(head) < HEADER:
        return RecordingError(path, f"only {len(head)} bytes of the header are left, and no speech", "Remove the file.")
    return RecordingError(
        path, "the header is destroyed", "Mend it again and say its layout and law; the call's journal knows them."
    )


@dataclass(frozen=True, slots=True)
class Mending:
    """What mend_folder() found."""

    looked_at: int
    mended: tuple[Mended, ...]
    lost: tuple[RecordingError, ...]


def mend_folder(folder: Path) -> Mending:
    """Mends every *.wav under a folder, at boot, before anything is recorded there. Follows no symbolic links. Blocks.

    A file that cannot be mended is told and the rest goes on. Raises RecordingError where the folder cannot be read.
    """
    mended: list[Mended] = []
    lost: list[RecordingError] = []
    paths = sorted(_waves(folder))
    for path in paths:
        try:
            result = mend(path)
        except RecordingError as error:
            lost.append(error)
        else:
            if result is not None:
                mended.append(result)
    return Mending(len(paths), tuple(mended), tuple(lost))


def _waves(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise _refusal(folder, error.errno or errno.EIO)

    for place, _, names in os.walk(folder, onerror=refuse):
        for name in names:
            path = Path(place, name)
            if path.suffix.lower() == ".wav" and path.is_file() and not path.is_symlink():
                yield path
