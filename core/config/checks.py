"""What the tables of a configuration must be to each other. All such rules are called from here, each once.

References lead to something that exists (references.py); numbers and ports are taken once; emergency calls find a line;
codes can be told apart (codes.py); calls are not sent round in circles; the numbering plan is whole
(core/numbering/check.py). A finding names both places.
What it does not: look at one value alone (the model does), or say where things stand in the files (reading.py). Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set

from core.config.codes import calling_pins, codes, conference_pins, mailbox_pins, mails
from core.config.finding import Finding, Path
from core.config.model import Box, ClassOfService, R2Span, Telephone
from core.config.model.numbering import BUILT_IN_CLASSES
from core.config.model.queues import Target
from core.config.references import numbers, references, values
from core.config.wording import close
from core.numbering.check import problems as plan_problems
from core.texts import _


def check(box: Box) -> list[Finding]:
    """All findings, rule by rule."""
    findings = [finding for rule in (*_ALWAYS, *_WHOLE) for finding in rule(box)]
    said = {finding.path for finding in findings}
    return findings + [finding for finding in _plan(box) if finding.path not in said]


def check_part(box: Box, named: Set[str]) -> list[Finding]:
    """The findings that are true although some rows were left out. named: what is in the whole."""
    findings = [finding for rule in _ALWAYS for finding in rule(box)]
    return [finding for finding in findings if finding.name.partition("/")[0] not in named]


# ---- what is taken once ----


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
    named: tuple[str, ...] = ("card", "trunk_group", "route", "class_of_service", "calendar", "user")
    for section in (
        *named,
        "queue",
        "agent_group",
        "skill",
        "customer_class",
        "database",
        "recording_rule",
        "retention",
    ):
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


# ---- forwards and overflow ----


def _forwards(box: Box) -> Iterator[Finding]:
    ours = dict(numbers(box))
    classes = {row.name: row for row in (*BUILT_IN_CLASSES, *box.class_of_service)}
    for section, row, station in box.telephones():
        for name in ("forward_always", "forward_busy", "forward_no_answer", "forward_unreachable"):
            target = getattr(station, name)
            path = (section, row, name)
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
                    (((section, row, "class_of_service"), _("Its class of service")),),
                    name=target,
                )


def _may_forward_outside(station: Telephone, classes: dict[str, ClassOfService]) -> bool:
    named = classes.get(station.class_of_service)
    return named is None or named.forward_outside


def _circles(box: Box) -> Iterator[Finding]:
    """Calls that would be sent round and round, whoever answers."""
    onward: dict[str, tuple[str, Path]] = {}
    for section, row, station in box.telephones():
        if station.forward_always and station.forward_always != station.number:
            onward[station.number] = (station.forward_always, (section, row, "forward_always"))
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
    references,
    _unique,
    _simulated,
    _directions,
    _nights,
    codes,
    _forwards,
    _circles,
    _targets,
    conference_pins,
    calling_pins,
    mailbox_pins,
    mails,
)
_WHOLE: tuple[_Rule, ...] = (_emergency, _idle_lines)
"""Not while parts are left out: what they miss may be there."""
