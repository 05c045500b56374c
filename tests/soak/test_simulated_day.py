"""Some hundred calls of a simulated day, under several seeds. `make soak` lives through a hundred thousand."""

from __future__ import annotations

import pytest

from hw import virtual_time
from tests.soak.day import Day

pytestmark = pytest.mark.native


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_day_leaves_nothing_behind(seed: int) -> None:
    day = Day(seed, calls=150)
    virtual_time.run(day.live, seed=seed)
    assert day.counts["Established"] > 30


def test_the_same_seed_is_the_same_day() -> None:
    days = [Day(5, calls=40) for _ in range(2)]
    for day in days:
        virtual_time.run(day.live, seed=5)
    assert days[0].counts == days[1].counts
