"""What a line did lately, for a person at two in the morning.

    14:03:07.340  +0.000   idle -> in_register
    14:03:07.360  +0.020   hears 3 on

The wall clock first, then the distance to the line before, then what happened. The last 400 lines are kept in memory;
with a folder they are also in a file of the line's name, so that what was before a crash can be read after it. A file
that has grown over 256 KiB is renamed to NAME.1 and a new one begun: two files a line, never more. A full disk costs
the file and not the line; a minute later it is tried again.

Samples give the distances; the wall clock is asked once a minute at most, and is only shown. A row with the date stands
where the day changes.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from contextlib import suppress
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

from hw.wall_clock import now

log = logging.getLogger(__name__)

KEPT = 400
RATE = 8000
FILE_MAX = 256 * 1024
CLOCK_S = 60
"""So long the samples are trusted to be as fast as the wall clock: a card's crystal may be off by 4 s a day."""
AGAIN_S = 60
"""After a file failed it is left alone for so long."""


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


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What the wall clock said at a sample."""

    at: datetime
    sample: int

    def wall(self, time: int) -> datetime:
        return self.at + timedelta(seconds=(time - self.sample) / RATE)


class Trace:
    """Of one line. A file that cannot be written costs the file, never the line: `problem` says why, until it can."""

    def __init__(self, line: str = "", folder: Path | None = None) -> None:
        self._notes: deque[tuple[int, str, object, _Anchor]] = deque(maxlen=KEPT)
        self._path = file_of(folder, line) if folder is not None else None
        self._file: TextIO | None = None
        self._size = 0
        self._anchor: _Anchor | None = None
        self._last = 0  # sample and
        self._day: date | None = None  # day of the row before, in the file
        self._again = 0  # not before this sample
        self.problem = ""

    def note(self, time: int, text: str, what: object = None) -> None:
        """`time` in samples of the plane. `what` follows the text, in words, found only when somebody reads them: it
        must not change.
        """
        anchor = self._anchor
        if anchor is None or not 0 <= time - anchor.sample < CLOCK_S * RATE:
            if anchor is None:
                self._last = time
            anchor = self._anchor = _Anchor(now(), time)
        self._notes.append((time, text, what, anchor))
        if self._path is not None and time >= self._again:
            self._keep(self._path, time, text, what, anchor)
        self._last = time

    def lines(self) -> list[str]:
        """Oldest first."""
        rows: list[str] = []
        before, day = self._notes[0][0] if self._notes else 0, None
        for time, text, what, anchor in self._notes:
            at = anchor.wall(time)
            if day not in (None, at.date()):
                rows.append(f"-- {at:%Y-%m-%d} --")
            rows.append(_row(at, time - before, text, what))
            before, day = time, at.date()
        return rows

    def close(self) -> None:
        """What the disk had no room for is lost."""
        if self._file is not None:
            file, self._file = self._file, None
            with suppress(OSError):  # told as a problem already, or about to be
                file.close()

    def _keep(self, path: Path, time: int, text: str, what: object, anchor: _Anchor) -> None:
        at = anchor.wall(time)
        row = _row(at, time - self._last, text, what) + "\n"
        try:
            if self._file is not None and self._size > FILE_MAX:
                self.close()
                path.replace(path.with_suffix(".trace.1"))
            if self._file is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = path.open("a", encoding="utf-8", buffering=1)
                self._size = path.stat().st_size
                row = ("\n" if self._size else "") + f"-- {at:%Y-%m-%d %H:%M:%S} --\n{row}"
            elif self._day != at.date():
                row = f"-- {at:%Y-%m-%d} --\n{row}"
            self._day = at.date()
            self._file.write(row)
            self._size += len(row)
            self.problem = ""
        except OSError as error:
            if not self.problem:
                self.problem = f"trace {path}: {error.strerror}"
                log.warning("%s; it goes on in memory", self.problem)
            self._again = time + AGAIN_S * RATE
            self.close()


def _row(at: datetime, distance: int, text: str, what: object) -> str:
    if what is not None:
        text = f"{text} {in_words(what)}"
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03}  {distance / RATE:+8.3f}   {text}"


def read(folder: Path, line: str) -> list[str]:
    """What the files of a line hold, oldest first. FileNotFoundError: nothing is kept of such a line."""
    path = file_of(folder, line)
    older = path.with_suffix(".trace.1")
    texts = [each.read_text(encoding="utf-8", errors="replace") for each in (older, path) if each.exists()]
    if not texts:
        raise FileNotFoundError(f"{path} is not there")
    return [row for text in texts for row in text.splitlines() if row]


def names(folder: Path) -> list[str]:
    """The lines of which something is kept."""
    return sorted(path.stem for path in folder.glob("*.trace"))
