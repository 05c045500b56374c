"""The folder in which backups lie: which there are, and which may go."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.backup.archive import About, BadArchive, about

_PATTERN = "strowger-*.tar.gz"


@dataclass(frozen=True, slots=True)
class Backup:
    path: Path
    bytes: int
    about: About


def backups(folder: Path) -> list[Backup]:
    """The oldest first. What cannot be read is none."""
    found = []
    for path in folder.glob(_PATTERN) if folder.is_dir() else ():
        with suppress(BadArchive, FileNotFoundError):
            found.append(Backup(path, path.stat().st_size, about(path)))
    return sorted(found, key=lambda each: (each.about.when, each.path.name))


def tidy(folder: Path, box: str, keep: int) -> list[Path]:
    """Erases the oldest of this box but for `keep`, at least one; what went. Those of other boxes are none of ours."""
    ours = [each.path for each in backups(folder) if each.about.box == box]
    gone = ours[: -max(1, keep)]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone
