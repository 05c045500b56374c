"""The kinds of values that a phrase can have a place for, and what is said of each.

    "您前面还有{ahead:count}位客户"     place `ahead` of kind `count`

A kind checks the type of its value before it speaks. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from core.prompts.english import English
from core.prompts.language import Language
from core.prompts.mandarin import Mandarin
from core.prompts.parts import File, Part, Text
from core.texts import N_, _

LANGUAGES: dict[str, Language] = {language.code: language for language in (Mandarin(), English())}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of place: the types it takes, in words for whoever writes a flow, and how it is said."""

    types: tuple[type, ...]
    takes: str
    say: Callable[[Language, Any], list[Part]]
    read: Callable[[str], object]  # from a text as a person writes it; ValueError: it is none
    counts: bool = False  # 1 of it wants the singular of what follows

    def said(self, language: Language, value: object) -> list[Part]:
        """ValueError: not of its type, or cannot be said."""
        if not isinstance(value, self.types) or (isinstance(value, bool) and bool not in self.types):
            raise ValueError(_("{value} is not {what}").format(value=repr(value), what=_(self.takes)))
        return self.say(language, value)


_NUMBER, _WHOLE, _TEXT = (int, Decimal), (int,), (str,)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(_("{value} is not {what}").format(value=text, what=_("a number"))) from None


KINDS: dict[str, Kind] = {
    "digits": Kind(_TEXT, N_("a text of digits"), lambda to, value: [*to.digits(value)], str),
    "telephone": Kind(_TEXT, N_("a text of digits, * and #"), lambda to, value: [*to.telephone(value)], str),
    "cardinal": Kind(_NUMBER, N_("a number"), lambda to, value: [*to.cardinal(value)], _decimal),
    "count": Kind(_WHOLE, N_("a whole number"), lambda to, value: [*to.count(value)], int, counts=True),
    "ordinal": Kind(_WHOLE, N_("a whole number from 1"), lambda to, value: [*to.ordinal(value)], int),
    "position": Kind(_WHOLE, N_("a whole number from 1"), lambda to, value: [*to.position(value)], int),
    "money": Kind(_NUMBER, N_("an amount in yuan"), lambda to, value: [*to.money(Decimal(value))], _decimal),
    "percent": Kind(_NUMBER, N_("a number of hundredths"), lambda to, value: [*to.percent(value)], _decimal),
    "date": Kind((date,), N_("a date"), lambda to, value: [*to.date(_day(value))], date.fromisoformat),
    "weekday": Kind((date,), N_("a date"), lambda to, value: [*to.weekday(value)], date.fromisoformat),
    "time": Kind(
        (time, datetime), N_("a time of day"), lambda to, value: [*to.time(_clock(value))], time.fromisoformat
    ),
    "moment": Kind((datetime,), N_("a date and time"), lambda to, value: [*to.moment(value)], datetime.fromisoformat),
    "duration": Kind(
        (int, timedelta), N_("whole seconds or a duration"), lambda to, value: [*to.duration(_seconds(value))], int
    ),
    "spelling": Kind(_TEXT, N_("a text of letters and digits"), lambda to, value: [*to.spelling(value)], str),
    "prompt": Kind(_TEXT, N_("the name of a prompt"), lambda to, value: [value], str),
    "text": Kind(_TEXT, N_("a text"), lambda to, value: [Text(value)], str),
    "file": Kind((Path,), N_("the path of a WAVE file"), lambda to, value: [File(value)], Path),
    "parts": Kind(
        (list,), N_("a list of parts that was composed before"), lambda to, value: [*value], lambda text: [Text(text)]
    ),
}


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _clock(value: time | datetime) -> time:
    return value.time() if isinstance(value, datetime) else value


def _seconds(value: int | timedelta) -> int:
    return value if isinstance(value, int) else round(value.total_seconds())
