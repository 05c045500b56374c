"""Telephone numbers are cut where people cut them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.prompts.telephone import LONGEST_GROUP, groups


@pytest.mark.parametrize(
    ("number", "cut"),
    [
        ("8001", "8001"),
        ("95588", "95588"),
        ("123456", "123 456"),
        ("1234567", "123 4567"),
        ("83214567", "8321 4567"),
        ("123456789", "123 456 789"),
        ("1234567890", "123 456 7890"),
        ("13800138000", "138 0013 8000"),
        ("013800138000", "0138 0013 8000"),
        ("01065529988", "010 6552 9988"),
        ("02087654321", "020 8765 4321"),
        ("07558321456", "0755 832 1456"),
        ("075583214567", "0755 8321 4567"),
        ("4008108888", "400 810 8888"),
        ("8008108888", "800 810 8888"),
        ("+8613800138000", "+86 138 0013 8000"),
        ("008613800138000", "00 86 138 0013 8000"),
        ("+861065529988", "+86 106 552 9988"),
        ("+442079460958", "+44 207 946 0958"),
        ("+85221234567", "+852 2123 4567"),
        ("+12125550123", "+1 212 555 0123"),
        ("010-6552 9988", "010 6552 9988"),
        ("(0755)83214567", "0755 8321 4567"),
        ("*21*8002#", "*21 *80 02#"),
    ],
)
def test_it_is_cut_so(number: str, cut: str) -> None:
    assert " ".join(groups(number)) == cut


@given(st.from_regex(r"\A\+?[0-9*#]{1,40}\Z"))
def test_nothing_is_lost_and_no_group_is_long(number: str) -> None:
    cut = groups(number)
    assert "".join(cut) == number
    assert all(0 < len(group) <= LONGEST_GROUP for group in cut)


@given(st.text(max_size=20))
def test_anything_else_is_refused(text: str) -> None:
    try:
        cut = groups(text)
    except ValueError:
        return
    assert "".join(cut).removeprefix("+").replace("*", "0").replace("#", "0").isdigit()
