"""The lines of a box are opened on a card with a town around it, and each kind carries a call."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
import trio.testing

from core.lines import Lines
from hw.errors import LocalError
from hw.plane import Plane
from hw.signalling.analog.profile import LineProfile
from hw.signalling.analog.station import StationSettings
from hw.signalling.line import Call, Connection, Dialled, Established, Line, Party, Released, Seized, Telling
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.r2.settings import CHINA
from hw.sim.card import SimCard
from hw.sim.span import E1, Stations, Trunks
from hw.sim.town import Town
from hw.timers import Timers

pytestmark = pytest.mark.native

STATIONS, TRUNKS, PRI, R2 = 1, 5, 3, 4


class Office:
    """Four stations, two trunks, a PRI span and an R2 span, with the town at their far ends."""

    def __init__(self, plane: Plane, nursery: trio.Nursery) -> None:
        self.card = SimCard(plane, [Stations(4), Trunks(2), E1("pri"), E1("cas")])
        self.timers = Timers()
        self.told: list[tuple[str, Telling]] = []
        self.lines = Lines(plane, self.timers, lambda line, telling: self.told.append((line.name, telling)))
        self.town = Town(self.card, plane, self.timers, nursery)
        self._more = trio.Event()

    def of(self, name: str, kind: type[Telling]) -> list[Telling]:
        return [telling for line, telling in self.told if line == name and isinstance(telling, kind)]

    async def until(self, name: str, kind: type[Telling], within: float = 15.0) -> Telling:
        with trio.move_on_after(within):
            while not self.of(name, kind):  # noqa: ASYNC110
                await trio.sleep(0.02)
        assert self.of(name, kind), (name, kind, self.told)
        return self.of(name, kind)[-1]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    plane = Plane(virtual=True)
    async with trio.open_nursery() as nursery:
        office = Office(plane, nursery)
        await nursery.start(plane.run)
        nursery.start_soon(office.card.run)
        await nursery.start(office.timers.run)
        yield office
        office.lines.close_all()
        office.town.close()
        office.card.close()
        nursery.cancel_scope.cancel()
    plane.close()
    office.card.free()


async def test_a_telephone_of_the_town_dials_on_a_station(autojump_clock: object, office: Office) -> None:
    assert office.lines.station("8001", office.card, STATIONS, StationSettings())
    telephone = office.town.telephone(STATIONS, "8001")
    telephone.lift()
    await telephone.hear_tone("dial", within=4)
    await telephone.dial("12")
    await office.until("8001", Dialled)
    assert office.told[0][0] == "8001"
    assert isinstance(office.told[0][1], Seized)


async def test_the_town_calls_in_by_an_analog_trunk(autojump_clock: object, office: Office) -> None:
    assert office.lines.trunk("line1", office.card, TRUNKS, LineProfile())
    office.town.line(TRUNKS, "line1", "62001001")
    call = office.town.call("line1")
    seized = await office.until("line1", Seized)
    assert isinstance(seized, Seized)
    assert seized.call.calling is not None
    assert seized.call.calling.number == "62000001"
    office.lines.by_name["line1"].answer()
    with trio.fail_after(5):
        await call.answered.wait()


@pytest.mark.parametrize("kind", ["pri", "r2"])
async def test_the_town_calls_in_by_a_span_and_is_called(autojump_clock: object, office: Office, kind: str) -> None:
    if kind == "pri":
        assert office.lines.pri("e1", office.card, PRI, SpanSettings())
        office.town.pri(PRI, "e1")
    else:
        assert office.lines.r2("e1", office.card, R2, CHINA)
        office.town.r2(R2, "e1")
    assert [line.name for line in office.lines.spans["e1"]][:2] == ["e1/1", "e1/2"]
    assert len(office.lines.spans["e1"]) == 30
    await trio.sleep(2)
    call = office.town.call("e1", "8001")
    await trio.sleep(8)
    (name,) = {line for line, telling in office.told if isinstance(telling, Seized)}
    line = office.lines.by_name[name]
    line.alert()
    line.answer()
    with trio.fail_after(5):
        await call.answered.wait()
    line.release()
    await office.until(name, Released)
    await trio.sleep(1)
    outward = office.lines.by_name["e1/7"]
    outward.place(Call("62000007", complete=True, calling=Party("66778000")))
    await office.until("e1/7", Established, within=10)
    outward.release()
    await trio.sleep(2)
    assert outward.connection is Connection.NULL


async def test_towards_a_span_whose_network_we_are_the_town_is_the_user(autojump_clock: object, office: Office) -> None:
    assert office.lines.pri("pbx", office.card, PRI, SpanSettings(LinkSettings(Side.NETWORK)))
    office.town.pri(PRI, "pbx", side=Side.USER)
    await trio.sleep(2)
    line: Line = office.lines.spans["pbx"][3]
    assert not line.service
    line.place(Call("62000007", complete=True))
    await office.until(line.name, Established, within=10)


async def test_a_line_that_cannot_be_opened_costs_nobody_else(autojump_clock: object, office: Office) -> None:
    lines = office.lines
    assert not lines.station("8001", office.card, TRUNKS, StationSettings())
    assert not lines.station("8002", office.card, 999, StationSettings())
    assert not lines.pri("e1a", office.card, 9, SpanSettings())
    assert not lines.r2("e1b", office.card, PRI, CHINA)
    assert not lines.pri("e1c", office.card, R2, SpanSettings())
    assert lines.station("8003", office.card, STATIONS + 1, StationSettings())
    assert set(lines.missing) == {"8001", "8002", "e1a", "e1b", "e1c"}
    assert "is no station but trunk" in str(lines.missing["8001"])
    assert all(refused.action for refused in lines.missing.values())
    assert list(lines.by_name) == ["8003"]


async def test_a_missing_line_is_there_when_it_can_be_opened(autojump_clock: object, office: Office) -> None:
    assert office.lines.station("8001", office.card, STATIONS, StationSettings())
    assert not office.lines.station("8002", office.card, STATIONS, StationSettings())
    office.lines.close("8001")
    assert office.lines.station("8002", office.card, STATIONS, StationSettings())
    assert (list(office.lines.by_name), office.lines.missing) == (["8002"], {})


async def test_a_closed_span_leaves_nothing_and_can_be_opened_again(autojump_clock: object, office: Office) -> None:
    for _ in range(2):
        assert office.lines.pri("e1", office.card, PRI, SpanSettings())
        assert office.lines.r2("e2", office.card, R2, CHINA, slots=(1, 2, 16, 17))
        assert [line.name for line in office.lines.spans["e2"]] == ["e2/1", "e2/2", "e2/17"]
        office.lines.close("e1")
        office.lines.close("e2")
        assert (office.lines.by_name, office.lines.spans, office.lines.trunks) == ({}, {}, {})


async def test_a_name_is_one_line(autojump_clock: object, office: Office) -> None:
    office.lines.station("8001", office.card, STATIONS, StationSettings())
    with pytest.raises(LocalError, match="there already"):
        office.lines.station("8001", office.card, STATIONS + 1, StationSettings())
    with pytest.raises(LocalError, match="nothing called"):
        office.lines.close("8002")


async def test_the_town_knows_its_ways_in(autojump_clock: object, office: Office) -> None:
    office.town.line(TRUNKS, "line1", "62001001")
    with pytest.raises(LocalError, match="there are line1"):
        office.town.call("line2")
