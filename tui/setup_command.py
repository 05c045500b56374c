"""`strowger setup`: line by line for now, on any terminal (firmware/setup)."""

from __future__ import annotations

import argparse

from firmware.setup import command


def arguments(parser: argparse.ArgumentParser) -> None:
    command.arguments(parser)


def run(options: argparse.Namespace) -> int:
    return command.run(options)
