"""The kinds of values that a phrase can have a place for, and what is said of each.

    "您前面还有{ahead:count}位客户"     place `ahead` of kind `count`

A kind checks the type of its value before it speaks. Pure.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.prompts.english import English
from core.prompts.language import Language
from core.prompts.mandarin import Mandarin
from core.prompts.parts import File, Part, Text

LANGUAGES: dict[str, Language] = {language.code: language for language in (Mandarin(), English())}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of place: the types it takes, in words for whoever writes a flow, and how it is said."""

    types: tuple[type, ...]
    takes: str
    say: Callable[[Language, Any], list[Part]]
    counts: bool = False  # 1 of it wants the singular of what follows

    def said(self, language: Language, value: object) -> list[Part]:
        """ValueError: not of its type, or cannot be said."""
        if not isinstance(value, self.types) or (isinstance(value, bool) and bool not in self.types):
            raise ValueError(f"{value!r} is {type(value).__name__}, not {self.takes}")
        return self.say(language, value)


_NUMBER, _WHOLE, _TEXT = (int, Decimal), (int,), (str,)

KINDS: dict[str, Kind] = {
    "digits": Kind(_TEXT, "a text of digits", lambda to, value: [*to.digits(value)]),
    "telephone": Kind(_TEXT, "a text of digits, * and #", lambda to, value: [*to.telephone(value)]),
    "cardinal": Kind(_NUMBER, "a number", lambda to, value: [*to.cardinal(value)]),
    "count": Kind(_WHOLE, "a whole number", lambda to, value: [*to.count(value)], counts=True),
    "ordinal": Kind(_WHOLE, "a whole number from 1", lambda to, value: [*to.ordinal(value)]),
    "position": Kind(_WHOLE, "a whole number from 1", lambda to, value: [*to.position(value)]),
    "money": Kind(_NUMBER, "an amount in yuan", lambda to, value: [*to.money(Decimal(value))]),
    "percent": Kind(_NUMBER, "a number of hundredths", lambda to, value: [*to.percent(value)]),
    "date": Kind((datetime.date,), "a date", lambda to, value: [*to.date(_day(value))]),
    "weekday": Kind((datetime.date,), "a date", lambda to, value: [*to.weekday(value)]),
    "time": Kind((datetime.time, datetime.datetime), "a time of day", lambda to, value: [*to.time(_clock(value))]),
    "moment": Kind((datetime.datetime,), "a date and time", lambda to, value: [*to.moment(value)]),
    "duration": Kind(
        (int, datetime.timedelta), "whole seconds or a duration", lambda to, value: [*to.duration(_seconds(value))]
    ),
    "spelling": Kind(_TEXT, "a text of letters and digits", lambda to, value: [*to.spelling(value)]),
    "prompt": Kind(_TEXT, "the name of a prompt", lambda to, value: [value]),
    "text": Kind(_TEXT, "a text", lambda to, value: [Text(value)]),
    "file": Kind((Path,), "the path of a WAVE file", lambda to, value: [File(value)]),
    "parts": Kind((list,), "a list of parts that was composed before", lambda to, value: [*value]),
}


def _day(value: datetime.date) -> datetime.date:
    return value.date() if isinstance(value, datetime.datetime) else value


def _clock(value: datetime.time | datetime.datetime) -> datetime.time:
    return value.time() if isinstance(value, datetime.datetime) else value


def _seconds(value: int | datetime.timedelta) -> int:
    return value if isinstance(value, int) else round(value.total_seconds())
