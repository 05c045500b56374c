"""What is cut off the end of a message, and that no word is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.prompts.synthesis import synthesised
from core.voicemail.tail import without_tail
from hw.bench.corpus import through_alaw
from hw.tone_patterns import CallProgress
from hw.tone_plan import tone_plan
from hw.wave import Samples
from tests.prompts.test_audio import silence

pytestmark = pytest.mark.native

AFTER_MS = 300 + 80  # kept after the last word, and the frame that it ends in


@pytest.fixture(scope="module")
def said() -> Samples:
    return synthesised("您好，我是张三，请给我回个电话，谢谢。", "zh")


def busy(country: str, seconds: float) -> Samples:
    return np.frombuffer(tone_plan(country).tone(CallProgress.BUSY).preview(seconds * 1000), np.int16)


@pytest.mark.parametrize("country", ["cn", "de"])
def test_busy_tone_at_the_end_is_cut_off(said: Samples, country: str) -> None:
    heard = through_alaw(np.concatenate([said, silence(400), busy(country, 6)]))
    left = without_tail(heard)
    assert len(said) / 8 - 100 <= len(left) / 8 <= len(said) / 8 + AFTER_MS


@settings(max_examples=20)
@given(st.integers(0, 3000), st.floats(0, 8), st.integers(0, 99))
def test_speech_is_never_cut(said: Samples, pause_ms: int, tone_s: float, seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 10, len(said)).astype(np.int16)
    parts = [said + noise, silence(pause_ms), said, busy("cn", tone_s)]
    left = without_tail(through_alaw(np.concatenate(parts)))
    assert len(left) / 8 >= (2 * len(said)) / 8 + pause_ms - 100


@pytest.mark.parametrize("nothing", [silence(5000), silence(0), silence(10), busy("cn", 5)])
def test_where_nobody_spoke_nothing_is_left(nothing: Samples) -> None:
    assert len(without_tail(nothing)) == 0


@pytest.mark.parametrize("text", ["嗯。", "喂，喂，喂？", "哦，好的好的。"])
def test_short_words_are_speech(text: str) -> None:
    word = synthesised(text, "zh")
    assert len(without_tail(np.concatenate([word, busy("cn", 3)]))) / 8 >= len(word) / 8 - 150
