"""A disk that is full, read-only, broken or gone ends the recording it hits, with its errno; all others go on."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import soundfile

from hw.native import lib
from tests.recorder.tape import Tape, descriptor_of, next_descriptor, no_gaps, noise, refusing, sizes

pytestmark = pytest.mark.native
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
SECOND = noise(1, 8000)


@contextmanager
def small_disk(place: Path, options: str) -> Iterator[Path]:
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@root_only
def test_disk_full_ends_the_recording_there_and_what_was_written_plays(recorder: Any, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=36k") as disk:
        full, other = Tape(recorder, disk / "full.wav"), Tape(recorder, tmp_path / "other.wav")
        for tape in (full, other):
            for _ in range(3):
                assert tape.write(SECOND, SECOND) == 0
        assert lib.recorder_drain(recorder) == 1
        assert full.write(SECOND, SECOND) == errno.ENOSPC
        assert other.write(SECOND, SECOND) == 0
        fitted = 36 * 1024 - 58
        assert full.closed() == (errno.ENOSPC, fitted // 16, 0)
        assert soundfile.info(full.path).frames == fitted // 2
        for tape in (full, other):
            tape.end()
        assert lib.recorder_drain(recorder) == 0
        assert other.closed() == (0, 4000, 0)
        with pytest.raises(OSError, match="No space left"):
            Tape(recorder, disk / "next.wav")
        assert os.listdir(disk) == ["full.wav"]


@root_only
def test_a_read_only_filesystem_refuses_at_opening(recorder: Any, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "ro") as disk, pytest.raises(OSError, match="Read-only"):
        Tape(recorder, disk / "call.wav")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_refused_write_ends_that_recording_and_no_other(recorder: Any, tmp_path: Path, number: int) -> None:
    tapes = [Tape(recorder, tmp_path / f"{n}.wav") for n in range(3)]
    for tape in tapes:
        tape.write(SECOND, SECOND)
    lib.recorder_drain(recorder)
    for tape in tapes:
        tape.write(SECOND, SECOND)
    still_open = refusing({"pwritev": number}, lambda: lib.recorder_drain(recorder), fd=descriptor_of(tapes[1].path))
    assert still_open == 2
    assert [tape.write(SECOND, SECOND) for tape in tapes] == [0, number, 0]
    for tape in tapes:
        tape.end()
    lib.recorder_drain(recorder)
    assert [tape.closed() for tape in tapes] == [(0, 3000, 0), (number, 1000, 0), (0, 3000, 0)]
    assert [soundfile.info(tape.path).frames for tape in tapes] == [24000, 8000, 24000]


def test_a_header_that_cannot_be_refreshed_ends_the_recording(recorder: Any, tmp_path: Path) -> None:
    tape = Tape(recorder, tmp_path / "call.wav")
    for _ in range(2):
        tape.write(SECOND * 3, SECOND * 3)
        refusing({"pwrite64": errno.EIO}, lambda: lib.recorder_drain(recorder))
    assert tape.write(SECOND, SECOND) == errno.EIO
    assert tape.closed() == (errno.EIO, 6000, 0)


def test_half_a_frame_before_the_end_of_space_is_cut_off(recorder: Any, tmp_path: Path) -> None:
    tape = Tape(recorder, tmp_path / "call.wav")
    tape.write(SECOND, SECOND)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (58 + 1001, limits[1]))
    try:
        lib.recorder_drain(recorder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert tape.closed() == (errno.EFBIG, 62, 0)
    assert tape.path.stat().st_size == 58 + 1000
    assert sizes(tape.path) == (50 + 1000, 500, 1000)


_DEADLY_LIMIT = """
import resource, signal, sys
from pathlib import Path
from hw.native import lib
from tests.recorder.tape import Tape
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
recorder = lib.recorder_new(True)
tape = Tape(recorder, Path(sys.argv[1]))
tape.write(bytes(8000), bytes(8000))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
lib.recorder_drain(recorder)
print(tape.closed())
"""


def test_the_signal_of_a_size_limit_does_not_end_the_process(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _DEADLY_LIMIT, str(tmp_path / "call.wav")], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, f"({errno.EFBIG}, {(4096 - 58) // 16}, 0)\n", "")


def test_a_removed_file_is_noticed_within_five_seconds_of_speech(recorder: Any, tmp_path: Path) -> None:
    tape = Tape(recorder, tmp_path / "call.wav")
    tape.write(SECOND * 4, SECOND * 4)
    lib.recorder_drain(recorder)
    tape.path.unlink()
    assert tape.write(SECOND * 2, SECOND * 2) == 0
    lib.recorder_drain(recorder)
    assert tape.write(SECOND, SECOND) == errno.ENOENT


def test_a_file_removed_with_its_folder_is_noticed_at_the_end_at_the_latest(recorder: Any, tmp_path: Path) -> None:
    (tmp_path / "calls").mkdir()
    tape = Tape(recorder, tmp_path / "calls" / "call.wav")
    tape.write(SECOND, SECOND)
    shutil.rmtree(tmp_path / "calls")
    tape.end()
    lib.recorder_drain(recorder)
    assert tape.closed() == (errno.ENOENT, 1000, 0)


def test_after_a_failed_sync_the_file_that_owns_up_is_lost_and_not_written_again(tmp_path: Path) -> None:
    """The error of syncfs names no file: each is asked by fdatasync, and only the one that says so is given up."""

    def with_a_broken_disk() -> Any:
        return lib.recorder_new(True)  # its thread inherits the refusal

    with no_gaps() as first_fd:
        lost_fd = first_fd + 1  # that of the second file
        recorder = refusing(
            {"syncfs": errno.EIO}, lambda: refusing({"fdatasync": errno.EIO}, with_a_broken_disk, fd=lost_fd)
        )
        tapes = [Tape(recorder, tmp_path / f"{n}.wav") for n in range(3)]
    assert descriptor_of(tapes[1].path) == lost_fd
    for tape in tapes:
        tape.write(SECOND, SECOND)
    assert lib.recorder_drain(recorder) == 2
    assert [tape.write(SECOND, SECOND) for tape in tapes] == [0, errno.EIO, 0]
    for tape in tapes:
        tape.end()
    assert lib.recorder_drain(recorder) == 0
    ends = [tape.closed() for tape in tapes]
    assert ends[0] == ends[2] == (0, 2000, 0)
    assert ends[1] is not None
    assert ends[1][0] == errno.EIO
    assert sizes(tapes[1].path) == (0xFFFFFFFF,) * 3
    lib.recorder_free(recorder)


def test_an_error_of_the_last_sync_is_told_although_the_recording_had_ended_well(tmp_path: Path) -> None:
    recorder = refusing({"syncfs": errno.ENOSPC, "fdatasync": errno.ENOSPC}, lambda: lib.recorder_new(True))
    tape = Tape(recorder, tmp_path / "call.wav")
    tape.write(SECOND, SECOND)
    tape.end()
    lib.recorder_drain(recorder)
    end = tape.closed()
    assert end is not None
    assert end[0] == errno.ENOSPC
    lib.recorder_free(recorder)


@pytest.mark.parametrize("call", ["pwrite64", "fsync"])
def test_an_opening_that_fails_half_way_leaves_no_file(threaded: Any, tmp_path: Path, call: str) -> None:
    with pytest.raises(OSError, match="Input/output error"):
        refusing({call: errno.EIO}, lambda: Tape(threaded, tmp_path / "call.wav"))
    assert os.listdir(tmp_path) == []


def test_opening_refuses_what_it_cannot_make(recorder: Any, tmp_path: Path) -> None:
    there = tmp_path / "there.wav"
    there.write_bytes(b"somebody's")
    for path, number in [
        (there, errno.EEXIST),
        (tmp_path / "no" / "call.wav", errno.ENOENT),
        (there / "call.wav", errno.ENOTDIR),
        (tmp_path / ("long" * 100), errno.ENAMETOOLONG),
    ]:
        with pytest.raises(OSError, match=os.strerror(number)):
            Tape(recorder, path)
    assert there.read_bytes() == b"somebody's"
    for layout, law in [(0, lib.LAW_A), (3, lib.LAW_A), (lib.RECORDING_STEREO, 2)]:
        with pytest.raises(OSError, match="Invalid argument"):
            Tape(recorder, tmp_path / "call.wav", layout, law)
    assert os.listdir(tmp_path) == ["there.wav"]


def test_no_descriptors_left_is_told_and_nothing_else_happens(recorder: Any, tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_descriptor(), limits[1]))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            Tape(recorder, tmp_path / "call.wav")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
