"""One telephone calls another, the town calls in, we call the town: who rings, who hears what, what is noted."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from tests.exchange.office import RINGS, SOON, open_office

pytestmark = pytest.mark.native


async def test_ann_calls_ben_and_hangs_up(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "8002")
        await ben.rung(within=SOON)
        assert (await ben.show(within=6)).number == "8001"
        await ann.hear_tone("ringback", within=8)
        ben.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, ben)
        ann.hang_up()
        await ben.hear_tone("busy", within=5)
        ben.hang_up()
        await office.all_idle()
        assert office.kinds(1) == [
            "ServiceInitiated",
            "DigitsDialled",
            "Originated",
            "Routed",
            "Delivered",
            "Established",
            "ConnectionCleared",
            "ConnectionCleared",
            "CallCleared",
        ], office.story()


async def test_the_town_calls_ben(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ben = office.phone("8002")
        call = office.call_from_town("8002", "62000009")
        await ben.rung(within=SOON)
        ben.lift()
        with trio.fail_after(2):
            await call.answered.wait()
        call.hang_up()
        await ben.hear_tone("busy", within=5)
        ben.hang_up()
        await office.all_idle()


async def test_ann_calls_the_town(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await office.dial(ann, "962000006")  # answers after 2 s, hangs up 5 s later
        await ann.hear_tone("ringback", within=RINGS)
        await ann.hear_tone("busy", within=12)
        ann.hang_up()
        await office.all_idle()


async def test_ann_dials_a_number_that_nobody_has(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await office.dial(ann, "5")
        await ann.hear_tone("vacant", within=8)
        ann.hang_up()
        await office.all_idle()


async def test_ann_gives_up_while_ben_rings(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "8002")
        await ben.rung(within=SOON)
        ann.hang_up()
        await trio.sleep(7)
        assert not ben.ringing
        await office.all_idle(within=1)


async def test_ben_does_not_answer(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben = office.phone("8001"), office.phone("8002")
        await office.dial(ann, "8002")
        await ben.rung(within=SOON)
        await ann.hear_tone("busy", within=40)
        await trio.sleep(7)
        assert not ben.ringing
        ann.hang_up()
        await office.all_idle()


async def test_ann_transfers_ben_to_carl_after_asking(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ben, ann)
        await ann.flash()
        await ann.hear_tone("dial", within=3)
        await ann.dial("8003")
        await carl.rung(within=SOON)
        await ann.hear_tone("ringback", within=8)
        await office.hear_nobody(ben, ann)
        carl.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, carl)
        ann.hang_up()
        await trio.sleep(0.3)
        await office.hear_each_other(ben, carl)
        ben.hang_up()
        await carl.hear_tone("busy", within=5)
        carl.hang_up()
        await office.all_idle()
