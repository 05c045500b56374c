"""What of a box belongs into its backup: the files of the configuration, and the data folder but for what is made anew.

What it does not: read the files (archive.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RECORDINGS = "recordings"
_LEFT_OUT = frozenset({"lock", "traces", "captures"})
"""The lock of the process that runs; what lines did lately."""
_ENDS_LEFT_OUT = ("-wal", "-shm", "-journal", ".ballast", ".part")
"""Beside a SQLite file, and in its snapshot; room that is kept free; what is not finished."""
_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Item:
    """path: the file. name: in the archive. database: SQLite's, to be copied as of one moment."""

    path: Path
    name: str
    database: bool = False


def contents(config: Path, data: Path, recordings: bool) -> list[Item]:
    """In the order in which they are copied: the journal first, so that all it speaks of is still there or newer."""
    found = [Item(path, f"config/{path.relative_to(config)}") for path in _below(config)]
    for path in _below(data):
        relative = path.relative_to(data)
        if relative.parts[0] in _LEFT_OUT or relative.name.endswith(_ENDS_LEFT_OUT):
            continue
        if relative.parts[0] == RECORDINGS and not recordings:
            continue
        found.append(Item(path, f"data/{relative}", _is_sqlite(path)))
    return sorted(found, key=lambda item: (item.name.startswith("data/"), not item.database, item.name))


def _below(folder: Path) -> Iterator[Path]:
    """Regular files, no hidden ones: those are somebody's editor's, or ours and unfinished. Links are not followed."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith((".", "before-restore-")) or path.is_symlink():
            continue
        if path.is_dir():
            yield from _below(path)
        elif path.is_file():
            yield path


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False
