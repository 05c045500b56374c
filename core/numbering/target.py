"""What a number leads to, and what digit analysis says of the digits known so far.

    digits      8        80       8001     80015
                MORE     MORE     COMPLETE VACANT        stations have four digits here
    digits      9        90       9010...                MAYBE once an outside number could be whole: dial on, or wait

MORE and MAYBE say how long to wait for the next digit. When that time is over, MAYBE's target is taken and MORE is an
incomplete number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hw.signalling.q850 import Cause


class TargetKind(Enum):
    STATION = "station"
    FEATURE = "feature"
    TRUNK = "trunk"
    HUNT_GROUP = "hunt_group"
    CONFERENCE = "conference"
    PARK_ORBIT = "park_orbit"
    SPEED_DIAL = "speed_dial"  # never told: it is resolved to what its number leads to
    EMERGENCY = "emergency"
    FLOW = "flow"
    QUEUE = "queue"
    MAILBOX = "mailbox"
    ANNOUNCEMENT = "announcement"


@dataclass(frozen=True, slots=True)
class Target:
    """name: of the station, group, room, orbit, feature, route, ... as the configuration calls it.

    arguments: of a feature, as dialled. number: the whole number that led here, after speed dial; of an emergency call
    without the outside prefix; of a service with a PIN with … in its place. speed_dial: the code that was dialled for
    it, if one was; bypass: that code asks for no class of service.
    """

    kind: TargetKind
    name: str
    arguments: tuple[str, ...] = ()
    number: str = ""
    speed_dial: str = ""
    bypass: bool = False


def hidden(digits: str, code: str) -> str:
    """Digits with what follows a service's code, up to #, made unreadable: a PIN is nobody else's business."""
    secret, end, rest = digits.removeprefix(code).partition("#")
    return f"{code}{'…' * bool(secret)}{end}{rest}" if digits.startswith(code) else digits


class Outcome(Enum):
    MORE = "more"  # no number yet, but the beginning of one
    MAYBE = "maybe"  # a number, and the beginning of a longer one
    COMPLETE = "complete"
    VACANT = "vacant"  # no number begins like this, or none that this caller has now


@dataclass(frozen=True, slots=True)
class Analysis:
    """target: with MAYBE and COMPLETE. wait_s: with MORE and MAYBE. cause: with VACANT."""

    outcome: Outcome
    target: Target | None = None
    wait_s: float = 0.0
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Who dials, and when. A caller is a station or comes in by a trunk group.

    time: aware, any zone. class_of_service: of the station, or of the trunk group. calling: the caller's number as
    the line gave it, of a station its own. shows: number of ours that he is known by outside, before that of the trunk
    group.
    """

    time: datetime
    station: str = ""
    group: str = ""
    class_of_service: str = ""
    pickup_group: str = ""
    calling: str = ""
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One trunk group to try and what to send on it. calling: empty, send none of ours."""

    group: str
    digits: str
    number_type: str = "unknown"  # as the model names it; hw.signalling.line.NumberType in lower case
    calling: str = ""
    cost: float = 0.0
