"""What differs between two configurations, row by row and setting by setting, and when each takes effect.

    changes = difference(old, new)
    changes.rows("station").removed         {"8003"}
    changes.lines()                         for people, sorted by when they take effect

Rows are known by their name or number (merge.KEYS), so that one that has only moved is the same; where the order of
rows itself counts (the first route that fits), a change of it is one, too. A setting's mark says when it takes effect.
What it does not: put anything into effect. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from core.config import schema
from core.config.merge import key_of
from core.config.model import Box, Effect, Table
from core.texts import N_, _

SECRET = frozenset({"pin", "chair_pin", "password"})
"""Settings whose values are not shown."""

_WORDS = {
    Effect.NOW: N_("Takes effect now:"),
    Effect.NEW_CALLS: N_("Takes effect for new calls:"),
    Effect.IDLE: N_("Takes effect when idle:"),
    Effect.LINE_RESTART: N_("Takes effect when the line restarts, as soon as it is idle:"),
    Effect.BOX_RESTART: N_("Takes effect at the next start of the exchange:"),
}


class Kind(Enum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # the rows of a list have another order


@dataclass(frozen=True, slots=True)
class Change:
    """One setting, or a whole row. row: its name or number; "" for a table of which there is one.

    setting: its name, with those of tables around it by points; "" for a whole row. old, new: plain values.
    """

    kind: Kind
    section: str
    row: str
    setting: str
    old: Any
    new: Any
    effect: Effect

    def facts(self) -> dict[str, Any]:
        secret = self.setting in SECRET
        return {
            "kind": self.kind.value,
            "section": self.section,
            "row": self.row,
            "setting": self.setting,
            "old": None if secret else self.old,
            "new": None if secret else self.new,
            "effect": self.effect.value,
        }

    def __str__(self) -> str:
        name = schema.header(self.section) + (f' "{self.row}"' if self.row else "")
        if self.kind is Kind.ADDED:
            return f"+ {name}"
        if self.kind is Kind.REMOVED:
            return f"- {name}"
        if self.kind is Kind.MOVED:
            return f"~ {name} " + _("order: {names}").format(names=", ".join(self.new))
        if self.setting in SECRET:
            return f"~ {name} {self.setting}"
        return f"~ {name} {self.setting}: {shown(self.old)} -> {shown(self.new)}"


@dataclass(frozen=True, slots=True)
class Rows:
    """Names of the rows of one list."""

    added: frozenset[str]
    removed: frozenset[str]
    changed: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Difference:
    """In the order of the sections and rows."""

    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def rows(self, section: str) -> Rows:
        """What a room that keeps one thing for each row asks."""
        here = [change for change in self.changes if change.section == section and change.row]
        by_kind = {kind: frozenset(change.row for change in here if change.kind is kind) for kind in Kind}
        return Rows(by_kind[Kind.ADDED], by_kind[Kind.REMOVED], by_kind[Kind.CHANGED])

    def touches(self, *sections: str) -> bool:
        return any(change.section in sections for change in self.changes)

    def settings(self, section: str, row: str = "") -> dict[str, Change]:
        """The changed settings of a row, or of a table of which there is one."""
        here = [change for change in self.changes if (change.section, change.row) == (section, row)]
        return {change.setting: change for change in here if change.kind is Kind.CHANGED}

    def lines(self) -> list[str]:
        """For a terminal: what takes effect when, the gentlest first."""
        rows = []
        for effect, words in _WORDS.items():
            here = [change for change in self.changes if change.effect is effect]
            if here:
                rows += [_(words), *(f"    {change}" for change in here)]
        return rows

    def facts(self) -> list[dict[str, Any]]:
        """For --json and the control interface."""
        return [change.facts() for change in self.changes]


def difference(old: Box, new: Box) -> Difference:
    """Empty when they are equal."""
    changes: list[Change] = []
    for section, field in Box.model_fields.items():
        before, after = getattr(old, section), getattr(new, section)
        if before is after or before == after:
            continue
        if schema.tables().get(section):
            changes += _rows(section, before, after)
        elif section in schema.tables():
            changes += _settings(section, "", before, after, "")
        else:
            changes.append(Change(Kind.CHANGED, section, "", section, before, after, schema.effect(field)))
    return Difference(tuple(changes))


def _rows(section: str, old: Iterable[Table], new: Iterable[Table]) -> Iterator[Change]:
    name = key_of(section)
    before = {getattr(row, name): row for row in old}
    after = {getattr(row, name): row for row in new}
    for key, row in before.items():
        if key not in after:
            yield Change(Kind.REMOVED, section, key, "", plain(row), None, type(row).removed)
    for key, row in after.items():
        if key not in before:
            yield Change(Kind.ADDED, section, key, "", None, plain(row), type(row).added)
        elif row != before[key]:
            yield from _settings(section, key, before[key], row, "")
    stay = [key for key in before if key in after]
    order = [key for key in after if key in before]
    if stay != order:
        yield Change(Kind.MOVED, section, "", "", stay, order, Effect.NEW_CALLS)


def _settings(section: str, row: str, old: Table, new: Table, around: str) -> Iterator[Change]:
    """A row may become another variant (PRI, R2): what only one of them has is None in the other."""
    fields = {**type(old).model_fields, **type(new).model_fields}
    for name, field in fields.items():
        before, after = getattr(old, name, None), getattr(new, name, None)
        if before == after:
            continue
        if isinstance(before, Table) and isinstance(after, Table):
            yield from _settings(section, row, before, after, f"{around}{name}.")
        else:
            setting = f"{around}{name}"
            yield Change(Kind.CHANGED, section, row, setting, plain(before), plain(after), schema.effect(field))


def plain(value: Any) -> Any:
    """A value of the model as JSON has it, without secrets."""
    if isinstance(value, Table):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields if name not in SECRET}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def shown(value: Any) -> str:
    """A value as a file would have it."""
    if value is None:
        return _("not set")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(shown(each) for each in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {shown(each)}" for key, each in value.items()) + "}"
    return str(value)
