"""Reads back what was said: an ear for numbers that knows nothing of how they were composed."""

from __future__ import annotations

import re
from functools import cache

from core.prompts.catalogue import Catalogue, read_catalogue
from core.prompts.parts import Part

_ZH_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "幺": 1}
_ZH_UNITS = {"十": 10, "百": 100, "千": 1000}
_ONES = (
    "zero,one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen,fourteen,fifteen,sixteen,seventeen"
)
_TENS = "twenty,thirty,forty,fifty,sixty,seventy,eighty,ninety"
_EN = {word: value for value, word in enumerate([*_ONES.split(","), "eighteen", "nineteen"])}
_EN |= {word: 10 * tens for tens, word in enumerate(_TENS.split(","), 2)}
_IRREGULAR = {"first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight", "ninth": "nine"}
_IRREGULAR |= {"twelfth": "twelve"}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


@cache
def catalogue() -> Catalogue:
    return read_catalogue()


def text(language: str, parts: list[Part] | list[str]) -> str:
    """What is heard, written; a pause is "|"."""
    words = []
    for part in parts:
        assert isinstance(part, str)
        piece = catalogue().piece(part, language)
        if piece is None:
            assert catalogue().silence_ms(part), f"there is no prompt {part} in {language}"
        words.append(piece.text if piece else "|")
    return (" " if language == "en" else "").join(words)


def mandarin_number(words: str) -> int:
    """一万零五十 -> 10050."""
    for unit, value in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = words.rpartition(unit)
        if found:
            return mandarin_number(head) * value + (mandarin_number(tail.removeprefix("零")) if tail else 0)
    total = digit = 0
    for character in words:
        if character in _ZH_DIGITS:
            digit = _ZH_DIGITS[character]
        else:
            total += (digit or 1) * _ZH_UNITS[character]
            digit = 0
    return total + digit


def english_number(words: str) -> int:
    total = below = 0
    for word in words.split():
        if word in _SCALES:
            total, below = total + below * _SCALES[word], 0
        elif word == "hundred":
            below *= 100
        elif word != "and":
            below += _EN[word]
    return total + below


def cardinal_of(words: str) -> str:
    """one hundred and fifth -> one hundred and five."""
    before, _, last = words.rpartition(" ")
    last = _IRREGULAR.get(last) or (f"{last[:-4]}y" if last.endswith("ieth") else last.removesuffix("th"))
    return f"{before} {last}"


def digits(language: str, words: str) -> str:
    """Digits one by one, pauses left out."""
    if language == "zh":
        return "".join(str(_ZH_DIGITS[character]) for character in words if character != "|")
    return "".join(str(_EN[word]) for word in words.split() if word != "|")


def number(language: str, words: str) -> int:
    return mandarin_number(words) if language == "zh" else english_number(words)


def numbers(language: str, words: str) -> list[int]:
    """Every number in a text, in turn, each as long as it can be."""
    if language == "zh":
        return [mandarin_number(found) for found in re.findall(r"[零一二三四五六七八九两十百千万亿]+", words)]
    known = "|".join([*_EN, *_SCALES, "hundred"])
    return [english_number(found) for found in re.findall(rf"\b(?:(?:{known})\b ?(?:and (?=(?:{known})\b))?)+", words)]
