"""Flows in a running box: published at its start and while it runs, asked for by program, and with alarms."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import trio
from argon2 import PasswordHasher

from core.api.errors import Refusal
from core.config.difference import difference
from core.config.reading import read as read_configuration
from core.ivr.acts import CallPlugIn
from core.ivr.check import Known, check
from core.ivr.plugins import load
from core.ivr.reading import read
from core.ivr.spoken import known
from core.prompts.catalogue import read_catalogue
from tests.core.boxes import box
from tests.core.house import House, living
from tests.exchange.office import spoken

pytestmark = pytest.mark.native

SAMPLE = Path(__file__).resolve().parents[2] / "config"
FLOW = """
[flow]
title = "Orders"
start = "ask"
[defaults]
give_up = "bye"
on_error = "bye"
[[variable]]
name = "number"
[[variable]]
name = "due"
type = "number or nothing"
[node.ask]
kind = "collect"
into = "number"
timeout_s = 20
next = "look"
[node.look]
kind = "query"
database = "orders"
sql = "SELECT due FROM orders WHERE number = :number"
values = { number = "number" }
into = { due = "due" }
next = "score"
none = "bye"
[node.score]
kind = "survey"
question = "q"
next = "bye"
[node.bye]
kind = "hangup"
"""
PIN = """
[flow]
start = "ask"
[defaults]
give_up = "back"
[[variable]]
name = "account"
parameter = true
[[variable]]
name = "right"
type = "truth"
initial = "false"
result = true
[[variable]]
name = "pin"
[node.ask]
kind = "collect"
into = "pin"
timeout_s = 20
next = "compare"
[node.compare]
kind = "plugin"
plugin = "pins.right"
values = { account = "account", pin = "pin" }
into = { right = "right" }
next = "back"
on_error = "back"
[node.back]
kind = "return"
"""
PLUGIN = """
async def right(account, pin):
    return {"right": (account, pin) == ("42", "2718")}
"""
TABLES: dict[str, Any] = {
    "flow": [{"number": "8600", "flow": "orders"}],
    "database": [{"name": "orders", "file": "orders.db"}],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with flows, a plug-in, a database, and the prompts that were made before."""
    for folder in ("flows", "plugins", "prompts"):
        (tmp_path / folder).mkdir()
    (tmp_path / "flows" / "orders.toml").write_text(FLOW)
    (tmp_path / "flows" / "pin.toml").write_text(PIN)
    (tmp_path / "plugins" / "pins.py").write_text(PLUGIN)
    with sqlite3.connect(tmp_path / "orders.db") as made:
        made.execute("CREATE TABLE orders (number TEXT, due NUMERIC)")
        made.execute("INSERT INTO orders VALUES ('100200', 12.5)")
    made.close()
    (tmp_path / "prompts" / "made").symlink_to(spoken())
    return tmp_path


async def order(house: House, number: str) -> None:
    ann = house.telephone("8001")
    ann.lift()
    await ann.hear_tone("dial", within=3)
    await ann.dial("8600")
    await trio.sleep(1)
    await ann.dial(f"{number}#")
    await trio.sleep(1)


async def test_a_caller_asks_a_database_of_the_box(data: Path, autojump_clock: object) -> None:
    async with living(box(**TABLES), data) as house:
        await order(house, "100200")
        await house.telephone("8001").dial("4")
        await trio.sleep(1)
        assert [found["score"] for kind, found in house.events if kind == "Scored"] == [4]
        house.telephone("8001").hang_up()
        await trio.sleep(1)


async def test_a_database_that_is_gone_is_an_alarm_until_it_answers(data: Path, autojump_clock: object) -> None:
    shutil.move(data / "orders.db", data / "away.db")
    async with living(box(**TABLES), data) as house:
        await order(house, "100200")
        alarm = house.running.alarms.standing["database orders"]
        assert alarm.level == "warning"
        house.telephone("8001").hang_up()
        await trio.sleep(1)
        shutil.move(data / "away.db", data / "orders.db")
        await order(house, "100200")
        assert "database orders" not in house.running.alarms.standing
        house.telephone("8001").hang_up()
        await trio.sleep(1)


async def test_flows_are_listed_and_published_by_program(data: Path, autojump_clock: object) -> None:
    async with living(box(**TABLES), data) as house, house.client() as desk:
        found = await desk.ask("flow.list")
        assert [(flow["name"], flow["title"], flow["numbers"]) for flow in found["flows"]] == [
            ("orders", "Orders", ["8600"]),
            ("pin", "", []),
        ]
        await order(house, "1")
        assert (await desk.ask("flow.list"))["editions"] == [{"number": 1, "calls": 0}]
        house.telephone("8001").hang_up()
        await trio.sleep(1)

        (data / "flows" / "orders.toml").write_text(FLOW.replace('start = "ask"', 'start = "nowhere"'))
        answer = await desk.ask("flow.publish")
        assert (answer["edition"], answer["mistakes"][0]["line"]) == (1, 4)
        assert "flows" in house.running.alarms.standing

        (data / "flows" / "orders.toml").write_text(FLOW.replace('title = "Orders"', 'title = "Other"'))
        assert await desk.ask("flow.publish") == {"edition": 2, "mistakes": []}
        assert "flows" not in house.running.alarms.standing
        assert (await desk.ask("flow.list"))["flows"][0]["title"] == "Other"


async def test_an_agent_has_his_callers_pin_checked(data: Path, autojump_clock: object) -> None:
    async with living(box(**TABLES), data) as house, house.client() as desk:
        ann, ben = house.telephone("8001"), house.telephone("8002")
        with pytest.raises(Refusal, match="no call"):
            await desk.ask("flow.hand_over", device="8002", flow="pin", arguments={"account": "42"})
        ann.lift()
        await ann.hear_tone("dial", within=3)
        await ann.dial("8002")
        await ben.rung(within=3)
        ben.lift()
        await trio.sleep(1)
        for wrong in ({}, {"account": "42", "more": "1"}):
            with pytest.raises(Refusal, match="takes: account"):
                await desk.ask("flow.hand_over", device="8002", flow="pin", arguments=wrong)
        with pytest.raises(Refusal, match="no flow"):
            await desk.ask("flow.hand_over", device="8002", flow="none")
        answer = await desk.ask("flow.hand_over", device="8002", flow="pin", arguments={"account": "42"})
        await trio.sleep(1)
        await ann.dial("2718#")
        await trio.sleep(1)
        (call,) = house.running.exchange.calls.values()
        assert (call.id, call.data) == (answer["call"], {"right": True})
        ann.hang_up()
        ben.hang_up()
        await trio.sleep(1)


async def test_a_broken_plug_in_and_broken_flows_cost_only_themselves(data: Path, autojump_clock: object) -> None:
    (data / "plugins" / "pins.py").write_text("import nothing.at.all\n")
    async with living(box(**TABLES), data) as house, house.client() as desk:
        assert {"plugins", "flows"} <= set(house.running.alarms.standing)
        assert [flow["name"] for flow in (await desk.ask("flow.list"))["flows"]] == ["orders"]


async def test_flows_that_a_new_configuration_does_not_fit_are_an_alarm_and_go_on(
    data: Path, autojump_clock: object
) -> None:
    """Somebody takes a queue away of which a flow makes use, and learns it at once, not at the next start."""
    bye = '[flow]\nstart = "to"\n[node.to]\nkind = "queue"\nqueue = "sales"\n'
    (data / "flows" / "pin.toml").unlink()
    (data / "flows" / "orders.toml").write_text(bye)
    numbers = {"flow": [{"number": "8600", "flow": "orders"}]}
    sales = {"queue": [{"name": "sales", "number": "8200", "strategy": "longest idle"}]}
    with_sales, without = box(**numbers, **sales), box(**numbers)
    async with living(with_sales, data) as house, house.client() as desk:
        assert "flows" not in house.running.alarms.standing
        (await house.running.refit.prepare(with_sales, without, difference(with_sales, without)))()
        await trio.sleep(1)
        assert "sales" in house.running.alarms.standing["flows"].text
        assert [flow["name"] for flow in (await desk.ask("flow.list"))["flows"]] == ["orders"]
        (await house.running.refit.prepare(without, with_sales, difference(without, with_sales)))()
        await trio.sleep(1)
        assert "flows" not in house.running.alarms.standing


async def test_a_number_that_leads_to_a_flow_which_is_not_there_is_an_alarm(data: Path, autojump_clock: object) -> None:
    async with living(box(flow=[{"number": "8600", "flow": "order"}]), data) as house:
        assert "8600" in house.running.alarms.standing["flows"].text


async def test_a_supervisor_steps_through_the_flow_of_a_live_call(data: Path, autojump_clock: object) -> None:
    async with living(box(**TABLES), data) as house, house.client() as desk:
        ann = house.telephone("8001")
        ann.lift()
        await ann.hear_tone("dial", within=3)
        await ann.dial("8600")
        await trio.sleep(1)
        (session,) = (await desk.ask("flow.sessions"))["sessions"]
        call = session["call"]
        assert (session["phase"], session["frames"][0]["node"]) == ("listening", "ask")
        with pytest.raises(Refusal, match="not paused"):
            await desk.ask("flow.resume", call=call)
        with pytest.raises(Refusal, match="no node"):
            await desk.ask("flow.break", call=call, flow="orders", node="nowhere")
        await desk.ask("flow.break", call=call, flow="orders", node="look")
        await ann.dial("1#")
        await trio.sleep(1)
        (session,) = (await desk.ask("flow.sessions"))["sessions"]
        assert (session["paused"], session["next"]) == (True, "look")
        with pytest.raises(Refusal, match="number"):
            await desk.ask("flow.assign", call=call, variable="number", expression="nummer")
        await desk.ask("flow.assign", call=call, variable="number", expression="'100200'")
        await desk.ask("flow.resume", call=call, how="into")
        await trio.sleep(1)
        (session,) = (await desk.ask("flow.sessions"))["sessions"]
        assert (session["next"], session["frames"][0]["variables"]) == ("score", {"number": "100200", "due": "12.5"})
        assert (await desk.ask("flow.resume", call=call))["session"]["nodes"][-1] == "orders/score"
        assert len((await desk.ask("flow.record", call=call))["record"]["moves"]) > 5
        ann.hang_up()
        await trio.sleep(1)
        assert (await desk.ask("flow.sessions"))["sessions"] == []
        with pytest.raises(Refusal, match="in no flow"):
            await desk.ask("flow.resume", call=call)


async def test_what_a_caller_enters_in_secret_is_not_shown(data: Path, autojump_clock: object) -> None:
    (data / "flows" / "orders.toml").write_text(FLOW.replace('into = "number"', 'into = "number"\nsecret = true', 1))
    async with living(box(**TABLES), data) as house, house.client() as desk:
        await order(house, "100200")
        (session,) = (await desk.ask("flow.sessions"))["sessions"]
        assert session["frames"][0]["variables"]["number"] == "•••"
        assert "100200" not in str(await desk.ask("flow.record", call=session["call"]))
        house.telephone("8001").hang_up()
        await trio.sleep(1)


async def test_a_flow_is_played_without_a_line_by_program(data: Path, autojump_clock: object) -> None:
    async with living(box(**TABLES), data) as house, house.client() as desk:
        begun = await desk.ask("flow.simulate", flow="orders", breaks=["orders/score"])
        assert begun["lines"][0] == "[orders/ask] collect"
        played = await desk.ask("flow.play", number=begun["number"], input="100200#")
        assert played["state"]["waits_for"] == "waiting"
        row = '{"rows": 1, "changed": 0, "columns": {"due": [12.5]}}'
        played = await desk.ask("flow.play", number=begun["number"], input=row)
        assert played["state"]["waits_for"] == "resume"
        with pytest.raises(Refusal, match="neither keys"):
            await desk.ask("flow.play", number=begun["number"], input="nonsense")
        await desk.ask("flow.play", number=begun["number"], input=":go")
        played = await desk.ask("flow.play", number=begun["number"], input="5")
        assert (played["state"]["ended"], played["state"]["variables"]["due"]) == ("finished", {"$number": "12.5"})
        with pytest.raises(Refusal, match="no simulated caller"):
            await desk.ask("flow.play", number=begun["number"])
        for wrong in ({"flow": "none"}, {"flow": "pin", "arguments": {"account": "x" * 20_000}}):
            with pytest.raises(Refusal):
                await desk.ask("flow.simulate", **wrong)


def test_the_sample_flows_fit_the_sample_configuration() -> None:
    configuration = read_configuration([SAMPLE]).box
    catalogue = read_catalogue()
    prompt, places = known(catalogue)
    plugins = load(SAMPLE / "plugins", ZoneInfo("UTC")).names
    about = replace(Known.of(configuration), prompt=prompt, places=places, plugins=plugins)
    checked = check(read([SAMPLE / "flows"]), about)
    assert [line for mistake in checked.mistakes for line in mistake.lines()] == []
    assert {each.flow for each in configuration.flow} <= set(checked.flows)


async def test_the_sample_plug_in_knows_a_pin(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "plugins" / "pins.py", tmp_path)
    plugins = load(tmp_path, ZoneInfo("UTC"))

    async def right(account: str, pin: str) -> object:
        answer = await plugins.ask(CallPlugIn(1, "pins.right", {"account": account, "pin": pin}, 60.0))
        return answer.values["results"]["right"]

    assert not await right("42", "271828")
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    (tmp_path / "pins.txt").write_text(f"42 {quick.hash('271828')}\n7 no-hash\n\n")
    assert await right("42", "271828")
    assert not await right("42", "271829")
    assert not await right("7", "271828")
    assert not await right("8", "271828")
