"""CNG and CED: found as T.30 sends them, once each, and not in speech or in the other tones of a line."""

from __future__ import annotations

import numpy as np
import pytest

from hw.bench.corpus import RATE, Wave, amplitude, music, speech, through_alaw
from hw.bench.digits import KEYS, Trial, noise, sine, sound
from hw.native import lib
from tests.detectors.ear import Detectors, ms, silence

pytestmark = pytest.mark.native


def told(wave: Wave, frame: int = 160) -> list[tuple[int, float]]:
    heard = Detectors(lib.DETECT_FAX, frame).hear(through_alaw(wave))
    return [(event.kind, event.time / 8) for event in heard]


def cng(times: int, hz: float, dbm0: float, on_ms: float = 500) -> Wave:
    return np.concatenate([np.concatenate([sine(hz, ms(on_ms), dbm0), silence(3000)]) for _ in range(times)])


@pytest.mark.parametrize("frame", [80, 160])
@pytest.mark.parametrize(
    ("hz", "dbm0", "on_ms"), [(1100, -10, 500), (1062, -20, 500), (1138, -40, 575), (1100, -30, 425)]
)
def test_a_calling_fax_is_found_at_each_of_its_beeps(hz: float, dbm0: float, on_ms: float, frame: int) -> None:
    heard = told(np.concatenate([silence(777), cng(3, hz, dbm0, on_ms)]), frame)
    assert [kind for kind, _ in heard] == [lib.EVENT_FAX_CNG] * 3
    for beep, (_, time) in enumerate(heard):
        assert 415 <= time - 777 - beep * (3000 + on_ms) <= 435


@pytest.mark.parametrize(("hz", "dbm0"), [(2100, -12), (2085, -25), (2115, -40)])
def test_an_answering_fax_is_found_once(hz: float, dbm0: float) -> None:
    ((kind, time),) = told(np.concatenate([silence(333), sine(hz, ms(3000), dbm0), silence(500)]))
    assert kind == lib.EVENT_FAX_CED
    assert 550 <= time - 333 <= 600


@pytest.mark.parametrize("modulated", [False, True], ids=["ANS", "ANSam"])
def test_a_modem_that_turns_the_phase_is_found_too(modulated: bool) -> None:
    """V.25, V.8: the phase of 2100 Hz turns every 450 ms, with 20 % of 15 Hz on it or without."""
    time = np.arange(3 * RATE) / RATE
    wave = amplitude(-12) * np.sin(2 * np.pi * 2100 * time) * np.where((time / 0.45).astype(int) % 2, -1, 1)
    if modulated:
        wave *= 1 + 0.2 * np.sin(2 * np.pi * 15 * time)
    ((kind, _),) = told(np.concatenate([silence(200), wave, silence(200)]))
    assert kind == lib.EVENT_FAX_CED


def test_both_are_found_20_db_over_noise() -> None:
    wave = np.concatenate([silence(500), cng(2, 1100, -20), sine(2100, ms(2000), -20), silence(500)])
    wave = wave + noise(len(wave), -40, np.random.default_rng(1))
    assert [kind for kind, _ in told(wave)] == [lib.EVENT_FAX_CNG, lib.EVENT_FAX_CNG, lib.EVENT_FAX_CED]


def test_beeps_that_are_too_short_or_beside_the_frequency_are_none() -> None:
    short = np.concatenate(
        [np.concatenate([sine(hz, ms(300), -15), silence(300)]) for hz in (1100, 2100) for _ in range(5)]
    )
    beside = np.concatenate([sine(hz, RATE, -15) for hz in (950, 1000, 1200, 1300, 1400, 1800, 2225, 2250)])
    assert told(np.concatenate([short, beside])) == []


@pytest.mark.parametrize("language", ["en", "cmn-latn-pinyin"])
def test_ten_minutes_of_speech_are_no_fax(language: str) -> None:
    assert Detectors(lib.DETECT_FAX).hear(speech(10, language)) == []


def test_music_and_digits_are_no_fax() -> None:
    assert Detectors(lib.DETECT_FAX).hear(music(10)) == []
    assert Detectors(lib.DETECT_FAX).hear(sound(Trial("", on_ms=700, off_ms=100), KEYS)) == []
