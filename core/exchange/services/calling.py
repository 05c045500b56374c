"""Codes that make a call of another kind: short numbers, the last number again, without showing one's own, and so on.

Each takes the call on to the number that it stands for; class of service is asked there as for any other call.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

import trio

from core.exchange import dialling
from core.exchange.destinations import to_station
from core.exchange.refusal import Refused, Said
from core.exchange.station import Station
from core.numbering.target import Target
from hw.signalling.line import Presentation
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.features import Code

MUSIC_TEST_S = 60.0


async def _go_on(call: Call, station: Station, number: str) -> None:
    target = call.exchange.router.resolve(number, station)
    call.called = target.number
    await call.exchange.router.route(call, target)


async def _withhold(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    leg = call.calling
    assert leg is not None
    leg.party = replace(leg.party, presentation=Presentation.RESTRICTED)  # wherever the call goes from here
    await _go_on(call, station, arguments[0])


async def _pin_call(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    """Goes as far as the class of service allows with a PIN; wrong ones make the telephone wait."""
    exchange = call.exchange
    (given,) = arguments
    key, now = ("pin call", station.name), exchange.clock()
    if exchange.lockout.wait_s(key, now=now):
        raise Refused(Cause.CALL_REJECTED, "wrong-pin", said=Said("pin.blocked"))
    owner = next((one for one in exchange.box.pin if hmac.compare_digest(one.pin.encode(), given.encode())), None)
    if owner is None:
        exchange.lockout.wrong(key, now=now)
        raise Refused(Cause.CALL_REJECTED, "wrong-pin")
    exchange.lockout.right(key)
    call.pin = True
    call.account = owner.name
    leg = call.calling
    assert leg is not None
    _digits, target = await dialling.collect(call, leg)
    call.called = target.number
    call.note("Originated", leg, called=target.number, calling=station.name, account=owner.name)
    await exchange.router.route(call, target)


async def _last_number(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    if not station.last_number:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", said=Said("service.last-number-none"))
    await _go_on(call, station, station.last_number)


async def _last_caller(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    if not station.last_caller:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", said=Said("service.last-caller-none"))
    await _go_on(call, station, station.last_caller)


async def _intercom(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    """Rings its own way; nobody is diverted, a busy station is busy."""
    other = call.exchange.stations.get(arguments[0])
    if other is None or not (station.settings.intercom and other.settings.intercom):
        raise Refused(Cause.FACILITY_REJECTED, "barred")
    if not other.free or not other.reachable or other.kept.do_not_disturb:
        raise Refused(Cause.USER_BUSY, "busy")
    call.called = other.name
    if not await to_station.ring(call, other, other.settings.no_answer_s, "intercom"):
        raise Refused(Cause.NO_ANSWER, "no-answer")


async def _speed_dial(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    """An own code; the common ones are numbers of the plan."""
    number = station.kept.speed_dial.get(arguments[0])
    if number is None:
        raise Refused(Cause.UNALLOCATED, "vacant", said=Said("service.speed-dial-none", {"code": arguments[0]}))
    target = _behind(call, station, number)
    call.called = target.number
    await call.exchange.router.route(call, target)


def _behind(call: Call, station: Station, number: str) -> Target:
    """What the number of a speed dial leads to; never another one, or calls could go round for ever."""
    target = call.exchange.plan.speed_dialled(number, call.exchange.facts(station, ""))
    if target is None:
        raise Refused(Cause.UNALLOCATED, "vacant")
    return target


async def _speed_dial_set(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    code, number = arguments
    _behind(call, station, number)
    call.exchange.keep(station, speed_dial={**station.kept.speed_dial, code: number})
    return Said("service.speed-dial-set", {"code": code, "number": number})


async def _speed_dial_off(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    call.exchange.keep(station, speed_dial={})
    return Said("service.off", {"feature": "feature.speed-dial"})


async def _hot_line(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    call.exchange.router.resolve(arguments[0], station)
    call.exchange.keep(station, hot_line=arguments[0])
    return Said("service.on-to", {"feature": "feature.hot-line", "number": arguments[0]})


async def _hot_line_off(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    call.exchange.keep(station, hot_line="")
    return Said("service.off", {"feature": "feature.hot-line"})


async def _own_number(call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    return Said("station.number", {"number": station.name})


async def _music_test(call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    leg = call.calling
    assert leg is not None
    leg.device.progress(leg)
    with trio.move_on_after(MUSIC_TEST_S):
        await leg.play(call.exchange.sounds.music(station.language))
    call.end(Cause.NORMAL_CLEARING, "service done")


CODES: dict[str, Code] = {
    "pin_call": _pin_call,
    "withhold_number": _withhold,
    "last_number": _last_number,
    "last_caller": _last_caller,
    "intercom": _intercom,
    "speed_dial": _speed_dial,
    "speed_dial_set": _speed_dial_set,
    "speed_dial_off": _speed_dial_off,
    "hot_line": _hot_line,
    "hot_line_off": _hot_line_off,
    "own_number": _own_number,
    "music_test": _music_test,
}
