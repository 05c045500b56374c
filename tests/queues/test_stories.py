"""Callers, queues and agents, from the first ring to the last word."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from core.acd.agents import Act
from core.exchange.refusal import Refused
from core.queues import log_on
from tests.exchange.office import SOON, WORDS, open_office
from tests.queues.desk import PIN, agent, ask, calls, hears_music, hears_words, log_all_on, queues

pytestmark = pytest.mark.native


async def test_the_agent_who_was_idle_longest_gets_the_call(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1002")
        await trio.sleep(5)
        log_all_on(office, "1001")
        caller = await calls(office)
        ben = office.phone("8002")
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, ben)
        row = agent(office, "1002")
        assert (row.state, row.calls, row.answered) == ("busy", [1], 1)
        ben.hang_up()
        await trio.sleep(2)
        assert agent(office, "1002").state == "ready"
        offered = next(event for event in office.events if event.kind == "Offered")
        assert offered.data["why"]["rule"] == "longest idle"


async def test_a_caller_from_town_pays_from_when_he_is_spoken_with_or_has_to_wait(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        ann = office.phone("8001")
        first = office.call_from_town("8500")
        await ann.rung(within=SOON)
        second = office.call_from_town("8500", "62000006")
        await trio.sleep(1)
        assert second.answered.is_set()
        assert not first.answered.is_set()
        ann.lift()
        await trio.sleep(1)
        assert first.answered.is_set()
        second.hang_up()
        first.hang_up()
        await trio.sleep(1)


async def test_music_until_an_agent_is_ready_and_then_he_is_there_mid_syllable(
    autojump_clock: trio.testing.MockClock,
) -> None:
    recipe = [{"after_s": 3, "announce": "queue.all-busy"}]
    async with open_office(queues(recipe=recipe), queues=True) as office:
        log_all_on(office, "1001")
        ask(office, "1001", Act.NOT_READY, "lunch")
        ann = office.phone("8001")
        caller = await calls(office)
        await trio.sleep(1.5)
        assert await hears_music(caller)
        await trio.sleep(2)
        assert await hears_words(caller)
        ask(office, "1001", Act.READY)
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, ann)
        names = [leg.name for leg in office.exchange.calls[1].legs]
        assert names == ["8004", "8001"], "the queue has left the call"


async def test_after_an_announcement_the_music_goes_on(autojump_clock: trio.testing.MockClock) -> None:
    recipe = [{"after_s": 2, "say": ["position"]}]
    async with open_office(queues(recipe=recipe), queues=True) as office:
        caller = await calls(office)
        await trio.sleep(3)
        assert await hears_words(caller)
        await trio.sleep(WORDS)
        assert await hears_music(caller)
        caller.hang_up()
        await trio.sleep(1)
        dequeued = next(event for event in office.events if event.kind == "Dequeued")
        assert dequeued.data["reason"] == "abandoned"
        assert office.queues.rows.queue("sales").abandoned == 1


async def test_the_caller_hangs_up_while_the_agent_lifts(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        ann, dora = office.phone("8001"), await calls(office)
        await ann.rung(within=SOON)
        dora.hang_up()
        ann.lift()
        await trio.sleep(2)
        ann.hang_up()
        await office.all_idle()
        assert agent(office, "1001").state == "ready"


async def test_two_agents_lift_at_once_and_one_has_the_caller(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(strategy="ring all"), queues=True) as office:
        log_all_on(office, "1001", "1002", "1003")
        caller = await calls(office)
        phones = [office.phone(f"800{n}") for n in (1, 2, 3)]
        for phone in phones:
            await phone.rung(within=SOON)
        phones[0].lift()
        phones[1].lift()
        await trio.sleep(1)
        busy = [n for n in (1, 2, 3) if agent(office, f"100{n}").state == "busy"]
        assert len(busy) == 1, office.story()
        await office.hear_each_other(caller, phones[busy[0] - 1])
        assert [leg.name for leg in office.exchange.calls[1].legs][1:] == [f"800{busy[0]}"]


async def test_who_does_not_answer_is_not_ready_and_the_caller_goes_to_the_next(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(strategy="linear", ring_s=6), queues=True) as office:
        log_all_on(office, "1001", "1002")
        caller = await calls(office)
        await office.phone("8001").rung(within=SOON)
        ben = office.phone("8002")
        await ben.rung(within=10)
        assert (agent(office, "1001").state, agent(office, "1001").reason) == ("not ready", "no answer")
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, ben)


async def test_logging_off_while_ringing_gives_the_caller_back_to_his_place(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        ann = office.phone("8001")
        caller = await calls(office)
        await ann.rung(within=SOON)
        ask(office, "1001", Act.LOG_OFF)
        await trio.sleep(8)
        assert not ann.ringing
        assert await hears_music(caller)
        assert office.queues.rows.queue("sales").waiting == 1
        log_all_on(office, "1002")
        await office.phone("8002").rung(within=SOON)


async def test_after_call_work_is_ended_by_code_and_the_next_caller_rings(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(group={"after_call": "automatic", "after_call_s": 0}), queues=True) as office:
        log_all_on(office, "1001")
        ann = office.phone("8001")
        first = await calls(office)
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(2)
        first.hang_up()
        await trio.sleep(1)
        ann.hang_up()
        await trio.sleep(1)
        assert agent(office, "1001").state == "working after call"
        second = await calls(office, "8006")
        await trio.sleep(2)
        assert await hears_music(second)
        await office.dial(ann, "#87#")
        await trio.sleep(1)
        assert agent(office, "1001").state == "offered a call"
        ann.hang_up()
        await ann.rung(within=2 * SOON)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(second, ann)


async def test_who_has_waited_long_enough_goes_to_another_number(autojump_clock: trio.testing.MockClock) -> None:
    recipe = [{"after_s": 5, "overflow": {"to": "number", "name": "8005"}}]
    async with open_office(queues(recipe=recipe), queues=True) as office:
        caller = await calls(office)
        eve = office.phone("8005")
        await eve.rung(within=10)
        eve.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(caller, eve)


async def test_an_agent_logs_on_by_code_with_his_pin(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(agents={"pin": PIN}), queues=True) as office:
        ann = office.phone("8001")
        await office.dial(ann, "*81*1001#")
        await trio.sleep(6)
        await ann.dial(PIN + "#")
        await trio.sleep(6)
        assert agent(office, "1001").device == "8001", office.story()
        assert PIN not in office.story()
        ann.hang_up()
        await trio.sleep(1)
        await office.dial(ann, "#82#")
        await trio.sleep(WORDS)
        ann.hang_up()
        assert agent(office, "1001").state == "not ready"
        with pytest.raises(Refused, match="1001"):
            await log_on.log_on(office.queues, "8002", "1001", PIN)
        with pytest.raises(Refused, match="PIN"):
            await log_on.log_on(office.queues, "8002", "1001", "111222")


async def test_an_agent_who_calls_out_is_busy_and_one_who_only_lifts_is_not(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        ann, eve = office.phone("8001"), office.phone("8005")
        ann.lift()
        await trio.sleep(1)
        assert agent(office, "1001").state == "ready"
        await ann.dial("8005")
        await eve.rung(within=SOON)
        assert agent(office, "1001").state == "busy"
        ann.hang_up()
        await trio.sleep(1)
        assert agent(office, "1001").state == "ready"


async def test_an_agent_gives_his_caller_to_another_agent(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(group={"after_call": "automatic"}), queues=True) as office:
        log_all_on(office, "1001")
        ann, ben = office.phone("8001"), office.phone("8002")
        caller = await calls(office)
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        log_all_on(office, "1002")
        await office.consult(ann, ben, for_s=1)
        ann.hang_up()
        await trio.sleep(1)
        await office.hear_each_other(caller, ben)
        assert agent(office, "1001").state == "working after call"
        assert agent(office, "1002").state == "busy"
        assert agent(office, "1002").calls == [1]


async def test_a_restart_logs_agents_on_as_they_were(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001", "1002")
        ask(office, "1002", Act.NOT_READY, "lunch")
        assert office.exchange.journal.state["agents"] == {
            "1001": ["8001", "ready", "", ""],
            "1002": ["8002", "not ready", "lunch", ""],
        }


async def test_the_caller_has_gone_and_the_agent_is_free_when_he_hangs_up(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(group={"release": "by the agent"}), queues=True) as office:
        log_all_on(office, "1001")
        ann, caller = office.phone("8001"), await calls(office)
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        caller.hang_up()
        await trio.sleep(5)
        assert agent(office, "1001").state == "busy"
        ann.hang_up()
        await trio.sleep(2)
        assert agent(office, "1001").state == "ready"


async def test_who_calls_from_a_queue_may_leave_a_message_instead(autojump_clock: trio.testing.MockClock) -> None:
    recipe = [{"after_s": 2, "offer": ["message"]}]
    tables = queues(recipe=recipe, instead={"to": "mailbox", "name": "8700"})
    async with open_office({**tables, "mailbox": [{"number": "8700"}]}, queues=True) as office:
        caller = await calls(office)
        await trio.sleep(4)
        await caller.dial("2")
        await trio.sleep(1)
        dequeued = next(event for event in office.events if event.kind == "Dequeued")
        assert dequeued.data["reason"] == "message", office.story()
        routed = [event.data["target_kind"] for event in office.events if event.kind == "Routed"]
        assert routed == ["queue", "mailbox"], office.story()
