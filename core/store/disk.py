"""Room on the disk of the journal: marks at 20, 10 and 5 % free, and a ballast for the hour in which there is none.

    free   20 %        10 %        5 %                       0
    -------|-----------|-----------|------------------------|
      ""     notice      warning     critical        ballast goes: room for the journal, and for those who tidy up

SQLite in WAL mode cannot even delete on a full disk (ENGINEERING.md, Store). So a file of nothing lies beside the
journal, and is unlinked when less than its own size is free, or when a write was refused. It is made anew once it
leaves more than 20 % free.

What it does not: delete anything that is of use. Recordings have a quota of their own.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MARKS = ((0.05, "critical"), (0.10, "warning"), (0.20, "notice"))
BALLAST = 64 << 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that are free for us, and of the whole disk."""

    free: int
    whole: int

    @property
    def level(self) -> str:
        """critical, warning, notice; or "" when there is enough."""
        return next((level for mark, level in MARKS if self.free < mark * self.whole), "")


def room(folder: Path) -> Room:
    """OSError: the disk does not answer."""
    said = os.statvfs(folder)
    return Room(said.f_bavail * said.f_frsize, said.f_blocks * said.f_frsize)


class Disk:
    """The disk on which `journal` lies. All of it may block for as long as the disk does: not for the trio thread."""

    def __init__(self, journal: Path, ballast: int = BALLAST, ask: Callable[[Path], Room] = room) -> None:
        self._folder = journal.parent
        self._ballast = journal.with_suffix(".ballast")
        self._size = ballast
        self._ask = ask

    def look(self) -> str:
        """The level now (Room.level). Keeps or drops the ballast. OSError: the disk does not do as told."""
        self._folder.mkdir(parents=True, exist_ok=True)
        now = self._ask(self._folder)
        if now.free < self._size:
            self.drop_ballast()
        elif not Room(now.free - self._size, now.whole).level and not self._ballast.exists():
            self._make_ballast()
        return now.level

    def drop_ballast(self) -> None:
        """A write was refused: there must be room at once."""
        self._ballast.unlink(missing_ok=True)

    def _make_ballast(self) -> None:
        """Where it cannot be (a quota), the journal does without."""
        try:
            handle = os.open(self._ballast, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
            try:
                os.posix_fallocate(handle, 0, self._size)
            finally:
                os.close(handle)
        except OSError as error:
            log.warning("no ballast for the journal: %s", error)
            self._ballast.unlink(missing_ok=True)
