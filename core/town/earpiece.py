"""What a simulated telephone hears, as sound, for whoever listens along at this machine.

    earpieces = Earpieces(plane)
    sound = await earpieces.hear(telephone)      what it has heard since it was last asked, G.711 at 8 kHz
    await earpieces.run()                        who asks no more for IDLE_S listens no more

The media plane records the telephone's port into a file of a temporary folder, of which the party's side is given out;
it writes once a second, so one hears a second late. What lies unheard for longer than BEHIND_S is left out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import trio

from hw.plane import Plane, PlaneError
from hw.recordings import Recording

if TYPE_CHECKING:
    from hw.sim.telephone import Telephone

T = TypeVar("T")

IDLE_S = 4.0
BEHIND_S = 2.5
LONGEST = 4 * 1024 * 1024
"""Bytes of the file; then another is begun."""
HEADER = 58
"""Bytes of a WAV file of A-law or mu-law before its samples."""
FRAME = 2
"""Bytes: left is what came in, right what the port was told to play."""


@dataclass
class _Listening:
    telephone: Telephone
    recording: Recording
    path: Path
    at: int = HEADER
    asked: float = field(default_factory=trio.current_time)


class Earpieces:
    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._open: dict[str, _Listening] = {}
        self._numbers = count(1)
        self._folder = tempfile.TemporaryDirectory(prefix="strowger-ear-")

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await trio.sleep(IDLE_S / 4)
                for listening in list(self._open.values()):
                    if trio.current_time() - listening.asked > IDLE_S:
                        self._stop(listening)
        finally:
            for listening in list(self._open.values()):
                self._stop(listening)
            self._folder.cleanup()

    @property
    def listening(self) -> list[str]:
        """Telephones that somebody listens to."""
        return sorted(self._open)

    async def hear(self, telephone: Telephone) -> bytes:
        """The first answer is empty. PlaneError, RecordingError: it cannot be heard."""
        listening = self._open.get(telephone.name)
        if listening is None:
            path = Path(self._folder.name) / f"{next(self._numbers)}.wav"
            recording = await self._plane.record(telephone.channel.port, path)
            self._open[telephone.name] = _Listening(telephone, recording, path)
            return b""
        listening.asked = trio.current_time()
        data = await self._aside(lambda: _read(listening.path, listening.at))
        data = data[: len(data) // FRAME * FRAME]
        listening.at += len(data)
        if listening.at > LONGEST:
            self._stop(listening)
        return data[::FRAME][-round(BEHIND_S * 8000) :]

    def _stop(self, listening: _Listening) -> None:
        self._open.pop(listening.telephone.name, None)
        with suppress(PlaneError):
            self._plane.record_stop(listening.recording.port)
        listening.path.unlink(missing_ok=True)

    async def _aside(self, function: Callable[[], T]) -> T:
        return function() if self._plane.virtual else await trio.to_thread.run_sync(function)


def _read(path: Path, at: int) -> bytes:
    with path.open("rb") as file:
        file.seek(at)
        return file.read()
