"""`strowger setup`: on a terminal as a screen (setup.py), else, and with --plain, line by line (firmware/setup)."""

from __future__ import annotations

import argparse

from firmware.setup import command
from firmware.setup.site import Site


def arguments(parser: argparse.ArgumentParser) -> None:
    command.arguments(parser)


def run(options: argparse.Namespace) -> int:
    return command.run(options, _screen)


def _screen(site: Site) -> int:
    from tui.setup import play  # the toolkit costs a third of a second

    return play(site)
