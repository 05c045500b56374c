"""The files of a configuration: which there are, and what stands in them.

    sources = [read(path) for path in files((Path("/usr/share/strowger"), Path("/etc/strowger")))]

Folders are as systemd has them: what the package ships first, what this box adds last; in each, all *.toml by name. A
file in a later folder takes the place of one with the same name in an earlier one (an empty one switches it off). A
path that is itself a file counts alone.
What it does not: look at what the settings mean (wording.py, checks.py), or merge files (merge.py).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli

from core.config import slips
from core.config.mistake import ConfigError, Place
from core.config.positions import LineIndex, Positions, Stretch
from core.texts import _

SHIPPED = Path("/usr/share/strowger/config")
"""What the package brings, where it brings any."""


def with_shipped(folder: Path) -> tuple[Path, ...]:
    """The places of a box: what the package brings, then its own folder."""
    return (SHIPPED, folder) if SHIPPED.is_dir() and folder.is_dir() else (folder,)


_MOST_MISTAKES = 50
"""So many places in one file are read over that are no TOML; more is no configuration."""


def files(places: Iterable[Path]) -> list[Path]:
    """The files of these folders (or files) in the order in which they are read. ConfigError: a place is not there."""
    found: dict[str, Path] = {}
    for place in places:
        if place.is_file():
            found[place.name] = place
        elif place.is_dir():
            found |= {path.name: path for path in place.glob("*.toml") if not path.name.startswith(".")}
        else:
            raise ConfigError(Place(place), _("There is no such file or folder."), _("Check the path."))
    return [found[name] for name in sorted(found)]


@dataclass
class Source:
    """A file, read. mistakes: what is no TOML in it; `data` is what it was meant to be all the same.

    guessed: lines whose value is not known for sure, so that nothing more should be said about them.
    """

    path: Path
    text: str
    data: dict[str, Any] = field(default_factory=dict)
    mistakes: list[ConfigError] = field(default_factory=list)
    guessed: set[int] = field(default_factory=set)
    _slips: slips.Slips | None = None
    _repaired: str = ""

    @cached_property
    def _index(self) -> LineIndex:
        return LineIndex(self.text)

    @cached_property
    def _positions(self) -> Positions:
        return Positions(self._repaired)

    def key(self, path: tuple[str | int, ...]) -> Place:
        return self._place(self._positions.key(path))

    def value(self, path: tuple[str | int, ...]) -> Place:
        return self._place(self._positions.value(path))

    def _place(self, stretch: Stretch) -> Place:
        if self._slips is not None:
            stretch = Stretch(self._slips.original(stretch.start), self._slips.original(stretch.end))
        return self.place(stretch)

    def place(self, stretch: Stretch) -> Place:
        """A stretch of the text as it stands in the file; of several lines, what is in the first."""
        line = self._index.line(stretch.start)
        source = self._index.source(line)
        column = self._index.column(stretch.start)
        length = min(stretch.end - stretch.start, len(source) - column + 1)
        return Place(self.path, line, column, max(length, 0), source)

    # ---- reading ----

    def parse(self, tables: Mapping[str, bool]) -> None:
        """Fills `data` and `mistakes`. tables: those that there are; True: written [[so]]."""
        self._repaired = self.text
        try:
            self.data = tomli.loads(self.text)
        except tomli.TOMLDecodeError:
            pass
        else:
            if not self._misshapen(tables):
                return
        self._slips = slips.find(self.text, tables)
        for slip in self._slips.found:
            place = self.place(Stretch(slip.start, slip.end))
            self.mistakes.append(ConfigError(place, slip.problem, slip.hint))
            if slip.guess:
                self.guessed.add(place.line)
        self._repaired = self._slips.repaired
        for _time in range(_MOST_MISTAKES):
            try:
                self.data = tomli.loads(self._repaired)
                break
            except tomli.TOMLDecodeError as error:
                self._read_over(error)
        for name in self._misshapen(tables):
            problem = _("There may be several of these.") if tables[name] else _("There is only one of these.")
            right = f"[[{name}]]" if tables[name] else f"[{name}]"
            self.mistakes.append(ConfigError(self.key((name,)), problem, _("Write {value}").format(value=right)))
            del self.data[name]

    def _misshapen(self, tables: Mapping[str, bool]) -> list[str]:
        """Tables of which there are several, written as one, and the other way round."""
        found = {name: value for name, value in self.data.items() if name in tables and _rows(value)}
        return [name for name, value in found.items() if isinstance(value, list) != tables[name]]

    def _read_over(self, error: tomli.TOMLDecodeError) -> None:
        """Says what the reader says, and makes its line blank."""
        assert self._slips is not None
        at = min(error.pos, max(0, len(self._repaired) - 1))
        start = self._repaired.rfind("\n", 0, at) + 1
        end = self._repaired.find("\n", at)
        end = len(self._repaired) if end < 0 else end
        problem, hint, whole = _said(error.msg)
        line = self._repaired[start:end]
        indent = len(line) - len(line.lstrip())
        place = self._place(Stretch(start + indent, start + len(line.rstrip())) if whole else Stretch(at, at + 1))
        self.mistakes.append(ConfigError(place, problem, hint))
        self.guessed.add(place.line)
        self._repaired = self._repaired[:start] + " " * (end - start) + self._repaired[end:]


def _rows(value: object) -> bool:
    """Whether a value was written as a table or a list of tables."""
    return isinstance(value, dict) or (isinstance(value, list) and all(isinstance(row, dict) for row in value))


def _said(message: str) -> tuple[str, str, bool]:
    """The reader's words, in ours where a person meets them; and whether they are about the whole line."""
    if "Cannot overwrite a value" in message:
        return _("This setting has a value already, further above."), _("Keep one of them."), True
    if "twice" in message or "Cannot declare" in message or "Cannot mutate" in message:
        return _("This table is there already, further above."), _("Write all its settings in one place."), True
    problem = _("This is no TOML ({reason}).").format(reason=message)
    return problem, _('Write name = value; texts stand in "quotes".'), False


def read(path: Path, tables: Mapping[str, bool]) -> Source:
    """ConfigError: it cannot be read at all."""
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = _("The file cannot be read ({reason}).").format(reason=error.strerror)
        raise ConfigError(Place(path), problem, _("Check path and permissions.")) from None
    return source(path, content, tables)


def source(path: Path, content: bytes, tables: Mapping[str, bool]) -> Source:
    """The same from bytes in memory."""
    wrong: ConfigError | None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
        wrong = ConfigError(Place(path), _("The file is not UTF-8; it is UTF-16."), _("Save it as UTF-8."))
    elif b"\0" in content:
        text = ""
        problem = _("The file is no text: there are zero bytes in it, as after a power cut while it was written.")
        wrong = ConfigError(
            Place(path), problem, _("Take it from the last commit (strowger config show), or a backup.")
        )
    else:
        text, wrong = _decoded(path, content)
    found = Source(path, text.replace("\r\n", "\n"))
    if wrong is not None:
        found.mistakes.append(wrong)
    found.parse(tables)
    return found


def _decoded(path: Path, content: bytes) -> tuple[str, ConfigError | None]:
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        # What Windows writes in China, unless told otherwise.
        text = content.decode("gb18030", errors="replace")
        line = content.count(b"\n", 0, error.start) + 1
        shown = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
        problem = _("The file is not UTF-8; it looks like GBK (GB18030).")
        return text, ConfigError(Place(path, line, 1, 0, shown), problem, _("Save it as UTF-8."))
