"""A line of the running box is lent to a test: the calls of the others go on, and it comes back whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import trio

from core.api.client import Client
from core.api.errors import Code, Refusal
from core.api.roles import Credentials
from hw.levels import SENT_DBM0, SENT_HZ
from hw.signalling.line import Service
from hw.sim.hybrid import Reflection
from hw.tones import Tone, sine
from tests.core.boxes import SMALL, box
from tests.core.house import House, living

pytestmark = pytest.mark.native

SUN = Credentials(1, 1003, 1003, "sun")
TWO_TRUNKS = [*SMALL["trunk"], {"name": "line2", "card": "sim", "channel": 6, "number": "62001002"}]
CID = {"number": "8003", "name": "Cid", "card": "sim", "channel": 3}
STATIONS = [*SMALL["station"], CID]
FRAME = 160


async def talk(house: House, desk: Client) -> int:
    """Ann and Ben speak: the call's number."""
    ann, ben = house.telephone("8001"), house.telephone("8002")
    number: int = (await desk.ask("call.make", device="8001", number="8002"))["call"]
    await ann.rung(within=2)
    ann.lift()
    await ben.rung(within=3)
    ben.lift()
    await trio.sleep(1)
    return number


async def service(desk: Client, name: str) -> list[str]:
    (row,) = [line for line in (await desk.ask("line.list"))["lines"] if line["name"] == name]
    words: list[str] = row["service"]
    return words


async def until(condition: Callable[[], Any]) -> None:
    with trio.fail_after(30):
        while not condition():  # noqa: ASYNC110 - of the box, which tells other rooms
            await trio.sleep(0.1)


def lent(house: House, name: str) -> bool:
    return Service.LENT in house.running.hardware.lines.by_name[name].service


async def test_a_line_is_tested_while_another_call_goes_on_and_nobody_hears_of_it(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk, house.client() as tester:
        call = await talk(house, desk)
        tone = Tone([sine(*SENT_HZ, dbm0=SENT_DBM0, ms=1000)])
        async with trio.open_nursery() as nursery:
            nursery.start_soon(house.telephone("8001").speak, *[tone] * 20)
            await trio.sleep(1)
            heard: list[float] = []

            async def listen() -> None:
                speech = await house.telephone("8002").listen(12)
                frames = speech.samples[: len(speech.samples) // FRAME * FRAME].reshape(-1, FRAME).astype(float)
                heard.extend(np.sqrt(np.mean(np.square(frames), axis=1)))

            nursery.start_soon(listen)
            await trio.sleep(1)
            verdict = await tester.ask("line.test", test="echo", line="line1")
            assert heard == []  # he has listened all the while
        assert (verdict["on"], verdict["outcome"], verdict["test"]) == ("line line1", "PASS", "echo")
        assert min(heard) > 0.95 * max(heard)
        (row,) = (await desk.ask("call.list"))["calls"]
        assert row["id"] == call
        assert await service(desk, "line1") == []
        town = house.running.hardware.towns["sim"].call("line1")
        await until(lambda: house.running.exchange.calls.keys() - {call})
        town.hang_up()


async def test_a_lent_line_says_so_and_takes_no_calls(autojump_clock: object) -> None:
    async with living(box(station=STATIONS)) as house, house.client() as desk, house.client() as tester:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: tester.ask("line.test", test="busy-tone", line="line1"))
            await until(lambda: lent(house, "line1"))
            assert await service(desk, "line1") == ["lent"]
            (alarm,) = (await desk.ask("alarm.list"))["alarms"]
            assert (alarm["key"], alarm["level"]) == ("lent line1", "notice")
            assert "root" in alarm["text"]
            assert "busy-tone" in alarm["text"]
            assert not house.running.exchange.trunks["line1"].free
            with pytest.raises(Refusal) as refused:
                await desk.ask("line.test", test="echo", line="5")  # the same, by its channel
            assert "busy-tone" in str(refused.value)
        assert (await desk.ask("alarm.list"))["alarms"] == []
        told = [(kind, data) for kind, data in house.events if kind in ("LineLent", "LineReturned")]
        assert told == [(kind, {"by": "root", "test": "busy-tone"}) for kind in ("LineLent", "LineReturned")]
        (audit,) = [data for kind, data in house.events if kind == "Audit" and data["result"] == "done"]
        assert (audit["target"], audit["after"]) == ("line1", "BUSY-OK")


async def test_a_telephone_that_is_lent_is_out_of_order_to_its_callers(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk, house.client() as tester:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: tester.ask("line.test", test="keys", line="8002"))
            await until(lambda: lent(house, "8002"))
            await desk.ask("call.make", device="8001", number="8002")
            await house.telephone("8001").rung(within=2)
            house.telephone("8001").lift()
            await until(lambda: [data for kind, data in house.events if kind == "Failed"])
        (failed,) = [data for kind, data in house.events if kind == "Failed"]
        assert (failed["cause"], failed["reason"]) == (27, "unreachable")
        house.telephone("8001").hang_up()
        await trio.sleep(5)
        await talk(house, desk)


@pytest.mark.parametrize("moment", [0.5, 3.0, 8.0])
async def test_when_the_tester_vanishes_the_line_comes_back(autojump_clock: object, moment: float) -> None:
    async with living(box()) as house, house.client() as desk:
        async with house.client() as tester:
            with trio.move_on_after(moment):
                await tester.ask("line.test", test="busy-tone", line="line1")
            assert lent(house, "line1")
        await trio.sleep(1)
        assert await service(desk, "line1") == []
        assert not house.running.hardware.towns["sim"].lines["line1"].lifted
        assert (await desk.ask("alarm.list"))["alarms"] == []
        assert house.running.faults == 0
        assert (await desk.ask("line.test", test="dial-tone", line="line1"))["code"] == "TONE-OK"


async def test_a_line_in_a_call_is_waited_for_and_takes_no_other(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk, house.client() as tester:
        await talk(house, desk)
        verdicts: list[Any] = []

        async def test() -> None:
            verdicts.append(await tester.ask("line.test", test="ring", line="8001", patience_s=120))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(test)
            await trio.sleep(30)
            assert await service(desk, "8001") == ["blocked_here"]
            assert len((await desk.ask("call.list"))["calls"]) == 1
            for name in ("8002", "8001"):
                house.telephone(name).hang_up()
        assert [verdict["code"] for verdict in verdicts] == ["RING-OK"]
        assert await service(desk, "8001") == []


async def test_a_call_that_does_not_end_in_time_keeps_its_line(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk, house.client() as tester:
        await talk(house, desk)
        with pytest.raises(Refusal) as refused:
            await tester.ask("line.test", test="ring", line="8001", patience_s=20)
        assert "20 s" in str(refused.value)
        assert await service(desk, "8001") == []
        assert len((await desk.ask("call.list"))["calls"]) == 1


async def test_what_was_blocked_before_is_blocked_afterwards_unless_somebody_unblocks_it(
    autojump_clock: object,
) -> None:
    async with living(box()) as house, house.client() as desk, house.client() as tester:
        await desk.ask("line.block", line="line1")
        await tester.ask("line.test", test="battery", line="line1")
        assert await service(desk, "line1") == ["blocked_here"]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: tester.ask("line.test", test="dial-tone", line="line1"))
            await until(lambda: lent(house, "line1"))
            assert await service(desk, "line1") == ["blocked_here", "lent"]
            await desk.ask("line.unblock", line="line1")
        assert await service(desk, "line1") == []


async def test_two_lines_call_each_other(autojump_clock: object) -> None:
    groups = [{"name": "city", "lines": ["line1", "line2"], "incoming": "8001"}]
    tables = {"trunk": TWO_TRUNKS, "trunk_group": groups, "span": []}
    async with living(box(**tables)) as house, house.client() as desk, house.client() as tester:
        verdict = await tester.ask("line.test", test="digits", line="line1", partner="line2")
        assert (verdict["code"], verdict["on"]) == ("DIGITS-OK", "line line1")
        assert await service(desk, "line1") == await service(desk, "line2") == []
        assert house.running.faults == 0


async def test_only_who_keeps_the_lines_may_and_only_single_lines_are_lent(autojump_clock: object) -> None:
    users = [{"name": "Sun", "role": "supervisor", "unix_user": "sun"}]
    async with living(box(user=users)) as house, house.client() as tester:
        async with house.client(SUN) as sun:
            with pytest.raises(Refusal) as refused:
                await sun.ask("line.test", test="battery", line="line1")
            assert refused.value.code is Code.FORBIDDEN
        for test, line in (("battery", "e1a"), ("battery", "e1a/3"), ("battery", "line9"), ("span", "line1")):
            with pytest.raises(Refusal):
                await tester.ask("line.test", test=test, line=line)
        assert (await tester.ask("line.test", test="battery", line="8001"))["code"] == "TEST-OTHER-KIND"
        assert house.running.faults == 0


async def test_a_box_that_stops_does_not_wait_for_the_test_nor_opens_the_line_again(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as tester:
        verdicts: list[Any] = []

        async def test() -> None:
            verdicts.append(await tester.ask("line.test", test="busy-tone", line="line1"))

        with trio.fail_after(10):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(test)
                await until(lambda: lent(house, "line1"))
                house.running.stop("test", 0)
        assert [verdict["outcome"] for verdict in verdicts] == ["ABORT"]
        assert "line1" not in house.running.hardware.lines.by_name
        assert house.running.faults == 0


async def test_a_line_is_opened_anew_by_order_when_its_call_is_over(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        lines = house.running.hardware.lines.by_name
        await talk(house, desk)
        before = lines["8001"]
        await desk.ask("line.reopen", line="8001")
        await trio.sleep(5)
        assert lines["8001"] is before
        for name in ("8001", "8002"):
            house.telephone(name).hang_up()
        await trio.sleep(5)
        assert lines["8001"] is not before
        with pytest.raises(Refusal) as refused:
            await desk.ask("line.reopen", line="e1a/3")
        assert refused.value.code is Code.UNKNOWN


async def test_an_answer_to_what_nobody_asks_is_refused(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk, house.client() as tester:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: tester.ask("line.test", test="hang-up", line="line1", run="mine"))
            tests = await desk.watch("tests")
            await until(lambda: tests.rows.get("line1", {}).get("said"))
            row = tests.rows["line1"]
            assert (row["run"], row["by"], row["lines"], row["asks"]) == ("mine", "root", ["line1"], None)
            for line in ("line1", "8001"):
                with pytest.raises(Refusal) as refused:
                    await desk.ask("line.answer", line=line, number=1, answer="yes")
                assert refused.value.code is Code.UNKNOWN
        await until(lambda: not tests.rows)


async def test_a_port_is_matched_to_its_line(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as tester:
        house.card().line(5).reflect(Reflection(1, (30.0, -15.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0)))
        found = await tester.ask("line.test", test="tune", line="line1")
        assert (found["code"], found["on"]) == ("TUNE-OK", "line line1")
        assert found["figures"]["after"] > found["figures"]["before"] + 10
        assert found["balance"]["taps"][0] == pytest.approx(30, abs=2)
        assert found["keep"] is False  # /etc/fxotune.conf is for real ports
        assert (await tester.ask("line.test", test="tune", line="8001"))["code"] == "TEST-OTHER-KIND"
        assert house.running.faults == 0
