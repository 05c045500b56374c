"""Parameters that do not fit are said in words for people."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from core.api.misfit import sentence
from core.texts import speaking


class Colour(Enum):
    RED = "red"


class Inner(msgspec.Struct):
    size: Annotated[int, Meta(ge=1, le=9)] = 1


class Params(msgspec.Struct, forbid_unknown_fields=True):
    telephone: Annotated[str, Meta(min_length=1, max_length=4)]
    digits: Annotated[str, Meta(pattern=r"^[0-9]+$")] = "1"
    calls: int = 0
    colour: Colour = Colour.RED
    inner: Inner = msgspec.field(default_factory=Inner)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{}", "telephone is missing"),
        ('{"telephone": ""}', "telephone: its length must be >= 1"),
        ('{"telephone": "80011"}', "telephone: its length must be <= 4"),
        ('{"telephone": "1", "digits": "x"}', "digits is not written in the form that it must have"),
        ('{"telephone": "1", "calls": "x"}', "calls must be a whole number, not a text"),
        ('{"telephone": "1", "colour": "blue"}', "colour: there is no 'blue'"),
        ('{"telephone": "1", "inner": {"size": 0}}', "inner.size must be >= 1"),
        ('{"telephone": "1", "bell": 1}', "there is no parameter bell"),
    ],
)
def test_a_parameter_that_does_not_fit_is_said_in_words_for_people(given: str, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as wrong:
        msgspec.json.decode(given, type=Params)
    assert sentence(str(wrong.value)) == said
    with speaking("zh"):
        assert sentence(str(wrong.value)) != said


def test_what_is_none_of_the_usual_words_stays_as_it_is() -> None:
    assert sentence("JSON is malformed: invalid character (byte 0)").startswith("JSON is malformed")
