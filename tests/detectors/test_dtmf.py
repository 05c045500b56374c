"""DTMF: what Q.24 wants taken and left, when it is told, and what must never be taken for a digit."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.bench.corpus import (
    RATE,
    Wave,
    amplitude,
    conversation,
    level,
    music,
    speech,
    through_alaw,
)
from hw.bench.digits import KEYS, MUST, MUST_NOT, SENT, Outcome, Receiver, Trial, digit, noise, sine, sound, try_it
from hw.fsk import fsk
from hw.native import lib
from hw.tone_plan import tone_plans
from hw.tones import DTMF_HIGH_HZ, DTMF_LOW_HZ, r2_backward, r2_forward
from hw.wave import Samples
from tests import spandsp
from tests.detectors.ear import Detectors, downs, ms, silence

pytestmark = pytest.mark.native

PLAIN = Trial("plain")
RANDOM = np.random.default_rng(1)


@pytest.mark.parametrize("frame", [80, 160])
@pytest.mark.parametrize("trial", MUST, ids=lambda trial: trial.name)
def test_every_digit_is_found_once(trial: Trial, frame: int) -> None:
    assert try_it(trial, frame) == Outcome(SENT, SENT, 0)


@pytest.mark.parametrize("trial", MUST_NOT, ids=lambda trial: trial.name)
def test_what_is_no_digit_is_none(trial: Trial) -> None:
    assert Receiver().hear(sound(trial, KEYS * 5)) == ""


def test_twelve_db_of_noise_cost_not_one_of_thousands_of_digits() -> None:
    noisy = Trial("", snr_db=12)
    trials = [noisy, replace(noisy, twist_db=8), replace(noisy, twist_db=-8), replace(noisy, on_ms=40, off_ms=40)]
    outcomes = [try_it(trial, seed=seed) for trial in trials for seed in range(5)]
    assert outcomes == [Outcome(SENT, SENT, 0)] * len(outcomes)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    keys=st.text(KEYS, min_size=1, max_size=20),
    on=st.floats(40, 300),
    off=st.floats(40, 300),
    dbm0=st.floats(-28, 0),
    twist=st.floats(-8, 8),
    errors=st.tuples(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5)),
    seed=st.integers(0, 1000),
)
def test_any_row_of_digits_is_heard_alike_in_either_frame(
    keys: str, on: float, off: float, dbm0: float, twist: float, errors: tuple[float, float], seed: int
) -> None:
    samples = sound(Trial("", on, off, dbm0, twist, *errors), keys, seed)
    assert Receiver().hear(samples, 80) == Receiver().hear(samples, 160) == keys


@pytest.mark.parametrize("frame", [80, 160])
@pytest.mark.parametrize("on", [40, 50, 80, 500])
def test_a_digit_is_told_within_50_ms_with_its_begin_and_its_length(on: float, frame: int) -> None:
    detectors = Detectors(lib.DETECT_DTMF, frame)
    for key in KEYS * 3:
        pause = int(RANDOM.integers(ms(80), ms(90)))
        press = digit(key, on, PLAIN, RANDOM)
        samples = through_alaw(np.concatenate([np.zeros(pause), press, silence(100)]))
        begin = detectors.time + pause
        told = []
        for at in range(0, len(samples), frame):
            told += [(event, detectors.time) for event in detectors.hear(samples[at : at + frame])]
        (down, down_told), (up, up_told) = told
        assert (down.kind, up.kind) == (lib.EVENT_DTMF_DOWN, lib.EVENT_DTMF_UP)
        assert down.code == up.code == ord(key)
        assert abs(down.time - begin) <= ms(2)
        assert abs(up.time - begin - ms(on)) <= ms(5)
        assert up.a == up.time - down.time
        assert down_told - begin <= ms(50)
        assert up_told - begin - ms(on) <= ms(50)


@pytest.mark.parametrize("trial", [Trial("", snr_db=12), Trial("", dbm0=-36), Trial("", dial_hz=(450,), dbm0=-15)])
def test_the_length_is_right_to_15_ms_on_a_bad_line_too(trial: Trial) -> None:
    heard = Detectors(lib.DETECT_DTMF).hear(sound(replace(trial, on_ms=90, off_ms=90), KEYS * 5))
    lengths = [event.a for event in heard if event.kind == lib.EVENT_DTMF_UP]
    assert len(lengths) == len(KEYS) * 5
    assert max(abs(length - ms(90)) for length in lengths) <= ms(15)


@pytest.mark.parametrize("hole", [2, 5, 9])
def test_a_drop_out_of_less_than_10_ms_does_not_part_a_digit(hole: float) -> None:
    parts = [silence(100)]
    for key in KEYS * 5:
        press = digit(key, 100, PLAIN, RANDOM)
        at = int(RANDOM.integers(ms(35), ms(60)))
        press[at : at + ms(hole)] = 0
        parts += [press, silence(60 + RANDOM.uniform(0, 10))]
    heard = Detectors(lib.DETECT_DTMF).hear(through_alaw(np.concatenate(parts)))
    assert downs(heard) == KEYS * 5
    assert all(abs(event.a - ms(100)) <= ms(15) for event in heard if event.kind == lib.EVENT_DTMF_UP)


def test_a_pause_of_40_ms_parts_two_equal_digits_and_none_parts_two_different_ones() -> None:
    assert Receiver().hear(sound(Trial("", on_ms=45, off_ms=40), "5" * 50)) == "5" * 50
    pressed = [digit(key, 60, PLAIN, RANDOM) for key in KEYS]
    assert Receiver().hear(through_alaw(np.concatenate([silence(50), *pressed, silence(50)]))) == KEYS


def test_a_digit_whose_level_falls_by_6_db_stays_one() -> None:
    press = digit("8", 400, PLAIN, RANDOM)
    press[ms(150) :] /= 2
    heard = Detectors(lib.DETECT_DTMF).hear(through_alaw(np.concatenate([silence(50), press, silence(100)])))
    assert downs(heard) == "8"


def test_a_digit_held_for_a_minute_is_one() -> None:
    press = digit("0", 60_000, PLAIN, RANDOM)
    down, up = Detectors(lib.DETECT_DTMF).hear(through_alaw(np.concatenate([silence(50), press, silence(100)])))
    assert (down.code, up.code) == (ord("0"), ord("0"))
    assert abs(up.a - ms(60_000)) <= ms(5)


def test_a_port_that_rests_while_a_digit_is_down_hears_its_end_when_it_goes_on() -> None:
    detectors = Detectors(lib.DETECT_DTMF)
    (down,) = detectors.hear(through_alaw(np.concatenate([silence(100), digit("3", 200, PLAIN, RANDOM)])))
    end = detectors.time
    detectors.time += 8000
    (up,) = detectors.hear(through_alaw(silence(40)))
    assert (down.kind, up.kind) == (lib.EVENT_DTMF_DOWN, lib.EVENT_DTMF_UP)
    assert abs(up.time - end) <= ms(10)


def test_digits_are_heard_over_the_echo_of_a_prompt() -> None:
    prompt = speech(10, "en")[: 60 * RATE].astype(float)
    samples = sound(Trial("", on_ms=80, off_ms=80, dbm0=-11, twist_db=2), KEYS * 10).astype(float)
    echo = prompt[: len(samples)] * 10 ** ((-28 - level(prompt)) / 20)
    assert Receiver().hear(through_alaw(samples + echo)) == KEYS * 10


@pytest.mark.parametrize("language", ["en", "cmn-latn-pinyin"])
def test_ten_minutes_of_speech_are_no_digit(language: str) -> None:
    assert Receiver().hear(speech(10, language)) == ""


def test_music_is_no_digit() -> None:
    assert Receiver().hear(music(10)) == ""


def test_three_people_who_speak_at_once_are_no_digit() -> None:
    assert Receiver().hear(conversation(5)) == ""


def test_noise_is_no_digit() -> None:
    for dbm0 in (-40, -20, -5):
        assert Receiver().hear(through_alaw(noise(60 * RATE, dbm0, RANDOM))) == ""


def test_no_tone_of_any_country_is_a_digit() -> None:
    for plan in tone_plans().values():
        for which in plan.tones:
            samples = np.frombuffer(plan.tone(which).preview(4000), np.int16)
            assert (plan.country, which, Receiver().hear(through_alaw(samples))) == (plan.country, which, "")


def test_no_r2_code_no_fax_tone_and_no_caller_id_is_a_digit() -> None:
    sounds: list[Wave | Samples] = [
        np.frombuffer(tone(code).preview(300), np.int16) for tone in (r2_forward, r2_backward) for code in range(1, 16)
    ]
    sounds += [sine(hz, RATE, -10) for hz in (1100, 2100, 1300, 950, 1400, 1800)]
    sounds.append(fsk(b"\x04\x0f0102030401065551234\x00").samples())
    for samples in sounds:
        assert Receiver().hear(through_alaw(samples)) == ""


def test_one_tone_alone_is_no_digit() -> None:
    for hz in (*DTMF_LOW_HZ, *DTMF_HIGH_HZ):
        assert Receiver().hear(through_alaw(sine(hz, RATE, -10))) == ""


def test_two_tones_of_one_group_are_no_digit() -> None:
    for group in (DTMF_LOW_HZ, DTMF_HIGH_HZ):
        for low, high in pairwise(group):
            assert Receiver().hear(through_alaw(sine(low, RATE, -10) + sine(high, RATE, -10))) == ""


def test_a_digit_with_a_loud_third_tone_is_none() -> None:
    """Purity: a fifth of the power elsewhere is too much, but below 550 Hz, where dial tones are, it is allowed."""
    press = digit("6", 500, PLAIN, RANDOM)
    beside = sine(1800, len(press), -12)
    assert Receiver().hear(through_alaw(np.concatenate([silence(50), press + beside, silence(50)]))) == ""
    under = sine(450, len(press), -12)
    assert Receiver().hear(through_alaw(np.concatenate([silence(50), press + under, silence(50)]))) == "6"


@pytest.mark.parametrize(
    "trial",
    [
        Trial("plain"),
        Trial("weak", dbm0=-36),
        Trial("twist", twist_db=7),
        Trial("noise", snr_db=15),
        Trial("dial tone", dbm0=-15, dial_hz=(350, 440)),
        Trial("short", on_ms=45, off_ms=45),
    ],
    ids=lambda trial: trial.name,
)
def test_we_hear_what_spandsp_hears(trial: Trial) -> None:
    for seed in range(3):
        samples = sound(trial, KEYS * 5, seed)
        assert Receiver().hear(samples) == spandsp.dtmf_digits(samples, keen=True)


def test_full_scale_square_waves_do_no_harm() -> None:
    """The dot products stay within 32 bits at the worst samples there are: the sign of each row itself."""
    for hz in (*DTMF_LOW_HZ, *DTMF_HIGH_HZ, 300, 450, 550):
        square = np.where(sine(hz, RATE, 0) >= 0, 32767, -32768).astype(np.int16)
        assert Receiver().hear(square) == ""
    assert amplitude(3.14) == pytest.approx(32768)
