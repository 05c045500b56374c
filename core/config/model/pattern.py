"""How a person writes "these numbers": the patterns of routes, classes of service and services.

    9[2-8]X{6,7}      9, then a digit from 2 to 8, then six or seven more
    00!               00 and whatever follows, also nothing yet
    *21*(.)#          a service code with an argument between * and #

| written | stands for |
| --- | --- |
| 0 to 9, *, # | itself |
| A B C D | the fourth column of a DTMF keypad, for trunks that send it |
| X, x | any digit 0 to 9 |
| Z, z | any digit 1 to 9 |
| N, n | any digit 2 to 9 |
| [2-57] | one digit of a set |
| {3}, {3,8} | so many of what stands before it |
| . | one or more digits 0 to 9, up to the longest number |
| ! | none or more digits 0 to 9 |
| ( ) | what is inside is an argument, handed to the service |
| space, - | nothing: they make long patterns readable (a - inside [ ] is a range) |

X, Z, N, `.` and `!` are Asterisk's; its leading _ is not needed. What may be longer or shorter ({3,8}, `.`, `!`) is
followed by nothing, or by a symbol that it does not match itself: so a number fits a pattern in one way only.

This file reads patterns and compares one with one number. It does not know what a pattern is for, and many patterns at
once are the matter of core/numbering/tree.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from core.texts import N_

DIGITS = "0123456789"
SYMBOLS = DIGITS + "*#ABCD"
OPEN = 100  # rank of a digit that an open end takes: worse than any set
LONGEST = 32  # digits of one number; E.164 has 15, carrier codes and service arguments come on top
_CLASSES = {"X": DIGITS, "Z": DIGITS[1:], "N": DIGITS[2:]}
_REPEAT = re.compile(r"\{(\d{1,2})(?:,(\d{1,2}))?\}")


class PatternError(ValueError):
    """This is no pattern. text: an English msgid with {placeholders} for the facts. column: where, from 0."""

    def __init__(self, text: str, column: int, **facts: Any) -> None:
        super().__init__(text.format(**facts))
        self.text = text
        self.column = column
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Element:
    """`symbols`, from `least` to `most` times; open: written as `.` or `!`, the weakest match there is."""

    symbols: str
    least: int = 1
    most: int = 1
    open: bool = False
    argument: int = -1  # index of the ( ) it is in


@dataclass(frozen=True, slots=True)
class Pattern:
    text: str
    elements: tuple[Element, ...]

    @property
    def shortest(self) -> int:
        return sum(element.least for element in self.elements)

    @property
    def longest(self) -> int:
        return min(sum(element.most for element in self.elements), LONGEST)

    @property
    def literal(self) -> str:
        """The one number that it matches, or empty when it matches several."""
        single = all(len(element.symbols) == 1 and element.least == element.most for element in self.elements)
        return "".join(element.symbols * element.least for element in self.elements) if single else ""

    def align(self, digits: str) -> tuple[int, ...] | None:
        """How many digits each element takes when the pattern matches all of `digits`; None: it does not."""
        if len(digits) > LONGEST:
            return None
        taken, at = [], 0
        for element in self.elements:
            start = at
            while at < len(digits) and at - start < element.most and digits[at] in element.symbols:
                at += 1
            if at - start < element.least:
                return None
            taken.append(at - start)
        return tuple(taken) if at == len(digits) else None

    def matches(self, digits: str) -> bool:
        return self.align(digits) is not None

    def rank(self, digits: str) -> tuple[int, ...] | None:
        """How exactly it fits: by how many symbols each digit could have been. The smaller is the more exact: the
        first difference decides. None: it does not fit.
        """
        taken = self.align(digits)
        if taken is None:
            return None
        ranks: list[int] = []
        for element, count in zip(self.elements, taken, strict=True):
            ranks += [OPEN if element.open else len(element.symbols)] * count
        return tuple(ranks)

    def arguments(self, digits: str) -> tuple[str, ...]:
        """What stands in each ( ) of a number that matches."""
        found: dict[int, str] = {}
        at = 0
        for element, count in zip(self.elements, self.align(digits) or (), strict=False):
            if element.argument >= 0:
                found[element.argument] = found.get(element.argument, "") + digits[at : at + count]
            at += count
        return tuple(found[key] for key in sorted(found))


def parse(text: str) -> Pattern:
    """PatternError names what is wrong and where."""
    elements: list[Element] = []
    at, group, groups = 0, -1, 0
    while at < len(text):
        sign, here = text[at], at
        at += 1
        if sign in " -":
            continue
        if sign in "()":
            if (sign == "(") == (group >= 0):
                raise PatternError(N_("In a pattern each ( has its )."), here)
            groups += sign == "("
            group = groups - 1 if sign == "(" else -1
            continue
        if sign in ".!":
            elements.append(Element(DIGITS, int(sign == "."), LONGEST, True, group))
            continue
        if sign == "[":
            at = text.find("]", here) + 1
            if not at:
                raise PatternError(N_("In a pattern each [ has its ]."), here)
            symbols = _set(text[here + 1 : at - 1], here + 1)
        elif sign.upper() in _CLASSES:
            symbols = _CLASSES[sign.upper()]
        elif sign in SYMBOLS:
            symbols = sign
        elif sign == "_":
            raise PatternError(N_("A pattern needs no _ before it."), here)
        else:
            raise PatternError(N_('"{sign}" is no digit and no sign of a pattern.'), here, sign=sign)
        least = most = 1
        if repeat := _REPEAT.match(text, at):
            least, most = int(repeat[1]), int(repeat[2] or repeat[1])
            if not least <= most <= LONGEST or not most:
                raise PatternError(N_("A repetition goes from few to many, at most {most}."), at, most=LONGEST)
            at = repeat.end()
        elements.append(Element(symbols, least, most, False, group))
    if group >= 0:
        raise PatternError(N_("In a pattern each ( has its )."), text.rindex("("))
    if not elements:
        raise PatternError(N_("A pattern has at least one digit."), 0)
    _one_way_only(elements, text)
    return Pattern(text, tuple(elements))


def _set(inside: str, column: int) -> str:
    found: set[str] = set()
    at = 0
    while at < len(inside):
        first = inside[at]
        ranged = inside[at + 1 : at + 2] == "-"
        last = inside[at + 2 : at + 3] if ranged else first
        if first not in SYMBOLS or not last or last not in SYMBOLS or (ranged and not (first + last).isdecimal()):
            raise PatternError(N_("A set holds digits, * and #, and ranges like 2-5."), column + at)
        if first > last:
            raise PatternError(N_("The range {first}-{last} is empty."), column + at, first=first, last=last)
        found.update(DIGITS[int(first) : int(last) + 1] if ranged else first)
        at += 3 if ranged else 1
    if not found:
        raise PatternError(N_("An empty set fits no digit."), column)
    return "".join(symbol for symbol in SYMBOLS if symbol in found)


def _one_way_only(elements: list[Element], text: str) -> None:
    """What is of variable length ends where the next symbol cannot be its own."""
    for index, element in enumerate(elements):
        if element.least == element.most:
            continue
        for later in elements[index + 1 :]:
            if set(later.symbols) & set(element.symbols):
                raise PatternError(
                    N_("After a part of variable length comes nothing, or a sign that is none of its own."),
                    len(text) - 1,
                )
            if later.least:
                break
