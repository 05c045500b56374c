"""Calls that come through a queue: recorded from the agent's first word, without a supervisor who listens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from tests.exchange.office import SOON, open_office
from tests.queues.desk import calls, log_all_on, queues
from tests.recording.test_stories import RULE, Tape, speak

pytestmark = pytest.mark.native


def recorded(**rule: Any) -> dict[str, Any]:
    return queues() | {"recording_rule": [{**RULE, **rule}]}


@pytest.mark.parametrize("rule", [{"queues": ["sales"]}, {"stations": ["8001"]}], ids=["queue", "agent"])
async def test_a_caller_of_a_queue_is_recorded_when_an_agent_speaks_with_him(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, rule: dict[str, Any]
) -> None:
    async with open_office(recorded(**rule), recordings=tmp_path, queues=True) as office:
        caller, ann = await calls(office), office.phone("8001")
        await trio.sleep(5)
        assert "RecordingBegan" not in office.kinds()  # music is no conversation
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(0.5)
        await speak(office, "8001", "8004")
        caller.hang_up()
        await trio.sleep(3)
        tape = Tape(office, tmp_path)
        assert tape.has("8001")
        assert tape.has("8004")


async def test_an_agent_whom_no_rule_names_is_not_recorded(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recorded(stations=["8002"]), recordings=tmp_path, queues=True) as office:
        log_all_on(office, "1001")
        caller, ann = await calls(office), office.phone("8001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(2)
        caller.hang_up()
        await trio.sleep(2)
        assert "RecordingBegan" not in office.kinds()


async def test_a_supervisor_who_listens_is_on_no_tape(autojump_clock: trio.testing.MockClock, tmp_path: Path) -> None:
    async with open_office(recorded(queues=["sales"]), recordings=tmp_path, queues=True) as office:
        log_all_on(office, "1001")
        caller, ann, boss = await calls(office), office.phone("8001"), office.phone("8006")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        office.queues.overseeing.oversee("8006", "1001", "listen", "boss")
        await boss.rung(within=SOON)
        boss.lift()
        await trio.sleep(1)
        await speak(office, "8001", "8004", "8006")
        caller.hang_up()
        await trio.sleep(3)
        tape = Tape(office, tmp_path)
        assert tape.has("8001")
        assert tape.has("8004")
        assert not tape.has("8006")
        assert [event.device for event in office.events if event.kind == "RecordingBegan"] == ["8004"]


async def test_who_overflows_into_a_queue_whose_calls_are_recorded_is_recorded_there(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    tables = recorded(queues=["service"])
    tables["queue"][0] |= {"max_wait_s": 5, "instead": {"to": "queue", "name": "service"}}
    tables["queue"].append({"name": "service", "number": "8510"})
    tables["agent"][2]["queues"] = [{"queue": "service"}]
    async with open_office(tables, recordings=tmp_path, queues=True) as office:
        caller, carl = await calls(office), office.phone("8003")
        log_all_on(office, "1003")
        await carl.rung(within=10)
        carl.lift()
        await trio.sleep(1)
        await speak(office, "8003", "8004")
        caller.hang_up()
        await trio.sleep(3)
        tape = Tape(office, tmp_path)
        assert tape.has("8003")
        assert tape.has("8004")
