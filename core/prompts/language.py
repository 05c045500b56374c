"""What every language can say of values: the interface that `mandarin` and `english` fulfil, and how it is called.

    LANGUAGES["zh"].money(Decimal("12.50"))  ->  ["number.10", "number.2", "unit.yuan", "number.5", "unit.jiao"]

Each act takes a value and returns names of prompts; it is pure. A value that cannot be said raises ValueError: a flow
checks its values before it speaks. Dates and times are those of the listener's zone; whoever knows the zone converts.
"""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from core.texts import _

Names = list[str]
Number = int | Decimal

LIMIT = 10**15  # a number at or beyond it is nothing for the ear
FRACTION_DIGITS = 6
CENT = Decimal("0.01")

CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "JPY")
WHOLE = frozenset({"JPY"})  # has no smaller coin


class Language(Protocol):
    """A language that speaks values."""

    code: str

    def digits(self, text: str) -> Names:
        """Digits one by one, each by its plain name."""

    def telephone(self, number: str) -> Names:
        """A telephone or extension number in groups, as people dictate it."""

    def cardinal(self, number: Number) -> Names:
        """How many: 105, -3, 2.5."""

    def count(self, number: int) -> Names:
        """How many of something that is named next: 两 before a measure word."""

    def ordinal(self, number: int) -> Names:
        """Which in a row, from 1."""

    def position(self, number: int) -> Names:
        """Which in a queue, from 1."""

    def money(self, amount: Decimal, currency: str = "CNY") -> Names:
        """Rounded to the smallest coin."""

    def percent(self, value: Number) -> Names:
        """95 is 95 %."""

    def date(self, day: datetime.date, today: datetime.date | None = None) -> Names:
        """With the year; when `today` is given: yesterday, today, tomorrow, and without the year if it is this one."""

    def weekday(self, day: datetime.date) -> Names:
        """The name of its day in the week."""

    def time(self, time: datetime.time) -> Names:
        """The time of day to the minute."""

    def moment(self, moment: datetime.datetime, today: datetime.date | None = None) -> Names:
        """Date and time."""

    def duration(self, seconds: int) -> Names:
        """Days, hours, minutes and seconds, from 0."""

    def spelling(self, text: str) -> Names:
        """Letters, digits and the signs of addresses one by one."""


def split(number: Number) -> tuple[bool, int, str]:
    """Whether it is below zero, its whole part without sign, the digits after the point ("" if none)."""
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise ValueError(_("{value} is no number that can be said").format(value=repr(number)))
    decimal = Decimal(number)
    if not decimal.is_finite() or decimal.copy_abs() >= LIMIT:
        raise ValueError(_("{value} is too large to be said").format(value=number))
    whole, _point, fraction = format(decimal.copy_abs(), "f").partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > FRACTION_DIGITS:
        raise ValueError(
            _("{value} has more than {most} digits after the point: round it").format(
                value=number, most=FRACTION_DIGITS
            )
        )
    return decimal < 0, int(whole), fraction


def coins(amount: Decimal, currency: str) -> tuple[bool, int, int]:
    """Whether it is below zero, whole units, hundredths; rounded as people do. ValueError: out of range, unknown."""
    if currency not in CURRENCIES:
        known = ", ".join(CURRENCIES)
        raise ValueError(_("currency {value} is not known: {known}").format(value=repr(currency), known=known))
    if not amount.is_finite() or abs(amount) >= LIMIT:
        raise ValueError(_("{value} is too large to be said").format(value=amount))
    # At most 15 digits before the point and two after: within the precision of Decimal.
    rounded = amount.quantize(Decimal(1) if currency in WHOLE else CENT, ROUND_HALF_UP)
    whole, cents = divmod(int(abs(rounded) * 100), 100)
    return rounded < 0, whole, cents


def at_least(number: int, least: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number < LIMIT:
        raise ValueError(
            _("{value} is out of range: a whole number from {least} to below {limit}").format(
                value=repr(number), least=least, limit=LIMIT
            )
        )
    return number


def digit_by_digit(text: str, names: dict[str, str]) -> Names:
    if not text or not text.isascii() or not text.isdigit():
        raise ValueError(_("{value} is not all digits").format(value=repr(text)))
    return [names[digit] for digit in text]


def spelled(text: str, signs: dict[str, str]) -> Names:
    """Names of letters, digits and signs; spaces are heard as the pause of a comma."""
    names: Names = []
    for character in text.strip():
        lower = character.lower()
        if "a" <= lower <= "z":
            names.append(f"letter.{lower}")
        elif "0" <= character <= "9":
            names.append(f"number.{character}")
        elif character.isspace():
            names.append("pause.comma")
        elif character in signs:
            names.append(signs[character])
        else:
            raise ValueError(
                _("{value} cannot be spelled: letters, digits and {signs}").format(
                    value=repr(character), signs=" ".join(signs)
                )
            )
    if not names:
        raise ValueError(_("there is nothing to spell"))
    return names


SIGNS = {
    "-": "sign.hyphen",
    "_": "sign.underscore",
    ".": "sign.dot",
    "@": "sign.at",
    "/": "sign.slash",
    "+": "sign.plus",
    "*": "sign.star",
    "#": "sign.hash",
    ":": "sign.colon",
    "&": "sign.and",
}
