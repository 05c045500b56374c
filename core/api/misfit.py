"""What does not fit a parameter, in words for people: msgspec says it in words for programmers.

    Object missing required field `telephone`                    telephone is missing
    Expected `str` matching regex '^[0-9*#]+$' - at `$.digits`   digits is not written in the form that it must have

Which form that is, and all else that msgspec has said, goes beside it as the refusal's `about`.
"""

from __future__ import annotations

import re

from core.texts import N_, _

_PLACE = re.compile(r" - at `\$\.?(?P<place>.*)`$")
_SENTENCES = (
    (re.compile(r"Object missing required field `(?P<name>.+)`"), N_("{name} is missing")),
    (re.compile(r"Object contains unknown field `(?P<name>.+)`"), N_("there is no parameter {name}")),
    (re.compile(r"Expected `.+` matching regex .+"), N_("{name} is not written in the form that it must have")),
    (re.compile(r"Expected `.+` of length (?P<limit>[<>]=? ?\d+)"), N_("{name}: its length must be {limit}")),
    (re.compile(r"Expected `(?P<type>[^`]+)` (?P<limit>[<>]=? ?\S+)"), N_("{name} must be {limit}")),
    (re.compile(r"Expected `(?P<type>[^`]+)`, got `(?P<got>[^`]+)`"), N_("{name} must be {type}, not {got}")),
    (re.compile(r"Invalid enum value (?P<got>.+)"), N_("{name}: there is no {got}")),
)
# Words of the table above that stand for a type.
_TYPES = {"int": N_("a whole number"), "float": N_("a number"), "str": N_("a text"), "bool": N_("yes or no")}


def sentence(said: str) -> str:
    """What msgspec has said of a parameter, in the language in force; as it is, where it is none of its usual words."""
    found = _PLACE.search(said)
    place, core = (found["place"], said[: found.start()]) if found else ("", said)
    for pattern, text in _SENTENCES:
        if match := pattern.fullmatch(core):
            words = {key: _(_TYPES.get(word, word)) for key, word in match.groupdict().items()}
            name = ".".join(part for part in (place, words.get("name", "")) if part)
            return _(text).format(**words | {"name": name}) if name else said
    return said
