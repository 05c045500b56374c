"""The level meter: dBm0 as spandsp's power meter reads it, mean and loudest block, once an interval."""

from __future__ import annotations

import numpy as np
import pytest

from hw.bench.corpus import RATE, speech, through_alaw
from hw.bench.digits import noise, sine
from hw.native import lib
from hw.wave import Samples
from tests import spandsp
from tests.detectors.ear import Detectors, ms, silence

pytestmark = pytest.mark.native


def levels(samples: Samples, interval_ms: int, frame: int = 160) -> list[tuple[int, float, float]]:
    """Sample time, mean and peak in dBm0."""
    heard = Detectors(lib.DETECT_LEVEL, frame, level_interval_ms=interval_ms).hear(samples)
    assert all(event.kind == lib.EVENT_LEVEL for event in heard)
    return [(event.time, event.a / 100, event.b / 100) for event in heard]


@pytest.mark.parametrize("dbm0", [3, 0, -10, -23.5, -40])
@pytest.mark.parametrize("hz", [200, 1000, 3000])
def test_a_sine_reads_as_it_was_made_and_as_spandsp_reads_it(hz: float, dbm0: float) -> None:
    samples = through_alaw(sine(hz, RATE, dbm0))
    ((_, mean, peak),) = levels(samples, 1000)
    assert mean == pytest.approx(dbm0, abs=0.3)
    assert mean == pytest.approx(spandsp.power_dbm0(samples), abs=0.5)
    assert mean <= peak < mean + 1


def test_noise_reads_as_spandsp_reads_it() -> None:
    samples = through_alaw(noise(2 * RATE, -30, np.random.default_rng(1)))
    ((_, mean, _),) = levels(samples, 2000)
    assert mean == pytest.approx(-30, abs=0.2)
    assert mean == pytest.approx(spandsp.power_dbm0(samples), abs=0.5)


@pytest.mark.parametrize("frame", [80, 160])
@pytest.mark.parametrize("interval", [20, 50, 1000])
def test_each_interval_is_told_at_its_end(interval: int, frame: int) -> None:
    samples = through_alaw(sine(1000, 4 * RATE, -10))
    times = [time for time, *_ in levels(samples, interval, frame)]
    assert times == [ms(interval) * (i + 1) for i in range(4000 // interval)]


def test_silence_has_the_lowest_level_there_is() -> None:
    assert levels(np.zeros(RATE, np.int16), 500) == [(4000, -90, -90), (8000, -90, -90)]


def test_the_peak_is_the_loudest_10_ms() -> None:
    wave = np.concatenate([silence(500), sine(1000, ms(100), -10), silence(400)])
    ((_, mean, peak),) = levels(through_alaw(wave), 1000)
    assert peak == pytest.approx(-10, abs=0.1)
    assert mean == pytest.approx(-20, abs=0.1)


def test_intervals_add_up_to_the_whole() -> None:
    samples = speech(10, "en")[: 20 * RATE]
    ((_, whole, _),) = levels(samples, 20_000)
    parts = [10 ** (mean / 10) for _, mean, _ in levels(samples, 100)]
    assert 10 * np.log10(np.mean(parts)) == pytest.approx(whole, abs=0.05)
