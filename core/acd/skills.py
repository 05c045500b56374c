"""Skills: what a call asks of an agent, what an agent has, and whether the one meets the other.

    call:   require {english: 3}, prefer {billing: 5}
    agent:  {english: 4, billing: 2}, and in queue "vip" {english: 1}

Levels run from 1 to 10; a skill that an agent lacks is 0. What is required must be there at its level or above; what is
preferred only orders agents. A call's `Requirement` is everything about it that decides who may serve it, so that calls
with equal requirements stand in one row and an agent looks at the first of each row only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BEST = 10
ANY_RANK = 1000
"""A ring of agents so wide that all ranks are in it."""

Levels = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Requirement:
    """required: skills with level, in the order of their names. rank: the ring is as wide as that. only: this agent and
    no other, "" for any.
    """

    required: tuple[tuple[str, int], ...] = ()
    rank: int = ANY_RANK
    only: str = ""


def requirement(required: Levels, rank: int = ANY_RANK, only: str = "") -> Requirement:
    return Requirement(tuple(sorted(required.items())), rank, only)


def levels_in_queue(own: Levels, of_queue: Levels) -> dict[str, int]:
    """The levels that hold for an agent in a queue; a 0 there takes a skill away from him in that queue."""
    return {skill: level for skill, level in {**own, **of_queue}.items() if level > 0}


def meets(levels: Levels, required: tuple[tuple[str, int], ...]) -> bool:
    return all(levels.get(skill, 0) >= level for skill, level in required)


def liked(levels: Levels, preferred: Levels) -> int:
    """How many of the preferred skills he has at the level that is liked."""
    return sum(levels.get(skill, 0) >= level for skill, level in preferred.items())


def total(levels: Levels, asked: Levels) -> int:
    """His levels in the skills that the call asks for, added up."""
    return sum(levels.get(skill, 0) for skill in asked)
