"""Tests of a line that a running box has: asked of the box, which lends the line to itself and makes them.

    facts = made(options)        of the verdict; None: no box runs that has the line, and whoever asks tests by himself

The box does it for as long as we are connected: killed, or left with ^C, it takes the line back. What it does not: know
how a line is lent (core/lending.py) or tested (on_lent.py, in the box's process).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import trio

from core.api.client import connected
from core.api.errors import Refusal
from core.config.command import box_at
from core.texts import _
from firmware.verdict import Verdict
from hw.card import HardwareError


def made(options: argparse.Namespace) -> Mapping[str, Any] | None:
    """HardwareError: a box runs, and may not be asked; or has what was given along with the line."""
    where = box_at(options.config, options.data, options.socket)
    if where is None:
        return None
    if options.profile:
        raise HardwareError(
            _("a box runs, and tests its lines as its configuration has them"), action=_("leave --profile away")
        )
    facts: Mapping[str, Any] | None = trio.run(asked, where, options)
    return facts


async def asked(where: Path, options: argparse.Namespace) -> Mapping[str, Any] | None:
    """None: the box has no such channel."""
    names = ", ".join(name for name in (options.subject, options.partner) if name)
    async with connected(where, client="test") as box:
        text = _("The box runs, and lends {lines} for the test; the calls of all other lines go on.")
        print(text.format(lines=names), file=sys.stderr)
        try:
            facts: Mapping[str, Any] = await box.ask(
                "line.test",
                test=options.test,
                line=options.subject,
                partner=options.partner,
                long=options.long,
                digit=options.digit,
                own=options.own,
                number=options.number,
                patience_s=options.patience,
            )
        except Refusal as refused:
            if refused.about.get("reason") == "vacant" and options.subject.isdecimal():
                print(_("It has no such line: the channel is tested without it."), file=sys.stderr)
                return None
            return Verdict(options.test, names, "TEST-NOT-LENT", fills={"why": str(refused)}).facts()
    return facts
