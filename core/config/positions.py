"""Where in a file each setting stands: from the path of a value to line and column, by the syntax tree of the file.

    positions = Positions(text)
    positions.value(("station", 2, "channel"))      the value, as Stretch(start, end) in characters of the text
    positions.key(("station", 2, "channel"))        its key; of a table or an element: its header

Paths are as a TOML reader gives values: names, and indices of lists. The text must be TOML that a reader accepts;
of what stands in no table (a path that is not in the file) the nearest table above it is told.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import tomli
import tree_sitter
import tree_sitter_toml

Path = tuple[str | int, ...]

_LANGUAGE = tree_sitter.Language(tree_sitter_toml.language())
_KEYS = ("bare_key", "quoted_key", "dotted_key")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters start to end (exclusive) of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A table as it stands in the file, from its header to its last setting. path: of a row, with its index."""

    path: Path
    start: int
    end: int


class Positions:
    """Of one file; the tree is made at the first question."""

    def __init__(self, text: str) -> None:
        self._text = text

    def key(self, path: Path) -> Stretch:
        return self._nearest(self._found[0], path)

    def value(self, path: Path) -> Stretch:
        found = self._found[1].get(path)
        return self.key(path) if found is None else found

    @property
    def values(self) -> dict[Path, Stretch]:
        """Every value that stands in the file: of settings, of elements, of settings of inline tables."""
        return self._found[1]

    @property
    def blocks(self) -> list[Block]:
        """The tables, in the order of the file; first what stands in none, with path ()."""
        _ = self._found
        return self._blocks

    def _nearest(self, known: dict[Path, Stretch], path: Path) -> Stretch:
        while path and path not in known:
            path = path[:-1]
        return known.get(path, Stretch(0, 0))

    @cached_property
    def _found(self) -> tuple[dict[Path, Stretch], dict[Path, Stretch]]:
        """Keys and values by path."""
        encoded = self._text.encode()
        root = tree_sitter.Parser(_LANGUAGE).parse(encoded).root_node
        self._lines = encoded.split(b"\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line.decode()) + 1)
        self._keys: dict[Path, Stretch] = {}
        self._values: dict[Path, Stretch] = {}
        self._counts: dict[Path, int] = {}
        top = [node for node in root.children if node.type == "pair"]
        self._blocks = [Block((), 0, self._stretch(top[-1]).end if top else 0)]
        for node in root.children:
            if node.type == "pair":
                self._pair((), node)
            elif node.type in ("table", "table_array_element"):
                self._table(node)
        return self._keys, self._values

    def _table(self, node: tree_sitter.Node) -> None:
        (header,) = [child for child in node.children if child.type in _KEYS]
        names = tuple(self._names(header))
        path: Path = ()
        for number, name in enumerate(names):
            path = (*path, name)
            if number + 1 == len(names) and node.type == "table_array_element":
                self._counts[path] = self._counts.get(path, -1) + 1
                self._keys.setdefault(path, self._stretch(header))
            self._keys.setdefault(path, self._stretch(header))
            if path in self._counts:
                path = (*path, self._counts[path])
        self._keys.setdefault(path, self._stretch(header))
        start, end = self._stretch(node).start, self._stretch(header).end
        for child in node.children:
            if child.type == "pair":
                self._pair(path, child)
                end = self._stretch(child).end
        self._blocks.append(Block(path, start, end))

    def _pair(self, path: Path, node: tree_sitter.Node) -> None:
        key, value = [child for child in node.children if child.is_named and child.type != "comment"]
        for name in self._names(key):
            path = (*path, name)
            self._keys.setdefault(path, self._stretch(key))
        self._value(path, value)

    def _value(self, path: Path, node: tree_sitter.Node) -> None:
        self._values[path] = self._stretch(node)
        if node.type == "array":
            elements = [child for child in node.children if child.is_named and child.type != "comment"]
            for number, element in enumerate(elements):
                self._keys[(*path, number)] = self._stretch(element)
                self._value((*path, number), element)
        elif node.type == "inline_table":
            for child in node.children:
                if child.type == "pair":
                    self._pair(path, child)

    def _names(self, key: tree_sitter.Node) -> Iterator[str]:
        if key.type == "dotted_key":
            for child in key.children:
                if child.type in _KEYS:
                    yield from self._names(child)
        else:
            text = (key.text or b"").decode()
            # A quoted key has the escapes of a text.
            yield str(tomli.loads(f"k = {text}")["k"]) if key.type == "quoted_key" else text

    def _stretch(self, node: tree_sitter.Node) -> Stretch:
        return Stretch(self._offset(*node.start_point), self._offset(*node.end_point))

    def _offset(self, row: int, column: int) -> int:
        """From a row and bytes in it to characters of the text."""
        return self._starts[row] + len(self._lines[row][:column].decode())


class LineIndex:
    """Line and column of an offset in a text, both from 1."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(index + 1 for index, letter in enumerate(text) if letter == "\n")]

    def line(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def start(self, line: int) -> int:
        """Where a line begins; the end of the text for one after the last."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self._text)

    def column(self, offset: int) -> int:
        return offset - self.start(self.line(offset)) + 1

    def source(self, line: int) -> str:
        """The line without its end."""
        return self._text[self.start(line) : self.start(line + 1)].rstrip("\r\n")
