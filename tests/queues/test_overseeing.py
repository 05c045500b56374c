"""A supervisor in an agent's call: who hears whom, and what the call's record says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from core.exchange.refusal import Refused
from core.queues.overseeing import How
from hw.sim.telephone import Telephone
from tests.exchange.office import SOON, Office, open_office
from tests.queues.desk import agent, calls, hears_music, log_all_on, queues

pytestmark = pytest.mark.native

Three = tuple[Office, Telephone, Telephone, Telephone]


@asynccontextmanager
async def overseen(how: How) -> AsyncIterator[Three]:
    """8004 calls the queue, 1001 speaks with him at 8001, and a supervisor is there from 8006."""
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        caller, ann, boss = await calls(office), office.phone("8001"), office.phone("8006")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        office.queues.overseeing.oversee("8006", "1001", how, "boss")
        await boss.rung(within=SOON)
        boss.lift()
        await trio.sleep(1)
        yield office, caller, ann, boss


async def test_who_listens_hears_all_and_is_heard_by_nobody(autojump_clock: trio.testing.MockClock) -> None:
    async with overseen("listen") as (office, caller, ann, boss):
        heard = await office.heard_by(caller, ann, boss)
        assert heard == {"8004": {"8001"}, "8001": {"8004"}, "8006": {"8001", "8004"}}, office.story()
        caller.hang_up()
        await trio.sleep(2)
        assert not office.exchange.calls
        await boss.hear_tone("busy", within=SOON)


async def test_who_whispers_is_heard_by_the_agent_alone_until_he_barges_in(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with overseen("whisper") as (office, caller, ann, boss):
        heard = await office.heard_by(caller, ann, boss)
        assert heard == {"8004": {"8001"}, "8001": {"8004", "8006"}, "8006": {"8001", "8004"}}, office.story()
        office.queues.overseeing.oversee("8006", "1001", "barge in", "boss")
        await trio.sleep(0.2)
        await office.hear_each_other(caller, ann, boss)
        office.queues.overseeing.oversee("8006", "1001", "listen", "boss")
        await trio.sleep(0.2)
        heard = await office.heard_by(caller, ann, boss)
        assert heard == {"8004": {"8001"}, "8001": {"8004"}, "8006": {"8001", "8004"}}, office.story()


async def test_who_intercepts_has_the_caller_and_the_agent_is_free(autojump_clock: trio.testing.MockClock) -> None:
    async with overseen("intercept") as (office, caller, ann, boss):
        await office.hear_each_other(caller, boss)
        await ann.hear_tone("busy", within=SOON)
        ann.hang_up()
        await trio.sleep(2)
        assert agent(office, "1001").state == "ready"


async def test_a_held_caller_hears_music_though_somebody_listens(autojump_clock: trio.testing.MockClock) -> None:
    async with overseen("listen") as (office, caller, ann, _boss):
        await ann.flash()
        await trio.sleep(2)
        assert await hears_music(caller)
        await ann.flash()
        await trio.sleep(2)
        await office.hear_each_other(caller, ann)


async def test_the_supervisor_leaves_and_nobody_notices(autojump_clock: trio.testing.MockClock) -> None:
    async with overseen("whisper") as (office, caller, ann, boss):
        boss.hang_up()
        await trio.sleep(2)
        await office.hear_each_other(caller, ann)


async def test_an_agent_who_speaks_with_nobody_is_not_listened_to(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        with pytest.raises(Refused, match="1001"):
            office.queues.overseeing.oversee("8006", "1001", "listen", "boss")
        with pytest.raises(Refused, match="1009"):
            office.queues.overseeing.oversee("8006", "1009", "listen", "boss")


async def test_who_listens_does_not_stay_behind_in_a_call_that_is_given_on_while_it_rings(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with overseen("listen") as (office, caller, ann, boss):
        ben = office.phone("8002")
        await asks_back(ann, "8002")
        await ben.rung(within=SOON)
        ann.hang_up()
        await boss.hear_tone("busy", within=SOON)
        ben.lift()
        await trio.sleep(1)
        await office.hear_each_other(caller, ben)
        assert [leg.name for leg in office.exchange.calls[1].legs] == ["8002", "8004"]


async def test_who_listens_to_a_consultation_leaves_when_the_agent_joins_the_two_and_goes(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with consulted() as (office, caller, ann, ben, boss):
        ann.hang_up()
        await boss.hear_tone("busy", within=SOON)
        await office.hear_each_other(caller, ben)


async def test_who_listens_to_a_consultation_stays_with_the_agent_when_it_becomes_a_conference(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with consulted() as (office, caller, ann, ben, boss):
        await ann.flash()
        await trio.sleep(1)
        await ann.dial("3")
        await trio.sleep(1)
        heard = await office.heard_by(caller, ann, ben, boss)
        assert heard["8006"] == {"8001", "8002", "8004"}, office.story()
        assert not any("8006" in others for others in heard.values())
        await boss.dial("3")
        await trio.sleep(1)
        await office.hear_each_other(caller, ann, ben, boss)
        await boss.dial("1")
        await trio.sleep(1)
        ann.hang_up()
        await boss.hear_tone("busy", within=SOON)
        await office.hear_each_other(caller, ben)


async def asks_back(telephone: Telephone, number: str) -> None:
    await telephone.flash()
    await telephone.hear_tone("dial", within=SOON)
    await telephone.dial(number)


@asynccontextmanager
async def consulted() -> AsyncIterator[tuple[Office, Telephone, Telephone, Telephone, Telephone]]:
    """1001 at 8001 holds his caller, 8004, and speaks with 8002; a supervisor at 8006 listens to that."""
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        caller, ann, ben, boss = await calls(office), office.phone("8001"), office.phone("8002"), office.phone("8006")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        await asks_back(ann, "8002")
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(1)
        office.queues.overseeing.oversee("8006", "1001", "listen", "boss")
        await boss.rung(within=SOON)
        boss.lift()
        await trio.sleep(1)
        yield office, caller, ann, ben, boss
