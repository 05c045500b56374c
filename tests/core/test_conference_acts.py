"""Somebody looks after a conference from outside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio

from core.api.client import Client
from core.api.errors import Code, Refusal
from tests.core.boxes import SMALL, box
from tests.core.house import House, living

pytestmark = pytest.mark.native

STATIONS = [*SMALL["station"], {"number": "8003", "card": "sim", "channel": 3}]


@asynccontextmanager
async def meeting() -> AsyncIterator[tuple[House, Client]]:
    """Three telephones in conference 8200."""
    tables = {"station": STATIONS, "conference": [{"number": "8200", "name": "Board", "announce": "off"}]}
    async with living(box(**tables)) as house, house.client() as desk:
        for number in ("8001", "8002", "8003"):
            telephone = house.telephone(number)
            telephone.lift()
            await telephone.hear_tone("dial", within=4)
            await telephone.dial("8200")
            await trio.sleep(2)
        yield house, desk


async def room(desk: Client) -> dict[str, Any]:
    (found,) = (await desk.ask("conference.list"))["conferences"]
    assert isinstance(found, dict)
    return found


async def test_the_roll_call_lists_who_is_there(autojump_clock: object) -> None:
    async with meeting() as (_house, desk):
        found = await room(desk)
        assert (found["number"], found["name"], found["locked"]) == ("8200", "Board", False)
        assert [(seat["device"], seat["muted"]) for seat in found["seats"]] == [
            ("8001", False),
            ("8002", False),
            ("8003", False),
        ]


async def test_members_are_muted_one_by_one_and_all(autojump_clock: object) -> None:
    async with meeting() as (_house, desk):
        call = (await room(desk))["seats"][1]["call"]
        await desk.ask("conference.mute", conference="8200", call=call, on=True)
        assert [seat["muted"] for seat in (await room(desk))["seats"]] == [False, True, False]
        await desk.ask("conference.mute_all", conference="8200", on=True)
        assert all(seat["muted"] for seat in (await room(desk))["seats"])
        await desk.ask("conference.mute_all", conference="8200", on=False)
        assert not any(seat["muted"] for seat in (await room(desk))["seats"])


async def test_who_is_sent_out_does_not_get_into_a_locked_conference(autojump_clock: object) -> None:
    async with meeting() as (house, desk):
        await desk.ask("conference.lock", conference="8200", on=True)
        call = (await room(desk))["seats"][2]["call"]
        await desk.ask("conference.kick", conference="8200", call=call)
        await trio.sleep(1)
        cid = house.telephone("8003")
        cid.hang_up()
        await trio.sleep(2)
        cid.lift()
        await cid.hear_tone("dial", within=4)
        await cid.dial("8200")
        await trio.sleep(3)
        assert [seat["device"] for seat in (await room(desk))["seats"]] == ["8001", "8002"]
        audits = [data["act"] for kind, data in house.events if kind == "Audit"]
        assert audits == ["conference.lock", "conference.kick"]


async def test_a_conference_that_is_ended_is_over_for_all(autojump_clock: object) -> None:
    async with meeting() as (_house, desk):
        await desk.ask("conference.end", conference="8200")
        await trio.sleep(2)
        assert (await desk.ask("conference.list"))["conferences"] == []
        with pytest.raises(Refusal) as refused:
            await desk.ask("conference.end", conference="8200")
        assert refused.value.code is Code.REFUSED


async def test_who_is_not_in_it_cannot_be_muted(autojump_clock: object) -> None:
    async with meeting() as (_house, desk):
        with pytest.raises(Refusal, match="not in conference"):
            await desk.ask("conference.mute", conference="8200", call=999, on=True)
