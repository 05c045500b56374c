"""The files of a folder as an editor needs them: read as they are, saved whole, never over what another has saved.

    held = read(places)                           texts by name, and a fingerprint of them all: the basis
    save(places, {"40-people.toml": text}, held.basis)

    editor   read ── basis ──── a person types ──── save, with the basis
    disk            any other writer ──┘               └─ the files are not as they were read: Stale, nothing is saved

Places are as core/config/files.py has them: what the package ships, then the folder of this box. Only the last is
written to; a shipped file that was changed stands there from then on. Saving puts nothing to work. What it does not:
look at what the texts say. Blocks on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.config.commits import fingerprint
from core.config.disk import Disk
from core.config.files import files
from hw.errors import LocalError

_NEW = ".new-"


class Stale(Exception):
    """Somebody else has saved these files since they were read."""


@dataclass(frozen=True, slots=True)
class Held:
    """texts: by name. shipped: those of the package, that this box has not changed. basis: for save()."""

    texts: dict[str, str]
    shipped: frozenset[str]
    basis: str


def read(places: Iterable[Path]) -> Held:
    """OSError: a file cannot be read. ConfigError: a place is not there. What is no UTF-8 is taken as GB18030."""
    places = list(places)
    found = files(places)
    contents = {path.name: path.read_bytes() for path in found}
    own = places[-1] if places else Path()
    shipped = frozenset(path.name for path in found if path != own and path.parent != own)
    return Held({name: _text(content) for name, content in contents.items()}, shipped, fingerprint(contents))


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    return text.replace("\r\n", "\n")


def save(places: Sequence[Path], texts: Mapping[str, str | None], basis: str, disk: Disk | None = None) -> Held:
    """None: the file goes. Each file is replaced whole or not at all. Returns what lies there now.

    Stale: nothing was saved. OSError: the disk refuses; files before that one in the order of names are saved.
    """
    disk = disk or Disk()
    if read(places).basis != basis:
        raise Stale
    folder = places[-1]
    if folder.is_file():
        folder = folder.parent
    for name in sorted(texts):
        text = texts[name]
        if Path(name).name != name or not name.endswith(".toml") or name.startswith("."):
            raise LocalError(f"{name!r} is no name of a file of settings")
        if text is None:
            disk.remove(folder / name)
            continue
        new = folder / f"{_NEW}{name}"
        try:
            disk.write(new, text.encode())
            if (folder / name).exists():
                new.chmod((folder / name).stat().st_mode & 0o777)
            disk.move(new, folder / name)
        finally:
            new.unlink(missing_ok=True)
    disk.settle(folder)
    return read(places)
