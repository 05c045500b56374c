"""What the tables of a configuration must be to each other. All such rules stand here, each once.

References lead to something that exists; numbers and ports are taken once; emergency calls find a line; codes can be
told apart; calls are not sent round in circles. A finding names both places.
What it does not: look at one value alone (the model does), or say where things stand in the files (reading.py). Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from itertools import pairwise

from core.config.model import Box, ClassOfService, R2Span, Station
from core.config.model.features import DIAL_TONE, context, syntax
from core.config.model.numbering import BUILT_IN_CLASSES
from core.config.model.queues import Target
from core.config.wording import close
from core.numbering.check import problems as plan_problems
from core.texts import N_, _

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """path: of the value. others: what belongs to it, each with what is to be said there. warning: it works, but."""

    path: Path
    problem: str
    hint: str = ""
    others: tuple[tuple[Path, str], ...] = ()
    warning: bool = False
    name: str = ""  # that is not there


def check(box: Box) -> list[Finding]:
    """All findings, rule by rule."""
    findings = [finding for rule in (*_ALWAYS, *_WHOLE) for finding in rule(box)]
    said = {finding.path for finding in findings}
    return findings + [finding for finding in _plan(box) if finding.path not in said]


def check_part(box: Box, named: Set[str]) -> list[Finding]:
    """The findings that are true although some rows were left out. named: what is in the whole."""
    findings = [finding for rule in _ALWAYS for finding in rule(box)]
    return [finding for finding in findings if finding.name.partition("/")[0] not in named]


# ---- references ----

REFERENCES = {
    "station.card": "card",
    "span.card": "card",
    "trunk.card": "card",
    "station.class_of_service": "class of service",
    "trunk_group.class_of_service": "class of service",
    "route.classes.*": "class of service",
    "trunk_group.lines.*": "line",
    "trunk_group.calendar": "calendar",
    "hunt_group.calendar": "calendar",
    "route.calendar": "calendar",
    "route.groups.*.calendar": "calendar",
    "route.groups.*.rates.*.calendar": "calendar",
    "route.groups.*.group": "trunk group",
    "route.from_groups.*": "trunk group",
    "numbering.emergency_groups.*": "trunk group",
    "hunt_group.members.*": "station",
    "user.station": "station",
    "trunk_group.incoming": "number",
    "trunk_group.night": "number",
    "hunt_group.overflow": "number",
    "hunt_group.night": "number",
    "agent.group": "agent group",
    "agent.queues.*.queue": "queue",
    "agent.skills.*": "skill",
    "agent.queues.*.skills.*": "skill",
    "queue.require.*": "skill",
    "queue.prefer.*": "skill",
    "queue.recipe.*.require.*": "skill",
    "queue.recipe.*.prefer.*": "skill",
    "queue.recipe.*.drop.*": "skill",
    "queue.recipe.*.open": "calendar",
    "queue.recipe.*.closed": "calendar",
}
"""Paths to values (through every row), and what each value that is not "" must be the name or number of."""

_NO_SUCH = {
    "card": N_('There is no card "{name}".'),
    "class of service": N_('There is no class of service "{name}".'),
    "line": N_('There is no span, timeslot or trunk "{name}".'),
    "calendar": N_('There is no calendar "{name}".'),
    "trunk group": N_('There is no trunk group "{name}".'),
    "station": N_('There is no station "{name}".'),
    "number": N_('Nobody has the number "{name}".'),
    "agent group": N_('There is no agent group "{name}".'),
    "queue": N_('There is no queue "{name}".'),
    "skill": N_('There is no skill "{name}".'),
}


def values(box: Box, pattern: str) -> Iterator[tuple[Path, str]]:
    """Every value at a path of REFERENCES."""
    found: list[tuple[Path, object]] = [((), box)]
    parts = pattern.split(".")
    for part in parts:
        found = [
            ((*path, *step), value)
            for path, holder in found
            for step, value in (_each(holder) if part == "*" else _named(holder, part))
        ]
    for path, value in found:
        assert isinstance(value, str), pattern
        yield path, value


def _named(holder: object, name: str) -> Iterator[tuple[Path, object]]:
    """The setting of a table, or of each row of a list of tables."""
    if isinstance(holder, tuple):
        for number, row in enumerate(holder):
            yield (number, name), getattr(row, name)
    else:
        yield (name,), getattr(holder, name)


def _each(holder: object) -> Iterator[tuple[Path, object]]:
    """Each value of a list, or each key of a table whose keys are names."""
    if isinstance(holder, dict):
        yield from (((key,), key) for key in holder)
        return
    assert isinstance(holder, tuple)
    for number, value in enumerate(holder):
        yield (number,), value


def _known(box: Box) -> dict[str, list[str]]:
    """The names of each kind."""
    lines = [trunk.name for trunk in box.trunk]
    for span in box.span:
        lines += [span.name, *(f"{span.name}/{slot}" for slot in span.channels if slot != 16)]
    classes = [each.name for each in (*BUILT_IN_CLASSES, *box.class_of_service)]
    return {
        "card": [card.name for card in box.card],
        "class of service": list(dict.fromkeys(classes)),
        "line": lines,
        "calendar": [calendar.name for calendar in box.calendar],
        "trunk group": [group.name for group in box.trunk_group],
        "station": [station.number for station in box.station],
        "number": [number for number, _path in numbers(box)],
        "agent group": [group.name for group in box.agent_group],
        "queue": [queue.name for queue in box.queue],
        "skill": [skill.name for skill in box.skill],
    }


def _references(box: Box) -> Iterator[Finding]:
    known = _known(box)
    sets = {kind: set(names) for kind, names in known.items()}
    for pattern, kind in REFERENCES.items():
        for path, name in values(box, pattern):
            if name and name not in sets[kind]:
                yield Finding(path, _(_NO_SUCH[kind]).format(name=name), close(name, known[kind]), name=name)


# ---- what is taken once ----


def numbers(box: Box) -> Iterator[tuple[str, Path]]:
    """Every number of the plan, and where it is given."""
    for section in ("station", "hunt_group", "conference", "queue"):
        for row, holder in enumerate(getattr(box, section)):
            if holder.number:
                yield holder.number, (section, row, "number")
    for orbit in box.park.numbers():
        yield orbit, ("park", "orbits")


def _twice(taken: Iterable[tuple[str, Path]], text: Callable[[str], str]) -> Iterator[Finding]:
    """One finding a place, however many names stand there."""
    first: dict[str, Path] = {}
    said: set[Path] = set()
    for name, path in taken:
        if name in first and path not in said:
            said.add(path)
            yield Finding(path, text(name), "", ((first[name], _("It stands here first.")),))
        first.setdefault(name, path)


def _unique(box: Box) -> Iterator[Finding]:
    yield from _twice(numbers(box), lambda name: _("The number {name} is given twice.").format(name=name))
    named = ("card", "trunk_group", "route", "class_of_service", "calendar", "user")
    for section in (*named, "queue", "agent_group", "skill", "customer_class", "database"):
        rows = [(row.name, (section, number, "name")) for number, row in enumerate(getattr(box, section))]
        yield from _twice(rows, lambda name: _('The name "{name}" is given twice.').format(name=name))
    lines: list[tuple[str, Path]] = [(row.name, ("span", number, "name")) for number, row in enumerate(box.span)]
    lines += [(row.name, ("trunk", number, "name")) for number, row in enumerate(box.trunk)]
    yield from _twice(lines, lambda name: _('The name "{name}" is given twice.').format(name=name))
    agents: list[tuple[str, Path]] = [(row.number, ("agent", n, "number")) for n, row in enumerate(box.agent)]
    yield from _twice(agents, lambda name: _("The agent's number {name} is given twice.").format(name=name))
    dials: list[tuple[str, Path]] = [(row.code, ("speed_dial", n, "code")) for n, row in enumerate(box.speed_dial)]
    yield from _twice(dials, lambda name: _("The speed-dial code {name} is given twice.").format(name=name))
    ports: list[tuple[str, Path]] = []
    for section in ("station", "trunk"):
        ports += [
            (f"{row.card}/{row.channel}", (section, number, "channel"))
            for number, row in enumerate(getattr(box, section))
        ]
    yield from _twice(ports, lambda name: _("Channel {name} is used twice.").format(name=name))
    spans: list[tuple[str, Path]] = [(f"{row.card}/{row.span}", ("span", n, "span")) for n, row in enumerate(box.span)]
    yield from _twice(spans, lambda name: _("Span {name} is used twice.").format(name=name))
    members: list[tuple[str, Path]] = []
    for row, group in enumerate(box.trunk_group):
        for number, entry in enumerate(group.lines):
            slots = [span.channels for span in box.span if span.name == entry]
            names = [f"{entry}/{slot}" for slot in slots[0] if slot != 16] if slots else [entry]
            members += [(name, ("trunk_group", row, "lines", number)) for name in names]
    yield from _twice(members, lambda name: _('The line "{name}" is in a trunk group already.').format(name=name))


def _simulated(box: Box) -> Iterator[Finding]:
    """Ports of simulated cards are known before the card is there."""
    for card in box.card:
        if card.kind != "simulated":
            continue
        channels = card.channels()
        for section, kind in (("station", "stations"), ("trunk", "trunks")):
            there = [str(number) for number, plugged in channels.items() if plugged == kind]
            for row, line in enumerate(getattr(box, section)):
                if line.card == card.name and channels.get(line.channel) != kind:
                    yield Finding(
                        (section, row, "channel"),
                        _('Channel {channel} of the card "{card}" is none of its {kind}.').format(
                            channel=line.channel, card=card.name, kind=kind
                        ),
                        _("There are: {names}").format(names=_runs(there)) if there else "",
                        ((("card", box.card.index(card), "spans"), _("The spans of the card")),),
                    )
        for row, span in enumerate(box.span):
            plugged = card.spans[span.span - 1].kind if span.span <= len(card.spans) else ""
            wanted = "cas" if isinstance(span, R2Span) else "pri"
            if span.card == card.name and plugged != wanted:
                yield Finding(
                    ("span", row, "span"),
                    _('Span {span} of the card "{card}" is not of the kind "{kind}".').format(
                        span=span.span, card=card.name, kind=wanted
                    ),
                    "",
                    ((("card", box.card.index(card), "spans"), _("The spans of the card")),),
                )


def _runs(names: list[str]) -> str:
    """1, 2, 3, 7 as 1-3, 7"""
    runs: list[list[int]] = []
    for number in map(int, names):
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)


# ---- emergency calls ----


def _emergency(box: Box) -> Iterator[Finding]:
    shadowed = [prefix + number for number in box.numbering.emergency for prefix in ("", box.numbering.outside)]
    for number, path in numbers(box):
        hidden = next((emergency for emergency in shadowed if number.startswith(emergency)), None)
        if hidden is not None and hidden != number:
            yield Finding(
                path,
                _(
                    "The emergency number {emergency} waits {wait_s:g} s for a further digit, because of {number}."
                ).format(number=number, emergency=hidden, wait_s=box.numbering.complete_s),
                "",
                ((("numbering", "emergency"), _("Emergency numbers")),),
                warning=True,
            )
    groups = {group.name: group for group in box.trunk_group}
    for row, name in enumerate(box.numbering.emergency_groups):
        if name in groups and groups[name].direction == "in":
            yield Finding(
                ("numbering", "emergency_groups", row),
                _('Emergency calls cannot leave by the trunk group "{name}": it takes incoming calls only.').format(
                    name=name
                ),
                "",
                ((("trunk_group", box.trunk_group.index(groups[name]), "direction"), _("Its direction")),),
            )
    if box.numbering.emergency and box.trunk_group and all(group.direction == "in" for group in box.trunk_group):
        yield Finding(
            ("trunk_group", 0, "direction"),
            _("No trunk group carries calls out: emergency calls would have no way."),
            _('Set direction = "both" or "out" in one of them.'),
        )
    if not box.numbering.emergency:
        yield Finding(
            ("numbering", "emergency"),
            _("There is no emergency number."),
            _('In China: ["110", "119", "120", "122"]'),
        )


def _directions(box: Box) -> Iterator[Finding]:
    groups = {group.name: (row, group) for row, group in enumerate(box.trunk_group)}
    for path, name in values(box, "route.groups.*.group"):
        if name in groups and groups[name][1].direction == "in":
            yield Finding(
                path,
                _('The trunk group "{name}" takes incoming calls only.').format(name=name),
                "",
                ((("trunk_group", groups[name][0], "direction"), _("Its direction")),),
            )


def _nights(box: Box) -> Iterator[Finding]:
    for section in ("trunk_group", "hunt_group"):
        for row, group in enumerate(getattr(box, section)):
            if group.night and not group.calendar:
                yield Finding(
                    (section, row, "night"),
                    _('"night" does nothing without "calendar".'),
                    _("Name the calendar with the office hours."),
                )


# ---- the numbering plan as a whole ----


def _plan(box: Box) -> Iterator[Finding]:
    """What only digit analysis itself can see."""
    for problem in plan_problems(box):
        yield Finding(problem.path, problem.problem, problem.hint, problem.others, problem.warning)


# ---- feature codes ----


def _codes(box: Box) -> Iterator[Finding]:
    by_context: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in type(box.features).model_fields:
        if code := getattr(box.features, name):
            by_context[context(name)].append((code, name))
    for where, codes in by_context.items():
        codes.sort(key=lambda entry: len(entry[0]))
        for number, (code, name) in enumerate(codes):
            for other_code, other in codes[:number]:
                yield from _confused(box, code, name, other_code, other)
        if where == DIAL_TONE:
            yield from _codes_and_numbers(box, codes)


def _confused(box: Box, code: str, name: str, shorter: str, other: str) -> Iterator[Finding]:
    # Of the two, the one that was written is told first.
    defaults = type(box.features)()
    written, also = (other, name) if getattr(defaults, name) == code else (name, other)
    path: Path = ("features", written)
    first: tuple[tuple[Path, str], ...] = ((("features", also), _("The other code")),)
    if code == shorter:
        yield Finding(path, _("The code {code} is given twice.").format(code=code), "", first)
    elif code.startswith(shorter) and not (syntax(other) and code[len(shorter)] in "*#"):
        # *8* and digits can be told from *8*#: no number begins with a sign.
        yield Finding(
            path,
            _("The code {code} cannot be dialled: {shorter} is complete before it.").format(code=code, shorter=shorter),
            "",
            first,
        )


def _codes_and_numbers(box: Box, codes: list[tuple[str, str]]) -> Iterator[Finding]:
    plan = [*numbers(box), *((number, ("numbering", "emergency")) for number in box.numbering.emergency)]
    for code, name in codes:
        for number, path in plan:
            if number.startswith(code) or code.startswith(number):
                yield Finding(
                    ("features", name),
                    _("The code {code} and the number {number} cannot be told apart.").format(code=code, number=number),
                    _("Let the code begin with * or #."),
                    ((path, _("The number")),),
                )
                break


# ---- forwards and overflow ----


def _forwards(box: Box) -> Iterator[Finding]:
    ours = dict(numbers(box))
    classes = {row.name: row for row in (*BUILT_IN_CLASSES, *box.class_of_service)}
    for row, station in enumerate(box.station):
        for name in ("forward_always", "forward_busy", "forward_no_answer", "forward_unreachable"):
            target = getattr(station, name)
            path = ("station", row, name)
            if target == station.number:
                yield Finding(path, _("The telephone would forward its calls to itself."))
            elif target and target not in ours and not _may_forward_outside(station, classes):
                yield Finding(
                    path,
                    _('Nobody has the number "{name}", and this station may not forward to outside.').format(
                        name=target
                    ),
                    _("Give it a class of service with forward_outside = true, or a number of ours. {close}")
                    .format(close=close(target, ours))
                    .rstrip(),
                    ((("station", row, "class_of_service"), _("Its class of service")),),
                    name=target,
                )


def _may_forward_outside(station: Station, classes: dict[str, ClassOfService]) -> bool:
    named = classes.get(station.class_of_service)
    return named is None or named.forward_outside


def _circles(box: Box) -> Iterator[Finding]:
    """Calls that would be sent round and round, whoever answers."""
    onward: dict[str, tuple[str, Path]] = {}
    for row, station in enumerate(box.station):
        if station.forward_always and station.forward_always != station.number:
            onward[station.number] = (station.forward_always, ("station", row, "forward_always"))
    for row, group in enumerate(box.hunt_group):
        if group.overflow:
            onward[group.number] = (group.overflow, ("hunt_group", row, "overflow"))
    said: set[str] = set()
    for start in onward:
        way = [start]
        while way[-1] in onward and onward[way[-1]][0] not in way:
            way.append(onward[way[-1]][0])
        if way[-1] in onward and onward[way[-1]][0] == start and not said & set(way):
            said.update(way)
            others = tuple((onward[number][1], _("and from here to the next")) for number in way[1:])
            circle = " > ".join([*way, start])
            yield Finding(
                onward[start][1], _("Calls would go round in a circle: {circle}.").format(circle=circle), "", others
            )


# ---- queues ----


def _targets(box: Box) -> Iterator[Finding]:
    """Where callers go who leave a queue."""
    queues = [queue.name for queue in box.queue]
    for row, queue in enumerate(box.queue):
        found: list[tuple[Path, Target]] = [(("queue", row, "instead"), queue.instead)]
        for number, step in enumerate(queue.recipe):
            if step.overflow is not None:
                found.append((("queue", row, "recipe", number, "overflow"), step.overflow))
        for path, target in found:
            if target.to == "queue" and target.name == queue.name:
                yield Finding((*path, "name"), _("The queue would send its callers to itself."))
            elif target.to == "queue" and target.name not in queues:
                text = _('There is no queue "{name}".').format(name=target.name)
                yield Finding((*path, "name"), text, close(target.name, queues), name=target.name)


# ---- PINs ----


def _pins(box: Box) -> Iterator[Finding]:
    for row, room in enumerate(box.conference):
        for name in ("pin", "chair_pin"):
            pin = getattr(room, name)
            if pin and weak(pin, room.number):
                yield Finding(
                    ("conference", row, name),
                    _("This PIN is guessed at once."),
                    _("Avoid one digit over and over, digits in order, a date, the own number."),
                )
        if room.pin and room.pin == room.chair_pin:
            path: Path = ("conference", row, "chair_pin")
            yield Finding(path, _("The chair's PIN is that of everybody."), "", ((("conference", row, "pin"), ""),))
        if (room.wait_for_chair or room.end_with_chair) and not room.chair_pin:
            name = "wait_for_chair" if room.wait_for_chair else "end_with_chair"
            yield Finding(("conference", row, name), _('There is no chair without "chair_pin".'))


def weak(pin: str, number: str = "") -> bool:
    """Whether a PIN is among the first that anybody tries: one digit, digits in order, a date, the own number."""
    digits = [int(digit) for digit in pin]
    steps = {(b - a) % 10 for a, b in pairwise(digits)}
    date = len(pin) == 8 and pin[:2] in ("19", "20") and "01" <= pin[4:6] <= "12" and "01" <= pin[6:] <= "31"
    short = len(pin) == 6 and "01" <= pin[2:4] <= "12" and "01" <= pin[4:] <= "31"
    return (len(steps) == 1 and steps <= {0, 1, 9}) or date or short or (len(number) > 2 and number in pin)


# ---- what does nothing ----


def _idle_lines(box: Box) -> Iterator[Finding]:
    grouped = {entry.partition("/")[0] for group in box.trunk_group for entry in group.lines}
    for section in ("span", "trunk"):
        for row, line in enumerate(getattr(box, section)):
            if line.name not in grouped:
                yield Finding(
                    (section, row, "name"),
                    _('"{name}" is in no trunk group: it carries no calls.').format(name=line.name),
                    _("Name it in the lines of a [[trunk_group]]."),
                    warning=True,
                )


_Rule = Callable[[Box], Iterator[Finding]]
_ALWAYS: tuple[_Rule, ...] = (
    _references,
    _unique,
    _simulated,
    _directions,
    _nights,
    _codes,
    _forwards,
    _circles,
    _targets,
    _pins,
)
_WHOLE: tuple[_Rule, ...] = (_emergency, _idle_lines)
"""Not while parts are left out: what they miss may be there."""
