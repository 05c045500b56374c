"""Somebody tries the box without hardware: lifts, dials, answers, hangs up, has the town call in; all by acts."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from core.api.client import Client
from core.api.errors import Code, Refusal
from core.config.model.box import Box
from tests.core.boxes import box
from tests.core.house import living

pytestmark = pytest.mark.native


async def telephone(desk: Client, number: str) -> dict[str, Any]:
    telephones = (await desk.ask("town.list"))["telephones"]
    return next(one for one in telephones if one["number"] == number)


async def test_a_call_is_played_by_hand(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        await desk.ask("town.lift", telephone="8001")
        await trio.sleep(2)
        assert (await telephone(desk, "8001"))["hears"] == "dial"
        await desk.ask("town.dial", telephone="8001", digits="8002")
        await trio.sleep(6)
        ben = await telephone(desk, "8002")
        assert (ben["rings"], ben["shows"]) == (True, "8001 Ann")
        assert (await telephone(desk, "8001"))["hears"] == "ringback"
        await desk.ask("town.lift", telephone="8002")
        await trio.sleep(1)
        (call,) = (await desk.ask("call.list"))["calls"]
        assert call["answered"]
        await desk.ask("town.flash", telephone="8002")
        await desk.ask("town.hang_up", telephone="8001")
        await trio.sleep(1)
        assert not (await telephone(desk, "8001"))["off_hook"]


async def test_the_town_calls_in_and_hangs_up(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        await trio.sleep(3)
        town = await desk.ask("town.list")
        assert set(town["ways"]) == {"line1", "e1a", "e1b"}
        assert "62000001" in town["people"]
        number = (await desk.ask("town.call", way="e1a", number="8001", caller="62000006"))["call"]
        await trio.sleep(4)
        assert (await telephone(desk, "8001"))["rings"]
        await desk.ask("town.end", call=number)
        await trio.sleep(10)
        assert not (await telephone(desk, "8001"))["rings"]
        with pytest.raises(Refusal):
            await desk.ask("town.end", call=number)


async def test_whoever_calls_by_an_analog_line_gives_everything_back(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        await trio.sleep(3)
        plane = house.running.hardware.plane
        before = plane.statistics().ports
        for _ in range(3):
            first = (await desk.ask("town.call", way="line1"))["call"]
            await desk.ask("town.call", way="line1")  # is refused: the line is busy
            await trio.sleep(5)
            assert (await telephone(desk, "8001"))["rings"]
            await desk.ask("town.end", call=first)
            await trio.sleep(15)
        assert plane.statistics().ports == before


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("town.lift", {"telephone": "8099"}),
    ("town.hang_up", {"telephone": "8001"}),
    ("town.dial", {"telephone": "8001", "digits": "1"}),
    ("town.flash", {"telephone": "8001"}),
    ("town.call", {"way": "line9"}),
    ("town.call", {"way": "e1a", "caller": "1"}),
    ("town.end", {"call": 99}),
]


@pytest.mark.parametrize(("method", "params"), WRONG)
async def test_what_nobody_can_do_is_refused(autojump_clock: object, method: str, params: dict[str, Any]) -> None:
    async with living(box()) as house, house.client() as desk:
        with pytest.raises(Refusal) as refused:
            await desk.ask(method, **params)
        assert refused.value.code is Code.HARDWARE
        assert (await desk.ask("box.status"))["faults"] == 0


async def test_a_box_with_real_cards_has_no_town(autojump_clock: object) -> None:
    async with living(Box()) as house, house.client() as desk:
        with pytest.raises(Refusal) as refused:
            await desk.ask("town.list")
        assert "simulated" in refused.value.remedy
