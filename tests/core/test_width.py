"""Columns of a terminal: Chinese is two wide, and whatever is fitted or wrapped fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.width import fit, width, wrap


def test_chinese_is_two_columns_wide() -> None:
    assert width("王芳 8001") == 9
    assert width("é") == width("é") == 1


def test_a_name_is_filled_or_cut() -> None:
    assert fit("王芳", 6) == "王芳  "
    assert fit("王芳芳", 5) == "王芳…"
    assert fit("王芳芳", 4) == "王… "
    assert fit("abc", 0) == ""


@given(st.text(), st.integers(0, 40))
def test_what_is_fitted_fits_exactly(text: str, columns: int) -> None:
    assert width(fit(text, columns)) == columns


@given(st.text(), st.integers(2, 40))
def test_what_is_wrapped_fits_and_is_all_there(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert lines
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_are_kept_together() -> None:
    assert wrap("the call is over", 8) == ["the call", "is over"]
    assert wrap("来电请按一转人工", 6) == ["来电请", "按一转", "人工"]
    assert wrap("", 6) == [""]
