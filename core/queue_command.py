"""`strowger queues`: the queues of the running box, and who is to be called back.

strowger queues                   callers, agents and the day's figures of each
strowger queues call-backs        who has hung up and keeps his place
strowger queues cancel 17         he is called no more
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core import look
from core.api.client import Asker
from core.records import duration
from core.texts import N_, _

# States of call-backs, as people read them.
STATES = (N_("waits"), N_("tried"), N_("rests"))


def arguments(parser: argparse.ArgumentParser) -> None:
    look.arguments(parser)
    parser.add_argument("words", nargs="*", metavar="[call-backs | cancel CALL]", help=_("who is to be called back"))


def run(options: argparse.Namespace) -> int:
    match options.words:
        case []:
            answer = look.asked(options, "queue.list")
            look.show(options, answer, *queues(answer["queues"]))
        case ["call-backs"]:
            answer = look.asked(options, "queue.call_backs")
            look.show(options, answer, *call_backs(answer["call_backs"]))
        case ["cancel", call] if call.isdecimal():
            with Asker(options.socket) as box:
                box.ask("queue.cancel_call_back", call=int(call))
                answer = box.ask("queue.call_backs")
            look.show(options, answer, *call_backs(answer["call_backs"]))
        case _:
            print(_("strowger: it is `queues`, `queues call-backs` or `queues cancel CALL`"), file=sys.stderr)
            return 2
    return 0


def queues(found: Sequence[dict[str, Any]]) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Head and rows."""
    head = (
        _("queue"),
        _("number"),
        _("waiting"),
        _("longest"),
        _("call-backs"),
        _("on duty"),
        _("ready"),
        _("offered"),
        _("answered"),
        _("abandoned"),
        _("service level"),
    )
    rows: list[Sequence[object]] = [
        (
            row["name"],
            row["number"],
            row["waiting"],
            duration(1e6 * row["longest_s"]) if row["waiting"] else "-",
            row["call_backs"],
            f"{row['at_work']}/{row['logged_on']}",
            row["ready"],
            row["offered"],
            row["answered"],
            row["abandoned"],
            f"{100 * row['day_level']:.0f} %" if row["day_level"] is not None else "-",
        )
        for row in found
    ]
    return head, rows


def call_backs(found: Sequence[dict[str, Any]]) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Head and rows; times are local."""
    rows: list[Sequence[object]] = [
        (
            row["call"],
            row["queue"],
            row["number"],
            _time(row["since"]),
            _(row["state"]),
            row["tries"],
            _time(row["at"]) if row["at"] is not None else "",
        )
        for row in found
    ]
    return (
        (_("call"), _("queue"), _("number"), _("since"), _("state"), _("tries"), _("not before")),
        rows,
    )


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%m-%d %H:%M:%S}"
