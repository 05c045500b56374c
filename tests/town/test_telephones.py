"""What is heard at a simulated telephone, as text: tones, words of prompts, and of people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trio

from core.api.client import Client
from tests.town.office import sample_office

pytestmark = pytest.mark.native


async def view(desk: Client, number: str) -> dict[str, Any]:
    return next(one for one in (await desk.ask("town.list"))["telephones"] if one["number"] == number)


async def test_a_newcomer_reads_what_the_box_says(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("town.lift", telephone="8001")
        await trio.sleep(2)
        assert (await view(desk, "8001"))["hears"] == "dial"
        await desk.ask("town.dial", telephone="8001", digits="8800")
        await trio.sleep(1)
        assert (await view(desk, "8001"))["words"] == "您好，欢迎致电。"
        await trio.sleep(4)
        assert "留言请按9" in (await view(desk, "8001"))["words"]
        await desk.ask("town.dial", telephone="8001", digits="1")
        await trio.sleep(1)
        assert (await view(desk, "8001"))["hears"] == "music"
        await trio.sleep(15)
        assert (await view(desk, "8001"))["words"].startswith("您是下一位")
        assert (await view(desk, "8001"))["with_whom"] == ""


async def test_who_hangs_up_while_he_leaves_a_message_in_a_flow_leaves_no_call_behind(
    autojump_clock: object, tmp_path: Path
) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("town.lift", telephone="8001")
        await trio.sleep(1)
        await desk.ask("town.dial", telephone="8001", digits="8800,,9")
        await trio.sleep(15)
        await desk.ask("town.hang_up", telephone="8001")
        await trio.sleep(2)
        assert (await desk.ask("call.list"))["calls"] == []


async def test_a_dial_tone_that_a_digit_cuts_short_is_no_ring_back_tone(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        watch = await desk.watch("telephones")
        await desk.ask("town.lift", telephone="8001")
        await desk.ask("town.dial", telephone="8001", digits=",8002")
        heard = []
        with trio.move_on_after(12):
            while True:
                heard.append((watch.rows["8002"]["rings"], watch.rows["8001"]["hears"]))
                await watch.changed()
        assert (True, "ringback") in heard
        assert (False, "ringback") not in heard[: heard.index((True, "ringback")) - 1]


async def test_he_reads_what_a_simulated_agent_says(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        await desk.ask("town.traffic", calls_per_hour=1)
        await trio.sleep(3)
        await desk.ask("town.lift", telephone="8007")
        await trio.sleep(1)
        await desk.ask("town.dial", telephone="8007", digits="8200")
        for _ in range(60):
            await trio.sleep(0.5)
            here = await view(desk, "8007")
            if here["words"] and here["with_whom"]:
                break
        assert here["words"] == "您好，很高兴为您服务，请问有什么可以帮您？"
        assert here["with_whom"].startswith("8003")


async def test_the_topic_tells_what_changes(autojump_clock: object, tmp_path: Path) -> None:
    async with sample_office(tmp_path) as house, house.client() as desk:
        watch = await desk.watch("telephones")
        assert len(watch.rows) == 16
        await desk.ask("town.lift", telephone="8007")
        with trio.fail_after(10):
            while watch.rows["8007"]["hears"] != "dial":
                await watch.changed()
        assert watch.rows["8007"]["off_hook"]
