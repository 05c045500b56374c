"""One mistake in the configuration: where it stands, what is wrong, what to do; and how a person is shown it.

    20-stations.toml:14:1: [[station]] has no setting "chanel".
       14 | chanel = 3
          | ^^^^^^
          Did you mean "channel"?

Texts are in the language in force when the mistake is made. What it does not: find mistakes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.width import width


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line of a file. line and column count from 1, column in characters; length may be 0.

    line 0: the whole file, or none of the files (path "").
    """

    path: Path
    line: int = 0
    column: int = 0
    length: int = 0
    source: str = ""  # the whole line as it stands in the file

    def __str__(self) -> str:
        if not self.line:
            return str(self.path)
        return f"{self.path}:{self.line}:{self.column}"


class ConfigError(Exception):
    """A mistake of whoever wrote the configuration. str(): what is wrong, one sentence.

    hint: what to do, or "". others: further places that belong to it, each with what stands there.
    """

    def __init__(self, place: Place, problem: str, hint: str = "", others: Sequence[tuple[Place, str]] = ()) -> None:
        super().__init__(problem)
        self.place = place
        self.problem = problem
        self.hint = hint
        self.others = tuple(others)

    @property
    def path(self) -> Path:
        return self.place.path

    @property
    def line(self) -> int:
        return self.place.line

    @property
    def column(self) -> int:
        return self.place.column

    def lines(self) -> list[str]:
        """For a terminal."""
        rows = [f"{self.place}: {self.problem}", *_snippet(self.place)]
        rows += [f"{_MARGIN}{line}" for line in self.hint.splitlines()]
        for place, text in self.others:
            rows += [f"{_MARGIN}{place}: {text}", *_snippet(place)]
        return rows

    def facts(self) -> dict[str, Any]:
        """For --json and the control interface."""
        return {
            **_facts(self.place),
            "problem": self.problem,
            "hint": self.hint,
            "others": [{**_facts(place), "text": text} for place, text in self.others],
        }


class BadConfiguration(Exception):
    """A configuration that cannot be used: all its mistakes, in the order of the files."""

    def __init__(self, mistakes: Sequence[ConfigError]) -> None:
        super().__init__("\n".join(line for mistake in mistakes for line in mistake.lines()))
        self.mistakes = tuple(mistakes)


_MARGIN = " " * 8


def _facts(place: Place) -> dict[str, Any]:
    return {"path": str(place.path), "line": place.line, "column": place.column, "length": place.length}


def _snippet(place: Place) -> list[str]:
    """The line with a caret below; wide characters (Chinese) take two places on a terminal, a tab stays one."""
    if not place.line:
        return []
    before, marked = place.source[: place.column - 1], place.source[place.column - 1 :][: place.length]
    blank = "".join("\t" if letter == "\t" else " " * width(letter) for letter in before)
    carets = "^" * max(1, width(marked))
    return [f"{place.line:5} | {place.source}", f"      | {blank}{carets}"]
