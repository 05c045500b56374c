"""Text in columns of a terminal: Chinese characters are two columns wide, and names are made to fit."""

from __future__ import annotations

import unicodedata


def width(text: str) -> int:
    """Columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(letter) for letter in text)


def fit(text: str, columns: int) -> str:
    """The text in exactly so many columns: filled with spaces, or cut with an ellipsis."""
    if width(text) <= columns:
        return text + " " * (columns - width(text))
    kept = ""
    for letter in text:
        if width(kept) + _columns(letter) > columns - 1:
            break
        kept += letter
    return kept + "…" + " " * (columns - 1 - width(kept)) if columns > 0 else ""


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most so many columns, broken at spaces where there are any, at least one line."""
    lines = [""]
    for word in text.split():
        while word:
            room = columns - width(lines[-1]) - bool(lines[-1])
            if width(word) <= room:
                lines[-1] += " " * bool(lines[-1]) + word
                break
            if lines[-1]:
                lines.append("")
                continue
            # A word longer than a line (a Chinese sentence has no spaces).
            taken = ""
            for letter in word:
                if width(taken) + _columns(letter) > columns:
                    break
                taken += letter
            taken = taken or word[0]
            lines[-1] = taken
            word = word[len(taken) :]
            if word:
                lines.append("")
    return lines


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
