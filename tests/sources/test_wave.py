"""WAVE files of every usual coding and rate are heard as they were spoken; damaged ones say why they are not."""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hw.clips import load
from hw.native import ffi, lib
from hw.wave import ClipError, Samples, read_wave, to_int16

pytestmark = pytest.mark.native

SPEECH = to_int16(0.3 * np.sin(np.arange(1600) * 0.2) + 0.1 * np.sin(np.arange(1600) * 1.3))
# Formats of WAVE: tag, bits.
PCM, FLOAT, A_LAW, MU_LAW = 1, 3, 6, 7


def fmt(tag: int = PCM, channels: int = 1, rate: int = 8000, bits: int = 16) -> bytes:
    frame = channels * bits // 8
    return struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, channels, rate, rate * frame, frame, bits)


def wave(*chunks: bytes, riff: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return struct.pack("<4sI", b"RIFF", len(body) if riff is None else riff) + body


def data(speech: bytes, length: int | None = None) -> bytes:
    return struct.pack("<4sI", b"data", len(speech) if length is None else length) + speech


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "speech.wav"


def read(path: Path, content: bytes) -> Samples:
    path.write_bytes(content)
    return read_wave(path)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_linear_speech_at_8_khz_is_heard_sample_by_sample(path: Path, subtype: str) -> None:
    speech = SPEECH if subtype.startswith("PCM") else SPEECH / 32768  # libsndfile does not scale integers into floats
    soundfile.write(path, speech, 8000, subtype=subtype)
    assert (read_wave(path) == SPEECH).all()


def test_speech_of_8_bits_is_heard_as_well_as_8_bits_can(path: Path) -> None:
    soundfile.write(path, SPEECH, 8000, subtype="PCM_U8")
    assert np.abs(read_wave(path).astype(int) - SPEECH).max() <= 256


@pytest.mark.parametrize(("tag", "law"), [(A_LAW, lib.LAW_A), (MU_LAW, lib.LAW_MU)])
def test_g711_is_decoded_as_the_plane_decodes_it(path: Path, tag: int, law: int) -> None:
    everything = bytes(range(256))
    expected = np.zeros(256, np.int16)
    lib.g711_decode(law, everything, ffi.from_buffer("int16_t[]", expected), 256)
    assert (read(path, wave(fmt(tag, bits=8), data(everything))) == expected).all()


@pytest.mark.parametrize("rate", [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000])
def test_any_usual_rate_keeps_pitch_level_and_length(path: Path, rate: int) -> None:
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 1000 * np.arange(rate) / rate), rate, subtype="PCM_16")
    heard = read_wave(path)
    assert len(heard) == 8000
    middle = heard[400:-400].astype(float)
    expected = 16384 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)[400:-400]
    assert np.abs(middle - expected).max() < 16384 * 0.002


def test_what_telephones_cannot_carry_is_not_folded_into_what_they_can(path: Path) -> None:
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 6000 * np.arange(16000) / 16000), 16000)
    assert np.abs(read_wave(path)[400:-400]).max() < 16384 / 1000


def test_a_long_file_is_decoded_in_blocks_without_seams(path: Path) -> None:
    long = np.tile(SPEECH, 400)
    soundfile.write(path, long, 8000, subtype="PCM_16")
    assert (read_wave(path) == long).all()
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 440 * np.arange(600_000) / 16000), 16000, subtype="PCM_16")
    heard = read_wave(path).astype(float)
    expected = 16384 * np.sin(2 * np.pi * 440 * np.arange(300_000) / 8000)
    assert np.abs(heard - expected)[400:-400].max() < 16384 * 0.002


def test_two_channels_are_heard_together_each_at_half(path: Path) -> None:
    both = np.stack([np.full(800, 10000), np.full(800, -2000)], axis=1).astype(np.int16)
    soundfile.write(path, both, 8000, subtype="PCM_16")
    assert set(read_wave(path).tolist()) == {4000}


def test_floats_beyond_full_scale_and_no_numbers_at_all_do_no_harm(path: Path) -> None:
    floats = np.array([0.5, 7.0, -7.0, np.nan, np.inf, -np.inf], np.float32)
    heard = read(path, wave(fmt(FLOAT, bits=32), data(floats.tobytes())))
    assert heard.tolist() == [16384, 32767, -32768, 0, 32767, -32768]


def test_other_chunks_are_skipped_also_those_of_odd_length(path: Path) -> None:
    odd = struct.pack("<4sI", b"LIST", 3) + b"abc\0"
    content = wave(odd, fmt(), odd, data(SPEECH.tobytes()), odd)
    assert (read(path, content) == SPEECH).all()


def test_an_extensible_header_says_its_coding_in_its_longer_part(path: Path) -> None:
    extensible = struct.pack(
        "<4sIHHIIHHHHIH14s", b"fmt ", 40, 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4, PCM, b"\0" * 14
    )
    assert (read(path, wave(extensible, data(SPEECH.tobytes()))) == SPEECH).all()


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF, 1_000_000])
def test_a_recording_whose_header_was_never_finished_is_heard_to_its_end(path: Path, length: int) -> None:
    for riff in (0, 36, 0xFFFFFFFF):
        assert (read(path, wave(fmt(), data(SPEECH.tobytes(), length), riff=riff)) == SPEECH).all()


def test_a_recording_cut_off_within_a_sample_is_heard_to_its_last_whole_one(path: Path) -> None:
    stereo = np.stack([SPEECH, SPEECH], axis=1)
    content = wave(fmt(channels=2), data(stereo.tobytes()))
    assert (read(path, content[:-3]) == SPEECH[:-1]).all()


@pytest.mark.parametrize(
    ("content", "reason", "remedy"),
    [
        (b"", "is empty", "record or copy it again"),
        (b"RIFF", "is not a WAVE file", "convert it: sox"),
        (b"ID3\4" + bytes(100), "is not a WAVE file", "convert it: sox"),
        (b"RIFF\4\0\0\0AVI ", "is not a WAVE file", "convert it: sox"),
        (wave(), "has neither format nor speech", "record or copy it again"),
        (wave(fmt()), "has no speech in it", "record or copy it again"),
        (wave(fmt(), data(b"")), "has no speech in it", "record it again"),
        (wave(fmt(), data(b""), data(b"")), "has no speech in it", "record it again"),
        (wave(fmt(), data(b"\1")), "has no speech in it", "record it again"),
        (wave(data(SPEECH.tobytes()), fmt()), "has its speech before its format", "again"),
        (wave(fmt()[:20], riff=99), "has a format of 12 bytes instead of 16", "again"),
        (wave(struct.pack("<4sI", b"fmt ", 0xFFFFFFF0)), "has a format of 0 bytes instead of 16", "again"),
        (wave(struct.pack("<4sI", b"LIST", 0xFFFFFFF0)), "has neither format nor speech", "again"),
        (wave(fmt(tag=0x11, bits=4), data(b"12")), "is coded as IMA ADPCM of 4 bits", "convert it: sox"),
        (wave(fmt(tag=0x7777), data(b"12")), "is coded as coding 0x7777 of 16 bits", "convert it: sox"),
        (wave(fmt(bits=12), data(b"12")), "is coded as coding 0x0001 of 12 bits", "convert it: sox"),
        (wave(fmt(channels=0), data(b"12")), "has 0 channels", "convert it: sox"),
        (wave(fmt(channels=6), data(b"12")), "has 6 channels", "convert it: sox"),
        (wave(fmt(rate=0), data(b"12")), "has 0 samples a second", "convert it: sox"),
        (wave(fmt(rate=96000), data(b"12")), "has 96000 samples a second, outside 8000 to 48000", "convert it: sox"),
    ],
)
def test_a_file_that_cannot_be_played_says_why_and_what_to_do(
    path: Path, content: bytes, reason: str, remedy: str
) -> None:
    with pytest.raises(ClipError) as error:
        read(path, content)
    assert error.value.path == path
    assert reason in error.value.reason
    assert remedy in error.value.remedy
    assert str(path) in str(error.value)


def test_a_file_of_many_hours_is_refused_before_it_is_read(path: Path) -> None:
    path.write_bytes(wave(fmt(A_LAW, bits=8), data(b"", 0xFFFFFFFF)))
    os.truncate(path, 5 * 3600 * 8000)  # sparse: it takes no disk
    with pytest.raises(ClipError, match=r"lasts 5.0 h, over 4 h; cut it"):
        read_wave(path)


def test_a_missing_file_a_directory_and_a_pipe_say_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="there is no such file; check the path"):
        read_wave(tmp_path / "none.wav")
    with pytest.raises(ClipError, match="is a directory or device, not a file"):
        read_wave(tmp_path)
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(ClipError, match="is a directory or device, not a file"):
        read_wave(tmp_path / "pipe.wav")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(13, "Permission denied"), "may not be read; give this user the right"),
        (OSError(5, "Input/output error"), r"cannot be read \(Input/output error\); check the disk"),
    ],
)
def test_a_file_that_the_system_does_not_give_says_why(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, says: str
) -> None:
    path.write_bytes(wave(fmt(), data(SPEECH.tobytes())))

    def refuse(*_: Any) -> None:
        raise error

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, whom no permission stops
    with pytest.raises(ClipError, match=says):
        read_wave(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=6), st.integers(0, 244))
def test_no_damage_does_worse_than_an_error(path: Path, damage: list[tuple[int, int]], length: int) -> None:
    content = bytearray(wave(fmt(A_LAW, bits=8), data(bytes(range(200)))))
    for at, byte in damage:
        content[at] = byte
    path.write_bytes(bytes(content[:length]))
    with contextlib.suppress(ClipError):
        assert load(path).count > 0
