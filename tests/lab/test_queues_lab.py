"""Queues over the real DAHDI driver: their main ways, told side by side, with the speech checked as audio.

    sales 8500     by ISDN: music, then two agents ring, one lifts
    help 8510      by telephone: the agent does not lift, the next one does
    service 8520   by telephone: 3, 1, hangs up, and is called back
    post 8530      by the analog line: nobody is there, and the call goes on to a telephone

Without words: the guest synthesises none. Real time, the guest's own.
"""

from __future__ import annotations

from typing import Any

import pytest
import trio

from core.queues import codes
from core.queues.log_on import take_seat
from core.queues.room import QueueRoom
from core.store.records import records
from hw.callerid import CallerId
from hw.sim.public_plan import TOWN
from hw.sim.telephone import Telephone
from tests.exchange.office import hears
from tests.lab.test_exchange_lab import SPEECH_S, Lab, busy, dial, lab
from tests.queues.desk import MUSIC_HZ

pytestmark = pytest.mark.lab

GROUP = {"name": "desk", "begin": "ready", "after_call": "none"}


def tables() -> dict[str, Any]:
    """Agent 1001 sits at 8001, and so on."""
    served = {"sales": ("1001", "1002"), "help": ("1003", "1004"), "service": ("1006",)}
    return {
        "queue": [
            {"name": "sales", "number": "8500", "strategy": "ring all"},
            {"name": "help", "number": "8510", "strategy": "linear", "ring_s": 8},
            {"name": "service", "number": "8520", "recipe": [{"after_s": 1, "offer": ["call back"]}]},
            {"name": "post", "number": "8530", "max_wait_s": 4, "instead": {"to": "number", "name": "8008"}},
        ],
        "agent_group": [GROUP],
        "agent": [
            {"number": number, "group": "desk", "queues": [{"queue": queue}]}
            for queue, numbers in served.items()
            for number in numbers
        ],
        "trunk_group": [
            {"name": "city", "lines": ["e1"], "calling": "66778800"},
            {"name": "analog", "lines": ["line1"], "incoming": "8530"},
        ],
    }


async def hears_music(telephone: Telephone) -> bool:
    return hears(await telephone.listen(1.0), MUSIC_HZ)


async def by_isdn_all_ring_and_one_lifts(lab: Lab, room: QueueRoom, ann: Telephone, ben: Telephone) -> None:
    call = lab.town.call("8500", TOWN["62000001"])
    with trio.fail_after(10):
        await call.answered.wait()
    take_seat(room, "8001", "1001")
    take_seat(room, "8002", "1002")
    await ann.rung(within=10)
    await ben.rung(within=10)
    ben.lift()
    await trio.sleep(2)
    (going,) = [one for one in lab.exchange.calls.values() if any(leg.name == "8002" for leg in one.legs)]
    assert {leg.name.partition("/")[0] for leg in going.legs} == {"e1", "8002"}, lab.story()
    call.hang_up()
    await ben.hear_tone("busy", within=10)
    ben.hang_up()


async def by_telephone_the_next_agent_lifts(lab: Lab, room: QueueRoom, phones: list[Telephone]) -> None:
    cat, dan, caller = phones
    await dial(caller, "8510")
    await trio.sleep(2)
    assert await hears_music(caller), lab.story()
    take_seat(room, "8003", "1003")
    take_seat(room, "8004", "1004")
    await cat.rung(within=10)
    await dan.rung(within=20)
    assert room.rows.agent("1003").reason == "no answer"
    dan.lift()
    await trio.sleep(1)
    await lab.hear_each_other(dan, caller, seconds=SPEECH_S)
    caller.hang_up()
    await dan.hear_tone("busy", within=10)
    dan.hang_up()


async def who_hangs_up_is_called_back(lab: Lab, room: QueueRoom, fay: Telephone, caller: Telephone) -> None:
    await dial(caller, "8520")
    await trio.sleep(4)
    await caller.dial("3")
    await trio.sleep(1)
    await caller.dial("1")
    await trio.sleep(1)
    caller.hang_up()
    await trio.sleep(2)
    assert [row.number for row in room.call_backs.rows()] == [caller.name], lab.story()
    take_seat(room, "8006", "1006")
    await fay.rung(within=10)
    fay.lift()
    await caller.rung(within=15)
    caller.lift()
    await trio.sleep(1)
    await lab.hear_each_other(fay, caller, seconds=SPEECH_S)
    fay.hang_up()
    await caller.hear_tone("busy", within=10)
    caller.hang_up()


async def by_the_analog_line_it_goes_on_to_a_telephone(lab: Lab, hal: Telephone) -> None:
    call = lab.line.exchange.call("60000001", CallerId(number="62000001"))
    await hal.rung(within=40)
    hal.lift()
    with trio.fail_after(10):
        await call.answered.wait()
    await trio.sleep(1)
    call.hang_up()
    await hal.hear_tone("busy", within=20)
    hal.hang_up()


async def test_the_main_ways_of_queues_over_the_real_driver() -> None:
    async with lab(**tables()) as office, trio.open_nursery() as running:
        room = QueueRoom(office.exchange)
        codes.add(room)
        await running.start(room.run)
        phones = list(office.telephones.values())
        async with trio.open_nursery() as stories:
            stories.start_soon(by_isdn_all_ring_and_one_lifts, office, room, phones[0], phones[1])
            stories.start_soon(by_telephone_the_next_agent_lifts, office, room, [phones[2], phones[3], phones[4]])
            stories.start_soon(who_hangs_up_is_called_back, office, room, phones[5], phones[6])
            stories.start_soon(by_the_analog_line_it_goes_on_to_a_telephone, office, phones[7])
        with trio.move_on_after(20):
            while office.exchange.calls or busy(office.exchange):  # noqa: ASYNC110
                await trio.sleep(0.2)
        assert not office.exchange.calls, office.story()
        assert not busy(office.exchange), office.story()
        found = list(records(office.events))
        assert all(record.end for record in found)
        assert {view.state for view in room.rows.agents()} <= {"ready", "not ready"}
        running.cancel_scope.cancel()
