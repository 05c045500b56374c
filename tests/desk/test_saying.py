"""The box says to the caller what a desk orders; the desk speaks on, or is freed at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from core.api.errors import Code, Refusal
from tests.desk.office import TOM, answers, desks, dials

pytestmark = pytest.mark.native

NUMBER = {"kind": "telephone", "value": "62001001"}


async def test_an_agent_has_an_amount_said_and_speaks_on(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom:
        await dials(house, "8003", "8001")
        await answers(house, "8001")
        calls = await tom.watch("calls")
        (call,) = (await tom.ask("call.list"))["calls"]
        said = [{"kind": "prompt", "value": "call.goodbye"}, {"kind": "money", "value": "12.50"}]
        await tom.ask("call.say", device="8001", call=call["id"], said=said, language="en")
        await trio.sleep(0.5)
        legs = {leg["device"]: leg for leg in calls.rows[str(call["id"])]["connections"]}
        assert "twelve" in legs["8003"]["words"].lower(), legs
        assert legs["8001"]["words"] == ""
        await trio.sleep(20)
        assert calls.rows[str(call["id"])]["answered"]
        ann, carl = house.telephone("8001"), house.telephone("8003")
        legs = {leg["device"]: leg for leg in calls.rows[str(call["id"])]["connections"]}
        assert {leg["hears"] for leg in legs.values()} == {""}, "they speak on"
        assert (ann.off_hook, carl.off_hook) == (True, True)


async def test_the_desk_is_freed_and_the_caller_hears_the_number_to_the_last(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom:
        await dials(house, "8003", "8001")
        await answers(house, "8001")
        (call,) = (await tom.ask("call.list"))["calls"]
        order = {"device": "8001", "call": call["id"], "said": [NUMBER], "then": "release", "times": 2}
        await tom.ask("call.say", **order)
        ann, carl = house.telephone("8001"), house.telephone("8003")
        await ann.hear_tone("busy", within=3)
        ann.hang_up()
        await trio.sleep(1)
        (row,) = house.running.exchange.calls.values()
        assert [leg.name for leg in row.legs] == ["8003"]
        await dials(house, "8002", "8001")
        await ann.rung(within=5)
        await carl.hear_tone("busy", within=30)
        began = [data["name"] for kind, data in house.events if kind == "TreatmentBegan"]
        assert began.count("said by a desk") == 2


async def test_what_cannot_be_said_is_refused_and_nothing_has_happened(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client(TOM) as tom:
        await dials(house, "8003", "8001")
        await house.telephone("8001").rung(within=5)
        (call,) = (await tom.ask("call.list"))["calls"]
        with pytest.raises(Refusal, match="does not speak"):
            await tom.ask("call.say", device="8001", call=call["id"], said=[NUMBER])
        await answers(house, "8001")
        for said, language, says in (
            ([{"kind": "money", "value": "much"}], "en", "a number"),
            ([{"kind": "date", "value": "2026-13-01"}], "en", ""),
            ([{"kind": "prompt", "value": "no.such"}], "en", "no.such"),
            ([NUMBER], "fr", "zh, en"),
        ):
            with pytest.raises(Refusal, match=says or None) as refused:
                await tom.ask("call.say", device="8001", call=call["id"], said=said, language=language, then="release")
            assert refused.value.code == Code.REFUSED
        (row,) = house.running.exchange.calls.values()
        assert len(row.legs) == 2
        with pytest.raises(Refusal) as refused:
            await tom.ask("call.say", device="8001", call=call["id"], said=[{"kind": "file", "value": "/etc/passwd"}])
        assert refused.value.code == Code.INVALID_PARAMS


async def test_a_supervisor_plays_a_recording_to_the_caller(autojump_clock: object, tmp_path: Path) -> None:
    async with desks(tmp_path) as house, house.client() as root, house.client(TOM) as tom:
        await dials(house, "8003", "8001")
        await answers(house, "8001")
        (call,) = (await root.ask("call.list"))["calls"]
        legs = {"device": "8001", "call": call["id"]}
        await root.ask("recording.start", **legs)
        await trio.sleep(5)
        await root.ask("recording.stop", **legs)
        await trio.sleep(1)
        (kept,) = (await root.ask("recording.search"))["recordings"]
        with pytest.raises(Refusal) as refused:
            await tom.ask("recording.play_to", **legs, file=kept["file"])
        assert refused.value.code == Code.FORBIDDEN
        await root.ask("recording.play_to", **legs, file=kept["file"])
        await trio.sleep(1)
        (row,) = (await root.ask("call.list"))["calls"]
        assert {leg["device"]: leg["hears"] for leg in row["connections"]} == {"8003": "recording", "8001": ""}
        assert "RecordingHeard" in [kind for kind, _ in house.events]
        await trio.sleep(6)
        (row,) = (await root.ask("call.list"))["calls"]
        assert {leg["hears"] for leg in row["connections"]} == {""}
