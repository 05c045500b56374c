"""A card that is pulled out and plugged in again: its lines are released, out of service, and back by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import trio

from hw.card import Alarm, ChannelKind, LineEventKind
from hw.plane import PlaneError
from hw.signalling.analog.profile import LineProfile
from hw.signalling.analog.station import Station, StationSettings
from hw.signalling.analog.trunk import Trunk
from hw.signalling.line import (
    GONE_S,
    Call,
    Connection,
    Delivered,
    Dialled,
    Established,
    LineKind,
    Party,
    Released,
    Seized,
    Service,
    ServiceChanged,
    Telling,
)
from hw.signalling.machine import Machine
from hw.signalling.q850 import Cause
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import CHINA
from hw.signalling.shell import ChannelLine
from hw.sim.telephone import Telephone

from .conftest import Heard, Town

pytestmark = pytest.mark.native

R2 = replace(CHINA, called_digits=3)
MACHINES: dict[ChannelKind, Callable[[], Machine]] = {
    ChannelKind.STATION: lambda: Station(StationSettings()),
    ChannelKind.TRUNK: lambda: Trunk(LineProfile()),
    ChannelKind.CAS: lambda: R2Channel(R2),
}
KINDS = list(MACHINES)


class Plugged:
    """One line of the kind, and its span."""

    def __init__(self, town: Town, kind: ChannelKind) -> None:
        self.heard = Heard()
        channel = town.near(kind)
        self.span = town.card.span(channel.info.span)
        line_kind = LineKind.STATION if kind is ChannelKind.STATION else LineKind.TRUNK
        self.line = ChannelLine(
            kind.value,
            line_kind,
            channel,
            MACHINES[kind](),
            town.plane,
            town.timers,
            town.sounds,
            self.heard,
            card=town.card,
        )
        town.lines.append(self.line)


def circuit(town: Town) -> tuple[Plugged, ChannelLine, Heard]:
    """R2 with somebody at the other end who answers."""
    ours = Plugged(town, ChannelKind.CAS)
    far, heard = town.line("far", LineKind.TRUNK, town.far(ChannelKind.CAS), R2Channel(R2))

    def answer(telling: Telling) -> None:
        if isinstance(telling, Dialled) and telling.complete:
            far.answer()

    heard.then = answer
    return ours, far, heard


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
async def test_an_idle_line_goes_and_comes_back(clock: object, town: Town, kind: ChannelKind) -> None:
    ours = Plugged(town, kind)
    await trio.sleep(1)
    ours.span.remove()
    await trio.sleep(GONE_S / 2)
    assert Service.GONE in ours.line.service
    assert ours.line.port >= 0
    await trio.sleep(GONE_S)
    assert ours.line.port == -1
    ours.line.block()
    ours.line.unblock()
    ours.span.insert()
    await trio.sleep(1)
    assert Service.GONE not in ours.line.service
    assert ours.line.port >= 0
    gone = [telling.service for telling in ours.heard.of(ServiceChanged) if Service.GONE in telling.service]
    assert gone
    assert ours.heard.of(Released) == []


async def test_a_call_on_r2_is_released_and_the_next_goes_through(clock: object, town: Town) -> None:
    ours, far, far_heard = circuit(town)
    await trio.sleep(1)
    for round_ in range(2):
        ours.line.place(Call("123", complete=True, calling=Party("99")))
        await trio.sleep(5)
        assert ours.line.connection is Connection.CONNECTED
        if round_ == 0:
            ours.span.remove()
            await trio.sleep(2)
            (released,) = ours.heard.of(Released)
            assert (released.cause, released.by) == (Cause.DESTINATION_OUT_OF_ORDER, "line")
            ours.span.insert()
            await trio.sleep(15)
            assert not ours.line.service
            assert not far.service
    ours.line.release()
    await trio.sleep(2)
    assert len(far_heard.of(Released)) == len(far_heard.of(Seized)) == 2


async def test_a_telephone_can_be_called_again(clock: object, town: Town) -> None:
    ours = Plugged(town, ChannelKind.STATION)
    telephone = Telephone(town.plane, town.far(ChannelKind.STATION))
    await trio.sleep(1)
    ours.span.remove()
    await trio.sleep(2)
    ours.span.insert()
    await trio.sleep(2)
    ours.line.place(Call(calling=Party("8002")))
    await telephone.rung(within=3)
    telephone.lift()
    await trio.sleep(0.5)
    assert ours.heard.of(Delivered)
    assert ours.heard.of(Established)


async def test_what_comes_back_with_an_alarm_waits_for_its_end(clock: object, town: Town) -> None:
    ours, _far, _heard = circuit(town)
    await trio.sleep(1)
    ours.span.remove()
    ours.span.insert()
    await trio.sleep(1)
    assert not ours.line.service
    ours.span.alarm(Alarm.RED)
    await trio.sleep(1)
    assert Service.ALARM in ours.line.service
    ours.span.clear()
    await trio.sleep(1)
    assert not ours.line.service


async def test_a_card_that_is_not_ready_yet_is_tried_again(clock: object, town: Town) -> None:
    ours = Plugged(town, ChannelKind.STATION)
    await trio.sleep(1)
    ours.span.remove()
    await trio.sleep(2)
    ours.span.insert()
    holder = town.near(ChannelKind.STATION)  # somebody else was faster
    await trio.sleep(1)
    assert ours.line.service is Service.GONE
    assert "not ready" in "".join(ours.line.trace())
    holder.close()
    ours.span.remove()
    await trio.sleep(1)
    ours.span.insert()
    await trio.sleep(1)
    assert not ours.line.service


async def test_a_closed_line_hears_no_more_of_cards(clock: object, town: Town) -> None:
    ours = Plugged(town, ChannelKind.STATION)
    await trio.sleep(1)
    ours.line.close()
    ours.span.remove()
    ours.span.insert()
    await trio.sleep(1)
    town.near(ChannelKind.STATION).close()  # it is free
    with pytest.raises(PlaneError):
        town.plane.stop(ours.line.port)
    assert LineEventKind.BACK.value not in "".join(ours.line.trace())
