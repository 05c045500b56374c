"""The contract of stations as tests: each way a call can end, who ends it, and in which state.

Used as trunk_contract.py: a module for one card imports all names and gives a fixture `rig`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trio

from hw.signalling.analog.station import StationSettings
from hw.signalling.line import (
    Call,
    Connection,
    Delivered,
    Dialled,
    Established,
    Flashed,
    Idle,
    Party,
    Released,
    Seized,
    Service,
    ServiceChanged,
)
from hw.signalling.q850 import Cause

from .analog_rig import SOON, TONE, LinesUnderTest, StationUnderTest, only

__all__ = [
    "test_a_hook_flash_is_told_and_is_no_hang_up",
    "test_a_telephone_calls_and_hangs_up",
    "test_a_telephone_is_called_and_the_call_ends",
    "test_a_telephone_left_off_hook_howls_and_is_out_of_service",
    "test_a_telephone_whose_call_is_released_hears_why",
    "test_a_telephone_whose_wire_is_cut_has_hung_up",
]


async def dialling_telephone(station: StationUnderTest) -> None:
    station.telephone.lift()
    await station.told.wait(Seized, SOON)
    await station.telephone.hear_tone("dial", within=SOON)
    await station.telephone.dial("80")


async def waiting_telephone(station: StationUnderTest) -> None:
    await dialling_telephone(station)
    station.line.proceed()
    assert "".join(d.digits for d in station.told.of(Dialled)) == "80"


async def alerting_telephone(station: StationUnderTest) -> None:
    await waiting_telephone(station)
    station.line.alert()
    await station.telephone.hear_tone("ringback", within=TONE)


async def talking_telephone(station: StationUnderTest) -> None:
    await alerting_telephone(station)
    station.line.answer()
    await station.told.wait(Established, SOON)
    await trio.sleep(1.0)


StationDrive = Callable[[StationUnderTest], Awaitable[None]]
CALLING: dict[str, StationDrive] = {
    "dialling": dialling_telephone,
    "waiting": waiting_telephone,
    "alerting": alerting_telephone,
    "talking": talking_telephone,
}
TONES = {Cause.NORMAL_CLEARING: "busy", Cause.NO_CIRCUIT: "congestion", Cause.UNALLOCATED: "vacant"}


@pytest.mark.parametrize("state", CALLING)
async def test_a_telephone_calls_and_hangs_up(clock: object, rig: LinesUnderTest, state: str) -> None:
    station = rig.station()
    await trio.sleep(1.0)
    await CALLING[state](station)
    station.telephone.hang_up()
    released = await station.told.wait(Released, SOON)
    assert (released.cause, released.by) == (Cause.NORMAL_CLEARING, "far")
    assert not station.told.of(Idle)
    await station.free()


@pytest.mark.parametrize("cause", TONES, ids=TONES.values())
@pytest.mark.parametrize("state", CALLING)
async def test_a_telephone_whose_call_is_released_hears_why(
    clock: object, rig: LinesUnderTest, state: str, cause: Cause
) -> None:
    station = rig.station()
    await trio.sleep(1.0)
    await CALLING[state](station)
    station.line.release(cause)
    assert (only(station.told).cause, only(station.told).by) == (cause, "near")
    await station.telephone.hear_tone(TONES[cause], within=TONE)
    assert station.line.connection is Connection.FAIL
    station.telephone.hang_up()
    await station.told.wait(Idle, SOON)
    await station.free()


async def test_a_telephone_left_off_hook_howls_and_is_out_of_service(clock: object, rig: LinesUnderTest) -> None:
    station = rig.station()
    await trio.sleep(1.0)
    await talking_telephone(station)
    station.line.release()
    await station.telephone.hear_tone("howler", within=60)
    changed = await station.told.wait(ServiceChanged, 90)
    assert changed.service is Service.LEFT_OFF_HOOK
    station.telephone.hang_up()
    await station.told.wait(Idle, SOON)
    await station.free()


@pytest.mark.parametrize("state", CALLING)
async def test_a_telephone_whose_wire_is_cut_has_hung_up(clock: object, rig: LinesUnderTest, state: str) -> None:
    if not rig.can_cut:
        pytest.skip("this rig cannot cut a line")
    station = rig.station()
    await trio.sleep(1.0)
    await CALLING[state](station)
    rig.cut(station.kind)
    released = await station.told.wait(Released, SOON)
    assert (released.cause, released.by) == (Cause.NORMAL_CLEARING, "far")
    station.telephone.hang_up()
    rig.mend(station.kind)
    await station.free()


async def rung_telephone(station: StationUnderTest) -> None:
    station.line.place(Call(calling=Party("62000001", name="Wang")))
    await station.told.wait(Delivered, SOON)
    await station.telephone.rung(within=SOON, rings=1)
    assert (await station.telephone.show(within=6)).number == "62000001"


async def answered_telephone(station: StationUnderTest) -> None:
    await rung_telephone(station)
    station.telephone.lift()
    await station.told.wait(Established, SOON)
    await trio.sleep(1.0)


CALLED: dict[str, StationDrive] = {"ringing": rung_telephone, "talking": answered_telephone}


@pytest.mark.parametrize("caller_id", ["fsk", "dtmf"])
@pytest.mark.parametrize("who", ["far", "near"])
@pytest.mark.parametrize("state", CALLED)
async def test_a_telephone_is_called_and_the_call_ends(
    clock: object, rig: LinesUnderTest, state: str, who: str, caller_id: str
) -> None:
    station = rig.station(StationSettings(caller_id=caller_id))
    await trio.sleep(2.5)
    await CALLED[state](station)
    if who == "far" and state == "ringing":  # lifts and hangs up at once
        station.telephone.lift()
        await trio.sleep(0.3)
        station.telephone.hang_up()
        await station.told.wait(Established, SOON)
    elif who == "far":
        station.telephone.hang_up()
    else:
        station.line.release()
        if state == "talking":
            await station.telephone.hear_tone("busy", within=TONE)
            station.telephone.hang_up()
            await station.told.wait(Idle, SOON)
    released = await station.told.wait(Released, SOON)
    assert (released.cause, released.by) == (Cause.NORMAL_CLEARING, who)
    await trio.sleep(2.5)
    await station.free()


async def test_a_hook_flash_is_told_and_is_no_hang_up(clock: object, rig: LinesUnderTest) -> None:
    station = rig.station()
    await trio.sleep(1.0)
    await talking_telephone(station)
    await station.telephone.flash()
    await station.told.wait(Flashed, SOON)
    assert station.line.connection is Connection.CONNECTED
    station.telephone.hang_up()
    await station.told.wait(Released, SOON)
    await station.free()
