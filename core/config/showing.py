"""The configuration in full: every setting with its value, and from which file and line it comes.

    for shown in values(reading):      shown.name == '[[station]] "8001" no_answer_s'; shown.place: None for a default

What it does not: print it (command.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.config import schema
from core.config.difference import SECRET, plain, shown
from core.config.merge import key_of
from core.config.mistake import Place
from core.config.model import Box, Table
from core.config.reading import Reading
from core.texts import _
from core.width import width


@dataclass(frozen=True, slots=True)
class Shown:
    """value: as JSON has it; None for a secret. place: None: it stands in no file."""

    section: str
    row: str
    setting: str
    value: Any
    place: Place | None

    def __str__(self) -> str:
        if self.setting in SECRET:
            return f"{self.setting} = " + (_("set, not shown") if self.value else '""')
        return f"{self.setting} = {shown(self.value)}"

    def facts(self) -> dict[str, Any]:
        secret = self.setting in SECRET
        origin = None if self.place is None else {"path": str(self.place.path), "line": self.place.line}
        return {
            "section": self.section,
            "row": self.row,
            "setting": self.setting,
            "value": None if secret else self.value,
            "origin": origin,
        }


def values(reading: Reading) -> Iterator[Shown]:
    """In the order of the model. BadConfiguration: there are mistakes."""
    box = reading.box
    for section in Box.model_fields:
        found = getattr(box, section)
        if isinstance(found, Table):
            yield from _settings(reading, section, "", (section,), found, "")
        elif isinstance(found, tuple):
            for number, row in enumerate(found):
                name = getattr(row, key_of(section))
                yield from _settings(reading, section, name, (section, number), row, "")
        else:
            yield Shown(section, "", section, plain(found), _place(reading, (section,)))


def _settings(
    reading: Reading, section: str, row: str, path: schema.Path, table: Table, around: str
) -> Iterator[Shown]:
    for name in type(table).model_fields:
        value, there = getattr(table, name), (*path, name)
        if isinstance(value, Table):
            yield from _settings(reading, section, row, there, value, f"{around}{name}.")
        elif value is not None:
            yield Shown(section, row, f"{around}{name}", plain(value), _place(reading, there))


def _place(reading: Reading, path: schema.Path) -> Place | None:
    origin = reading.merged.origin(path)
    return None if origin is None else reading.place(path)


def lines(reading: Reading, origin: bool) -> list[str]:
    """For a terminal, in the form of the files; with origin: where each value stands."""
    rows: list[str] = []
    around: tuple[str, str] | None = None
    for each in values(reading):
        if (each.section, each.row) != around:
            around = (each.section, each.row)
            if each.section in schema.tables():
                rows += ["", schema.header(each.section)]
        text = str(each)
        if origin:
            place = _("default") if each.place is None else f"{each.place.path}:{each.place.line}"
            text = f"{text}{' ' * max(1, 60 - width(text))}# {place}"
        rows.append(text)
    return rows
