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

from pydantic import AfterValidator

from core.config.model import pattern
from core.config.model.kinds import Effect, Many, Name, Table, Text, mistake, setting


def _pattern(text: str) -> str:
    try:
        pattern.parse(text)
    except pattern.PatternError as error:
        raise mistake(error.text, **error.facts) from None
    return text


def _digits(text: str) -> str:
    if wrong := re.search(r"[^0-9*#ABCD]", text):
        raise mistake('"{sign}" is no digit: a number here is made of 0 to 9, * and #.', sign=wrong[0])
    return text


def _zone(name: str) -> str:
    if name and name not in zoneinfo.available_timezones():
        raise mistake('There is no time zone "{name}"; one is Asia/Shanghai.', name=name)
    return name


_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


def _hours(text: str) -> str:
    found = _HOURS.fullmatch(text)
    if not found or max(found[1] + found[2], found[3] + found[4]) > "2400":
        raise mistake("Hours are written 09:00-18:00, at most until 24:00.")
    if (found[1], found[2]) == (found[3], found[4]) or found[1] == "24":
        raise mistake("These hours are empty; a whole day is 00:00-24:00.")
    return text


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _days(text: str) -> str:
    day = "|".join(WEEKDAYS)
    if not re.fullmatch(rf"(?:{day})(?:-(?:{day}))?", text):
        raise mistake("Days are written mon, or mon-fri (mon tue wed thu fri sat sun).")
    return text


PatternText = Annotated[str, AfterValidator(_pattern)]
Digits = Annotated[str, AfterValidator(_digits)]
Hours = Annotated[str, AfterValidator(_hours)]
Days = Annotated[str, AfterValidator(_days)]
Patterns = Many[PatternText]
Names = Many[str]
Numbers = Many[Digits]
AllHours = Many[Hours]

Reach = Literal["internal", "local", "long_distance", "international"]
NumberTypeName = Literal["unknown", "international", "national", "network", "subscriber", "abbreviated"]


class TollLimits(Table):
    """How much may be called outside before it looks like toll fraud. 0: no limit."""

    calls_per_hour: int = setting("Calls begun within the last 60 minutes.", 0, ge=0)
    calls_per_day: int = setting("Calls begun within the last 24 hours.", 0, ge=0)
    minutes_per_hour: int = setting("Minutes talked within the last 60 minutes.", 0, ge=0)
    minutes_per_day: int = setting("Minutes talked within the last 24 hours.", 0, ge=0)
    at_once: int = setting("Calls that are up at the same time.", 0, ge=0)
    warn_percent: int = setting(
        "From this share of a limit on, each call raises the alarm as a warning.", 80, ge=1, le=100
    )


class Numbering(Table):
    """[numbering]: what all numbers have in common."""

    first_digit_s: float = setting(
        "Seconds that a lifted telephone may wait before the first digit.", 15.0, ge=1, le=120
    )
    inter_digit_s: float = setting(
        "Seconds to wait for the next digit while the number is not complete.", 6.0, ge=1, le=60
    )
    complete_s: float = setting(
        "Seconds to wait for a further digit when the number may be complete but a longer one exists.",
        3.0,
        ge=0.5,
        le=60,
    )
    end_digit: Literal["", "#"] = setting("The key that ends a number at once, without waiting; empty: none.", "#")
    outside: Digits = setting(
        "What is dialled for an outside line. Routes name it in their patterns; here it is set for "
        "emergency numbers, which work with and without it, and for calling back a number that was shown. Empty: "
        "outside numbers are dialled as they are.",
        "9",
        max_length=3,
    )
    international: Digits = setting("What the public network wants before a country code.", "00")
    national: Digits = setting("What the public network wants before an area code.", "0")
    emergency: Numbers = setting(
        "Numbers that are never blocked: no class of service, no PIN, no limit; complete with their last "
        "digit, and a line is freed for them if need be.",
        ("110", "119", "120", "122"),
    )
    emergency_groups: Names = setting(
        "Trunk groups that emergency calls try, in this order. Empty: every group that carries calls out, "
        "in the order of the configuration.",
        (),
    )
    mobile_reach: Literal["local", "long_distance"] = setting(
        "What a mobile number dialled without 0 before it is for the class of service.", "local"
    )
    mobile_zero: Literal["away", "always", "never"] = setting(
        "Whether 0 is dialled before a mobile number that is called back: when it is known to be from "
        "another area, always, or never.",
        "away",
    )
    premium: Patterns = setting(
        "Numbers that cost more than a call (information services). Only classes that allow them expressly reach them.",
        ("16[08]!",),
    )
    toll_from: Reach = setting(
        "Calls of this reach or further are counted and limited against toll fraud; nearer ones are not.",
        "long_distance",
    )
    limits: TollLimits = setting(
        "What all stations and trunks together may call outside, against toll fraud.",
        TollLimits(calls_per_hour=200, at_once=30),
    )


class Rate(Table):
    """What a minute costs while a calendar is open."""

    calendar: str = setting("Name of the calendar.")
    when: Literal["open", "closed"] = setting("While it is open, or while it is closed.", "open")
    cost: float = setting("Cost of a minute, in any unit that is the same everywhere.", ge=0)


class RouteGroup(Table):
    """One trunk group of a route."""

    group: str = setting("Name of the trunk group.")
    strip: int = setting("Digits to take from the front, after what the route did.", 0, ge=0, le=32)
    add: Digits = setting("Digits to put in front, for this group only.", "")
    calendar: str = setting("Name of a calendar: the group is used by its hours. Empty: always.", "")
    when: Literal["open", "closed"] = setting("While the calendar is open, or while it is closed.", "open")
    cost: float | None = setting(
        "Cost of a minute on this group, for least-cost order. Not given: the group's own cost.", None, ge=0
    )
    rates: Many[Rate] = setting("Other costs at other hours; the first that holds counts.", ())
    number_type: NumberTypeName | None = setting("Type of number to send on this group. Not given: the route's.", None)
    calling: Digits | None = setting("Calling number to send on this group. Not given: the route's. Empty: none.", None)


class Route(Table):
    """[[route]]: which digits go out, for whom and when, and by which trunks."""

    added = removed = Effect.NEW_CALLS

    name: Name = setting("Name of the route, for people and for the records.")
    match: Patterns = setting(
        "Dialled digits, with the prefix for an outside line. Of several patterns that fit, the most "
        "exact wins: the longest prefix.",
        min_length=1,
    )
    stations: Patterns = setting("Only for calls from these station numbers. Empty: from all.", ())
    classes: Names = setting("Only for callers of these classes of service. Empty: of all.", ())
    pickup_groups: Names = setting("Only for stations of these pick-up groups. Empty: of all.", ())
    from_groups: Names = setting("Only for calls that came in by these trunk groups. Empty: from all.", ())
    calling: Patterns = setting(
        "Only for callers whose number fits, as it comes or with 0 and area code. Empty: for all.", ()
    )
    calendar: str = setting("Name of a calendar: the route holds by its hours. Empty: always.", "")
    when: Literal["open", "closed"] = setting("While the calendar is open, or while it is closed.", "open")
    strip: int = setting("Digits to take from the front, as a rule the outside prefix.", 0, ge=0, le=32)
    add: Digits = setting("Digits to put in front then.", "")
    groups: Many[RouteGroup] = setting(
        "Trunk groups in the order of try: the next one takes over when one is full.", min_length=1
    )
    least_cost: bool = setting("Try the cheapest group of the hour first; groups of one cost keep their order.", False)
    number_type: NumberTypeName = setting("Type of number to send, where the trunk can.", "unknown")
    send_calling: Digits = setting(
        "Calling number to send. Empty: the station's own direct number, or else the trunk group's.", ""
    )
    wait_s: float = setting(
        "Seconds to wait for a further digit of this route. 0: as [numbering] says.", 0.0, ge=0, le=60
    )


class ClassOfService(Table):
    """[[class_of_service]]: what a caller may reach. internal, local, long_distance and international are there
    without being written; writing one of them changes it.
    """

    added = removed = Effect.NEW_CALLS

    name: Name = setting("Name of the class.")
    reach: Reach = setting("How far calls may go.", "local")
    pin_reach: Reach | Literal["none"] = setting(
        "How far calls may go when the caller enters a PIN for the call.", "none"
    )
    allow: Patterns = setting("Public numbers, without outside prefix, that are allowed whatever the reach.", ())
    deny: Patterns = setting(
        "Public numbers, without outside prefix, that are barred whatever the reach, also with a PIN. "
        "What fits allow and deny is barred, unless the pattern of allow is the more exact.",
        (),
    )
    trunk_to_trunk: bool = setting(
        "Callers from a trunk may be connected to a trunk. Only for the class of a trunk group.", False
    )
    forward_outside: bool = setting("Stations may forward their calls to outside numbers.", False)
    forward_days: int = setting("Days after which a forwarding to an outside number ends. 0: never.", 30, ge=0, le=3660)
    limits: TollLimits = setting(
        "What one station, or one trunk group, of this class may call, against toll fraud.",
        TollLimits(calls_per_hour=40, at_once=4),
    )


class WeekHours(Table):
    """Opening hours of some days of the week."""

    days: Days = setting("A day or a range: mon, or mon-fri.")
    open: AllHours = setting(
        "Hours like 09:00-12:00. Past midnight is allowed: 22:00-06:00 belongs to the day it begins."
    )


class DateHours(Table):
    """A date, or several, with hours of its own; it goes before weekdays and holidays."""

    date: datetime.date = setting("The date, as 2026-10-01.")
    until: datetime.date | None = setting("The last date, if there are several in a row.", None)
    open: AllHours = setting("Hours of that day. Empty: closed.", ())
    name: Text = setting("What day it is, for people.", "")


class Calendar(Table):
    """[[calendar]]: hours when something is open, with holidays."""

    added = removed = Effect.NEW_CALLS

    name: Name = setting("Name of the calendar.")
    time_zone: Annotated[str, AfterValidator(_zone)] = setting(
        "Time zone of the hours, as Asia/Shanghai. Empty: the box's.", ""
    )
    hours: Many[WeekHours] = setting(
        "Hours by day of the week; a day named twice has both hours, a day not named is closed.", ()
    )
    holidays: str = setting(
        "Country whose public holidays count, as CN, or with its part, as DE-BY. CN includes the weekends "
        "that are worked in exchange. Empty: none.",
        "CN",
        pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$",
    )
    holiday_open: AllHours = setting("Hours on public holidays. Empty: closed.", ())
    worked_as: Weekday = setting(
        "The day of the week whose hours a weekend has that is worked in exchange for a holiday.", "mon"
    )
    dates: Many[DateHours] = setting("Dates with hours of their own, before everything else.", ())


BUILT_IN_CLASSES = (
    ClassOfService(name="internal", reach="internal"),
    ClassOfService(name="local", reach="local"),
    ClassOfService(name="long_distance", reach="long_distance"),
    ClassOfService(name="international", reach="international"),
)
