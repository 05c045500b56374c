"""The recorder with its own thread: many openers, one that writes, nobody who waits but those who ask to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import soundfile

from hw import recordings
from hw.native import ffi, lib
from tests.recorder.tape import Tape, interleaved, noise, sizes

pytestmark = pytest.mark.native


def test_the_thread_writes_syncs_and_closes_without_being_asked_twice(threaded: Any, tmp_path: Path) -> None:
    tape = Tape(threaded, tmp_path / "call.wav")
    said, told = noise(1, 8000), noise(2, 8000)
    tape.write(said, told)
    assert lib.recorder_drain(threaded) == 1
    assert tape.speech() == interleaved(said, told)
    tape.end()
    assert lib.recorder_drain(threaded) == 0
    assert tape.closed() == (0, 1000, 0)
    out = ffi.new("struct recorder_statistics *")
    lib.recorder_statistics(threaded, out)
    assert (out.open, out.bytes, out.lost_bytes) == (0, 16000, 0)
    assert out.syncs >= 2
    assert out.sync_max_ms > 0
    assert out.cpu_s > 0


def test_its_name_is_seen_by_who_looks_at_threads(threaded: Any) -> None:
    lib.recorder_drain(threaded)
    names = [Path(f"/proc/self/task/{task}/comm").read_text().strip() for task in os.listdir("/proc/self/task")]
    assert "strowger-rec" in names


def test_many_are_opened_written_and_ended_at_once(threaded: Any, tmp_path: Path) -> None:
    def record(number: int) -> tuple[Tape, bytes]:
        tape = Tape(threaded, tmp_path / f"{number}.wav")
        said, told = noise(number, 1600 * (number % 7)), noise(-number % 99, 1600 * (number % 7))
        tape.write(said, told)
        if number % 5 == 0:
            lib.recorder_drain(threaded)
        tape.end()
        return tape, interleaved(said, told)

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(record, range(64)))
    assert lib.recorder_drain(threaded) == 0
    for tape, speech in done:
        assert tape.closed() == (0, len(speech) // 16, 0)
        assert tape.speech() == speech


def test_an_abandoned_recording_leaves_no_file(threaded: Any, tmp_path: Path) -> None:
    tape = Tape(threaded, tmp_path / "call.wav")
    lib.recording_abandon(tape.native)
    assert os.listdir(tmp_path) == []
    assert lib.recorder_drain(threaded) == 0


def test_a_result_nobody_wants_ends_nothing(threaded: Any, tmp_path: Path) -> None:
    tape = Tape(threaded, tmp_path / "call.wav")
    lib.recording_drop(tape.native)
    assert lib.recorder_drain(threaded) == 1
    tape.write(noise(1, 8000), noise(2, 8000))
    tape.end()
    assert lib.recorder_drain(threaded) == 0
    assert soundfile.info(tape.path).frames == 8000


@pytest.mark.parametrize("with_thread", [True, False])
def test_freeing_the_recorder_closes_what_is_open(tmp_path: Path, with_thread: bool) -> None:
    recorder = lib.recorder_new(with_thread)
    tape = Tape(recorder, tmp_path / "call.wav")
    tape.write(noise(1, 8000), noise(2, 8000))
    lib.recorder_free(recorder)
    assert sizes(tape.path) == (50 + 16000, 8000, 16000)
    assert tape.speech() == interleaved(noise(1, 8000), noise(2, 8000))


_KILLED = """
import sys
from pathlib import Path
from hw.native import lib
from tests.recorder.tape import Tape, noise
recorder = lib.recorder_new(True)
tapes = [Tape(recorder, Path(sys.argv[1]) / f"{n}.wav", 1 + n % 2) for n in range(4)]
for tape in tapes:
    tape.write(noise(1, 24000), noise(2, 24000))
lib.recorder_drain(recorder)
for tape in tapes:
    tape.write(noise(3, 8000), noise(4, 8000))
print("recording", flush=True)
sys.stdin.read()
"""


def test_killed_in_the_midst_everything_up_to_the_last_round_is_mended(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "recording\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    found = recordings.mend_folder(tmp_path)
    assert (found.looked_at, len(found.mended), found.lost) == (4, 4, ())
    both = interleaved(noise(1, 24000) + noise(3, 8000), noise(2, 24000) + noise(4, 8000))
    for mended in found.mended:
        info = soundfile.info(mended.path)
        assert info.frames == mended.frames
        assert 24000 <= mended.frames <= 32000  # the thread may have had another round before it died
        if info.channels == 2:
            assert mended.path.read_bytes()[58:] == both[: 2 * mended.frames]
    assert recordings.mend_folder(tmp_path).mended == ()
