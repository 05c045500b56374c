"""One number rings several telephones."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing

from tests.exchange.office import SOON, configuration, open_office

pytestmark = pytest.mark.native


def group(order: str, **more: Any) -> dict[str, Any]:
    row = {"number": "8100", "members": ["8002", "8003", "8004"], "order": order, "no_answer_s": 10, **more}
    return configuration(hunt_group=[row])


async def test_all_ring_and_the_first_to_lift_has_the_call(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(group("all")) as office:
        ann, ben, carl, dora = (office.phone(f"800{n}") for n in (1, 2, 3, 4))
        await office.dial(ann, "8100")
        for telephone in (ben, carl, dora):
            await telephone.rung(within=SOON)
        carl.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, carl)
        causes = [event.data["cause"] for event in office.events if event.kind == "ConnectionCleared"]
        assert causes == [26, 26], office.story()  # answered elsewhere


async def test_two_lift_at_once_and_one_of_them_has_the_call(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(group("all")) as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.dial(ann, "8100")
        await ben.rung(within=SOON)
        ben.lift()
        carl.lift()
        await trio.sleep(1)
        connected = [leg.name for leg in office.exchange.calls[1].legs]
        assert len(connected) == 2, office.story()


async def test_one_after_the_other(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(group("linear", overflow="8005")) as office:
        ann, eve = office.phone("8001"), office.phone("8005")
        office.phone("8003").lift()  # busy: passed over
        await office.dial(ann, "8100")
        await office.phone("8002").rung(within=SOON)
        await office.phone("8004").rung(within=12)
        await eve.rung(within=12)
        eve.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, eve)


async def test_the_next_call_begins_after_the_last_one(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(group("circular")) as office:
        ann = office.phone("8001")
        for number in ("8002", "8003", "8004", "8002"):
            await office.dial(ann, "8100")
            await office.phone(number).rung(within=SOON)
            ann.hang_up()
            await trio.sleep(8)


async def test_at_night_the_group_is_somewhere_else(autojump_clock: trio.testing.MockClock) -> None:
    never = {"name": "office", "hours": [], "holidays": ""}
    async with open_office({**group("all", calendar="office", night="8006"), "calendar": [never]}) as office:
        await office.dial(office.phone("8001"), "8100")
        await office.phone("8006").rung(within=SOON)
        assert not office.phone("8002").rings


async def test_groups_that_send_calls_to_each_other_do_not_for_ever(autojump_clock: trio.testing.MockClock) -> None:
    rows = [
        {"number": "8100", "members": ["8002"], "overflow": "8200", "no_answer_s": 5},
        {"number": "8200", "members": ["8003"], "overflow": "8100", "no_answer_s": 5},
    ]
    async with open_office(configuration(hunt_group=rows)) as office:
        ann = office.phone("8001")
        await office.dial(ann, "8100")
        await ann.hear_tone("vacant", within=30)
