"""Steps of a recipe: when each comes, and when to look again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acd.recipe import NEVER, Facts, Progress, Stepped, step
from core.config.model.queues import Step, Target

LOOK_S = 5.0


def facts(waited_s: float = 0.0, **more: Any) -> Facts:
    return Facts(**{"waited_s": waited_s, "position": 1, "ready": 0, "logged_on": 3, **more})


def stepped(*recipe: Step, at: float = 0.0, progress: Progress | None = None, **more: Any) -> Stepped:
    return step(recipe, progress or Progress(), facts(at, **more), words=True, look_every_s=LOOK_S)


def walk(*recipe: Step, until: float, **more: Any) -> list[tuple[float, int]]:
    """Which step is done at which waiting time, looking only when it was asked for."""
    at, progress, done = 0.0, Progress(), []
    while at <= until:
        now = stepped(*recipe, at=at, progress=progress, **more)
        progress = now.progress
        done += [(at, number) for number in now.due]
        if now.again_s == NEVER:
            break
        assert now.again_s > 0
        at += now.again_s
    return done


def test_a_step_comes_at_its_second_and_once() -> None:
    assert walk(Step(after_s=20, announce="a"), Step(after_s=7, announce="b"), until=100.0) == [(7.0, 1), (20.0, 0)]


def test_a_step_that_repeats_comes_again_and_again_but_not_more_often_than_said() -> None:
    often = Step(after_s=10, every_s=15, announce="a")
    assert walk(often, until=60.0) == [(10.0, 0), (25.0, 0), (40.0, 0), (55.0, 0)]
    assert walk(often.model_copy(update={"times": 2}), until=60.0) == [(10.0, 0), (25.0, 0)]


def test_steps_of_one_second_come_in_the_order_of_the_recipe() -> None:
    assert walk(Step(announce="a"), Step(announce="b"), until=1.0) == [(0.0, 0), (0.0, 1)]


def test_nothing_left_to_do_is_never_looked_at_again() -> None:
    done = stepped(Step(announce="a"))
    assert (done.due, done.again_s) == ((0,), NEVER)


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        ({"position_from": 3}, {"position": 3}, {"position": 2}),
        ({"position_to": 3}, {"position": 3}, {"position": 4}),
        ({"ready_below": 2}, {"ready": 1}, {"ready": 2}),
        ({"logged_on_below": 1}, {"logged_on": 0}, {"logged_on": 1}),
        ({"wait_over_s": 60}, {"wait_s": 61.0}, {"wait_s": 60.0}),
        ({"wait_over_s": 60}, {"wait_s": 61.0}, {"wait_s": None}),
        ({"open": "office"}, {"open": frozenset({"office"})}, {"open": frozenset({"other"})}),
        ({"closed": "office"}, {"open": frozenset()}, {"open": frozenset({"office"})}),
    ],
)
def test_a_step_waits_for_its_condition_and_is_looked_at_meanwhile(
    condition: dict[str, Any], holds: dict[str, Any], fails: dict[str, Any]
) -> None:
    one = Step(after_s=10, announce="a", **condition)
    assert stepped(one, at=10.0, **holds).due == (0,)
    waits = stepped(one, at=10.0, **fails)
    assert (waits.due, waits.again_s) == ((), LOOK_S)
    assert stepped(one, at=4.0, **fails).again_s == 6.0


def test_all_conditions_must_hold_together() -> None:
    one = Step(position_from=2, ready_below=1, announce="a")
    assert stepped(one, position=2, ready=0).due == (0,)
    assert stepped(one, position=2, ready=1).due == ()
    assert stepped(one, position=1, ready=0).due == ()


def test_words_are_for_those_who_were_found_no_agent() -> None:
    recipe = (Step(announce="a"), Step(ring_up_to=2), Step(overflow=Target(to="release")), Step(say=("wait",)))
    silent = step(recipe, Progress(), facts(), words=False, look_every_s=LOOK_S)
    assert silent.due == (1, 2)
    assert step(recipe, silent.progress, facts(), words=True, look_every_s=LOOK_S).due == (0, 3)


@given(
    st.lists(
        st.builds(
            Step,
            after_s=st.integers(0, 50),
            every_s=st.one_of(st.none(), st.integers(1, 20)),
            position_from=st.one_of(st.none(), st.integers(1, 3)),
            announce=st.just("a"),
        ),
        max_size=5,
    ),
    st.integers(1, 3),
)
def test_looking_only_when_asked_misses_nothing(recipe: list[Step], position: int) -> None:
    """Compared with looking every second."""
    asked = walk(*recipe, until=100.0, position=position)
    progress, every_second = Progress(), []
    for second in range(101):
        now = stepped(*recipe, at=float(second), progress=progress, position=position)
        progress = now.progress
        every_second += [(float(second), number) for number in now.due]
    assert asked == every_second
