"""The hour, told to the distribution, which knows none: calendars that open and close, intervals and days that begin.

Looked at each LOOK_S on trio's clock; the time of day is that of the wall where the box stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import trio

from core.acd import events as e

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange

LOOK_S = 5.0
INTERVAL_MIN = 30


async def tell(
    exchange: Exchange, to: Callable[[e.Event], None], task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Until cancelled."""
    calendars: frozenset[str] | None = None
    interval = _interval(exchange)
    while True:
        now = frozenset(calendar.name for calendar in exchange.box.calendar if exchange.is_open(calendar.name))
        if now != calendars:
            calendars = now
            to(e.CalendarsTold(now))
        before, interval = interval, _interval(exchange)
        if interval != before:
            to(e.IntervalBegins(day=interval[0] != before[0]))
        task_status.started()
        task_status = trio.TASK_STATUS_IGNORED
        await trio.sleep(LOOK_S)


def _interval(exchange: Exchange) -> tuple[object, int]:
    """The day, and which half hour of it."""
    local = exchange.utc().astimezone(ZoneInfo(exchange.box.box.time_zone))
    return local.date(), (60 * local.hour + local.minute) // INTERVAL_MIN
