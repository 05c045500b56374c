"""Brings files of an older format up to date, comments and all.

    moved = migrate({"office.toml": '[box]\\nname = "x"\\n'})
    moved["office.toml"].text, moved["office.toml"].steps        what was done, a sentence each

One of the files says the format of all (`version = 1`, at its top); where none does it is format 0, from before they
were numbered. A step leads from one format to the next; STEPS has all of them, for ever: a box that was off for
years is brought up to date as well. Commits of older formats are brought up to date in memory, when one is put to work.
What it does not: write files (the command does, when it is told to). Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError

from core.config.model import VERSION
from core.texts import _


class NewerFormat(Exception):
    """The files are of a format that this software does not know yet."""


@dataclass(frozen=True, slots=True)
class Moved:
    """steps: what was done; empty: the text is as it was."""

    text: str
    steps: tuple[str, ...]


def _name_caller_id_off(document: TOMLDocument) -> list[str]:
    """0 to 1: no caller ID is "off", as other things that are switched off; it was "none"."""
    done = []
    for row in document.get("station", []):
        if row.get("caller_id") == "none":
            row["caller_id"] = "off"
            number = row.get("number", "?")
            done.append(_('station {number}: caller_id = "none" is called "off" now').format(number=number))
    return done


STEPS: tuple[Callable[[TOMLDocument], list[str]], ...] = (_name_caller_id_off,)
"""STEPS[n] changes one file from format n to n + 1, and says what it has done."""


def migrate(texts: Mapping[str, str]) -> dict[str, Moved]:
    """The files by name. Those that are no TOML stay as they are: check says what is wrong with them. NewerFormat."""
    documents = {name: _parsed(text) for name, text in texts.items()}
    said = [document["version"] for document in documents.values() if document is not None and "version" in document]
    version = max((int(number) for number in said if isinstance(number, int)), default=0)
    if version > VERSION:
        problem = _("These files are of format {newer}; this software knows {known}.")
        raise NewerFormat(problem.format(newer=version, known=VERSION))
    moved = {}
    for name, document in documents.items():
        done: list[str] = []
        if document is not None:
            for step in STEPS[version:]:
                done += step(document)
            if "version" in document and document["version"] != VERSION:
                document["version"] = VERSION
                done.append(_("version = {version}").format(version=VERSION))
        moved[name] = Moved(tomlkit.dumps(document) if document is not None and done else texts[name], tuple(done))
    if not said:
        first = next((name for name in sorted(documents) if documents[name] is not None), None)
        if first is not None:
            done_there = _("version = {version}").format(version=VERSION)
            moved[first] = Moved(_numbered(moved[first].text), (*moved[first].steps, done_there))
    return moved


def _parsed(text: str) -> TOMLDocument | None:
    try:
        return tomlkit.parse(text)
    except TOMLKitError:
        return None


def _numbered(text: str) -> str:
    """The file with this format's number as its first setting, below the remarks at its top."""
    lines = text.splitlines(keepends=True)
    head = 0
    while head < len(lines) and (lines[head].startswith("#") or not lines[head].strip()):
        head += 1
    # Remarks that stand right above the first table, after an empty line, are its own.
    remarks = head
    while remarks and lines[remarks - 1].startswith("#"):
        remarks -= 1
    if remarks and head < len(lines):
        head = remarks
    return "".join([*lines[:head], f"version = {VERSION}\n", *(["\n"] if head < len(lines) else []), *lines[head:]])


def up_to_date(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a commit as this software reads them; what cannot be moved stays, and is told when it is read."""
    try:
        texts = {name: content.decode() for name, content in contents.items()}
        return {name: moved.text.encode() for name, moved in migrate(texts).items()}
    except (UnicodeDecodeError, NewerFormat):
        return dict(contents)
