"""`strowger console`: calls, board and alarms of a running box on the whole terminal.

Needs 80 columns and 24 lines. On the Linux console without a graphics terminal (TERM=linux) it speaks English, as that
cannot draw Chinese.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from core import texts
from core.api.wire import socket_path
from core.texts import _
from hw.card import HardwareError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, metavar="PATH", help="control socket of the box")
    parser.add_argument("--language", choices=sorted(texts.LANGUAGES), help="default: as the environment says")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark", help="default: dark")


def run(options: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise HardwareError(
            _("the console needs a terminal"), action=_("without one: strowger status, calls, lines, each with --json")
        )
    if options.language and os.environ.get("TERM") != "linux":
        texts.use(options.language)
    from tui.app import Console

    console = Console(options.socket or socket_path(), options.theme)
    console.run()
    return console.return_code or 0
