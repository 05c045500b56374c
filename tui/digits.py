"""Big digits of filled cells, to be read from across a room.

    big("4:2")      five lines; a filled cell is "#", an empty one " "

Filled cells are shown by turning their colours round, so every terminal can, whatever letters it has. Pure.
"""

from __future__ import annotations

HEIGHT = 5
WIDE = 2
"""Cells of a point: a cell is twice as high as wide."""

# Five rows of a sign from the top; its points are the bits.
_SIGNS = {
    "0": "111 101 101 101 111",
    "1": "010 110 010 010 111",
    "2": "111 001 111 100 111",
    "3": "111 001 111 001 111",
    "4": "101 101 111 001 001",
    "5": "111 100 111 001 111",
    "6": "111 100 111 101 111",
    "7": "111 001 001 001 001",
    "8": "111 101 111 101 111",
    "9": "111 101 111 001 111",
    "%": "101 001 010 100 101",
    "/": "001 001 010 100 100",
    "-": "000 000 111 000 000",
    ":": "0 1 0 1 0",
    " ": "0 0 0 0 0",
}


def big(text: str) -> list[str]:
    """Signs other than digits and % / - : and blank are left out."""
    rows = [[] for _row in range(HEIGHT)]  # type: list[list[str]]
    for sign in text:
        if sign in _SIGNS:
            for row, bits in zip(rows, _SIGNS[sign].split(), strict=True):
                row.append("".join("#" * WIDE if bit == "1" else " " * WIDE for bit in bits))
    return [" ".join(row) for row in rows]
