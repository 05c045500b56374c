"""Causes are Q.850's, each has its words, and a value that Q.850 does not know is understood by its class."""

from __future__ import annotations

import pytest

from hw.signalling.q850 import Cause


@pytest.mark.parametrize("cause", list(Cause), ids=lambda cause: cause.name)
def test_every_cause_has_words_and_is_found_by_its_value(cause: Cause) -> None:
    assert cause.text
    assert Cause.of(cause.value) is cause


def test_no_two_causes_have_the_same_words() -> None:
    assert len({cause.text for cause in Cause}) == len(Cause)


@pytest.mark.parametrize(
    ("value", "cause"),
    [(10, 3), (36, 47), (60, 63), (75, 79), (94, 95), (105, 111), (120, 127), (21, 21), (31, 31)],
)
def test_an_unknown_value_counts_as_its_class(value: int, cause: int) -> None:
    assert Cause.of(value) == cause
