"""A caller's number is written in one way however it came, its kind is known, and it can be dialled back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbering.numbers import Category, Home, category, dialled_back, forms, normalised, zero_before

BEIJING = Home("10", outside="9", emergency=frozenset({"110", "119", "120", "122"}))
BERLIN = Home("30", china=False, outside="0")


@pytest.mark.parametrize(
    ("raw", "number_type", "number"),
    [
        ("88886666", "unknown", "01088886666"),
        ("88886666", "subscriber", "01088886666"),
        ("01088886666", "unknown", "01088886666"),
        ("1088886666", "unknown", "01088886666"),
        ("1088886666", "national", "01088886666"),
        ("010-8888 6666", "unknown", "01088886666"),
        ("861088886666", "unknown", "01088886666"),
        ("+86 10 88886666", "unknown", "01088886666"),
        ("+86 (0)10 88886666", "unknown", "01088886666"),
        ("00861088886666", "unknown", "01088886666"),
        ("861088886666", "international", "01088886666"),
        ("2587654321", "unknown", "02587654321"),
        ("75512345678", "unknown", "075512345678"),
        ("075512345678", "national", "075512345678"),
        ("3107654321", "unknown", "03107654321"),
        ("13800138000", "unknown", "13800138000"),
        ("013800138000", "unknown", "13800138000"),
        ("13800138000", "national", "13800138000"),
        ("8613800138000", "unknown", "13800138000"),
        ("+8613800138000", "unknown", "13800138000"),
        ("95588", "unknown", "95588"),
        ("95588", "subscriber", "95588"),
        ("10086", "unknown", "10086"),
        ("12345", "unknown", "12345"),
        ("4008001234", "unknown", "4008001234"),
        ("12125550100", "international", "0012125550100"),
        ("0012125550100", "unknown", "0012125550100"),
        ("+12125550100", "unknown", "0012125550100"),
        ("85223456789", "international", "0085223456789"),
        ("8001", "unknown", "8001"),
        ("", "unknown", ""),
    ],
)
def test_a_number_in_beijing(raw: str, number_type: str, number: str) -> None:
    assert normalised(raw, BEIJING, number_type) == number


def test_without_an_area_code_of_our_own_a_local_number_stays_as_it_is() -> None:
    assert normalised("88886666", replace(BEIJING, area_code="")) == "88886666"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("110", Category.EMERGENCY),
        ("88886666", Category.LOCAL),
        ("01088886666", Category.LOCAL),
        ("075512345678", Category.LONG_DISTANCE),
        ("0085223456789", Category.INTERNATIONAL),
        ("13800138000", Category.MOBILE),
        ("013800138000", Category.MOBILE),
        ("19307551234", Category.MOBILE),
        ("95588", Category.SPECIAL),
        ("9601234", Category.SPECIAL),
        ("114", Category.SPECIAL),
        ("118114", Category.SPECIAL),
        ("4008001234", Category.TOLL_FREE),
        ("8008201234", Category.TOLL_FREE),
        ("17909075512345678", Category.LONG_DISTANCE),
        ("17951008520", Category.INTERNATIONAL),
        ("1795100852", Category.INTERNATIONAL),
        ("19300852", Category.INTERNATIONAL),
        ("12593013800138000", Category.MOBILE),
        ("5", Category.UNKNOWN),
        ("1999", Category.SPECIAL),
        ("11111111111111", Category.UNKNOWN),
    ],
)
def test_the_kind_of_a_dialled_number(number: str, kind: Category) -> None:
    assert category(number, BEIJING) is kind


def test_elsewhere_the_prefixes_alone_say_it() -> None:
    kinds = [category(number, BERLIN) for number in ("0049", "08912345", "12345")]
    assert kinds == [Category.INTERNATIONAL, Category.LONG_DISTANCE, Category.LOCAL]
    assert normalised("+49 30 123", BERLIN) == "004930123"
    assert normalised("12345", BERLIN) == "12345"
    assert dialled_back("12345", BERLIN) == "012345"


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("01088886666", "988886666"),
        ("075512345678", "9075512345678"),
        ("95588", "995588"),
        ("0012125550100", "90012125550100"),
        ("13800138000", "913800138000"),  # issued in Beijing
        ("13912345678", "9013912345678"),  # issued in Changzhou
        ("19900001111", "919900001111"),  # not known where
        ("8001", ""),
        ("", ""),
    ],
)
def test_a_number_is_dialled_back_from_beijing(number: str, dialled: str) -> None:
    assert dialled_back(number, BEIJING) == dialled


def test_the_zero_before_a_mobile_number_can_be_settled() -> None:
    assert not zero_before("13912345678", replace(BEIJING, mobile_zero="never"))
    assert zero_before("13800138000", replace(BEIJING, mobile_zero="always"))
    assert not zero_before("13912345678", replace(BEIJING, area_code=""))


def test_what_is_barred_in_one_form_is_seen_in_the_others() -> None:
    assert "16888888" in forms("01016888888", BEIJING)
    assert "13912345678" in forms("013912345678", BEIJING)
    assert "0085223456789" in forms("179510085223456789", BEIJING)
    assert "01088886666" in forms("88886666", BEIJING)


landlines = st.builds(
    "0{}{}{}".format,
    st.sampled_from(["10", "20", "25", "310", "755", "891", "951"]),
    st.integers(2, 8),
    st.text("0123456789", min_size=7, max_size=7),
).filter(lambda number: number[1] in "12" or number[4] != "0")
mobiles = st.builds("1{}{}".format, st.integers(3, 9), st.text("0123456789", min_size=9, max_size=9)).filter(
    lambda number: not number.startswith("179")
)
others = st.sampled_from(["95588", "96110", "10086", "12345", "4008001234", "8008201234", "0012125550100"])


@given(landlines | mobiles | others, st.sampled_from(["10", "755", "25"]), st.sampled_from(["away", "always", "never"]))
def test_what_is_dialled_back_reaches_the_caller(number: str, area: str, mobile_zero: str) -> None:
    home = Home(area, outside="9", mobile_zero=mobile_zero)
    dialled = dialled_back(number, home)
    assert dialled.startswith("9")
    assert normalised(dialled[1:], home) == number


@given(landlines | mobiles | others, st.sampled_from(["10", "755", ""]))
def test_a_number_is_written_in_one_way(number: str, area: str) -> None:
    home = Home(area)
    assert normalised(number, home) == number
    if not number.startswith("00") and number[0] in "01" and len(number) > 9:
        bare = number.removeprefix("0")
        assert {normalised(form, home) for form in (bare, "0" + bare, "+86" + bare, "0086" + bare)} == {number}


@given(st.text("0123456789+*# ", max_size=20), st.sampled_from(["unknown", "national", "international", "subscriber"]))
def test_any_digits_are_survived_and_written_once(raw: str, number_type: str) -> None:
    once = normalised(raw, BEIJING, number_type)
    assert normalised(once, BEIJING) == once
    category(once, BEIJING)
    dialled_back(once, BEIJING)
    assert forms(once, BEIJING)[0] == once
