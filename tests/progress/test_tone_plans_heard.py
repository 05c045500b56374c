"""Plans with pairs, with modulated tones, with tones that are nearly alike; and what is no plan."""

from __future__ import annotations

import numpy as np
import pytest

from hw.bench.progress import Told, Tone, told, told_after
from hw.native import ffi, lib
from hw.tone_patterns import CallProgress, Pattern, TonePatterns
from hw.tone_plan import tone_plan

pytestmark = pytest.mark.native

BUSY, CONGESTION, RINGBACK, DIAL = CallProgress.BUSY, CallProgress.CONGESTION, CallProgress.RINGBACK, CallProgress.DIAL


GOOD: dict[str, object] = {
    "number": 1,
    "hz": [450, 0],
    "hz_tolerance": 25,
    "steps": 2,
    "cadence_ms": [350, 350, 0, 0, 0, 0, 0, 0],
    "cadence_tolerance": 0.15,
    "cycles": 3,
    "min_ms": 1000,
}


def begun(events: list[Told]) -> list[int]:
    return [event.number for event in events if event.begins]


def native_plan(*patterns: dict[str, object]) -> TonePatterns:
    """A plan that Python's checks would refuse."""
    made = TonePatterns([Pattern(1, (450.0,))])
    plan = lib.tone_plan_new(ffi.new("struct tone_pattern[]", list(patterns)), len(patterns))
    made.pointer = ffi.gc(plan, lib.tone_plan_drop)
    return made


@pytest.mark.parametrize("snr_db", [None, 20.0])
@pytest.mark.parametrize("off", [0.99, 1.0, 1.01])
@pytest.mark.parametrize(
    ("country", "which", "hz", "cadence_ms"),
    [
        ("us", DIAL, (350.0, 440.0), ()),
        ("us", RINGBACK, (440.0, 480.0), (2000, 4000)),
        ("us", BUSY, (480.0, 620.0), (500, 500)),
        ("us", CONGESTION, (480.0, 620.0), (250, 250)),
        ("gb", RINGBACK, (400.0, 450.0), (400, 200, 400, 2000)),
        ("gb", BUSY, (400.0,), (375, 375)),
    ],
)
def test_pairs_are_told_from_each_other(
    country: str,
    which: CallProgress,
    hz: tuple[float, ...],
    cadence_ms: tuple[float, ...],
    off: float,
    snr_db: float | None,
) -> None:
    tone = Tone(tuple(each * off for each in hz), cadence_ms, 7.0, snr_db=snr_db)
    events = told(tone_plan(country).listen(), tone.samples())
    assert begun(events) == [which]
    assert events[0].hz == pytest.approx(tone.hz[0], abs=1)
    assert events[0].dbm0 == pytest.approx(-10, abs=0.5)


@pytest.mark.parametrize("hz", [480.0, 550.0, 620.0])
def test_one_tone_is_not_a_pair(hz: float) -> None:
    assert told(tone_plan("us").listen(), Tone((hz,), (500, 500)).samples()) == []


@pytest.mark.parametrize("am", [0.5, 0.9, 1.0])
@pytest.mark.parametrize(("which", "cadence_ms"), [(DIAL, ()), (RINGBACK, (400, 200, 400, 2000))])
def test_modulated_tones_of_india_are_told(am: float, which: CallProgress, cadence_ms: tuple[float, ...]) -> None:
    tone = Tone((400.0,), cadence_ms, 6.0, am=am, snr_db=20.0)
    assert begun(told(tone_plan("in").listen(), tone.samples())) == [which]


@pytest.mark.parametrize("skip_ms", [0.0, 60.0, 300.0])
@pytest.mark.parametrize(("ms", "nearest"), [(350, 1), (400, 1), (415, 2), (480, 2)])
def test_nearest_of_two_cadences_that_both_fit_is_told(ms: float, nearest: int, skip_ms: float) -> None:
    """With 15 % either way, 400 to 415 ms may be the one of 360 ms or that of 470."""
    patterns = native_plan(
        GOOD | {"number": 1, "cadence_ms": [360, 360] + [0] * 6},
        GOOD | {"number": 2, "cadence_ms": [470, 470] + [0] * 6},
    )
    assert begun(told(patterns, Tone(cadence_ms=(ms, ms), skip_ms=skip_ms).samples())) == [nearest]


def test_single_tones_near_each_other_share_what_is_between_them() -> None:
    patterns = TonePatterns([Pattern(1, (425.0,), tolerance_hz=12), Pattern(2, (450.0,), tolerance_hz=12)])
    for hz, number in ((425.0, 1), (434.0, 1), (441.0, 2), (450.0, 2)):
        assert begun(told(patterns, Tone((hz,), seconds=6.0).samples())) == [number]


def test_plan_of_all_that_fits_is_heard() -> None:
    patterns = [Pattern(i + 1, (400.0 + 130 * i, 450.0 + 130 * i), (200, 200), cycles=2) for i in range(24)]
    made = TonePatterns(patterns)
    for i in (0, 11, 23):
        assert begun(told(made, Tone(patterns[i].hz, (200, 200), 2.0).samples())) == [i + 1]


def test_steps_of_on_and_nothing_are_a_continuous_tone() -> None:
    """detect.h allows both ways to say it: one step, or an off of 0."""
    patterns = native_plan(GOOD | {"number": 7, "cadence_ms": [1000, 0] + [0] * 6, "min_ms": 500})
    took = told_after(patterns, Tone(seconds=2.0), 7)
    assert took is not None
    assert 500 <= took <= 600


NAN = float("nan")
NONSENSE: list[dict[str, object]] = [
    {"hz": [0, 0]},
    {"hz": [100, 0]},
    {"hz": [3900, 0]},
    {"hz": [NAN, 0]},
    {"hz": [450, NAN]},
    {"hz": [450, 460]},
    {"hz_tolerance": 0},
    {"hz_tolerance": 41},
    {"hz_tolerance": NAN},
    {"steps": 0},
    {"steps": 3},
    {"steps": 10},
    {"cadence_ms": [350, 40, 0, 0, 0, 0, 0, 0]},
    {"cadence_ms": [0, 350, 0, 0, 0, 0, 0, 0]},
    {"cadence_tolerance": -0.1},
    {"cadence_tolerance": 0.5},
    {"cadence_tolerance": NAN},
    {"cycles": 0},
    {"cycles": 9},
    {"steps": 1, "min_ms": 0},
    {"steps": 1, "min_ms": 4_000_000_000},
]


def plan_of(*patterns: dict[str, object]) -> bool:
    """Whether the native layer makes a plan of them."""
    plan = lib.tone_plan_new(ffi.new("struct tone_pattern[]", list(patterns)), len(patterns))
    made: bool = plan != ffi.NULL
    lib.tone_plan_drop(plan)
    return made


@pytest.mark.parametrize("wrong", NONSENSE, ids=str)
def test_nonsense_is_no_plan(wrong: dict[str, object]) -> None:
    assert plan_of(GOOD)
    assert not plan_of(GOOD | wrong)


def test_plan_has_1_to_24_patterns_of_different_numbers() -> None:
    many = [GOOD | {"number": number} for number in range(25)]
    assert plan_of(*many[:24])
    assert not plan_of(*many)
    assert not plan_of(many[0], many[0])
    assert not plan_of()
    assert lib.tone_plan_new(ffi.NULL, 1) == ffi.NULL


def test_plan_outlives_who_made_it() -> None:
    """The detector holds its own reference."""
    patterns = TonePatterns([Pattern(1, (450.0,), min_ms=500)])
    settings = ffi.new("struct detect_settings *", {"kinds": lib.DETECT_TONES, "plan": patterns.pointer})
    detector = ffi.gc(lib.detector_new(settings), lib.detector_free)
    ffi.release(patterns.pointer)
    samples, events = Tone(seconds=1.0).samples(), ffi.new("struct event[]", 4)
    data = ffi.from_buffer("int16_t[]", np.ascontiguousarray(samples))
    assert lib.detector_hear(detector, data, len(samples), 160, 0, events, 4, ffi.new("uint8_t[]", 1), 1) == 1
