"""Whoever keeps entering wrong PINs waits longer and longer, and nobody else does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.exchange.lockout import FIRST_S, LONGEST_S, TRIES, TRIES_OF_ALL, Everybody, Lockout


def test_a_few_wrong_ones_cost_nothing_and_the_next_round_costs_more() -> None:
    lockout = Lockout()
    now = 0.0
    waits = []
    for _ in range(4):
        for _ in range(TRIES):
            assert lockout.wait_s("8001", now=now) == 0
            lockout.wrong("8001", now=now)
        waits.append(lockout.wait_s("8001", now=now))
        now += waits[-1]
    assert waits == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S, 8 * FIRST_S]
    assert lockout.wait_s("8002", now=now) == 0


def test_the_right_one_forgets() -> None:
    lockout = Lockout()
    for _ in range(TRIES):
        lockout.wrong("8001", now=0)
    lockout.right("8001")
    assert lockout.wait_s("8001", now=0) == 0


@given(st.lists(st.floats(0, 1000), max_size=200))
def test_nobody_waits_for_ever(gaps: list[float]) -> None:
    lockout = Lockout()
    now = 0.0
    for gap in gaps:
        now += gap
        lockout.wrong("x", "all", now=now)
        assert 0 <= lockout.wait_s("x", "all", now=now) <= LONGEST_S


def test_who_tries_many_boxes_from_many_numbers_stops_them_all() -> None:
    lockout = Lockout()
    for box in range(TRIES_OF_ALL):
        assert not lockout.wait_s(box, Everybody("voicemail"), now=0)
        lockout.wrong(box, Everybody("voicemail"), now=0)
    assert lockout.wait_s("another", Everybody("voicemail"), now=0) == FIRST_S
    lockout.right("another", Everybody("voicemail"))
    assert lockout.wait_s("another", Everybody("voicemail"), now=0) == FIRST_S
