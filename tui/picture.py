"""What the terminal shows, so that only cells that differ from it are sent.

    picture = Picture(80, 24)
    picture.differing(frame)        what has the same effect as the frame, and is shorter; "": it changes nothing

The toolkit paints whole regions: a screen that opens, a table whose rows moved by one, a bar beside rows that stayed.
Over a slow line each letter is waited for, so a frame is taken apart into cells (a letter with its style), compared
with what was sent before, and the rest is written with as few jumps and styles as it needs. What is no letter, no place
and no style goes through as it is, in its order.

    frame       ESC[3;1H  ESC[97;40m  "  2 14:13:22 "  ESC[0m ...
    cells       wanted[2][0:13]   <─ compared with ─>   shown[2][0:13]
    sent        ESC[3;11H ESC[0;97;40m "22" ESC[0m

A cell is not known at the beginning, after the terminal's size has changed and when somebody asks for a new picture
(noise on a line); such a cell is sent in any case. Sequences after ECMA-48: CUP 8.3.21, SGR 8.3.117. Pure.
"""

from __future__ import annotations

import re

from rich.cells import cell_len

SEQUENCE = re.compile(r"\x1b(?:\[([0-9;:?<>=!]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|[()]\w|.)")
CONTROL = re.compile(r"([\x00-\x1f])")
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Of a frame that the terminal is to show at once."""
CLEARING = ("\x1b[?1049h", "\x1b[?1049l", "\x1b[2J", "\x1bc")
"""After which nothing is known of what the terminal shows."""
MOVING, PRIVATE = "@ABCDEFGIJKLMPSTXZ`adersu", ("?", ">", "<", "=")
"""Orders that move the cursor or edit what stands there, and what makes another one of them."""
PLAIN = "\x1b[0m"
JUMP = 6
"""So many letters that stay are sent again rather than jumped over, when they have the same style."""

Cell = tuple[str, str]
"""A letter with its style; the right half of a wide letter is empty."""


class Picture:
    def __init__(self, width: int, height: int) -> None:
        self.size = width, height
        self._shown: list[list[Cell | None]]
        self._wanted: list[list[Cell | None]]
        self._x = self._y = 0
        """Where the frame is."""
        self._style = ""
        """Of the frame, as the numbers of SGR."""
        self._at: tuple[int, int] | None = None
        """Where the terminal's cursor is; None: not known."""
        self._at_once = False
        """Whether the terminal is to show the frame at once."""
        self._spoiled = True
        """Whether the terminal may write in another style than the usual one."""
        self._touched: set[int] = set()
        self.forget()

    def forget(self) -> None:
        """Nothing is known of what the terminal shows, and nothing is wanted there before it is painted again."""
        width, height = self.size
        self._shown = [[None] * width for _ in range(height)]
        self._wanted = [[None] * width for _ in range(height)]
        self._at = None
        self._spoiled = True

    def differing(self, frame: str) -> str:
        sent, at = "", 0
        for found in SEQUENCE.finditer(frame):
            sent += self._letters(frame[at : found.start()])
            at = found.end()
            sent += self._sequence(found)
        sent += self._letters(frame[at:])
        return sent + self._difference()

    # ---- the frame ----

    def _sequence(self, found: re.Match[str]) -> str:
        """What of it goes to the terminal now."""
        numbers, order = found[1] or "", found[2] or ""
        if order in ("H", "f"):
            y, _, x = numbers.partition(";")
            self._y, self._x = max(int(y or 1) - 1, 0), max(int(x or 1) - 1, 0)
        elif order == "m":
            again = numbers in ("", "0") or numbers.startswith("0;")
            more = "" if numbers in ("", "0") else numbers.removeprefix("0;")
            self._style = more if again or not self._style else f"{self._style};{more}"
        elif found[0] in (BEGIN, END):
            sent = self._difference()
            self._at_once = found[0] == BEGIN
            return sent
        else:
            sent = self._difference() + found[0]
            if found[0] in CLEARING or (order and order in MOVING and numbers[:1] not in PRIVATE):
                self.forget()
            return sent
        return ""

    def _letters(self, text: str) -> str:
        if not text:
            return ""
        sent = ""
        for part in CONTROL.split(text):
            if part == "\r":
                self._x = 0
            elif part == "\n":
                self._y = min(self._y + 1, self.size[1] - 1)  # the toolkit never scrolls
            elif part and part < " ":
                sent += self._difference() + part
                self._at = None if part in "\b\t\v\f" else self._at
            elif part and self._y < self.size[1]:
                self._put(part)
        return sent

    def _put(self, text: str) -> None:
        row, style, width = self._wanted[self._y], self._style, self.size[0]
        cells: list[Cell | None]
        if text.isascii():
            cells = [(letter, style) for letter in text]
        else:
            cells = []
            for letter in text:
                wide = cell_len(letter)
                if wide:
                    cells += [(letter, style), *[("", style)] * (wide - 1)]
                elif cells and cells[-1] is not None:
                    at = -1 if cells[-1][0] or len(cells) < 2 else -2
                    base = cells[at]
                    assert base is not None
                    cells[at] = (base[0] + letter, style)
        end = min(self._x + len(cells), width)
        if end > self._x:
            if len(cells) > end - self._x and cells[end - self._x] == ("", style):
                cells[end - self._x - 1] = (" ", style)
            # Of a wide letter that loses one half, terminals clear the other.
            if _half(row, self._x):
                row[self._x - 1] = (" ", style)
            if _half(row, end):
                row[end] = (" ", style)
            row[self._x : end] = cells[: end - self._x]
            self._touched.add(self._y)
        self._x += len(cells)

    # ---- the terminal ----

    def _difference(self) -> str:
        parts: list[str] = []
        style = ""
        for y in sorted(self._touched):
            shown, wanted = self._shown[y], self._wanted[y]
            if shown == wanted:
                continue
            last = -1
            for x in _changed(shown, wanted):
                cell = wanted[x]
                assert cell is not None
                if cell[0]:
                    if self._spoiled:
                        parts.append(PLAIN)
                        self._spoiled = False
                    if self._at != (x, y):
                        between = wanted[last + 1 : x] if 0 <= last < x <= last + JUMP else []
                        if between and all(each is not None and each[1] == style for each in between):
                            parts += [each[0] for each in between if each is not None]
                        else:
                            parts.append(f"\x1b[{y + 1};{x + 1}H")
                    if cell[1] != style:
                        style = cell[1]
                        parts.append(f"\x1b[0;{style}m" if style else PLAIN)
                    parts.append(cell[0])
                last = x
                shown[x] = cell
                # Behind the last column terminals disagree where they are.
                self._at = (x + 1, y) if x + 1 < self.size[0] else None
        self._touched = set()
        if style:
            parts.append(PLAIN)
        place = (min(self._x, self.size[0] - 1), min(self._y, self.size[1] - 1))
        if self._at != place and (parts or self._at is not None):
            parts.append(f"\x1b[{place[1] + 1};{place[0] + 1}H")
            self._at = place
        if not parts:
            return ""
        return "".join((BEGIN, *parts, END) if self._at_once else parts)


def _half(row: list[Cell | None], x: int) -> bool:
    """Whether the right half of a wide letter is there."""
    cell = row[x] if x < len(row) else None
    return cell is not None and not cell[0]


def _changed(shown: list[Cell | None], wanted: list[Cell | None]) -> list[int]:
    """Places of a row that are to be sent. Of a wide letter always both: half of one is none."""
    changed = {x for x, cell in enumerate(wanted) if cell is not None and cell != shown[x]}
    more = set(changed)
    while more:
        more = {
            beside
            for x in more
            for row in (shown, wanted)
            for beside in ((x - 1,) if _half(row, x) else ()) + ((x + 1,) if _half(row, x + 1) else ())
            if 0 <= beside < len(wanted) and wanted[beside] is not None
        } - changed
        changed |= more
    return sorted(changed)
