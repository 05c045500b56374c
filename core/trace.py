"""`strowger trace LINE`: prints what a line did, oldest first, with times and distances.

Reads the files that the lines keep (hw/signalling/trace.py), so it also works when the exchange does not run.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from hw.signalling.trace import names, read

FOLDERS = (Path("/var/log/strowger/trace"), Path("out/trace"))


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("line", nargs="?", help="the line's name; without it: of which lines there is a trace")
    parser.add_argument("--folder", type=Path, help=f"default: {' or '.join(map(str, FOLDERS))}, the first that exists")
    parser.add_argument("--last", type=int, default=0, metavar="N", help="only the last N rows")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    folder = options.folder or next((folder for folder in FOLDERS if folder.is_dir()), FOLDERS[0])
    known = names(folder) if folder.is_dir() else []
    if options.line is None:
        print(json.dumps({"folder": str(folder), "lines": known}) if options.json else "\n".join(known))
        return 0 if known else 1
    try:
        rows = read(folder, options.line)[-options.last :]
    except FileNotFoundError:
        there = f"there is one of {', '.join(known)}" if known else "there is none of any line"
        print(f"strowger: no trace of line {options.line!r} in {folder}; {there}", file=sys.stderr)
        return 1
    print(json.dumps({"line": options.line, "rows": rows}) if options.json else "\n".join(rows))
    return 0
