"""What people recorded: every version of a prompt is kept, one of them is heard.

    FOLDER/zh/call.busy/1.wav    1.json      a version: its sound, and who made it when, from what
                        2.wav    2.json
           zh/call.busy/in-use               number of the version that is heard; 0: the synthesiser's; absent: newest

           changed                           touched with every change, so that another process notices

Adding a version puts it in use; going back is choosing an older one. Nothing is deleted here. A version is there when
its .json is: that is written last, so that a power cut leaves no half of one. Everything blocks on the disk; one
process at a time may add.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from core.prompts.audio import QUIET_DBM0, measured, prompt_of
from core.prompts.sound_files import write_sound
from core.texts import _
from hw import wall_clock
from hw.wave import RATE, Samples, read_wave

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*")
_IN_USE = "in-use"
_CHANGED = "changed"
SYNTHESISED = 0


class VersionError(Exception):
    """A version cannot be added or used. `remedy` says what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Version:
    """One recording of a prompt. `made` in UTC; `by`: who; `source`: a file's name, "text: ...", "telephone 8001".

    `ms`: length after trimming; `level_dbm0`: before it was brought to the level of all prompts; `clipped`: it was
    recorded too loud.
    """

    number: int
    made: datetime
    by: str
    source: str
    ms: int
    level_dbm0: float
    clipped: bool
    path: Path

    @property
    def quiet(self) -> bool:
        """It was raised so far that its noise may be heard."""
        return self.level_dbm0 < QUIET_DBM0


class Versions:
    """The recordings in a folder; it need not exist before the first is added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, name: str, language: str) -> list[Version]:
        """All versions, oldest first. What cannot be read of one is left out: it is not there yet, or no more."""
        found = map(_version, _listed(self._folder(name, language), "*.json"))
        return sorted((version for version in found if version), key=lambda version: version.number)

    def in_use(self, name: str, language: str) -> Version | None:
        """The version that is heard; None: the synthesiser's."""
        versions = self.of(name, language)
        chosen = self._chosen(name, language)
        if chosen is None:
            return versions[-1] if versions else None
        return next((version for version in versions if version.number == chosen), None)

    def recorded(self) -> Iterator[tuple[str, str]]:
        """Name and language of everything that has a version."""
        for folder in _listed(self.folder, "*/*/"):
            if _NAME.fullmatch(folder.name) and _listed(folder, "*.json"):
                yield folder.name, folder.parent.name

    def add(self, name: str, language: str, samples: Samples, *, source: str, by: str) -> Version:
        """Trimmed and levelled, safe on disk, in use. VersionError: nothing is heard; OSError: the disk refuses."""
        before = measured(samples)
        made = prompt_of(samples)
        if before.level_dbm0 is None or not len(made):
            raise VersionError(_("nothing is heard in it"), _("record it again, louder"))
        folder = self._folder(name, language)
        folder.mkdir(parents=True, exist_ok=True)
        taken = [int(path.stem) for path in folder.glob("*.*") if path.stem.isdigit()]
        number = max(taken, default=0) + 1
        version = Version(
            number,
            wall_clock.utc(),
            by,
            source,
            round(len(made) * 1000 / RATE),
            round(before.level_dbm0, 1),
            before.clipped,
            folder / f"{number}.wav",
        )
        write_sound(version.path, made)
        _settle(version.path)
        facts = asdict(version) | {"made": version.made.isoformat()}
        del facts["path"]
        _put(folder / f"{number}.json", json.dumps(facts, ensure_ascii=False, indent=1))
        (folder / _IN_USE).unlink(missing_ok=True)  # the newest is heard again
        self._mark_change()
        return version

    def use(self, name: str, language: str, number: int) -> None:
        """From now on this version is heard; SYNTHESISED: none. VersionError: there is none of this number."""
        known = [version.number for version in self.of(name, language)]
        if number != SYNTHESISED and number not in known:
            raise VersionError(
                _("{name} in {language} has no version {number}").format(name=name, language=language, number=number),
                _("there are: {numbers}; and 0 for the synthesiser's").format(
                    numbers=", ".join(map(str, known)) or "-"
                ),
            )
        folder = self._folder(name, language)
        folder.mkdir(parents=True, exist_ok=True)
        _put(folder / _IN_USE, f"{number}\n")
        self._mark_change()

    def stamp(self) -> int:
        """Another number after every change, from whichever process. A few µs: it may be asked in the trio thread."""
        try:
            return os.stat(self.folder / _CHANGED).st_mtime_ns
        except OSError:
            return 0

    def _mark_change(self) -> None:
        """A clock that was set back, or is coarse, must not hide it."""
        before = self.stamp()
        marker = self.folder / _CHANGED
        marker.touch()
        if self.stamp() <= before:
            os.utime(marker, ns=(before + 1, before + 1))

    def speech(self, version: Version) -> Samples:
        """Raises hw.wave.ClipError."""
        return read_wave(version.path)

    def _chosen(self, name: str, language: str) -> int | None:
        try:
            return int((self._folder(name, language) / _IN_USE).read_text())
        except (OSError, ValueError):
            return None

    def _folder(self, name: str, language: str) -> Path:
        if not _NAME.fullmatch(name) or not _NAME.fullmatch(language):
            raise ValueError(f"{name!r} in {language!r} is no name of a prompt")
        return self.folder / language / name


def _listed(folder: Path, pattern: str) -> list[Path]:
    """What is there: nothing where the folder is missing, or goes away while it is read."""
    try:
        return sorted(folder.glob(pattern))
    except FileNotFoundError:
        return []


def _version(path: Path) -> Version | None:
    try:
        facts = json.loads(path.read_text())
        return Version(
            int(path.stem),
            datetime.fromisoformat(facts["made"]),
            facts["by"],
            facts["source"],
            facts["ms"],
            facts["level_dbm0"],
            facts["clipped"],
            path.with_suffix(".wav"),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _put(path: Path, text: str) -> None:
    """All of it or nothing, on the disk when this returns."""
    fresh = path.with_name(f"{path.name}.part")
    fresh.write_text(text)
    _settle(fresh)
    fresh.replace(path)
    _settle(path.parent)


def _settle(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
