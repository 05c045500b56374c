"""Wake-up calls: the telephone rings at a time of day, once, and says the time when it is lifted (叫醒).

    *55*0700#   ─── kept over restarts ───>   07:00 in the box's time zone: rings; TRIES times, REPEAT_S apart

A telephone that is in use then is awake: nothing rings.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.exchange.refusal import Refused, Said
from core.exchange.station import Station
from hw.signalling.line import Party
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.features import Code

TRIES = 3
REPEAT_S = 300.0
RINGS_S = 60.0


def seconds_until(now: datetime, time: str, zone: str) -> float:
    """From now (aware) to the next time HHMM in that zone. ValueError: no such time."""
    if len(time) != 4 or not time.isdigit() or time >= "2400" or time[2:] >= "60":
        raise ValueError(f"{time!r} is no time of day: four digits, 0000 to 2359")
    local = now.astimezone(ZoneInfo(zone))
    due = local.replace(hour=int(time[:2]), minute=int(time[2:]), second=0, microsecond=0)
    if due <= local:
        due += timedelta(days=1)
    return due.timestamp() - now.timestamp()


def arm(exchange: Exchange, station: Station) -> None:
    """As kept: at the start of the box, and when it was set."""
    time = station.kept.wake_up
    key = ("wake up", station.name)
    if not time:
        exchange.timers.stop(key)
        return
    wait = seconds_until(exchange.utc(), time, exchange.box.box.time_zone)
    exchange.timers.start(key, wait, partial(_due, exchange, station.name, TRIES))


def _due(exchange: Exchange, name: str, tries: int) -> None:
    station = exchange.stations.get(name)
    if station is None:
        return  # removed; a line that is opened anew finds its time kept
    if tries == TRIES:
        exchange.keep(station, wake_up="")
    if not station.free or not station.reachable:
        return

    async def wake(call: Call) -> None:
        leg = await call.lifted(RINGS_S)
        if leg is None:
            if tries > 1:
                again = partial(_due, exchange, name, tries - 1)
                exchange.timers.start(("wake up", station.name), REPEAT_S, again)
            return
        now = exchange.utc().astimezone(ZoneInfo(exchange.box.box.time_zone))
        said = Said("service.wake-up", {"time": now.time()})
        await call.announce(leg, await exchange.sounds.done(said, station.language))
        call.end(Cause.NORMAL_CLEARING, "woken")

    exchange.ring_station(station, wake, Party(station.name), "recall")


async def _set(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    time = arguments[0]
    try:
        seconds_until(call.exchange.utc(), time, call.exchange.box.box.time_zone)
    except ValueError as error:
        raise Refused(Cause.INVALID_NUMBER, "not-possible", str(error), said=Said("service.bad-time")) from None
    call.exchange.keep(station, wake_up=time)
    arm(call.exchange, station)
    said = datetime(2000, 1, 1, int(time[:2]), int(time[2:])).time()
    return Said("service.wake-up-set", {"time": said})


async def _off(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    call.exchange.keep(station, wake_up="")
    arm(call.exchange, station)
    return Said("service.off", {"feature": "feature.wake-up"})


CODES: dict[str, Code] = {"wake_up": _set, "wake_up_off": _off}
