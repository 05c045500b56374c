"""Any recording becomes a prompt: no silence at its ends, one level, nothing of it lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.prompts.audio import LEVEL_DBM0, PEAK, active_level, measured, prompt_of
from hw.bench.corpus import amplitude
from hw.wave import RATE, Samples

EDGES_MS = 20 + 60 + 20  # kept around the speech, and the two frames that it may begin and end in


def tone(dbm0: float, ms: float, hz: float = 400.0) -> Samples:
    wave = amplitude(dbm0) * np.sin(2 * np.pi * hz * np.arange(round(ms * 8)) / RATE)
    return np.asarray(np.rint(wave), np.int16)


def silence(ms: float) -> Samples:
    return np.zeros(round(ms * 8), np.int16)


def level(samples: Samples) -> float | None:
    return active_level(samples.astype(np.float64) / 32768)


@given(st.floats(-40, 0), st.integers(200, 1500))
def test_the_level_is_that_of_a_sine(dbm0: float, ms: int) -> None:
    assert level(tone(dbm0, ms)) == pytest.approx(dbm0, abs=0.3)


@given(st.floats(-40, 0), st.integers(0, 3000))
def test_pauses_do_not_count_for_the_level(dbm0: float, pause_ms: int) -> None:
    said = np.concatenate([tone(dbm0, 500), silence(pause_ms), tone(dbm0, 500)])
    assert level(said) == pytest.approx(dbm0, abs=0.3)


def test_noise_in_pauses_does_not_count_either() -> None:
    assert level(np.concatenate([tone(-20, 500), tone(-45, 3000), tone(-20, 500)])) == pytest.approx(-20, abs=0.3)


@settings(max_examples=40)
@given(st.floats(-50, 0), st.integers(0, 2000), st.integers(0, 2000), st.integers(60, 2000))
def test_every_recording_comes_to_one_level_without_silence(dbm0: float, before: int, after: int, ms: int) -> None:
    made = prompt_of(np.concatenate([silence(before), tone(dbm0, ms), silence(after)]))
    assert level(made) == pytest.approx(LEVEL_DBM0, abs=1)
    assert ms - 1 <= len(made) / 8 <= ms + EDGES_MS


def test_a_soft_beginning_is_not_cut_off() -> None:
    """As the f of 分: 25 dB below the vowel."""
    made = prompt_of(np.concatenate([silence(500), tone(-45, 100, 2500), tone(-20, 300), silence(500)]))
    assert 400 <= len(made) / 8 <= 400 + EDGES_MS


def test_room_noise_at_the_ends_is_cut_off() -> None:
    made = prompt_of(np.concatenate([tone(-58, 800, 150), tone(-20, 300), tone(-58, 800, 150)]))
    assert len(made) / 8 <= 300 + EDGES_MS


def test_it_begins_and_ends_without_a_click() -> None:
    made = prompt_of(tone(-10, 500))
    assert abs(int(made[0])) < 10
    assert abs(int(made[-1])) < 10


@given(st.lists(st.integers(-32768, 32767), max_size=400), st.integers(0, 300))
def test_nothing_is_ever_overdriven(values: list[int], ms: int) -> None:
    """A click in silence would be raised beyond all bounds."""
    made = prompt_of(np.concatenate([np.array(values, np.int16), silence(ms)]))
    assert np.max(np.abs(made.astype(np.int32)), initial=0) <= PEAK * 32768 + 1


@given(st.lists(st.integers(-10, 10), max_size=4000))
def test_where_nothing_is_heard_nothing_is_left(values: list[int]) -> None:
    samples = np.array(values, np.int16)
    if measured(samples).level_dbm0 is None:
        assert len(prompt_of(samples)) == 0


def test_silence_has_no_level() -> None:
    assert measured(silence(1000)).level_dbm0 is None
    assert measured(silence(0)).level_dbm0 is None
    assert measured(np.full(8000, 3000, np.int16)).level_dbm0 is None  # direct current is silence


def test_a_recording_that_was_too_loud_is_told() -> None:
    assert measured(np.clip(tone(0, 500).astype(np.int32) * 4, -32768, 32767).astype(np.int16)).clipped
    assert not measured(tone(0, 500)).clipped
