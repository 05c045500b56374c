"""A file that a power cut left: whatever its length, it plays every whole frame that is there."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hw.native import lib
from hw.recordings import HEADER, Layout, RecordingError, Shape, header, mend, mend_folder
from tests.recorder.tape import Tape, folder_in_memory, noise

pytestmark = pytest.mark.native
SHAPES = [Shape(layout, law) for layout in Layout for law in ("a", "mu")]
LAWS = {"a": lib.LAW_A, "mu": lib.LAW_MU}
SECONDS = {"young": 2, "refreshed": 7}  # before and after the first sizes in the header


@pytest.fixture(scope="module")
def torn() -> Iterator[dict[tuple[Shape, str], bytes]]:
    """What lies on disk of recordings that are still going on."""
    recorder = lib.recorder_new(False)
    files: dict[tuple[Shape, str], bytes] = {}
    with folder_in_memory() as folder:
        for shape in SHAPES:
            for age, seconds in SECONDS.items():
                tape = Tape(recorder, Path(folder, f"{len(files)}.wav"), shape.layout.value, LAWS[shape.law])
                for second in range(seconds):
                    tape.write(noise(second, 8000), noise(second + 50, 8000))
                    lib.recorder_drain(recorder)
                files[shape, age] = tape.path.read_bytes()
        lib.recorder_free(recorder)
        yield files


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(SHAPES), st.sampled_from(sorted(SECONDS)), st.integers(0, 16 * 7000) | st.integers(0, 200))
@example(SHAPES[0], "refreshed", 5 * 16000)
@example(SHAPES[1], "young", 1)
def test_cut_anywhere_in_speech_it_plays_what_is_there(
    torn: dict[tuple[Shape, str], bytes], shape: Shape, age: str, speech: int
) -> None:
    whole = torn[shape, age]
    left = whole[: HEADER + speech]
    frames = (len(left) - HEADER) // shape.layout.value
    with folder_in_memory() as folder:
        path = Path(folder, "call.wav")
        path.write_bytes(left)
        os.utime(path, ns=(10**18, 10**18))
        mended = mend(path)
        if mended is not None:
            assert (mended.frames, mended.seconds) == (frames, frames / 8000)
            assert path.stat().st_mtime_ns == 10**18
        else:
            assert age == "refreshed"
            assert frames == 40000  # the header happened to be right
        info = soundfile.info(path)
        subtype = {"a": "ALAW", "mu": "ULAW"}[shape.law]
        assert (info.frames, info.channels, info.subtype) == (frames, shape.layout.value, subtype)
        speech_left = frames * shape.layout.value
        assert path.read_bytes()[HEADER:] == left[HEADER : HEADER + speech_left] + b"\0" * (speech_left % 2)
        assert mend(path) is None


@settings(deadline=None)
@given(st.sampled_from(SHAPES), st.integers(0, HEADER - 1))
def test_cut_within_the_header_it_is_made_anew_where_layout_and_law_are_known(shape: Shape, length: int) -> None:
    with folder_in_memory() as folder:
        path = Path(folder, "call.wav")
        path.write_bytes(header(shape, None)[:length])
        if length < 23:  # byte 20 tells the law, byte 22 the channels
            with pytest.raises(RecordingError, match=f"only {length} bytes of the header"):
                mend(path)
            assert path.stat().st_size == length
            mended = mend(path, shape)
        else:
            mended = mend(path)
        assert mended is not None
        assert (mended.frames, mended.told) == (0, None)
        assert path.read_bytes() == header(shape, 0)


@settings(deadline=None)
@given(st.sampled_from(SHAPES), st.integers(1, HEADER))
def test_a_header_that_never_reached_the_disk_is_made_anew_if_the_caller_knows(shape: Shape, blank: int) -> None:
    speech = noise(1, 4000)
    with folder_in_memory() as folder:
        path = Path(folder, "call.wav")
        path.write_bytes(bytes(blank) + header(shape, None)[blank:] + speech)
        with pytest.raises(RecordingError, match="header is destroyed") as refusal:
            mend(path)
        assert "layout and law" in refusal.value.remedy
        mended = mend(path, shape)
        assert mended is not None
        assert path.read_bytes() == header(shape, 4000) + speech


def test_the_header_of_python_is_the_header_of_c(torn: dict[tuple[Shape, str], bytes]) -> None:
    for (shape, age), content in torn.items():
        assert content[:HEADER] == header(shape, None if age == "young" else 40000 * shape.layout.value)


def test_what_the_header_had_told_is_told(torn: dict[tuple[Shape, str], bytes], tmp_path: Path) -> None:
    for (shape, age), content in torn.items():
        path = tmp_path / "call.wav"
        path.write_bytes(content)
        mended = mend(path)
        assert mended is not None
        assert mended.told == (None if age == "young" else 40000)
        assert mended.frames == SECONDS[age] * 8000
        assert shape.layout.value in (1, 2)


def test_wav_files_from_elsewhere_stay_as_they_are(tmp_path: Path) -> None:
    plain = tmp_path / "prompt.wav"
    soundfile.write(plain, [0.0] * 100, 8000, subtype="PCM_16")
    empty = tmp_path / "empty.wav"
    soundfile.write(empty, [], 16000, subtype="PCM_16")
    shape = Shape()
    edited = tmp_path / "edited.wav"  # ours, closed, then given a title by some editor
    title = b"LIST" + struct.pack("<I", 16) + b"INFOINAM" + struct.pack("<I", 4) + b"call"
    content = bytearray(header(shape, 1000) + noise(1, 1000) + title)
    content[4:8] = struct.pack("<I", len(content) - 8)
    edited.write_bytes(content)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    found = mend_folder(tmp_path)
    assert (found.looked_at, found.mended, found.lost) == (3, (), ())
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_is_mended_as_a_whole_and_tells_what_is_lost(
    torn: dict[tuple[Shape, str], bytes], tmp_path: Path
) -> None:
    content = torn[Shape(), "young"]
    (tmp_path / "2026" / "07").mkdir(parents=True)
    (tmp_path / "2026" / "07" / "call.wav").write_bytes(content[:-1])
    (tmp_path / "whole.WAV").write_bytes(header(Shape(), 10) + bytes(10))
    (tmp_path / "stub.wav").write_bytes(content[:3])
    (tmp_path / "notes.txt").write_bytes(content)
    (tmp_path / "link.wav").symlink_to(tmp_path / "notes.txt")
    found = mend_folder(tmp_path)
    assert found.looked_at == 3
    assert [(mended.path.name, mended.frames) for mended in found.mended] == [("call.wav", 15999)]
    assert [(error.path.name, error.remedy) for error in found.lost] == [("stub.wav", "Remove the file.")]
    assert (tmp_path / "notes.txt").read_bytes() == content


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file or directory") as refusal:
        mend_folder(tmp_path / "gone")
    assert refusal.value.path == tmp_path / "gone"
