"""One run of the exchange: from its start to its stop, or to the moment when the power went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """began, time: UTC in µs, of its start and of its last sign of life; clock: µs from the one to the other. ended:
    it stopped in order.
    """

    run: int
    began: int
    time: int
    clock: int
    ended: bool
