"""The file of a flow as tables that can be changed: each change is a new text.

    sheet = FlowSheet(text)
    sheet.nodes                                      {"menu": "menu", "people": "queue", ...}, in the order of the file
    sheet.value(("node", "menu"), "tries")           None: it stands nowhere
    sheet.put(("node", "menu"), "tries", 2)          the new text

Tables are known by their paths: ("flow",), ("defaults",), ("variable", 2), ("node", "menu"). A text that is no TOML has
nothing in it, and `readable` is False. What it does not: know which settings there are (form.py), or what is wrong
(check.py). Pure.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import tomli

from core.config import editing
from core.config.positions import LineIndex, Path, Positions


class FlowSheet:
    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self.data: dict[str, Any] = tomli.loads(text)
        except tomli.TOMLDecodeError:
            self.data = {}
        self.readable = bool(self.data)

    @property
    def nodes(self) -> dict[str, str]:
        """Names and kinds, in the order of the file."""
        nodes = self.data.get("node", {})
        found = nodes.items() if isinstance(nodes, dict) else ()
        return {name: str(node.get("kind", "")) for name, node in found if isinstance(node, dict)}

    @property
    def variables(self) -> list[str]:
        rows = self.data.get("variable", [])
        return [str(row.get("name", "")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def table(self, path: Path) -> dict[str, Any]:
        """What is set in it; empty: it is not there."""
        value: Any = self.data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return {}
        return value if isinstance(value, dict) else {}

    def value(self, path: Path, setting: str) -> Any:
        return self.table(path).get(setting)

    def line(self, path: Path, setting: str = "") -> int:
        """Where it stands, from 1; what stands nowhere: where the nearest table around it does."""
        positions, lines = self._where
        there = (*path, setting) if setting else path
        return lines.line(positions.value(there).start if there in positions.values else positions.key(there).start)

    def whose(self, line: int) -> tuple[Path, str]:
        """The table at a line, and the setting; empty: it is not known."""
        if not self.readable:
            return (), ""
        positions, lines = self._where
        blocks = [block for block in positions.blocks if block.path and lines.line(block.start) <= line]
        path = blocks[-1].path[:2] if blocks else ()
        for there, stretch in positions.values.items():
            inside = len(there) > len(path) and there[: len(path)] == path
            if inside and lines.line(stretch.start) <= line <= lines.line(stretch.end):
                return path, str(there[len(path)])
        return path, ""

    # ---- changes ----

    def put(self, path: Path, setting: str, value: Any) -> str:
        """ValueError: there is no such table, or the text is no TOML."""
        return editing.put(self.text, (*path, setting), value)

    def remove(self, path: Path, setting: str) -> str:
        return editing.remove(self.text, (*path, setting))

    def add_node(self, name: str, kind: str) -> str:
        """ValueError: there is one of that name."""
        if name in self.nodes:
            raise ValueError(f"{name} is there already")
        return editing.add(self.text, ("node", name), {"kind": kind}, several=False)

    def add_variable(self, name: str) -> str:
        return editing.add(self.text, ("variable",), {"name": name})

    def drop(self, path: Path) -> str:
        """Without a node, or a variable."""
        return editing.remove_table(self.text, path)

    @cached_property
    def _where(self) -> tuple[Positions, LineIndex]:
        return Positions(self.text if self.readable else ""), LineIndex(self.text)
