"""What the shell of a line keeps, whatever happens in the midst of a step."""

from __future__ import annotations

import pytest
import trio

from hw.card import ChannelKind, LineEvent, LineEventKind
from hw.errors import LocalError
from hw.signalling.analog.station import Station, StationSettings
from hw.signalling.line import Connection, Dialled, LineKind, Released, Seized, Telling
from hw.signalling.shell import ChannelLine
from hw.sim.channel import SimChannel

from .conftest import Heard, Town

pytestmark = pytest.mark.native


def station(town: Town) -> tuple[ChannelLine, Heard, SimChannel]:
    channel = town.near(ChannelKind.STATION)
    line, heard = town.line("11", LineKind.STATION, channel, Station(StationSettings()))
    return line, heard, channel


def lift(channel: SimChannel) -> None:
    channel.heard(LineEvent(LineEventKind.OFF_HOOK, 0))


async def test_an_act_that_fails_by_our_fault_costs_neither_the_others_nor_what_is_told(
    clock: object, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, heard, channel = station(town)
    lift(channel)

    def fail(name: str) -> None:
        raise ValueError(f"no tone {name}")

    monkeypatch.setattr(town.sounds, "tone", fail)
    with pytest.raises(ValueError, match="no tone busy"):
        line.release()
    assert heard.of(Released)
    assert line.connection is Connection.FAIL
    assert (line, "T-TONE") in town.timers.running()


async def test_orders_given_out_of_a_telling_are_carried_out_there_and_told_after_it(clock: object, town: Town) -> None:
    line, heard, channel = station(town)
    order: list[str] = []

    def then(telling: Telling) -> None:
        order.append(f"{type(telling).__name__} begins")
        if isinstance(telling, Seized):
            states = [line.connection]
            line.answer()
            states.append(line.connection)
            with pytest.raises(LocalError):
                line.answer()
            line.release()
            states.append(line.connection)
            assert states == [Connection.INITIATED, Connection.CONNECTED, Connection.FAIL]
        order.append(f"{type(telling).__name__} ends")

    heard.then = then
    lift(channel)
    names = ["Seized", "Established", "Released"]
    assert order == [f"{name} {part}" for name in names for part in ("begins", "ends")]


async def test_a_line_that_is_closed_in_a_telling_says_no_more_and_leaves_nothing(clock: object, town: Town) -> None:
    line, heard, channel = station(town)

    def then(telling: Telling) -> None:
        if isinstance(telling, Dialled):
            line.release()  # tells Released, after this
            line.close()

    heard.then = then
    lift(channel)
    channel.heard(LineEvent(LineEventKind.PULSE_DIGIT, 0, "5"))
    await trio.sleep(200)
    assert [type(telling) for telling in heard.told] == [Seized, Dialled]
    assert not town.timers.running()
    assert town.plane.statistics().ports == 0
    with pytest.raises(LocalError, match="line 11 is closed"):
        line.release()
    line.close()
