"""Notes and bulletins: they find those whom they are for, wherever these log on, and say who has read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trio
import trio.testing

from core.api.errors import Code, Refusal
from core.api.roles import Credentials
from hw import wall_clock
from tests.desk.office import EVE, PIN, TABLES, TOM, desks

pytestmark = pytest.mark.native

SUE = Credentials(1, 1004, 1004, "sue")
DAY_S = 86400.0


async def test_a_bulletin_waits_for_who_logs_on_and_the_supervisor_sees_who_has_read_it(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom, house.client(EVE) as eve, house.client() as root:
        await eve.ask("agent.log_on", device="8002", agent="1002")
        mine, hers, all_ = (
            await tom.watch("notices"),
            await eve.watch("notices"),
            await root.watch("notices"),
        )
        sent = await root.ask("bulletin.publish", text="Fibre is down in Pudong", groups=["desk"])
        await trio.sleep(1)
        key = str(sent["id"])
        assert (set(mine.rows), set(hers.rows)) == (set(), {key}), "nobody is logged on at 8001 yet"
        await tom.ask("agent.log_on", device="8001", agent="1001", pin=PIN)
        await trio.sleep(1)
        assert mine.rows[key]["text"] == "Fibre is down in Pudong"
        await tom.ask("notice.read", device="8001", notice=sent["id"])
        await trio.sleep(1)
        assert (list(all_.rows[key]["read"]), all_.rows[key]["unread"]) == (["1001"], ["1002"])
        await tom.ask("agent.log_off", device="8001")
        await trio.sleep(1)
        assert mine.rows == {}, "whoever sits there next has his own"
        with pytest.raises(Refusal, match="8001"):
            await tom.ask("notice.read", device="8001", notice=sent["id"])
        await root.ask("notice.withdraw", notice=sent["id"])
        await trio.sleep(1)
        assert (hers.rows, all_.rows) == ({}, {})
        with pytest.raises(Refusal, match="any more"):
            await eve.ask("notice.read", device="8002", notice=sent["id"])


async def test_an_agent_writes_to_a_colleague_and_nobody_else_reads_it(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom, house.client(EVE) as eve:
        with pytest.raises(Refusal, match="8002"):
            await eve.ask("note.send", device="8002", agents=["1001"], text="lunch?")
        await tom.ask("agent.log_on", device="8001", agent="1001", pin=PIN)
        await eve.ask("agent.log_on", device="8002", agent="1002")
        sent = await eve.ask("note.send", device="8002", agents=["1001"], text="lunch?")
        assert sent["by"] == "1002 Ben"
        assert [one["id"] for one in (await tom.ask("notice.list", device="8001"))["notices"]] == [sent["id"]]
        assert (await eve.ask("notice.list", device="8002"))["notices"] == []
        with pytest.raises(Refusal, match="not for agent 1002"):
            await eve.ask("notice.read", device="8002", notice=sent["id"])
        with pytest.raises(Refusal) as refused:
            await eve.ask("notice.list")
        assert refused.value.code == Code.FORBIDDEN, "all of them are for supervisors"
        with pytest.raises(Refusal, match="1009"):
            await eve.ask("note.send", device="8002", agents=["1001", "1009"], text="x")


async def test_they_survive_a_restart_and_go_when_their_time_is_over(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client() as root:
        bulletin = await root.ask("bulletin.publish", text="until tomorrow", hours=24)
        note = await root.ask("note.send", agents=["1002"], text="call Mr Li")
        await root.ask("agent.log_on", device="8002", agent="1002")
        await root.ask("notice.read", device="8002", notice=bulletin["id"])
    async with desks(tmp_path) as house, house.client() as root:
        before = (await root.ask("notice.list"))["notices"]
        assert [(one["id"], list(one["read"])) for one in before] == [(bulletin["id"], ["1002"]), (note["id"], [])]
        await root.ask("notice.read", device="8002", notice=note["id"])
        (after,) = (one for one in (await root.ask("notice.list"))["notices"] if one["kind"] == "note")
        assert after["until"] - after["read"]["1002"] == pytest.approx(DAY_S)
        third = await root.ask("note.send", agents=["1001"], text="x")
        assert third["id"] == note["id"] + 1


async def test_what_is_over_goes_from_every_screen(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = datetime(2026, 11, 26, 8, tzinfo=UTC)
    monkeypatch.setattr(wall_clock, "source", lambda: begin + timedelta(seconds=trio.current_time()))
    async with desks(tmp_path) as house, house.client() as root:
        rows = (await root.watch("notices")).rows
        short = await root.ask("bulletin.publish", text="for an hour", hours=1)
        long = await root.ask("bulletin.publish", text="for two", hours=2)
        await trio.sleep(3500)
        assert set(rows) == {str(short["id"]), str(long["id"])}
        await trio.sleep(200)
        assert set(rows) == {str(long["id"])}


async def test_a_supervisor_publishes_to_his_groups_alone(autojump_clock: object, tmp_path: Path) -> None:
    tables = {
        "agent_group": [*TABLES["agent_group"], {"name": "night"}],
        "user": [
            *TABLES["user"],
            {"name": "Sue", "role": "supervisor", "unix_user": "sue", "groups": ["night"]},
        ],
    }
    async with desks(tmp_path, **tables) as house, house.client(SUE) as sue, house.client() as root:
        sent = await sue.ask("bulletin.publish", text="to all of mine")
        assert (sent["groups"], sent["unread"]) == (["night"], [])
        with pytest.raises(Refusal, match="night"):
            await sue.ask("bulletin.publish", text="x", groups=["desk"])
        with pytest.raises(Refusal, match="desk, night"):
            await root.ask("bulletin.publish", text="x", groups=["morning"])
