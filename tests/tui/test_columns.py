"""Columns keep their width whatever stands in them."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.columns import fit, plain


@given(st.text(), st.integers(0, 40), st.booleans())
def test_a_text_takes_exactly_its_column(text: str, columns: int, right: bool) -> None:
    assert cell_len(fit(plain(text), columns, right)) == columns


@given(st.text())
def test_no_sign_of_doubtful_width_and_no_control_character_passes(text: str) -> None:
    for letter in plain(text):
        kind = unicodedata.category(letter)
        assert not kind.startswith("C")
        assert kind.startswith(("L", "M")) or unicodedata.east_asian_width(letter) != "A"


@given(st.text())
def test_what_is_plain_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_a_text_that_is_cut_says_so() -> None:
    assert fit("8001 Wang", 6) == "8001 ~"
    assert fit("王芳李雷", 6) == "王芳 ~"
    assert fit("17", 4, right=True) == "  17"


def test_signs_that_people_write_are_written_otherwise() -> None:
    assert plain("王芳 — “A”…→") == '王芳 - "A"...>'
    assert plain("\x1b[2J") == "?[2J"
