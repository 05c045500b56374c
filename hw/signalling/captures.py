"""Short recordings of lines, for people who want to know why something could not be understood (caller ID).

    begin() ──> the port is recorded ──> end(keep=False) ──> stopped at once, file removed
                                    └──> end(keep=True)  ──> kept; the oldest beyond `most` is removed

Files are NAME-000001.wav and so on, in stereo: what the line said left, what it was told right. A disk that fails costs
the file and is logged, never a call. What it does not: record calls (the exchange orders that).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

import trio

from hw.plane import Plane, PlaneError
from hw.recordings import Recording, RecordingError

log = logging.getLogger(__name__)

_NUMBERED = re.compile(r".*-(\d{6})\.wav")


class Capture:
    """One recording that runs. Made by Captures.begin()."""

    def __init__(self, path: Path, plane: Plane) -> None:
        self.path = path
        self._plane = plane
        self._recording: Recording | None = None
        self._opening = trio.CancelScope()
        self._ended = trio.Event()
        self._keep = False

    def end(self, keep: bool) -> None:
        """The port is free for another recording when this returns. Twice is nothing."""
        if self._ended.is_set():
            return
        self._keep = keep
        self._ended.set()
        self._opening.cancel()
        if self._recording is not None and self._recording.result is None:
            try:
                self._plane.record_stop(self._recording.port)
            except PlaneError:
                return  # its port is closed: it has ended with that

    async def _run(self, port: int, tidy: Callable[[], None]) -> None:
        recording = None
        try:
            with self._opening:
                recording = self._recording = await self._plane.record(port, self.path)
            if recording is None:
                return
            await self._ended.wait()
            await recording.closed()
        except (RecordingError, PlaneError) as error:
            log.warning("capture of a line: %s", error)
        if recording is not None and not self._keep:
            self.path.unlink(missing_ok=True)
        tidy()


class Captures:
    """folder: made if it is not there. most: so many are kept. nursery: what runs in it ends with it."""

    def __init__(self, plane: Plane, folder: Path, nursery: trio.Nursery, most: int = 20) -> None:
        self._plane = plane
        self._folder = folder
        self._nursery = nursery
        self._most = most
        self._number = max((self._number_of(path) for path in self.kept()), default=0)

    def kept(self) -> list[Path]:
        """Files of the folder, oldest first."""
        paths = self._folder.glob("*.wav") if self._folder.is_dir() else ()
        return sorted((path for path in paths if _NUMBERED.fullmatch(path.name)), key=self._number_of)

    def begin(self, line: str, port: int) -> Capture:
        """Records from the next moment on."""
        self._number += 1
        name = re.sub(r"[^\w.+-]", "_", line)
        capture = Capture(self._folder / f"{name}-{self._number:06}.wav", self._plane)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            log.warning("captures of lines: %s: %s; make the folder writable", self._folder, error.strerror)
        else:
            self._nursery.start_soon(capture._run, port, self._tidy)
        return capture

    def _tidy(self) -> None:
        for path in self.kept()[: -self._most]:
            path.unlink(missing_ok=True)

    @staticmethod
    def _number_of(path: Path) -> int:
        found = _NUMBERED.fullmatch(path.name)
        return int(found[1]) if found else 0
