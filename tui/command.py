"""`strowger console`: a running box on the whole terminal: calls, lines, queues, people, reports.

Needs 80 columns and 24 lines. On the Linux console without a graphics terminal (TERM=linux) it speaks English, as that
cannot draw Chinese.
"""

from __future__ import annotations

import argparse
import os
import sys
import termios
from pathlib import Path

from core import texts
from core.api.wire import socket_path
from core.texts import _
from hw.card import HardwareError
from tui.settings import THEMES, read, usual_path

COLOURS = {"16": "standard", "256": "256", "all": "truecolor"}
"""With the toolkit's names."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, metavar="PATH", help=_("control socket of the box"))
    parser.add_argument("--language", choices=sorted(texts.LANGUAGES), help=_("default: as the environment says"))
    parser.add_argument("--theme", choices=THEMES, help=_("default: as the file of keys says, else dark"))
    parser.add_argument(
        "--colours",
        choices=COLOURS,
        help=_(
            "default: as the terminal says; 16 on a serial line of less than 38400 bit/s, as they are shorter to say"
        ),
    )
    parser.add_argument(
        "--keys", type=Path, metavar="FILE", help=_("keys, theme, language; default: ~/.config/strowger/console.toml")
    )


def run(options: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise HardwareError(
            _("the console needs a terminal"), action=_("without one: strowger status, calls, lines, each with --json")
        )
    file = options.keys or usual_path()
    if options.keys is not None and not options.keys.exists():
        raise HardwareError(
            _("there is no file {file}").format(file=file), action=_("name one that is there with --keys")
        )
    try:
        settings = read(file)
    except OSError as error:
        raise HardwareError(
            _("{file} cannot be read: {why}").format(file=file, why=error.strerror or error),
            action=_("name another with --keys, or see to its owner and permissions"),
        ) from error
    settings.theme = options.theme or settings.theme
    language = options.language or settings.language
    if language and os.environ.get("TERM") != "linux":
        texts.use(language)
    colours = options.colours or ("16" if _serial_and_slow() else "")
    if colours:
        os.environ["TEXTUAL_COLOR_SYSTEM"] = COLOURS[colours]  # the toolkit reads it when it is imported
    from tui.app import Console

    console = Console(options.socket or socket_path(), settings)
    console.run()
    return console.return_code or 0


def _serial_and_slow() -> bool:
    """Pseudo terminals (a window, SSH) say 38400, whatever the line behind them carries."""
    try:
        return bool(termios.tcgetattr(sys.stdout.fileno())[5] < termios.B38400)
    except termios.error:
        return False
