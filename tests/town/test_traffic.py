"""A little town of callers around the sample office: they come, find their way, wait, talk, leave messages, and go."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import trio

from core.api.errors import Code, Refusal
from tests.core.boxes import box
from tests.core.house import House, living
from tests.town.office import sample_office

pytestmark = pytest.mark.native


def reasons(house: House) -> Counter[str]:
    return Counter(str(data["reason"]) for kind, data in house.events if kind == "Dequeued")


async def test_callers_come_are_answered_and_go(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        began = await desk.ask("town.traffic", calls_per_hour=240)
        assert began["number"].endswith("8800")
        await trio.sleep(600)
        town = (await desk.ask("town.list"))["traffic"]
        assert town["agents"] == {number: f"80{number[-2:]}" for number in ("2003", "2004", "2005", "2009", "2010")}
        assert 20 < town["made"] < 60
        assert town["callers"] > 0
        assert reasons(house)["answered"] > 10
        scores = [data["score"] for kind, data in house.events if kind == "Scored"]
        assert scores
        await desk.ask("town.traffic", calls_per_hour=0)
        await trio.sleep(600)
        town = (await desk.ask("town.list"))["traffic"]
        assert (town["agents"], town["callers"]) == ({}, 0)
        assert not (await desk.ask("call.list"))["calls"]
        assert (await desk.ask("box.status"))["faults"] == 0


async def test_more_call_when_it_is_turned_up(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        made = []
        for calls_per_hour in (60, 600):
            await desk.ask("town.traffic", calls_per_hour=calls_per_hour)
            before = (await desk.ask("town.list"))["traffic"]["made"]
            await trio.sleep(300)
            made.append((await desk.ask("town.list"))["traffic"]["made"] - before)
        assert made[1] > 3 * made[0]


async def test_who_has_no_patience_hangs_up(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("town.traffic", calls_per_hour=900)
        await trio.sleep(900)
        assert reasons(house)["abandoned"] > 5


async def test_some_leave_a_message(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("town.traffic", calls_per_hour=600)
        await trio.sleep(900)
        assert list((tmp_path / "voicemail").rglob("*.wav"))


async def test_nobody_simulated_sits_where_somebody_real_is_logged_on(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("agent.log_on", device="8002", agent="2003")
        await desk.ask("agent.log_on", device="8004", agent="2001")
        await desk.ask("town.traffic", calls_per_hour=60)
        await trio.sleep(10)
        assert set((await desk.ask("town.list"))["traffic"]["agents"]) == {"2005", "2009", "2010"}
        await desk.ask("town.traffic", calls_per_hour=0)
        await trio.sleep(5)
        rows = {row["number"]: row["device"] for row in (await desk.ask("agent.list"))["agents"]}
        assert (rows["2003"], rows["2001"]) == ("8002", "8004")


async def test_whoever_logs_on_as_a_simulated_agent_or_at_his_telephone_takes_his_place(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("town.traffic", calls_per_hour=1)
        await trio.sleep(5)
        await desk.ask("agent.log_on", device="8001", agent="2003")
        await desk.ask("agent.log_on", device="8004", agent="2001")
        await trio.sleep(5)
        rows = {row["number"]: row["device"] for row in (await desk.ask("agent.list"))["agents"]}
        assert (rows["2003"], rows["2001"], rows["2004"]) == ("8001", "8004", "")
        assert set((await desk.ask("town.list"))["traffic"]["agents"]) == {"2005", "2009", "2010"}
        with pytest.raises(Refusal):
            await desk.ask("agent.log_on", device="8002", agent="2003")  # a person gives way to nobody


async def test_an_agent_who_lifts_after_his_caller_has_gone_hangs_up(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("town.traffic", calls_per_hour=1)
        await trio.sleep(5)
        await desk.ask("town.lift", telephone="8001")
        await desk.ask("town.dial", telephone="8001", digits=",8200")
        agent = house.telephone("8003")
        await agent.rung(within=10)
        await desk.ask("town.hang_up", telephone="8001")
        await trio.sleep(15)
        assert not agent.off_hook


async def test_whoever_lifts_the_telephone_of_a_simulated_agent_has_it_for_himself(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("town.traffic", calls_per_hour=1)
        await trio.sleep(5)
        await desk.ask("town.lift", telephone="8003")
        await trio.sleep(5)
        assert "2003" not in (await desk.ask("town.list"))["traffic"]["agents"]
        assert house.telephone("8003").off_hook
        await desk.ask("town.hang_up", telephone="8003")
        await trio.sleep(5)
        assert "2003" in (await desk.ask("town.list"))["traffic"]["agents"]


async def test_what_a_supervisor_wants_of_a_simulated_agent_stays(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("town.traffic", calls_per_hour=1)
        await trio.sleep(5)
        await desk.ask("agent.force", agent="2003", act="not ready")
        await desk.ask("agent.force", agent="2004", act="log off")
        await trio.sleep(30)
        rows = {row["number"]: row["state"] for row in (await desk.ask("agent.list"))["agents"]}
        assert (rows["2003"], rows["2004"]) == ("not ready", "logged off")


async def test_without_a_flow_the_town_has_nobody_to_call(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        with pytest.raises(Refusal) as refused:
            await desk.ask("town.traffic", calls_per_hour=60)
        assert refused.value.code is Code.HARDWARE
        assert "[[flow]]" in refused.value.remedy
