"""How the setup speaks with a person: what every dialogue can do. plain.py is line by line, tui/setup.py a screen.

    dialogue.say(_("dial tone is heard"), Mark.GOOD)
    answer = await dialogue.ask(question)          as it was typed; Back and Leave may come instead

What it does not: know steps, or read answers (question.py).
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from core.texts import _
from firmware.setup.question import Question, Wrong
from firmware.setup.steps import Step


class Back(Exception):
    """The person wants to go back to what was asked before."""


class Leave(Exception):
    """The person leaves; the setup can be taken up again."""


class Mark(Enum):
    """How a line is shown; colour is never the only sign."""

    PLAIN = ""
    GOOD = "ok"
    BAD = "!"
    HINT = ">"
    ADDED = "+"
    REMOVED = "-"


class Dialogue(Protocol):
    def begin(self, step: Step, at: int, of: int) -> None:
        """A step begins, the at-th of so many, from 1."""

    def say(self, text: str, mark: Mark = Mark.PLAIN) -> None: ...

    def progress(self, text: str) -> None:
        """What is being done just now; the next one takes its place."""

    async def ask(self, question: Question) -> str:
        """As typed. Back, Leave."""


async def answer(dialogue: Dialogue, question: Question) -> str:
    """Asks until the answer is one. Back, Leave."""
    while True:
        raw = await dialogue.ask(question)
        try:
            return question.read(raw)
        except Wrong as wrong:
            dialogue.say(str(wrong), Mark.BAD)
            dialogue.say(wrong.hint, Mark.HINT)


async def confirmed(dialogue: Dialogue, question: Question) -> bool:
    """A question of yes or no. Back, Leave."""
    return await answer(dialogue, question) == "yes"


def difference(dialogue: Dialogue, lines: list[str]) -> None:
    """Lines of a unified difference, each with its sign."""
    for line in lines:
        mark = Mark.ADDED if line.startswith("+") else Mark.REMOVED if line.startswith("-") else Mark.PLAIN
        text = line[1:] if mark is not Mark.PLAIN and not line.startswith(("+++", "---")) else line
        dialogue.say(text, Mark.PLAIN if line.startswith(("+++", "---")) else mark)


def keys() -> str:
    """What may be typed instead of an answer."""
    return _("Enter: what stands in [brackets]   ?: help   <: back   q: leave for now")
