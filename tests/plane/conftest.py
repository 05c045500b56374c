"""A room with parties: wires of the simulated card, the box's end and the world's end both ports of one virtual
plane.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import trio
import trio.testing

from hw.clips import Clip
from hw.event import Event
from hw.plane import Plane
from hw.playback import Playback
from hw.recordings import Recording
from hw.sim.wire import NativeCard, Side, Wire
from hw.tones import Tone, sine

Samples = npt.NDArray[np.int16]


def sine_clip(hz: float, ms: float, dbm0: float = -13.0) -> Clip:
    """A tone that can be told from others by its frequency."""
    return Clip(np.frombuffer(Tone([sine(hz, dbm0=dbm0, ms=ms)]).preview(ms), np.int16))


def level_at(samples: Samples, hz: float) -> float:
    """Level of one frequency in dBm0, by projection; -99 for nothing."""
    time = np.arange(len(samples)) / 8000
    amplitude = abs(np.dot(samples.astype(float), np.exp(-2j * np.pi * hz * time))) * 2 / max(len(samples), 1)
    return float(max(-99.0, 20 * np.log10(max(amplitude, 1e-9) / 32768) + 3.14))


class Party:
    """Somebody at the far end of a wire: `port` is the box's, what he says goes into `mouth`, what he hears is
    recorded.
    """

    def __init__(self, room: Room, wire: Wire) -> None:
        plane = room.plane
        self.room = room
        self.events: list[Event] = []
        self.port = plane.open_port(room.number, wire.end(Side.NEAR), "a", self.events.append)
        self.mouth = plane.open_port(room.number, wire.end(Side.FAR), "a", lambda event: None)
        plane.activate(self.port, True)
        plane.activate(self.mouth, True)
        self.ear: Recording | None = None

    def say(self, hz: float, ms: float = 60_000, dbm0: float = -13.0) -> Playback:
        return self.room.plane.play(self.mouth, [sine_clip(hz, ms, dbm0)])

    def hush(self) -> None:
        self.room.plane.stop(self.mouth)


class Room:
    def __init__(self, plane: Plane, folder: Path) -> None:
        self.plane = plane
        self.folder = folder
        self.native = NativeCard(0)
        self.number = plane.add_card(self.native.pointer)
        self.wires: list[Wire] = []
        self._files = 0

    def party(self) -> Party:
        self.wires.append(self.native.wire("a"))
        return Party(self, self.wires[-1])

    async def hear(self, *parties: Party, seconds: float = 1.0) -> list[Samples]:
        """What each hears from now on for so long."""
        recordings = []
        for party in parties:
            self._files += 1
            recordings.append(await self.plane.record(party.mouth, self.folder / f"heard-{self._files}.wav"))
        await trio.sleep(seconds)
        heard = []
        for party in parties:
            self.plane.record_stop(party.mouth)
        for recording in recordings:
            await recording.closed()
            samples, _ = soundfile.read(recording.path, dtype="int16")
            heard.append(samples[:, 0])
        return heard

    async def levels(self, hz: tuple[float, ...], *parties: Party) -> list[list[float]]:
        """For each party the levels (dBm0) at the given frequencies, after the wires have settled."""
        await trio.sleep(0.1)
        return [[level_at(samples, one) for one in hz] for samples in await self.hear(*parties)]


@pytest.fixture
def clock() -> trio.testing.MockClock:
    return trio.testing.MockClock(autojump_threshold=0)


@pytest.fixture(params=[20, 10], ids=["20ms", "10ms"])
async def room(request: pytest.FixtureRequest, tmp_path: Path, clock: trio.testing.MockClock) -> AsyncIterator[Room]:
    plane = Plane(frame_ms=request.param, virtual=True)
    room = Room(plane, tmp_path)
    async with trio.open_nursery() as nursery:
        await nursery.start(plane.run)
        yield room
        nursery.cancel_scope.cancel()
    plane.close()
    room.native.free()
