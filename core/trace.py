"""`strowger trace NAME`: what a line did, with times and distances; or a call, drawn as a ladder of its parties.

    strowger trace                 the lines of which there is a trace
    strowger trace e1a/3           what line e1a/3 did, oldest first
    strowger trace 4711            call 4711, with the calls that it consulted or joined

Reads the files that the lines keep (hw/signalling/trace.py) and the journal (core/store/reader.py), so it also works
when the exchange does not run. A name that is both a line's and a call's is taken for the line, and that is said;
--call takes it for the call.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import msgspec

from core import usage
from core.given import count
from core.store.event import Event
from core.store.ladder import ladder, legend
from core.store.reader import PLACES, Reader
from core.store.records import records, segments
from core.texts import _
from hw.card import HardwareError
from hw.signalling.trace import names, read

FOLDERS = (Path("/var/lib/strowger/traces"), Path("out/data/traces"), Path("out/story/traces"))


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", help=_("a line's name or a call's number; without it: of which lines there is a trace")
    )
    parser.add_argument("--folder", type=Path, help=usage.either(FOLDERS))
    parser.add_argument("--journal", type=Path, metavar="PATH", help=usage.either(PLACES))
    parser.add_argument("--call", action="store_true", help=_("the name is a call's number"))
    parser.add_argument("--last", type=count, default=0, metavar="N", help=_("only the last N rows"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON object"))


def run(options: argparse.Namespace) -> int:
    folder = options.folder or next((folder for folder in FOLDERS if folder.is_dir()), FOLDERS[0])
    known = names(folder) if folder.is_dir() else []
    if options.name is None:
        if options.json:
            print(json.dumps({"folder": str(folder), "lines": known}))
        elif known:
            print("\n".join(known))
        else:
            return _none_at_all(folder)
        return 0 if known else 1
    number = int(options.name) if options.name.isdecimal() and options.name.isascii() else 0
    if options.call:
        return call(number, options) if number else _no_call(options.name)
    try:
        rows = read(folder, options.name)[-options.last :]
    except FileNotFoundError:
        return call(number, options) if number else _none(options.name, folder, known)
    if number and _events(number, options.journal):
        print(_("there is also a call {call}: --call shows it").format(call=number), file=sys.stderr)
    print(json.dumps({"line": options.name, "rows": rows}) if options.json else "\n".join(rows))
    return 0


def call(number: int, options: argparse.Namespace) -> int:
    """Prints the ladder of a call. 1: the journal has no such call."""
    found = _events(number, options.journal)
    if not found:
        print(_("strowger: there is no line and no call {call}").format(call=number), file=sys.stderr)
        return 1
    if options.json:
        told = {"call": number, "records": list(records(found)), "segments": list(segments(found)), "events": found}
        print(msgspec.json.encode(told).decode())
    else:
        rows = ladder(found)
        print("\n".join(rows[-options.last :]), legend(), sep="\n")
    return 0


def _events(number: int, journal: Path | None) -> list[Event]:
    """Of a call and those that belong to it; none: no such call, or no journal."""
    try:
        reader = Reader(journal)
    except HardwareError:
        if journal is not None:
            raise
        return []
    try:
        return reader.of_call(number)
    finally:
        reader.close()


def _none(name: str, folder: Path, known: list[str]) -> int:
    if not known:
        return _none_at_all(folder)
    print(_("strowger: no trace of line {name} in {folder}").format(name=name, folder=folder), file=sys.stderr)
    print("  " + _("there is one of {names}").format(names=", ".join(known)), file=sys.stderr)
    return 1


def _none_at_all(folder: Path) -> int:
    print(_("strowger: there is no trace of any line in {folder}").format(folder=folder), file=sys.stderr)
    print("  " + _("say where they are: --folder FOLDER (traces/ of the data folder)"), file=sys.stderr)
    return 1


def _no_call(name: str) -> int:
    print(_("strowger: {name} is no number of a call").format(name=name), file=sys.stderr)
    print("  " + _("strowger records lists the calls"), file=sys.stderr)
    return 1
