"""Every prompt that a room of core names is in the catalogue, with places for the values that it is given.

A text of the form of a prompt's name ("call.busy") is taken for one where it is handed to whoever speaks, as in
`Said("call.busy")`, and in a table that has prompts among its values.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from core.prompts.catalogue import Catalogue, read_catalogue

CORE = Path(__file__).parents[2] / "core"
NAME = re.compile(r"[a-z]+\.[a-z0-9-]+(\.[a-z0-9-]+)*")
SPEAKS = ("Said", "Phrase", "words", "said", "phrase")  # name first, values second


def wrong(path: Path, catalogue: Catalogue) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Call) and _called(node) in SPEAKS and node.args:
            yield from _unknown(path, _names(node.args[0]), catalogue)
            yield from _values(path, node, catalogue)
        elif isinstance(node, ast.Dict):
            names = [name for value in node.values for name in _names(value)]
            if any(name in catalogue.entries for name, _ in names):
                yield from _unknown(path, names, catalogue)


def _names(node: ast.expr) -> list[tuple[str, int]]:
    """Each with its line: either side of a condition, too."""
    constants = [one for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return [(str(one.value), one.lineno) for one in constants if NAME.fullmatch(str(one.value))]


def _unknown(path: Path, names: list[tuple[str, int]], catalogue: Catalogue) -> Iterator[str]:
    for name, line in names:
        if name not in catalogue.entries:
            yield f"{path}:{line}: there is no prompt {name}"


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _values(path: Path, node: ast.Call, catalogue: Catalogue) -> Iterator[str]:
    name, given = node.args[0], node.args[-1]
    said = str(name.value) if isinstance(name, ast.Constant) else ""
    if said not in catalogue.entries or not isinstance(given, ast.Dict):
        return
    keys = {str(key.value) for key in given.keys if isinstance(key, ast.Constant)}
    places = catalogue.entries[said].places.keys()
    if keys != places:
        yield f"{path}:{node.lineno}: {said} has places for {sorted(places)}, not for {sorted(keys)}"


def test_every_prompt_that_is_named_is_there() -> None:
    catalogue = read_catalogue()
    files = [path for path in sorted(CORE.rglob("*.py")) if "prompts" not in path.relative_to(CORE).parts]
    assert files
    assert [fault for path in files for fault in wrong(path, catalogue)] == []


def test_a_wrong_name_and_a_wrong_value_are_found(tmp_path: Path) -> None:
    path = tmp_path / "service.py"
    path.write_text(
        'say(Said("call.nonsense"))\n'
        'say(Said("call.busy" if busy else "call.sleepy"))\n'
        'say(Said("queue.ahead", {"number": 2}))\n'
        'say(Said("queue.ahead", {"ahead": 2}))\n'
        'SAID = {"busy": "call.busy", "vacant": "call.empty"}\n'
        'FILES = {"notes": "notes.txt"}\n'
    )
    assert sorted(wrong(path, read_catalogue())) == [
        f"{path}:1: there is no prompt call.nonsense",
        f"{path}:2: there is no prompt call.sleepy",
        f"{path}:3: queue.ahead has places for ['ahead'], not for ['number']",
        f"{path}:5: there is no prompt call.empty",
    ]
