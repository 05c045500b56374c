"""Clips: speech in memory, ready to be played, and the store that all players share.

What it does: owns native clips (`hw/native/clip.h`), loads files into them (`hw.wave`), keeps what was loaded while
there is room. What it does not: play (the plane does), record, watch files: one that changed is loaded anew when it is
next asked for, because its time or its size differs.

    get(path) ──> stat ──> kept? ──yes──────────────────────────────────> Clip
                            └─no──> read, decode, change rate ──> keep ──> Clip        other askers of the same wait

A clip lives as long as anybody holds it: this store, Python code, or the plane that plays it. Disk and decoding run in
worker threads; an asker that is cancelled leaves at once.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import trio

from hw.native import ffi, lib
from hw.tones import SAMPLES_PER_MS, Tone
from hw.wave import ClipError, Samples, read_wave

LIMIT_BYTES = 256 * 1024 * 1024  # four and a half hours of speech


class Clip:
    """Immutable speech, 16 bit at 8 kHz; a copy of `samples`, one-dimensional int16 (none is allowed).

    `pointer` is the native `struct clip *`; it lives as long as this object, and longer while it is being played.
    """

    __slots__ = ("pointer",)

    def __init__(self, samples: Samples) -> None:
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise TypeError(f"a clip is made of one dimension of int16, not {samples.ndim} of {samples.dtype}")
        contiguous = np.ascontiguousarray(samples)
        made = lib.clip_new(ffi.from_buffer("int16_t[]", contiguous), len(contiguous))
        if made == ffi.NULL:
            raise MemoryError(f"no memory for a clip of {len(contiguous)} samples")
        self.pointer: Any = ffi.gc(made, lib.clip_drop, contiguous.nbytes)

    @property
    def count(self) -> int:
        """Samples."""
        return int(lib.clip_count(self.pointer))

    @property
    def ms(self) -> float:
        return self.count / SAMPLES_PER_MS

    @property
    def bytes(self) -> int:
        """What it takes of memory."""
        return self.count * 2

    @property
    def playing(self) -> bool:
        """Somebody beside this object holds the native clip: it is being played, or waits to be."""
        return bool(lib.clip_references(self.pointer) > 1)

    def samples(self) -> Samples:
        """A copy of what is heard."""
        if not self.count:
            return np.zeros(0, np.int16)
        return np.frombuffer(ffi.buffer(lib.clip_samples(self.pointer), self.bytes), np.int16).copy()

    def __repr__(self) -> str:
        return f"<Clip of {self.ms:g} ms>"


def load(path: Path) -> Clip:
    """A file as a clip. Blocks on the disk: for worker threads. Raises ClipError."""
    return Clip(read_wave(path))


def silence(ms: float) -> Clip:
    return Clip(np.zeros(round(ms * SAMPLES_PER_MS), np.int16))


def of_tone(tone: Tone, ms: float) -> Clip:
    """The first `ms` of a tone."""
    return Clip(np.frombuffer(tone.preview(ms), np.int16))


@dataclass(frozen=True, slots=True)
class ClipsStatistics:
    """Of a store. `playing`: clips that it may not forget now. `hits`: askers that found theirs kept."""

    clips: int
    bytes: int
    limit_bytes: int
    playing: int
    hits: int
    loads: int
    failures: int
    forgotten: int


# Path, time of last change in ns, size: another file under the same name is another clip.
_Key = tuple[str, int, int]


class Clips:
    """A store of clips by file. It belongs to the trio thread.

    It keeps at most `limit_bytes`, forgetting first what nobody asked for longest; never what is being played, so that
    it may hold more for a while. A clip that is longer than the limit is given but not kept.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        if limit_bytes < 0:
            raise ValueError(f"limit_bytes {limit_bytes} is negative; 0 keeps nothing")
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[_Key, Clip] = OrderedDict()  # oldest asked for first
        self._loading: WeakValueDictionary[_Key, trio.Lock] = WeakValueDictionary()
        self._bytes = self._hits = self._loads = self._failures = self._forgotten = 0

    async def get(self, path: Path) -> Clip:
        """The clip of a file, kept or loaded. Raises ClipError."""
        key = await trio.to_thread.run_sync(_key, path, abandon_on_cancel=True)
        # One loads, the others wait; when it fails or is cancelled, the next one tries.
        lock = self._loading.setdefault(key, trio.Lock())
        async with lock:
            if key in self._kept:
                self._hits += 1
                self._kept.move_to_end(key)
                return self._kept[key]
            try:
                clip = await trio.to_thread.run_sync(load, path, abandon_on_cancel=True)
            except ClipError:
                self._failures += 1
                raise
            self._loads += 1
            self._keep(key, clip)
            return clip

    def statistics(self) -> ClipsStatistics:
        return ClipsStatistics(
            clips=len(self._kept),
            bytes=self._bytes,
            limit_bytes=self._limit_bytes,
            playing=sum(clip.playing for clip in self._kept.values()),
            hits=self._hits,
            loads=self._loads,
            failures=self._failures,
            forgotten=self._forgotten,
        )

    def _keep(self, key: _Key, clip: Clip) -> None:
        came_late = key[2] == 0  # it was not there yet when the key was made
        if clip.bytes > self._limit_bytes or came_late:
            return
        self._kept[key] = clip
        self._bytes += clip.bytes
        for oldest in list(self._kept):
            if self._bytes <= self._limit_bytes:
                break
            if oldest != key and not self._kept[oldest].playing:
                self._bytes -= self._kept.pop(oldest).bytes
                self._forgotten += 1


def _key(path: Path) -> _Key:
    absolute = os.path.abspath(path)
    try:
        status = os.stat(absolute)
    except OSError:
        return absolute, 0, 0  # loading it will say what is wrong
    return absolute, status.st_mtime_ns, status.st_size
