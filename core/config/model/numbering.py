"""What may stand in the configuration about numbers: [numbering], [[route]], [[class_of_service]], [[calendar]].

The description of each field is its manual. What the fields do together is decided in core/numbering; how patterns are
written stands in pattern.py. Durations are in seconds, days or minutes as the name says; times of day are local, in
the calendar's time zone.
"""

from __future__ import annotations

import datetime
import re
import zoneinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.config.model import pattern


class Section(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _pattern(text: str) -> str:
    pattern.parse(text)
    return text


def _digits(text: str) -> str:
    if wrong := re.search(r"[^0-9*#ABCD]", text):
        raise ValueError(f"{wrong[0]!r} is no digit: a number here is made of 0 to 9, *, #")
    return text


def _zone(name: str) -> str:
    if name and name not in zoneinfo.available_timezones():
        raise ValueError(f"there is no time zone {name!r}; one is Asia/Shanghai")
    return name


_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


def _hours(text: str) -> str:
    found = _HOURS.fullmatch(text)
    if not found or max(found[1] + found[2], found[3] + found[4]) > "2400":
        raise ValueError("hours are written 09:00-18:00, at most until 24:00")
    if (found[1], found[2]) == (found[3], found[4]) or found[1] == "24":
        raise ValueError("these hours are empty; a whole day is 00:00-24:00")
    return text


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _days(text: str) -> str:
    day = "|".join(WEEKDAYS)
    if not re.fullmatch(rf"(?:{day})(?:-(?:{day}))?", text):
        raise ValueError("days are written mon, or mon-fri (mon tue wed thu fri sat sun)")
    return text


PatternText = Annotated[str, AfterValidator(_pattern)]
Digits = Annotated[str, AfterValidator(_digits)]
Hours = Annotated[str, AfterValidator(_hours)]
Days = Annotated[str, AfterValidator(_days)]
# TOML has lists; ours cannot change.
Patterns = Annotated[tuple[PatternText, ...], Field(strict=False)]
Names = Annotated[tuple[str, ...], Field(strict=False)]
Numbers = Annotated[tuple[Digits, ...], Field(strict=False)]
AllHours = Annotated[tuple[Hours, ...], Field(strict=False)]

Reach = Literal["internal", "local", "long_distance", "international"]
NumberTypeName = Literal["unknown", "international", "national", "network", "subscriber", "abbreviated"]


class Limits(Section):
    """How much may be called outside before it looks like toll fraud. 0: no limit."""

    calls_per_hour: int = Field(default=0, ge=0, description="Calls begun within the last 60 minutes.")
    calls_per_day: int = Field(default=0, ge=0, description="Calls begun within the last 24 hours.")
    minutes_per_hour: int = Field(default=0, ge=0, description="Minutes talked within the last 60 minutes.")
    minutes_per_day: int = Field(default=0, ge=0, description="Minutes talked within the last 24 hours.")
    at_once: int = Field(default=0, ge=0, description="Calls that are up at the same time.")
    counts_from: Reach = Field(
        default="long_distance",
        description="Calls of this reach or further are counted and limited; nearer ones are not.",
    )
    warn_percent: int = Field(
        default=80, ge=1, le=100, description="From this share of a limit on, each call raises the alarm as a warning."
    )


class Numbering(Section):
    """[numbering]: what all numbers have in common."""

    first_digit_s: float = Field(
        default=15.0, ge=1, le=120, description="Seconds that a lifted telephone may wait before the first digit."
    )
    inter_digit_s: float = Field(
        default=6.0, ge=1, le=60, description="Seconds to wait for the next digit while the number is not complete."
    )
    complete_s: float = Field(
        default=3.0,
        ge=0.5,
        le=60,
        description="Seconds to wait for a further digit when the number may be complete but a longer one exists.",
    )
    end_digit: Literal["", "#"] = Field(
        default="#", description="The key that ends a number at once, without waiting; empty: none."
    )
    outside: Digits = Field(
        default="9",
        max_length=3,
        description="What is dialled for an outside line. Routes name it in their patterns; here it is set for "
        "emergency numbers, which work with and without it, and for calling back a number that was shown. Empty: "
        "outside numbers are dialled as they are.",
    )
    international: Digits = Field(default="00", description="What the public network wants before a country code.")
    national: Digits = Field(default="0", description="What the public network wants before an area code.")
    emergency: Numbers = Field(
        default=("110", "119", "120", "122"),
        description="Numbers that are never blocked: no class of service, no PIN, no limit; complete with their last "
        "digit, and a line is freed for them if need be.",
    )
    emergency_groups: Names = Field(
        default=(),
        description="Trunk groups that emergency calls try, in this order. Empty: every group that carries calls out, "
        "in the order of the configuration.",
    )
    mobile_reach: Literal["local", "long_distance"] = Field(
        default="local", description="What a mobile number dialled without 0 before it is for the class of service."
    )
    mobile_zero: Literal["away", "always", "never"] = Field(
        default="away",
        description="Whether 0 is dialled before a mobile number that is called back: when it is known to be from "
        "another area, always, or never.",
    )
    premium: Patterns = Field(
        default=("16[08]!",),
        description="Numbers that cost more than a call (information services). Only classes that allow them "
        "expressly reach them.",
    )
    limits: Limits = Field(
        default_factory=lambda: Limits(calls_per_hour=200, at_once=30),
        description="What all stations and trunks together may call outside, against toll fraud.",
    )


class Rate(Section):
    """What a minute costs while a calendar is open."""

    calendar: str = Field(description="Name of the calendar.")
    when: Literal["open", "closed"] = Field(default="open", description="While it is open, or while it is closed.")
    cost: float = Field(ge=0, description="Cost of a minute, in any unit that is the same everywhere.")


class RouteGroup(Section):
    """One trunk group of a route."""

    group: str = Field(description="Name of the trunk group.")
    strip: int = Field(default=0, ge=0, le=32, description="Digits to take from the front, after what the route did.")
    add: Digits = Field(default="", description="Digits to put in front, for this group only.")
    calendar: str = Field(default="", description="Name of a calendar: the group is used by its hours. Empty: always.")
    when: Literal["open", "closed"] = Field(
        default="open", description="While the calendar is open, or while it is closed."
    )
    cost: float | None = Field(
        default=None,
        ge=0,
        description="Cost of a minute on this group, for least-cost order. Not given: the group's own cost.",
    )
    rates: Annotated[tuple[Rate, ...], Field(strict=False)] = Field(
        default=(), description="Other costs at other hours; the first that holds counts."
    )
    number_type: NumberTypeName | None = Field(
        default=None, description="Type of number to send on this group. Not given: the route's."
    )
    calling: Digits | None = Field(
        default=None, description="Calling number to send on this group. Not given: the route's. Empty: none."
    )


class Route(Section):
    """[[route]]: which digits go out, for whom and when, and by which trunks."""

    name: str = Field(min_length=1, description="Name of the route, for people and for the records.")
    match: Patterns = Field(
        min_length=1,
        description="Dialled digits, with the prefix for an outside line. Of several patterns that fit, the most "
        "exact wins: the longest prefix.",
    )
    stations: Patterns = Field(default=(), description="Only for calls from these station numbers. Empty: from all.")
    classes: Names = Field(default=(), description="Only for callers of these classes of service. Empty: of all.")
    pickup_groups: Names = Field(default=(), description="Only for stations of these pick-up groups. Empty: of all.")
    from_groups: Names = Field(
        default=(), description="Only for calls that came in by these trunk groups. Empty: from all."
    )
    calling: Patterns = Field(default=(), description="Only for callers whose number fits. Empty: for all.")
    calendar: str = Field(default="", description="Name of a calendar: the route holds by its hours. Empty: always.")
    when: Literal["open", "closed"] = Field(
        default="open", description="While the calendar is open, or while it is closed."
    )
    strip: int = Field(
        default=0, ge=0, le=32, description="Digits to take from the front, as a rule the outside prefix."
    )
    add: Digits = Field(default="", description="Digits to put in front then.")
    groups: Annotated[tuple[RouteGroup, ...], Field(strict=False)] = Field(
        min_length=1, description="Trunk groups in the order of try: the next one takes over when one is full."
    )
    least_cost: bool = Field(
        default=False, description="Try the cheapest group of the hour first; groups of one cost keep their order."
    )
    number_type: NumberTypeName = Field(default="unknown", description="Type of number to send, where the trunk can.")
    send_calling: Digits = Field(
        default="", description="Calling number to send. Empty: the trunk group's; if it has none, the caller's own."
    )
    wait_s: float = Field(
        default=0.0,
        ge=0,
        le=60,
        description="Seconds to wait for a further digit of this route. 0: as [numbering] says.",
    )


class ClassOfService(Section):
    """[[class_of_service]]: what a caller may reach. internal, local, long_distance and international are there
    without being written; writing one of them changes it.
    """

    name: str = Field(min_length=1, description="Name of the class.")
    reach: Reach = Field(default="local", description="How far calls may go.")
    pin_reach: Reach | Literal["none"] = Field(
        default="none", description="How far calls may go when the caller enters a PIN for the call."
    )
    allow: Patterns = Field(
        default=(), description="Public numbers, without outside prefix, that are allowed whatever the reach."
    )
    deny: Patterns = Field(
        default=(),
        description="Public numbers, without outside prefix, that are barred whatever the reach, also with a PIN. "
        "What fits allow and deny is barred, unless the pattern of allow is the more exact.",
    )
    trunk_to_trunk: bool = Field(
        default=False,
        description="Callers from a trunk may be connected to a trunk. Only for the class of a trunk group.",
    )
    forward_outside: bool = Field(default=False, description="Stations may forward their calls to outside numbers.")
    forward_days: int = Field(
        default=30, ge=0, le=3660, description="Days after which a forwarding to an outside number ends. 0: never."
    )
    limits: Limits = Field(
        default_factory=lambda: Limits(calls_per_hour=40, at_once=4),
        description="What one station, or one trunk group, of this class may call, against toll fraud.",
    )


class WeekHours(Section):
    """Opening hours of some days of the week."""

    days: Days = Field(description="A day or a range: mon, or mon-fri.")
    open: AllHours = Field(
        description="Hours like 09:00-12:00. Past midnight is allowed: 22:00-06:00 belongs to the day it begins."
    )


class DateHours(Section):
    """A date, or several, with hours of its own; it goes before weekdays and holidays."""

    date: datetime.date = Field(description="The date, as 2026-10-01.")
    until: datetime.date | None = Field(default=None, description="The last date, if there are several in a row.")
    open: AllHours = Field(default=(), description="Hours of that day. Empty: closed.")
    name: str = Field(default="", description="What day it is, for people.")


class Calendar(Section):
    """[[calendar]]: hours when something is open, with holidays."""

    name: str = Field(min_length=1, description="Name of the calendar.")
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="", description="Time zone of the hours, as Asia/Shanghai. Empty: the box's."
    )
    hours: Annotated[tuple[WeekHours, ...], Field(strict=False)] = Field(
        default=(), description="Hours by day of the week; a day named twice has both hours, a day not named is closed."
    )
    holidays: str = Field(
        default="CN",
        pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$",
        description="Country whose public holidays count, as CN, or with its part, as DE-BY. CN includes the weekends "
        "that are worked in exchange. Empty: none.",
    )
    holiday_open: AllHours = Field(default=(), description="Hours on public holidays. Empty: closed.")
    worked_as: Weekday = Field(
        default="mon",
        description="The day of the week whose hours a weekend has that is worked in exchange for a holiday.",
    )
    dates: Annotated[tuple[DateHours, ...], Field(strict=False)] = Field(
        default=(), description="Dates with hours of their own, before everything else."
    )


BUILT_IN_CLASSES = (
    ClassOfService(name="internal", reach="internal"),
    ClassOfService(name="local", reach="local"),
    ClassOfService(name="long_distance", reach="long_distance"),
    ClassOfService(name="international", reach="international"),
)
