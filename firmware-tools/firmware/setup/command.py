"""`strowger setup`: from the card to the first call, step by step, in the console or line by line.

    strowger setup                     on this machine, as root
    strowger setup --plain             line by line: serial lines, screen readers, answers from a pipe
    strowger setup --simulated         for training: a card that is not there, in the folder training/

It can be left at any question and taken up again. Nothing is written before its difference was shown and confirmed.
Exit codes: 0 all steps are done, 1 it was left before.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from core.daemon import DATA
from core.texts import _
from hw import virtual_time
from hw.card import HardwareError

if TYPE_CHECKING:
    from firmware.setup.site import Site

TRAINING = Path("training")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plain", action="store_true", help=_("line by line, without control sequences"))
    parser.add_argument("--simulated", action="store_true", help=_("for training: a card that is not there"))
    parser.add_argument(
        "--folder", type=Path, default=TRAINING, metavar="DIR", help=_("of the training (default: %(default)s)")
    )
    parser.add_argument(
        "--virtual", action="store_true", help=_("training on a clock that does not wait (with --simulated)")
    )
    parser.add_argument(
        "--etc", type=Path, default=Path("/etc"), metavar="DIR", help=_("of the driver's files (default: %(default)s)")
    )
    parser.add_argument("--config", type=Path, metavar="DIR", help=_("of the box's files (default: ETC/strowger)"))
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help=_("data of the box (default: %(default)s)")
    )
    parser.add_argument("--socket", type=Path, metavar="PATH", help=_("control socket (default: as configured)"))


def run(options: argparse.Namespace, screen: Callable[[Site], int] | None = None) -> int:
    """screen: the console's dialogue, where there is one; it is used on a terminal, unless --plain."""
    if options.virtual and not options.simulated:
        print(_("strowger: --virtual goes with --simulated"), file=sys.stderr)
        return 2
    site = site_of(options)
    _may_write(site)
    by_lines = screen is None or options.plain or not sys.stdin.isatty() or not sys.stdout.isatty()
    try:
        return plainly(site) if screen is None or by_lines else screen(site)
    except OSError as error:
        # What was answered cannot be kept.
        raise HardwareError(
            f"{error.filename or site.data}: {error.strerror or error}",
            action=_(
                "make room there, then go on: the same command again; a training has another folder with --folder"
            ),
        ) from error


def site_of(options: argparse.Namespace) -> Site:
    from firmware.setup.site import Site

    if options.simulated:
        return Site.training(options.folder.resolve(), virtual=options.virtual)
    config = options.config or options.etc / "strowger"
    return Site(options.etc, config, options.data, options.socket)


def plainly(site: Site) -> int:
    from firmware.setup.plain import Plain
    from firmware.setup.wizard import Wizard

    wizard = Wizard(site, Plain(threaded=not site.virtual))
    try:
        whole = (virtual_time.run if site.virtual else trio.run)(wizard.run)
    except KeyboardInterrupt:
        # The terminal has written ^C where the answer would stand.
        print(f"\n{left()}")
        raise
    if not whole:
        print(left())
    return 0 if whole else 1


def left() -> str:
    """What is said to whoever leaves before the end: the command that goes on there."""
    return _("Left. To go on: {command}").format(command=shlex.join(["strowger", *sys.argv[1:]]))


def _may_write(site: Site) -> None:
    """HardwareError: not as this user."""
    for folder in (site.etc, site.config, site.data):
        there = next(each for each in (folder, *folder.parents) if each.exists())
        if not os.access(there, os.W_OK):
            raise HardwareError(
                _("{folder} cannot be written").format(folder=folder),
                action=_("run the setup as root: sudo strowger setup; or try it first: strowger setup --simulated"),
            )
