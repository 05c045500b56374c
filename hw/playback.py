"""Playing to a port: what can be played, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import trio

from hw.native import lib


class Audible(Protocol):
    """Anything that can be played: hw.clips.Clip, hw.tones.Tone. `pointer` is its struct clip* or struct tone*."""

    @property
    def pointer(self) -> Any: ...


class PlayEnd(Enum):
    FINISHED = lib.PLAY_FINISHED
    STOPPED = lib.PLAY_STOPPED
    REPLACED = lib.PLAY_REPLACED  # by another play order
    CLOSED = lib.PLAY_CLOSED  # the port, or the plane


@dataclass(frozen=True, slots=True)
class Played:
    """Why it ended; after how many samples in all; in which source of the list (its length: after the last)."""

    end: PlayEnd
    samples: int
    index: int


class Playback:
    """One play order; Plane.play() makes it. On a port at rest it stands still.

    `await playback.wait()` gives its Played; cancelling the wait does not stop it: Plane.stop() does.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.result: Played | None = None
        self._ended: trio.Event | None = None  # made for whoever waits: most never are waited for

    async def wait(self) -> Played:
        if self.result is None:
            if self._ended is None:
                self._ended = trio.Event()
            await self._ended.wait()
            assert self.result is not None
        else:
            await trio.lowlevel.checkpoint()
        return self.result

    def end(self, result: Played) -> None:
        """By the plane alone."""
        self.result = result
        if self._ended is not None:
            self._ended.set()
