"""Recordings from trio: opened without blocking anybody, given up without a trace, their end waited for."""

from __future__ import annotations

import errno
import gc
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
import trio.testing

from hw.errors import LocalError
from hw.native import lib
from hw.recordings import Closed, Layout, Recorder, RecordingError, RecordingFile
from tests.recorder.tape import noise

pytestmark = pytest.mark.native


@pytest.fixture(params=[True, False], ids=["thread", "virtual"])
def recorder(request: pytest.FixtureRequest) -> Iterator[Recorder]:
    native = lib.recorder_new(request.param)
    recorder = Recorder(native, threaded=request.param)
    yield recorder
    recorder.release()
    lib.recorder_free(native)


def record(file: RecordingFile, seconds: int) -> None:
    file.given = True
    lib.recording_test_write(file.pointer, noise(1, 8000 * seconds), noise(2, 8000 * seconds), 8000 * seconds)
    lib.recording_test_end(file.pointer)


async def test_open_record_and_wait_for_the_file(recorder: Recorder, tmp_path: Path) -> None:
    file = await recorder.open(tmp_path / "call.wav", Layout.MIXED, "mu")
    assert recorder.statistics().open == 1
    record(file, 3)
    recorder.drain()
    assert await file.closed() == Closed(3000, 0)
    assert recorder.statistics().open == 0
    assert recorder.statistics().bytes == 24000


async def test_the_end_is_waited_for(recorder: Recorder, tmp_path: Path) -> None:
    file = await recorder.open(tmp_path / "call.wav")
    ends: list[Closed] = []

    async def wait() -> None:
        ends.append(await file.closed())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        assert ends == []
        record(file, 1)
        recorder.drain()
    assert ends == [Closed(1000, 0)]


async def test_a_refusal_says_which_why_and_what_to_do(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "no" / "call.wav"
    with pytest.raises(RecordingError) as refusal:
        await recorder.open(path)
    error = refusal.value
    assert (error.path, error.reason, error.errno) == (path, "No such file or directory", errno.ENOENT)
    assert error.remedy.startswith("The file or its folder was removed")
    assert str(error) == f"{path}: {error.reason}. {error.remedy}"
    with pytest.raises(LocalError, match="law"):
        await recorder.open(path, law="µ")


async def test_an_end_by_error_raises_where_it_is_waited_for(recorder: Recorder, tmp_path: Path) -> None:
    file = await recorder.open(tmp_path / "call.wav")
    file.path.unlink()
    record(file, 1)
    recorder.drain()
    with pytest.raises(RecordingError, match="No such file"):
        await file.closed()


async def test_abandoned_forgotten_or_cancelled_it_leaves_nothing_behind(recorder: Recorder, tmp_path: Path) -> None:
    file = await recorder.open(tmp_path / "abandoned.wav")
    file.abandon()
    file.abandon()
    with pytest.raises(LocalError, match="abandoned"):
        file.pointer  # noqa: B018
    forgotten = await recorder.open(tmp_path / "forgotten.wav")
    del file, forgotten
    gc.collect()
    with trio.CancelScope() as scope:
        scope.cancel()
        await recorder.open(tmp_path / "cancelled.wav")
    assert scope.cancelled_caught
    assert os.listdir(tmp_path) == []
    assert recorder.drain() == 0


async def test_a_stalled_disk_holds_up_no_cancellation(tmp_path: Path) -> None:
    """The caller hangs up while the disk stands still; when it moves again the file is made, and removed at once."""
    native = lib.recorder_new(True)
    recorder = Recorder(native, threaded=True)
    stalled, moves, made, make = threading.Event(), threading.Event(), threading.Event(), recorder._make

    def slow_make(path: Path, layout: Layout, law: int) -> RecordingFile:
        stalled.set()
        moves.wait()
        file = make(path, layout, law)
        made.set()
        return file

    recorder._make = slow_make  # type: ignore[method-assign]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(recorder.open, tmp_path / "call.wav")
        await trio.to_thread.run_sync(stalled.wait)
        nursery.cancel_scope.cancel()
    assert recorder.statistics().open == 0
    moves.set()
    await trio.to_thread.run_sync(made.wait)
    while os.listdir(tmp_path):
        await trio.lowlevel.checkpoint()
    assert recorder.drain() == 0
    recorder.release()
    lib.recorder_free(native)


async def test_what_a_plane_has_cannot_be_abandoned(recorder: Recorder, tmp_path: Path) -> None:
    file = await recorder.open(tmp_path / "call.wav")
    record(file, 1)
    with pytest.raises(LocalError, match="stop it there"):
        file.abandon()


async def test_files_forgotten_while_recorded_are_kept(recorder: Recorder, tmp_path: Path) -> None:
    file = await recorder.open(tmp_path / "call.wav")
    record(file, 1)
    del file
    gc.collect()
    assert recorder.drain() == 0
    assert (tmp_path / "call.wav").stat().st_size == 58 + 16000


async def test_after_the_recorder_is_gone_nothing_is_touched(tmp_path: Path) -> None:
    native = lib.recorder_new(False)
    recorder = Recorder(native, threaded=False)
    file = await recorder.open(tmp_path / "call.wav")
    recorder.release()
    lib.recorder_free(native)
    with pytest.raises(LocalError, match="recorder is gone"):
        file.pointer  # noqa: B018
    with pytest.raises(LocalError, match="recorder is gone"):
        await recorder.open(tmp_path / "next.wav")
    file.abandon()
    del file
    gc.collect()
