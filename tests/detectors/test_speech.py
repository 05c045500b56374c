"""Speech and silence by level: least length, hang-over, time-out, each with the sample time at which it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.bench.corpus import Wave, speech, through_alaw
from hw.bench.digits import noise, sine
from hw.native import lib
from tests.detectors.ear import Detectors, ms, silence

pytestmark = pytest.mark.native

BEGIN, END, SILENCE = lib.EVENT_SPEECH_BEGIN, lib.EVENT_SPEECH_END, lib.EVENT_SILENCE


def told(*parts: Wave, frame: int = 160, **wanted: Any) -> list[tuple[int, float, float]]:
    """Kind, ms, and a: a length in ms, or a level in dBm0."""
    heard = Detectors(lib.DETECT_SPEECH, frame, **wanted).hear(through_alaw(np.concatenate(parts)))
    return [(event.kind, event.time / 8, event.a / (100 if event.kind == BEGIN else 8)) for event in heard]


def loud(milliseconds: float, dbm0: float = -20) -> Wave:
    return sine(400, ms(milliseconds), dbm0)


@pytest.mark.parametrize("frame", [80, 160])
def test_begin_and_end_are_told_with_their_times_and_the_length(frame: int) -> None:
    heard = told(silence(500), loud(1000), silence(1000), frame=frame)
    assert heard == [(BEGIN, 500, pytest.approx(-20, abs=0.3)), (END, 1500, 1000)]


def test_a_click_is_no_speech_and_short_pauses_do_not_end_it() -> None:
    assert told(silence(300), loud(50), silence(1000)) == []
    talk = [part for _ in range(5) for part in (loud(100), silence(390))]
    heard = told(silence(300), *talk, silence(1000))
    assert heard == [(BEGIN, 300, pytest.approx(-20, abs=0.3)), (END, 300 + 4 * 490 + 100, 4 * 490 + 100)]


def test_syllables_shorter_than_the_least_length_add_up() -> None:
    heard = told(silence(100), loud(40), silence(10), loud(40), silence(1000))
    assert heard == [(BEGIN, 100, pytest.approx(-20, abs=0.3)), (END, 190, 90)]


def test_what_is_below_the_threshold_is_silence() -> None:
    assert told(loud(1000, -39), silence(500)) == []
    assert [kind for kind, *_ in told(loud(1000, -37), silence(500))] == [BEGIN, END]
    assert [kind for kind, *_ in told(loud(1000, -47), silence(500), speech_dbm0=-48)] == [BEGIN, END]


def test_silence_from_the_beginning_is_told_once_when_the_time_is_up() -> None:
    assert told(silence(10_000), silence_timeout_ms=3000) == [(SILENCE, 3000, 3000)]


def test_silence_is_told_once_after_each_speech_and_counts_from_its_end() -> None:
    heard = told(silence(1000), loud(500), silence(3000), loud(500), silence(6000), silence_timeout_ms=2000)
    assert [(kind, time) for kind, time, _ in heard] == [
        (BEGIN, 1000), (END, 1500), (SILENCE, 3500), (BEGIN, 4500), (END, 5000), (SILENCE, 7000),
    ]  # fmt: skip
    assert [length for kind, _, length in heard if kind == SILENCE] == [2000, 2000]


def test_a_click_does_not_put_the_time_out_off() -> None:
    heard = told(silence(1000), loud(30), silence(3000), silence_timeout_ms=2000)
    assert heard == [(SILENCE, 2000, 2000)]


def test_a_time_out_shorter_than_the_hang_over_waits_for_the_end_of_speech() -> None:
    heard = told(loud(500), silence(1000), silence_timeout_ms=100, speech_hangover_ms=400)
    assert [(kind, time) for kind, time, _ in heard] == [(BEGIN, 0), (END, 500), (SILENCE, 900)]


def test_no_time_out_wanted_none_told() -> None:
    assert told(silence(60_000)) == []


def test_noise_of_a_line_is_silence_and_speech_over_it_is_speech() -> None:
    random = np.random.default_rng(1)
    assert told(noise(80_000, -50, random)) == []
    heard = Detectors(lib.DETECT_SPEECH).hear(speech(10, "en"))
    spoken = sum(event.a for event in heard if event.kind == END)
    assert 5 < spoken / 8000 / 60 < 10


def test_speech_that_a_resting_port_cuts_off_ends_there() -> None:
    detectors = Detectors(lib.DETECT_SPEECH, silence_timeout_ms=500)
    (begin,) = detectors.hear(through_alaw(loud(1000)))
    detectors.time += 80_000
    end, still = detectors.hear(through_alaw(silence(600)))
    assert (begin.kind, end.kind, end.time, end.a) == (BEGIN, END, 8000, 8000)
    assert (still.kind, still.time, still.a) == (SILENCE, 88_000 + 4000, 4000)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(
    parts=st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=20),
    least=st.integers(0, 300),
    hangover=st.integers(0, 600),
    timeout=st.integers(0, 1000),
)
def test_begin_and_end_alternate_and_are_alike_in_either_frame(
    parts: list[tuple[int, int]], least: int, hangover: int, timeout: int
) -> None:
    waves = [wave for on, off in parts for wave in (loud(10 * on), silence(10 * off))]
    wanted = {"speech_min_ms": least, "speech_hangover_ms": hangover, "silence_timeout_ms": timeout}
    waves.append(np.zeros(-sum(map(len, waves)) % 160))
    heard = told(*waves, frame=80, **wanted)
    assert heard == told(*waves, frame=160, **wanted)
    turns = [kind for kind, *_ in heard if kind != SILENCE]
    assert turns == [BEGIN, END] * (len(turns) // 2) + [BEGIN] * (len(turns) % 2)
    assert all(length >= timeout for kind, _, length in heard if kind == SILENCE)
