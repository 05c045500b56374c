"""Values in English: one hundred and five, one three eight, the twenty-sixth, half past is never said.

British use: "and" before the last two places; dates as "Thursday the twenty-sixth of November"; the twelve-hour clock
with a.m. and p.m. because few telephones' users count to twenty-four in English. Numbers are said in single words, so
that "twenty-six" needs two prompts and all numbers together need few. Pure; time does not flow here.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

from core.prompts.language import SIGNS, Names, Number, at_least, coins, digit_by_digit, spelled, split
from core.prompts.telephone import dialled

_SCALES = (
    (10**12, "number.trillion"),
    (10**9, "number.billion"),
    (10**6, "number.million"),
    (1000, "number.thousand"),
)
# One of it, more of it; of its smaller coin too.
_UNITS = {
    "CNY": (("unit.yuan", "unit.yuan"), ("unit.fen", "unit.fen")),
    "USD": (("unit.dollar", "unit.dollars"), ("unit.cent", "unit.cents")),
    "EUR": (("unit.euro", "unit.euros"), ("unit.cent", "unit.cents")),
    "GBP": (("unit.pound", "unit.pounds"), ("unit.penny", "unit.pence")),
    "HKD": (("unit.hk-dollar", "unit.hk-dollars"), ("unit.cent", "unit.cents")),
    "JPY": (("unit.yen", "unit.yen"), ("", "")),
}
_DIGIT = {str(n): f"number.{n}" for n in range(10)}
_DIALLED = _DIGIT | {"*": "sign.star", "#": "sign.hash", "+": "sign.plus"}


class English:
    """See `core.prompts.language.Language`."""

    code = "en"

    def digits(self, text: str) -> Names:
        return digit_by_digit(text, _DIGIT)

    def telephone(self, number: str) -> Names:
        return dialled(number, _DIALLED)

    def cardinal(self, number: Number) -> Names:
        below, whole, fraction = split(number)
        after = ["number.point", *self.digits(fraction)] if fraction else []
        return ["number.minus"] * below + _whole(whole) + after

    def count(self, number: int) -> Names:
        return _whole(at_least(number, 0))

    def ordinal(self, number: int) -> Names:
        *before, last = _whole(at_least(number, 1))
        return [*before, f"ordinal.{last.removeprefix('number.')}"]

    def position(self, number: int) -> Names:
        return ["unit.number", *_whole(at_least(number, 1))]

    def money(self, amount: Decimal, currency: str = "CNY") -> Names:
        below, whole, cents = coins(amount, currency)
        large, small = _UNITS[currency]
        names = ["number.minus"] * below
        if whole or not cents:
            names += [*_whole(whole), large[whole != 1]]
        if cents:
            names += ["number.and"] * bool(whole) + [*_whole(cents), small[cents != 1]]
        return names

    def percent(self, value: Number) -> Names:
        return [*self.cardinal(value), "unit.percent"]

    def date(self, day: datetime.date, today: datetime.date | None = None) -> Names:
        if today is not None:
            near = {-1: "day.yesterday", 0: "day.today", 1: "day.tomorrow"}.get((day - today).days)
            if near:
                return [near]
        names = ["unit.the", *self.ordinal(day.day), "unit.of", f"month.{day.month}"]
        return names if today is not None and today.year == day.year else names + _year(day.year)

    def weekday(self, day: datetime.date) -> Names:
        return [f"weekday.{day.isoweekday()}"]

    def time(self, time: datetime.time) -> Names:
        if not time.minute and time.hour % 12 == 0:
            return ["day.noon" if time.hour else "day.midnight"]
        names = _whole(time.hour % 12 or 12)
        if time.minute:
            names += ["number.oh"] * (time.minute < 10) + _whole(time.minute)
        return [*names, "day.pm" if time.hour >= 12 else "day.am"]

    def moment(self, moment: datetime.datetime, today: datetime.date | None = None) -> Names:
        return [*self.date(moment.date(), today), "unit.at", *self.time(moment.time())]

    def duration(self, seconds: int) -> Names:
        minutes, second = divmod(at_least(seconds, 0), 60)
        hours, minute = divmod(minutes, 60)
        days, hour = divmod(hours, 24)
        said = [
            [*_whole(number), f"unit.{unit}" if number == 1 else f"unit.{unit}s"]
            for number, unit in ((days, "day"), (hour, "hour"), (minute, "minute"), (second, "second"))
            if number
        ]
        if not said:
            return ["number.0", "unit.seconds"]
        *before, last = said
        return [*(name for one in before for name in one), *["number.and"] * bool(before), *last]

    def spelling(self, text: str) -> Names:
        return spelled(text, SIGNS)


def _year(year: int) -> Names:
    century, rest = divmod(year, 100)
    if century == 0 or (century % 10 == 0 and rest < 10):  # two thousand and six
        return _whole(year)
    if not rest:  # nineteen hundred
        return [*_whole(century), "number.hundred"]
    return [*_whole(century), *["number.oh"] * (rest < 10), *_whole(rest)]


def _whole(number: int) -> Names:
    """0 to below 10**15."""
    if not number:
        return ["number.0"]
    names: Names = []
    for value, name in _SCALES:
        high, number = divmod(number, value)
        if high:
            names += [*_below_thousand(high, False), name]
    return names + (_below_thousand(number, bool(names)) if number else [])


def _below_thousand(number: int, follows: bool) -> Names:
    """1 to 999; `follows`: thousands were said before, so that 5 is "and five"."""
    hundreds, rest = divmod(number, 100)
    names = [_DIGIT[str(hundreds)], "number.hundred"] if hundreds else []
    if rest:
        names += ["number.and"] * (bool(hundreds) or follows)
        if rest <= 20:
            names.append(f"number.{rest}")
        else:
            tens, ones = divmod(rest, 10)
            names += [f"number.{tens * 10}"] + [_DIGIT[str(ones)]] * bool(ones)
    return names
