"""What `--help` and a wrongly used command say, in the language of the process.

    speak()                                     argparse's own words: usage, options, what is wrong with an argument
    parser.add_argument(…, help=either(PLACES)) words that several commands share

argparse asks the gettext of the whole process, which follows the environment alone; ours knows better (core/texts.py:
no Chinese where the terminal cannot draw it). It has no other way in than the names that it imported.
What it does not: the words of a single command, which stand in its module.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from core.texts import N_, _, plural

_ARGPARSE = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("not allowed with argument %s"),
    N_("unrecognized arguments: %s"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("ignored explicit argument %r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("unknown parser %(parser_name)r (choices: %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("expected one argument"),
    N_("expected at most one argument"),
    N_("expected at least one argument"),
)
"""What its users can come to see. The rest is about parsers that are built wrongly."""


def speak() -> None:
    vars(argparse).update(_=_, ngettext=_several)


def _several(one: str, many: str, n: int) -> str:
    if many == "expected %s arguments":
        return plural("expected %s argument", "expected %s arguments", n)
    return plural(one, many, n)


def either(places: Iterable[Path]) -> str:
    """Help for an option that has several places as its default: the first of them that exists."""
    return _("default: {places}, the first that exists").format(places=_(" or ").join(map(str, places)))
