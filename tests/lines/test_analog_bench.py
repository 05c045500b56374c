"""The bench of analog lines measures: it notices what it should, and would say so if it did not."""

from __future__ import annotations

import numpy as np
import pytest

from hw.bench.analog_lines import AnswerCase, CallerCase, HangUpCase, RingBackCase, TrunkLine, _worked
from hw.bench.corpus import RATE
from hw.bench.progress import Tone
from hw.callerid import CallerId

pytestmark = pytest.mark.native


def test_a_caller_is_told_and_one_drowned_in_noise_is_not() -> None:
    caller = CallerId("02155667788")
    cases = [CallerCase(kind, -15.0, snr, caller) for kind in ("mdmf", "dtmf B…#") for snr in (25.0, -5.0)]
    assert _worked(cases, TrunkLine.caller_told, lines=2) == [True, False, True, False]


def test_an_answer_is_timed_from_the_first_word_and_ringing_alone_is_none() -> None:
    cases = [AnswerCase(number, -20.0, 20.0) for number in ("60020", "60520")]
    for seconds in _worked(cases, TrunkLine.answer_told):
        assert 0.1 <= seconds <= 0.6
    ringing = [RingBackCase(dbm0, snr) for dbm0 in (-10.0, -30.0) for snr in (30.0, 10.0)]
    assert _worked(ringing, TrunkLine.false_answers) == [0] * 4


def test_a_hang_up_is_timed_from_the_tone_and_a_tone_too_soft_is_not_noticed() -> None:
    cases = [HangUpCase(450.0, 350, 350, dbm0, 30.0) for dbm0 in (-15.0, -55.0)]
    noticed, missed = _worked(cases, TrunkLine.hang_up_told)
    assert 1.7 <= noticed <= 2.0
    assert missed is None


def test_busy_tone_among_what_is_said_ends_the_call_and_the_rest_is_said_in_the_next() -> None:
    busy = Tone((450.0,), (350.0, 350.0), 3.0).samples()
    pause = np.zeros(5 * RATE, np.int16)
    (reasons,) = _worked([np.concatenate([pause, busy, pause, busy, pause])], TrunkLine.false_hang_ups)
    assert [reason[:9] for reason in reasons] == ["busy tone"] * 2
