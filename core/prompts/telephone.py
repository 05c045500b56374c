"""How a telephone number is cut into groups for the ear: 138 0013 8000, 010 6552 9988, 400 810 8888.

China's numbering plan decides where area codes end, ITU-T E.164 where country codes do; the rest is cut into threes and
fours. What is written with spaces, hyphens or brackets is cut as it is written. Time does not flow here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.prompts.parts import GROUP
from core.texts import _

DIGITS = re.compile(r"\+?[0-9*#]+")
_WRITTEN = re.compile(r"[\s().\-]+")
LONGEST_GROUP = 5  # short codes and extensions: 95588, 8001

# ITU-T E.164 annex D: what a country code is.
_COUNTRY = r"(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})"
_ABROAD = (re.compile(r"(\+)" + _COUNTRY + r"(?=\d{4,})"), re.compile(r"(00)" + _COUNTRY + r"(?=\d{4,})"))
_AREA = (
    re.compile(r"0(?:10|2\d)(?=\d{7,8}$)"),
    re.compile(r"0[3-9]\d\d(?=\d{7,8}$)"),
    re.compile(r"01[3-9]\d(?=\d{8}$)"),
)
_CHINA = (re.compile(r"1[3-9]\d(?=\d{8}$)"), re.compile(r"[48]00(?=\d{7}$)"))


def groups(number: str) -> list[str]:
    """The digits (with `*`, `#`, and `+` in front) in groups of 1 to 5. ValueError: it is no number."""
    written = [part for part in _WRITTEN.split(number.strip()) if part]
    if not DIGITS.fullmatch("".join(written)):
        raise ValueError(
            _("{value} is no telephone number: digits, * and #, with + in front").format(value=repr(number))
        )
    if len(written) > 1 and all(len(part) <= LONGEST_GROUP for part in written):
        return written
    return _cut("".join(written))


def dialled(number: str, names: Mapping[str, str]) -> list[str]:
    """Names of prompts, by sign; between two groups a pause."""
    said: list[str] = []
    for group in groups(number):
        said += [GROUP] * bool(said) + [names[sign] for sign in group]
    return said


def _cut(number: str) -> list[str]:
    for abroad in _ABROAD:
        if found := abroad.match(number):
            prefix = [found[1] + found[2]] if found[1] == "+" else [found[1], found[2]]
            rest = number[found.end() :]
            return prefix + (_home(rest, _CHINA) if found[2] == "86" else _even(rest))
    return _home(number, _AREA + _CHINA)


def _home(number: str, prefixes: tuple[re.Pattern[str], ...]) -> list[str]:
    for prefix in prefixes:
        if found := prefix.match(number):
            return [found[0], *_even(number[found.end() :])]
    return _even(number)


def _even(digits: str) -> list[str]:
    """Threes, then fours, as few as there can be: 3-3, 3-4, 4-4, 3-3-3, 3-3-4."""
    if len(digits) <= LONGEST_GROUP:
        return [digits]
    threes = next(count for count in range(4) if (len(digits) - 3 * count) % 4 == 0)
    sizes = [3] * threes + [4] * ((len(digits) - 3 * threes) // 4)
    cut, at = [], 0
    for size in sizes:
        cut.append(digits[at : at + size])
        at += size
    return cut
