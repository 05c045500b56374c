"""The dialogue line by line: for serial lines, screen readers, and whoever pipes answers in.

    == 5 of 13: Alarms ==
       Waits three seconds, then says ...
    Own area code, without its 0 [10] ? 755

An empty line is the default; ? is help, < goes back, q leaves. The end of the input leaves, too. It writes no control
sequences, so that a line at 9600 bit/s or a log shows the same.
"""

from __future__ import annotations

import sys
from typing import TextIO

import trio

from core.texts import _
from core.width import width, wrap
from firmware.setup.dialogue import Back, Leave, Mark, keys
from firmware.setup.question import Question
from firmware.setup.steps import Step

COLUMNS = 78
BACK, LEAVE, HELP = ("<", "back", "返回"), ("q", "quit", "退出"), ("?", "？", "help", "帮助")


class Plain:
    """threaded=False: reads in the trio thread, for virtual time, whose clock does not wait."""

    def __init__(self, source: TextIO = sys.stdin, sink: TextIO = sys.stdout, *, threaded: bool = True) -> None:
        self._source = source
        self._sink = sink
        self._threaded = threaded
        self._told = False

    def begin(self, step: Step, at: int, of: int) -> None:
        head = _("{at} of {of}: {title}").format(at=at, of=of, title=_(step.title))
        self._write(f"\n== {head} ==")
        self.say(_(step.why))
        if not self._told:
            self.say(keys(), Mark.HINT)
            self._told = True

    def say(self, text: str, mark: Mark = Mark.PLAIN) -> None:
        sign = mark.value.ljust(2)
        if mark in (Mark.ADDED, Mark.REMOVED):
            self._write(f"{sign} {text}")
            return
        for line in text.splitlines() or [""]:
            indented = len(line) - len(line.lstrip())
            whole = width(line) <= COLUMNS - 3
            for part in [line.lstrip()] if whole else wrap(line, COLUMNS - 3 - indented):
                self._write(f"{sign} {' ' * indented}{part}".rstrip())
                sign = "  "

    def progress(self, text: str) -> None:
        self._write(f".. {text}")

    async def ask(self, question: Question) -> str:
        while True:
            for at, choice in enumerate(question.choices, 1):
                self._write(f"   {at}  {choice.words()}")
            default = question.default
            if question.choices and default:
                default = str([choice.value for choice in question.choices].index(default) + 1)
            shown = f" [{default}]" if default else ""
            self._sink.write(f"{question.words()}{shown} ? ")
            self._sink.flush()
            raw = await self._read()
            word = raw.strip().lower()
            if word in HELP:
                self.say(question.help() or _("There is nothing more to say about it."), Mark.HINT)
                self.say(keys(), Mark.HINT)
            elif word in BACK:
                raise Back
            elif word in LEAVE:
                raise Leave
            else:
                return raw

    async def _read(self) -> str:
        if self._threaded:
            line = await trio.to_thread.run_sync(self._source.readline, abandon_on_cancel=True)
        else:
            line = self._source.readline()
        if not line:
            raise Leave
        if not self._source.isatty():
            self._write(line.rstrip("\n"))
        return line.rstrip("\n")

    def _write(self, line: str) -> None:
        self._sink.write(line + "\n")
        self._sink.flush()
