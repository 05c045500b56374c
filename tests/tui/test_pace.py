"""The screen moves by itself as often as the line carries it: measured, and never in the way of a key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.pace import FIRST_S, LOST_S, MOST_S, REST, Pace


def known(way_s: float = 0.01) -> Pace:
    """Of a terminal that has answered."""
    pace = Pace()
    pace.probed(0.0)
    pace.answered(way_s)
    return pace


def test_a_fast_line_is_always_due() -> None:
    pace = known()
    for at in range(1, 100):
        pace.probed(at)
        pace.answered(at + 0.01)
        assert pace.due(at + 0.0101)


def test_nothing_moves_until_what_was_sent_is_shown_and_the_line_has_rested() -> None:
    pace = known()
    pace.probed(1.0)
    assert not pace.due(2.9)
    pace.answered(3.01)  # two seconds of painting
    assert not pace.due(3.01 + REST * 2.0 - 0.01)
    assert pace.due(3.01 + REST * 2.0 + 0.01)


def test_what_comes_of_a_key_does_not_rest() -> None:
    pace = known()
    pace.probed(1.0)
    pace.answered(3.0)
    pace.pressed()
    assert pace.due(3.0)


def test_a_terminal_that_never_answers_is_asked_once() -> None:
    pace = Pace()
    assert pace.asks(0.0)
    pace.probed(0.0)
    assert not pace.due(FIRST_S - 0.1)
    assert pace.due(FIRST_S)
    assert not pace.asks(FIRST_S)
    assert not pace.asks(1000.0)


def test_a_lost_answer_holds_up_nothing_for_ever() -> None:
    pace = known()
    pace.probed(1.0)
    assert not pace.due(LOST_S)
    assert pace.due(1.0 + LOST_S)
    assert pace.asks(1.0 + LOST_S)


@given(st.floats(0.0, 5.0), st.lists(st.tuples(st.floats(0.0, 60.0), st.floats(0.0, 60.0)), max_size=30))
def test_a_far_terminal_is_not_taken_for_a_slow_one(way_s: float, paintings: list[tuple[float, float]]) -> None:
    """However long the way, what takes no longer than the way itself needs no rest; and no rest is too long."""
    pace, now = Pace(), 0.0
    pace.probed(now)
    pace.answered(now := now + way_s)
    for pause, painting in paintings:
        now += pause
        pace.probed(now)
        pace.answered(now := now + way_s + painting)
        assert pace.due(now + MOST_S)
        pace.probed(now)
        pace.answered(now := now + way_s)
        assert pace.due(now + 1e-6)
