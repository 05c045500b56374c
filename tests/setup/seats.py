"""Where an installer sits: a terminal of his own, with the setup in it line by line, or as a screen.

    seat = PlainSeat(["setup", "--plain"])      or ScreenSeat(["setup"])
    await seat.run(said, asked)          the program's exit code, when it has ended
    seat.kept                            all that stood there, for the results

    said(line)                 once for each line that comes, as it stands there
    await asked(question)      what is typed for it; "" takes the default

The screen is read as eyes read it, from a terminal's picture. The terminal says that it knows synchronised
output (mode 2026), so every picture that is read is a whole one:

    program ──> \\e[?2026h ... \\e[?2026l ──> picture ──> the log's lines ──> those below the last known one ──> said
                                                  └────> the question above the field ──> asked ──> keys ──> program

How time flows: on trio's clock.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import struct
import sys
import termios
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence

import trio

from tui.bench.terminal import Terminal

STROWGER = (sys.executable, "-c", "from core.command import main; raise SystemExit(main())")
Said = Callable[[str], None]
Asked = Callable[[str], Awaitable[str]]


class Seat:
    """A program of ours on a terminal of that many columns and rows."""

    COLUMNS, ROWS = 80, 24

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    @property
    @abstractmethod
    def kept(self) -> str: ...

    @property
    @abstractmethod
    def now(self) -> str:
        """What it does or asks just now, as it stands there."""

    @abstractmethod
    async def _attend(self, said: Said, asked: Asked) -> None:
        """Until the program has left its terminal."""

    async def run(self, said: Said, asked: Asked) -> int:
        """Its exit code."""
        self._near, far = pty.openpty()
        os.set_blocking(self._near, False)
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", self.ROWS, self.COLUMNS, 0, 0))
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        about = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        about |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        process = await trio.lowlevel.open_process(
            [*STROWGER, *self._words], stdin=far, stdout=far, stderr=far, env=about, start_new_session=True
        )
        os.close(far)
        try:
            await self._attend(said, asked)
            return await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
            os.close(self._near)

    async def _read(self) -> str:
        """What came since; "": the program has left its terminal."""
        text = ""
        while not text:
            await trio.lowlevel.wait_readable(self._near)
            try:
                data = os.read(self._near, 1 << 16)
            except OSError:
                return ""
            if not data:
                return ""
            text = self._decode(data)
        return text

    def _type(self, keys: str) -> None:
        os.write(self._near, keys.encode())


class PlainSeat(Seat):
    """`kept`: what a log of the serial line would hold."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(words)
        self._log = ""

    @property
    def kept(self) -> str:
        return self._log

    @property
    def now(self) -> str:
        return self._log.rpartition("\n")[2] or self._log.rstrip("\n").rpartition("\n")[2]

    async def _attend(self, said: Said, asked: Asked) -> None:
        rest = ""
        while new := (await self._read()).replace("\r\n", "\n"):
            self._log += new
            *lines, rest = (rest + new).split("\n")
            for line in lines:
                said(line)
            if rest.endswith(" ? "):
                question, rest = rest, ""
                self._type(await asked(question) + "\n")


CAN_SYNCHRONISE, YES_IT_CAN, WHOLE = "\x1b[?2026$p", "\x1b[?2026;2$y", "\x1b[?2026l"
"""The program's question for mode 2026, the terminal's answer (DECRPM), and the end of a picture."""
EMPTY_THE_FIELD = "\x15"
STEPS = 30
"""Columns of the steps at the left."""
SCROLLBAR = 2
"""Columns of it and of what is beside it."""
CALM_S = 1.5
"""So long a question, its field and the log stand unchanged before somebody answers: they are painted one by one. The
field's cursor blinks meanwhile.
"""
LOOK_S = 0.1


class ScreenSeat(Seat):
    """`kept`: the picture at each question."""

    COLUMNS, ROWS = 160, 50

    def __init__(self, words: Sequence[str], calm_s: float = CALM_S) -> None:
        super().__init__(words)
        self._calm_s = calm_s
        self._screen = Terminal(self.COLUMNS, self.ROWS)
        self._log: list[str] = []
        self._pictures: list[str] = []

    @property
    def kept(self) -> str:
        return ("\n" + "=" * self.COLUMNS + "\n").join([*self._pictures, self._picture()])

    @property
    def now(self) -> str:
        lines = [line[STEPS:].strip() for line in self._lines()[1:-2]]
        return next((line for line in reversed(lines) if line), "")

    async def _attend(self, said: Said, asked: Asked) -> None:
        rest, answered, taken, typing = "", "", True, ""
        stands, since = (0, "", ""), trio.current_time()
        while True:
            new: str | None = None
            with trio.move_on_after(LOOK_S):
                new = await self._read()
            if new == "":
                self._screen.feed(rest.encode())  # said after it has left the screen
                return
            if CAN_SYNCHRONISE in (new or ""):
                self._type(YES_IT_CAN)
            *pictures, rest = (rest + (new or "")).split(WHOLE)
            for picture in pictures:
                self._screen.feed(picture.encode())
                log, question = self._parts()
                for line in unheard(self._log, log):
                    self._log.append(line)
                    said(line)
                    taken = taken or answered in line
                taken = taken or question != answered
            question, field = self._parts()[1], self._field()
            if typing and not field:
                self._type(typing)
                typing = ""
            if stands != (len(self._log), question, field):
                stands, since = (len(self._log), question, field), trio.current_time()
            if not question or trio.current_time() < since + self._calm_s:
                continue
            since = trio.current_time()
            if typing:
                self._type(EMPTY_THE_FIELD)
            elif taken:
                self._pictures.append(self._picture())
                answer = await asked(question)
                answered, taken = question, False
                if answer and field:
                    typing = answer + "\r"  # when it is empty: letters overtake keys of bindings
                    self._type(EMPTY_THE_FIELD)
                else:
                    self._type(answer + "\r")

    def _field(self) -> str:
        return self._screen.line(self.ROWS - 2)[STEPS:].strip()

    def _lines(self) -> list[str]:
        return [self._screen.line(row) for row in range(self.ROWS)]

    def _picture(self) -> str:
        return "\n".join(line.rstrip() for line in self._lines())

    def _parts(self) -> tuple[list[str], str]:
        """The log's lines that can be seen, and the question's last; "" while none is asked.

        head
        steps  log             the only part of its ground
               progress
               choices and question
               field
        keys
        """
        display = [line[STEPS:-SCROLLBAR].rstrip() for line in self._lines()]
        ground = [self._screen.ground(row, STEPS + 1) for row in range(self.ROWS)]
        end = next((row for row in range(1, self.ROWS - 2) if ground[row] != ground[1]), self.ROWS - 2)
        log = display[1:end]
        while log and not log[-1].strip():
            log.pop()
        return [line[1:] for line in log], display[self.ROWS - 3].strip()


def unheard(heard: Sequence[str], seen: Sequence[str]) -> list[str]:
    """The lines of a log's window that were not seen in it before. The window lies where most lines agree; it may have
    moved up as well, when it became higher.
    """
    known: list[str] = []
    for start in range(len(heard), max(len(heard) - 200, -1), -1):
        both = min(len(heard) - start, len(seen))
        if both > len(known) and list(heard[start : start + both]) == list(seen[:both]):
            known = list(seen[:both])
    return list(seen[len(known) :])
