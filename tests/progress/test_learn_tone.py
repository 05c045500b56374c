"""An unknown tone is measured from a recording of a line, and the detector finds it by what was measured."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.bench.corpus import RATE, Wave, digits, music, speech, through_alaw
from hw.bench.progress import Tone, told
from hw.learn_tone import LearntTone, learn_tone
from hw.tone_patterns import Pattern, TonePatterns
from hw.wave import Samples

pytestmark = pytest.mark.native

TONES: list[tuple[tuple[float, ...], tuple[float, ...]]] = [
    ((450.0,), (350, 350)),
    ((450.0,), (700, 700)),
    ((450.0,), (100, 100, 100, 100, 100, 100, 400, 400)),
    ((400.0,), (400, 350, 225, 525)),
    ((425.0,), (250, 250)),
    ((440.0,), (75, 100, 75, 100, 75, 100, 75, 400)),
    ((612.0,), (130, 170)),
    ((480.0, 620.0), (500, 500)),
    ((480.0, 620.0), (250, 250)),
    ((440.0, 480.0), (400, 200)),
    ((350.0, 440.0), ()),
    ((950.0,), ()),
]  # fmt: skip


def talk(seconds: float, seed: int) -> Wave:
    """Of some place in the corpus."""
    random = np.random.default_rng(seed)
    samples = speech(3)
    begin = int(random.integers(len(samples) - int(seconds * RATE)))
    return samples[begin : begin + int(seconds * RATE)].astype(float)


def is_measured(learnt: LearntTone | None, tone: Tone) -> bool:
    """Frequencies to 2 Hz, lengths to 5 %, level to 1 dB."""
    return (
        learnt is not None
        and len(learnt.hz) == len(tone.hz)
        and all(abs(a - b) <= 2 for a, b in zip(learnt.hz, tone.hz, strict=True))
        and len(learnt.cadence_ms) == len(tone.cadence_ms)
        and all(abs(a - b) <= 0.05 * b for a, b in zip(learnt.cadence_ms, tone.steps_ms, strict=True))
        and abs(learnt.dbm0 - tone.dbm0) <= 1
    )


@pytest.mark.parametrize("snr_db", [None, 20.0])
@pytest.mark.parametrize("talk_s", [0.0, 3.0])
@pytest.mark.parametrize(("hz", "cadence_ms"), TONES)
def test_tone_is_measured_and_then_found(
    hz: tuple[float, ...], cadence_ms: tuple[float, ...], talk_s: float, snr_db: float | None
) -> None:
    for seed, dbm0 in enumerate((-35.0, -10.0)):
        tone = Tone(hz, cadence_ms, 5.0, dbm0, snr_db, skip_ms=123.0 * seed, seed=seed)
        recording = through_alaw(np.concatenate([talk(talk_s, seed), tone.wave()]))
        learnt = learn_tone(recording)
        assert is_measured(learnt, tone), (learnt, tone)
        assert learnt is not None
        later = Tone(hz, cadence_ms, 6.0, -20.0, 20.0, seed=seed + 100)
        events = told(TonePatterns([learnt.pattern(77)]), later.samples())
        assert [event.number for event in events if event.begins] == [77]


@given(
    st.floats(300, 1800),
    st.lists(st.integers(90, 800), min_size=2, max_size=2),
    st.tuples(st.floats(0.85, 1.15), st.floats(0.85, 1.15)),
    st.floats(-35, -5),
    st.floats(0, 1000),
    st.integers(0, 9999),
)
@settings(max_examples=25, deadline=None)
def test_any_tone_of_one_frequency_and_pair_is_measured(
    hz: float, cadence_ms: list[int], skew: tuple[float, float], dbm0: float, skip_ms: float, seed: int
) -> None:
    tone = Tone((hz,), tuple(cadence_ms), 6.0, dbm0, 20.0, skew, skip_ms, seed=seed)
    learnt = learn_tone(tone.samples())
    assert is_measured(learnt, tone), learnt


def test_modulated_tone_is_measured_as_its_carrier() -> None:
    tone = Tone((400.0,), (750, 750), 8.0, snr_db=20.0, am=0.9)
    assert is_measured(learn_tone(tone.samples()), tone)


@pytest.mark.parametrize("sound", [speech(3), speech(3, "cmn-latn-pinyin"), digits(3)], ids=["en", "zh", "digits"])
def test_nothing_is_learnt_from_talk_and_digits(sound: Samples) -> None:
    pieces = np.array_split(sound, len(sound) // (10 * RATE))[::2]
    assert [learnt for piece in pieces if (learnt := learn_tone(piece))] == []


def test_melody_is_not_learnt() -> None:
    """A note that comes again and again may be; it should be rare."""
    sound = music(3)
    pieces = np.array_split(sound, len(sound) // (10 * RATE))
    assert sum(learn_tone(piece) is not None for piece in pieces) <= 1


@pytest.mark.parametrize("samples", [0, 1, 511, 512, 4000])
def test_recordings_too_short_or_silent_give_nothing(samples: int) -> None:
    assert learn_tone(np.zeros(samples, np.int16)) is None
    assert learn_tone(Tone(before_ms=0, seconds=samples / RATE).samples()) is None


def test_pattern_wants_two_cycles_and_two_seconds() -> None:
    def pattern(*cadence_ms: int) -> Pattern:
        return LearntTone((450.0,), -10.0, cadence_ms, 5000).pattern(5)

    assert pattern(350, 350) == Pattern(5, (450.0,), (350, 350), cycles=3)
    assert pattern(1000, 4000).cycles == 2
    assert pattern(70, 70).cycles == 8
    assert pattern() == Pattern(5, (450.0,), min_ms=4000)
