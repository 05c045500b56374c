"""The commits of the configuration on disk: whole sets of files, and which of them is at work.

    config/
        00000017/10-lines.toml          the files as they were committed
        00000017/20-people.toml
        00000017/commit.json            who, when, with which words, and a hash over the files
        pointers.json                   current, confirmed, and until when the current one must be confirmed

    commit made     files ── commit.json ── folder gets its name ── pointers
                                                  |                    |
                                         from here it is a commit      from here it is at work

A power cut at any moment leaves whole commits and one whole pointers.json. After one while a commit waits to be
confirmed, start() goes back to the last confirmed one: whatever cut the power may have been that commit. 50 are kept,
beside those at work.
What it does not: read what the files say, or put anything to work (configuration.py). How time flows: times of the
wall clock are given by the caller, in UTC.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from core.config.disk import Disk
from core.config.model import VERSION
from core.texts import _
from hw.errors import LocalError

FOLDER = "config"
"""Of the commits, in the data folder of the box."""
KEPT = 50
_ABOUT, _POINTERS, _NEW, _OLD = "commit.json", "pointers.json", ".new-", ".old-"


class DamagedCommit(Exception):
    """A commit whose files are not what was committed. The text says which and what."""


@dataclass(frozen=True, slots=True)
class Commit:
    """when: UTC. hash: SHA-256 over names and contents, in hexadecimal. format: of the files, see migration.py."""

    number: int
    who: str
    when: datetime
    message: str
    hash: str
    format: int = VERSION


@dataclass(frozen=True, slots=True)
class Pointers:
    """Numbers of commits, 0: none. until: UTC, when the current one goes back unless confirmed; None: it stays."""

    current: int = 0
    confirmed: int = 0
    until: datetime | None = None


class Commits:
    """In a folder of their own. Opening it removes what a power cut has left half done."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self._folder = folder
        self._disk = disk or Disk()
        self._disk.make_folder(folder)
        self._disk.settle(folder.parent)
        for path in folder.iterdir():
            if path.name.startswith((_NEW, _OLD)):
                self._disk.remove(path)

    def history(self) -> list[Commit]:
        """All that are kept, the newest first."""
        return [self.commit(number) for number in sorted(self._numbers(), reverse=True)]

    def commit(self, number: int) -> Commit:
        """LookupError: there is no such commit; DamagedCommit."""
        path = self._folder / f"{number:08}" / _ABOUT
        try:
            about = json.loads(path.read_bytes())
            when = datetime.fromisoformat(about["when"])
            return Commit(about["number"], about["who"], when, about["message"], about["hash"], about["format"])
        except FileNotFoundError:
            raise LookupError(_("there is no commit {number}").format(number=number)) from None
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedCommit(f"commit {number}: {path} cannot be read ({error})") from None

    def contents(self, number: int) -> dict[str, bytes]:
        """The files of a commit by name. LookupError: there is no such commit; DamagedCommit: they have changed."""
        about = self.commit(number)
        folder = self._folder / f"{number:08}"
        files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.toml"))}
        if fingerprint(files) != about.hash:
            raise DamagedCommit(f"commit {number}: the files in {folder} are not those that were committed")
        return files

    def add(self, contents: Mapping[str, bytes], who: str, when: datetime, message: str) -> Commit:
        """Keeps a set of files as the next commit; point() puts it to work. OSError: the disk refuses."""
        number = max(self._numbers(), default=0) + 1
        commit = Commit(number, who, when, message, fingerprint(contents))
        new = self._folder / f"{_NEW}{number:08}"
        self._disk.make_folder(new)
        for name, content in contents.items():
            if Path(name).name != name or not name.endswith(".toml") or name.startswith("."):
                raise LocalError(f"{name!r} is no name of a file of the configuration")
            self._disk.write(new / name, content)
        about = asdict(commit) | {"when": when.isoformat()}
        self._disk.write(new / _ABOUT, json.dumps(about, ensure_ascii=False, indent=1).encode())
        self._disk.settle(new)
        self._disk.move(new, self._folder / f"{number:08}")
        self._disk.settle(self._folder)
        self._forget(keep={number})
        return commit

    # ---- what is at work ----

    @property
    def pointers(self) -> Pointers:
        try:
            found = json.loads((self._folder / _POINTERS).read_bytes())
        except FileNotFoundError:
            return Pointers()
        until = found["until"]
        return Pointers(found["current"], found["confirmed"], datetime.fromisoformat(until) if until else None)

    def point(self, pointers: Pointers) -> None:
        """From here on these are at work, also after a power cut."""
        for number in (pointers.current, pointers.confirmed):
            self.commit(number)
        until = pointers.until.isoformat() if pointers.until else ""
        content = json.dumps({"current": pointers.current, "confirmed": pointers.confirmed, "until": until})
        new = self._folder / f"{_NEW}{_POINTERS}"
        self._disk.write(new, content.encode())
        self._disk.move(new, self._folder / _POINTERS)
        self._disk.settle(self._folder)

    def start(self) -> tuple[Pointers, int]:
        """What to begin with: the last confirmed commit. And the number of one that waited to be confirmed, else 0."""
        pointers = self.pointers
        if pointers.current == pointers.confirmed:
            return pointers, 0
        left = pointers.current
        pointers = replace(pointers, current=pointers.confirmed, until=None)
        self.point(pointers)
        return pointers, left

    # ---- keeping house ----

    def _numbers(self) -> list[int]:
        return [int(path.name) for path in self._folder.iterdir() if path.name.isdecimal()]

    def _forget(self, keep: set[int]) -> None:
        """All but the newest 50 and those at work; a commit loses its name first, so that half of one is none."""
        pointers = self.pointers
        keep |= {pointers.current, pointers.confirmed}
        for number in sorted(self._numbers(), reverse=True)[KEPT:]:
            if number not in keep:
                old = self._folder / f"{_OLD}{number:08}"
                self._disk.move(self._folder / f"{number:08}", old)
                self._disk.remove(old)


def fingerprint(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over names and contents."""
    found = hashlib.sha256()
    for name in sorted(contents):
        found.update(f"{name}\0{len(contents[name])}\0".encode())
        found.update(contents[name])
    return found.hexdigest()
