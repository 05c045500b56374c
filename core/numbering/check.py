"""What is wrong with a numbering plan as a whole, found before it is committed.

    ties            two entries, of one rank and for the same callers, fit one number
    hidden          an entry that no number reaches, because others are more exact or come first
    nowhere         a speed dial, hot line or forward whose number is none; emergency calls without a trunk group
    nobody          a route that no class of service in use may take
    settings        digits stripped that are not there, a type of number that says the prefix once more, dates in the
                    wrong order, holidays of no country that is known

Ties and what is hidden are found by walking through every state of the tree, once each. References to names that do
not exist, numbers given twice and codes that cannot be told apart are the matter of core/config/checks.py. Each problem
has its paths into the model, from which file and line are found.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from core.config.model import Box
from core.config.model.numbering import BUILT_IN_CLASSES, Route
from core.config.model.pattern import LONGEST, SYMBOLS, Pattern, parse
from core.numbering import holidays
from core.numbering.permit import Allowed, Attempt, NeedsPin, Origin
from core.numbering.plan import NumberingPlan
from core.numbering.routes import changed
from core.numbering.target import Target, TargetKind
from core.numbering.tree import Condition, Entry, Node, Path, State
from core.texts import _


@dataclass(frozen=True, slots=True)
class Problem:
    """path: of the value. others: what belongs to it, each with what is to be said there. warning: it works, but."""

    path: Path
    problem: str
    hint: str = ""
    others: tuple[tuple[Path, str], ...] = ()
    warning: bool = False


def problems(box: Box) -> list[Problem]:
    """All of them, in the language in force. The box must have passed the checks of single values."""
    plan = NumberingPlan(box)
    rules = (Walk(plan).problems(), nowhere(box, plan), nobody(box, plan), calendars(box), strips(box), prefixes(box))
    return [problem for rule in rules for problem in rule]


# ---- the tree ----


class Walk:
    """One visit to every state: which entries win somewhere, what hides the others, which tie and at which digits."""

    def __init__(self, plan: NumberingPlan) -> None:
        self._entries = plan.entries
        self._tree = plan.tree
        self._won: set[int] = set()
        self._hidden_by: dict[int, Entry] = {}
        self._ties: dict[tuple[int, int], tuple[Entry, Entry, str]] = {}
        waiting: deque[tuple[State, str]] = deque([(self._tree.start, "")])
        seen = {self._tree.start}
        while waiting:
            state, digits = waiting.popleft()
            self._visit(state, digits)
            if state.prompt:
                self._cut(state, state.prompt)
            elif len(digits) < LONGEST:
                for symbol in symbols(state):
                    after = self._tree.next(state, symbol)
                    if after is not None and after not in seen:
                        seen.add(after)
                        waiting.append((after, digits + symbol))

    def _visit(self, state: State, digits: str) -> None:
        before: dict[Condition | None, Entry] = {}
        for entry, _rank in state.matches:
            better = before.get(None) or before.get(entry.condition)
            if better is None:
                self._won.add(id(entry))
            else:
                self._hidden_by.setdefault(id(entry), better)
            before.setdefault(entry.condition, entry)
        for places in state.ranks:
            ends = [entry for place in places for _number, entry in place.ends]
            if len(ends) > 1:
                for one, other in combinations(ends, 2):
                    if ambiguous(one, other):
                        self._ties.setdefault((id(one), id(other)), (one, other, digits))

    def _cut(self, state: State, prompt: Entry) -> None:
        """Nothing longer is dialled."""
        below: list[Node] = [place for places in state.ranks for place in places]
        while below:
            place = below.pop()
            below += place.below()
            for _number, entry in place.ends:
                if entry is not prompt:
                    self._hidden_by.setdefault(id(entry), prompt)

    def problems(self) -> Iterator[Problem]:
        tied = set()
        for one, other, digits in self._ties.values():
            first, second = sorted((one, other), key=self._entries.index)
            tied.add(id(second))
            yield Problem(
                second.path,
                _("{number} fits this and another entry equally well.").format(number=digits),
                _("Make one of the two more exact, or give one of them callers or hours of its own."),
                ((first.path, _("The other")),),
            )
        for entry in self._entries:
            by = self._hidden_by.get(id(entry))
            if by is not None and id(entry) not in self._won and id(entry) not in tied and compared_here(entry, by):
                yield Problem(
                    entry.path,
                    _("No number gets here: whatever fits {text} goes elsewhere.").format(text=entry.pattern.text),
                    "",
                    ((by.path, _("It goes here.")),),
                )


def symbols(state: State) -> str:
    """Those that lead on."""
    found: set[str] = set()
    for places in state.ranks:
        for place in places:
            found.update(place.single)
            for several in place.several:
                found.update(several)
            if place.open or place.loops:
                found.update("0123456789")
    return "".join(symbol for symbol in SYMBOLS if symbol in found)


def compared_here(one: Entry, other: Entry) -> bool:
    """Numbers of the house and codes among themselves are compared in core/config/checks.py."""
    return bool({one.target.kind, other.target.kind} & {TargetKind.TRUNK, TargetKind.EMERGENCY})


def ambiguous(one: Entry, other: Entry) -> bool:
    """A tie that nobody meant. An emergency number wins by right."""
    return (
        compared_here(one, other)
        and TargetKind.EMERGENCY not in (one.target.kind, other.target.kind)
        and one.condition is other.condition
        and one.target != other.target
    )


# ---- numbers that lead nowhere ----


_DIALLED = ("hot_line", "forward_always", "forward_busy", "forward_no_answer", "forward_unreachable", "outside")
"""Settings of telephones with a number as it would be dialled."""


def nowhere(box: Box, plan: NumberingPlan) -> Iterator[Problem]:
    def leads(number: str) -> bool:
        return any(not entry.short for entry in plan.fitting(number))

    for index, dial in enumerate(box.speed_dial):
        if box.features.speed_dial and not leads(dial.number):
            yield nothing(("speed_dial", index, "number"), dial.number)
    for section, index, telephone in box.telephones():
        for name in (
            "hot_line",
            "forward_always",
            "forward_busy",
            "forward_no_answer",
            "forward_unreachable",
            "outside",
        ):
            number = getattr(telephone, name, "")
            if number and not leads(number):
                yield nothing((section, index, name), number)
    for index, outside in enumerate(box.outside_telephone):
        reached = [entry.target for entry in plan.fitting(outside.outside) if not entry.short]
        asks = [Attempt(replace(target, number=outside.outside), outside.class_of_service) for target in reached]
        if reached and not any(isinstance(plan.permit(ask), Allowed) for ask in asks):
            yield Problem(
                ("outside_telephone", index, "outside"),
                _("The telephone may not be called there: its class of service does not allow it."),
                _("Give it a class of service that may call this number."),
                ((("outside_telephone", index, "class_of_service"), _("Its class of service")),),
            )
    if box.numbering.emergency and not box.trunk_group:
        yield Problem(
            ("numbering", "emergency"), _("Emergency calls have no way out: there is no trunk group."), warning=True
        )


def nothing(path: Path, number: str) -> Problem:
    return Problem(
        path,
        _("{number} leads nowhere.").format(number=number),
        _("Write it as it would be dialled, with the prefix for an outside line."),
    )


# ---- routes for nobody ----


def nobody(box: Box, plan: NumberingPlan) -> Iterator[Problem]:
    used = {station.class_of_service for station in box.stations.values()}
    through = {group.class_of_service for group in box.trunk_group if group.class_of_service}
    classes = {one.name for one in (*BUILT_IN_CLASSES, *box.class_of_service)}
    for index, route in enumerate(box.route):
        asks = [
            Attempt(Target(TargetKind.TRUNK, route.name, number=number), name, origin)
            for number in samples(route)
            for names, origin in ((used, Origin.STATION), (through, Origin.TRUNK))
            for name in names & (set(route.classes) or classes)
        ]
        if used and not any(isinstance(plan.permit(ask), Allowed | NeedsPin) for ask in asks):
            yield Problem(
                ("route", index, "name"),
                _('No class of service that is in use may call by the route "{name}".').format(name=route.name),
                warning=True,
            )


def samples(route: Route) -> list[str]:
    """Numbers of a route: for each pattern the shortest, and longer ones where it is open."""
    found = []
    for pattern in map(parse, route.match):
        last = pattern.elements[-1]
        start = shortest(pattern)
        room = min(last.most - last.least, 12)
        found += [start + last.symbols[-1] * more for more in sorted({0, min(5, room), min(7, room), room})]
    return found


def shortest(pattern: Pattern) -> str:
    """A number that fits it, with no digit more than needed."""
    return "".join(element.symbols[-1] * element.least for element in pattern.elements)


# ---- single settings that only look right ----


def strips(box: Box) -> Iterator[Problem]:
    for index, route in enumerate(box.route):
        patterns = list(map(parse, route.match))
        least = min(pattern.shortest for pattern in patterns)
        for path, strip, before in [
            (("route", index, "strip"), route.strip, least),
            *(
                (
                    ("route", index, "groups", which, "strip"),
                    group.strip,
                    len(changed("0" * least, route.strip, route.add)),
                )
                for which, group in enumerate(route.groups)
            ),
        ]:
            if strip > before:
                yield Problem(
                    path,
                    _("{strip} digits cannot be stripped: the shortest number has {length}.").format(
                        strip=strip, length=before
                    ),
                )


def prefixes(box: Box) -> Iterator[Problem]:
    """A national or international number is sent without the prefix that its type stands for (Q.931 4.5.10)."""
    said = {"national": box.numbering.national, "international": box.numbering.international}
    for index, route in enumerate(box.route):
        for which, group in enumerate(route.groups):
            kind = group.number_type or route.number_type
            prefix = said.get(kind, "")
            sent = [
                changed(changed(number, route.strip, route.add), group.strip, group.add) for number in samples(route)
            ]
            if prefix and all(number.startswith(prefix) for number in sent):
                own = group.number_type is not None
                yield Problem(
                    ("route", index, "groups", which, "number_type") if own else ("route", index, "number_type"),
                    _(
                        "Numbers go out as {type} and with {prefix}: the network may take that for a wrong number."
                    ).format(type=kind, prefix=prefix),
                    _('Strip the prefix, too, or set number_type = "unknown".'),
                    warning=True,
                )


def calendars(box: Box) -> Iterator[Problem]:
    for index, calendar in enumerate(box.calendar):
        if not holidays.known(calendar.holidays):
            yield Problem(
                ("calendar", index, "holidays"),
                _('The holidays of "{name}" are not known.').format(name=calendar.holidays),
                _("Give the country's two letters, as CN or DE, and its part where it has any, as DE-BY; or nothing."),
            )
        for which, one in enumerate(calendar.dates):
            if one.until and one.until < one.date:
                yield Problem(
                    ("calendar", index, "dates", which, "until"),
                    _("These dates end before they begin."),
                    "",
                    ((("calendar", index, "dates", which, "date"), _("The first")),),
                )
