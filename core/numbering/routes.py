"""Trunk routes: from a target to the trunk groups that are tried, in which order, and what is sent on each.

    dialled 9 0755 12345678        route: strip 1, add ""        075512345678 is the public number
    group "e1"       strip 0                                     075512345678
    group "carrier"  add "17909"                                 17909075512345678

A group of a route is left out while its calendar says so, and if it carries no calls out. Least cost order takes the
cost that holds at the time; groups of one cost keep the order of the configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.config.model import Box, TrunkGroup
from core.config.model.numbering import Route, RouteGroup
from core.numbering.hours import OpeningHours
from core.numbering.target import Choice, Facts, Target, TargetKind


class Routes:
    def __init__(self, box: Box, hours: Mapping[str, OpeningHours]) -> None:
        self._routes = {route.name: route for route in reversed(box.route)}
        self._out = {group.name: group for group in box.trunk_group if group.direction != "in"}
        self._emergency = box.numbering.emergency_groups or tuple(self._out)
        self._calling = {number: station.calling for number, station in box.stations.items() if station.calling}
        self._hours = hours
        self._outside = box.numbering.outside
        self._prefixes = {"national": box.numbering.national, "international": box.numbering.international}

    def public(self, target: Target) -> str:
        """The number that a route calls, with the prefix that its type of number may stand for."""
        route = self._routes.get(target.name) if target.kind is TargetKind.TRUNK else None
        if route is None:
            return target.number
        return self._whole(changed(target.number, route.strip, route.add), route.number_type, target)

    def sent(self, target: Target) -> list[str]:
        """The same for each trunk group of the route, after what that group does to it."""
        route = self._routes.get(target.name) if target.kind is TargetKind.TRUNK else None
        if route is None:
            return []
        number = changed(target.number, route.strip, route.add)
        return [
            self._whole(changed(number, one.strip, one.add), one.number_type or route.number_type, target)
            for one in route.groups
        ]

    def _whole(self, number: str, number_type: str, target: Target) -> str:
        """A prefix that was dialled and is sent as it is, is not said once more by the type."""
        as_dialled = number == target.number.removeprefix(self._outside)
        return number if as_dialled else self._prefixes.get(number_type, "") + number

    def choices(self, target: Target, facts: Facts) -> list[Choice]:
        if target.kind is TargetKind.EMERGENCY:
            groups = [self._out[name] for name in self._emergency if name in self._out]
            own = self._calling.get(facts.station, "")
            return [Choice(group.name, target.number, "unknown", own or group.calling, group.cost) for group in groups]
        if target.kind is not TargetKind.TRUNK or target.name not in self._routes:
            return []
        route = self._routes[target.name]
        number = changed(target.number, route.strip, route.add)
        found = [
            self._choice(route, one, self._out[one.group], number, facts)
            for one in route.groups
            if one.group in self._out and self._holds(one.calendar, one.when, facts)
        ]
        return sorted(found, key=lambda choice: choice.cost) if route.least_cost else found

    def left_out(self, target: Target, facts: Facts) -> list[tuple[str, str]]:
        """Groups of a target that choices() does not name, each with the reason: "direction" or "calendar"."""
        if target.kind is TargetKind.EMERGENCY:
            return [(name, "direction") for name in self._emergency if name not in self._out]
        if target.kind is not TargetKind.TRUNK or target.name not in self._routes:
            return []
        return [
            (one.group, "direction" if one.group not in self._out else "calendar")
            for one in self._routes[target.name].groups
            if one.group not in self._out or not self._holds(one.calendar, one.when, facts)
        ]

    def _choice(self, route: Route, one: RouteGroup, group: TrunkGroup, number: str, facts: Facts) -> Choice:
        calling = one.calling
        if calling is None:
            calling = route.send_calling or self._calling.get(facts.station, "") or facts.shows or group.calling
        digits = changed(number, one.strip, one.add)
        return Choice(
            group.name, digits, one.number_type or route.number_type, calling, self._cost(one, group.cost, facts)
        )

    def _cost(self, one: RouteGroup, group_cost: float, facts: Facts) -> float:
        for rate in one.rates:
            if self._holds(rate.calendar, rate.when, facts):
                return rate.cost
        return group_cost if one.cost is None else one.cost

    def _holds(self, calendar: str, when: str, facts: Facts) -> bool:
        hours = self._hours.get(calendar)
        return hours is None or hours.open_at(facts.time) is (when == "open")


def changed(number: str, strip: int, add: str) -> str:
    """Digits taken from the front, others put there."""
    return add + number[strip:]


def pick(order: str, lines: Sequence[str], last: str = "", uses: Mapping[str, float] | None = None) -> list[str]:
    """All lines of a group in the order in which a free one is looked for.

    order: "linear" from the first; "circular" from the one after `last`, the line taken last; "least-used" by `uses`,
    how much each has carried, equal ones by their order. An unknown `last` is none.
    """
    match order:
        case "circular":
            start = lines.index(last) + 1 if last in lines else 0
            return [*lines[start:], *lines[:start]]
        case "least-used":
            carried = uses or {}
            return sorted(lines, key=lambda line: carried.get(line, 0))
    return list(lines)
