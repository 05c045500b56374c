"""Patterns read as the field writes them, and a wrong one says where it is wrong."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.model.pattern import DIGITS, LONGEST, PatternError, parse


@pytest.mark.parametrize(
    ("text", "fits", "fails"),
    [
        ("8001", ["8001"], ["800", "80010", ""]),
        ("9[2-8]X{6,7}", ["92345678", "982345678"], ["9234567", "91345678", "9823456789"]),
        ("00!", ["00", "0086"], ["0", "01"]),
        ("9.", ["91", "9110"], ["9", "8"]),
        ("1[3-9]X{9}", ["13800138000"], ["12800138000", "1380013800"]),
        ("0755-8XXX XXXX", ["075581234567"], ["0755-8123"]),
        ("Z00", ["100", "900"], ["000"]),
        ("N00", ["200"], ["100"]),
        ("*21*(.)#", ["*21*8001#"], ["*21*#", "*21*8001"]),
        ("*#21#", ["*#21#"], ["*#21"]),
        ("[*#][2-47]", ["*2", "#7"], ["15", "*5"]),
        ("x{2}n", ["002"], ["001"]),
        ("AB", ["AB"], ["A"]),
    ],
)
def test_a_pattern_fits_these_numbers_and_not_those(text: str, fits: list[str], fails: list[str]) -> None:
    pattern = parse(text)
    assert [digits for digits in fits if not pattern.matches(digits)] == []
    assert [digits for digits in fails if pattern.matches(digits)] == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 0),
        ("90a", 2),
        ("9[2-", 1),
        ("9[]", 2),
        ("9[2-]", 2),
        ("9[5-2]", 2),
        ("9[A-C]", 2),
        ("X{3,2}", 1),
        ("X{0}", 1),
        ("X{33}", 1),
        ("_9X", 0),
        ("(9", 0),
        ("9)", 1),
        ("((9))", 1),
        (".9", 1),
        ("X{1,3}5", 6),
        ("9（", 1),
    ],
)
def test_a_wrong_pattern_says_where(text: str, column: int) -> None:
    with pytest.raises(PatternError) as caught:
        parse(text)
    assert caught.value.column == column


def test_arguments_are_what_stands_in_brackets() -> None:
    assert parse("*26*(XXXX)*(.)#").arguments("*26*0730*8001#") == ("0730", "8001")
    assert parse("*21*(.)#").arguments("*21#") == ()


def test_lengths() -> None:
    assert (parse("9X{3,8}").shortest, parse("9X{3,8}").longest) == (4, 9)
    assert (parse("9!").shortest, parse("9!").longest) == (1, LONGEST)
    assert parse("9X").literal == ""
    assert parse("9[5]{2}").literal == "955"


pieces = st.sampled_from(["0", "9", "[2-5]", "X", "Z", "N", "[07]{2}", "*"])
tails = st.sampled_from(["", "!", ".", "X{2,4}", ".#", "[0-4]{1,2}9"])


@given(st.lists(pieces, min_size=1, max_size=5), tails, st.text(alphabet=DIGITS + "*#", max_size=9))
def test_a_pattern_agrees_with_a_regular_expression(parts: list[str], tail: str, digits: str) -> None:
    text = "".join(parts) + tail
    expression = text.replace("*", r"\*").replace(".", "[0-9]+").replace("!", "[0-9]*")
    for sign, symbols in {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]"}.items():
        expression = expression.replace(sign, symbols)
    assert parse(text).matches(digits) == bool(re.fullmatch(expression, digits))
