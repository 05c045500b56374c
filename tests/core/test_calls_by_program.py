"""A program makes calls over the control interface, and telephones in the town hear them."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from core.api.errors import Code, Refusal
from core.api.roles import Credentials
from tests.core.boxes import SMALL, box
from tests.core.house import living

pytestmark = pytest.mark.native

TOM = Credentials(1, 1002, 1002, "tom")
AGENT = {"name": "Tom", "role": "agent", "unix_user": "tom", "station": "8001"}


async def test_an_agent_calls_by_program_and_watches_his_call(autojump_clock: object) -> None:
    async with living(box(user=[AGENT])) as house, house.client(TOM) as desk:
        ann, ben = house.telephone("8001"), house.telephone("8002")
        calls = await desk.watch("calls")
        number = (await desk.ask("call.make", device="8001", number="8002"))["call"]
        await ann.rung(within=2)
        ann.lift()
        await ben.rung(within=3)
        ben.lift()
        await trio.sleep(1)
        (row,) = calls.rows.values()
        assert (row["id"], row["answered"]) == (number, True)
        assert {(leg["device"], leg["state"]) for leg in row["connections"]} == {
            ("8001", "connected"),
            ("8002", "connected"),
        }
        await desk.ask("call.hold", device="8001", call=number)
        await desk.ask("call.retrieve", device="8001", call=number)
        with pytest.raises(Refusal):
            await desk.ask("call.hold", device="8002", call=number)
        await desk.ask("connection.clear", device="8001", call=number)
        await ben.hear_tone("busy", within=5)
        await trio.sleep(1)
        assert calls.rows == {}
        kinds = [kind for kind, _ in house.events]
        assert kinds.index("Established") < kinds.index("Held") < kinds.index("Retrieved") < kinds.index("CallCleared")
        audits = [data for kind, data in house.events if kind == "Audit"]
        assert [(audit["act"], audit["result"].partition(":")[0]) for audit in audits] == [
            ("call.make", "done"),
            ("call.hold", "done"),
            ("call.retrieve", "done"),
            ("call.hold", "forbidden"),
            ("connection.clear", "done"),
        ]


async def test_a_blocked_line_takes_no_call_and_says_so(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        lines = await desk.watch("lines")
        await desk.ask("line.block", line="8002")
        await trio.sleep(1)
        assert lines.rows["8002"]["service"] == ["blocked_here"]
        with pytest.raises(Refusal):
            await desk.ask("call.make", device="8002", number="8001")
        await desk.ask("line.unblock", line="8002")
        await desk.ask("call.make", device="8002", number="8001")
        await house.telephone("8002").rung(within=2)


async def test_a_call_that_fails_by_our_own_fault_is_counted_and_costs_no_other(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stations = [*SMALL["station"], {"number": "8003", "card": "sim", "channel": 3}]
    async with living(box(station=stations)) as house, house.client() as desk:
        ann, ben, cid = (house.telephone(number) for number in ("8001", "8002", "8003"))
        await desk.ask("call.make", device="8001", number="8002")
        await ann.rung(within=2)
        ann.lift()
        await ben.rung(within=3)
        ben.lift()
        await trio.sleep(1)

        async def cursed(*values: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("core.exchange.dialling.collect", cursed)
        cid.lift()
        await trio.sleep(2)
        assert "ZeroDivisionError" in caplog.text
        assert (await desk.ask("box.status"))["faults"] == 1
        (call,) = (await desk.ask("call.list"))["calls"]
        assert {leg["device"] for leg in call["connections"]} == {"8001", "8002"}
        monkeypatch.undo()
        cid.hang_up()
        await trio.sleep(2)
        cid.lift()
        await cid.hear_tone("dial", within=4)


async def test_views_are_made_only_while_somebody_watches(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        assert house.running.exchange.changed is None
        watch = await desk.watch("calls")
        assert house.running.exchange.changed is not None
        await desk.unwatch(watch)
        assert house.running.exchange.changed is None


@pytest.mark.parametrize("patience_s", [600.0, 5.0])
async def test_a_box_that_stops_lets_calls_end_by_themselves_for_so_long(
    autojump_clock: object, patience_s: float
) -> None:
    async with living(box()) as house, house.client() as desk:
        ann, ben = house.telephone("8001"), house.telephone("8002")
        await desk.ask("call.make", device="8001", number="8002")
        await ann.rung(within=2)
        ann.lift()
        await ben.rung(within=3)
        ben.lift()
        await trio.sleep(1)
        await desk.ask("box.stop", within_s=patience_s)
        with pytest.raises(Refusal):
            await desk.ask("call.make", device="8001", number="8002")
        await trio.sleep(20)
        if patience_s > 20:
            assert house.running.state == "stopping"
            ann.hang_up()
            await trio.sleep(2)
        assert house.running.state == "stopped"
        (cleared,) = [data for kind, data in house.events if kind == "CallCleared"]
        assert (cleared["reason"] == "closing") == (patience_s < 20)


async def test_the_past_of_a_call_can_be_read_while_the_box_runs(autojump_clock: object, tmp_path: Path) -> None:
    async with living(box(), tmp_path) as house, house.client() as desk:
        ann, ben = house.telephone("8001"), house.telephone("8002")
        number = (await desk.ask("call.make", device="8001", number="8002"))["call"]
        await ann.rung(within=2)
        ann.lift()
        await ben.rung(within=3)
        ben.lift()
        await trio.sleep(2)
        ann.hang_up()
        await trio.sleep(2)
        trace = await desk.ask("call.trace", call=number)
        assert [event["kind"] for event in trace["events"]][-1] == "CallCleared"
        assert "8001" in trace["rows"][0]
        assert "8002" in trace["rows"][0]
        (record,) = (await desk.ask("record.list", number="8002"))["records"]
        assert (record["call"], record["called"], record["answer"] > 0) == (number, "8002", True)
        kinds = ["Delivered", "Established"]
        first = (await desk.ask("journal.read", call=number, kinds=kinds, limit=1))["events"]
        rest = (await desk.ask("journal.read", call=number, kinds=kinds, after=first[0]["id"]))["events"]
        assert {event["device"] for event in first + rest} >= {"8002"}
        assert all(event["id"] > first[0]["id"] for event in rest)
        with pytest.raises(Refusal) as refused:
            await desk.ask("call.trace", call=number + 1000)
        assert refused.value.code is Code.UNKNOWN


async def test_a_box_that_keeps_nothing_has_no_past(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        assert (await desk.ask("journal.read"))["events"] == []
        assert (await desk.ask("record.list"))["records"] == []
