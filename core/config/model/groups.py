"""[[hunt_group]], [[conference]], [park]: numbers behind which several people are found."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import StringConstraints, field_validator

from core.config.model.kinds import Effect, Many, MaybeNumber, Number, Pin, Table, Text, mistake, setting


class HuntGroup(Table):
    """One number for several telephones (寻线组)."""

    number: Number = setting("Its number in the plan.")
    name: Text = setting("What it is called on screens and on the telephones that ring.", "", effect=Effect.NOW)
    members: Many[Number] = setting("Stations that ring, in order.", min_length=1)
    order: Literal["linear", "circular", "all"] = setting(
        'Who rings: "linear" always from the first, "circular" the one after the last who rang, "all" all at once.',
        "linear",
    )
    no_answer_s: int = setting("Each member rings so long (all at once: the group does), s.", 20, ge=5, le=180)
    overflow: MaybeNumber = setting(
        'Where the call goes when all were tried or busy; "": busy, or ringing goes on for an unanswered call.',
        "",
    )
    calendar: str = setting('Office hours of the group; "": always open.', "")
    night: MaybeNumber = setting('Outside those hours calls go here; "": no difference.', "")


class Conference(Table):
    """A room for telephone conferences (会议电话)."""

    number: Number = setting("Its number in the plan.")
    name: Text = setting("What it is called on screens.", "", effect=Effect.NOW)
    pin: Pin = setting('Asked of everybody who enters, 6 to 12 digits; "": not asked.', "")
    chair_pin: Pin = setting(
        'Whoever gives this PIN instead is the chair: mutes, locks, sends out. "": there is no chair.', ""
    )
    size: int = setting("So many people at most.", 30, ge=3, le=128)
    announce: Literal["off", "tone", "count"] = setting(
        "What is heard when somebody comes or goes: nothing, a tone, or a tone and how many there are.",
        "tone",
        effect=Effect.NOW,
    )
    wait_for_chair: bool = setting("Until the chair comes, the others hear music.", False)
    end_with_chair: bool = setting("The conference ends when the chair has gone.", False, effect=Effect.NOW)
    muted: bool = setting("All but the chair enter muted.", False)


class Park(Table):
    """Where calls are parked, to be taken from any telephone (呼叫寄存)."""

    orbits: Annotated[str, StringConstraints(pattern=r"^([0-9]{1,16}(-[0-9]{1,16})?)?$")] = setting(
        'Numbers of the places, first and last, as "7001-7010"; "": calls cannot be parked.', ""
    )
    back_after_s: int = setting("After so long the call rings back who parked it, s.", 60, ge=10, le=3600)

    @field_validator("orbits")
    @classmethod
    def _first_to_last(cls, value: str) -> str:
        first, _, last = value.partition("-")
        if last and (len(first) != len(last) or not 0 <= int(last) - int(first) < 1000):
            raise mistake("Give first and last number with as many digits, at most 1000 numbers.")
        return value

    def numbers(self) -> tuple[str, ...]:
        """The orbits one by one."""
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", self.orbits)
        if not found:
            return ()
        first, last = found[1], found[2] or found[1]
        return tuple(f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1))
