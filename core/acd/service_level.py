"""The six usual definitions of service level. Always print the formula beside the figure: they differ by ten percent.

    1000 answered, 860 of them in time; 60 hung up, 20 of them in time, 10 of those at once

    1  83 %   2  86 %   3  81 %   4  83 %   5  82 %   6  82 %

Definitions 1 to 5: ICMI, "Service Level Calculations" (queue tips, 2002), with this example; 6 is 3 without the short
ones, and what Genesys' CCPulse counts as service factor with two time ranges. Calls that left the queue for elsewhere
(overflow, message, call-back) are in none of them: they are counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.texts import N_


class Counted(Protocol):
    """What a definition needs to know; "in time" is within the queue's service_level_s."""

    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    short: int  # abandoned within the queue's short_abandon_s


@dataclass(frozen=True, slots=True)
class Definition:
    """formula: for people, beside the figure; a msgid."""

    number: int
    formula: str
    text: str


DEFINITIONS = {
    definition.number: definition
    for definition in (
        Definition(
            1,
            N_("(answered in time + abandoned in time) / (answered + abandoned)"),
            "hanging up in time counts as served in time",
        ),
        Definition(2, N_("answered in time / answered"), "whoever hangs up is not looked at"),
        Definition(3, N_("answered in time / (answered + abandoned)"), "whoever hangs up counts against it"),
        Definition(
            4,
            N_("answered in time / (answered + abandoned - abandoned in time)"),
            "whoever hangs up late counts against it",
        ),
        Definition(
            5,
            N_("(answered in time + short abandons) / (answered + abandoned)"),
            "hanging up at once counts as served in time",
        ),
        Definition(
            6,
            N_("answered in time / (answered + abandoned - short abandons)"),
            "whoever hangs up counts against it, but those who did at once",
        ),
    )
}


def service_level(definition: int, counted: Counted) -> float | None:
    """0 to 1; None where the definition has nothing to divide by."""
    c = counted
    over, under = {
        1: (c.answered_in_time + c.abandoned_in_time, c.answered + c.abandoned),
        2: (c.answered_in_time, c.answered),
        3: (c.answered_in_time, c.answered + c.abandoned),
        4: (c.answered_in_time, c.answered + c.abandoned - c.abandoned_in_time),
        5: (c.answered_in_time + c.short, c.answered + c.abandoned),
        6: (c.answered_in_time, c.answered + c.abandoned - c.short),
    }[definition]
    # A short limit above the service level's may count a call twice in 5.
    return min(1.0, over / under) if under > 0 else None
