"""Callers who would rather hang up: asked for their number, called back when their turn comes, by whomever is free."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing

from core.acd.agents import Act
from core.exchange.acts import Acts
from core.exchange.refusal import Refused
from hw.sim.telephone import Telephone
from tests.exchange.office import RINGS, SOON, WORDS, Office, open_office
from tests.queues.desk import agent, ask, calls, hears_music, hears_words, log_all_on, queues

pytestmark = pytest.mark.native

OFFER = [{"after_s": 2, "offer": ["wait", "message", "call back"]}]
QUIET = 8.0
"""A telephone that has rung for so long no more, does not ring."""
CHOICES_S = 20.0
"""As long as the choices, or the question for the number, last at most."""


def with_call_backs(**queue: Any) -> dict[str, Any]:
    return queues(**{"recipe": OFFER, **queue})


async def asks_to_be_called(office: Office, caller: Telephone) -> None:
    """Presses 3, then 1: at the number he calls from; and hangs up when all is said."""
    await trio.sleep(4)
    await caller.dial("3")
    await trio.sleep(3)
    await caller.dial("1")
    await trio.sleep(8)
    caller.hang_up()
    await trio.sleep(1)


def results(office: Office) -> list[str]:
    return [event.data["result"] for event in office.events if event.kind in ("CallBackTried", "CallBackEnded")]


async def test_he_hangs_up_keeps_his_place_and_speaks_with_the_agent_when_his_turn_comes(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora, eve, ann = await calls(office), office.phone("8005"), office.phone("8001")
        await asks_to_be_called(office, dora)
        await office.all_idle()
        (row,) = office.queues.call_backs.rows()
        assert (row.call, row.number, row.queue, row.state) == (1, "8004", "sales", "waits")
        await office.dial(eve, "8500")  # she comes later, and is served later
        await trio.sleep(2)
        queue = office.queues.rows.queue("sales")
        assert (queue.waiting, queue.call_backs, queue.calls) == (1, 1, [2])
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        assert (await ann.show(within=SOON)).number == "8004", "he sees who it is"
        ann.lift()
        assert await hears_words(ann), "whom he calls"
        await dora.rung(within=WORDS)
        await ann.hear_tone("ringback", within=SOON)
        dora.lift()
        await trio.sleep(1)
        await office.hear_each_other(ann, dora)
        assert results(office) == ["answered", "reached"]
        assert office.queues.call_backs.rows() == []
        assert agent(office, "1001").state == "busy"
        dora.hang_up()
        await trio.sleep(1)
        ann.hang_up()

        await ann.rung(within=RINGS)  # now for eve
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, eve)


async def test_a_customer_in_town_is_called_by_the_queues_route_with_its_own_number(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(calling="66778855"), queues=True) as office:
        customer = office.call_from_town("8500", "62000001")
        await trio.sleep(1)
        waiter = office.queues.waiters[1]
        waiter.wanted = "01062000001"  # type: ignore[union-attr]  # what he keys in is told of elsewhere
        customer.hang_up()
        await trio.sleep(1)
        log_all_on(office, "1001")
        ann = office.phone("8001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(WORDS)
        assert results(office) == ["answered", "reached"], office.story()
        reached = next(event for event in office.events if event.kind == "NetworkReached")
        assert reached.data["number"] == "62000001"
        assert any("66778855" in line for line in office.exchange.trunks["e1/1"].line.trace()), "our number is shown"
        ann.hang_up()


async def test_an_agent_who_lifts_cuts_short_the_question_for_his_number(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await trio.sleep(4)
        await dora.dial("3")
        await trio.sleep(1)
        assert await hears_words(dora)
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, dora)
        dora.hang_up()
        ann.hang_up()
        await trio.sleep(1)
        assert office.queues.call_backs.rows() == []


async def test_an_agent_who_lifts_while_he_is_told_goodbye_has_him_on_the_line(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await trio.sleep(4)
        await dora.dial("3")
        await trio.sleep(2)
        await dora.dial("1")
        await trio.sleep(1)
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, dora)
        assert office.queues.call_backs.rows() == [], office.story()


async def test_who_hangs_up_as_soon_as_he_has_confirmed_is_called(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora = await calls(office)
        await trio.sleep(4)
        await dora.dial("3")
        await trio.sleep(2)
        await dora.dial("1")
        await trio.sleep(0.5)
        dora.hang_up()
        await trio.sleep(1)
        assert [row.number for row in office.queues.call_backs.rows()] == ["8004"]
        reasons = [event.data["reason"] for event in office.events if event.kind == "Dequeued"]
        assert reasons == ["call-back"]


async def test_one_goes_on_waiting_and_nothing_pressed_too(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora = await calls(office)
        await trio.sleep(4)
        assert await hears_words(dora)
        await dora.dial("1")
        await trio.sleep(0.5)
        assert await hears_music(dora)
        await dora.dial("3")
        await trio.sleep(CHOICES_S)
        assert await hears_music(dora), office.story()
        assert office.queues.rows.queue("sales").calls == [1]


async def test_he_gives_another_number_and_one_that_may_not_be_called_is_refused_in_words(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora = await calls(office)
        await trio.sleep(4)
        await dora.dial("3")
        await trio.sleep(2)
        await dora.dial("2")
        await trio.sleep(2)
        await dora.dial("0085212345678#")  # abroad: past "local"
        await trio.sleep(1)
        assert await hears_words(dora)
        await trio.sleep(3)
        await dora.dial("8006#")
        await trio.sleep(3)
        await dora.dial("1")
        await trio.sleep(1)
        dora.hang_up()
        await trio.sleep(1)
        assert [row.number for row in office.queues.call_backs.rows()] == ["8006"], office.story()
        log_all_on(office, "1001")
        ann, fay = office.phone("8001"), office.phone("8006")
        await ann.rung(within=SOON)
        ann.lift()
        await fay.rung(within=WORDS)
        fay.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, fay)


@pytest.mark.parametrize("number", ["110", "119", "*57*8001", "013912345678", "0085212345678", "12345678901234"])
async def test_no_emergency_number_no_code_and_nothing_past_the_class_is_ever_called_back(
    autojump_clock: trio.testing.MockClock, number: str
) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora = await calls(office)
        await trio.sleep(1)
        with pytest.raises(Refused, match="call_back_class"):
            office.queues.call_backs.take(office.exchange.calls[1], "sales", number, 0.0)
        dora.hang_up()


async def test_an_agent_who_does_not_lift_loses_it_to_the_next_and_the_caller_notices_nothing(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(strategy="linear", ring_s=6), queues=True) as office:
        dora = await calls(office)
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001", "1002")
        ben = office.phone("8002")
        await ben.rung(within=12)
        assert agent(office, "1001").reason == "no answer"
        assert not dora.ringing
        ben.lift()
        await dora.rung(within=WORDS)
        dora.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ben, dora)


async def test_of_all_who_ring_one_lifts_and_calls_him(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_call_backs(strategy="ring all"), queues=True) as office:
        dora = await calls(office)
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001", "1002", "1003")
        phones = [office.phone(f"800{n}") for n in (1, 2, 3)]
        for phone in phones:
            await phone.rung(within=SOON)
        phones[1].lift()
        phones[2].lift()
        await dora.rung(within=WORDS)
        dora.lift()
        await trio.sleep(0.5)
        busy = [n for n in (1, 2, 3) if agent(office, f"100{n}").state == "busy"]
        assert len(busy) == 1, office.story()
        await office.hear_each_other(phones[busy[0] - 1], dora)


async def test_no_answer_is_told_to_the_agent_and_tried_again_and_then_given_up(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tables = with_call_backs(call_back_tries=2, call_back_again_s=60, call_back_ring_s=10)
    async with open_office(tables, queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        for tries in (1, 2):
            await ann.rung(within=70)
            ann.lift()
            await dora.rung(within=WORDS)
            await trio.sleep(11)
            assert await hears_words(ann)
            await trio.sleep(QUIET)
            assert not dora.ringing
            ann.hang_up()
            await trio.sleep(2)
            assert (agent(office, "1001").state, agent(office, "1001").answered) == ("ready", 0)
            assert [row.tries for row in office.queues.call_backs.rows()] == ([1] if tries == 1 else [])
        assert results(office) == ["no-answer", "no-answer", "call-back failed"], office.story()


async def test_an_agent_who_hangs_up_before_he_answers_has_tried_him(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_call_backs(call_back_again_s=30), queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        ann.lift()
        await dora.rung(within=WORDS)
        ann.hang_up()
        await trio.sleep(QUIET)
        assert not dora.ringing
        (row,) = office.queues.call_backs.rows()
        assert (row.state, row.tries, agent(office, "1001").state) == ("rests", 1, "ready")
        await ann.rung(within=40)


async def test_the_caller_first_presses_one_and_the_agent_who_is_reserved_rings(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(call_back_first="caller"), queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        await dora.rung(within=RINGS)
        assert agent(office, "1001").state == "offered a call"
        assert not ann.ringing
        dora.lift()
        await trio.sleep(1)
        assert await hears_words(dora)
        await dora.dial("1")
        await ann.rung(within=SOON)
        await dora.hear_tone("ringback", within=SOON)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, dora)
        assert results(office) == ["answered", "reached"]
        day = office.queues.rows.queue("sales")
        assert (day.asked_back, day.called_back, day.answered, day.abandoned) == (1, 1, 0, 0)


async def test_the_caller_first_and_the_agent_does_not_lift_so_he_waits_for_the_next(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(
        with_call_backs(call_back_first="caller", ring_s=6, strategy="linear"), queues=True
    ) as office:
        dora = await calls(office)
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        await dora.rung(within=RINGS)
        dora.lift()
        await trio.sleep(1)
        await dora.dial("1")
        await trio.sleep(10)
        assert await hears_music(dora), office.story()
        log_all_on(office, "1002")
        ben = office.phone("8002")
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ben, dora)


async def test_the_caller_first_a_machine_that_answers_presses_nothing_and_no_agent_is_rung(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(call_back_first="caller"), queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        await dora.rung(within=RINGS)
        dora.lift()
        await trio.sleep(40)
        assert not ann.ringing
        assert (results(office), agent(office, "1001").state) == (["no-answer"], "ready")
        dora.hang_up()


async def test_who_rings_again_by_himself_has_his_place_back_and_is_called_no_more(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora, eve, ann = await calls(office), office.phone("8005"), office.phone("8001")
        await asks_to_be_called(office, dora)
        await office.dial(eve, "8500")
        await trio.sleep(1)
        await office.dial(dora, "8500")
        await trio.sleep(1)
        assert office.queues.rows.queue("sales").calls == [3, 2]
        assert office.queues.call_backs.rows() == []
        assert results(office) == ["rang himself"]
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, dora)


async def test_who_gave_up_and_rings_again_in_time_has_his_place_back(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(place_kept_s=60), queues=True) as office:
        dora, eve = await calls(office), office.phone("8005")
        await trio.sleep(2)
        dora.hang_up()
        await office.dial(eve, "8500")
        await trio.sleep(20)
        await office.dial(dora, "8500")
        await trio.sleep(1)
        assert office.queues.rows.queue("sales").calls == [3, 2]


async def test_it_is_cancelled_and_nobody_rings(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        office.queues.call_backs.cancel(1, "Mei")
        await trio.sleep(QUIET)
        assert not ann.ringing
        ended = next(event for event in office.events if event.kind == "CallBackEnded")
        assert (ended.data["result"], ended.data["by"]) == ("call-back cancelled", "Mei")
        assert office.exchange.journal.state.under("queues/call back/") == {}
        with pytest.raises(Refused, match="no call-back"):
            office.queues.call_backs.cancel(1, "Mei")


async def test_an_appointment_of_a_flow_is_kept_not_before_its_time(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora = await calls(office)
        await trio.sleep(1)
        ask_for = office.queues.call_backs.take
        at = office.exchange.utc().timestamp() + 600
        ask_for(office.exchange.calls[1], "8500", "8004", at)
        ask_for(office.exchange.calls[1], "8500", "8004", 0.0)  # once is enough
        dora.hang_up()
        log_all_on(office, "1001")
        ann = office.phone("8001")
        await trio.sleep(590)
        assert not ann.ringing
        await ann.rung(within=20)


async def test_his_agent_logs_off_while_he_is_called(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(with_call_backs(call_back_first="caller"), queues=True) as office:
        dora, ben = await calls(office), office.phone("8002")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        await dora.rung(within=RINGS)
        ask(office, "1001", Act.LOG_OFF)
        await trio.sleep(1)
        dora.lift()
        await trio.sleep(1)
        await dora.dial("1")
        await trio.sleep(2)
        assert await hears_music(dora), office.story()
        log_all_on(office, "1002")
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ben, dora)


@pytest.mark.parametrize("picker", ["8002", "8006"], ids=["an agent", "nobody of the queue"])
async def test_a_colleague_picks_up_what_rings_for_a_call_back_and_calls_him(
    autojump_clock: trio.testing.MockClock, picker: str
) -> None:
    async with open_office(with_call_backs(strategy="linear"), queues=True) as office:
        dora, other = await calls(office), office.phone(picker)
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001", "1002")
        await office.phone("8001").rung(within=SOON)
        await office.dial(other, "*8#")
        await dora.rung(within=WORDS)
        dora.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(other, dora)
        assert results(office) == ["answered", "reached"]


async def test_a_try_that_is_cleared_by_order_while_the_agent_rings_counts_and_frees_him(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        Acts(office.exchange).clear_call(2)
        await trio.sleep(1)
        assert (results(office), agent(office, "1001").state) == (["given up"], "ready")
        (row,) = office.queues.call_backs.rows()
        assert (row.state, row.tries) == ("rests", 1)


async def test_an_agent_who_deflects_a_call_back_has_not_called_and_nobody_rings_for_the_queue(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(with_call_backs(), queues=True) as office:
        dora, ann = await calls(office), office.phone("8001")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001")
        await ann.rung(within=SOON)
        Acts(office.exchange).deflect("8001", 2, "8005")
        await office.all_idle()
        assert results(office) == ["given up"]


async def test_a_try_that_failed_and_goes_on_with_its_agent_is_no_longer_the_callers_place(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tables = with_call_backs(call_back_again_s=12, call_back_ring_s=5, strategy="linear")
    async with open_office(tables, queues=True) as office:
        dora, ann, ben = await calls(office), office.phone("8001"), office.phone("8002")
        await asks_to_be_called(office, dora)
        log_all_on(office, "1001", "1002")
        await ann.rung(within=SOON)
        ann.lift()
        await dora.rung(within=WORDS)
        await trio.sleep(5)  # now he is told why
        await ben.rung(within=12 + SOON)
        assert agent(office, "1001").calls == [2], "the call in which he hears why"
        assert agent(office, "1002").offer == max(office.exchange.calls), "the next try"
        ann.hang_up()
        ben.lift()
        await dora.rung(within=WORDS)
        dora.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ben, dora)
        assert agent(office, "1001").state == "ready"
