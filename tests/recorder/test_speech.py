"""What is put into a recording stands in its file, at its place in time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.native import ffi, lib
from tests.recorder.tape import SILENCE, Tape, encoded, folder_in_memory, interleaved, linear, noise, sizes

pytestmark = pytest.mark.native
LAWS = [pytest.param(lib.LAW_A, "ALAW", id="A-law"), pytest.param(lib.LAW_MU, "ULAW", id="mu-law")]
IDLE = {lib.LAW_A: 8, lib.LAW_MU: 0}  # A-law's idle byte stands for half a step
UNKNOWN = 0xFFFFFFFF
RING_FRAMES = 32768


@pytest.mark.parametrize(("law", "subtype"), LAWS)
def test_stereo_keeps_the_party_left_and_what_it_was_told_right(
    recorder: Any, tmp_path: Path, law: int, subtype: str
) -> None:
    tape = Tape(recorder, tmp_path / "call.wav", law=law)
    said, told = noise(1, 16000), noise(2, 16000)
    assert tape.write(said, told) == 0
    tape.end()
    assert lib.recorder_drain(recorder) == 0
    assert tape.closed() == (0, 2000, 0)
    samples, rate = soundfile.read(tape.path, dtype="int16")
    assert (rate, soundfile.info(tape.path).subtype) == (8000, subtype)
    assert np.array_equal(samples[:, 0], linear(law, said))
    assert np.array_equal(samples[:, 1], linear(law, told))


@pytest.mark.parametrize(("law", "subtype"), LAWS)
def test_mixed_is_the_sum_and_saturates(recorder: Any, tmp_path: Path, law: int, subtype: str) -> None:
    tape = Tape(recorder, tmp_path / "call.wav", lib.RECORDING_MIXED, law)
    said, told = noise(3, 4000), noise(4, 4000)
    tape.write(said, told)
    tape.end()
    lib.recorder_drain(recorder)
    both = linear(law, said).astype(np.int32) + linear(law, told) - IDLE[law]
    assert np.abs(both).max() > 32767
    assert tape.speech() == encoded(law, np.clip(both, -32768, 32767).astype(np.int16))
    assert soundfile.info(tape.path).subtype == subtype
    assert soundfile.info(tape.path).frames == 4000


@pytest.mark.parametrize("law", [lib.LAW_A, lib.LAW_MU])
def test_mixed_with_an_idle_side_is_the_other_side_unchanged(recorder: Any, tmp_path: Path, law: int) -> None:
    tape = Tape(recorder, tmp_path / "call.wav", lib.RECORDING_MIXED, law)
    every = bytes(byte for byte in range(256) if law == lib.LAW_A or byte != 0x7F)  # 0x7F is mu-law's other zero
    idle = bytes([SILENCE[law]]) * len(every)
    tape.write(every, idle)
    tape.write(idle, every)
    tape.end()
    lib.recorder_drain(recorder)
    assert tape.speech() == every + every


def test_an_odd_number_of_bytes_is_padded_and_the_pad_is_no_sample(recorder: Any, tmp_path: Path) -> None:
    tape = Tape(recorder, tmp_path / "call.wav", lib.RECORDING_MIXED)
    tape.write(noise(5, 161), noise(6, 161))
    tape.end()
    lib.recorder_drain(recorder)
    assert sizes(tape.path) == (50 + 161 + 1, 161, 161)
    assert tape.path.stat().st_size == 58 + 162
    assert soundfile.info(tape.path).frames == 161


def test_paused_stops_the_clock(recorder: Any, tmp_path: Path) -> None:
    tape = Tape(recorder, tmp_path / "call.wav")
    tape.write(b"a" * 800, b"b" * 800)
    tape.state(lib.RECORDING_PAUSED)
    assert tape.write(b"secret" * 160, b"secret" * 160) == 0
    tape.state(lib.RECORDING_RUNS)
    tape.write(b"c" * 800, b"d" * 800)
    tape.end()
    lib.recorder_drain(recorder)
    assert tape.closed() == (0, 200, 0)
    assert tape.speech() == b"ab" * 800 + b"cd" * 800


@pytest.mark.parametrize("layout", [lib.RECORDING_STEREO, lib.RECORDING_MIXED])
@pytest.mark.parametrize("law", [lib.LAW_A, lib.LAW_MU])
def test_masked_keeps_the_time_line_with_a_soft_tone(recorder: Any, tmp_path: Path, layout: int, law: int) -> None:
    tape = Tape(recorder, tmp_path / "call.wav", layout, law)
    quiet = bytes([SILENCE[law]])
    tape.write(quiet * 800, quiet * 800)
    tape.state(lib.RECORDING_MASKED)
    for n in (160, 80, 7, 153, 8000 - 400):  # any length of frame: the tone goes on without a break
        tape.write(noise(7, n), noise(8, n))
    tape.state(lib.RECORDING_RUNS)
    tape.write(quiet * 800, quiet * 800)
    tape.end()
    lib.recorder_drain(recorder)
    assert tape.closed() == (0, 1200, 0)
    for channel in range(layout):
        samples = linear(law, tape.speech()[channel::layout])
        tone = samples[800:8800].astype(float)
        power = np.abs(np.fft.rfft(tone)) ** 2
        assert np.argmax(power) == 500
        assert power[500] > 0.99 * power.sum()
        dbm0 = 3.14 + 20 * np.log10(np.sqrt(2 * np.mean(tone**2)) / 32768)
        assert dbm0 == pytest.approx(-30, abs=0.3)
        assert not np.any(np.abs(samples[:800]) > 8)
        assert not np.any(np.abs(samples[8800:]) > 8)


def test_the_header_is_true_enough_at_every_age(recorder: Any, tmp_path: Path) -> None:
    """Unknown (players go to the end of the file), then at most five seconds behind, at last exact."""
    tape = Tape(recorder, tmp_path / "call.wav")
    assert sizes(tape.path) == (UNKNOWN, UNKNOWN, UNKNOWN)
    for second in range(1, 8):
        tape.write(noise(second, 8000), noise(second, 8000))
        assert lib.recorder_drain(recorder) == 1
        assert len(tape.speech()) == 16000 * second
        if second < 5:
            assert sizes(tape.path) == (UNKNOWN, UNKNOWN, UNKNOWN)
            assert soundfile.info(tape.path).frames == 8000 * second
        else:
            assert sizes(tape.path) == (50 + 80000, 40000, 80000)
    tape.end()
    lib.recorder_drain(recorder)
    assert sizes(tape.path) == (50 + 16000 * 7, 8000 * 7, 16000 * 7)
    assert soundfile.info(tape.path).frames == 8000 * 7


def test_a_recording_of_nothing_is_a_file_of_nothing(recorder: Any, tmp_path: Path) -> None:
    tape = Tape(recorder, tmp_path / "call.wav")
    tape.end()
    lib.recorder_drain(recorder)
    assert tape.closed() == (0, 0, 0)
    assert soundfile.info(tape.path).frames == 0


def test_while_the_disk_stalls_the_newest_is_lost_and_silence_keeps_its_place(recorder: Any, tmp_path: Path) -> None:
    tape = Tape(recorder, tmp_path / "call.wav")
    first = noise(9, 6 * 8000)
    for at in range(0, len(first), 160):
        assert tape.write(first[at : at + 160], first[at : at + 160]) == 0
    lib.recorder_drain(recorder)
    kept = RING_FRAMES // 160 * 160
    assert len(tape.speech()) == 2 * kept
    later = noise(10, 8000)
    tape.write(later, later)
    tape.end()
    lib.recorder_drain(recorder)
    lost = len(first) - kept
    assert tape.closed() == (0, 7000, lost // 8)
    silence = bytes([SILENCE[lib.LAW_A]]) * lost
    assert tape.speech() == interleaved(first[:kept] + silence + later, first[:kept] + silence + later)
    out = ffi.new("struct recorder_statistics *")
    lib.recorder_statistics(recorder, out)
    assert (out.open, out.bytes, out.lost_bytes) == (0, 7 * 16000, 2 * lost)


class Model:
    """The same recording in ten lines: bytes that wait, bytes that are missing, bytes in the file."""

    def __init__(self, channels: int) -> None:
        self.channels, self.capacity = channels, RING_FRAMES * channels
        self.waiting, self.file = bytearray(), bytearray()
        self.room = self.capacity  # as of the last drain: notes of gaps do not use room
        self.owed, self.noted = 0, False

    def put(self, data: bytes) -> None:
        if len(data) > self.room or (self.owed and self.noted):
            self.owed += len(data)
            return
        self.noted |= self.owed > 0
        self.waiting += bytes([SILENCE[lib.LAW_A]]) * self.owed + data
        self.owed = 0
        self.room -= len(data)

    def drain(self, last: bool = False) -> None:
        self.file += self.waiting + bytes([SILENCE[lib.LAW_A]]) * (self.owed if last else 0)
        self.waiting, self.room, self.noted = bytearray(), self.capacity, False


_STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 160), st.integers(1, 500)),
    st.tuples(st.just("drain"), st.just(0), st.just(0)),
    st.tuples(st.sampled_from(["pause", "run"]), st.just(0), st.just(0)),
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(_STEPS, max_size=25), st.sampled_from([lib.RECORDING_STEREO, lib.RECORDING_MIXED]), st.integers(0, 2**32)
)
def test_whatever_is_written_drained_paused_and_lost_the_file_is_the_model(
    steps: list[tuple[str, int, int]], layout: int, seed: int
) -> None:
    model = Model(layout)
    source = np.random.default_rng(seed)
    recorder = lib.recorder_new(False)
    with folder_in_memory() as folder:
        tape = Tape(recorder, Path(folder) / "call.wav", layout)
        paused = False
        for what, n, times in steps:
            if what == "drain":
                lib.recorder_drain(recorder)
                model.drain()
                assert tape.speech() == model.file
            elif what == "write":
                said = source.integers(0, 256, n, dtype=np.uint8).tobytes()
                quiet = bytes([SILENCE[lib.LAW_A]]) * n
                for _ in range(times):
                    tape.write(said, quiet)
                    if not paused:
                        model.put(interleaved(said, quiet) if layout == lib.RECORDING_STEREO else said)
            else:
                paused = what == "pause"
                tape.state(lib.RECORDING_PAUSED if paused else lib.RECORDING_RUNS)
        tape.end()
        lib.recorder_drain(recorder)
        model.drain(last=True)
        pad = b"\0" * (len(model.file) % 2)
        assert tape.speech() == model.file + pad
        assert soundfile.info(tape.path).frames == len(model.file) // layout
    lib.recorder_free(recorder)
