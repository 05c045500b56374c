"""The picture of a recording: who spoke when, how loud, drawn with dots of Braille.

    upward([0.1, 0.8, ...], 2)       two lines of text, growing from below; downward(...) from above

Two levels stand in a cell, four dots in a line. Loudness is shown as ears have it: from -48 dB (nothing) to 0 dB. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

QUIETEST_DB = -48.0
PER_CELL = 2
PER_LINE = 4
# The bits of the two columns of a cell, from the top.
_LEFT, _RIGHT = (0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80)


def upward(levels: Sequence[float], lines: int) -> list[str]:
    """levels: 0 to 1, two a cell. Lines from the top."""
    heights = [_height(level, lines) for level in levels]
    return [_line(heights, (lines - 1 - at) * PER_LINE, True) for at in range(lines)]


def downward(levels: Sequence[float], lines: int) -> list[str]:
    """The same, hanging from above."""
    heights = [_height(level, lines) for level in levels]
    return [_line(heights, at * PER_LINE, False) for at in range(lines)]


def _height(level: float, lines: int) -> int:
    """In dots; what can be heard at all has one."""
    if level <= 0:
        return 0
    share = 1 - 20 * math.log10(min(1.0, level)) / QUIETEST_DB
    return max(0, min(lines * PER_LINE, math.ceil(share * lines * PER_LINE)))


def _line(heights: Sequence[int], below: int, up: bool) -> str:
    """below: dots that the lines before this one, seen from the middle, have taken."""
    cells = []
    for at in range(0, len(heights), PER_CELL):
        bits = 0
        for height, column in zip(heights[at : at + PER_CELL], (_LEFT, _RIGHT), strict=False):
            filled = max(0, min(PER_LINE, height - below))
            bits |= sum(column[PER_LINE - filled :] if up else column[:filled])
        cells.append(chr(0x2800 + bits))
    return "".join(cells)
