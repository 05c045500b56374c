"""`strowger backup`: one file with all that the box knows, made while it runs.

    strowger backup                       as [backup] of the configuration says
    strowger backup --to /media/usb       into this folder
    strowger backup --with-recordings     recorded calls, too
    strowger backup --list                which there are, the newest last
    strowger backup --verify FILE         reads all of it, and says whether it is good

Every backup is read again after it was written. The service strowger-backup makes one every night (--if-wanted: and
none where [backup] names no folder). Exit code 1: it could not be made, or is not good; --list: there is none.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.backup import shelf
from core.backup.archive import About, about, name_of, verify, write
from core.backup.contents import contents
from core.config.commits import FOLDER, Commits
from core.config.configuration import kept
from core.config.files import with_shipped
from core.config.model.box import Box
from core.config.reading import read
from core.daemon import DATA
from core.given import count
from core.store.reader import NAME as JOURNAL
from core.store.reader import damage
from core.texts import _
from hw import wall_clock
from hw.card import HardwareError

FOLDER_OF_THE_BOX = Path("/etc/strowger")


def arguments(parser: argparse.ArgumentParser) -> None:
    folders(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help=_("which there are"))
    what.add_argument("--verify", type=Path, metavar="FILE", help=_("read all of it, and say whether it is good"))
    what.add_argument("--if-wanted", action="store_true", help=_("none, and no error, where [backup] names no folder"))
    parser.add_argument("--to", type=Path, metavar="DIR", help=_("folder for it (default: as configured)"))
    recordings = parser.add_mutually_exclusive_group()
    recordings.add_argument("--with-recordings", dest="recordings", action="store_true", default=None)
    recordings.add_argument("--without-recordings", dest="recordings", action="store_false", default=None)
    parser.add_argument("--keep", type=count, metavar="N", help=_("so many are kept there (default: as configured)"))


def folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=FOLDER_OF_THE_BOX,
        metavar="DIR",
        help=_("files of the configuration (%(default)s)"),
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=_("data of the box (default: as configured, {folder})").format(folder=DATA),
    )
    parser.add_argument("--json", action="store_true", help=_("print one JSON object"))


def box_of(config: Path, data: Path) -> Box:
    """The configuration at work, else that of the files. BadConfiguration: neither can be read."""
    commits = commits_of(data)
    if commits is not None and commits.pointers.current:
        return kept(commits, commits.pointers.current).box
    return read(with_shipped(config)).box


def commits_of(data: Path) -> Commits | None:
    """None: nothing was ever committed there. To look makes no folder."""
    return Commits(data / FOLDER) if (data / FOLDER).is_dir() else None


def run(options: argparse.Namespace) -> int:
    if options.verify is not None:
        return _verify(options)
    data = options.data or DATA
    box = box_of(options.config, data)
    if options.data is None:
        data = Path(box.box.data)
    to = options.to or (Path(box.backup.folder) if box.backup.folder else None)
    if to is None:
        if options.if_wanted:
            return 0
        raise HardwareError(_("no folder for backups"), action=_("name one: --to DIR, or [backup] folder = ..."))
    if options.list:
        return _list(options, to)
    if not (data / JOURNAL).exists():
        raise HardwareError(
            _("{folder}: no box has ever run here").format(folder=data), action=_("say where its data are: --data DIR")
        )
    recordings = box.backup.recordings if options.recordings is None else options.recordings
    return _make(options, box, data, to, recordings)


def _make(options: argparse.Namespace, box: Box, data: Path, to: Path, recordings: bool) -> int:
    now = wall_clock.utc()
    said = About(box.box.name, now.isoformat(timespec="seconds"), version("strowger"), recordings)
    path = to / name_of(box.box.name, now)
    began = time.monotonic()
    try:
        to.mkdir(parents=True, exist_ok=True)
        write(path, said, contents(options.config, data, recordings))
        sizes = verify(path)
        wrong = damage(data / JOURNAL)
        # Those from when it was whole are worth more than room.
        gone = [] if wrong else shelf.tidy(to, box.box.name, options.keep or box.backup.keep)
    except OSError as error:
        raise HardwareError(
            f"{error.filename or path}: {error.strerror or error}",
            action=_("make room or give another folder: --to DIR; run it as root or as the user of the box"),
        ) from error
    facts: dict[str, Any] = {
        "file": str(path),
        "bytes": path.stat().st_size,
        "files": len(sizes),
        "recordings": recordings,
        "seconds": round(time.monotonic() - began, 2),
        "gone": [str(each) for each in gone],
        "damage": wrong,
    }
    if options.json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        print(
            _("{file}: {files} files, {megabytes:.1f} MB, read again and good").format(
                megabytes=facts["bytes"] / 1e6, **facts
            )
        )
    if wrong:
        text = _("strowger: the journal is damaged, and so is it in this backup: {error}")
        print(text.format(error=wrong), file=sys.stderr)
        print("  " + _("stop the box and put the last good backup back; all older ones were kept"), file=sys.stderr)
    return 1 if wrong else 0


def _list(options: argparse.Namespace, folder: Path) -> int:
    found = shelf.backups(folder)
    if options.json:
        rows = [{"file": str(each.path), "bytes": each.bytes, "box": each.about.box} for each in found]
        for row, each in zip(rows, found, strict=True):
            row |= {"when": each.about.when, "version": each.about.version, "recordings": each.about.recordings}
        print(json.dumps({"backups": rows}, ensure_ascii=False))
        return 0 if rows else 1
    for each in found:
        when = datetime.fromisoformat(each.about.when).astimezone().strftime("%Y-%m-%d %H:%M")
        more = _("with recordings") if each.about.recordings else ""
        print(f"{when}  {each.bytes / 1e6:8.1f} MB  {each.path}  {more}".rstrip())
    if not found:
        print(_("{folder}: no backup").format(folder=folder))
    return 0 if found else 1


def _verify(options: argparse.Namespace) -> int:
    sizes = verify(options.verify)
    said = about(options.verify)
    if options.json:
        print(json.dumps({"good": True, "box": said.box, "when": said.when, "files": sizes}, ensure_ascii=False))
    else:
        text = _("{file}: good; {box}, {when}, {count} files")
        print(text.format(file=options.verify, box=said.box, when=said.when, count=len(sizes)))
    return 0
