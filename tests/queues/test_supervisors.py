"""Supervisors by telephone alone, agents who ask for help, trunk lines that are heard, and who may act for whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.testing

from core.api.errors import Refusal
from core.api.roles import Credentials
from core.config.model.box import Box
from core.exchange.refusal import Refused
from core.supervision import limits
from hw.sim.telephone import Telephone
from tests.core.house import living
from tests.exchange.office import SOON, Office, open_office
from tests.queues.desk import agent, calls, log_all_on, queues

pytestmark = pytest.mark.native

BOSS = {"name": "Boss", "role": "supervisor", "unix_user": "boss", "station": "8006"}


def office_of(*users: dict[str, Any], **changes: Any) -> dict[str, Any]:
    tables = queues(**changes)
    tables["agent_group"].append({"name": "night"})
    return tables | {"user": list(users or (BOSS,))}


@asynccontextmanager
async def talking(*users: dict[str, Any]) -> AsyncIterator[tuple[Office, Telephone, Telephone, Telephone]]:
    """8004 has called the queue and speaks with 1001 at 8001; 8006 is a supervisor's telephone."""
    async with open_office(office_of(*users), queues=True) as office:
        log_all_on(office, "1001")
        caller, ann, boss = await calls(office), office.phone("8001"), office.phone("8006")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        yield office, caller, ann, boss


NOBODY: set[str] = set()
BOTH = {"8001", "8004"}


@pytest.mark.parametrize(
    ("code", "caller_hears", "agent_hears"),
    [("*83*", {"8001"}, {"8004"}), ("*84*", {"8001"}, {"8004", "8006"}), ("*85*", {"8001", "8006"}, {"8004", "8006"})],
)
async def test_a_supervisor_dials_himself_into_a_call(
    autojump_clock: trio.testing.MockClock, code: str, caller_hears: set[str], agent_hears: set[str]
) -> None:
    async with talking() as (office, caller, ann, boss):
        await office.dial(boss, f"{code}1001#")
        await trio.sleep(1)
        heard = await office.heard_by(caller, ann, boss)
        assert heard == {"8004": caller_hears, "8001": agent_hears, "8006": BOTH}, office.story()


async def test_he_takes_the_call_and_the_agent_is_free(autojump_clock: trio.testing.MockClock) -> None:
    async with talking() as (office, caller, ann, boss):
        await office.dial(boss, "*89*1001#")
        await trio.sleep(1)
        await office.hear_each_other(caller, boss)
        await ann.hear_tone("busy", within=SOON)
        ann.hang_up()
        await trio.sleep(2)
        assert agent(office, "1001").state == "ready"


async def test_he_changes_over_by_keys(autojump_clock: trio.testing.MockClock) -> None:
    async with talking() as (office, caller, ann, boss):
        await office.dial(boss, "*83*1001#")
        await trio.sleep(1)
        await boss.dial("3")
        await trio.sleep(0.5)
        await office.hear_each_other(caller, ann, boss)
        await boss.dial("1")
        await trio.sleep(0.5)
        heard = await office.heard_by(caller, ann, boss)
        assert heard == {"8004": {"8001"}, "8001": {"8004"}, "8006": BOTH}, office.story()


async def test_a_telephone_of_nobody_in_charge_hears_that_it_may_not(autojump_clock: trio.testing.MockClock) -> None:
    async with talking() as (office, caller, ann, _boss):
        other = office.phone("8005")
        await office.dial(other, "*83*1001#")
        await trio.sleep(2)
        heard = await office.heard_by(caller, ann)
        assert heard == {"8004": {"8001"}, "8001": {"8004"}}
        assert office.kinds().count("Supervised") == 0
        used = [event.data["result"] for event in office.events if event.kind == "ServiceUsed"]
        assert used == ["barred"]


async def test_a_supervisor_of_another_group_may_not(autojump_clock: trio.testing.MockClock) -> None:
    async with talking({**BOSS, "groups": ["night"]}) as (office, *_, boss):
        await office.dial(boss, "*83*1001#")
        await trio.sleep(2)
        assert office.kinds().count("Supervised") == 0


async def test_an_agent_who_speaks_with_nobody_cannot_be_listened_to(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(office_of(), queues=True) as office:
        log_all_on(office, "1001")
        boss = office.phone("8006")
        await office.dial(boss, "*83*1001#")
        await trio.sleep(2)
        used = [event.data["result"] for event in office.events if event.kind == "ServiceUsed"]
        assert used == ["not-possible"]


# ---- help ----


async def test_an_agent_asks_for_help_and_the_supervisor_comes(autojump_clock: trio.testing.MockClock) -> None:
    async with talking() as (office, caller, ann, boss):
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("*83#")
        await trio.sleep(4)
        ann_row = agent(office, "1001")
        assert ann_row.help_since is not None
        await office.hear_each_other(ann, caller)  # he is back by himself
        await office.dial(boss, "*84#")
        await trio.sleep(1)
        heard = await office.heard_by(caller, ann, boss)
        assert heard == {"8004": {"8001"}, "8001": {"8004", "8006"}, "8006": BOTH}, office.story()
        assert agent(office, "1001").help_since is None
        ended = [event.data for event in office.events if event.kind == "AgentHelp"][-1]
        assert (ended["on"], ended["by"]) == (False, "Boss")


async def test_help_that_was_asked_for_ends_with_the_call(autojump_clock: trio.testing.MockClock) -> None:
    async with talking() as (office, caller, ann, boss):
        office.queues.help.ask("1001", "angry")
        office.queues.dispatch.tell()
        assert agent(office, "1001").help == "angry"
        caller.hang_up()
        ann.hang_up()
        await trio.sleep(2)
        assert agent(office, "1001").help_since is None
        await office.dial(boss, "*84#")
        await trio.sleep(1)
        used = [event.data["result"] for event in office.events if event.kind == "ServiceUsed"]
        assert used == ["not-possible"]


async def test_who_has_no_call_asks_for_no_help(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(office_of(), queues=True) as office:
        log_all_on(office, "1001")
        with pytest.raises(Refused, match="no call"):
            office.queues.help.ask("1001")


# ---- trunk lines ----


async def test_a_supervisor_listens_to_a_trunk_line_by_its_number(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(office_of(), queues=True) as office:
        call = office.call_from_town("8005")
        ben, boss = office.phone("8005"), office.phone("8006")
        await ben.rung(within=SOON)
        ben.lift()
        with trio.fail_after(SOON):
            await call.answered.wait()
        (name,) = [leg.name for one in office.exchange.calls.values() for leg in one.legs if "/" in leg.name]
        number = list(office.exchange.trunks).index(name) + 1
        await office.dial(boss, f"*80*{number}#")
        await trio.sleep(1)
        heard = await office.heard_by(ben, boss)
        assert heard == {"8005": NOBODY, "8006": {"8005"}}, office.story()
        call.hang_up()
        await boss.hear_tone("busy", within=SOON)


async def test_an_idle_trunk_line_is_told_to_be_idle(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(office_of(), queues=True) as office:
        for number in ("1", "99"):
            boss = office.phone("8006")
            await office.dial(boss, f"*80*{number}#")
            await trio.sleep(2)
            boss.hang_up()
            await trio.sleep(1)
        used = [event.data["result"] for event in office.events if event.kind == "ServiceUsed"]
        assert used == ["not-possible"] * 2
        assert office.kinds().count("TrunkHeard") == 0


# ---- mute ----


async def test_a_party_mutes_itself_by_code_and_is_heard_again(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        for expected in ({"8001": {"8002"}, "8002": NOBODY}, {"8001": {"8002"}, "8002": {"8001"}}):
            await ann.flash()
            await ann.hear_tone("dial", within=SOON)
            await ann.dial("*78#")
            await trio.sleep(1)
            assert await office.heard_by(ann, ben) == expected, office.story()
        ann.hang_up()
        ben.hang_up()


# ---- programs ----


async def test_a_supervisors_program_acts_for_his_groups_alone(autojump_clock: trio.testing.MockClock) -> None:

    users = [
        {**BOSS, "groups": ["desk"]},
        {"name": "Night", "role": "supervisor", "unix_user": "night", "groups": ["night"]},
    ]
    async with living(Box.model_validate(office_of(*users))) as house:
        async with house.client(Credentials(1, 1000, 1000, "boss")) as boss:
            await boss.ask("agent.log_on", agent="1001", device="8001")
            await boss.ask("agent.force", agent="1001", act="not ready")
        async with house.client(Credentials(1, 1001, 1001, "night")) as night:
            with pytest.raises(Refusal, match="not of your groups"):
                await night.ask("agent.force", agent="1001", act="ready")
            with pytest.raises(Refusal, match="not of your groups"):
                await night.ask("agent.listen", agent="1001", device="8006")
            with pytest.raises(Refusal, match="nobody speaks on"):
                await night.ask("trunk.listen", line="line1", device="8006")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("supervisor", ["a"]), ("supervisor", ["b"])], {"a", "b"}),
        ([("supervisor", ["a"]), ("supervisor", [])], NOBODY),  # no limit
        ([("supervisor", ["a"]), ("administrator", [])], NOBODY),
        ([("supervisor", ["a"]), ("agent", [])], {"a"}),
    ],
)
def test_all_rows_of_a_person_count(rows: list[tuple[str, list[str]]], expected: set[str]) -> None:
    assert limits(rows) == expected
