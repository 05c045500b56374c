"""Queues of a running box: agents by program, what they may, a commit, a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trio

from core.api.client import Client
from core.api.errors import Code, Refusal
from core.api.roles import Credentials
from core.config.difference import difference
from core.config.model.box import Box
from core.numbering.plan import NumberingPlan
from tests.core.boxes import box
from tests.core.house import living

pytestmark = pytest.mark.native

TOM = Credentials(1, 1002, 1002, "tom")
PIN = "739164"
TABLES: dict[str, Any] = {
    "user": [{"name": "Tom", "role": "agent", "unix_user": "tom", "station": "8001"}],
    "skill": [{"name": "english"}],
    "queue": [{"name": "sales", "number": "8500"}],
    "agent_group": [{"name": "desk"}],
    "agent": [
        {"number": "1001", "pin": PIN, "group": "desk", "queues": [{"queue": "sales"}]},
        {"number": "1002", "group": "desk", "queues": [{"queue": "sales"}]},
    ],
}


def staffed(**tables: Any) -> Box:
    return box(**(TABLES | tables))


async def test_an_agent_acts_at_his_own_telephone_and_a_supervisor_for_him(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with living(staffed(), tmp_path) as house, house.client(TOM) as tom, house.client() as root:
        with pytest.raises(Refusal) as refused:
            await tom.ask("agent.log_on", device="8002", agent="1001", pin=PIN)
        assert refused.value.code == Code.FORBIDDEN
        with pytest.raises(Refusal) as refused:
            await tom.ask("agent.log_on", device="8001", agent="1001", pin="111222")
        assert refused.value.code == Code.REFUSED
        await tom.ask("agent.log_on", device="8001", agent="1001", pin=PIN)
        await tom.ask("agent.ready", device="8001")
        assert [row["state"] for row in (await tom.ask("agent.list"))["agents"]] == ["ready"]
        await root.ask("agent.force", agent="1001", act="not ready", reason="training")
        rows = {row["number"]: row for row in (await root.ask("agent.list"))["agents"]}
        assert (rows["1001"]["state"], rows["1001"]["reason"], rows["1001"]["by"]) == ("not ready", "training", "root")
        await root.ask("agent.set_skill", agent="1001", skill="english", level=7)
        assert (await root.ask("agent.list"))["agents"][0]["skills"]["sales"] == {"english": 7}
        with pytest.raises(Refusal):
            await root.ask("agent.set_skill", agent="1001", skill="latin", level=7)
        with pytest.raises(Refusal):
            await tom.ask("agent.end_work", device="8001")


async def test_each_act_of_an_agent_leads_to_its_state(autojump_clock: object, tmp_path: Path) -> None:
    tables = staffed(agent_group=[{"name": "desk", "begin": "ready", "after_call_s": 40, "after_call_extend_s": 30}])
    async with living(tables, tmp_path) as house, house.client() as root:
        await root.ask("agent.log_on", device="8001", agent="1002")
        steps = (
            ("agent.rest", "rest"),
            ("agent.end_rest", "ready"),
            ("agent.work", "working after call"),
            ("agent.extend_work", "working after call"),
            ("agent.end_work", "ready"),
            ("agent.log_off", "logged off"),
        )
        for act, state in steps:
            await root.ask(act, device="8001")
            row = (await root.ask("agent.list"))["agents"][1]
            assert row["state"] == state, act
            if act == "agent.extend_work":
                assert row["until"] - row["since"] == pytest.approx(70)
        with pytest.raises(Refusal, match="8001"):
            await root.ask("agent.ready", device="8001")


async def test_why_somebody_waits_can_be_asked(autojump_clock: object, tmp_path: Path) -> None:
    async with living(staffed(), tmp_path) as house, house.client() as root:
        caller = house.telephone("8002")
        caller.lift()
        await trio.sleep(1)
        await caller.dial("8500")
        await trio.sleep(1)
        (queue,) = (await root.ask("queue.list"))["queues"]
        assert (queue["waiting"], queue["ready"]) == (1, 0)
        await trio.sleep(60)
        assert (await root.ask("queue.list"))["queues"][0]["longest_s"] > 60, "time goes on while nothing happens"
        (call,) = queue["calls"]
        found = (await root.ask("queue.why_waiting", call=call))["obstacles"]
        assert found == {"1001": "logged off", "1002": "logged off"}
        caller.hang_up()
        await trio.sleep(2)
        with pytest.raises(Refusal) as refused:
            await root.ask("queue.why_waiting", call=call)
        assert refused.value.code == Code.UNKNOWN


async def test_a_commit_keeps_agents_and_callers(autojump_clock: object, tmp_path: Path) -> None:
    old, new = staffed(), staffed(agent_group=[{"name": "desk", "begin": "ready"}])
    async with living(old, tmp_path) as house, house.client() as root:
        await root.ask("agent.log_on", device="8001", agent="1002")
        caller = house.telephone("8002")
        caller.lift()
        await trio.sleep(1)
        await caller.dial("8500")
        await trio.sleep(1)
        changes = difference(old, new)
        assert NumberingPlan(new)
        (await house.running.refit.prepare(old, new, changes))()
        rows = {row["number"]: row for row in (await root.ask("agent.list"))["agents"]}
        assert (rows["1002"]["state"], rows["1002"]["device"]) == ("not ready", "8001")
        assert (await root.ask("queue.list"))["queues"][0]["waiting"] == 1
        await root.ask("agent.ready", device="8001")
        await house.telephone("8001").rung(within=3)
        caller.hang_up()
        await trio.sleep(3)


async def test_agents_are_logged_on_again_after_a_restart(autojump_clock: object, tmp_path: Path) -> None:
    async with living(staffed(), tmp_path) as house, house.client() as root:
        await root.ask("agent.log_on", device="8001", agent="1002")
        await root.ask("agent.not_ready", device="8001", reason="lunch")
    async with living(staffed(), tmp_path) as house, house.client() as root:
        rows = {row["number"]: row for row in (await root.ask("agent.list"))["agents"]}
        assert (rows["1002"]["state"], rows["1002"]["reason"], rows["1002"]["device"]) == ("not ready", "lunch", "8001")
        assert rows["1001"]["state"] == "logged off"


async def test_a_call_back_is_seen_survives_a_restart_and_is_cancelled(autojump_clock: object, tmp_path: Path) -> None:
    async with living(staffed(), tmp_path) as house, house.client() as root:
        caller = house.telephone("8002")
        caller.lift()
        await trio.sleep(1)
        await caller.dial("8500")
        await trio.sleep(2)
        (call,) = house.running.exchange.calls.values()
        house.running.queues.call_backs.take(call, "sales", "8002", 0.0)
        caller.hang_up()
        await trio.sleep(100)
        (row,) = (await root.ask("queue.list"))["queues"]
        assert (row["waiting"], row["call_backs"], row["asked_back"]) == (0, 1, 1)
        (before,) = (await root.ask("queue.call_backs"))["call_backs"]
    async with living(staffed(), tmp_path) as house, house.client() as root:
        (after,) = (await root.ask("queue.call_backs"))["call_backs"]
        assert after == before
        with pytest.raises(Refusal):
            await root.ask("queue.cancel_call_back", call=99)
        await root.ask("agent.log_on", device="8001", agent="1002")
        await root.ask("agent.ready", device="8001")
        ann = house.telephone("8001")
        await ann.rung(within=3)
        await root.ask("queue.cancel_call_back", call=after["call"])
        assert (await root.ask("queue.call_backs"))["call_backs"] == []
        await trio.sleep(8)
        assert not ann.ringing
    async with living(staffed(), tmp_path) as house, house.client() as root:
        assert (await root.ask("queue.call_backs"))["call_backs"] == []


async def test_a_call_back_whose_queue_is_gone_at_the_start_is_given_up(autojump_clock: object, tmp_path: Path) -> None:
    async with living(staffed(), tmp_path) as house:
        caller = house.telephone("8002")
        caller.lift()
        await trio.sleep(1)
        await caller.dial("8500")
        await trio.sleep(2)
        (call,) = house.running.exchange.calls.values()
        house.running.queues.call_backs.take(call, "sales", "8002", 0.0)
        caller.hang_up()
        await trio.sleep(1)
    others = staffed(queue=[{"name": "other"}], agent=[])
    async with living(others, tmp_path) as house, house.client() as root:
        assert (await root.ask("queue.call_backs"))["call_backs"] == []
        assert house.running.journal.state.under("queues/call back/") == {}


async def test_an_alarm_of_a_queue_is_seen_and_stands_in_the_past(autojump_clock: object, tmp_path: Path) -> None:
    tables = staffed(queue=[{"name": "sales", "number": "8500", "alarms": {"agents_below": 1, "after_s": 10}}])
    async with living(tables, tmp_path) as house, house.client() as root:
        await trio.sleep(20)
        (alarm,) = [one for one in (await root.ask("alarm.list"))["alarms"] if one["key"].startswith("queue")]
        assert alarm["key"] == "queue sales agents"
        await root.ask("alarm.acknowledge", key=alarm["key"])
        await root.ask("agent.log_on", device="8001", agent="1002")
        await root.ask("agent.ready", device="8001")
        await trio.sleep(20)
        assert [one for one in (await root.ask("alarm.list"))["alarms"] if one["key"].startswith("queue")] == []
        past = [one for one in (await root.ask("alarm.history"))["alarms"] if one["key"].startswith("queue")]
        assert [(one["seen_by"], one["level"], one["until"] - one["since"] > 5) for one in past] == [
            ("root", "warning", True)
        ]


async def test_a_skill_set_at_run_time_holds_over_a_restart_until_the_configuration_says_otherwise(
    autojump_clock: object, tmp_path: Path
) -> None:
    def levels(answer: Any) -> list[int]:
        row = answer["agents"][1]
        return [row["skills"]["sales"].get("english", 0), row["skills"][""].get("english", 0)]

    async with living(staffed(), tmp_path) as house, house.client() as root:
        await root.ask("agent.set_skill", agent="1002", skill="english", level=4)
        await root.ask("agent.set_skill", agent="1002", skill="english", level=9, queue="sales")
        assert levels(await root.ask("agent.list")) == [9, 4]
    async with living(staffed(), tmp_path) as house, house.client() as root:
        assert levels(await root.ask("agent.list")) == [9, 4]
    learned = {"number": "1002", "group": "desk", "queues": [{"queue": "sales"}], "skills": {"english": 2}}
    other = staffed(agent=[TABLES["agent"][0], learned])
    async with living(other, tmp_path) as house, house.client() as root:
        assert levels(await root.ask("agent.list")) == [9, 2]
        back = staffed()
        (await house.running.refit.prepare(other, back, difference(other, back)))()
        assert levels(await root.ask("agent.list")) == [9, 0]


async def test_a_supervisor_gives_an_agent_a_queue_and_takes_it_and_a_restart_forgets_neither(
    autojump_clock: object, tmp_path: Path
) -> None:
    tables = staffed(queue=[{"name": "sales", "number": "8500"}, {"name": "service"}])
    async with living(tables, tmp_path) as house, house.client() as root:
        await root.ask("agent.set_queue", agent="1001", queue="service", rank=2)
        await root.ask("agent.set_queue", agent="1001", queue="sales", serves=False)
        assert await serves(root, "1001") == ["service"]
        for queue, yes in (("nothing", True), ("sales", False)):
            with pytest.raises(Refusal) as refused:
                await root.ask("agent.set_queue", agent="1001", queue=queue, serves=yes)
            assert refused.value.code == Code.REFUSED
    async with living(tables, tmp_path) as house, house.client() as root:
        assert await serves(root, "1001") == ["service"]
        await root.ask("agent.set_queue", agent="1001", queue="sales")
        assert sorted(await serves(root, "1001")) == ["sales", "service"]


async def serves(asks: Client, agent: str) -> list[str]:
    return next(row["queues"] for row in (await asks.ask("agent.list"))["agents"] if row["number"] == agent)


@pytest.mark.parametrize("within_s", [10, 120])
async def test_who_waited_when_the_box_was_started_anew_has_his_place_back_for_a_while(
    autojump_clock: object, tmp_path: Path, within_s: int
) -> None:
    tables = staffed(queue=[{"name": "sales", "number": "8500", "place_kept_s": 60}])
    async with living(tables, tmp_path) as house:
        await trio.sleep(2)
        first = house.telephone("8001")
        first.lift()
        await trio.sleep(2)
        await first.dial("8500")
        await trio.sleep(20)
        assert house.running.queues.rows.queue("sales").waiting == 1
    async with living(tables, tmp_path) as house:
        await trio.sleep(within_s)
        for number in ("8002", "8001"):
            telephone = house.telephone(number)
            telephone.lift()
            await trio.sleep(2)
            await telephone.dial("8500")
            await trio.sleep(3)
        queued = [data for kind, data in house.events if kind == "Queued"]
        back = within_s < 60
        assert [data["how"] for data in queued] == ["new", "kept place" if back else "new"]
        assert queued[1]["position"] == (1 if back else 2)
        house.telephone("8001").hang_up()
        house.telephone("8002").hang_up()
        await trio.sleep(3)
        assert not house.running.journal.state.under("queues/place/"), "who has left keeps nothing over a restart"
