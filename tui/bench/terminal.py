"""What a terminal shows after what a program has sent it: letters and their backgrounds, cell by cell.

    screen = Terminal(132, 43)
    screen.feed(os.read(fd, 65536))
    screen.line(0)                  " Strowger  [1 Calls]  2 Board ..."
    screen.ground(0, 1)             "48;2;1;120;212"

Only what Textual sends (ECMA-48: cursor position, colours, erase in display and line); a sequence that is none of these
changes nothing. What it does not: scroll, or anything of the keyboard. Pure.
"""

from __future__ import annotations

import codecs
import re

from rich.cells import cell_len

SEQUENCE = re.compile(
    r"\x1b(?:\[([0-9;:?<>=!]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|[()]\w|[=>78cM])"
)
UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:?<>=! -/]*|\][^\x07\x1b]*\x1b?|P[^\x1b]*\x1b?|[()])?$")
GROUNDS = frozenset(str(n) for n in (*range(40, 48), 49, *range(100, 108)))
LONG = {"2": 5, "5": 3}
"""So many numbers a colour has after 38 or 48: red, green, blue, or one of a table."""


class Terminal:
    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._x = self._y = 0
        self._ground = ""
        self._clear()

    def line(self, y: int) -> str:
        """A wide letter stands there once; the cell behind it is empty."""
        return "".join(self._letters[y])

    def ground(self, y: int, x: int) -> str:
        """The background as it was ordered; empty: the terminal's own."""
        return self._grounds[y][x]

    def feed(self, data: bytes) -> None:
        text = self._rest + self._decode(data)
        cut = UNFINISHED.search(text)
        end = cut.start() if cut else len(text)
        at, self._rest = 0, text[end:]
        for found in SEQUENCE.finditer(text, 0, end):
            self._write(text[at : found.start()])
            at = found.end()
            if found[2]:
                self._order(found[1], found[2])
        self._write(text[at:end])

    def _clear(self) -> None:
        self._letters = [[" "] * self.width for _ in range(self.height)]
        self._grounds = [[""] * self.width for _ in range(self.height)]

    def _write(self, text: str) -> None:
        for letter in text:
            if letter == "\r":
                self._x = 0
            elif letter == "\n":
                self._y = min(self._y + 1, self.height - 1)
            elif letter >= " ":
                self._put(letter, cell_len(letter))

    def _put(self, letter: str, cells: int) -> None:
        """Half of a wide letter is none: what is left of one is cleared, as terminals do."""
        row, grounds = self._letters[self._y], self._grounds[self._y]
        end = self._x + cells
        if end > self.width:
            letter, end = " ", self.width
        if self._x < self.width:
            for torn in (self._x - 1 if not row[self._x] else -1, end if end < self.width and not row[end] else -1):
                if torn >= 0:
                    row[torn], grounds[torn] = " ", self._ground
            row[self._x : end] = [letter, *[""] * (end - self._x - 1)]
            grounds[self._x : end] = [self._ground] * (end - self._x)
        self._x += cells

    def _order(self, numbers: str, order: str) -> None:
        if order in "Hf":
            y, _, x = numbers.partition(";")
            self._y = min(max(int(y or 1) - 1, 0), self.height - 1)
            self._x = max(int(x or 1) - 1, 0)
        elif order == "m":
            self._colour(numbers.split(";"))
        elif order == "J":
            self._clear()
        elif order == "K":
            self._letters[self._y][self._x :] = [" "] * (self.width - self._x)
            self._grounds[self._y][self._x :] = [self._ground] * (self.width - self._x)

    def _colour(self, parts: list[str]) -> None:
        if parts[0] in ("", "0"):
            self._ground = ""
        while parts:
            long = LONG.get(parts[1], 1) if parts[0] in ("38", "48") and len(parts) > 1 else 1
            if parts[0] == "48" or parts[0] in GROUNDS:
                self._ground = ";".join(parts[:long])
            parts = parts[long:]
