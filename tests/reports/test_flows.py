"""Where callers leave flows, from a flow that runs on a real call to the report."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
import trio

from core.reports.flows import EXITS, FLOWS
from core.reports.report import Wanted
from tests.ivr.test_on_the_telephone import service

pytestmark = pytest.mark.native


async def test_a_caller_who_hangs_up_in_the_menu(autojump_clock: object) -> None:
    async with service() as (office, made):
        caller = office.phone("8001")
        await made.calls(caller)
        caller.hang_up()
        await trio.sleep(1)
        events = office.events
        asked = Wanted(events[0].time, events[-1].time + 1, ZoneInfo("Asia/Shanghai"), box=office.exchange.box)
        (flow,) = FLOWS.table(events, asked).rows
        assert (
            dict(zip([column.name for column in FLOWS.columns], flow, strict=True)).items()
            >= {
                "flow": "office",
                "sessions": 1,
                "hung_up": 1,
                "finished": 0,
            }.items()
        )
        (exit,) = EXITS.table(events, asked).rows
        assert exit[0] == "office"
        assert exit[1], "the node is known"
        assert exit[3:5] == (1, 1.0)
