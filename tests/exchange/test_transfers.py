"""Hold, consultation and every kind of transfer: who hears whom, and that the records of it add up."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from tests.exchange.office import RINGS, SOON, open_office

pytestmark = pytest.mark.native


async def test_who_is_held_hears_music_and_nobody(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        await ann.flash()
        await office.hear_nobody(ben, ann)
        assert (await ben.listen(1)).dbm0 > -40  # music
        await ann.flash()  # dial tone is given up: Ben is back
        await trio.sleep(0.3)
        await office.hear_each_other(ann, ben)


async def test_ann_asks_carl_and_goes_back_to_ben(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.consult(ann, carl)
        await office.hear_each_other(ann, carl)
        carl.hang_up()
        await trio.sleep(0.3)
        await ann.flash()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, ben)


async def test_ann_goes_to_and_fro_between_ben_and_carl(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.consult(ann, carl)
        for present, held in ((ben, carl), (carl, ben)):
            await ann.flash()
            await trio.sleep(3)  # no digit: alternate
            await office.hear_each_other(ann, present)
            await office.hear_nobody(held, ann, present)


@pytest.mark.parametrize("digit", ["1", "2", "3", "4"])
async def test_carl_hangs_up_after_the_flash_and_whatever_digit_follows_costs_nobody_ben(
    autojump_clock: trio.testing.MockClock, digit: str
) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.consult(ann, carl)
        await ann.flash()
        carl.hang_up()
        await trio.sleep(1.2)  # the box waits whether it is a flash
        await ann.dial(digit)
        await trio.sleep(0.5)
        await office.hear_each_other(ann, ben)


async def test_ben_hangs_up_after_the_flash_and_the_digit_that_releases_him_leaves_carl(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.consult(ann, carl)
        await ann.flash()
        ben.hang_up()
        await trio.sleep(1.2)
        await ann.dial("0")
        await trio.sleep(0.5)
        await office.hear_each_other(ann, carl)


async def test_three_people_speak_with_each_other(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.consult(ann, carl)
        await ann.flash()
        await ann.dial("3")
        await trio.sleep(0.3)
        await office.hear_each_other(ann, ben, carl)
        ann.hang_up()
        await trio.sleep(0.3)
        await office.hear_each_other(ben, carl)


async def test_ann_hangs_up_while_carl_rings_and_ben_waits_for_him(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("8003")
        await carl.rung(within=SOON)
        ann.hang_up()
        await ben.hear_tone("ringback", within=8)
        carl.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ben, carl)
        assert set(office.exchange.calls) == {1}


async def test_ann_hangs_up_with_ben_held_and_he_rings_her_back(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        await ann.flash()
        ann.hang_up()
        await ann.rung(within=RINGS)
        ann.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, ben)


async def test_nobody_answers_the_recall_and_ben_is_released(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        await ann.flash()
        ann.hang_up()
        await ann.rung(within=RINGS)
        await ben.hear_tone("busy", within=70)


async def test_ann_hangs_up_a_blocked_telephone_and_ben_does_not_wait_for_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.connect(ann, ben)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("0")
        await trio.sleep(1)
        office.exchange.stations["8001"].line.block()
        ann.hang_up()
        await ben.hear_tone("busy", within=SOON)
        assert not ann.rings


async def test_a_caller_from_town_is_sent_to_ben_without_asking_him(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        call = office.call_from_town("8001")
        await ann.rung(within=RINGS)
        ann.lift()
        await trio.sleep(0.3)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("*72*8002#")
        await ben.rung(within=SOON)
        ann.hang_up()
        ben.lift()
        await trio.sleep(0.3)
        assert {leg.name for leg in office.exchange.calls[1].legs} == {"8002", "e1/1"}, office.story()
        call.hang_up()
        await ben.hear_tone("busy", within=5)


async def test_ben_is_busy_when_a_caller_is_sent_to_him_and_ann_gets_the_caller_back(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        ben.lift()
        await office.connect(carl, ann)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("*72*8002#")
        ann.hang_up()
        await ann.rung(within=RINGS)
        ann.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, carl)


async def test_a_second_caller_is_announced_and_answered_by_flash(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.dial(carl, "8001")
        await carl.hear_tone("ringback", within=8)
        await ann.hear_tone("call_waiting", within=9)
        await ann.flash()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, carl)
        await office.hear_nobody(ben, ann, carl)
        carl.hang_up()
        await trio.sleep(0.3)
        await ann.flash()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, ben)


async def test_a_second_caller_rings_when_ann_hangs_up(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.dial(carl, "8001")
        await carl.hear_tone("ringback", within=8)
        ann.hang_up()
        await ann.rung(within=RINGS)
        ann.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, carl)
