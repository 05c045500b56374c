"""`strowger recording`: the shelf of recordings of the running box.

    strowger recording list --number 13800138000         by anything that the journal knows of the calls
    strowger recording show 2026/11/26/4711-1.wav        all that is known of one
    strowger recording export --number 13800138000 --to folder
    strowger recording verify --since 7d                 reads the files, compares their checksums
    strowger recording play 2026/11/26/4711-1.wav 8001   8001 rings, who lifts it hears it
    strowger recording hold FILE "a case in court"       nobody erases it; release FILE: may again
    strowger recording erase FILE "asked for by the caller"

Exit code 1: nothing was found, a file is not what it was, or the box refused.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core import look
from core.api.client import Asker
from core.given import count
from core.recording.sound_here import play_here
from core.records import duration
from core.store.event import from_utc, to_utc
from core.store.moment import FORMS, moment
from core.texts import _
from hw import wall_clock
from hw.card import HardwareError

TEXTS = ("number", "station", "group", "queue", "agent", "rule", "retention", "text")


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(metavar="ACT", required=True)

    def act(word: str, summary: str, does: Callable[[Asker, argparse.Namespace], int]) -> argparse.ArgumentParser:
        one = acts.add_parser(word, help=summary, description=summary)
        one.set_defaults(does=does)
        look.arguments(one)
        return one

    def wanted(one: argparse.ArgumentParser, last: int) -> None:
        one.add_argument("--since", metavar="WHEN", help=_("begun then or later: {forms}").format(forms=_(FORMS)))
        one.add_argument("--until", metavar="WHEN", help=_("begun before"))
        one.add_argument("--call", type=int, default=0, help=_("of this call"))
        one.add_argument("--number", default="", help=_("a party had it, or it was dialled"))
        one.add_argument("--station", default="", help=_("this station, or trunk line, was in the call"))
        one.add_argument("--group", default="", help=_("it came or went by this trunk group"))
        one.add_argument("--queue", default="", help=_("it waited in this queue"))
        one.add_argument("--agent", default="", help=_("this agent had to do with it, by his number"))
        one.add_argument("--rule", default="", help=_("this rule wanted it"))
        one.add_argument("--task", type=int, default=0, help=_("this recording task wanted it, by its number"))
        one.add_argument("--retention", default="", help=_("it is of this class of keeping"))
        one.add_argument("--text", default="", help=_("stands in any event of the call"))
        one.add_argument("--last", type=count, default=last, metavar="N", help=_("only the newest N (%(default)s)"))

    one = act("list", _("recordings, by anything that the journal knows of their calls"), _list)
    wanted(one, 100)
    one.add_argument("--erased", action="store_true", help=_("those that were erased, too"))
    one = act("show", _("all that is known of a recording"), _show)
    one.add_argument("file", metavar="FILE")
    one = act("export", _("takes recordings away; that is noted"), _export)
    one.add_argument("files", nargs="*", metavar="FILE", help=_("these; or those that are searched for"))
    wanted(one, 1000)
    one.add_argument("--to", type=Path, default=Path(), metavar="FOLDER", help=_("default: here"))
    one = act("verify", _("compares the files with their checksums"), _verify)
    wanted(one, 1000)
    one = act("play", _("a telephone rings with it, or this machine plays it; that is noted"), _play)
    one.add_argument("file", metavar="FILE")
    one.add_argument("station", metavar="STATION", nargs="?", help=_("by this telephone; without it: on this machine"))
    one = act("hold", _("nobody erases it, nor does its time"), _hold)
    one.add_argument("file", metavar="FILE")
    one.add_argument("reason", metavar="REASON")
    one = act("release", _("it is held no longer"), _release)
    one.add_argument("file", metavar="FILE")
    one.add_argument("reason", metavar="REASON", nargs="?", default="-")
    one = act("erase", _("the file goes for good, its evidence stays"), _erase)
    one.add_argument("file", metavar="FILE")
    one.add_argument("reason", metavar="REASON")


def run(options: argparse.Namespace) -> int:
    with Asker(options.socket) as box:
        code: int = options.does(box, options)
    return code


def _search(options: argparse.Namespace) -> dict[str, Any]:
    """The parameters of recording.search. HardwareError: what was typed is no time."""
    now = wall_clock.now()
    asked: dict[str, Any] = {name: getattr(options, name) for name in TEXTS}
    asked |= {"call": options.call, "task": options.task, "last": options.last}
    for name in ("since", "until"):
        if said := getattr(options, name):
            try:
                asked[name] = from_utc(moment(said, now))
            except ValueError:
                text = _("{what} is no time").format(what=repr(said))
                raise HardwareError(text, action=_("such are {forms}").format(forms=_(FORMS))) from None
    return asked


# ---- looking ----


def _list(box: Asker, options: argparse.Namespace) -> int:
    answer = box.ask("recording.search", **_search(options), erased=options.erased)
    rows = [
        (
            row["file"],
            _when(row["began"]),
            duration(row["ms"] * 1000),
            row["device"],
            row["rule"] or row["by"],
            _state(row),
        )
        for row in answer["recordings"]
    ]
    look.show(options, answer, (_("recording"), _("began"), _("length"), _("at"), _("wanted by"), _("state")), rows)
    return 0 if rows else 1


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    began, length = _when(row["began"]), duration(row["ms"] * 1000)
    return row["file"], began, length, row["device"], row["rule"] or row["by"], _state(row)


def _when(us: int) -> str:
    return to_utc(us).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _state(row: dict[str, Any]) -> str:
    if row["erased"]:
        return _("erased {when}: {why}").format(when=_when(row["erased"]), why=row["reason"])
    words = [] if row["ended"] else [_("is being made")]
    words += [row["form"]] if row["form"] != "wav" else []
    words += [_("held: {why}").format(why=row["held"])] if row["held"] else []
    words += [row["problem"]] if row["problem"] else []
    return ", ".join(words)


def _show(box: Asker, options: argparse.Namespace) -> int:
    row = box.ask("recording.get", file=options.file)
    known = [(name, _plain(name, value)) for name, value in row.items() if value not in ("", 0, False)]
    look.show(options, row, (_("what"), _("value")), known)
    return 0


def _plain(name: str, value: Any) -> str:
    if name in ("began", "erased"):
        return _when(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _verify(box: Asker, options: argparse.Namespace) -> int:
    answer = box.ask("recording.verify", **_search(options))
    rows = [(fault["file"], fault["problem"]) for fault in answer["faults"]]
    if rows or options.json:
        look.show(options, answer, (_("recording"), _("problem")), rows)
    else:
        print(_("{n} recordings are as they were made").format(n=answer["checked"]))
    return 1 if rows else 0


# ---- taking ----


def _export(box: Asker, options: argparse.Namespace) -> int:
    files = options.files
    if not files:
        found = box.ask("recording.search", **_search(options))["recordings"]
        files = [row["file"] for row in found if row["ended"]]
    taken, bad = [], 0
    for file in files:
        path, sound = _take(box, file, options.to)
        taken.append({"file": file, "path": str(path), "sound": sound})
        bad += not sound
    rows = [(row["path"], "" if row["sound"] else _("its checksum is another: it was changed")) for row in taken]
    look.show(options, {"taken": taken}, (_("recording"), _("problem")), rows)
    return 0 if taken and not bad else 1


def _take(box: Asker, file: str, folder: Path) -> tuple[Path, bool]:
    """Where it lies now, and whether it is what the journal says. HardwareError: it cannot be written."""
    digest, offset, name = hashlib.sha256(), 0, Path()
    piece: dict[str, Any] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        piece = box.ask("recording.export", file=file)
        name = folder / piece["name"].replace("/", "-")
        with name.open("xb") as out:
            while data := b64decode(piece["data"]):
                out.write(data)
                digest.update(data)
                offset += len(data)
                if offset >= piece["size"]:
                    break
                piece = box.ask("recording.export", file=file, offset=offset)
    except OSError as error:
        text = _("{file}: {why}").format(file=error.filename or name, why=error.strerror)
        raise HardwareError(text, action=_("give another folder: --to FOLDER")) from None
    return name, digest.hexdigest() == piece["sha256"]


# ---- ordering ----


def _done(options: argparse.Namespace, answer: Any, text: str) -> int:
    print(json.dumps(answer) if options.json else text)
    return 0


def _play(box: Asker, options: argparse.Namespace) -> int:
    if options.station is None:
        with tempfile.TemporaryDirectory() as folder:
            path, _sound = _take(box, options.file, Path(folder))
            play_here(path)
        return 0
    answer = box.ask("recording.play", file=options.file, device=options.station)
    return _done(options, answer, _("{station} rings").format(station=options.station))


def _hold(box: Asker, options: argparse.Namespace) -> int:
    answer = box.ask("recording.hold", file=options.file, reason=options.reason)
    return _done(options, answer, _("{file} is held").format(file=options.file))


def _release(box: Asker, options: argparse.Namespace) -> int:
    answer = box.ask("recording.hold", file=options.file, reason=options.reason, on=False)
    return _done(options, answer, _("{file} is held no longer").format(file=options.file))


def _erase(box: Asker, options: argparse.Namespace) -> int:
    answer = box.ask("recording.erase", file=options.file, reason=options.reason)
    return _done(options, answer, _("{file} is erased").format(file=options.file))
