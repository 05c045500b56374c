"""R2 register signals: taken as Q.455 wants, on until told off, told soon, with their begin and end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.bench.corpus import Wave, through_alaw
from hw.bench.digits import noise, sine
from hw.native import lib
from hw.wave import Samples
from tests.detectors.ear import Detectors, Heard, ms, silence

pytestmark = pytest.mark.native

HZ = {
    lib.DETECT_R2_FORWARD: (1380, 1500, 1620, 1740, 1860, 1980),
    lib.DETECT_R2_BACKWARD: (1140, 1020, 900, 780, 660, 540),
}
DIRECTION = {lib.DETECT_R2_FORWARD: 0, lib.DETECT_R2_BACKWARD: 1}
# Q.441 table 5.
CODES = {
    1: (0, 1), 2: (0, 2), 3: (1, 2), 4: (0, 3), 5: (1, 3), 6: (2, 3), 7: (0, 4), 8: (1, 4), 9: (2, 4), 10: (3, 4),
    11: (0, 5), 12: (1, 5), 13: (2, 5), 14: (3, 5), 15: (4, 5),
}  # fmt: skip
BOTH = pytest.mark.parametrize("kind", list(HZ), ids=["forward", "backward"])


def signal(
    kind: int,
    code: int,
    length_ms: float,
    dbm0: float = -11.5,
    twist_db: float = 0,
    off_hz: tuple[float, float] = (0, 0),
) -> Wave:
    low, high = CODES[code]
    samples = ms(length_ms)
    return sine(HZ[kind][low] + off_hz[0], samples, dbm0) + sine(
        HZ[kind][high] + off_hz[1], samples, dbm0 - twist_db, 1
    )


def on_and_off(kind: int, code: int) -> list[tuple[int, int, int]]:
    return [(lib.EVENT_R2_ON, code, DIRECTION[kind]), (lib.EVENT_R2_OFF, code, DIRECTION[kind])]


def brief(heard: list[Heard]) -> list[tuple[int, int, int]]:
    return [(event.kind, event.code, event.a) for event in heard]


def line(*parts: Wave) -> Samples:
    return through_alaw(np.concatenate([silence(100), *parts, silence(100)]))


@BOTH
@pytest.mark.parametrize("code", range(1, 16))
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"dbm0": -5},
        {"dbm0": -28, "twist_db": 7},
        {"dbm0": -35},
        {"twist_db": 7, "off_hz": (10, -10)},
        {"twist_db": -7, "dbm0": -20, "off_hz": (-10, -10)},
    ],
    ids=str,
)
def test_a_code_within_the_limits_is_heard_once(kind: int, code: int, how: dict[str, float]) -> None:
    assert brief(Detectors(kind).hear(line(signal(kind, code, 150, **how)))) == on_and_off(kind, code)  # type: ignore[arg-type]


@BOTH
@pytest.mark.parametrize("frame", [80, 160])
def test_begin_and_end_are_told_soon_and_are_right(kind: int, frame: int) -> None:
    random = np.random.default_rng(2)
    detectors = Detectors(kind, frame)
    for code in [*CODES, *CODES]:
        pause, length = int(random.integers(600, 760)), int(random.integers(800, 1600))
        samples = through_alaw(np.concatenate([np.zeros(pause), signal(kind, code, length / 8), silence(100)]))
        begin = detectors.time + pause
        told = []
        for at in range(0, len(samples), frame):
            told += [(event, detectors.time) for event in detectors.hear(samples[at : at + frame])]
        (on, on_told), (off, off_told) = told
        assert brief([on, off]) == on_and_off(kind, code)
        assert abs(on.time - begin) <= ms(8)
        assert abs(off.time - begin - length) <= ms(8)
        assert on_told - begin <= ms(26) + frame - 80
        assert off_told - begin - length <= ms(26) + frame - 80


@BOTH
def test_a_compelled_signal_is_on_until_it_ends(kind: int) -> None:
    on, off = Detectors(kind).hear(line(signal(kind, 5, 60_000)))
    assert off.time - on.time == pytest.approx(ms(60_000), abs=ms(16))


@BOTH
def test_noise_10_db_below_neither_hides_nor_parts_nor_makes_a_signal(kind: int) -> None:
    random = np.random.default_rng(3)
    parts: list[Wave] = []
    for code in [*CODES] * 5:
        parts += [signal(kind, code, 200), silence(200 + random.uniform(0, 10))]
    wave = np.concatenate(parts)
    heard = Detectors(kind).hear(through_alaw(wave + noise(len(wave), -11.5 + 3 - 10, random)))
    assert brief(heard) == [event for code in [*CODES] * 5 for event in on_and_off(kind, code)]


@BOTH
def test_codes_that_follow_without_a_pause_are_told_apart(kind: int) -> None:
    heard = Detectors(kind).hear(line(*(signal(kind, code, 100) for code in CODES)))
    assert brief(heard) == [event for code in CODES for event in on_and_off(kind, code)]


@BOTH
def test_a_hole_of_7_ms_does_not_end_a_signal_and_7_ms_are_none(kind: int) -> None:
    for at in range(100, 110):
        wave = signal(kind, 9, 300)
        wave[ms(at) : ms(at + 7)] = 0
        assert brief(Detectors(kind).hear(line(wave))) == on_and_off(kind, 9)
        assert Detectors(kind).hear(line(silence(at), signal(kind, 9, 7))) == []


@BOTH
def test_each_direction_is_deaf_to_the_other_and_to_its_echo(kind: int) -> None:
    other = next(k for k in HZ if k != kind)
    assert Detectors(kind).hear(line(*(signal(other, code, 100) for code in CODES))) == []
    echo = signal(other, 3, 400, dbm0=-22)
    echo[ms(100) : ms(300)] += signal(kind, 7, 200, dbm0=-25)
    assert brief(Detectors(kind).hear(line(echo))) == on_and_off(kind, 7)


@BOTH
def test_one_tone_or_three_are_no_code(kind: int) -> None:
    first, second, third, *_ = HZ[kind]
    one = sine(first, ms(300), -10)
    three = one + sine(second, ms(300), -10) + sine(third, ms(300), -10)
    assert Detectors(kind).hear(line(one, silence(100), three)) == []


@BOTH
def test_below_the_least_level_there_is_nothing(kind: int) -> None:
    assert Detectors(kind).hear(line(signal(kind, 1, 200, dbm0=-42))) == []


@BOTH
def test_a_port_that_rests_ends_the_signal(kind: int) -> None:
    detectors = Detectors(kind)
    (on,) = detectors.hear(through_alaw(signal(kind, 4, 200)))
    end = detectors.time
    detectors.time += 800
    (off,) = detectors.hear(through_alaw(silence(20)))
    assert brief([on, off]) == on_and_off(kind, 4)
    assert off.time == end


@settings(deadline=None, derandomize=True, max_examples=50)
@given(
    kind=st.sampled_from(list(HZ)),
    row=st.lists(st.tuples(st.integers(1, 15), st.floats(60, 200), st.floats(60, 200)), min_size=1, max_size=8),
)
def test_either_frame_hears_the_same(kind: int, row: list[tuple[int, float, float]]) -> None:
    samples = line(*(part for code, on, off in row for part in (signal(kind, code, on), silence(off))))
    heard = [Detectors(kind, frame).hear(samples) for frame in (80, 160)]
    assert heard[0] == heard[1]
    assert brief(heard[0]) == [event for code, *_ in row for event in on_and_off(kind, code)]
