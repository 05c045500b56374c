"""The dial plan of a box: every number, service code and route of its configuration as an entry of the tree.

Which comes first where two of one rank fit the same digits: emergency numbers, then the numbers of the house, service
codes, routes, each in the order of the configuration. The check reports such ties.

Numbers of people may be called by everybody. Service codes, speed dials and parking places are for stations: a caller
from outside has no use for them, and no business with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.config.model import Box
from core.config.model.features import CONFERENCE, FLASH, Features, context, syntax
from core.config.model.numbering import Route
from core.config.model.pattern import Pattern, parse
from core.numbering.hours import OpeningHours
from core.numbering.numbers import Home, normalised
from core.numbering.target import Facts, Target, TargetKind
from core.numbering.tree import Condition, Entry, Path


@dataclass(frozen=True, slots=True, eq=False)
class Stations:
    """For telephones of the house."""

    def holds(self, facts: Facts) -> bool:
        return bool(facts.station)

    def missing(self, facts: Facts) -> str:
        return "" if facts.station else "station"

    def changes(self, facts: Facts) -> datetime | None:
        return None


STATIONS = Stations()


@dataclass(frozen=True, slots=True, eq=False)
class RouteCondition:
    """For whom and when a route holds: all that is given must fit. open: while the hours are open, or closed. A calling
    number may fit as it came or as it is normalised.
    """

    stations: tuple[Pattern, ...]
    classes: frozenset[str]
    pickup_groups: frozenset[str]
    from_groups: frozenset[str]
    calling: tuple[Pattern, ...]
    hours: OpeningHours | None
    open: bool
    home: Home

    def holds(self, facts: Facts) -> bool:
        return not self.missing(facts)

    def missing(self, facts: Facts) -> str:
        """What does not fit, as the setting is called; "": all fits."""
        if self.stations and not any(pattern.matches(facts.station) for pattern in self.stations):
            return "stations"
        if self.classes and facts.class_of_service not in self.classes:
            return "classes"
        if self.pickup_groups and facts.pickup_group not in self.pickup_groups:
            return "pickup_groups"
        if self.from_groups and facts.group not in self.from_groups:
            return "from_groups"
        if self.calling:
            written = {facts.calling, normalised(facts.calling, self.home)}
            if not any(pattern.matches(number) for pattern in self.calling for number in written):
                return "calling"
        return "calendar" if self.hours is not None and self.hours.open_at(facts.time) is not self.open else ""

    def changes(self, facts: Facts) -> datetime | None:
        return self.hours.next_change(facts.time) if self.hours else None


def condition(route: Route, hours: Mapping[str, OpeningHours], home: Home) -> Condition | None:
    """None: it holds for all. A calendar that does not exist is one that is always open; the check reports it."""
    calendar = hours.get(route.calendar)
    if not (route.stations or route.classes or route.pickup_groups or route.from_groups or route.calling or calendar):
        return None
    return RouteCondition(
        tuple(map(parse, route.stations)),
        frozenset(route.classes),
        frozenset(route.pickup_groups),
        frozenset(route.from_groups),
        tuple(map(parse, route.calling)),
        calendar,
        route.when == "open",
        home,
    )


def entries(box: Box, hours: Mapping[str, OpeningHours], home: Home) -> Iterator[Entry]:
    yield from emergency(box)
    for section, index, telephone in box.telephones():
        yield number(TargetKind.STATION, telephone.number, (section, index, "number"))
    for index, group in enumerate(box.hunt_group):
        yield number(TargetKind.HUNT_GROUP, group.number, ("hunt_group", index, "number"))
    for index, room in enumerate(box.conference):
        yield number(TargetKind.CONFERENCE, room.number, ("conference", index, "number"))
    for index, mailbox in enumerate(box.mailbox):
        yield number(TargetKind.MAILBOX, mailbox.number, ("mailbox", index, "number"))
    if box.voicemail.number:
        yield Entry(parse(box.voicemail.number), Target(TargetKind.MAILBOX, ""), ("voicemail", "number"))
    for index, queue in enumerate(box.queue):
        if queue.number:
            yield Entry(parse(queue.number), Target(TargetKind.QUEUE, queue.name), ("queue", index, "number"))
    for index, flow in enumerate(box.flow):
        yield number(TargetKind.FLOW, flow.number, ("flow", index, "number"))
    for orbit in box.park.numbers():
        yield number(TargetKind.PARK_ORBIT, orbit, ("park", "orbits"), STATIONS)
    yield from speed_dials(box)
    yield from services(box)
    for index, route in enumerate(box.route):
        holds = condition(route, hours, home)
        for which, text in enumerate(route.match):
            target = Target(TargetKind.TRUNK, route.name)
            yield Entry(parse(text), target, ("route", index, "match", which), holds, route.wait_s)


def number(kind: TargetKind, digits: str, path: Path, holds: Condition | None = None) -> Entry:
    return Entry(parse(digits), Target(kind, digits), path, holds)


def emergency(box: Box) -> Iterator[Entry]:
    """With and without the outside prefix, and behind every other prefix with which a route would send it."""
    prefixes = dict.fromkeys(("", box.numbering.outside))
    for route in box.route:
        if not route.add and route.number_type not in ("national", "international"):
            for pattern in map(parse, route.match):
                prefix = stripped(pattern, route.strip)
                if prefix is not None and any(pattern.matches(prefix + one) for one in box.numbering.emergency):
                    prefixes.setdefault(prefix)
    for index, digits in enumerate(box.numbering.emergency):
        for prefix in prefixes:
            target = Target(TargetKind.EMERGENCY, digits)
            path = ("numbering", "emergency", index)
            yield Entry(parse(prefix + digits), target, path, prompt=True, strip=len(prefix))


def stripped(pattern: Pattern, strip: int) -> str | None:
    """The digits that a route takes from the front, where they are always the same; None: they are not."""
    found = ""
    for element in pattern.elements:
        if len(found) >= strip or len(element.symbols) > 1 or element.least != element.most:
            break
        found += element.symbols * element.least
    return found[:strip] if len(found) >= strip else None


def speed_dials(box: Box) -> Iterator[Entry]:
    """Common ones, by the code of the service `speed_dial` and their own."""
    if box.features.speed_dial:
        for index, one in enumerate(box.speed_dial):
            target = Target(TargetKind.SPEED_DIAL, one.code, number=one.number, bypass=one.bypass)
            path = ("speed_dial", index, "code")
            yield Entry(parse(box.features.speed_dial + one.code), target, path, STATIONS, short=True)


def services(box: Box) -> Iterator[Entry]:
    """Service codes that are dialled like numbers, at dial tone. Single digits after a flash, and what members of a
    conference dial, never reach digit analysis.
    """
    for name in Features.model_fields:
        code = str(getattr(box.features, name))
        digit_after_flash = context(name) == FLASH and code[:1] not in ("*", "#")
        if not code or context(name) == CONFERENCE or digit_after_flash:
            continue
        for tail in arguments(syntax(name), box):
            target = Target(TargetKind.FEATURE, name)
            secret = code if "PIN" in syntax(name) else ""
            yield Entry(
                parse(code + tail), target, ("features", name), STATIONS, short=name == "speed_dial", secret=secret
            )


def arguments(text: str, box: Box) -> list[str]:
    """A service's syntax as patterns."""
    match text:
        case "STATION":
            return [f"({shape})" for shape in shapes([*box.stations, *(group.number for group in box.hunt_group)])]
        case "ORBIT":
            return [f"({shape})" for shape in shapes(box.park.numbers())]
        case "PIN#NUMBER":
            return ["(X{4,12})#"]  # the number after it is one of its own, analysed from its first digit
        case "CODE":
            return ["(X{1,2})"]  # an own speed dial; the common ones stand in the tree themselves
    parts = {"NUMBER": "(.)", "TIME": "(XXXX)", "CODE": "(X{1,2})"}
    return [re.sub("[A-Z]+", lambda word: parts[word[0]], text)]


def shapes(numbers: Iterable[str]) -> list[str]:
    """What the numbers look like: first digit and length. So the last digit completes one, with few patterns for many
    numbers; one that does not exist is the service's to refuse.
    """
    found = dict.fromkeys((digits[0], len(digits)) for digits in numbers)
    return [first + (f"X{{{length - 1}}}" if length > 1 else "") for first, length in found]
