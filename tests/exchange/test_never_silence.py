"""A telephone off the hook that nobody speaks with is told so; what is left in hand is got back."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from tests.exchange.office import SOON, Office, open_office

pytestmark = pytest.mark.native


async def test_carl_hangs_up_and_ann_who_holds_ben_hears_that_he_has(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.consult(ann, carl)
        carl.hang_up()
        await ann.hear_tone("busy", within=SOON)
        await ann.flash()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, ben)


async def test_ben_hangs_up_and_ann_takes_the_waiting_carl_by_flash(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.dial(carl, "8001")
        await ann.hear_tone("call_waiting", within=9)
        ben.hang_up()
        await trio.sleep(1)
        await ann.flash()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, carl)


async def waits(office: Office) -> None:
    """Ann speaks with Ben, Carl calls her and waits; she hears that he does."""
    ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
    await office.connect(ann, ben)
    await office.dial(carl, "8001")
    await ann.hear_tone("call_waiting", within=9)


async def test_nothing_says_that_carl_waits_when_he_does_not_any_more(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await waits(office)
        office.phone("8003").hang_up()
        await trio.sleep(1)
        assert (await ann.listen(9)).dbm0 < -50


async def test_nothing_says_that_carl_waits_when_ann_speaks_with_him(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await waits(office)
        await ann.flash()
        await trio.sleep(1)
        assert (await ann.listen(9)).dbm0 < -50
