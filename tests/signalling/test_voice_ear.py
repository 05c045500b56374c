"""A voice is told from a tone by its loudness alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.signalling.analog.voice_ear import LOOK_MS, VoiceEar

RATE = 8000
FULL_SCALE_DBM0 = 3.14


def looks(wave: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    """As Ear.LEVEL gives them: the louder of the blocks of 10 ms in each look. 1.0 is full scale."""
    blocks = wave[: len(wave) // 160 * 160].reshape(-1, LOOK_MS // 10, 80)
    power = np.mean(np.square(blocks), axis=2).max(axis=1)
    return [float(level) for level in 10 * np.log10(2 * power + 1e-12) + FULL_SCALE_DBM0]


def heard(wave: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    ear = VoiceEar()
    return True in [ear.hear(look) for look in looks(wave)]


def amplitude(dbm0: float) -> float:
    return float(10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


CADENCES = {
    "ring-back": (1000, 4000),
    "busy": (350, 350),
    "congestion": (700, 700),
    "vacant": (100, 100, 100, 100, 100, 100, 400, 400),
    "call waiting": (400, 400, 400, 4000),
}


@pytest.mark.parametrize("name", CADENCES)
@settings(max_examples=20)
@given(
    skew=st.floats(0.85, 1.15),
    skip=st.floats(0, 5),
    dbm0=st.floats(-30, -5),
    snr=st.floats(10, 40),
    hz=st.sampled_from([425.0, 450.0, 480.0, 950.0]),
    seed=st.integers(0, 99),
)
def test_tones_are_no_voice(name: str, skew: float, skip: float, dbm0: float, snr: float, hz: float, seed: int) -> None:
    time = np.arange(9 * RATE) / RATE
    ends = np.cumsum(CADENCES[name]) * skew / 1000
    on = np.searchsorted(ends, (time + skip) % ends[-1], side="right") % 2 == 0
    on &= time > 1.0  # a pause before it, as after the last digit
    noise = np.random.default_rng(seed).normal(size=len(time)) * amplitude(dbm0 - snr) / np.sqrt(2)
    assert not heard(np.sin(2 * np.pi * hz * time) * amplitude(dbm0) * on + noise)


@settings(max_examples=20)
@given(st.floats(-60, -20), st.integers(0, 99))
def test_noise_is_no_voice(dbm0: float, seed: int) -> None:
    assert not heard(np.random.default_rng(seed).normal(size=8 * RATE) * amplitude(dbm0) / np.sqrt(2))


@settings(max_examples=50)
@given(dbm0=st.floats(-30, -10), ms=st.integers(240, 400), snr=st.floats(20, 40), seed=st.integers(0, 99))
def test_one_syllable_is_a_voice(dbm0: float, ms: int, snr: float, seed: int) -> None:
    """It swells within 60 ms and dies away over the rest, by 12 dB."""
    time = np.arange(3 * RATE) / RATE
    into = (time - 2.0) * 1000
    decay = amplitude(0) * 10 ** (-12 / 20 * np.clip(into - 60, 0, None) / (ms - 60))
    shape = np.where((into > 0) & (into < ms), np.clip(into / 60, 0, 1) * decay / amplitude(0), 0)
    noise = np.random.default_rng(seed).normal(size=len(time)) * amplitude(dbm0 - snr) / np.sqrt(2)
    assert heard(shape * np.sin(2 * np.pi * 180 * time) * amplitude(dbm0) + noise)
