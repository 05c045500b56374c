"""What an expression gives, with the variables as they stand.

    evaluate(parse("2 + 3 * n"), {"n": 4}.__getitem__, facts)    14

For expressions that were checked (core/ivr/typed.py). What cannot be worked out all the same - a division by zero, a
text that is no number, a result beyond the limits of core/ivr/values.py - raises NoValue, in words for people;
nothing else is raised. It takes time in proportion to the length of the expression, and never touches the world
except through Facts.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from typing import Any

from core.ivr.expression import Binary, Conditional, Expression, Listing, Literal, Name, Node, Unary, Use
from core.ivr.functions import FUNCTIONS, Facts
from core.ivr.values import CONTEXT, NoValue, Value, bounded, kind_of, shown
from core.texts import _

Lookup = Callable[[str], Value]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NUMBERS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
}


def evaluate(expression: Expression, lookup: Lookup, facts: Facts) -> Value:
    """lookup: gives a variable's value, or raises NoValue when it has none yet."""
    try:
        return _value(expression.root, lookup, facts)
    except (OverflowError, DecimalException) as error:
        raise NoValue(_("A value is too large in: {text}.").format(text=expression.text)) from error


def _value(node: Node, lookup: Lookup, facts: Facts) -> Value:
    match node:
        case Literal(value=value):
            return value
        case Name(name=name):
            return lookup(name)
        case Listing(items=items):
            return bounded(tuple(_value(item, lookup, facts) for item in items))
        case Unary(operator="not", operand=operand):
            return not _value(operand, lookup, facts)
        case Unary(operand=operand):
            negative: Any = _value(operand, lookup, facts)
            return bounded(-negative if isinstance(negative, timedelta) else CONTEXT.minus(Decimal(negative)))
        case Conditional(yes=yes, condition=condition, no=no):
            return _value(yes if _value(condition, lookup, facts) else no, lookup, facts)
        case Use(function=name, arguments=arguments):
            function = FUNCTIONS[name]
            values = [_value(argument, lookup, facts) for argument in arguments]
            return bounded(function.does(*([facts] if function.asks else []), *values))
        case Binary(operator="and", left=left, right=right):
            return bool(_value(left, lookup, facts)) and _value(right, lookup, facts)
        case Binary(operator="or", left=left, right=right):
            return bool(_value(left, lookup, facts)) or _value(right, lookup, facts)
        case Binary(operator=sign, left=left, right=right):
            return bounded(_joined(sign, _value(left, lookup, facts), _value(right, lookup, facts)))


def _joined(sign: str, left: Any, right: Any) -> Value:
    match sign:
        case "==":
            return equal(left, right)
        case "!=":
            return not equal(left, right)
        case "in":
            return _inside(left, right)
        case "not in":
            return not _inside(left, right)
        case "<" | "<=" | ">" | ">=":
            return COMPARE[sign](left, right)
    match left, right:
        case (int() | Decimal(), int() | Decimal()):
            return _reckoned(sign, Decimal(left), Decimal(right))
        case (str(), str()) | (tuple(), tuple()):
            joined: Value = left + right
            return joined
        case _:
            return _timed(sign, left, right)


def equal(left: Value, right: Value) -> bool:
    """Values of different kinds are never equal; true is not 1."""
    return kind_of(left) is kind_of(right) and left == right


def _inside(item: Any, container: Any) -> bool:
    if isinstance(container, str):
        return item in container
    return any(equal(item, each) for each in container)


def _reckoned(sign: str, left: Decimal, right: Decimal) -> Decimal:
    if sign in "/%" and not right:
        raise NoValue(_("{number} cannot be divided by nought.").format(number=shown(left)))
    if sign == "%":
        # As in writing: the remainder has the sign of what one divides by.
        rest = CONTEXT.remainder(left, right)
        return CONTEXT.add(rest, right) if rest and (rest < 0) != (right < 0) else rest
    return NUMBERS[sign](left, right)


def _timed(sign: str, left: Any, right: Any) -> Value:
    """Dates, times, moments and durations."""
    match sign, left, right:
        case "*" | "/", timedelta(), int() | Decimal():
            return _scaled(left, sign, right)
        case "*", int() | Decimal(), timedelta():
            return _scaled(right, sign, left)
        case "/", timedelta(), timedelta():
            return _reckoned("/", _microseconds(left), _microseconds(right))
        case "-", time(), time():
            return _since_midnight(left) - _since_midnight(right)
        case "+" | "-", time(), timedelta():
            shift = right if sign == "+" else -right
            return (datetime(2000, 1, 1) + (_since_midnight(left) + shift) % timedelta(days=1)).time()
        case "+" | "-", datetime(), timedelta():
            return left + right if sign == "+" else left - right
        case "+" | "-", date(), timedelta():
            if right % timedelta(days=1):
                raise NoValue(_("A date moves by whole days, not by {duration}.").format(duration=shown(right)))
            return left + right if sign == "+" else left - right
        case _:
            # Only + and - of durations, dates and moments are left, by the table of types.
            joined: Value = left + right if sign == "+" else left - right
            return joined


def _microseconds(duration: timedelta) -> Decimal:
    return Decimal(duration // timedelta(microseconds=1))


def _scaled(duration: timedelta, sign: str, number: int | Decimal) -> timedelta:
    return timedelta(microseconds=int(_reckoned(sign, _microseconds(duration), Decimal(number))))


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
