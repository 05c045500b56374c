"""Text in columns of cells, as the terminal will show it: Chinese letters take two, and nothing takes "perhaps two".

    plain("Ann…\x1b[2J")        "Ann...?[2J"
    fit("王芳", 6)              "王芳  "
    fit("a long name", 6)       "a lon~"

Signs of ambiguous width (… — · → ● and their like, Unicode UAX 11 class A) are one cell here and two in many Chinese
terminals; one of them in a table moves the rest of its row. So they are written otherwise, or as "?"; letters of that
class (Greek, Cyrillic) stay, as a name is worth more than a straight edge. Control characters never pass. Pure.
"""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len, set_cell_size

INSTEAD = str.maketrans(
    {
        "…": "...",
        "—": "-",
        "–": "-",
        "―": "-",
        "·": ".",
        "•": "*",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "→": ">",
        "←": "<",
        "×": "x",
        "\t": " ",
        "\n": " ",
        "\r": " ",
    }
)
CUT = "~"
"""Stands last where a text was cut: an ellipsis is of ambiguous width."""


def plain(text: str) -> str:
    """The text without what a terminal may take otherwise than meant."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("?" if _doubtful(letter) else letter for letter in text.translate(INSTEAD))


def fit(text: str, columns: int, right: bool = False) -> str:
    """A plain text in exactly so many cells: filled with spaces, at its right or its left, or cut."""
    wide = cell_len(text)
    if wide <= columns:
        return " " * (columns - wide) + text if right else text + " " * (columns - wide)
    return set_cell_size(text, columns - 1) + CUT if columns > 0 else ""


def _doubtful(letter: str) -> bool:
    kind = unicodedata.category(letter)
    if kind.startswith(("C", "Zl", "Zp")):
        return True
    return unicodedata.east_asian_width(letter) == "A" and not kind.startswith(("L", "M"))
