"""What was said is found in what was heard, and other words are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.prompts.synthesis import synthesised
from hw.bench.corpus import through_alaw
from hw.clips import Clip
from hw.wave import Samples
from tests.prompts.listening import found
from tests.prompts.test_audio import silence

pytestmark = pytest.mark.native

ASKED, SAID, OTHER = "您拨打的用户正忙。", "您拨打的号码是空号。", "请输入密码，按井号键结束。"


@pytest.fixture(scope="module")
def said() -> dict[str, Samples]:
    return {text: synthesised(text, "zh") for text in (ASKED, SAID, OTHER)}


def test_what_was_said_is_found_where_it_was_said(said: dict[str, Samples]) -> None:
    heard = through_alaw(np.concatenate([silence(700), said[SAID], silence(300), said[OTHER]]))
    assert found(heard, said[SAID]) == pytest.approx(700, abs=1)
    assert found(heard, Clip(said[OTHER])) == pytest.approx(1000 + len(said[SAID]) / 8, abs=1)
    assert found(heard, said[ASKED]) is None
    assert found(heard, [Clip(said[SAID]), Clip(said[OTHER])]) is None  # there was a pause between


@settings(max_examples=20)
@given(st.integers(0, 2000), st.floats(-20, 6), st.integers(0, 9))
def test_at_any_loudness_through_the_noise_of_a_line(
    said: dict[str, Samples], before: int, gain_db: float, seed: int
) -> None:
    noise = np.random.default_rng(seed).normal(0, 20, (before + 3000) * 8)
    louder = said[SAID] * 10 ** (gain_db / 20)
    heard = noise.copy()
    heard[before * 8 : before * 8 + len(louder)] += louder[: len(heard) - before * 8]
    assert found(through_alaw(heard), said[SAID]) == pytest.approx(before, abs=1)
    assert found(through_alaw(heard), said[ASKED]) is None


def test_nothing_is_found_in_silence_or_in_less(said: dict[str, Samples]) -> None:
    assert found(silence(5000), said[SAID]) is None
    assert found(said[SAID][:-1], said[SAID]) is None
    assert found(said[SAID], silence(100)) is None
