"""Music for those who wait: pleasant cannot be tested; level, seam, and that no detector takes it for a signal can."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from core.prompts.hold_music import BEAT_S, LEVEL_DBM0, hold_music
from hw.bench.corpus import level, through_alaw
from hw.bench.progress import told
from hw.native import lib
from hw.tone_plan import tone_plan, tone_plans
from hw.wave import RATE, Samples
from tests.detectors.ear import Detectors

pytestmark = pytest.mark.native


@cache
def round_of_it() -> Samples:
    return hold_music().samples()


def heard_three_times() -> Samples:
    return through_alaw(np.tile(round_of_it(), 3))


def test_it_is_a_little_below_speech_and_never_overdriven() -> None:
    assert level(round_of_it()) == pytest.approx(LEVEL_DBM0, abs=0.1)
    assert np.max(np.abs(round_of_it().astype(np.int32))) < 0.5 * 32768


def test_it_lasts_fourteen_bars() -> None:
    assert len(round_of_it()) == round(14 * 4 * BEAT_S * RATE)


def test_it_is_the_same_every_time() -> None:
    hold_music.cache_clear()
    np.testing.assert_array_equal(round_of_it(), hold_music().samples())


def test_its_loop_has_no_seam() -> None:
    """The step from its end to its beginning is none that does not occur within, and nothing is silent there."""
    samples = round_of_it().astype(np.int32)
    steps = np.abs(np.diff(samples))
    assert abs(samples[0] - samples[-1]) <= np.percentile(steps, 99)
    around = np.concatenate([round_of_it()[-1600:], round_of_it()[:1600]])
    assert level(around[1400:1800]) > LEVEL_DBM0 - 20


@pytest.mark.parametrize("country", sorted(tone_plans()))
def test_no_detector_takes_it_for_a_call_progress_tone(country: str) -> None:
    assert told(tone_plan(country).listen(), heard_three_times()) == []


@pytest.mark.parametrize("kind", ["DTMF", "FAX"])
def test_no_detector_takes_it_for_digits_or_fax(kind: str) -> None:
    assert Detectors(getattr(lib, f"DETECT_{kind}")).hear(heard_three_times()) == []
