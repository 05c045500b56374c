"""A mistake of ours in the queue of one call costs that call, is told, and no agent or other caller is left behind."""

from __future__ import annotations

import logging

import pytest
import trio
import trio.testing

from core.exchange.leg import Leg
from hw.signalling.line import Party
from tests.exchange.office import SOON, open_office
from tests.queues.desk import agent, calls, log_all_on, queues

pytestmark = pytest.mark.native


async def test_a_telephone_that_cannot_be_rung_by_our_fault_costs_one_call_and_no_agent(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Two agents are done in the same instant; what was to be done for the first of them fails."""
    told: list[Exception] = []
    async with open_office(queues(strategy="linear"), queues=True) as office:
        log_all_on(office, "1001", "1002")
        phones = [office.phone(f"800{n}") for n in (1, 2)]
        for caller, phone in zip(("8004", "8005"), phones, strict=True):
            await calls(office, caller)
            await phone.rung(within=SOON)
            phone.lift()
            await trio.sleep(1)
        await calls(office, "8006")
        await trio.sleep(1)
        office.queues.dispatch.faulted = told.append

        def broken(leg: Leg, calling: Party, kind: str) -> None:
            raise ZeroDivisionError("a mistake of ours")

        with caplog.at_level(logging.ERROR):
            office.exchange.stations["8001"].ring = broken  # type: ignore[method-assign]
            for phone in phones:
                phone.hang_up()
            await trio.sleep(2)
        del office.exchange.stations["8001"].ring
        assert [str(error) for error in told] == ["a mistake of ours"]
        assert [agent(office, f"100{n}").state for n in (1, 2)] == ["ready", "ready"]
        cleared = {event.call: event.data for event in office.events if event.kind == "CallCleared"}
        assert (cleared[3]["cause"], cleared[3]["reason"]) == (41, "fault"), office.story()
        dora = office.phone("8004")
        dora.hang_up()
        await trio.sleep(2)
        await calls(office, "8004")
        await phones[0].rung(within=SOON)
        phones[0].lift()
        await trio.sleep(1)
        await office.hear_each_other(dora, phones[0])
