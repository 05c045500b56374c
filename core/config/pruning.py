"""Leaves out of a configuration what the model does not allow, so that the rest of it can be compared.

    pruned = prune(data, error)      pruned.box is what is left; pruned.path(...) leads back to the whole

A setting that is wrong and has a default falls back to it; a row that lacks what it needs is left out (others may name
it all the same: names() of the whole says so).
Pure.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from core.config import schema
from core.config.merge import key_of
from core.config.model import Box

Path = tuple[str | int, ...]


@dataclass
class Pruned:
    """box: what is left; None: nothing that makes a box."""

    box: Box | None = None
    _rows: dict[str, list[int]] = field(default_factory=dict)

    def path(self, path: Path) -> Path:
        """A path in `box` as a path in the whole."""
        if len(path) > 1 and isinstance(path[1], int) and path[0] in self._rows:
            return (path[0], self._rows[str(path[0])][path[1]], *path[2:])
        return path


def prune(data: dict[str, Any], error: ValidationError) -> Pruned:
    """Takes the smallest part that is wrong, then the row or table around it, until the rest is right."""
    data = copy.deepcopy(data)
    pruned = Pruned()
    pruned._rows = {name: list(range(len(rows))) for name, rows in data.items() if isinstance(rows, list)}
    for whole_rows in (False, True):
        for details in error.errors(include_url=False):
            spot = schema.at(details["loc"])
            _mark(data, spot, whole_rows or details["type"] == "missing")
        _sweep(data, pruned)
        try:
            pruned.box = Box.model_validate(data)
        except ValidationError as again:
            error = again
        else:
            break
    return pruned


_GONE = object()


def _mark(data: dict[str, Any], spot: schema.Spot, whole: bool) -> None:
    """Marks what is to be left out."""
    path = spot.path
    if not path:
        return
    row = len(path) > 1 and isinstance(path[1], int)
    if whole or (spot.field is not None and spot.field.is_required()):
        path = path[:2] if row else path[:1]
    elif len(path) > 3 or (len(path) == 3 and not row):
        # A part of a setting: the setting.
        path = path[:3] if row else path[:2]
    holder: Any = data
    for part in path[:-1]:
        holder = holder[part] if _in(holder, part) else None
    if _in(holder, path[-1]):
        holder[path[-1]] = _GONE


def _in(holder: Any, part: str | int) -> bool:
    if isinstance(part, int):
        return isinstance(holder, list) and part < len(holder)
    return isinstance(holder, dict) and part in holder


def _sweep(data: dict[str, Any], pruned: Pruned) -> None:
    """Takes out what is marked; keeps count of the rows."""
    for section in [section for section, value in data.items() if value is _GONE]:
        del data[section]
    for section, value in data.items():
        if isinstance(value, list):
            rows = pruned._rows[section]
            kept = [number for number, row in enumerate(value) if row is not _GONE]
            pruned._rows[section] = [rows[number] for number in kept]
            data[section] = [value[number] for number in kept]
        for row in data[section] if isinstance(data[section], list) else [data[section]]:
            if isinstance(row, dict):
                for name in [name for name, inner in row.items() if inner is _GONE]:
                    del row[name]


def names(data: dict[str, Any]) -> set[str]:
    """What every row is called, as far as it says so."""
    found = set()
    for section, rows in data.items():
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and isinstance(row.get(key_of(section)), str):
                found.add(row[key_of(section)])
    return found
