"""Who may import whom: hw <- core <- firmware <- tui. Reads the sources, imports nothing.

An import runs up a storey when a file of a lower package names a higher one, wherever it stands: at the top, in a
function, under TYPE_CHECKING, or as a string given to import_module() or __import__().
"""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

STOREYS = {"hw": "hw", "core": "core", "firmware": "firmware-tools/firmware", "tui": "tui"}
"""From the ground up, package and folder; a package may import itself and what stands before it."""


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything a file imports, relative imports left out: they stay within the package."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module
            case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]):
                word = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                if word in ("import_module", "__import__"):
                    yield node.lineno, name


def upward(path: Path, root: Path) -> Iterator[str]:
    """Each import of a file that runs up a storey, as "path:line imports name"."""
    relative = path.relative_to(root)
    order = list(STOREYS)
    storey = next(index for index, folder in enumerate(STOREYS.values()) if relative.is_relative_to(folder))
    above = order[storey + 1 :]
    for line, name in imported(ast.parse(path.read_text(), str(path))):
        if name.partition(".")[0] in above:
            yield f"{relative}:{line} imports {name}"


def violations(root: Path) -> list[str]:
    """All of a checkout's imports that run up a storey."""
    files = [file for folder in STOREYS.values() for file in sorted((root / folder).rglob("*.py"))]
    return [found for file in files for found in upward(file, root)]


def circle(folder: Path, root: Path) -> list[str]:
    """Files of one folder that import each other in a ring, under TYPE_CHECKING too; none: empty."""
    files = {".".join(file.relative_to(root).with_suffix("").parts): file for file in sorted(folder.glob("*.py"))}
    graph: dict[str, set[str]] = {}
    for name, file in files.items():
        tree = ast.parse(file.read_text(), str(file))
        named = {found for _line, found in imported(tree)}
        named |= {
            f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        graph[name] = named & files.keys() - {name}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        ring: list[str] = error.args[1]
        return ring
    return []
