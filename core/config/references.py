"""References of the configuration: every setting that names something else, and what there is by that name.

    "route.groups.*.group": "trunk group"       each group of each route names a trunk group that exists

What it does not: judge what is found there (checks.py). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.config.finding import Finding, Path
from core.config.model import Box
from core.config.model.numbering import BUILT_IN_CLASSES
from core.config.wording import close
from core.texts import N_, _

REFERENCES = {
    "station.card": "card",
    "span.card": "card",
    "trunk.card": "card",
    "station.class_of_service": "class of service",
    "outside_telephone.class_of_service": "class of service",
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
    "station.mailbox": "mailbox",
    "outside_telephone.mailbox": "mailbox",
    "trunk_group.incoming": "number",
    "trunk_group.night": "number",
    "hunt_group.overflow": "number",
    "hunt_group.night": "number",
    "agent.group": "agent group",
    "user.groups.*": "agent group",
    "agent.queues.*.queue": "queue",
    "agent.skills.*": "skill",
    "agent.queues.*.skills.*": "skill",
    "queue.require.*": "skill",
    "queue.call_back_class": "class of service",
    "queue.alarms.open": "calendar",
    "queue.prefer.*": "skill",
    "queue.recipe.*.require.*": "skill",
    "queue.recipe.*.prefer.*": "skill",
    "queue.recipe.*.drop.*": "skill",
    "queue.recipe.*.open": "calendar",
    "queue.recipe.*.closed": "calendar",
    "recording_rule.groups.*": "trunk group",
    "recording_rule.stations.*": "station",
    "recording_rule.queues.*": "queue",
    "recording_rule.retention": "retention class",
}
"""Paths to values (through every row), and what each value that is not "" must be the name or number of."""

_NO_SUCH = {
    "card": N_('There is no card "{name}".'),
    "class of service": N_('There is no class of service "{name}".'),
    "line": N_('There is no span, timeslot or trunk "{name}".'),
    "calendar": N_('There is no calendar "{name}".'),
    "trunk group": N_('There is no trunk group "{name}".'),
    "station": N_('There is no station "{name}".'),
    "mailbox": N_('There is no mailbox "{name}".'),
    "number": N_('Nobody has the number "{name}".'),
    "agent group": N_('There is no agent group "{name}".'),
    "queue": N_('There is no queue "{name}".'),
    "skill": N_('There is no skill "{name}".'),
    "retention class": N_('There is no retention class "{name}".'),
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
        "station": list(box.stations),
        "mailbox": [mailbox.number for mailbox in box.mailbox],
        "number": [number for number, _path in numbers(box)],
        "agent group": [group.name for group in box.agent_group],
        "queue": [queue.name for queue in box.queue],
        "skill": [skill.name for skill in box.skill],
        "retention class": [row.name for row in box.retention],
    }


def references(box: Box) -> Iterator[Finding]:
    known = _known(box)
    sets = {kind: set(names) for kind, names in known.items()}
    for pattern, kind in REFERENCES.items():
        for path, name in values(box, pattern):
            if name and name not in sets[kind]:
                yield Finding(path, _(_NO_SUCH[kind]).format(name=name), close(name, known[kind]), name=name)


def numbers(box: Box) -> Iterator[tuple[str, Path]]:
    """Every number of the plan, and where it is given."""
    for section in ("station", "outside_telephone", "hunt_group", "conference", "mailbox", "queue", "flow"):
        for row, holder in enumerate(getattr(box, section)):
            if holder.number:
                yield holder.number, (section, row, "number")
    for orbit in box.park.numbers():
        yield orbit, ("park", "orbits")
    if box.voicemail.number:
        yield box.voicemail.number, ("voicemail", "number")
