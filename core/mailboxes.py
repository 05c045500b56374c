"""`strowger mailboxes`: the mailboxes of the running box, and how full they are. Exit code 1: one of them is full."""

from __future__ import annotations

import argparse

from core import look
from core.texts import _

arguments = look.arguments


def run(options: argparse.Namespace) -> int:
    answer = look.asked(options, "mailbox.list")
    rows = []
    for box in answer["mailboxes"]:
        left = _("full") if box["full"] else _("{minutes} min").format(minutes=box["seconds_left"] // 60)
        rows.append((box["number"], box["name"], box["new"], box["urgent"], box["kept"], left))
    head = (_("mailbox"), _("name"), _("new"), _("urgent"), _("kept"), _("room left"))
    look.show(options, answer, head, rows)
    return 1 if any(box["full"] for box in answer["mailboxes"]) else 0
