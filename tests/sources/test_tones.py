"""Tones as they are rendered: level, purity, phase, lengths, and that others hear in them what we mean."""

from __future__ import annotations

import gc

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.native import ffi, lib
from hw.tones import (
    DTMF_HZ,
    SEGMENTS_MAX,
    Segment,
    Tone,
    ToneError,
    dtmf,
    r2_backward,
    r2_forward,
    silence,
    sine,
)
from hw.wave import Samples
from tests import spandsp

pytestmark = pytest.mark.native

RATE = 8000
# ITU-T G.711 table 5: the sequence of A-law bytes that is a sine of 1 kHz at 0 dBm0.
MILLIWATT = bytes([0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4])

Floats = npt.NDArray[np.float64]


def heard(tone: Tone, ms: float) -> Samples:
    return np.frombuffer(tone.preview(ms), np.int16)


def rms(samples: npt.ArrayLike) -> float:
    return float(np.sqrt(np.mean(np.square(np.asarray(samples, np.float64)))))


def db(ratio: float) -> float:
    return float(20 * np.log10(ratio))


def milliwatt() -> Samples:
    out = np.zeros(8, np.int16)
    lib.g711_decode(lib.LAW_A, MILLIWATT, ffi.from_buffer("int16_t[]", out), 8)
    return out


def without_sine(samples: Samples, hz: float) -> Floats:
    """What is left when the best sine of that frequency is taken away."""
    angle = 2 * np.pi * float(np.float32(hz)) / RATE * np.arange(len(samples))
    basis = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    best, *_ = np.linalg.lstsq(basis, samples.astype(np.float64), rcond=None)
    rest: Floats = samples - basis @ best
    return rest


def test_a_tone_of_0_dbm0_is_as_loud_as_the_digital_milliwatt() -> None:
    tone = heard(Tone([sine(1000, dbm0=0)]), 1000)
    assert db(rms(tone) / rms(milliwatt())) == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("dbm0", [3, 0, -10, -25, -40])
def test_spandsps_power_meter_reads_the_level_that_was_asked_for(dbm0: float) -> None:
    assert spandsp.power_dbm0(heard(Tone([sine(450, dbm0=dbm0)]), 1000)) == pytest.approx(dbm0, abs=0.5)


@pytest.mark.parametrize(
    "hz", [20, 25, 350, 425, 440, 450, 499.9, 500, 697, 950, 1000, 1000.05, 1633, 1980, 3000, 3900]
)
def test_a_sine_is_pure_to_80_db(hz: float) -> None:
    tone = heard(Tone([sine(hz, dbm0=0)]), 2000)
    assert db(rms(without_sine(tone, hz)) / rms(tone)) < -80


def test_a_quiet_sine_is_as_pure_as_16_bits_can_hold() -> None:
    assert rms(without_sine(heard(Tone([sine(450, dbm0=-60)]), 2000), 450)) < 0.35  # rounding alone is 0.29


def test_a_tone_does_not_drift_in_a_minute() -> None:
    tone = heard(Tone([sine(450)]), 60_020).astype(int)
    assert np.abs(tone[-160:] - tone[:160]).max() <= 3


def test_a_long_tone_has_no_clicks_at_its_frames() -> None:
    tone = heard(Tone([sine(450)]), 10_000).astype(int)
    # A sine's second difference is its own value times (2 sin(w/2))^2; a click is far above.
    assert np.abs(np.diff(tone, 2)).max() <= tone.max() * (2 * np.sin(np.pi * 450 / RATE)) ** 2 + 2


@given(st.lists(st.integers(1, 700), min_size=1, max_size=20))
def test_phase_runs_on_across_segments_of_one_frequency(lengths: list[int]) -> None:
    cut = heard(Tone([sine(440, ms=length / 8) for length in lengths]), 10_000)
    whole = heard(Tone([sine(440)]), sum(lengths) / 8)
    assert len(cut) == len(whole)
    assert np.abs(cut.astype(int) - whole).max() <= 1


def test_a_frequency_keeps_its_phase_when_its_partner_stops() -> None:
    level = (-13.0,)
    together = Segment((350.0, 440.0), level * 2, 62.5)
    both = heard(Tone([together, Segment((440.0,), level)]), 125)
    alone = heard(Tone([Segment((440.0,), level)]), 125)
    assert np.abs(both[500:].astype(int) - alone[500:]).max() <= 1


def test_another_frequency_begins_where_the_last_one_was_so_that_it_does_not_click() -> None:
    steps = heard(Tone([sine(950, ms=330.1), sine(1400, ms=330.1), sine(1800, ms=330.1)]), 1000).astype(int)
    longest_step = steps.max() * 2 * np.sin(np.pi * 1800 / RATE)
    assert np.abs(np.diff(steps)).max() <= longest_step + 2


def test_after_silence_a_tone_begins_at_zero() -> None:
    busy = heard(Tone([sine(450, ms=33.125), silence(20)], loop_from=0), 425).reshape(8, 425)
    assert busy[0, 0] == 0
    assert (busy == busy[0]).all()


def test_modulation_is_heard_and_leaves_the_level_as_it_was() -> None:
    plain = heard(Tone([sine(400)]), 1000)
    modulated = heard(Tone([Segment((400.0,), (-10.0,), None, 25.0, 1.0)]), 1000)
    assert db(rms(modulated) / rms(plain)) == pytest.approx(0, abs=0.02)
    loudest = np.abs(modulated[:320]).max()
    quietest = rms(modulated[240 - 4 : 240 + 4])  # three quarters of the 40 ms: the trough
    assert quietest < 0.01 * loudest
    lines = np.abs(np.fft.rfft(modulated.astype(np.float64)))
    assert set(np.argsort(lines)[-3:]) == {375, 400, 425}


def test_a_sum_that_is_too_loud_is_limited_and_never_wraps() -> None:
    loud = heard(Tone([Segment((450.0,) * 4, (3.0,) * 4)]), 200)
    one = heard(Tone([sine(450, dbm0=3)]), 200)
    assert loud.max() == 32767
    assert loud.min() == -32768
    assert (np.sign(loud[one != 0]) == np.sign(one[one != 0])).all()


hertz = st.floats(20, 3900, width=32)
dbm0s = st.floats(-70, 3, width=32)


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    hz = tuple(draw(st.lists(hertz, max_size=4)))
    level = tuple(draw(dbm0s) for _ in hz)
    am_hz = draw(st.just(0.0) | st.floats(1, 200, width=32))
    return Segment(hz, level, draw(st.integers(1, 900)) / 8, am_hz, draw(st.floats(0, 1)))


@given(st.lists(segments(), min_size=1, max_size=12))
def test_the_lengths_of_a_programme_add_up(programme: list[Segment]) -> None:
    tone = Tone(programme)
    assert tone.samples == sum(segment.samples for segment in programme)
    assert len(tone.preview(5000)) == tone.samples
    assert len(tone.preview(1)) == min(8, tone.samples)


@given(st.lists(segments(), min_size=1, max_size=6))
def test_every_legal_programme_keeps_within_its_amplitude(programme: list[Segment]) -> None:
    samples = heard(Tone(programme), 5000).astype(int)
    at = 0
    for segment in programme:
        part = samples[at : at + segment.samples]
        modulated = 1 + segment.am_depth if segment.am_hz else 1
        most = sum(32768 * 10 ** ((level - 3.14) / 20) for level in segment.dbm0) * modulated
        assert np.abs(part).max(initial=0) <= min(32768, most * 1.001 + 1)
        at += segment.samples


@given(st.lists(segments(), min_size=1, max_size=6), st.integers(1, 400), st.integers(0, 5))
def test_a_programme_with_a_pause_at_its_end_loops_exactly(programme: list[Segment], pause: int, once: int) -> None:
    once = min(once, len(programme) - 1)
    intro, loop = programme[:once], [*programme[once:], silence(pause / 8)]
    if intro:
        intro = [*intro, silence(1)]
    tone = Tone([*intro, *loop], loop_from=len(intro))
    assert tone.samples is None
    begin, period = sum(s.samples for s in intro), sum(s.samples for s in loop)
    rounds = heard(tone, (begin + 4 * period) / 8)[begin:].reshape(4, period)
    assert (rounds == rounds[0]).all()


def test_a_tone_lives_as_long_as_somebody_plays_it() -> None:
    tone = Tone([sine(450, ms=10)])
    expected = tone.preview(10)
    player = lib.tone_hold(tone.pointer)
    del tone
    gc.collect()
    out = ffi.new("int16_t[80]")
    assert lib.tone_preview(player, out, 80) == 80
    assert bytes(ffi.buffer(out)) == expected.tobytes()
    lib.tone_drop(player)


NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    "bad",
    [
        {"hz": [19.0]},
        {"hz": [3901.0]},
        {"hz": [NAN]},
        {"hz": [-450.0]},
        {"hz": [450.0], "dbm0": [3.1]},
        {"hz": [450.0], "dbm0": [-71.0]},
        {"hz": [450.0], "dbm0": [NAN]},
        {"hz": [450.0], "am_hz": 0.5},
        {"hz": [450.0], "am_hz": INFINITE},
        {"hz": [450.0], "am_hz": 25.0, "am_depth": 1.1},
        {"hz": [450.0], "am_depth": NAN},
    ],
)
def test_the_native_layer_refuses_nonsense_by_itself(bad: dict[str, object]) -> None:
    native = ffi.new("struct tone_segment[]", [{"samples": 80, **bad}])
    assert lib.tone_new(native, 1, -1) == ffi.NULL


def test_the_native_layer_refuses_programmes_without_an_end_or_beginning() -> None:
    native = ffi.new("struct tone_segment[]", [{"samples": 0}, {"samples": 80}, {"samples": 0}])
    assert lib.tone_new(native, 0, -1) == ffi.NULL
    assert lib.tone_new(native, 2, -1) == ffi.NULL  # for ever, but not the last
    assert lib.tone_new(native + 1, 2, 0) == ffi.NULL  # for ever, but to be looped
    assert lib.tone_new(native + 1, 1, 1) == ffi.NULL
    assert lib.tone_new(native + 1, 1, -2) == ffi.NULL
    assert lib.tone_new(native + 1, SEGMENTS_MAX + 1, -1) == ffi.NULL


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Tone([]), "at least one"),
        (lambda: Tone([silence(1)] * 513), "512 at most"),
        (lambda: Tone([silence(1)], loop_from=1), "give 0 to 0"),
        (lambda: Tone([sine(450), silence(1)]), "give it a length"),
        (lambda: Tone([sine(450)], loop_from=0), "do not loop"),
        (lambda: sine(10), "20 to 3900 Hz"),
        (lambda: sine(NAN), "20 to 3900 Hz"),
        (lambda: sine(450, dbm0=4), "-70 to 3 dBm0"),
        (lambda: sine(450, ms=0), "0.125 to"),
        (lambda: sine(400, 410, 420, 430, 440), "4 at most"),
        (lambda: Segment((450.0,), ()), "its level"),
        (lambda: Segment(am_hz=300.0), "1 to 200 Hz"),
        (lambda: Segment(am_depth=2.0), "0 to 1"),
        (lambda: dtmf("12x"), "'x', place 3 of '12x'"),
        (lambda: dtmf(""), "at least one"),
        (lambda: dtmf("1" * 300), "512 at most"),
        (lambda: r2_forward(16), "1 to 15"),
        (lambda: r2_backward(0), "1 to 15"),
    ],
)
def test_a_wrong_tone_says_what_is_wrong_and_how_to_mend_it(make: object, says: str) -> None:
    assert callable(make)
    with pytest.raises(ToneError, match=says):
        make()


def test_spandsp_hears_the_sixteen_dtmf_digits() -> None:
    assert spandsp.dtmf_digits(heard(dtmf("0123456789*#abcd"), 5000)) == "0123456789*#ABCD"


@given(st.text("0123456789*#ABCD", min_size=1, max_size=20), st.integers(45, 120), st.integers(45, 120))
def test_spandsp_hears_any_digits_of_legal_length(digits: str, on_ms: int, off_ms: int) -> None:
    tone = dtmf(digits, on_ms=on_ms, off_ms=off_ms)
    assert tone.ms == len(digits) * (on_ms + off_ms)
    assert spandsp.dtmf_digits(heard(tone, tone.ms)) == digits


def test_a_comma_between_digits_is_a_pause() -> None:
    tone = dtmf("1,2", on_ms=50, off_ms=50, pause_ms=700)
    assert tone.ms == 900
    assert not heard(tone, 900)[400:6400].any()


def test_dtmf_has_the_levels_of_its_groups() -> None:
    digit = heard(dtmf("5", on_ms=1000, dbm0=-9, twist_db=2), 1000)
    lines = np.abs(np.fft.rfft(digit.astype(np.float64))) / len(digit) * 2
    low, high = DTMF_HZ["5"]
    full = 32768 * 10 ** (-3.14 / 20)
    assert db(lines[int(low)] / full) == pytest.approx(-9, abs=0.05)
    assert db(lines[int(high)] / full) == pytest.approx(-7, abs=0.05)


@pytest.mark.parametrize("code", range(1, 16))
def test_spandsp_hears_each_r2_code_in_its_direction_and_not_in_the_other(code: int) -> None:
    forward, backward = heard(r2_forward(code), 100), heard(r2_backward(code), 100)
    assert spandsp.r2_code(forward, forward=True) == code
    assert spandsp.r2_code(backward, forward=False) == code
    assert spandsp.r2_code(forward, forward=False) == 0
    assert spandsp.r2_code(backward, forward=True) == 0


def test_the_six_backward_codes_of_china_are_two_of_four_frequencies() -> None:
    used = {hz for code in range(1, 7) for hz in r2_backward(code).segments[0].hz}
    assert used == {1140, 1020, 900, 780}


def test_an_r2_code_lasts_until_it_is_stopped_unless_a_length_is_given() -> None:
    assert r2_forward(1).ms is None
    assert r2_backward(4, ms=150).ms == 150
    assert r2_forward(7) is r2_forward(7)
