"""Callers who are sent into a flow by whom they speak with, and come back with what they were asked."""

from __future__ import annotations

from functools import partial

import pytest
import trio
import trio.testing

from core.exchange.refusal import Refused
from tests.exchange.office import SOON
from tests.ivr.test_on_the_telephone import PIN, service

pytestmark = pytest.mark.native


async def test_an_agent_sends_a_caller_into_a_flow_and_gets_him_back(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with service() as (office, flows):
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        (call,) = office.exchange.calls.values()
        keeper = office.exchange.stations["8002"].active
        assert keeper is not None

        async def send() -> None:
            flows.flows.hand_over(call, keeper, "pin")

        await flows.hears(ann, "pin.enter", 4, send)
        assert await office.heard_by(ann, ben) == {"8001": set(), "8002": set()}
        await ann.dial("271828#")
        await trio.sleep(1)
        assert call.data["pin"] == "271828"
        await office.hear_each_other(ann, ben)
        with pytest.raises(Refused):
            flows.flows.hand_over(call, keeper, "no-such-flow")
        ben.hang_up()
        await ann.hear_tone("busy", within=10)


async def test_a_telephone_sends_its_caller_into_a_flow_by_code(autojump_clock: trio.testing.MockClock) -> None:
    async with service() as (office, flows):
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        (call,) = office.exchange.calls.values()
        await ben.flash()
        await ben.hear_tone("dial", within=SOON)
        await flows.hears(ann, "pin.enter", 7, partial(ben.dial, "*74*8601#"))
        await ann.dial("271828#")
        await trio.sleep(1)
        assert call.data["pin"] == "271828"
        await office.hear_each_other(ann, ben)
        assert list(office.exchange.calls) == [call.id]
        used = [event.data for event in office.events if event.kind == "ServiceUsed"]
        assert [(each["service"], each["result"]) for each in used] == [("hand_over", "done")]


@pytest.mark.parametrize("number", ["8600", "8999"])
async def test_a_code_for_a_flow_that_is_none_leaves_the_caller_on_hold(
    number: str, autojump_clock: trio.testing.MockClock
) -> None:
    async with service() as (office, flows):
        flows.publish({"pin": PIN})
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        await ben.flash()
        await ben.hear_tone("dial", within=SOON)
        await ben.dial(f"*74*{number}#")
        await trio.sleep(6)
        await ben.flash()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, ben)


async def test_a_caller_who_hangs_up_in_the_agents_flow_leaves_nobody_waiting(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with service() as (office, flows):
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        (call,) = office.exchange.calls.values()
        keeper = office.exchange.stations["8002"].active
        assert keeper is not None
        flows.flows.hand_over(call, keeper, "pin")
        await trio.sleep(1)
        with pytest.raises(Refused):
            flows.flows.hand_over(call, keeper, "pin")
        ann.hang_up()
        await ben.hear_tone("busy", within=10)
