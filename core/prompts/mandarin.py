"""Values in Mandarin: 一万零五十, 两千, 幺三八, 十二元五角, 下午两点三十分.

Rules: 现代汉语八百词 (零, 二 and 两), GB/T 15835 (numbers in writing), and what announcements of China's networks say.

    二 before 十 and 百, and at the end; 两 before 千, 万, 亿 and before a measure word: 两千二百二十二, 两位, 十二位
    零 once for any number of empty places between others: 一千零五, 一万零五十, 一亿零一百万
    十 without 一 at the very beginning only: 十五, 一百一十五
    幺 for 1 in telephone numbers; 一 in all other digits

Pure; time does not flow here.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

from core.prompts.language import SIGNS, Names, Number, at_least, coins, digit_by_digit, spelled, split
from core.prompts.telephone import dialled

_PLACES = ((1000, "number.thousand"), (100, "number.hundred"), (10, "number.10"))
_WAN, _YI = 10**4, 10**8
_BY_SMALL = {  # tenths and hundredths, where they have names of their own
    "CNY": ("unit.jiao", "unit.fen"),
    "HKD": ("unit.jiao", "unit.fen"),
    "USD": (None, "unit.us-cent"),
    "EUR": (None, "unit.euro-cent"),
    "GBP": (None, "unit.penny"),
    "JPY": (None, None),
}
_UNIT = {
    "CNY": "unit.yuan",
    "USD": "unit.us-dollar",
    "EUR": "unit.euro",
    "GBP": "unit.pound",
    "HKD": "unit.hk-dollar",
    "JPY": "unit.yen",
}
_DIGIT = {str(n): f"number.{n}" for n in range(10)}
_DIALLED = _DIGIT | {"1": "number.yao", "*": "sign.star", "#": "sign.hash", "+": "sign.plus"}


class Mandarin:
    """See `core.prompts.language.Language`."""

    code = "zh"

    def digits(self, text: str) -> Names:
        return digit_by_digit(text, _DIGIT)

    def telephone(self, number: str) -> Names:
        return dialled(number, _DIALLED)

    def cardinal(self, number: Number) -> Names:
        below, whole, fraction = split(number)
        after = ["number.point", *self.digits(fraction)] if fraction else []
        return ["number.minus"] * below + _whole(whole) + after

    def count(self, number: int) -> Names:
        return ["number.liang"] if at_least(number, 0) == 2 else _whole(number)

    def ordinal(self, number: int) -> Names:
        return ["unit.ordinal", *_whole(at_least(number, 1))]

    def position(self, number: int) -> Names:
        return [*self.ordinal(number), "unit.person"]

    def money(self, amount: Decimal, currency: str = "CNY") -> Names:
        below, whole, cents = coins(amount, currency)
        tenth, hundredth = _BY_SMALL[currency]
        names = ["number.minus"] * below
        if whole or not cents:
            names += [*self.count(whole), _UNIT[currency]]
        if cents and tenth and hundredth:
            tenths, hundredths = divmod(cents, 10)
            first = not whole
            if tenths:
                names += [_coin(tenths, first), tenth]
            if hundredths:
                gap = bool(whole) and not tenths
                names += ["number.0"] * gap + [_coin(hundredths, first and not tenths), hundredth]
        elif cents and hundredth:
            names += [*self.count(cents), hundredth]
        return names

    def percent(self, value: Number) -> Names:
        below, _whole_part, _fraction = split(value)
        return ["number.minus"] * below + ["unit.percent", *self.cardinal(Decimal(value).copy_abs())]

    def date(self, day: datetime.date, today: datetime.date | None = None) -> Names:
        if today is not None:
            near = {-1: "day.yesterday", 0: "day.today", 1: "day.tomorrow"}.get((day - today).days)
            if near:
                return [near]
        names = [] if today is not None and today.year == day.year else [*self.digits(f"{day.year:04}"), "unit.year"]
        return [*names, *_whole(day.month), "unit.month", *_whole(day.day), "unit.day-of-month"]

    def weekday(self, day: datetime.date) -> Names:
        return [f"weekday.{day.isoweekday()}"]

    def time(self, time: datetime.time) -> Names:
        hour = time.hour - 12 if time.hour > 12 else time.hour
        names = [_part_of_day(time.hour), *self.count(hour), "unit.o-clock"]
        if time.minute:
            zero = ["number.0"] * (time.minute < 10)
            names += [*zero, *_whole(time.minute), "unit.minute-of-hour"]
        return names

    def moment(self, moment: datetime.datetime, today: datetime.date | None = None) -> Names:
        return [*self.date(moment.date(), today), *self.time(moment.time())]

    def duration(self, seconds: int) -> Names:
        minutes, second = divmod(at_least(seconds, 0), 60)
        hours, minute = divmod(minutes, 60)
        days, hour = divmod(hours, 24)
        names: Names = []
        for number, unit in (
            (days, "unit.day"),
            (hour, "unit.hour"),
            (minute, "unit.minute-of-hour" if second else "unit.minute"),
            (second, "unit.second"),
        ):
            if number:
                names += [*self.count(number), unit]
        return names or ["number.0", "unit.second"]

    def spelling(self, text: str) -> Names:
        return spelled(text, SIGNS)


def _coin(number: int, first: bool) -> str:
    """1 to 9 角 or 分: 两角, but 两元二角."""
    return "number.liang" if number == 2 and first else _DIGIT[str(number)]


def _part_of_day(hour: int) -> str:
    if hour < 6:
        return "day.small-hours"
    if hour < 12:
        return "day.morning"
    if hour < 13:
        return "day.noon"
    return "day.afternoon" if hour < 18 else "day.evening"


def _whole(number: int, leading: bool = True) -> Names:
    """0 to below 10**16. `leading`: nothing was said before, so that 10 is 十 and not 一十."""
    if number >= _YI:
        return _high(number, _YI, "number.hundred-million", leading)
    if number >= _WAN:
        return _high(number, _WAN, "number.ten-thousand", leading)
    return _section(number, leading)


def _high(number: int, unit: int, name: str, leading: bool) -> Names:
    high, low = divmod(number, unit)
    names = ["number.liang"] if high == 2 else _whole(high, leading)
    names.append(name)
    if low:
        gap = low < unit // 10
        names += ["number.0"] * gap + _whole(low, leading=False)
    return names


def _section(number: int, leading: bool) -> Names:
    """0 to 9999."""
    if not number:
        return ["number.0"]
    names: Names = []
    gap = False
    for value, name in _PLACES:
        digit, number = divmod(number, value)
        if digit:
            names += ["number.0"] * gap
            gap = False
            if digit == 2 and value == 1000:
                names.append("number.liang")
            elif not (digit == 1 and value == 10 and leading and not names):
                names.append(_DIGIT[str(digit)])
            names.append(name)
        elif names:
            gap = bool(number)
    if number:
        names += ["number.0"] * gap + [_DIGIT[str(number)]]
    return names
