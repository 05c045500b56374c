"""Several files make one configuration.

    10-lines.toml      [[station]] number = "8001", name = "Front desk"
    20-local.toml      [[station]] number = "8001", language = "en"       one station with both settings

Tables merge; of a setting in two files the later file's counts. Rows of a list of tables with the same name (or number,
see KEYS) are one row; two of them in one file stay two, and are found to be a mistake later. Every other list is
replaced as a whole. The result can say from which file each of its values comes.
What it does not: read files, or know what is valid. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]

KEYS = {
    "station": "number",
    "outside_telephone": "number",
    "hunt_group": "number",
    "conference": "number",
    "mailbox": "number",
    "speed_dial": "code",
    "agent": "number",
    "flow": "number",
}
"""What tells the rows of a list apart, where it is not `name`."""


def key_of(section: str) -> str:
    return KEYS.get(section, "name")


@dataclass
class Merged:
    """data: the whole. Of each row of a list, which rows of which files made it."""

    data: dict[str, Any] = field(default_factory=dict)
    sources: Sequence[dict[str, Any]] = ()
    _rows: dict[tuple[str, int], list[tuple[int, int]]] = field(default_factory=dict)

    def origin(self, path: Path) -> tuple[int, Path] | None:
        """The file whose value counts, and the path there; None: it is in no file (a default)."""
        if len(path) >= 2 and isinstance(path[1], int):
            rows = self._rows.get((str(path[0]), path[1]))
            if rows is not None:
                candidates = [(file, (path[0], row, *path[2:])) for file, row in reversed(rows)]
                return next((found for found in candidates if _has(self.sources[found[0]], found[1])), None)
        for file in range(len(self.sources) - 1, -1, -1):
            if _has(self.sources[file], path):
                return file, path
        return None


def merge(sources: Sequence[dict[str, Any]]) -> Merged:
    """The files' contents, the first read first."""
    merged = Merged(sources=sources)
    for number, data in enumerate(sources):
        for section, value in data.items():
            if _is_rows(value) and _is_rows(merged.data.get(section, [])):
                _rows(merged, number, section, value)
            else:
                merged.data[section] = _joined(merged.data.get(section), value)
    return merged


def _rows(merged: Merged, file: int, section: str, rows: list[dict[str, Any]]) -> None:
    into: list[dict[str, Any]] = merged.data.setdefault(section, [])
    name = key_of(section)
    earlier: dict[Any, int] = {}
    for at, row in enumerate(into):
        if isinstance(row.get(name), str):
            earlier.setdefault(row[name], at)
    for number, row in enumerate(rows):
        key = row.get(name)
        known = earlier.pop(key, None) if isinstance(key, str) else None
        if known is None:
            into.append(dict(row))
            merged._rows[(section, len(into) - 1)] = [(file, number)]
        else:
            into[known] = _joined(into[known], row)
            merged._rows[(section, known)].append((file, number))


def _joined(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{key: _joined(old.get(key), value) for key, value in new.items()}}


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _has(data: Any, path: Path) -> bool:
    for part in path:
        if isinstance(part, int):
            if not (isinstance(data, list) and part < len(data)):
                return False
        elif not (isinstance(data, dict) and part in data):
            return False
        data = data[part]
    return True
