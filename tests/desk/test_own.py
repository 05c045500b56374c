"""What is an agent's own: his PIN, the skills that he drops and takes up again, his figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trio

from core.api.errors import Refusal
from hw import wall_clock
from tests.desk.office import EVE, PIN, TABLES, TOM, answers, desks, dials

pytestmark = pytest.mark.native

NEW = "482915"


async def test_a_pin_holds_over_a_restart_until_the_configuration_gives_another(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom:
        await tom.ask("agent.log_on", device="8001", agent="1001", pin=PIN)
        for new, says in (("12345", "6 to 12"), ("123456", "easy"), ("10011001", "easy"), ("4829x5", "6 to 12")):
            with pytest.raises(Refusal, match=says):
                await tom.ask("agent.change_pin", device="8001", old=PIN, new=new)
        with pytest.raises(Refusal, match="wrong"):
            await tom.ask("agent.change_pin", device="8001", old="111222", new=NEW)
        await tom.ask("agent.change_pin", device="8001", old=PIN, new=NEW)
        await tom.ask("agent.log_off", device="8001")
        with pytest.raises(Refusal, match="wrong"):
            await tom.ask("agent.log_on", device="8001", agent="1001", pin=PIN)
        said = str([data for _, data in house.events])
        assert NEW not in said, "the journal knows no PIN"
        assert PIN not in said
    async with desks(tmp_path) as house, house.client(TOM) as tom:
        await tom.ask("agent.log_on", device="8001", agent="1001", pin=NEW)
    reset = [{**TABLES["agent"][0], "pin": "604817"}, TABLES["agent"][1]]
    async with desks(tmp_path, agent=reset) as house, house.client(TOM) as tom:
        await tom.ask("agent.log_off", device="8001")
        with pytest.raises(Refusal, match="wrong"):
            await tom.ask("agent.log_on", device="8001", agent="1001", pin=NEW)
        await tom.ask("agent.log_on", device="8001", agent="1001", pin="604817")


async def test_a_pin_is_changed_by_telephone(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom:
        await tom.ask("agent.log_on", device="8001", agent="1001", pin=PIN)
        ann = house.telephone("8001")
        await dials(house, "8001", "*80#")
        for digits in (PIN, NEW, NEW):
            await trio.sleep(6)
            await ann.dial(f"{digits}#")
        await trio.sleep(6)
        ann.hang_up()
        await trio.sleep(1)
        await tom.ask("agent.log_off", device="8001")
        await tom.ask("agent.log_on", device="8001", agent="1001", pin=NEW)
        dialled = [data["digits"] for kind, data in house.events if kind == "DigitsDialled"]
        assert not any(NEW in one or PIN in one for one in dialled)


async def test_who_drops_a_skill_gets_no_call_that_asks_for_it_until_he_takes_it_up(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with desks(tmp_path) as house, house.client(EVE) as eve:
        await eve.ask("agent.log_on", device="8002", agent="1002")
        await eve.ask("agent.drop_skill", device="8002", skill="english")
        await dials(house, "8003", "8500")
        await trio.sleep(5)
        assert not house.telephone("8002").ringing
        house.telephone("8003").hang_up()
        await trio.sleep(2)
        with pytest.raises(Refusal, match="does not have"):
            await eve.ask("agent.drop_skill", device="8002", skill="english")
        with pytest.raises(Refusal, match="dropped are: english"):
            await eve.ask("agent.take_up_skill", device="8002", skill="latin")
    async with desks(tmp_path) as house, house.client(EVE) as eve, house.client() as root:
        row = (await eve.ask("agent.list"))["agents"][0]
        assert row["skills"][""].get("english", 0) == 0, "over a restart, too"
        await eve.ask("agent.take_up_skill", device="8002", skill="english")
        row = (await eve.ask("agent.list"))["agents"][0]
        assert (row["skills"][""]["english"], row["skills"]["sales"]["english"]) == (5, 5)
        await dials(house, "8003", "8500")
        await answers(house, "8002")
        await root.ask("agent.set_skill", agent="1002", skill="english", level=2)
        await root.ask("agent.set_skill", agent="1002", skill="english", level=9, queue="sales")
        await eve.ask("agent.drop_skill", device="8002", skill="english")
        await eve.ask("agent.take_up_skill", device="8002", skill="english")
        row = (await eve.ask("agent.list"))["agents"][0]
        assert (row["skills"][""]["english"], row["skills"]["sales"]["english"]) == (2, 9)


async def test_an_agent_sees_his_own_figures_and_where_he_stands(
    autojump_clock: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = datetime(2026, 11, 26, 2, tzinfo=UTC)
    monkeypatch.setattr(wall_clock, "source", lambda: begin + timedelta(seconds=trio.current_time()))
    async with desks(tmp_path) as house, house.client(EVE) as eve, house.client(TOM) as tom:
        await tom.ask("agent.log_on", device="8001", agent="1001", pin=PIN)
        await tom.ask("agent.not_ready", device="8001")
        await eve.ask("agent.log_on", device="8002", agent="1002")
        await dials(house, "8003", "8500")
        await answers(house, "8002")
        await trio.sleep(20)
        house.telephone("8003").hang_up()
        await trio.sleep(1)
        house.telephone("8002").hang_up()
        await trio.sleep(1)
        (row,) = (await eve.ask("agent.figures", device="8002"))["rows"]
        assert (row["agent"], row["talks"]) == ("1002", 1)
        places = (await tom.ask("agent.ranking", device="8001"))["rows"]
        assert [(one["place"], one["agent"]) for one in places] == [(1, "1002"), (2, "1001")]
