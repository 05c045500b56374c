"""A mistake of ours in one call costs that call, is told, and nobody else notices."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import trio
import trio.testing

from core.exchange.call import Call
from core.numbering.target import Target, TargetKind
from core.recording.recorder import Recorder
from tests.exchange.office import SOON, configuration, open_office

pytestmark = pytest.mark.native


async def test_an_error_in_one_call_ends_it_and_the_others_go_on(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[int] = []
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        take = office.exchange.router.destinations[TargetKind.STATION]

        async def broken(call: Call, target: Target) -> None:
            if target.name == "8004":
                raise ZeroDivisionError("a mistake of ours")
            await take(call, target)

        office.exchange.router.destinations[TargetKind.STATION] = broken
        office.exchange.faulted = lambda call, error: told.append(call)
        await office.connect(ann, ben)
        with caplog.at_level(logging.ERROR):
            await office.dial(carl, "8004")
            await carl.hear_tone("congestion", within=SOON)
        assert told == [2]
        assert "a mistake of ours" in caplog.text
        cleared = [event.data for event in office.events if event.kind == "CallCleared"]
        assert [(one["cause"], one["reason"]) for one in cleared] == [(41, "fault")], office.story()
        await office.hear_each_other(ann, ben)


async def test_a_reader_of_calls_that_fails_at_the_end_of_one_leaves_no_call_open(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[int] = []
    async with open_office() as office:
        broken = Recorder(office.exchange, Path())

        def finished(call: Call) -> None:
            raise ZeroDivisionError("a mistake of ours")

        broken.finished = finished  # type: ignore[method-assign]
        office.exchange.attendants.insert(0, broken)
        office.exchange.faulted = lambda call, error: told.append(call)
        ann, ben = office.phone("8001"), office.phone("8002")
        with caplog.at_level(logging.ERROR):
            await office.connect(ann, ben)
            ann.hang_up()
            ben.hang_up()
            await office.all_idle()
        assert told == [1]
        assert office.kinds(1)[-1] == "CallCleared", office.story()


async def test_a_group_that_goes_while_carl_dials_it_is_vacant(autojump_clock: trio.testing.MockClock) -> None:
    tables = configuration(hunt_group=[{"number": "8100", "name": "sales", "members": ["8002"]}])
    async with open_office(tables) as office:
        carl = office.phone("8003")
        carl.lift()
        await carl.hear_tone("dial", within=SOON)
        await carl.dial("810")
        office.exchange.hunt_groups.clear()
        await carl.dial("0")
        await carl.hear_tone("vacant", within=15)
