"""Agents whose telephone stays off the hook, and agents who take the next call while they hold one."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from core.acd.agents import Act
from core.exchange.acts import Acts
from core.exchange.refusal import Refused
from core.queues import open_line
from hw.sim.telephone import Telephone
from tests.exchange.office import SOON, Office, open_office
from tests.queues.desk import agent, ask, calls, hears_music, log_all_on, queues

pytestmark = pytest.mark.native

PERMANENT = {"line": "permanent", "answer": "automatic"}


async def logs_on(office: Office, number: str = "1001") -> Telephone:
    telephone = office.phone(f"800{number[-1]}")
    await office.dial(telephone, f"*81*{number}#")
    await trio.sleep(4)  # it says so
    return telephone


def rests(telephone: Telephone) -> bool:
    """No tone that wants something of its user. (That one was waiting is known to be over some seconds later.)"""
    return telephone.off_hook and telephone.tone in (None, "call_waiting")


async def test_a_call_is_his_after_a_beep_and_then_it_is_silent_again(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(group=PERMANENT), queues=True) as office:
        ann = await logs_on(office)
        assert rests(ann)
        assert agent(office, "1001").state == "ready"
        for caller in ("8004", "8005"):
            customer = await calls(office, caller)
            await trio.sleep(2)
            await office.hear_each_other(customer, ann)
            assert agent(office, "1001").state == "busy"
            customer.hang_up()
            await trio.sleep(2)
            assert rests(ann), office.story()
            assert agent(office, "1001").state == "ready"
        ann.hang_up()
        await trio.sleep(1)
        assert agent(office, "1001").state == "logged off"


async def test_by_hand_he_takes_it_with_the_hook_key(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(group={"line": "permanent"}), queues=True) as office:
        ann = await logs_on(office)
        customer = await calls(office)
        await trio.sleep(2)
        assert agent(office, "1001").state == "offered a call"
        await ann.flash()
        await trio.sleep(1)
        await office.hear_each_other(customer, ann)
        customer.hang_up()
        ann.hang_up()


async def test_who_hangs_up_in_a_call_has_ended_his_shift_and_the_caller_is_free(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(group=PERMANENT), queues=True) as office:
        ann = await logs_on(office)
        customer = await calls(office)
        await trio.sleep(2)
        ann.hang_up()
        await customer.hear_tone("busy", within=SOON)
        await trio.sleep(1)
        assert agent(office, "1001").state == "logged off"
        assert not ann.ringing


async def test_he_consults_transfers_and_is_ready_again(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(group=PERMANENT), queues=True) as office:
        ann, ben = await logs_on(office), office.phone("8006")
        customer = await calls(office)
        await trio.sleep(2)
        await office.consult(ann, ben, for_s=1)
        await office.hear_each_other(ann, ben)
        await ann.flash()
        await trio.sleep(0.5)
        await ann.dial("4")
        await trio.sleep(2)
        await office.hear_each_other(customer, ben)
        assert rests(ann), office.story()
        assert agent(office, "1001").state == "ready"
        customer.hang_up()
        ann.hang_up()


async def test_codes_are_dialled_from_an_open_line(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(group=PERMANENT), queues=True) as office:
        ann = await logs_on(office)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("#82#")
        await trio.sleep(5)
        assert agent(office, "1001").state == "not ready"
        assert rests(ann), office.story()
        ask(office, "1001", Act.LOG_OFF)
        await ann.hear_tone("busy", within=SOON)
        assert agent(office, "1001").state == "logged off"
        ann.hang_up()


async def test_a_call_that_is_not_taken_goes_to_the_next(autojump_clock: trio.testing.MockClock) -> None:
    tables = queues(group={"line": "permanent"}, strategy="linear", ring_s=10)
    async with open_office(tables, queues=True) as office:
        ann, ben = await logs_on(office), await logs_on(office, "1002")
        customer = await calls(office)
        await trio.sleep(12)
        assert agent(office, "1001").state == "not ready"
        assert rests(ann), office.story()
        await ben.flash()
        await trio.sleep(1)
        await office.hear_each_other(customer, ben)
        customer.hang_up()
        ann.hang_up()
        ben.hang_up()


# ---- the next call while one is held ----


async def test_who_holds_his_caller_is_offered_the_next_one(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(group={"next_call_while_holding": True}), queues=True) as office:
        log_all_on(office, "1001")
        acts, ann = Acts(office.exchange), office.phone("8001")
        first = await calls(office)
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        second = await calls(office, "8005")
        await trio.sleep(2)
        assert agent(office, "1001").state == "busy"  # he speaks: nothing is offered
        (call,) = agent(office, "1001").calls
        acts.hold("8001", call)
        await trio.sleep(2)
        assert agent(office, "1001").state == "offered a call", office.story()
        acts.answer("8001", agent(office, "1001").offer)
        await trio.sleep(1)
        await office.hear_each_other(second, ann)
        assert await hears_music(first)
        second.hang_up()
        await trio.sleep(1)
        acts.retrieve("8001", call)
        await trio.sleep(1)
        await office.hear_each_other(first, ann)
        first.hang_up()
        ann.hang_up()


async def test_who_takes_his_caller_back_loses_the_offer_and_nobody_is_lost(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(group={"next_call_while_holding": True}), queues=True) as office:
        log_all_on(office, "1001")
        acts, ann = Acts(office.exchange), office.phone("8001")
        first = await calls(office)
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        (call,) = agent(office, "1001").calls
        acts.hold("8001", call)
        second = await calls(office, "8005")
        await trio.sleep(2)
        acts.retrieve("8001", call)
        await trio.sleep(1)
        await office.hear_each_other(first, ann)
        assert await hears_music(second)
        first.hang_up()
        ann.hang_up()
        await trio.sleep(8)
        assert ann.ringing, office.story()
        ann.lift()
        await trio.sleep(1)
        await office.hear_each_other(second, ann)
        second.hang_up()
        ann.hang_up()


async def test_without_the_setting_nothing_is_offered_while_he_holds(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(), queues=True) as office:
        log_all_on(office, "1001")
        acts, ann = Acts(office.exchange), office.phone("8001")
        first = await calls(office)
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(1)
        acts.hold("8001", agent(office, "1001").calls[0])
        second = await calls(office, "8005")
        await trio.sleep(2)
        assert await hears_music(second)
        assert agent(office, "1001").state == "busy"
        for telephone in (first, second, ann):
            telephone.hang_up()


async def test_who_opens_his_line_while_a_caller_waits_has_him_at_once(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(group=PERMANENT), queues=True) as office:
        customer = await calls(office)
        await trio.sleep(3)
        ann = await logs_on(office)
        await trio.sleep(2)
        await office.hear_each_other(customer, ann)
        customer.hang_up()
        await trio.sleep(2)
        assert rests(ann)


async def test_who_logs_on_by_program_while_a_caller_waits_lifts_for_his_line_first(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(queues(group=PERMANENT), queues=True) as office:
        customer, ann = await calls(office), office.phone("8001")
        await trio.sleep(3)
        await open_line.log_on(office.queues, "8001", "1001", "")
        await ann.rung(within=SOON)
        ann.lift()
        await trio.sleep(6)
        await office.hear_each_other(customer, ann)
        customer.hang_up()
        await trio.sleep(2)
        assert rests(ann), office.story()
        assert agent(office, "1001").state == "ready"


async def test_whose_telephone_cannot_ring_is_not_logged_on_by_program(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(group=PERMANENT), queues=True) as office:
        ann, acts = office.phone("8001"), Acts(office.exchange)
        acts.block("8001")
        with pytest.raises(Refused, match="8001"):
            await open_line.log_on(office.queues, "8001", "1001", "")
        acts.unblock("8001")
        ann.lift()
        await trio.sleep(1)
        with pytest.raises(Refused, match="8001"):
            await open_line.log_on(office.queues, "8001", "1001", "")
        assert agent(office, "1001").state == "logged off"
        assert not office.queues.desks.opening


async def test_a_program_calls_somebody_from_an_open_line(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(queues(group=PERMANENT), queues=True) as office:
        ann, acts, eve = await logs_on(office), Acts(office.exchange), office.phone("8005")
        (own,) = office.exchange.stations["8001"].legs
        acts.consult("8001", own.call.id, "8005")
        await eve.rung(within=SOON)
        eve.lift()
        await trio.sleep(1)
        await office.hear_each_other(ann, eve)
        assert agent(office, "1001").state == "busy"
        eve.hang_up()
        await trio.sleep(2)
        assert rests(ann)
        assert agent(office, "1001").state == "ready"
