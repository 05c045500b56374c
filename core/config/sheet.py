"""The files of a configuration as one set of tables that can be changed: each change is a new text of one file.

    sheet = Sheet({"10-box.toml": "...", "40-people.toml": "..."})
    sheet.rows("station")                              ["8001", "8002", ...]
    sheet.found("station", "8002", "forward_busy")     Found("8003", "40-people.toml", 17); None: it stands nowhere
    sheet.put("station", "8002", "name", "王芳")        ("40-people.toml", its new text)

A setting is changed where it counts: in the last file that has it, else where its row stands last, else in the file
with the most tables of its kind. A file that is no TOML counts as empty, and is not changed (`unreadable`). What it
does not: know which settings there are (form.py), or whether a value is right (the box checks). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import tomli

from core.config import editing
from core.config.merge import Merged, key_of, merge
from core.config.positions import LineIndex, Positions

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """line: of the file, from 1."""

    value: Any
    file: str
    line: int


class Sheet:
    """texts: by name; never changed."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.names = sorted(texts)
        self.texts = dict(texts)
        self.unreadable: list[str] = []
        data = []
        for name in self.names:
            try:
                data.append(tomli.loads(texts[name]))
            except tomli.TOMLDecodeError:
                self.unreadable.append(name)
                data.append({})
        self._merged: Merged = merge(data)
        self._positions: dict[str, tuple[Positions, LineIndex]] = {}

    def sections(self) -> set[str]:
        """Tables that stand in the files."""
        return set(self._merged.data)

    def rows(self, section: str) -> list[str]:
        """What their rows are called, in order; those without a name are not told."""
        return list(self._places.get(section, {}))

    def row(self, section: str, row: str) -> dict[str, Any]:
        """All that is set of it; empty: it is not there."""
        path = self._path(section, row)
        return dict(self._at(path)) if path else {}

    def found(self, section: str, row: str, setting: str) -> Found | None:
        """row: empty where there is only one. setting: with points for a table in the table."""
        around = self._path(section, row)
        if around is None:
            return None
        path = (*around, *setting.split("."))
        origin = self._merged.origin(path)
        if origin is None:
            return None
        file, there = origin
        name = self.names[file]
        positions, lines = self._where(name)
        return Found(self._at(path), name, lines.line(positions.value(there).start))

    def place(self, section: str, row: str) -> tuple[str, int] | None:
        """File and line of a table; None: it stands nowhere."""
        path = self._path(section, row)
        origin = self._merged.origin(path) if path else None
        if origin is None:
            return None
        positions, lines = self._where(self.names[origin[0]])
        return self.names[origin[0]], lines.line(positions.key(origin[1]).start)

    def whose(self, file: str, line: int) -> tuple[str, str, str]:
        """Section, row and setting that stand at a line of a file; as many as are known, empty: it is not."""
        if file not in self.texts or file in self.unreadable:
            return "", "", ""
        positions, lines = self._where(file)
        blocks = [block for block in positions.blocks if block.path and lines.line(block.start) <= line]
        path = blocks[-1].path if blocks else ()
        settings = (
            there
            for there, stretch in positions.values.items()
            if there[: len(path)] == path and lines.line(stretch.start) <= line <= lines.line(stretch.end)
        )
        setting = next(settings, path)[2 if len(path) > 1 and isinstance(path[1], int) else 1 if path else 0 :]
        row: Any = tomli.loads(self.texts[file])
        for part in path[:2]:
            row = row[part]
        name = row.get(key_of(str(path[0])), "") if len(path) > 1 and isinstance(path[1], int) else ""
        return str(path[0]) if path else "", str(name), ".".join(part for part in setting if isinstance(part, str))

    # ---- changes ----

    def put(self, section: str, row: str, setting: str, value: Any) -> tuple[str, str]:
        """ValueError: there is no such row, or no file that can be changed."""
        around = self._path(section, row)
        if around is None and row:
            raise ValueError(f"{section} {row} is not there")
        names = setting.split(".")
        if around is not None:
            origin = self._merged.origin((*around, *names)) or self._merged.origin(around)
            if origin is not None:
                file, there = origin
                path = there if there[-len(names) :] == tuple(names) else (*there, *names)
                name = self.names[file]
                return name, editing.put(self.texts[name], path, value)
        name = self._home(section)
        return name, editing.put(self.texts[name], (*([section] if section else []), *names), value)

    def remove(self, section: str, row: str, setting: str) -> tuple[str, str] | None:
        """Out of the file in which it counts: one of another file may count then. None: it stands nowhere."""
        around = self._path(section, row)
        origin = self._merged.origin((*around, *setting.split("."))) if around is not None else None
        if origin is None:
            return None
        name = self.names[origin[0]]
        return name, editing.remove(self.texts[name], origin[1])

    def add(self, section: str, settings: Mapping[str, Any]) -> tuple[str, str]:
        """A new row, with these settings."""
        name = self._home(section)
        return name, editing.add(self.texts[name], (section,), dict(settings))

    def drop(self, section: str, row: str) -> dict[str, str]:
        """Without the row: new texts of all files that have some of it."""
        changed: dict[str, str] = {}
        for name in self.names:
            if name in self.unreadable:
                continue
            rows = tomli.loads(self.texts[name]).get(section, [])
            here = [n for n, each in enumerate(rows) if isinstance(each, dict) and each.get(key_of(section)) == row]
            for number in reversed(here):
                changed[name] = editing.remove_table(changed.get(name, self.texts[name]), (section, number))
        return changed

    # ---- within ----

    @cached_property
    def _places(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for section, rows in self._merged.data.items():
            if isinstance(rows, list):
                names = [row.get(key_of(section)) if isinstance(row, dict) else None for row in rows]
                found[section] = {name: n for n, name in enumerate(names) if isinstance(name, str)}
        return found

    def _path(self, section: str, row: str) -> Path | None:
        if not section:
            return ()
        if not row:
            return (section,) if isinstance(self._merged.data.get(section), dict) else None
        number = self._places.get(section, {}).get(row)
        return None if number is None else (section, number)

    def _at(self, path: Path) -> Any:
        value: Any = self._merged.data
        for part in path:
            value = value[part]
        return value

    def _where(self, name: str) -> tuple[Positions, LineIndex]:
        if name not in self._positions:
            self._positions[name] = Positions(self.texts[name]), LineIndex(self.texts[name])
        return self._positions[name]

    def _home(self, section: str) -> str:
        """The file for a table that is in none yet."""
        readable = [name for name in self.names if name not in self.unreadable]
        if not readable:
            raise ValueError("no file can be changed")
        counts = {name: len(tomli.loads(self.texts[name]).get(section, ())) for name in readable}
        best = max(readable, key=lambda name: counts[name])
        return best if counts[best] else readable[-1]
