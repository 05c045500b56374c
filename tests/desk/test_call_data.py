"""Key and value go with a call wherever it goes, and a desk knows who comes, and which way he came."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from core.api.errors import Code, Refusal
from tests.desk.office import EVE, PIN, TOM, answers, desks, dials

pytestmark = pytest.mark.native


async def test_what_the_caller_went_through_is_before_the_agents_eyes_when_it_rings(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom:
        await dials(house, "8003", "8600")
        await trio.sleep(6)
        await house.telephone("8003").dial("4711#")
        await trio.sleep(2)
        await house.telephone("8003").dial("2580#")
        await trio.sleep(40)
        await tom.ask("agent.log_on", device="8001", agent="1001", pin=PIN)
        ann = house.telephone("8001")
        await ann.rung(within=5)
        (call,) = (await tom.ask("call.list"))["calls"]
        known = await tom.ask("call.information", device="8001", call=call["id"])
        assert (known["number"], known["queue"], known["visit"]) == ("8003", "sales", call["id"])
        assert known["program"] == f"http://crm/8003?call={call['id']}&visit={call['id']}"
        assert 38 < known["waited_s"] < 46
        assert [(step["what"], step["name"]) for step in known["way"]] == [("flow", "menu"), ("queue", "sales")]
        (flow,) = known["flows"]
        assert flow["heard"][0] == "ask"
        assert [(one["node"], one["keys"]) for one in flow["keys"]] == [("ask", "4711#"), ("pin", "•••••")]
        assert known["data"]["account"] == "4711"
        await answers(house, "8001")
        known = await tom.ask("call.information", device="8001", call=call["id"])
        assert [step["what"] for step in known["way"]][-1] == "agent"
        assert "2580" not in str([data for _, data in house.events])


async def test_what_an_agent_writes_goes_with_a_consultation_and_a_transfer(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom, house.client(EVE) as eve:
        await dials(house, "8003", "8001")
        await answers(house, "8001")
        (row,) = (await tom.ask("call.list"))["calls"]
        call = row["id"]
        said = await tom.ask("call.set_data", device="8001", call=call, data={"order": "A7", "open": 3, "late": True})
        assert said["data"] == {"order": "A7", "open": 3, "late": True}
        second = (await tom.ask("call.consult", device="8001", call=call, number="8002"))["call"]
        await house.telephone("8002").rung(within=5)
        known = await eve.ask("call.information", device="8002", call=second)
        assert (known["data"]["order"], known["visit"]) == ("A7", call)
        await answers(house, "8002")
        await eve.ask("call.set_data", device="8002", call=second, data={"open": 2, "late": None})
        assert (await tom.ask("call.data", device="8001", call=call))["data"] == {"order": "A7", "open": 2}
        await tom.ask("call.transfer", device="8001")
        assert (await eve.ask("call.data", device="8002", call=call))["data"] == {"order": "A7", "open": 2}
        await eve.ask("call.blind_transfer", device="8002", call=call, number="8500")
        await trio.sleep(1)
        with pytest.raises(Refusal, match="not in call"):
            await eve.ask("call.set_data", device="8002", call=call, data={"open": 1})
        (row,) = [one for one in house.running.exchange.calls.values() if one.id == call]
        assert row.data == {"order": "A7", "open": 2}
        kinds = [data for kind, data in house.events if kind == "CallData"]
        assert [one["by"] for one in kinds] == ["Tom", "Eve"]


async def test_a_conference_has_the_data_of_both_calls(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client() as root:
        await dials(house, "8003", "8001")
        await answers(house, "8001")
        (row,) = (await root.ask("call.list"))["calls"]
        first = row["id"]
        await root.ask("call.set_data", device="8001", call=first, data={"matter": "first"})
        second = (await root.ask("call.consult", device="8001", call=first, number="8002"))["call"]
        await answers(house, "8002")
        await root.ask("call.conference", device="8001")
        await root.ask("call.set_data", device="8002", call=first, data={"found": True})
        assert (await root.ask("call.data", device="8001", call=first))["data"] == {"matter": "first", "found": True}
        with pytest.raises(Refusal, match=str(second)):
            await root.ask("call.data", device="8001", call=second)


async def test_keys_that_mean_something_to_the_box_are_right_or_refused(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom, house.client(EVE) as eve:
        await dials(house, "8003", "8001")
        await answers(house, "8001")
        (row,) = (await tom.ask("call.list"))["calls"]
        call = row["id"]
        for wrong, says in (
            ({"customer_class": "silver"}, "gold, normal"),
            ({"priority": "high"}, "whole number"),
            ({"visit": -1}, "whole number"),
        ):
            with pytest.raises(Refusal, match=says):
                await tom.ask("call.set_data", device="8001", call=call, data={"order": "A7", **wrong})
        assert (await tom.ask("call.data", device="8001", call=call))["data"] == {}, "nothing has changed"
        with pytest.raises(Refusal) as refused:
            await tom.ask("call.set_data", device="8001", call=call, data={"no key": 1})
        assert refused.value.code == Code.INVALID_PARAMS
        with pytest.raises(Refusal) as refused:
            await eve.ask("call.data", device="8001", call=call)
        assert refused.value.code == Code.FORBIDDEN
        await tom.ask("call.set_data", device="8001", call=call, data={f"k{n}": n for n in range(64)})
        with pytest.raises(Refusal, match="64"):
            await tom.ask("call.set_data", device="8001", call=call, data={"last": 1})
        await tom.ask("call.set_data", device="8001", call=call, data={"k0": None, "visit": 4711})
        assert (await tom.ask("call.information", device="8001", call=call))["visit"] == 4711


async def test_a_call_back_belongs_to_the_visit_in_which_it_was_asked_for(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with desks(tmp_path) as house, house.client() as root:
        await dials(house, "8003", "8500")
        await trio.sleep(2)
        (call,) = house.running.exchange.calls.values()
        house.running.queues.call_backs.take(call, "sales", "8003", 0.0)
        asked = call.id
        house.telephone("8003").hang_up()
        await trio.sleep(2)
        await root.ask("agent.log_on", device="8002", agent="1002")
        await answers(house, "8002")
        (back,) = (await root.ask("call.list"))["calls"]
        assert back["id"] != asked
        assert (await root.ask("call.information", device="8002", call=back["id"]))["visit"] == asked
