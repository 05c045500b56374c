"""A flow leads callers to agents: with a priority, for as long as it says, and asks them afterwards how it was."""

from __future__ import annotations

from functools import partial

import pytest
import trio
import trio.testing

from core.acd.agents import Act
from tests.exchange.office import SOON, WORDS, open_office
from tests.ivr.test_on_the_telephone import PIN, Service
from tests.queues.desk import agent, ask, hears_music, log_all_on, queues

pytestmark = pytest.mark.native

FLOW = """
[flow]
start = "queue"
[defaults]
give_up = "bye"
[node.queue]
kind = "queue"
queue = "sales"
priority = "9 if call.caller == '8005' else 1"
longest_s = 30
next = "score"
timeout = "busy"
full = "busy"
[node.score]
kind = "survey"
prompts = ["sample.score"]
question = "service"
next = "bye"
[node.busy]
kind = "play"
prompts = ["call.busy"]
next = "bye"
[node.bye]
kind = "hangup"
prompts = ["call.goodbye"]
"""
TABLES = queues() | {"flow": [{"number": "8600", "flow": "office"}]}


async def test_a_caller_waits_speaks_with_an_agent_and_rates_him(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(TABLES, queues=True) as office:
        flows = Service(office, None, {"office": FLOW, "pin": PIN})
        ann, ben = office.phone("8004"), office.phone("8002")
        log_all_on(office, "1002")
        ask(office, "1002", Act.NOT_READY)
        await office.dial(ann, "8600")
        await trio.sleep(3)
        assert await hears_music(ann)
        ask(office, "1002", Act.READY)
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(ann, ben)
        assert agent(office, "1002").state == "busy"

        async def hang_up() -> None:
            ben.hang_up()

        await flows.hears(ann, "sample.score", doing=hang_up)
        assert agent(office, "1002").state == "ready"
        await flows.hears(ann, "call.goodbye", doing=partial(ann.dial, "5"))
        ann.hang_up()
        await office.all_idle()
        (scored,) = [event for event in office.events if event.kind == "Scored"]
        assert scored.data == {"question": "service", "score": 5, "station": "8002"}


async def test_who_comes_later_with_a_higher_priority_is_served_first(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office(TABLES, queues=True) as office:
        Service(office, None, {"office": FLOW, "pin": PIN})
        first, second, ben = office.phone("8004"), office.phone("8005"), office.phone("8002")
        log_all_on(office, "1002")
        ask(office, "1002", Act.NOT_READY)
        for caller in (first, second):
            await office.dial(caller, "8600")
            await trio.sleep(2)
        ask(office, "1002", Act.READY)
        await ben.rung(within=SOON)
        ben.lift()
        await trio.sleep(0.5)
        await office.hear_each_other(second, ben)


async def test_who_has_waited_long_enough_is_told_so(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(TABLES, queues=True) as office:
        flows = Service(office, None, {"office": FLOW, "pin": PIN})
        ann = office.phone("8004")
        log_all_on(office, "1002")
        ask(office, "1002", Act.NOT_READY)
        await office.dial(ann, "8600")
        await flows.hears(ann, "call.busy", 36)
        ann.hang_up()
        await office.all_idle()
        assert flows.ended() == ["finished"]
        assert not [event for event in office.events if event.kind == "Offered"]


async def test_a_caller_who_hangs_up_while_he_waits_leaves_the_queue(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(TABLES, queues=True) as office:
        flows = Service(office, None, {"office": FLOW, "pin": PIN})
        ann, ben = office.phone("8004"), office.phone("8002")
        log_all_on(office, "1002")
        ask(office, "1002", Act.NOT_READY)
        await office.dial(ann, "8600")
        await trio.sleep(3)
        ann.hang_up()
        await office.all_idle()
        ask(office, "1002", Act.READY)
        await trio.sleep(2)
        assert not ben.ringing
        assert flows.ended() == ["hung up"]


ASKS = """
[flow]
start = "ask"
[node.ask]
kind = "callback"
number = "%s"
queue = "sales"
next = "bye"
on_error = "no"
[node.bye]
kind = "hangup"
prompts = ["queue.call-back-taken"]
[node.no]
kind = "hangup"
prompts = ["queue.call-back-impossible"]
"""


@pytest.mark.parametrize(("number", "called"), [("call.caller", ["8004"]), ("'0085212345678'", [])])
async def test_who_asks_a_flow_to_be_called_back_is_called_by_the_queue_if_he_may_be(
    autojump_clock: trio.testing.MockClock, number: str, called: list[str]
) -> None:
    async with open_office(TABLES, queues=True) as office:
        flows = Service(office, None, {"office": ASKS % number, "pin": PIN})
        dora, ben = office.phone("8004"), office.phone("8002")
        dora.lift()
        await dora.hear_tone("dial", within=SOON)
        said = "queue.call-back-taken" if called else "queue.call-back-impossible"
        await flows.hears(dora, said, doing=partial(dora.dial, "8600"))
        dora.hang_up()
        await trio.sleep(1)
        assert [row.number for row in office.queues.call_backs.rows()] == called, office.story()
        if called:
            log_all_on(office, "1002")
            await ben.rung(within=SOON)
            ben.lift()
            await dora.rung(within=WORDS)
            dora.lift()
            await trio.sleep(0.5)
            await office.hear_each_other(dora, ben)


async def test_the_priority_of_a_consultation_is_not_written_into_the_data_of_the_caller_who_is_held(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Ann asks the hot line while she holds her caller; sent on later, he has no more than he came with."""
    async with open_office(TABLES, queues=True) as office:
        Service(office, None, {"office": FLOW.replace("'8005'", "'8001'"), "pin": PIN})
        ann = office.phone("8001")
        await office.connect(office.phone("8004"), ann)
        (held,) = office.exchange.calls.values()
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("8600")
        await trio.sleep(5)
        (waits,) = [event for event in office.events if event.kind == "Queued"]
        assert waits.call != held.id
        assert waits.data["priority"] == 9, "the consultation itself is urgent"
        assert "priority" not in held.data
        ann.hang_up()
        await trio.sleep(2)
