"""Runs a program on a clock that does not wait, and the same way each time.

    run(main, seed=7)        trio's clock jumps whenever all tasks wait; tasks that wake together run in an order
                             that only the seed decides: another seed is another, equally possible run

What it does not: make threads or the network repeat. What works in virtual time keeps to trio's clock and the plane.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import trio
import trio._core._run as scheduler
import trio.testing

T = TypeVar("T")


def run(main: Callable[..., Awaitable[T]], *arguments: object, seed: int = 0) -> T:
    """As trio.run(), with a clock that begins at 0."""
    with _repeatable(seed):
        return trio.run(main, *arguments, clock=trio.testing.MockClock(autojump_threshold=0))


@contextmanager
def _repeatable(seed: int) -> Iterator[None]:
    """trio's own switch for hypothesis: tasks that wake together are sorted before its generator shuffles them."""
    before = scheduler._ALLOW_DETERMINISTIC_SCHEDULING, scheduler._r
    scheduler._ALLOW_DETERMINISTIC_SCHEDULING = True  # type: ignore[misc]
    scheduler._r = random.Random(seed)
    try:
        yield
    finally:
        scheduler._ALLOW_DETERMINISTIC_SCHEDULING, scheduler._r = before  # type: ignore[misc]
