"""Nothing is told in speech, music and digits, not even while three people talk over a ring-back tone.

Some minutes of each; hours of it, and real recordings, are for the bench (hw/bench/progress.py).
"""

from __future__ import annotations

import pytest

from hw.bench.corpus import LANGUAGES, conversation, digits, music, speech
from hw.bench.progress import HANG_UP, told
from hw.tone_patterns import CallProgress
from hw.tone_plan import tone_plan

pytestmark = pytest.mark.native

MINUTES = 3


@pytest.mark.parametrize("country", ["cn", "us", "de"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_tone_in_speech(language: str, country: str) -> None:
    assert told(tone_plan(country).listen(), speech(MINUTES, language)) == []


@pytest.mark.parametrize("country", ["cn", "us"])
def test_no_tone_in_music(country: str) -> None:
    assert told(tone_plan(country).listen(), music(MINUTES)) == []


@pytest.mark.parametrize("country", ["cn", "us", "de"])
def test_no_tone_in_digits(country: str) -> None:
    assert told(tone_plan(country).listen(), digits(MINUTES)) == []


def test_no_hang_up_while_three_people_talk_and_a_fourth_is_rung() -> None:
    tones = {CallProgress.of(event.number) for event in told(tone_plan("cn").listen(), conversation(MINUTES))}
    assert CallProgress.RINGBACK in tones  # it is there: the test would hear a hang-up
    assert not tones & HANG_UP
