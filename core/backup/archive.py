"""One file with all that a box knows: made while the box runs, whole or not there, proved before it is believed.

    strowger-office-20261126T193000Z.tar.gz
      backup.json          whose it is, when, of which version            first: a look at it costs nothing
      config/10-box.toml   the files of the configuration
      data/journal.db      every SQLite file as of one moment, by SQLite's own backup
      data/voicemail/...   everything else as it lies there
      sums.json            size and SHA-256 of every file                 last: without it the archive is cut off

It is written beside its name and renamed when it is on the disk. A file that grows meanwhile (a tape that runs) is in
it as long as it was when it was opened; one that goes meanwhile is left out. What it does not: decide what belongs to a
box (contents.py), or put anything back (restoring.py).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from core.backup.contents import Item
from core.texts import _
from hw.card import HardwareError

FORMAT = 1
HEAD, SUMS = "backup.json", "sums.json"
STAMP = "%Y%m%dT%H%M%SZ"
_AT_ONCE = 1 << 20
_DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError)
_COMPRESSION = 1  # speech hardly shrinks, text shrinks at once


@dataclass(frozen=True, slots=True)
class About:
    """box: its name. when: UTC, as 2026-11-26T19:30:00+00:00. version: of Strowger. recordings: are they in it."""

    box: str
    when: str
    version: str
    recordings: bool
    format: int = FORMAT


class BadArchive(HardwareError):
    """It is no backup, is cut off, or a file in it is not what was put in."""


def name_of(box: str, when: datetime) -> str:
    """when: in UTC. Letters and digits of the box's name that every file system takes."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in box).strip("-") or "box"
    return f"strowger-{plain}-{when.strftime(STAMP)}.tar.gz"


class _Summed:
    """A file that is read once, through its sum, and never beyond `size`: what grew meanwhile stays out."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._left = size
        self.sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        asked = self._left if size < 0 else min(size, self._left)
        data = self._file.read(asked)
        if len(data) < asked:  # it became shorter: the archive says how long it is, and its sum what it is
            data += bytes(asked - len(data))
        self._left -= len(data)
        self.sum.update(data)
        return data


def write(path: Path, about: About, items: list[Item]) -> dict[str, int]:
    """Writes the archive; the size of each file in it. OSError: the disk does not take it, nothing is left there."""
    part = path.with_name(f".{path.name}.part")
    sums: dict[str, tuple[int, str]] = {}
    try:
        with part.open("xb") as raw:
            os.fchmod(raw.fileno(), 0o600)  # PINs, and what people said
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=_COMPRESSION, format=tarfile.PAX_FORMAT) as tar:
                _add_text(tar, HEAD, asdict(about))
                with tempfile.TemporaryDirectory(prefix=".snapshot-", dir=path.parent) as folder:
                    for item in items:
                        _add(tar, item, Path(folder) / "database", sums)
                _add_text(tar, SUMS, sums)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    settle(path.parent)
    return {name: size for name, (size, _sum) in sums.items()}


def _add(tar: tarfile.TarFile, item: Item, snapshot: Path, sums: dict[str, tuple[int, str]]) -> None:
    try:
        if item.database:
            _snapshot(item.path, snapshot)
            source = snapshot
        else:
            source = item.path
        with source.open("rb") as file:
            stat = os.fstat(file.fileno())
            info = tarfile.TarInfo(item.name)
            info.size, info.mtime, info.mode = stat.st_size, int(item.path.stat().st_mtime), 0o640
            summed = _Summed(file, stat.st_size)
            tar.addfile(info, summed)
            sums[item.name] = (stat.st_size, summed.sum.hexdigest())
    except FileNotFoundError:
        return  # it went meanwhile: a message that was erased, a recording whose time was over
    finally:
        snapshot.unlink(missing_ok=True)


def _snapshot(path: Path, to: Path) -> None:
    """As of one moment, whoever writes meanwhile. FileNotFoundError: it has gone."""
    if not path.exists():
        raise FileNotFoundError(path)
    with (
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(to)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _add_text(tar: tarfile.TarFile, name: str, content: Any) -> None:
    data = json.dumps(content, ensure_ascii=False, indent=1).encode()
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o640
    tar.addfile(info, io.BytesIO(data))


def about(path: Path) -> About:
    """Of an archive, from its first bytes. BadArchive: it is none, or of a newer format."""
    with _opened(path) as tar:
        try:
            first = tar.next()
            said = json.loads(_content(tar, first)) if first is not None and first.name == HEAD else None
        except _DAMAGED as error:
            raise _bad(path, _("it is cut off or damaged: {error}").format(error=error)) from error
    if not isinstance(said, dict):
        raise _bad(path, _("it is no backup of Strowger"))
    if said.get("format", 0) > FORMAT:
        raise _bad(path, _("it comes from a newer version, {version}").format(version=said.get("version", "?")))
    try:
        return msgspec.convert(said, About)
    except msgspec.ValidationError as error:
        raise _bad(path, _("it is cut off or damaged: {error}").format(error=error)) from error


def verify(path: Path) -> dict[str, int]:
    """Reads all of it; the size of each file. BadArchive: says what is wrong."""
    return {name: size for name, size, _file in _files(path)}


def extract(path: Path, folder: Path) -> dict[str, int]:
    """All of it into a folder that is there, everything on the disk when it returns; the size of each file.

    BadArchive: says what is wrong; what was written up to then is there.
    """
    sizes = {}
    folders = {folder}
    for name, size, file in _files(path):
        to = folder / name
        to.parent.mkdir(parents=True, exist_ok=True)
        folders.update(parent for parent in to.parents if parent.is_relative_to(folder))
        with to.open("wb") as out:
            while data := file.read(_AT_ONCE):
                out.write(data)
            out.flush()
            os.fsync(out.fileno())
        to.chmod(0o640)
        sizes[name] = size
    for each in folders:
        settle(each)
    return sizes


class _Reading:
    """What is read of a member, and its sum. BadArchive: it cannot be read."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file
        self.sum = hashlib.sha256()

    def read(self, size: int) -> bytes:
        try:
            data = self._file.read(size)
        except _DAMAGED as error:
            raise _bad(self._path, _("it is cut off or damaged: {error}").format(error=error)) from error
        self.sum.update(data)
        return data


def _files(path: Path) -> Iterator[tuple[str, int, _Reading]]:
    """Each file in turn; whoever takes it need not read all of it. At the end all sums were right, or BadArchive."""
    about(path)
    found: dict[str, list[Any]] = {}
    sums: dict[str, list[Any]] | None = None
    with _opened(path) as tar:
        try:
            for member in tar:
                if member.name == SUMS:
                    sums = json.loads(_content(tar, member))
                elif member.name != HEAD:
                    _check_name(path, member)
                    file = tar.extractfile(member)
                    assert file is not None  # a regular file
                    reading = _Reading(path, file)
                    yield member.name, member.size, reading
                    while reading.read(_AT_ONCE):
                        pass
                    found[member.name] = [member.size, reading.sum.hexdigest()]
        except _DAMAGED as error:
            raise _bad(path, _("it is cut off or damaged: {error}").format(error=error)) from error
    if sums is None:
        raise _bad(path, _("it is cut off: its end is missing"))
    wrong = sorted(name for name in found.keys() | sums.keys() if found.get(name) != sums.get(name))
    if wrong:
        raise _bad(path, _("not as they were put in: {names}").format(names=", ".join(wrong[:5])))


def _check_name(path: Path, member: tarfile.TarInfo) -> None:
    """An archive is a stranger until it has been looked at: it writes nowhere but below its folder."""
    parts = Path(member.name).parts
    if not member.isreg() or not parts or parts[0] not in ("config", "data") or ".." in parts:
        raise _bad(path, _("{name} does not belong into a backup").format(name=member.name))


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    return file.read() if file is not None else b""


def _opened(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, "r:gz")
    except OSError as error:
        raise _bad(path, error.strerror or str(error)) from error
    except (tarfile.TarError, zlib.error, EOFError) as error:
        raise _bad(path, _("it is no backup of Strowger")) from error


def _bad(path: Path, why: str) -> BadArchive:
    return BadArchive(f"{path}: {why}", action=_("take another backup: strowger backup --list"))


def settle(folder: Path) -> None:
    """The names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
