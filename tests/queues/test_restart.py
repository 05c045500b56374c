"""A box that begins anew: agents are what they were, whatever they were doing when it went down."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from core.acd.agents import Act
from core.config.model.box import Box
from core.queues.room import QueueRoom
from tests.exchange.office import Office, faulted, open_office
from tests.queues.desk import agent, ask, log_all_on, queues

pytestmark = pytest.mark.native


async def begun_anew(office: Office) -> QueueRoom:
    """Another room, as the next run makes it of what is kept now; nobody has a call then."""
    state, kept = office.exchange.journal.state, office.exchange.journal.state["agents"]
    for telephone in office.town.telephones.values():
        if telephone.off_hook:
            telephone.hang_up()
    await trio.sleep(2)
    state["agents"] = kept
    room = QueueRoom(office.exchange, faulted)
    room._log_on_again()
    return room


def states(room: QueueRoom, number: str) -> tuple[str, str, str]:
    row = room.rows.agent(number)
    return row.state, row.reason, row.by


async def test_who_was_not_ready_and_calls_somebody_is_not_ready_after_a_restart(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        ask(office, "1001", Act.NOT_READY, "papers")
        ann, eve = office.phone("8001"), office.phone("8005")
        await office.connect(ann, eve)
        await trio.sleep(1)
        assert agent(office, "1001").state == "busy"
        assert states(await begun_anew(office), "1001")[:2] == ("not ready", "papers")


async def test_a_rest_that_a_supervisor_has_allowed_goes_on_after_a_restart(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(group={"rest_needs_leave": True}), queues=True) as office:
        log_all_on(office, "1001")
        office.queues.ask("1001", Act.REST, "lunch", by="boss")
        assert states(await begun_anew(office), "1001") == ("rest", "lunch", "boss")


async def test_an_agent_who_is_in_the_configuration_no_more_is_not_logged_on_when_he_is_back_in_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tables = queues()
    async with open_office(tables, queues=True) as office:
        log_all_on(office, "1001", "1002")
        office.exchange.box = Box.model_validate({**tables, "agent": tables["agent"][1:]})
        assert states(await begun_anew(office), "1002")[0] == "ready"
        office.exchange.box = Box.model_validate(tables)
        assert states(await begun_anew(office), "1001")[0] == "logged off"
