"""What comes from outside - a row, a JSON answer, a plug-in's result - as values of the language of flows.

    taken(12.5) -> Decimal("12.5")     taken([1, None]) -> (1, None)     taken(b"...") -> NoValue

Whether it fits the variable is asked later (values.fitted); here it is made plain data, within limits.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from core.ivr.values import NoValue, Value, bounded
from core.texts import _


def taken(raw: Any, zone: ZoneInfo) -> Value:
    """Times with an offset become those on the wall in the zone of the box. NoValue: it is nothing for a flow."""
    match raw:
        case None | bool() | int() | Decimal() | str() | timedelta():
            return bounded(raw)
        case float():
            return bounded(Decimal(repr(raw)))
        case datetime() if raw.tzinfo:
            try:
                return raw.astimezone(zone).replace(tzinfo=None)
            except OverflowError as error:
                raise NoValue(_("There is no such date or time: {text}.").format(text=raw.isoformat())) from error
        case time():
            return raw.replace(tzinfo=None)
        case date():
            return raw
        case UUID():
            return str(raw)
        case list() | tuple():
            return bounded(tuple(taken(item, zone) for item in raw))
        case _:
            raise NoValue(_("A value of this kind is nothing for a flow: {kind}.").format(kind=type(raw).__name__))
