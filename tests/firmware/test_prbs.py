"""The pattern of O.150 and what is found wrong with it."""

from __future__ import annotations

import numpy as np
import pytest
from firmware import prbs
from firmware.prbs import LENGTH, Octets, compare, pattern, total
from hypothesis import given
from hypothesis import strategies as st

SECOND = 8000


def sent(seconds: float, delay: int = 0) -> Octets:
    count = int(seconds * SECOND)
    return np.resize(np.roll(pattern(), -delay), count)


def test_the_sequence_is_that_of_o_150() -> None:
    bits = prbs._bits()
    assert len(bits) == LENGTH
    assert int(bits.sum()) == LENGTH // 2, "inverted: one 1 fewer than 0"
    words = {tuple(np.take(bits, range(at, at + 15), mode="wrap")) for at in range(LENGTH)}
    assert len(words) == LENGTH, "every word but one, once"
    zeros = "".join(map(str, np.tile(bits, 2)))
    assert "0" * 15 in zeros, "the longest run of 0 in the inverted sequence is 15"
    assert "1" * 15 not in zeros


@given(st.integers(0, LENGTH - 1))
def test_the_loop_is_in_step_wherever_it_is_entered(delay: int) -> None:
    found = compare(sent(0.2, delay))
    assert (found.in_step, found.errors, found.slips, found.lost) == (True, 0, 0, 0)


@given(st.integers(0, LENGTH - 1), st.sets(st.integers(0, 16 * SECOND // 10 - 1), max_size=30))
def test_every_wrong_bit_is_counted(delay: int, places: set[int]) -> None:
    heard = sent(0.2, delay)
    for place in places:
        heard[place // 8] ^= 0x80 >> place % 8
    found = compare(heard)
    assert found.errors == len(places)
    assert found.slips == 0


@given(st.integers(0, LENGTH - 1), st.integers(400, 1500), st.booleans())
def test_a_slip_is_a_slip_and_no_burst_of_errors(delay: int, at: int, twice: bool) -> None:
    heard = sent(0.3, delay)
    slipped = np.insert(heard, at, heard[at - 1]) if twice else np.delete(heard, at)
    found = compare(slipped)
    assert found.slips == 1
    assert found.errors <= 16, "but for the octet itself"


@given(st.binary(min_size=0, max_size=4000))
def test_whatever_comes_in_is_judged(octets: bytes) -> None:
    found = compare(np.frombuffer(octets, np.uint8))
    assert 0 <= found.lost <= found.octets == len(octets)


def test_speech_and_silence_are_not_the_pattern() -> None:
    assert not compare(np.random.default_rng(1).integers(0, 256, SECOND, np.uint8)).in_step
    silence = compare(np.full(SECOND, 0xD5, np.uint8))
    assert (silence.in_step, silence.idle) == (False, True)


@pytest.mark.parametrize("rate", [1e-5, 1e-3, 0.03])
def test_an_even_error_ratio_is_measured(rate: float) -> None:
    dice = np.random.default_rng(7)
    heard = sent(20.0, 77)
    hits = np.packbits(dice.random(len(heard) * 8) < rate)
    found = compare(heard ^ hits)
    assert found.in_step
    assert found.errors == np.unpackbits(hits).sum()
    assert found.ratio == pytest.approx(rate, rel=0.5)
    assert found.burst_errors <= found.errors * (0.9 if rate > 0.01 else 0.05)


def test_a_burst_is_told_from_single_errors() -> None:
    heard = sent(2.0)
    heard[5000:5040] ^= np.random.default_rng(3).integers(1, 256, 40, np.uint8)
    heard[9000] ^= 1
    found = compare(heard)
    assert found.errors > 100
    assert found.errors - found.burst_errors == 1
    assert found.errored_seconds == 2


def test_a_break_is_time_lost_and_not_errors() -> None:
    heard = sent(3.0)
    heard[SECOND : 2 * SECOND] = 0xD5
    found = compare(heard)
    assert found.lost == pytest.approx(SECOND, abs=2 * prbs.WINDOW)
    assert (found.errors, found.slips) == (0, 0)


def test_timeslots_are_added_up() -> None:
    heard = sent(1.0)
    heard[10] ^= 3
    both = total([compare(heard), compare(sent(1.0, 5))])
    assert (both.octets, both.errors, both.errored_seconds, both.idle) == (2 * SECOND, 2, 1, False)
