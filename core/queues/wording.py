"""What a waiting caller is told, as prompts of the catalogue. Pure: orders of the distribution in, prompts out."""

from __future__ import annotations

import math

from core.acd import orders as o
from core.exchange.refusal import Said

LONGEST_MIN = 60


def words(order: o.Announce | o.Say) -> list[Said]:
    """One after the other."""
    if isinstance(order, o.Announce):
        return [Said(order.prompt)]
    said: list[Said] = []
    if order.position is not None:
        said.append(Said("queue.next") if order.position == 1 else Said("queue.ahead", {"ahead": order.position - 1}))
    if order.wait is not None:
        said.append(_wait(order.wait.seconds))
    return said


def _wait(seconds: float) -> Said:
    minutes = math.ceil(seconds / 60)
    if minutes <= 1:
        return Said("queue.wait-below-a-minute")
    if minutes > LONGEST_MIN:
        return Said("queue.wait-longer-than", {"minutes": LONGEST_MIN})
    return Said("queue.wait-minutes", {"minutes": minutes})
