"""The words of the journal, and no others: every kind of event by its subject (words/), and whether an event may be so.

A piece of data that is not said may be left out or be None. In which order the words of a call must stand, which its
readings rely on, says words/calls.py.

A new kind is a row of its subject's table in words/; `make journal` puts it into the manual.
What it does not: say how an event is kept (journal.py), or what can be read out of events (records.py, life.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.store.words import alarms, box, calls, flows, lines, queues, recordings, services
from core.store.words.kind import CALL, DEVICE, Kind
from hw.errors import LocalError

SUBJECTS = {
    "A call and its connections": calls.KINDS,
    "Flows": flows.KINDS,
    "Queues and agents": queues.KINDS,
    "Recordings": recordings.KINDS,
    "Services and permission": services.KINDS,
    "Lines": lines.KINDS,
    "People and the box": box.KINDS,
    "Alarms": alarms.KINDS,
}

KINDS = tuple(kind for kinds in SUBJECTS.values() for kind in kinds)

EVENTS: dict[str, Kind] = {kind.name: kind for kind in KINDS}

Checks = dict[str, tuple[tuple[type, ...], tuple[str, ...]]]


def _types(of: type) -> tuple[type, ...]:
    """The classes that a value may have; none: any."""
    return {float: (float, int), list: (list, tuple), object: ()}.get(of, (of,))


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind, ready to check against a thousand times a second."""

    call: bool
    device: bool
    needed: frozenset[str]
    fields: Checks


def rule(kind: Kind) -> Rule:
    return Rule(
        CALL in kind.about,
        DEVICE in kind.about,
        frozenset(field.name for field in kind.fields if field.needed),
        {field.name: (_types(field.type), field.one_of) for field in kind.fields},
    )


RULES: dict[str, Rule] = {kind.name: rule(kind) for kind in KINDS}


def check(kind: str, call: int, device: str, data: dict[str, Any]) -> None:
    """LocalError unless an event may be so: its kind is known, it names what it must, its data are of their types."""
    known = RULES.get(kind)
    if known is None:
        raise LocalError(f"no event is called {kind!r}")
    if known.call and not call:
        raise LocalError(f"{kind} must name its call")
    if known.device and not device:
        raise LocalError(f"{kind} must name its device")
    fields = known.fields
    for name, value in data.items():
        if name not in fields:
            raise LocalError(f"{kind} has no {name!r}; it has {_listed(fields)}")
        types, words = fields[name]
        if value is None and name not in known.needed:
            continue
        # The exact class is by far the most frequent and cheaper to ask; enumerations of numbers and words pass, too.
        if types and value.__class__ not in types and not isinstance(value, types):
            raise LocalError(f"{kind}: {name} is a {types[0].__name__}, not {value!r}")
        if words and value not in words:
            raise LocalError(f"{kind}: {name} is one of {_listed(words)}, not {value!r}")
    if not known.needed <= data.keys():
        raise LocalError(f"{kind} must have {_listed(sorted(known.needed - data.keys()))}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "no data"
