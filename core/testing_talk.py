"""What a test of a lent line says to whoever asked for it, and asks him: a row of the topic `tests` while it is made.

    test        talk.say("Lift the telephone.")       answer = await talk.ask("Does it ring?", choices=...)
                      │                                              ▲
    topic       row: said [...], asks {number 3, ...}                │
    asker       reads what is new, asks a person ── line.answer(line, 3, "yes")

What is said is kept whole in the row, so that whoever is slow misses nothing. What it does not: know which questions
make sense, or read answers (firmware.setup.question). How time flows: it waits for answers as long as the test does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec
import trio
from msgspec import Meta

PATIENCE_S = 60.0
"""So long a call may go on, unless whoever asks for a test says otherwise."""

PROGRESS = ".."
"""Mark of what is being done just now."""


class Remark(msgspec.Struct, frozen=True):
    text: str
    mark: Annotated[str, Meta(description="how it is shown: empty, ok, !, >, or .. for what is being done")]


class TestChoice(msgspec.Struct, frozen=True):
    value: str
    text: str


class TestQuestion(msgspec.Struct, frozen=True):
    number: Annotated[int, Meta(description="from 1, for the answer")]
    text: str
    default: Annotated[str, Meta(description="the value that an empty answer means")]
    choices: Annotated[list[TestChoice], Meta(description="empty: any words")]
    help: str


class TestView(msgspec.Struct, frozen=True):
    """A test of a line that is lent. waits: the call on the line has not ended yet. run: the asker's own word."""

    line: str
    lines: list[str]
    test: str
    by: str
    run: str
    waits: bool
    said: list[Remark]
    asks: TestQuestion | None


class Talk:
    """changed: is told the view after every change."""

    def __init__(self, lines: Sequence[str], test: str, by: str, run: str, changed: Callable[[TestView], None]) -> None:
        self._lines = list(lines)
        self._test, self._by, self._run = test, by, run
        self._changed = changed
        self._waits = True
        self._said: list[Remark] = []
        self._question: TestQuestion | None = None
        self._asked = 0
        self._answer = ""
        self._answered = trio.Event()

    @property
    def view(self) -> TestView:
        said = list(self._said)
        return TestView(self._lines[0], self._lines, self._test, self._by, self._run, self._waits, said, self._question)

    def begun(self) -> None:
        """The lines are lent."""
        self._waits = False
        self._changed(self.view)

    def say(self, text: str, mark: str = "") -> None:
        self._said.append(Remark(text, mark))
        self._changed(self.view)

    async def ask(self, text: str, default: str = "", choices: Sequence[tuple[str, str]] = (), help: str = "") -> str:
        """As typed. One question at a time."""
        self._asked += 1
        rows = [TestChoice(value, words) for value, words in choices]
        self._question = TestQuestion(self._asked, text, default, rows, help)
        self._answered = trio.Event()
        self._changed(self.view)
        try:
            await self._answered.wait()
        finally:
            self._question = None
            self._changed(self.view)
        return self._answer

    def answer(self, number: int, text: str) -> bool:
        """False: that is not what is asked."""
        if self._question is None or self._question.number != number or self._answered.is_set():
            return False
        self._answer = text
        self._answered.set()
        return True
