"""What recording costs: a write of the media thread, and the recorder's thread with 512 recordings.

Conditions. 512 stereo recordings (1024 ports in pairs, 16 kB/s each) go to files in a folder on a real disk.

    writes    one frame of 160 samples into each ring in turn, as a tick does. The same calls on paused recordings are
              taken off: what is left is the cost in C, or more, since Python empties the cache between calls.
    thread    each ring gets its second of speech once a second, by the wall clock; the thread writes, syncs, and
              refreshes every header once. CPU time of the thread; the kernel's write-back threads are not in it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import thread_time
from typing import Any

import trio

from hw.native import ffi, lib
from hw.recordings import RATE, Recorder, RecorderStatistics, RecordingFile

RECORDINGS = 512
FRAME = 160
ROUNDS = 100  # frames that fit into the ring of 4 s, with a margin


def _write_us(files: list[RecordingFile], speech: Any) -> float:
    """Of one frame, the calls from Python included."""
    write, natives = lib.recording_test_write, [file.pointer for file in files]
    began = thread_time()
    for _ in range(ROUNDS):
        for native in natives:
            write(native, speech, speech, FRAME)
    return (thread_time() - began) / ROUNDS / len(files) * 1e6


def _state(files: list[RecordingFile], state: int) -> None:
    for file in files:
        lib.recording_test_state(file.pointer, state)


async def _open(recorder: Recorder, folder: Path) -> list[RecordingFile]:
    files: list[RecordingFile] = []

    async def one(number: int) -> None:
        file = await recorder.open(folder / f"{number}.wav")
        file.given = True
        files.append(file)

    async with trio.open_nursery() as nursery:
        for number in range(RECORDINGS):
            nursery.start_soon(one, number)
    return files


async def _pace(recorder: Recorder, files: list[RecordingFile], speech: Any, seconds: int) -> tuple[float, int]:
    """Seconds of CPU a second of the thread, and bytes that were lost, while speech comes at its own pace."""
    recorder.drain()
    before, began = recorder.statistics(), trio.current_time()
    for second in range(seconds):
        for file in files:
            lib.recording_test_write(file.pointer, speech, speech, RATE)
        await trio.sleep_until(began + second + 1)
    after, wall = recorder.statistics(), trio.current_time() - began
    return (after.cpu_s - before.cpu_s) / wall, after.lost_bytes - before.lost_bytes


async def _measure(recorder: Recorder, folder: Path, seconds: int) -> tuple[float, float, int, RecorderStatistics]:
    speech = ffi.new("uint8_t[]", bytes(range(256)) * (RATE // 256 + 1))
    files = await _open(recorder, folder)
    running = _write_us(files, speech)
    _state(files, lib.RECORDING_PAUSED)
    paused = _write_us(files, speech)
    _state(files, lib.RECORDING_RUNS)
    cpu, lost = await _pace(recorder, files, speech, seconds)
    for file in files:
        lib.recording_test_end(file.pointer)
    recorder.drain()
    return running - paused, cpu, lost, recorder.statistics()


def figures(seconds: float = 6.0, folder: Path | None = None) -> dict[str, Any]:
    """Measures for so many seconds, at least 6 (every header once), below `folder` (None: /var/tmp). Ready for JSON."""
    native = lib.recorder_new(True)
    if native == ffi.NULL:
        raise MemoryError("recorder: out of memory or threads")
    recorder = Recorder(native, threaded=True)
    try:
        with tempfile.TemporaryDirectory(prefix="strowger-bench-", dir=folder or "/var/tmp") as name:
            write_us, cpu, lost, statistics = trio.run(_measure, recorder, Path(name), max(6, round(seconds)))
    finally:
        recorder.release()
        lib.recorder_free(native)
    return {
        "recordings": RECORDINGS,
        "write_us": round(write_us, 3),
        "thread_core_percent": round(cpu * 100, 2),
        "sync_max_ms": round(statistics.sync_max_ms, 1),
        "lost_bytes": lost,
    }
