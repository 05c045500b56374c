"""What the tone detector tells of China's tones, when, and what it does not take for one."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from hw.bench.corpus import RATE, Wave, amplitude, speech, through_alaw
from hw.bench.progress import CADENCES, Listener, Told, Tone, told, told_after
from hw.tone_patterns import CallProgress, Pattern, TonePatterns
from hw.tone_plan import tone_plan

pytestmark = pytest.mark.native

CHINA = tone_plan("cn").listen()
BUSY, CONGESTION, RINGBACK, DIAL = CallProgress.BUSY, CallProgress.CONGESTION, CallProgress.RINGBACK, CallProgress.DIAL
AT_ONCE = 300  # ms: what the detector may take beyond the sound itself


def begun(events: list[Told]) -> list[int]:
    return [event.number for event in events if event.begins]


def silence(ms: float) -> Wave:
    return np.zeros(int(ms * RATE / 1000))


def heard(*waves: Wave) -> list[Told]:
    """What is told of some waves, one after another."""
    return told(CHINA, through_alaw(np.concatenate(waves)))


def then_silence(tone: Tone) -> list[Told]:
    return heard(tone.wave(), silence(6000))


@pytest.mark.parametrize("hz", [425.0, 430.0, 450.0, 470.0, 475.0])
def test_busy_is_told_within_2500_ms(hz: float) -> None:
    skews = (0.85, 1.0, 1.15)
    corners = product(skews, skews, (-35.0, -5.0), (0.0, 30.0, 200.0, 330.0, 500.0))
    for seed, (on, off, dbm0, skip_ms) in enumerate(corners):
        tone = Tone((hz,), CADENCES[BUSY], 4.0, dbm0, 20.0, (on, off), skip_ms, seed=seed)
        ms = told_after(CHINA, tone, BUSY)
        assert ms is not None, tone
        assert ms <= 2500, tone


@pytest.mark.parametrize("frame", [80, 160])
@pytest.mark.parametrize(
    ("which", "ms"),
    [(BUSY, 2.5 * 700), (CONGESTION, 1.5 * 1400), (RINGBACK, 2000), (CallProgress.VACANT, 1400), (DIAL, 4000)],
)
def test_each_tone_is_told_as_soon_as_it_can_be_known(which: CallProgress, ms: float, frame: int) -> None:
    took = told_after(CHINA, Tone(cadence_ms=CADENCES[which], seconds=6.0, snr_db=20.0), which, frame)
    assert took is not None
    assert took <= ms + AT_ONCE


def test_begin_end_frequency_and_level_are_measured() -> None:
    begin, end = then_silence(Tone((437.0,), (350, 350), 3.5, -23.0))
    assert (begin.number, end.number, begin.begins, end.begins) == (BUSY, BUSY, True, False)
    assert begin.ms == pytest.approx(500, abs=3)
    assert begin.hz == pytest.approx(437, abs=0.5)
    assert begin.dbm0 == pytest.approx(-23, abs=0.3)
    assert end.ms == pytest.approx(500 + 4 * 700 + 350, abs=3)
    assert end.length_ms == pytest.approx(end.ms - begin.ms)


def test_frames_of_10_and_20_ms_hear_the_same() -> None:
    line = np.concatenate([Tone(cadence_ms=cadence, seed=i).wave() for i, cadence in enumerate(CADENCES.values())])
    samples = through_alaw(line)
    events = told(CHINA, samples, 80)
    assert begun(events) == list(CADENCES)
    assert events == told(CHINA, samples, 160)


def test_ring_back_is_told_when_its_silence_is_longer_than_that_of_any_other_tone() -> None:
    burst = Tone(seconds=1.0).wave()
    assert heard(burst, silence(800)) == []
    assert begun(heard(burst, silence(1000))) == [RINGBACK]


def test_burst_of_ring_back_is_not_dial_tone_even_if_dial_tone_is_wanted_soon() -> None:
    patterns = TonePatterns([Pattern(1, (450.0,), min_ms=300), Pattern(2, (450.0,), (1000, 4000))])
    assert begun(told(patterns, Tone(cadence_ms=(1000, 4000), seconds=8.0).samples())) == [2]
    took = told_after(patterns, Tone(seconds=3.0), 1)
    assert took is not None
    assert 1150 <= took <= 1150 + AT_ONCE


def test_dial_tone_alone_is_told_after_its_time() -> None:
    patterns = tone_plan("cn").listen({DIAL}, continuous_ms=300)
    took = told_after(patterns, Tone(seconds=1.0, snr_db=20.0), DIAL)
    assert took is not None
    assert 300 <= took <= 400


def test_howler_is_told_though_it_grows_louder() -> None:
    steps = [Tone((950.0,), dbm0=dbm0, seconds=1.0, before_ms=0).wave() for dbm0 in (-30.0, -24.0, -18.0, -12.0, -6.0)]
    begin, end = heard(*steps, silence(1000))
    assert begin.number == end.number == CallProgress.HOWLER
    assert end.length_ms == pytest.approx(5000, abs=10)


def test_busy_after_ring_back_and_talk_is_told_from_its_begin() -> None:
    """An analog trunk's call: ring-back, answer, talk, the far end hangs up."""
    ringing = Tone(cadence_ms=(1000, 4000), seconds=6.0).wave()
    talk = speech(3).astype(float)[: 20 * RATE]
    busy = Tone(cadence_ms=(350, 350), seconds=4.0, snr_db=20.0, before_ms=0).wave()
    events = heard(ringing, talk, busy)
    assert begun(events) == [RINGBACK, BUSY]
    assert events[-1].ms == pytest.approx((len(ringing) + len(talk)) / RATE * 1000, abs=5)


def test_call_waiting_is_not_told_when_busy_tone_stops() -> None:
    """A last burst of 400 ms and the silence after it look like call waiting, if one forgets what was before."""
    for skew in (1.0, 1.1, 1.15):
        tone = Tone(cadence_ms=(350, 350), seconds=0.35 * skew * 7, skew=(skew, skew))
        assert begun(then_silence(tone)) == [BUSY]


def test_remains_of_a_tone_in_its_own_pauses_do_not_matter() -> None:
    """Exchanges that switch tones badly leave some of it, 25 dB down, in the pauses."""
    tone = Tone(cadence_ms=(350, 350), seconds=4.0, dbm0=-5.0)
    left = replace(tone, cadence_ms=(), dbm0=-30.0)
    assert begun(heard(tone.wave() + left.wave())) == [BUSY]


def test_drop_outs_and_clicks_do_not_break_a_cadence() -> None:
    wave = Tone(cadence_ms=(350, 350), seconds=4.0, snr_db=20.0).wave()
    wave[int(0.65 * RATE) :][:160] = 0  # 20 ms lost in the first burst
    wave[int(1.0 * RATE) :][:8] = 20000  # a click in the pause after it
    wave[int(1.35 * RATE) :][:8] = 20000  # and one in the second burst
    events = heard(wave)
    assert begun(events) == [BUSY]
    assert events[0].ms == pytest.approx(500, abs=5)


def test_prompt_of_ours_that_echoes_does_not_hide_busy_tone() -> None:
    echo = speech(3).astype(float)[: 8 * RATE]
    echo *= amplitude(-30) / np.sqrt(2) / np.sqrt(np.mean(echo**2))
    tone = Tone(cadence_ms=(350, 350), seconds=8.0, dbm0=-10.0, before_ms=0)
    assert BUSY in begun(heard(tone.wave() + echo))


@pytest.mark.parametrize("hz", [380.0, 520.0])
def test_other_frequencies_are_nothing(hz: float) -> None:
    assert then_silence(Tone((hz,), (350, 350))) == []


def test_what_is_too_quiet_is_nothing() -> None:
    assert begun(then_silence(Tone(cadence_ms=(350, 350), dbm0=-42.0))) == [BUSY]
    assert then_silence(Tone(cadence_ms=(350, 350), dbm0=-48.0)) == []


@pytest.mark.parametrize(("other", "expected"), [((450.0, -10.0), [BUSY]), ((450.0, -16.0), []), ((462.0, -10.0), [])])
def test_bursts_must_be_of_one_pitch_and_loudness(other: tuple[float, float], expected: list[int]) -> None:
    one = Tone(seconds=0.35, before_ms=350)
    two = replace(one, hz=(other[0],), dbm0=other[1])
    assert begun(heard(*[(two if i % 2 else one).wave() for i in range(8)])) == expected


@pytest.mark.parametrize(("decay", "expected"), [(0.0, [1]), (1.6, [])])
def test_plucked_note_of_hold_music_is_no_recorder_warning(decay: float, expected: list[int]) -> None:
    """935 Hz for 460 ms, 6 dB weaker at its end, was once taken for one."""
    patterns = TonePatterns([Pattern(1, (950.0,), (400, 10000))])
    note = Tone((935.0,), seconds=0.46, before_ms=0).wave()
    note *= np.exp(-decay * np.arange(len(note)) / RATE)
    line = np.concatenate([silence(1000), note, silence(1500)])
    assert begun(told(patterns, through_alaw(line))) == expected


@pytest.mark.parametrize(("twist_db", "expected"), [(8.0, []), (40.0, [CallProgress.HOWLER])])
def test_key_with_a_weak_column_is_no_howler(twist_db: float, expected: list[int]) -> None:
    """The row of the key 0 is 941 Hz: held for long, with a column 8 dB weaker, it was once taken for one."""
    row = Tone((941.0,), seconds=5.0)
    column = Tone((1336.0,), seconds=5.0, dbm0=-10 - twist_db)
    assert begun(heard(row.wave() + column.wave())) == expected


def test_gap_in_time_ends_a_tone_and_begins_anew() -> None:
    """A port that rested: nobody knows what was in between."""
    listener, samples = Listener(CHINA), Tone(cadence_ms=(350, 350), seconds=3.0, before_ms=0).samples()
    assert begun(listener.hear(samples)) == [BUSY]
    listener.time += RATE
    (end,) = listener.hear(np.zeros(RATE, np.int16))
    assert (end.number, end.begins, end.ms) == (BUSY, False, 3000)
    assert begun(listener.hear(samples)) == [BUSY]
