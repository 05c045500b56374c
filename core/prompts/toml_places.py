"""Where in a TOML text each key stands, so that a fault can be shown with line and column.

TOML 1.0; the grammar is tree-sitter's, which finds keys also in a text with mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Path = tuple[str, ...]
_GRAMMAR = Language(tree_sitter_toml.language())


def key_places(source: bytes) -> dict[Path, tuple[int, int]]:
    """Line and column, from 1, of every table and key, by its dotted path."""
    root = Parser(_GRAMMAR).parse(source).root_node
    places: dict[Path, tuple[int, int]] = {}
    for path, node in _keys(root, ()):
        places.setdefault(path, (node.start_point.row + 1, node.start_point.column + 1))
    return places


def _keys(node: Node, above: Path) -> Iterator[tuple[Path, Node]]:
    for child in node.named_children:
        if child.type in ("table", "table_array_element", "pair") and child.named_children:
            key, *rest = child.named_children
            path = above + tuple(_words(key))
            for length in range(len(above) + 1, len(path) + 1):
                yield path[:length], key
            if child.type == "pair":
                for value in rest:
                    yield from _keys(value, path)
            else:
                yield from _keys(child, path)
        elif child.type == "inline_table":
            yield from _keys(child, above)


def _words(key: Node) -> Iterator[str]:
    if key.type == "dotted_key":
        for child in key.named_children:
            yield from _words(child)
    else:
        text = (key.text or b"").decode()
        yield text[1:-1] if key.type == "quoted_key" else text
