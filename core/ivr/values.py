"""What a variable of a flow can hold: values and their types, how they are compared, written and kept.

    number     3, 0.5          whole or with a decimal point, exact (no binary fractions), below 10^24
    text       "shipped"       up to 10 000 characters
    truth      true, false
    date       2026-02-17
    time       08:30           of the day, to the second
    moment     2026-02-17T08:30    a date and a time by the clock on the wall where the box stands
    duration   90s, 2h         up to 36 500 days
    list       ["a", "b"]      of one type, up to 1 000 items
    nothing    nothing         a value that is not there; a type says "or nothing" when it may be so

A value is a plain Python object (Value); a Type says what is promised about it before the flow runs. pack() and
unpack() turn values into JSON and back without loss, for saved sessions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, Overflow
from enum import Enum
from typing import TypeAlias

from core.texts import _

Value: TypeAlias = "int | Decimal | str | bool | date | time | timedelta | tuple[Value, ...] | None"
"""datetime is a date to Python; here the two are told apart by kind_of()."""

JSON: TypeAlias = "int | float | str | bool | list[JSON] | dict[str, JSON] | None"

LARGEST_NUMBER = 10**24
LARGEST_DURATION = timedelta(days=36_500)
LONGEST_TEXT = 10_000
LONGEST_LIST = 1_000
FRACTION = Decimal("1E-12")
"""Results are rounded to this many places, half to even."""

CONTEXT = Context(prec=40, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow])


class Kind(Enum):
    """The values are the words of a flow file."""

    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    DURATION = "duration"
    LIST = "list"
    NOTHING = "nothing"


PLAIN = tuple(kind.value for kind in Kind if kind not in (Kind.LIST, Kind.NOTHING))
"""Types that a list may hold."""


@dataclass(frozen=True, slots=True)
class Type:
    """item: of a list; None there: of an empty list, which goes with every list."""

    kind: Kind
    item: Type | None = None
    optional: bool = False

    @staticmethod
    def read(words: str) -> Type:
        """From a flow file: "text", "list of number", "date or nothing". ValueError: it is none."""
        found = re.fullmatch(r"(list of )?([a-z]+)( or nothing)?", " ".join(words.split()))
        if not found or found[2] not in PLAIN:
            raise ValueError(words)
        plain = Type(Kind(found[2]))
        return replace(Type(Kind.LIST, plain) if found[1] else plain, optional=bool(found[3]))

    def __str__(self) -> str:
        plain = self.kind.value if self.item is None else f"list of {self.item}"
        return plain + " or nothing" * self.optional

    def takes(self, other: Type) -> bool:
        """Whether a value of the other type may stand where this one is wanted."""
        if other.kind is Kind.NOTHING:
            return self.optional or self.kind is Kind.NOTHING
        if other.optional and not self.optional:
            return False
        if self.kind is not other.kind:
            return False
        return self.kind is not Kind.LIST or self.item is None or other.item is None or self.item.takes(other.item)

    def with_(self, other: Type) -> Type | None:
        """The type of what is one or the other; None: they have nothing in common."""
        if self.kind is Kind.NOTHING or other.kind is Kind.NOTHING:
            known = other if self.kind is Kind.NOTHING else self
            return replace(known, optional=known.kind is not Kind.NOTHING)
        optional = self.optional or other.optional
        if self.kind is not other.kind:
            return None
        if self.kind is Kind.LIST and self.item and other.item:
            item = self.item.with_(other.item)
            return item and Type(Kind.LIST, item, optional)
        return Type(self.kind, self.item or other.item, optional)

    @property
    def sure(self) -> Type:
        """The same without "or nothing"."""
        return replace(self, optional=False) if self.optional else self


NUMBER, TEXT, TRUTH = Type(Kind.NUMBER), Type(Kind.TEXT), Type(Kind.TRUTH)
DATE, TIME, MOMENT, DURATION = Type(Kind.DATE), Type(Kind.TIME), Type(Kind.MOMENT), Type(Kind.DURATION)
NOTHING, EMPTY_LIST = Type(Kind.NOTHING), Type(Kind.LIST)


class NoValue(Exception):
    """Something cannot be worked out: too large, no such item, not a number. The text is for people."""


def kind_of(value: Value) -> Kind:
    match value:
        case None:
            return Kind.NOTHING
        case bool():
            return Kind.TRUTH
        case int() | Decimal():
            return Kind.NUMBER
        case str():
            return Kind.TEXT
        case datetime():
            return Kind.MOMENT
        case date():
            return Kind.DATE
        case time():
            return Kind.TIME
        case timedelta():
            return Kind.DURATION
        case tuple():
            return Kind.LIST


def is_of(value: Value, wanted: Type) -> bool:
    """Whether a value keeps what the type promises."""
    if value is None:
        return wanted.optional or wanted.kind is Kind.NOTHING
    if kind_of(value) is not wanted.kind:
        return False
    if isinstance(value, tuple) and wanted.item:
        return all(is_of(item, wanted.item) for item in value)
    return not (isinstance(value, tuple) and value and wanted.item is None)


def bounded(value: Value) -> Value:
    """The value within the limits above, numbers in their plain form (2, not 2.0). NoValue: beyond them."""
    match value:
        case bool() | None:
            return value
        case int() | Decimal():
            return _plain_number(value)
        case str() if len(value) > LONGEST_TEXT:
            raise NoValue(_("The text is longer than {most} characters.").format(most=LONGEST_TEXT))
        case tuple() if len(value) > LONGEST_LIST:
            raise NoValue(_("The list has more than {most} items.").format(most=LONGEST_LIST))
        case timedelta() if abs(value) > LARGEST_DURATION:
            raise NoValue(_("The duration is longer than {most} days.").format(most=LARGEST_DURATION.days))
        case _:
            return value


def _plain_number(value: int | Decimal) -> int | Decimal:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise NoValue(_("This is no number."))
        if abs(value) < LARGEST_NUMBER:
            value = CONTEXT.quantize(value, FRACTION)
            if value != value.to_integral_value():
                return value.normalize(CONTEXT)
            return int(value)
    if not -LARGEST_NUMBER < value < LARGEST_NUMBER:
        raise NoValue(_("The number is too large."))
    return int(value)


def shown(value: Value) -> str:
    """As people read it, and as text() gives it: 3, 0.5, shipped, true, 2026-02-17, 08:30, 1h 30min, a, b."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat("T", "minutes" if not (value.second or value.microsecond) else "seconds")
        case time():
            return value.isoformat("minutes" if not (value.second or value.microsecond) else "seconds")
        case date():
            return value.isoformat()
        case timedelta():
            return _shown_duration(value)
        case tuple():
            return ", ".join(shown(item) for item in value)
        case _:
            return str(value)


def _shown_duration(value: timedelta) -> str:
    seconds = abs(Decimal(value // timedelta(microseconds=1)).scaleb(-6))
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if count := int(seconds // size):
            parts.append(f"{count}{unit}")
            seconds -= count * size
    if seconds or not parts:
        parts.append(f"{shown(_plain_number(seconds))}s")
    return "-" * (value < timedelta()) + " ".join(parts)


def number_from(text: str) -> int | Decimal:
    """A number as people write it, of ASCII digits. NoValue: it is none."""
    found = re.fullmatch(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?", text.strip())
    if not found:
        raise NoValue(_("This is no number: {text}.").format(text=repr(text[:40])))
    return _plain_number(Decimal(text.strip()))


def fitted(raw: object, wanted: Type) -> Value:
    """What came from outside (a database, JSON, a plug-in, an argument) as a value of the type that is wanted.

    Strings become numbers, dates, times and moments where those are wanted; numbers become text; 0 and 1 truth; floats
    are taken as they are written. NoValue: it cannot be that.
    """
    if raw is None:
        if wanted.optional:
            return None
        raise NoValue(_("There is nothing where {wanted} is wanted.").format(wanted=wanted))
    try:
        return bounded(_fitted(raw, wanted))
    except (ValueError, InvalidOperation, Overflow) as error:
        raise NoValue(_("{raw} is no {wanted}.").format(raw=repr(raw)[:60], wanted=wanted.sure)) from error


def _fitted(raw: object, wanted: Type) -> Value:
    match wanted.kind, raw:
        case Kind.NUMBER, bool():
            return int(raw)
        case Kind.NUMBER, int() | Decimal():
            return raw
        case Kind.NUMBER, float():
            return Decimal(repr(raw))
        case Kind.NUMBER, str():
            return number_from(raw)
        case Kind.TEXT, str():
            return raw
        case Kind.TEXT, bool() | int() | Decimal() | date() | time() | timedelta():
            return shown(raw)
        case Kind.TEXT, float():
            return shown(_plain_number(Decimal(repr(raw))))
        case Kind.TRUTH, bool():
            return raw
        case Kind.TRUTH, 0 | 1:
            return bool(raw)
        case Kind.TRUTH, "true" | "false":
            return raw == "true"
        case Kind.MOMENT, datetime():
            return raw.replace(tzinfo=None)
        case Kind.MOMENT, str():
            return datetime.fromisoformat(raw).replace(tzinfo=None)
        case Kind.DATE, datetime():
            return raw.date()
        case Kind.DATE, date():
            return raw
        case Kind.DATE, str():
            return datetime.fromisoformat(raw).date()
        case Kind.TIME, time():
            return raw.replace(tzinfo=None)
        case Kind.TIME, str():
            return time.fromisoformat(raw).replace(tzinfo=None)
        case Kind.DURATION, timedelta():
            return raw
        case Kind.DURATION, bool():
            raise ValueError
        case Kind.DURATION, int() | float() | Decimal():
            if not -LARGEST_DURATION.total_seconds() <= raw <= LARGEST_DURATION.total_seconds():
                raise ValueError
            return timedelta(seconds=float(raw))
        case Kind.LIST, list() | tuple():
            return tuple(fitted(item, wanted.item or NOTHING) for item in raw)
        case _:
            raise ValueError


def pack(value: Value) -> JSON:
    """A value as JSON, without loss. Texts, truths, whole numbers and nothing are themselves."""
    match value:
        case tuple():
            return [pack(item) for item in value]
        case bool() | int() | str() | None:
            return value
        case Decimal():
            return {"$number": str(value)}
        case datetime():
            return {"$moment": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case time():
            return {"$time": value.isoformat()}
        case timedelta():
            return {"$duration": value // timedelta(microseconds=1)}


def unpack(packed: JSON) -> Value:
    """What pack() made. ValueError: it did not make this."""
    match packed:
        case list():
            return tuple(unpack(item) for item in packed)
        case bool() | int() | str() | None:
            return packed
        case {"$number": str(text)}:
            return Decimal(text)
        case {"$moment": str(text)}:
            return datetime.fromisoformat(text)
        case {"$date": str(text)}:
            return date.fromisoformat(text)
        case {"$time": str(text)}:
            return time.fromisoformat(text)
        case {"$duration": int(microseconds)}:
            return timedelta(microseconds=microseconds)
        case _:
            raise ValueError(f"no packed value: {packed!r}")
