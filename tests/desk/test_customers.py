"""Who calls is known by name and class before anybody takes the call, and what a desk writes is there for the next."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from core.api.errors import Code, Refusal
from tests.desk.office import EVE, PIN, TOM, answers, desks, dials

pytestmark = pytest.mark.native


async def test_a_customer_of_class_gold_goes_before_who_came_earlier(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom:
        await tom.ask("customer.save", number="8004", name="Mrs Gold", customer_class="gold")
        await dials(house, "8003", "8500")
        await trio.sleep(1)
        await dials(house, "8004", "8500")
        await trio.sleep(1)
        (queue,) = (await tom.ask("queue.list"))["queues"]
        calls = {call.id: call for call in house.running.exchange.calls.values()}
        first = calls[queue["calls"][0]]
        assert first.data == {"customer": "Mrs Gold", "customer_class": "gold"}
        await tom.ask("agent.log_on", device="8001", agent="1001", pin=PIN)
        await answers(house, "8001")
        known = await tom.ask("call.information", device="8001", call=first.id)
        assert (known["number"], known["name"], known["customer_class"]) == ("8004", "Mrs Gold", "gold")


async def test_a_desk_edits_in_place_and_the_next_finds_it_over_a_restart(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom:
        await dials(house, "8003", "8001")
        await answers(house, "8001")
        (call,) = (await tom.ask("call.list"))["calls"]
        fresh = (await tom.ask("customer.get", number="8003"))["customer"]
        assert (fresh["number"], fresh["changed"]) == ("8003", 0)
        await tom.ask("customer.save", number="8003", name="Li Lei", fields={"contract": "A-17", "city": "Wuhan"})
        assert (await tom.ask("call.data", device="8001", call=call["id"]))["data"] == {"customer": "Li Lei"}
        await tom.ask("customer.add_note", number="8003", call=call["id"], text="wants a new modem")
        house.telephone("8003").hang_up()
        await trio.sleep(1)
        house.telephone("8001").hang_up()
        await trio.sleep(1)
    async with desks(tmp_path) as house, house.client(EVE) as eve:
        saved = await eve.ask("customer.save", number="8003", note="speaks slowly", fields={"city": None})
        assert (saved["name"], saved["fields"], saved["by"]) == ("Li Lei", {"contract": "A-17"}, "Eve")
        known = await eve.ask("customer.get", number="8003")
        assert [(note["text"], note["by"], note["call"]) for note in known["notes"]] == [
            ("wants a new modem", "Tom", call["id"])
        ]
        assert [(one["call"], one["answered"], one["last"]) for one in known["contacts"]] == [
            (call["id"], True, "8001")
        ]
        for text in ("003", "li l", "slowly", "A-17"):
            found = (await eve.ask("customer.search", text=text))["customers"]
            assert [one["number"] for one in found] == ["8003"], text
        assert (await eve.ask("customer.search", text="_"))["customers"] == [], "no wild cards"


async def test_a_number_is_one_customer_however_it_is_written(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client() as root:
        await root.ask("customer.save", number="+86 138 0013 8000", name="Wang")
        assert (await root.ask("customer.get", number="13800138000"))["customer"]["name"] == "Wang"
        for wrong in ("Wang", "", "138;drop"):
            with pytest.raises(Refusal) as refused:
                await root.ask("customer.get", number=wrong)
            assert refused.value.code == Code.INVALID_PARAMS


async def test_what_cannot_be_saved_is_said_and_who_may_forget(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom, house.client() as root:
        with pytest.raises(Refusal, match="gold, normal"):
            await tom.ask("customer.save", number="8003", customer_class="silver")
        await tom.ask("customer.save", number="8003", fields={f"f{n}": "x" for n in range(100)})
        with pytest.raises(Refusal, match="100"):
            await tom.ask("customer.save", number="8003", fields={"one": "more"})
        with pytest.raises(Refusal) as refused:
            await tom.ask("customer.forget", number="8003")
        assert refused.value.code == Code.FORBIDDEN
        await tom.ask("customer.add_note", number="8003", text="x")
        assert (await root.ask("customer.forget", number="8003"))["notes"] == 1
        assert (await root.ask("customer.get", number="8003"))["notes"] == []
        with pytest.raises(Refusal) as refused:
            await root.ask("customer.forget", number="8003")
        assert refused.value.code == Code.UNKNOWN


async def test_a_damaged_file_is_put_aside_and_costs_no_call(autojump_clock: object, tmp_path: Path) -> None:
    (tmp_path / "customers.db").write_bytes(b"this is no database" * 100)
    async with desks(tmp_path) as house, house.client() as root:
        assert "customers" in house.running.alarms.standing
        assert (tmp_path / "customers.db.damaged-1").exists()
        await root.ask("customer.save", number="8003", name="Li Lei")
        await dials(house, "8003", "8001")
        await house.telephone("8001").rung(within=5)


async def test_a_file_that_cannot_be_opened_costs_no_call(autojump_clock: object, tmp_path: Path) -> None:
    (tmp_path / "customers.db").mkdir()
    async with desks(tmp_path) as house, house.client() as root:
        assert "customers" in house.running.alarms.standing
        with pytest.raises(Refusal) as refused:
            await root.ask("customer.get", number="8003")
        assert refused.value.code == Code.HARDWARE
        await dials(house, "8003", "8001")
        await house.telephone("8001").rung(within=5)
