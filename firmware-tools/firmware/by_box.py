"""Tests of lines that a running box has: asked of the box, which lends the lines to itself and makes them.

    facts = made(options)                              of a verdict; None: no box runs that has the line
    learned = await asked(where, "line.learn", ["line1"], dialogue, lines=["line1"])

What a person is to do there, the box says and asks by its topic `tests`; it is put to him here. The box does it for as
long as we are connected: killed, or left with ^C, it takes the line back. What it does not: know how a line is lent
(core/lending.py) or tested (on_lent.py, in the box's process).
"""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import trio

from core.api.client import Client, Watch, connected
from core.api.errors import Code, Refusal
from core.config.command import box_at
from core.given import seconds
from core.testing_talk import PATIENCE_S, PROGRESS
from core.texts import _
from firmware.setup.dialogue import Back, Dialogue, Leave, Mark
from firmware.setup.plain import Plain
from firmware.setup.question import Choice, Question
from firmware.verdict import Verdict
from hw.card import HardwareError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, metavar="PATH", help=_("control socket of the box, if it runs"))
    parser.add_argument(
        "--patience",
        type=seconds,
        default=PATIENCE_S,
        metavar="S",
        help=_("so long a call on a line of the running box may go on before the test (default: %(default)g s)"),
    )


def made(options: argparse.Namespace) -> Mapping[str, Any] | None:
    """HardwareError: a box runs, and may not be asked; or has what was given along with the line."""
    where = box_at(options.config, options.data, options.socket)
    if where is None:
        return None
    if options.profile:
        raise HardwareError(
            _("a box runs, and tests its lines as its configuration has them"), action=_("leave --profile away")
        )
    try:
        facts: Mapping[str, Any] | None = trio.run(tested, where, options, Plain(sink=sys.stderr))
    except Leave:
        raise HardwareError(_("the test was left before its end"), action=_("the line is back in the box")) from None
    return facts


async def tested(where: Path, options: argparse.Namespace, dialogue: Dialogue) -> Mapping[str, Any] | None:
    """None: the box has no such channel. Refusal: whoever asks may not."""
    names = [name for name in (options.subject, options.partner) if name]
    wanted = {
        "test": options.test,
        "line": options.subject,
        "partner": options.partner,
        "long": options.long,
        "digit": options.digit,
        "own": options.own,
        "number": options.number,
        "patience_s": options.patience,
    }
    try:
        facts: Mapping[str, Any] = await asked(where, "line.test", names, dialogue, **wanted)
    except Refusal as refused:
        vacant = refused.about.get("reason") == "vacant"
        if vacant and options.subject.isdecimal():
            dialogue.say(_("It has no such line: the channel is tested without it."))
            return None
        if refused.code is Code.FORBIDDEN:
            raise
        remedy = refused.remedy or (
            _("strowger lines lists them")
            if vacant
            else _("Wait until it is free (--patience), or stop the exchange: systemctl stop strowger.")
        )
        fills = {"why": str(refused), "remedy": remedy}
        return Verdict(options.test, ", ".join(names), "TEST-NOT-LENT", fills=fills).facts()
    return facts


async def asked(where: Path, act: str, names: Sequence[str], dialogue: Dialogue, **wanted: Any) -> Any:
    """What the box answers when it is done. Refusal: it does not. Leave: the person has left; the lines are back."""
    run = uuid.uuid4().hex
    async with connected(where, client="test") as box:
        text = _("The box runs, and is asked to lend {lines}; the calls of all other lines go on.")
        dialogue.say(text.format(lines=", ".join(names)))
        tests = await box.watch("tests")
        outcome: list[Any] = []
        failed: Exception | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_relayed, box, tests, run, dialogue, nursery.cancel_scope)
            try:
                outcome.append(await box.ask(act, run=run, **wanted))
            except (Refusal, HardwareError) as error:  # as it is, not as a group
                failed = error
            nursery.cancel_scope.cancel()
        if failed is not None:
            raise failed
        if not outcome:
            raise Leave
        return outcome[0]


async def _relayed(box: Client, tests: Watch, run: str, dialogue: Dialogue, scope: trio.CancelScope) -> None:
    """What the test says and asks, to the person. He leaves: the scope is cancelled."""
    said = asked = 0
    waits = False
    while True:
        row = next((row for row in tests.rows.values() if row["run"] == run), None)
        if row is not None:
            if row["waits"] and not waits:
                waits = True
                dialogue.say(_("Waiting for the end of the call there, if there is one."))
            for remark in row["said"][said:]:
                if remark["mark"] == PROGRESS:
                    dialogue.progress(remark["text"])
                else:
                    dialogue.say(remark["text"], Mark(remark["mark"]))
            said = len(row["said"])
            question = row["asks"]
            if question is not None and question["number"] > asked:
                asked = question["number"]
                try:
                    answer = await dialogue.ask(_question(question))
                except (Back, Leave):
                    scope.cancel()
                    return
                with suppress(Refusal, HardwareError):  # the test is over meanwhile
                    await box.ask("line.answer", line=row["line"], number=asked, answer=answer)
                continue
        await tests.changed()


def _question(row: Mapping[str, Any]) -> Question:
    """Its words are a person's already."""
    choices = tuple(Choice(one["value"], one["text"]) for one in row["choices"])
    why = "{help}" if row["help"] else ""
    return Question("test", "{text}", row["default"], choices=choices, why=why, fills=row)
