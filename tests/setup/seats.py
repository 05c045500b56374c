"""Where an installer sits: a terminal of his own, with the setup in it line by line.

    seat = PlainSeat(["setup", "--plain"], environment)
    await seat.run(said, asked)          until the program has ended
    seat.kept                            all that stood there, for the results

    said(line)                 once for each line that comes, as it stands there
    await asked(question)      what is typed for it; "" takes the default

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
from collections.abc import Awaitable, Callable, Sequence

import trio

STROWGER = (sys.executable, "-c", "from core.command import main; raise SystemExit(main())")
Said = Callable[[str], None]
Asked = Callable[[str], Awaitable[str]]


COLUMNS, ROWS = 80, 24


class PlainSeat:
    """A program of ours on a terminal. `kept`: what a log of the serial line would hold."""

    def __init__(self, words: Sequence[str]) -> None:
        self.kept = ""
        self._words = words

    async def run(self, said: Said, asked: Asked) -> int:
        """Its exit code."""
        self._near, far = pty.openpty()
        os.set_blocking(self._near, False)
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
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

    async def _read(self) -> bytes:
        """b"": the program has left its terminal."""
        await trio.lowlevel.wait_readable(self._near)
        try:
            return os.read(self._near, 1 << 16)
        except OSError:
            return b""

    def _type(self, keys: str) -> None:
        os.write(self._near, keys.encode())

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
