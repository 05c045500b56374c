"""A queue's recipe: steps by waiting time, place, agents and hour, each done when its conditions hold.

    0 s ───────── 20 s ──────────── 45 s ─────────────────── 90 s ──────────> waiting time
    skills        place and wait    skill "expert" dropped    call-back offered

step() is pure: recipe, progress and facts in; the steps that are due, the new progress, and how soon to look again out.
A step whose conditions all hold is done once, or with every_s again and again, at most `times`. Time alone is looked at
to the second it comes; place, agents, expected wait and calendars change with others' calls, so steps that wait for one
of those are looked at every look_every_s.
Steps with words (announce, say, offer) are for callers who really wait: they are passed over until a caller was found
no agent. What it does not: change calls (distribution.py does), play.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.config.model.queues import Step

NEVER = float("inf")

ROUNDING_S = 1e-6
"""A step is not looked at again for so little."""


@dataclass(frozen=True, slots=True)
class Facts:
    """wait_s: the expected wait, None where it is not known well. open: calendars that are open now."""

    waited_s: float
    position: int
    ready: int
    logged_on: int
    wait_s: float | None = None
    open: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Progress:
    """done: how often each step was; last: the waiting time at which, in the order of steps met first."""

    done: dict[int, int] = field(default_factory=dict)
    last: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stepped:
    """due: numbers of the steps to carry out, in order. again_s: look again in so long; inf: never by time."""

    due: tuple[int, ...]
    progress: Progress
    again_s: float


def has_words(step: Step) -> bool:
    return bool(step.announce or step.say or step.offer)


def needs_wait(recipe: Sequence[Step]) -> bool:
    """Whether the expected wait is asked for at all."""
    return any(step.wait_over_s is not None for step in recipe)


def step(recipe: Sequence[Step], progress: Progress, facts: Facts, words: bool, look_every_s: float) -> Stepped:
    """words: the caller was found no agent, steps with words may come."""
    due: list[int] = []
    again = NEVER
    for number, one in enumerate(recipe):
        if not words and has_words(one):
            continue
        done = progress.done.get(number, 0)
        if done and (one.every_s is None or done == one.times):
            continue
        begins = one.after_s if not done else max(one.after_s, progress.last[number] + (one.every_s or 0))
        if facts.waited_s < begins - ROUNDING_S:
            again = min(again, begins - facts.waited_s)
        elif _holds(one, facts):
            due.append(number)
            if one.every_s is not None and done + 1 != one.times:
                again = min(again, one.every_s)
        else:
            again = min(again, look_every_s)
    if not due:
        return Stepped((), progress, again)
    done_now = {number: progress.done.get(number, 0) + 1 for number in due}
    last_now = dict.fromkeys(due, facts.waited_s)
    return Stepped(tuple(due), Progress({**progress.done, **done_now}, {**progress.last, **last_now}), again)


def _holds(one: Step, facts: Facts) -> bool:
    """All conditions but time."""
    if one.position_from is not None and facts.position < one.position_from:
        return False
    if one.position_to is not None and facts.position > one.position_to:
        return False
    if one.ready_below is not None and facts.ready >= one.ready_below:
        return False
    if one.logged_on_below is not None and facts.logged_on >= one.logged_on_below:
        return False
    if one.wait_over_s is not None and (facts.wait_s is None or facts.wait_s <= one.wait_over_s):
        return False
    if one.open and one.open not in facts.open:
        return False
    return not (one.closed and one.closed in facts.open)
