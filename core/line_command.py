"""`strowger lines`: the lines of the running box; takes them out of service and back.

strowger lines                     all
strowger lines e1a                 those of a span, or one line
strowger lines block e1a/3         takes no new call, a running one goes on; also of a whole span
strowger lines unblock e1a/3
strowger lines reset e1a/3         releases what runs, and brings both ends back to idle
"""

from __future__ import annotations

import argparse
from typing import Any

from core import look
from core.api.client import Asker
from core.texts import N_, _
from hw.card import HardwareError

ORDERS = ("block", "unblock", "reset")
# Words of the lines, as people read them.
WORDS = (
    N_("blocked_here"),
    N_("blocked_there"),
    N_("alarm"),
    N_("gone"),
    N_("down"),
    N_("resetting"),
    N_("left_off_hook"),
    N_("lent"),
    N_("station"),
    N_("trunk"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    look.arguments(parser)
    parser.add_argument("words", nargs="*", metavar="[block|unblock|reset] NAME", help=_("of lines or spans"))


def run(options: argparse.Namespace) -> int:
    order = options.words[0] if options.words[:1] and options.words[0] in ORDERS else ""
    names = options.words[1:] if order else options.words
    with Asker(options.socket) as box:
        found = chosen(box.ask("line.list")["lines"], names)
        if order and not names:
            raise HardwareError(_("{order} which line?").format(order=order), action=_("strowger lines lists them"))
        if order:
            for line in found:
                box.ask(f"line.{order}", line=line["name"])
            found = chosen(box.ask("line.list")["lines"], names)
    rows = []
    for line in found:
        kind, state = line["kind"], line["connection"]
        service = ", ".join(_(word) for word in line["service"])
        rows.append((line["name"], _(kind), line["group"], _(state), line["call"] or "", service))
    look.show(
        options, {"lines": found}, (_("line"), _("kind"), _("group"), _("state"), _("call"), _("out of service")), rows
    )
    return 0


def chosen(lines: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    """Those of these names, or of spans of these names; all without any. HardwareError: a name is none's."""
    found = []
    for name in names:
        of_name = [line for line in lines if name in (line["name"], line["name"].rpartition("/")[0])]
        if not of_name:
            raise HardwareError(_("there is no line {line}").format(line=name), action=_("strowger lines lists them"))
        found += of_name
    return found if names else lines
