"""What class of service answers, and the facts that it is given.

`counts` are the caller's own and those of the whole box in the last hour and day, as `TollCounter` keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from core.numbering.target import Target


class Origin(Enum):
    STATION = "station"
    TRUNK = "trunk"  # a call that came in
    FORWARD = "forward"  # a station's forwarding, or its order to forward


class Reason(Enum):
    """Why a call is barred."""

    REACH = "reach"  # further than the class goes
    DENIED = "denied"  # on the list of numbers denied
    PREMIUM = "premium"
    TRUNK_TO_TRUNK = "trunk_to_trunk"
    SERVICE = "service"  # service codes are for who holds the telephone
    FORWARD = "forward"  # no forwarding to outside numbers
    FORWARD_EXPIRED = "forward_expired"
    LIMIT = "limit"  # the caller's limit against toll fraud
    TOTAL_LIMIT = "total_limit"  # that of the box


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls outside that a limit counts: begun and minutes talked in the last hour and day, up now."""

    calls_hour: int = 0
    calls_day: int = 0
    minutes_hour: float = 0.0
    minutes_day: float = 0.0
    at_once: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call that wants permission.

    class_of_service: of who pays for it: the station, the trunk group, the station that forwards. pin: one was entered
    for this call and is right. forward_age_s: seconds since the forwarding was set. own, total: counts without this
    call.
    """

    target: Target
    class_of_service: str
    origin: Origin = Origin.STATION
    pin: bool = False
    forward_age_s: float = 0.0
    own: Counts = Counts()
    total: Counts = Counts()


class AlarmLevel(Enum):
    WARNING = "warning"  # near a limit
    MAJOR = "major"  # a limit is reached, calls are barred


@dataclass(frozen=True, slots=True)
class TollAlarm:
    """limit: its name in the model, as "calls_per_hour". value has come near or up to most. total: the box's limit,
    not the caller's.
    """

    level: AlarmLevel
    limit: str
    value: float
    most: int
    total: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """counted: this call is to be counted against the limits."""

    counted: bool = False
    alarms: tuple[TollAlarm, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedsPin:
    """Barred, but allowed once a PIN was entered for this call."""


@dataclass(frozen=True, slots=True)
class Barred:
    reason: Reason
    alarms: tuple[TollAlarm, ...] = ()


Permission = Allowed | NeedsPin | Barred
