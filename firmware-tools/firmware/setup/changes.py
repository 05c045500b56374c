"""Files as they are and as they are to be: the difference for people, and the writing, whole or not at all.

    changes = Changes({Path("/etc/dahdi/system.conf"): "loadzone=cn ..."})
    changes.lines()          unified difference, one line a row; none: everything stands there already
    changes.write()          each file by rename; what stood there before is kept beside it as NAME.before-setup

None as the text of a file: it is to go (it is renamed to NAME.old).
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from core.texts import _

BEFORE, GONE = ".before-setup", ".old"


class Changes:
    """`texts`: what is to stand in each file."""

    def __init__(self, texts: Mapping[Path, str | None]) -> None:
        self._changed = {path: (_read(path), text) for path, text in texts.items() if _read(path) != text}

    def __bool__(self) -> bool:
        return bool(self._changed)

    @property
    def paths(self) -> list[Path]:
        return list(self._changed)

    def lines(self) -> Iterator[str]:
        for path, (before, after) in self._changed.items():
            heads = (_("{path} (as it is)").format(path=path), _("{path} (as it is to be)").format(path=path))
            old, new = (before or "").splitlines(), (after or "").splitlines()
            yield from difflib.unified_diff(old, new, *heads, n=2, lineterm="")

    def write(self) -> None:
        """OSError: the disk or the rights do not allow it; the files before it are written."""
        for path, (before, after) in self._changed.items():
            if after is None:
                path.replace(path.with_name(path.name + GONE))
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = path.with_name(path.name + BEFORE)
            if before is not None and not kept.exists():
                kept.write_text(before, encoding="utf-8")
            new = path.with_name(path.name + ".new")
            with new.open("w", encoding="utf-8") as file:
                file.write(after)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
