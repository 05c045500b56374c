"""Conference rooms: entry by PIN, the chair, muting, locking, sending out, and many people."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing

from hw.sim.telephone import Telephone
from tests.exchange.office import SOON, WORDS, Office, configuration, open_office

pytestmark = pytest.mark.native

PIN, CHAIR = "135790", "246801"


def room(**settings: Any) -> dict[str, Any]:
    return configuration(conference=[{"number": "8600", "announce": "off", **settings}])


async def enter(office: Office, telephone: Telephone, pin: str = "") -> None:
    await office.dial(telephone, "8600")
    await trio.sleep(1)
    if pin:
        await telephone.dial(f"{pin}#")
    await trio.sleep(4)  # "you are participant number ..."


async def test_whoever_is_in_the_room_speaks_with_all(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(room()) as office:
        people = [office.phone(f"800{n}") for n in (1, 2, 3, 4)]
        for one in people:
            await enter(office, one)
        await office.hear_each_other(*people)
        people[0].hang_up()
        await trio.sleep(1)
        await office.hear_each_other(*people[1:])
        for one in people[1:]:
            one.hang_up()
        await office.all_idle()
        assert not office.exchange.rooms


async def test_a_wrong_pin_does_not_open_the_room(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(room(pin=PIN)) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await enter(office, ann, PIN)
        await enter(office, ben, "111111")
        for _ in range(2):
            await ben.dial("111111#")
            await trio.sleep(1)
        await ben.hear_tone("busy", within=WORDS)
        assert len(office.exchange.rooms["8600"].seats) == 1


async def test_the_chair_mutes_locks_and_sends_out(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(room(pin=PIN, chair_pin=CHAIR)) as office:
        ann, ben, carl, dora = (office.phone(f"800{n}") for n in (1, 2, 3, 4))
        await enter(office, ann, CHAIR)
        await enter(office, ben, PIN)
        await enter(office, carl, PIN)
        await ann.dial("*1")
        await trio.sleep(4)
        heard = await office.heard_by(ann, ben, carl)
        assert heard == {"8001": set(), "8002": {"8001"}, "8003": {"8001"}}, office.story()
        await ann.dial("*1")
        await trio.sleep(4)
        await office.hear_each_other(ann, ben, carl)
        await ann.dial("*7")
        await enter(office, dora, PIN)
        await dora.hear_tone("busy", within=WORDS)
        await ann.dial("*5")
        await carl.hear_tone("busy", within=WORDS)
        await office.hear_each_other(ann, ben)
        await ann.dial("*0")
        await ben.hear_tone("busy", within=WORDS)


async def test_ben_mutes_himself(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(room()) as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await enter(office, ann)
        await enter(office, ben)
        await ben.dial("*6")
        await trio.sleep(3)
        assert await office.heard_by(ann, ben) == {"8001": set(), "8002": {"8001"}}
        await ben.dial("*6")
        await trio.sleep(3)
        await office.hear_each_other(ann, ben)


async def test_they_wait_for_the_chair_with_music_and_go_with_him(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(room(chair_pin=CHAIR, wait_for_chair=True, end_with_chair=True)) as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        for one in (ben, carl):
            await enter(office, one, "#")
        assert (await ben.listen(1)).dbm0 > -40
        await office.hear_nobody(ben, carl)
        await enter(office, ann, CHAIR)
        await office.hear_each_other(ann, ben, carl)
        ann.hang_up()
        await ben.hear_tone("busy", within=SOON)
        await carl.hear_tone("busy", within=SOON)


async def test_ann_brings_a_caller_into_the_room(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(room()) as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await enter(office, carl)
        await office.connect(ben, ann)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("8600")
        await trio.sleep(1)
        await office.hear_each_other(ann, carl)
        await office.hear_nobody(ben, ann, carl)
        ann.hang_up()
        await trio.sleep(3)
        await office.hear_each_other(ben, carl)


async def test_a_full_room_takes_the_chair_and_nobody_else(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(room(size=3, chair_pin=CHAIR)) as office:
        for number in ("8001", "8002", "8003"):
            await enter(office, office.phone(number), "#")
        await enter(office, office.phone("8004"), "#")
        await office.phone("8004").hear_tone("congestion", within=WORDS)
        await enter(office, office.phone("8005"), CHAIR)
        assert len(office.exchange.rooms["8600"].seats) == 4


async def test_thirty_two_people_in_one_room(autojump_clock: trio.testing.MockClock) -> None:
    numbers = [str(8001 + at) for at in range(32)]
    tables = room(size=40)
    tables["card"] = [{"name": "sim", "kind": "simulated", "spans": [{"kind": "stations", "count": 32}]}]
    tables |= {"span": [], "trunk": [], "trunk_group": [], "route": []}
    tables["station"] = [{"number": number, "card": "sim", "channel": at} for at, number in enumerate(numbers, 1)]
    async with open_office(tables) as office:
        people = [office.phone(number) for number in numbers]
        async with trio.open_nursery() as nursery:
            for one in people:
                nursery.start_soon(enter, office, one)
        assert len(office.exchange.rooms["8600"].seats) == 32
        heard = await office.heard_by(people[0], people[31], people[15])
        first, last, middle = (people[at].name for at in (0, 31, 15))
        assert heard == {first: {last, middle}, last: {first, middle}, middle: {first, last}}
