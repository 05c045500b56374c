"""`strowger restore FILE`: puts a backup back, on the box it came from or on another.

    systemctl stop strowger
    strowger restore /media/usb/strowger-office-20261126T193000Z.tar.gz
    systemctl start strowger

The backup is read to its end before anything is touched. What was there is kept beside it, in folders
before-restore-...; delete them when all is well. Exit code 1: not done, and why.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from core.backup.command import folders
from core.backup.restoring import restore
from core.daemon import DATA, locked
from core.texts import _
from hw import wall_clock


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=_("the backup"))
    folders(parser)


def run(options: argparse.Namespace) -> int:
    data = options.data or DATA
    with locked(data, restoring=True):
        done = restore(options.file, options.config, data, wall_clock.utc())
    if options.json:
        facts = {"box": done.about.box, "when": done.about.when, "files": done.files}
        print(json.dumps(facts | {"before": [str(each) for each in done.before]}, ensure_ascii=False))
        return 0
    print(_("{box} as of {when}: {files} files are back").format(
        box=done.about.box, when=done.about.when, files=done.files
    ))  # fmt: skip
    for each in done.before:
        print(_("what was there before lies in {folder}").format(folder=each))
    return 0
