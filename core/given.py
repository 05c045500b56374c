"""What a person may give to an option of a command, for argparse: `type=count` and its like.

Each returns what was given, or raises ArgumentTypeError with a sentence that says what would do. What it does not: know
which command asks.
"""

from __future__ import annotations

import argparse
import re

from core.texts import _


def count(text: str) -> int:
    """A whole number from 1."""
    if not (text.isdecimal() and text.isascii() and int(text)):
        raise argparse.ArgumentTypeError(_("{text} is no whole number from 1").format(text=text))
    return int(text)


def key(text: str) -> str:
    """A key of a telephone."""
    if len(text) != 1 or text not in "0123456789*#":
        raise argparse.ArgumentTypeError(_("{text} is no key of a telephone: 0 to 9, * or #").format(text=text))
    return text


def seconds(text: str) -> float:
    """So many seconds, up to a day."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII) or float(text) > 86400:
        raise argparse.ArgumentTypeError(_("{text} is no number of seconds from 0 to 86400").format(text=text))
    return float(text)
