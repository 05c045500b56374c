"""Ways into a queue beside its number: transfers, forwards, pick-up of what rings there; and what a fault does."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from core.acd.agents import Act
from core.exchange.acts import Acts
from tests.exchange.office import SOON, WORDS, open_office
from tests.queues.desk import agent, ask, calls, hears_music, hears_words, log_all_on, queues
from tests.queues.test_call_backs import asks_to_be_called, with_call_backs

pytestmark = pytest.mark.native


async def test_a_caller_is_put_through_to_the_queue_while_it_plays_music(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(), queues=True) as office:
        dora, eve, ann = office.phone("8004"), office.phone("8005"), office.phone("8001")
        await office.connect(dora, eve)
        await eve.flash()
        await eve.hear_tone("dial", within=SOON)
        await eve.dial("8500")
        await trio.sleep(3)
        assert await hears_music(eve)
        eve.hang_up()
        await trio.sleep(2)
        assert await hears_music(dora), office.story()
        assert office.queues.rows.queue("sales").calls == [1]
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(dora, ann)
        assert agent(office, "1001").calls == [1]


async def test_an_agent_sends_his_caller_back_into_the_queue(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(strategy="linear"), queues=True) as office:
        log_all_on(office, "1001", "1002")
        ask(office, "1002", Act.NOT_READY)
        ann, ben, caller = office.phone("8001"), office.phone("8002"), await calls(office)
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        ask(office, "1001", Act.NOT_READY)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("*72*8500#")
        await trio.sleep(3)
        assert await hears_music(caller), office.story()
        ann.hang_up()
        await trio.sleep(2)
        assert agent(office, "1001").state == "not ready"
        ask(office, "1002", Act.READY)
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, ben)


async def test_whom_reception_gives_to_the_queue_may_choose_what_was_offered_to_reception(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(place_kept_s=60), queues=True) as office:
        reception, dora, ann = office.phone("8005"), office.phone("8004"), office.phone("8001")
        await office.connect(dora, reception)
        await reception.flash()
        await reception.hear_tone("dial", within=SOON)
        await reception.dial("8500")
        await trio.sleep(6)
        assert await hears_words(reception) or await hears_music(reception)
        reception.hang_up()
        await asks_to_be_called(office, dora)
        (row,) = office.queues.call_backs.rows()
        assert (row.number, row.queue) == ("8004", "sales"), office.story()
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        ann.lift()
        await dora.rung(within=WORDS)
        dora.lift()
        await trio.sleep(1)
        await office.hear_each_other(ann, dora)


async def test_the_place_of_whom_reception_gives_to_the_queue_is_kept_for_him_and_not_for_reception(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(place_kept_s=60), queues=True) as office:
        reception, dora = office.phone("8005"), office.phone("8004")
        await office.connect(dora, reception)
        await reception.flash()
        await reception.hear_tone("dial", within=SOON)
        await reception.dial("8500")
        await trio.sleep(3)
        reception.hang_up()
        await trio.sleep(20)
        dora.hang_up()
        await trio.sleep(2)
        await calls(office, "8006")
        await calls(office, "8004")
        await trio.sleep(1)
        how = [event.data["how"] for event in office.events if event.kind == "Queued"]
        assert how == ["new", "new", "kept place"]


async def test_another_telephone_picks_up_what_rings_at_an_agent(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001", "1002")
        ann, caller = office.phone("8001"), await calls(office)
        await ann.rung(within=SOON)
        ben = office.phone("8002")
        await office.dial(ben, "*8#")
        await trio.sleep(1)
        await office.hear_each_other(caller, ben)
        states = [agent(office, number).state for number in ("1001", "1002")]
        assert states == ["ready", "busy"], office.story()


async def test_an_agent_whose_line_is_cut_is_not_ready_and_the_next_one_rings(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(strategy="linear"), queues=True) as office:
        log_all_on(office, "1001", "1002")
        office.exchange.stations["8001"].line.block()
        caller = await calls(office)
        ben = office.phone("8002")
        await ben.rung(within=SOON)
        assert (agent(office, "1001").state, agent(office, "1001").reason) == ("not ready", "unreachable")
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, ben)


async def test_a_telephone_that_sends_its_calls_to_the_queue(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        eve, ann = office.phone("8005"), office.phone("8001")
        await office.dial(eve, "*57*8500#")
        await trio.sleep(8)
        eve.hang_up()
        await trio.sleep(2)
        caller = await calls(office, number="8005")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, ann)


async def test_who_logs_on_while_he_speaks_is_busy_until_he_is_done(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        ann, eve = office.phone("8001"), office.phone("8005")
        await office.connect(eve, ann)
        caller = await calls(office)
        log_all_on(office, "1001")
        assert agent(office, "1001").state == "busy"
        await trio.sleep(1)
        assert await hears_music(caller)
        eve.hang_up()
        ann.hang_up()
        await ann.rung(within=2 * SOON)
        assert ann.display is not None
        assert ann.display.number == "8004", "he sees who calls"


async def test_an_agent_who_is_called_by_intercom_is_busy(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001", "1002")
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "*15*8002")
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(1)
        assert [agent(office, number).state for number in ("1001", "1002")] == ["busy", "busy"]


async def test_an_agent_sends_what_rings_back_into_the_queue(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        ann, acts = office.phone("8001"), Acts(office.exchange)
        for call in range(1, 7):  # which of the two waits is scheduled first is trio's choice
            caller = await calls(office)
            await ann.rung(within=SOON)
            acts.deflect("8001", call, "8500")
            await trio.sleep(1)
            assert office.queues.rows.queue("sales").calls == [call], office.story()
            caller.hang_up()
            await trio.sleep(2)
