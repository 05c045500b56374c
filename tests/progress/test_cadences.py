"""Any cadence within its tolerance is told, none that is outside by more than twice as much; whatever sounds, begin and
end are told in turn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.bench.progress import Told, Tone, told
from hw.tone_patterns import Pattern, TonePatterns
from hw.tone_plan import tone_plan
from hw.wave import Samples

pytestmark = pytest.mark.native

TOLERANCE = 0.15
LENGTHS = st.integers(70, 900)
WITHIN = st.floats(1 - TOLERANCE, 1 + TOLERANCE)
OUTSIDE = st.one_of(st.floats(0.4, 1 - 2 * TOLERANCE), st.floats(1 + 2 * TOLERANCE, 2.0))
JITTER_MS = 6  # of the detector, on top of the tolerance: counts for the shortest steps


def begun(events: list[Told]) -> list[int]:
    return [event.number for event in events if event.begins]


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    pairs = draw(st.integers(1, 4))
    cadence = tuple(draw(st.lists(LENGTHS, min_size=2 * pairs, max_size=2 * pairs)))
    return Pattern(
        1, (draw(st.floats(300, 2000)),), cadence, cadence_tolerance=TOLERANCE, cycles=draw(st.integers(2, 3))
    )


def sounding(pattern: Pattern, skew: tuple[float, float], skip: float, hz: float, seed: int) -> Tone:
    period = sum(ms * skew[i % 2] for i, ms in enumerate(pattern.cadence_ms)) / 1000
    return Tone(
        (pattern.hz[0] + hz,),
        tuple(float(ms) for ms in pattern.cadence_ms),
        period * (pattern.cycles + 1.5) + 0.5,
        -20.0,
        20.0,
        skew,
        skip * period * 1000,
        seed=seed,
    )


@settings(deadline=None)
@given(patterns(), st.tuples(WITHIN, WITHIN), st.floats(0, 1), st.floats(-25, 25), st.integers(0, 9999))
def test_any_cadence_within_its_tolerance_is_told(
    pattern: Pattern, skew: tuple[float, float], skip: float, hz: float, seed: int
) -> None:
    tone = sounding(pattern, skew, skip, hz, seed)
    events = told(TonePatterns([pattern]), tone.samples())
    assert begun(events) == [1]
    assert events[0].hz == pytest.approx(tone.hz[0], abs=2)


@settings(deadline=None)
@given(patterns(), OUTSIDE, WITHIN, st.booleans(), st.floats(0, 1), st.integers(0, 9999))
def test_no_cadence_outside_by_twice_its_tolerance_is_told(
    pattern: Pattern, wrong: float, right: float, ons: bool, skip: float, seed: int
) -> None:
    skew = (wrong, right) if ons else (right, wrong)
    steps = [ms * skew[i % 2] for i, ms in enumerate(pattern.cadence_ms)]
    # By so much the step of the pattern that comes next to it is missed, whichever of them it is taken for.
    off = steps[0 if ons else 1 :: 2]
    wanted = pattern.cadence_ms[0 if ons else 1 :: 2]
    if any(abs(a - b) <= b * 2 * TOLERANCE + JITTER_MS - 1e-6 for a in off for b in wanted):
        return
    assert told(TonePatterns([pattern]), sounding(pattern, skew, skip, 0.0, seed).samples()) == []


@st.composite
def lines(draw: st.DrawFn) -> Samples:
    """Anything: bursts of China's frequencies and others, noise, silence, full scale, of any length."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    parts = []
    for _ in range(draw(st.integers(1, 12))):
        n = draw(st.integers(1, 8000))
        kind = draw(st.sampled_from(["tone", "tone", "noise", "silence", "full scale", "two"]))
        time = np.arange(n) / 8000
        peak = 10 ** random.uniform(1, 4.5)
        hz = random.choice([450.0, 950.0, 1400.0, 440.0, 470.0, 600.0])
        parts.append(
            {
                "tone": peak * np.sin(2 * np.pi * hz * time),
                "two": peak * (np.sin(2 * np.pi * 450 * time) + np.sin(2 * np.pi * hz * time)) / 2,
                "noise": random.normal(size=n) * peak / 4,
                "silence": np.zeros(n),
                "full scale": random.choice([-32768.0, 32767.0], n),
            }[kind]
        )
    line: Samples = np.clip(np.concatenate(parts), -32768, 32767).astype(np.int16)
    return line


@settings(deadline=None)
@given(lines(), st.sampled_from(["cn", "us", "gb", "in"]), st.sampled_from([80, 160]))
def test_whatever_sounds_begin_and_end_come_in_turn(line: Samples, country: str, frame: int) -> None:
    begin: dict[int, Told] = {}
    for event in told(tone_plan(country).listen(), line, frame):
        assert 0 <= event.ms <= len(line) / 8
        if event.begins:
            assert event.number not in begin
            assert 150 <= event.hz <= 3800
            assert -46 <= event.dbm0 <= 6.2
            begin[event.number] = event
        else:
            first = begin.pop(event.number)
            assert event.ms - first.ms == pytest.approx(event.length_ms)
            assert event.length_ms > 0
