"""A port of the plane is recorded: what its party said and what it was told, in virtual time."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import numpy as np
import pytest
import trio

from hw.clips import Clip
from hw.native import lib
from hw.plane import Plane, PlaneError
from hw.recordings import Closed, Layout, RecordingError, RecordingState
from tests.recorder.tape import linear

pytestmark = pytest.mark.native
HZ = {left: np.sin(2 * np.pi * left * np.arange(16000) / 8000) * 8000 for left in (500, 1000)}


def strongest(samples: object) -> float:
    """Hz."""
    wave = np.asarray(samples, dtype=float)
    return float(np.argmax(np.abs(np.fft.rfft(wave))) * 8000 / len(wave))


async def test_said_is_left_told_is_right_and_the_file_is_whole_a_second_later(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    plane = Plane(virtual=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(plane.run)
        party, other = plane.open_voice(), plane.open_voice()
        plane.connect(party, other)
        recording = await plane.record(other, tmp_path / "call.wav")
        plane.play(party, [Clip(HZ[500].astype(np.int16))], speak=True)
        await trio.sleep(1)
        plane.record_stop(other)
        ended = await recording.wait()
        assert ended.errno == 0
        assert ended.milliseconds == pytest.approx(1000, abs=40)
        assert await recording.closed() == Closed(ended.milliseconds, 0)
        told = linear(lib.LAW_A, recording.path.read_bytes()[58:][1::2])
        assert strongest(told[400:7600]) == pytest.approx(500, abs=2)
        nursery.cancel_scope.cancel()
    plane.close()


async def test_pause_and_mask_by_order(autojump_clock: trio.testing.MockClock, tmp_path: Path) -> None:
    plane = Plane(virtual=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(plane.run)
        port = plane.open_voice()
        recording = await plane.record(port, tmp_path / "call.wav", Layout.MIXED)
        await trio.sleep(1)
        plane.record_state(port, RecordingState.PAUSED)
        await trio.sleep(1)
        plane.record_state(port, RecordingState.MASKED)
        await trio.sleep(1)
        plane.record_stop(port)
        closed = await recording.closed()
        assert closed.ms == pytest.approx(2000, abs=80)
        samples = linear(lib.LAW_A, recording.path.read_bytes()[58:])
        assert strongest(samples[-7000:]) == pytest.approx(500, abs=2)
        assert np.abs(samples[:7000]).max() <= 24
        nursery.cancel_scope.cancel()
    plane.close()


async def test_a_file_that_goes_away_ends_the_recording_with_an_event_and_not_the_call(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    plane = Plane(virtual=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(plane.run)
        port = plane.open_voice()
        recording = await plane.record(port, tmp_path / "call.wav")
        recording.path.unlink()
        ended = await recording.wait()
        assert os.strerror(ended.errno) == "No such file or directory"
        assert 5000 <= ended.milliseconds <= 7000
        with pytest.raises(RecordingError, match="removed"):
            await recording.closed()
        again = await plane.record(port, tmp_path / "again.wav")
        plane.record_stop(port)
        await again.closed()
        nursery.cancel_scope.cancel()
    plane.close()


async def test_a_port_that_cannot_be_recorded_leaves_no_file(tmp_path: Path) -> None:
    plane = Plane(virtual=True)
    port = plane.open_voice()
    first = await plane.record(port, tmp_path / "first.wav")
    with pytest.raises(PlaneError, match="being recorded already"):
        await plane.record(port, tmp_path / "second.wav")
    assert os.listdir(tmp_path) == ["first.wav"]
    plane.close()
    del first
    gc.collect()
