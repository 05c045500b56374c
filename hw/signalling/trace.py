"""What a line did lately, for a person at two in the morning.

    14:03:07.340  +0.000   idle -> in_register
    14:03:07.360  +0.020   hears 3 on

The wall clock first, then the distance to the line before, then what happened. The last 400 lines are kept in memory;
with a folder they are also in a file of the line's name, so that what was before a crash can be read after it. A file
that has grown over 256 KiB is renamed to NAME.1 and a new one begun: two files a line, never more.

Samples give the distances; the wall clock is asked once, when the trace begins, and is only shown.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

from hw.wall_clock import now

KEPT = 400
RATE = 8000
FILE_MAX = 256 * 1024


def in_words(thing: object) -> str:
    """A telling in one row: its name, and what it says beyond the defaults and the time, which the row has already."""
    if isinstance(thing, Enum):
        return (thing.name or str(thing.value)).lower().replace("_", " ")
    if not is_dataclass(thing) or isinstance(thing, type):
        return str(thing)
    said = [
        f"{each.name} {in_words(value)}"
        for each in fields(thing)
        if each.name != "time" and (value := getattr(thing, each.name)) != _default(each)
    ]
    return type(thing).__name__ + (f" ({', '.join(said)})" if said else "")


def _default(of: Field[Any]) -> object:
    return of.default_factory() if of.default_factory is not MISSING else of.default


def file_of(folder: Path, line: str) -> Path:
    """Where the trace of a line lies: its name with what no file name should have replaced by '_'."""
    return folder / (re.sub(r"[^\w.+-]", "_", line) + ".trace")


class Trace:
    """Of one line. A folder that cannot be written costs the file, never the line: `problem` says why."""

    def __init__(self, line: str = "", folder: Path | None = None) -> None:
        self._notes: deque[tuple[int, str, object]] = deque(maxlen=KEPT)
        self._path = file_of(folder, line) if folder is not None else None
        self._file: TextIO | None = None
        self._size = 0
        self._began: datetime | None = None
        self._began_at = 0
        self._last = 0
        self.problem = ""

    def note(self, time: int, text: str, what: object = None) -> None:
        """`time` in samples of the plane. `what` follows the text, in words, found only when somebody reads them: it
        must not change.
        """
        if self._began is None:
            self._began, self._began_at, self._last = now(), time, time
        self._notes.append((time, text, what))
        if self._path is not None and not self.problem:
            self._keep(self._row(time, self._last, text, what))
        self._last = time

    def lines(self) -> list[str]:
        """Oldest first."""
        rows = []
        before = self._notes[0][0] if self._notes else 0
        for time, text, what in self._notes:
            rows.append(self._row(time, before, text, what))
            before = time
        return rows

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _row(self, time: int, before: int, text: str, what: object) -> str:
        assert self._began is not None
        if what is not None:
            text = f"{text} {in_words(what)}"
        at = self._began + timedelta(seconds=(time - self._began_at) / RATE)
        return f"{at:%H:%M:%S}.{at.microsecond // 1000:03}  {(time - before) / RATE:+8.3f}   {text}"

    def _keep(self, row: str) -> None:
        assert self._path is not None
        try:
            if self._file is not None and self._size > FILE_MAX:
                self.close()
                self._path.replace(self._path.with_suffix(".trace.1"))
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("a", encoding="utf-8", buffering=1)
                self._size = self._path.stat().st_size
                self._file.write(f"-- {now():%Y-%m-%d %H:%M:%S} --\n")
            self._file.write(row + "\n")
            self._size += len(row) + 1
        except OSError as error:
            self.problem = f"trace {self._path}: {error.strerror}"
            self.close()


def read(folder: Path, line: str) -> list[str]:
    """What the files of a line hold, oldest first. FileNotFoundError: nothing is kept of such a line."""
    path = file_of(folder, line)
    older = path.with_suffix(".trace.1")
    rows = older.read_text(encoding="utf-8", errors="replace").splitlines() if older.exists() else []
    return rows + path.read_text(encoding="utf-8", errors="replace").splitlines()


def names(folder: Path) -> list[str]:
    """The lines of which something is kept."""
    return sorted(path.stem for path in folder.glob("*.trace"))
