"""Changes a file of settings as a person with an editor would: one value, one line, one table; all else stays.

    text = put(text, ("station", 2, "name"), "王芳")           the value where it stands, else a new line in its table
    text = remove(text, ("station", 2, "forward_busy"))        the line
    text = add(text, ("station",), {"number": "8009", ...})    [[station]] behind the last one
    text = remove_table(text, ("station", 2))

Paths are as a TOML reader gives values. Not a letter outside of what is changed moves: remarks, blank lines and the
order of a file are its owner's. A remark above a line that goes stays, too: whether it was about that line only he
knows.
ValueError: the text is no TOML, or the path leads nowhere. What it does not: know what a setting means, or read files.
Pure.
"""

from __future__ import annotations

import json
import re
from datetime import date, time
from typing import Any

import tomli

from core.config.positions import Path, Positions

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def put(text: str, path: Path, value: Any) -> str:
    """With the value there. A table that is not in the file yet is put at its end."""
    _read(text)
    positions = Positions(text)
    there = positions.values.get(path)
    if there is not None:
        return text[: there.start] + written(value) + text[there.end :]
    *around, name = path
    if not isinstance(name, str):
        raise ValueError(f"{path} is not in the file")
    inline = positions.values.get(tuple(around))
    if inline is not None:
        return put(text, tuple(around), {**_at(text, tuple(around)), name: value})
    block = next((block for block in positions.blocks if block.path == tuple(around)), None)
    if block is not None:
        return _line(text, block.end, f"{key(name)} = {written(value)}", first=not block.end)
    if len(around) == 1 and isinstance(around[0], str):
        return add(text, (around[0],), {name: value}, several=False)
    if not around or not isinstance(around[-1], str):
        raise ValueError(f"{path} is not in the file")
    return put(text, tuple(around), {name: value})


def remove(text: str, path: Path) -> str:
    """Without the setting; one that is not there is none too many."""
    _read(text)
    positions = Positions(text)
    there = positions.values.get(path)
    if there is None:
        return text
    around = path[:-1]
    if around in positions.values:
        return put(text, around, {name: value for name, value in _at(text, around).items() if name != path[-1]})
    start = text.rfind("\n", 0, positions.key(path).start) + 1
    return text[:start] + text[_end(text, there.end) :]


def add(text: str, names: tuple[str, ...], settings: dict[str, Any], several: bool = True) -> str:
    """With one more table: [[so]], behind the last of its kind, else at the end. several=False: [so]."""
    _read(text)
    header = ".".join(map(key, names))
    lines = [f"[[{header}]]" if several else f"[{header}]"]
    lines += [f"{key(name)} = {written(value)}" for name, value in settings.items()]
    kin = [block for block in Positions(text).blocks if block.path[: len(names[:1])] == names[:1]]
    at = _end(text, kin[-1].end) if kin else len(text)
    before = text[:at]
    gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    return before + gap + "\n".join(lines) + "\n" + text[at:]


def remove_table(text: str, path: Path) -> str:
    """Without the table and those in it. A row of a list: those behind it move up."""
    _read(text)
    gone = [block for block in Positions(text).blocks if block.path[: len(path)] == path]
    for block in reversed(gone):
        end = _end(text, block.end)
        while text.startswith("\n", end):
            end += 1
        text = text[: text.rfind("\n", 0, block.start) + 1] + text[end:]
    return text


def written(value: Any) -> str:
    """A value as a file has it. TypeError: TOML has no such value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{key(name)} = {written(each)}" for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    raise TypeError(f"{value!r} cannot stand in a file")


def key(name: str) -> str:
    """A name as a file has it."""
    return name if _BARE.fullmatch(name) else written(name)


def _read(text: str) -> dict[str, Any]:
    return tomli.loads(text)


def _at(text: str, path: Path) -> Any:
    value: Any = _read(text)
    for part in path:
        value = value[part]
    return value


def _end(text: str, at: int) -> int:
    """Behind the line in which a setting or header ends, whatever remark follows there."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _line(text: str, at: int, line: str, first: bool = False) -> str:
    """A new line behind the one that ends at `at`; first: before all others."""
    at = 0 if first else _end(text, at)
    gap = "" if not at or text[at - 1] == "\n" else "\n"
    return text[:at] + gap + line + "\n" + text[at:]
