"""What reports and the queue log make of stories of real calls: abandoned and returned, called back, transferred."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
import trio
import trio.testing

from core.acd.agents import Act
from core.reports.catalogue import REPORTS
from core.reports.queue_log import lines
from core.reports.report import Value, Wanted
from tests.exchange.office import RINGS, SOON, WORDS, Office, open_office
from tests.queues.desk import agent, ask, calls, log_all_on, queues
from tests.queues.test_call_backs import asks_to_be_called, with_call_backs

pytestmark = pytest.mark.native


def rows(office: Office, report: str, **more: Any) -> list[dict[str, Value]]:
    events = office.events
    asked = Wanted(events[0].time, events[-1].time + 1, ZoneInfo("Asia/Shanghai"), box=office.exchange.box, **more)
    table = REPORTS[report].table(events, asked)
    return [dict(zip([column.name for column in REPORTS[report].columns], row, strict=True)) for row in table.rows]


def log(office: Office) -> list[str]:
    """Queue, agent, event, and its data."""
    return [line.split("|", 2)[2] for line in lines(office.events, lambda agent: ("sales",), 0)]


async def test_a_caller_who_gave_up_is_missing_until_somebody_calls_him(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(), queues=True) as office:
        for number in ("62000001", "62000001", "62000006"):
            caller = office.call_from_town("8500", number)
            await trio.sleep(6)
            caller.hang_up()
            await trio.sleep(2)
        found = {row["caller"]: row for row in _by_caller(office)}
        assert {number: row["times"] for number, row in found.items()} == {"62000001": 2, "62000006": 1}
        assert found["62000001"]["queue"] == "sales"
        assert found["62000001"]["waited"] == pytest.approx(6, abs=0.5)
        dora = office.phone("8004")
        await office.dial(dora, "962000001")
        await trio.sleep(8)
        assert list({row["caller"] for row in _by_caller(office)}) == ["62000006"], office.story()
        dora.hang_up()
        log_all_on(office, "1001")
        again = office.call_from_town("8500", "62000006")
        ann = office.phone("8001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        assert _by_caller(office) == [], "who calls again and is answered is missing no more"
        again.hang_up()
        await trio.sleep(1)


def _by_caller(office: Office) -> list[dict[str, Value]]:
    return [{**row, "caller": row["number"]} for row in rows(office, "abandoned")]


@pytest.mark.parametrize("first", ["agent", "caller"])
async def test_who_is_called_back_is_counted_once(autojump_clock: trio.testing.MockClock, first: str) -> None:
    async with open_office(with_call_backs(call_back_first=first), queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        if first == "agent":
            await ann.rung(within=SOON)
            ann.lift()
            await dora.rung(within=WORDS)
            dora.lift()
        else:
            await dora.rung(within=RINGS)
            dora.lift()
            await trio.sleep(2)
            await dora.dial("1")
            await ann.rung(within=SOON)
            ann.lift()
        await trio.sleep(30)
        await office.hear_each_other(ann, dora)
        dora.hang_up()
        ann.hang_up()
        await trio.sleep(1)
        (row,) = rows(office, "queues")
        live = office.queues.distribution.queue("sales").day
        wanted = {"offered": 1, "answered": 0, "abandoned": 0, "call_back": 1, "called_back": 1, "talks": 1}
        assert row.items() >= wanted.items(), office.story()
        assert (live.offered, live.answered, live.abandoned) == (1, 0, 0)
        assert (live.asked_back, live.called_back, live.talks) == (1, 1, 1)
        assert row["talk"] == pytest.approx(live.talk_s, abs=0.001)
        (agent,) = rows(office, "agents")
        assert (agent["answered"], agent["talks"], agent["direct_in"], agent["direct_out"]) == (1, 1, 0, 0)
        said = [line for line in log(office) if line.startswith("sales") and "MEMBER" not in line]
        assert [line.split("|")[2] for line in said] == [
            "ENTERQUEUE",
            "EXITWITHKEY",
            "ENTERQUEUE",
            "CONNECT",
            "COMPLETECALLER",
        ]
        assert said[1].split("|")[3] == "3"


async def test_who_is_turned_away_is_offered_and_never_waits(autojump_clock: trio.testing.MockClock) -> None:
    away: dict[str, Any] = {"needs_agents": True, "instead": {"to": "number", "name": "8005"}}
    async with open_office(queues(**away), queues=True) as office:
        dora, eve = await calls(office), office.phone("8005")
        await eve.rung(within=SOON)
        eve.lift()
        await trio.sleep(5)
        dora.hang_up()
        eve.hang_up()
        await trio.sleep(1)
        (row,) = rows(office, "queues")
        assert (row["offered"], row["turned_away"], row["waiting"]) == (1, 1, 0)
        assert office.queues.distribution.queue("sales").day.elsewhere == 1


async def test_a_call_that_the_agent_gives_to_a_colleague(autojump_clock: trio.testing.MockClock) -> None:
    """He asks back, which is time on hold for the caller, and puts him through."""
    async with open_office(queues(group={"after_call": "automatic", "after_call_s": 10}), queues=True) as office:
        log_all_on(office, "1001")
        ann, ben, dora = office.phone("8001"), office.phone("8002"), await calls(office)
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(20)
        await office.consult(ann, ben, for_s=5)
        ann.hang_up()
        await trio.sleep(20)
        await office.hear_each_other(dora, ben)
        dora.hang_up()
        ben.hang_up()
        await trio.sleep(1)
        (row,) = rows(office, "queues")
        assert (row["talks"], row["transferred"]) == (1, 1), office.story()
        assert row["talk"] == pytest.approx(20, abs=1.5)
        assert isinstance(row["hold"], float)
        assert row["hold"] > 5
        assert row["work"] == pytest.approx(10, abs=0.1)
        (agent,) = rows(office, "agents")
        assert (agent["direct_out"], agent["transferred"]) == (0, 1), "to ask back is no call of its own"
        assert "ATTENDEDTRANSFER|BRIDGE|8002" in next(line for line in log(office) if "TRANSFER" in line)


async def test_calls_past_the_queues_are_direct(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        ask(office, "1001", Act.NOT_READY, "paper")
        ann, eve = office.phone("8001"), office.phone("8005")
        await office.connect(eve, ann)
        await trio.sleep(10)
        eve.hang_up()
        ann.hang_up()
        await trio.sleep(1)
        await office.connect(ann, eve)
        await trio.sleep(10)
        eve.hang_up()
        ann.hang_up()
        await trio.sleep(1)
        (agent,) = rows(office, "agents")
        assert (agent["direct_in"], agent["direct_out"], agent["talk"]) == (1, 1, 0)
        assert agent["direct"] == pytest.approx(20, abs=3)
        (reason,) = rows(office, "reasons")
        assert (reason["state"], reason["reason"]) == ("not ready", "paper")


async def test_an_agent_whose_call_back_is_not_answered_has_answered_nobody_and_called_nobody_by_himself(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(call_back_ring_s=5, call_back_again_s=30), queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        for reached in (False, True):
            await ann.rung(within=40)
            ann.lift()
            await dora.rung(within=WORDS)
            if reached:
                dora.lift()
            await trio.sleep(20)
            ann.hang_up()
            await trio.sleep(3)
            (row,) = rows(office, "agents")
            live = agent(office, "1001")
            assert (row["answered"], row["talks"], row["direct_in"], row["direct"]) == (reached, reached, 0, 0)
            assert live.answered == row["answered"]
            assert live.talk_s == pytest.approx(row["talk"], abs=0.01)
