"""The functions of the language of flows: one table, each with its types, what it does, and a sentence for the manual.

    length("abc") = 3      digits("tel. 010-66") = "01066"      round(2.345, 2) = 2.34

All are pure but two, which ask for what the stepper was told about the world: open() and holiday(). A function that
cannot give a value (item 7 of three) raises NoValue; the node then takes its error way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Protocol

from core.ivr.values import (
    CONTEXT,
    DATE,
    DURATION,
    EMPTY_LIST,
    LONGEST_TEXT,
    MOMENT,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    Kind,
    NoValue,
    Type,
    Value,
    number_from,
    shown,
)
from core.texts import N_, _


class Facts(Protocol):
    """What is known of the world at the moment of a step."""

    def open(self, calendar: str, moment: datetime) -> bool:
        """Whether a calendar of the configuration is open then. NoValue: there is no such calendar."""

    def holiday(self, day: date) -> bool:
        """Whether it is a public holiday where the box stands. NoValue: that is not known of its country."""


ANY = Type(Kind.NOTHING, optional=True)
"""In the table: any type at all."""
ITEM = Type(Kind.NOTHING)
"""In the table: what the list holds; or, of default() and the like, what the other argument is."""
SAME = Type(Kind.DURATION, optional=True)
"""In the table: what the first argument is, and never nothing."""
MAYBE = Type(Kind.TRUTH, optional=True)
"""In the table: what may be nothing; the result is the same without it."""
LIST = EMPTY_LIST
TEXTS = Type(Kind.LIST, TEXT)


@dataclass(frozen=True, slots=True)
class Function:
    """takes: for each argument the types that it may have. gives: type of the result.

    needs: how many arguments there must be; the rest may be left out. asks: it is given the Facts before its arguments.
    """

    name: str
    takes: tuple[tuple[Type, ...], ...]
    gives: Type
    does: Callable[..., Any]
    says: str
    needs: int
    asks: bool = False


def length(value: str | tuple[Value, ...]) -> int:
    return len(value)


def left(text: str, count: int) -> str:
    return text[: _whole(count)]


def right(text: str, count: int) -> str:
    count = _whole(count)
    return text[len(text) - count :] if count < len(text) else text


def middle(text: str, first: int, count: int) -> str:
    start = _whole(first, 1) - 1
    return text[start : start + _whole(count)]


def replace(text: str, old: str, new: str) -> str:
    if not old:
        raise NoValue(_("There is no empty text to replace."))
    if len(text) + text.count(old) * (len(new) - len(old)) > LONGEST_TEXT:
        raise NoValue(_("The text is longer than {most} characters.").format(most=LONGEST_TEXT))
    return text.replace(old, new)


def digits(text: str) -> str:
    return "".join(sign for sign in text if sign in "0123456789")


def pad(text: str, count: int, sign: str) -> str:
    if len(sign) != 1:
        raise NoValue(_("The function pad() fills with one character, not with {text}.").format(text=repr(sign[:20])))
    return text.rjust(_whole(count, most=LONGEST_TEXT), sign)


def split(text: str, between: str) -> tuple[str, ...]:
    if not between:
        raise NoValue(_("There is no empty text to split at."))
    return tuple(text.split(between)) if text else ()


def join(texts: Sequence[str], between: str) -> str:
    return between.join(texts)


def is_number(text: str) -> bool:
    try:
        number_from(text)
    except NoValue:
        return False
    return True


def rounded(number: int | Decimal, places: int = 0) -> Decimal:
    return CONTEXT.quantize(Decimal(number), Decimal(1).scaleb(-_whole(places, most=12)))


def without_sign(value: int | Decimal | timedelta) -> Decimal | timedelta:
    return abs(value) if isinstance(value, timedelta) else CONTEXT.abs(Decimal(value))


def floor(number: int | Decimal) -> Decimal:
    return Decimal(number).to_integral_value(ROUND_FLOOR, CONTEXT)


def ceiling(number: int | Decimal) -> Decimal:
    return Decimal(number).to_integral_value(ROUND_CEILING, CONTEXT)


def item(values: tuple[Value, ...], number: int) -> Value:
    at = _whole(number, 1)
    if at > len(values):
        raise NoValue(_("There is no item {number}: the list has {count}.").format(number=at, count=len(values)))
    return values[at - 1]


def total(values: tuple[int | Decimal, ...]) -> int | Decimal:
    found = Decimal(0)
    for value in values:
        found = CONTEXT.add(found, Decimal(value))
    return found


def make_date(year: int, month: int, day: int) -> date:
    try:
        return date(_whole(year), _whole(month), _whole(day))
    except (ValueError, OverflowError) as error:
        raise NoValue(_("There is no such date: {date}.").format(date=f"{year}-{month}-{day}")) from error


def moment_of(day: date, at: time) -> datetime:
    return datetime.combine(day, at)


def date_of(moment: datetime) -> date:
    return moment.date()


def time_of(moment: datetime) -> time:
    return moment.time()


def seconds(duration: timedelta) -> Decimal:
    return Decimal(duration // timedelta(microseconds=1)).scaleb(-6)


def duration_of(count: int | Decimal) -> timedelta:
    if not -4_000_000_000 < count < 4_000_000_000:
        raise NoValue(_("The number is too large."))
    return timedelta(microseconds=int(CONTEXT.multiply(Decimal(count), Decimal(1_000_000))))


def _whole(number: int | Decimal, least: int = 0, most: int = 10**9) -> int:
    if number != int(number) or not least <= number <= most:
        raise NoValue(
            _("{number} is no whole number from {least} to {most}.").format(
                number=shown(number), least=least, most=most
            )
        )
    return int(number)


def _row(
    name: str, takes: Sequence[Type | tuple[Type, ...]], gives: Type, does: Callable[..., Any], says: str, **more: Any
) -> Function:
    each = tuple(types if isinstance(types, tuple) else (types,) for types in takes)
    return Function(name, each, gives, does, says, **{"needs": len(each), **more})


NUMBERS = Type(Kind.LIST, NUMBER)
DAY = (DATE, MOMENT)
CLOCK = (TIME, MOMENT)

FUNCTIONS = {
    function.name: function
    for function in (
        _row("length", [(TEXT, LIST)], NUMBER, length, N_("how many characters or items")),
        _row("upper", [TEXT], TEXT, str.upper, N_("in capital letters")),
        _row("lower", [TEXT], TEXT, str.lower, N_("in small letters")),
        _row("trim", [TEXT], TEXT, str.strip, N_("without spaces at both ends")),
        _row("left", [TEXT, NUMBER], TEXT, left, N_("the first characters")),
        _row("right", [TEXT, NUMBER], TEXT, right, N_("the last characters")),
        _row(
            "middle", [TEXT, NUMBER, NUMBER], TEXT, middle, N_("so many, from the character with this number (from 1)")
        ),
        _row("replace", [TEXT, TEXT, TEXT], TEXT, replace, N_("the second text becomes the third, wherever it stands")),
        _row("starts", [TEXT, TEXT], TRUTH, str.startswith, N_("whether it begins with the second text")),
        _row("ends", [TEXT, TEXT], TRUTH, str.endswith, N_("whether it ends with the second text")),
        _row("digits", [TEXT], TEXT, digits, N_("its digits alone")),
        _row("pad", [TEXT, NUMBER, TEXT], TEXT, pad, N_("filled on the left with a character, to so many")),
        _row("split", [TEXT, TEXT], TEXTS, split, N_("its pieces between each occurrence of the second text")),
        _row("join", [TEXTS, TEXT], TEXT, join, N_("all in one, with the second text between them")),
        _row("text", [ANY], TEXT, shown, N_("as people read it; nothing is the empty text")),
        _row("number", [TEXT], NUMBER, number_from, N_("the number that is written there")),
        _row("is_number", [TEXT], TRUTH, is_number, N_("whether number() would find one")),
        _row("round", [NUMBER, NUMBER], NUMBER, rounded, N_("to so many places (none), half to even"), needs=1),
        _row("floor", [NUMBER], NUMBER, floor, N_("the next whole number below")),
        _row("ceiling", [NUMBER], NUMBER, ceiling, N_("the next whole number above")),
        _row("abs", [(NUMBER, DURATION)], ITEM, without_sign, N_("without its sign")),
        _row("min", [(NUMBER, DATE, TIME, MOMENT, DURATION), SAME], ITEM, min, N_("the smaller of two")),
        _row("max", [(NUMBER, DATE, TIME, MOMENT, DURATION), SAME], ITEM, max, N_("the larger of two")),
        _row("item", [LIST, NUMBER], ITEM, item, N_("the item with this number, from 1")),
        _row("sum", [NUMBERS], NUMBER, total, N_("of all items")),
        _row(
            "default",
            [MAYBE, ITEM],
            ITEM,
            lambda value, other: other if value is None else value,
            N_("the first, or the second when the first is nothing"),
        ),
        _row("year", [DAY], NUMBER, lambda day: day.year, N_("of a date")),
        _row("month", [DAY], NUMBER, lambda day: day.month, N_("of a date, 1 to 12")),
        _row("day", [DAY], NUMBER, lambda day: day.day, N_("of a date, 1 to 31")),
        _row("weekday", [DAY], NUMBER, date.isoweekday, N_("1 is Monday, 7 is Sunday")),
        _row("hour", [CLOCK], NUMBER, lambda at: at.hour, N_("0 to 23")),
        _row("minute", [CLOCK], NUMBER, lambda at: at.minute, N_("0 to 59")),
        _row("make_date", [NUMBER, NUMBER, NUMBER], DATE, make_date, N_("of year, month and day")),
        _row("date", [MOMENT], DATE, date_of, N_("the day of a moment")),
        _row("time", [MOMENT], TIME, time_of, N_("the time of day of a moment")),
        _row("moment", [DATE, TIME], MOMENT, moment_of, N_("a date and a time of day together")),
        _row("seconds", [DURATION], NUMBER, seconds, N_("how many, with their fraction")),
        _row("duration", [NUMBER], DURATION, duration_of, N_("of so many seconds")),
        _row(
            "open",
            [TEXT, MOMENT],
            TRUTH,
            lambda facts, calendar, moment: facts.open(calendar, moment),
            N_("whether this calendar is open at that moment"),
            asks=True,
        ),
        _row(
            "holiday",
            [DATE],
            TRUTH,
            lambda facts, day: facts.holiday(day),
            N_("whether that day is a public holiday"),
            asks=True,
        ),
    )
}
