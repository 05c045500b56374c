"""Where an installer sits: a terminal of his own, with the setup in it line by line, or as a screen.

    seat = PlainSeat(["setup", "--plain"], environment)
    await seat.run(said, asked)          until the program has ended
    seat.kept                            all that stood there, for the results

    said(line)                 once for each line that comes, as it stands there
    await asked(question)      what is typed for it; "" takes the default

How time flows: on trio's clock. A screen is read when nothing has moved on it for STILL_S, so that a question is seen
whole.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import Awaitable, Callable, Sequence

import trio

from tui.bench.terminal import Terminal

STROWGER = (sys.executable, "-c", "from core.command import main; raise SystemExit(main())")
STILL_S = 1.0
PAINTED_S = 0.2
"""After the last piece: a screen comes in pieces of a few kilobytes, and a half painted one says nothing."""
TAIL = 6
"""Rows by which a place is known again."""
CLEAR, ENTER = "\x15", "\r"

Said = Callable[[str], None]
Asked = Callable[[str], Awaitable[str]]


class Seat:
    """A program of ours on a terminal of so many columns and rows."""

    columns, rows = 80, 24

    def __init__(self, words: Sequence[str]) -> None:
        self.kept = ""
        self._words = words

    async def run(self, said: Said, asked: Asked) -> int:
        """Its exit code."""
        self._near, far = pty.openpty()
        os.set_blocking(self._near, False)
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
        about = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        about |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
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

    async def _attend(self, said: Said, asked: Asked) -> None:
        raise NotImplementedError

    async def _read(self) -> bytes:
        """b"": the program has left its terminal."""
        await trio.lowlevel.wait_readable(self._near)
        try:
            return os.read(self._near, 1 << 16)
        except OSError:
            return b""

    def _type(self, keys: str) -> None:
        os.write(self._near, keys.encode())


class PlainSeat(Seat):
    """`kept`: what a log of the serial line would hold."""

    async def _attend(self, said: Said, asked: Asked) -> None:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        rest = ""
        while data := await self._read():
            new = decode(data).replace("\r\n", "\n")
            self.kept += new
            *lines, rest = (rest + new).split("\n")
            for line in lines:
                said(line)
            if rest.endswith(" ? "):
                question, rest = rest, ""
                self._type(await asked(question) + "\n")


class ScreenSeat(Seat):
    """`kept`: the screen as it stood at each question."""

    columns, rows = 132, 50
    LEFT = 32  # of what is said: the steps stand before it
    FIELD = rows - 2

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(words)
        self._screen = Terminal(self.columns, self.rows)
        self._before: list[str] = []
        self._answered: list[str] = []

    async def _attend(self, said: Said, asked: Asked) -> None:
        rows: list[str] = []
        moved = trio.current_time()  # a cursor that blinks is no movement
        wait = STILL_S
        while True:
            with trio.move_on_after(wait):
                data = await self._read()
                if not data:
                    return
                self._screen.feed(data)
                wait = PAINTED_S
                continue
            wait = STILL_S
            for line in self._new():
                said(line)
            if (now := self._picture()) != rows:
                rows, moved = now, trio.current_time()
            if trio.current_time() - moved >= STILL_S and (question := self._question()):
                self.kept += "\n".join(["=" * self.columns, *rows, ""])
                answer = await asked(question)
                self._answered = rows[: self.FIELD]
                if answer:
                    self._type(CLEAR)
                    await trio.sleep(
                        STILL_S
                    )  # the toolkit inserts letters before it carries out orders of the same piece
                self._type(answer + ENTER)

    def _picture(self) -> list[str]:
        return [self._screen.line(y).rstrip() for y in range(self.rows)]

    def _progress(self) -> int:
        """The row between what is said and the question; it has the ground of the steps."""
        grounds = [self._screen.ground(y, self.LEFT) for y in range(self.FIELD)]
        steps = self._screen.ground(1, 0)
        return max((y for y, ground in enumerate(grounds) if ground == steps), default=0)

    def _question(self) -> str:
        """What waits for an answer, in one line; empty: nothing does, or the screen is as it was answered."""
        if self._picture()[: self.FIELD] == self._answered:
            return ""
        return " ".join(self._said(y) for y in range(self._progress() + 1, self.FIELD)).strip()

    def _said(self, y: int) -> str:
        return self._screen.line(y)[self.LEFT - 1 : self.columns - 2].rstrip()  # without the bar at the right

    def _new(self) -> list[str]:
        """What has been said since the last look: all below the last rows of then. A screen is painted from above, so
        that they stand where they stood until all is there.
        """
        now = [self._said(y) for y in range(1, self._progress())]
        while now and not now[-1]:
            now.pop()
        old, self._before = self._before, now
        if not old:
            return now
        tail = old[-TAIL:]
        ends = range(len(now), len(tail) - 1, -1)
        return now[next((end for end in ends if now[end - len(tail) : end] == tail), 0) :]
