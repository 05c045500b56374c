"""Who wants privacy is left alone, and a number that is not to be shown is shown by no way round."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from tests.exchange.office import RINGS, SOON, WORDS, Office, configuration, open_office

pytestmark = pytest.mark.native


async def hides_and_waits(office: Office) -> None:
    """Ann speaks with Ben; Carl calls her without showing his number, and waits."""
    ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
    await office.connect(ann, ben)
    await office.dial(carl, "*67*8001#")
    await carl.hear_tone("ringback", within=RINGS)


async def test_nobody_breaks_into_a_private_conversation_with_a_tone(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        office.exchange.keep(office.exchange.stations["8001"], privacy=True)
        await office.connect(ann, ben)
        await office.dial(carl, "8001")
        await carl.hear_tone("busy", within=WORDS)
        await office.hear_each_other(ann, ben)


async def test_nobody_picks_up_what_rings_at_a_private_telephone(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, dora = (office.phone(f"800{n}") for n in (1, 2, 4))
        office.exchange.keep(office.exchange.stations["8002"], privacy=True)
        await office.dial(ann, "8002")
        await ben.rung(within=SOON)
        for code in ("*8#", "*8*8002"):
            await office.dial(dora, code)
            await trio.sleep(5)
            dora.hang_up()
            await trio.sleep(1)
        assert "PickedUp" not in office.kinds()
        ben.lift()
        await trio.sleep(0.3)
        await office.hear_each_other(ann, ben)


async def test_a_hidden_caller_who_waited_stays_hidden_when_he_rings(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann = office.phone("8001")
        await hides_and_waits(office)
        ann.hang_up()
        shown = await ann.show(within=RINGS)
        assert shown.number == "", shown


async def test_a_hidden_caller_who_is_held_stays_hidden_when_he_rings_back(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with open_office() as office:
        ann, carl = office.phone("8001"), office.phone("8003")
        await office.dial(carl, "*67*8001#")
        await ann.rung(within=RINGS)
        ann.lift()
        await trio.sleep(0.3)
        await ann.flash()
        await trio.sleep(0.5)
        ann.hang_up()
        shown = await ann.show(within=RINGS)
        assert shown.number == "", shown


async def test_a_hidden_caller_cannot_be_called_back(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, carl = office.phone("8001"), office.phone("8003")
        await office.dial(carl, "*67*8001#")
        await ann.rung(within=RINGS)
        carl.hang_up()
        await trio.sleep(2)
        await office.dial(ann, "*69#")
        await trio.sleep(RINGS)
        assert not carl.ringing
        assert office.kinds().count("Delivered") == 1, office.story()


async def test_the_roll_call_leaves_out_a_hidden_number(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office(configuration(conference=[{"number": "8600"}])) as office:
        await office.dial(office.phone("8001"), "8600")
        await office.dial(office.phone("8003"), "*67*8600#")
        await trio.sleep(8)
        said = office.exchange.rooms["8600"].roll_call()
        assert [one.values for one in said] == [{"count": 2}, {"number": "8001"}]


async def test_a_hidden_caller_stays_hidden_when_he_is_transferred(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.dial(carl, "*67*8001#")
        await ann.rung(within=RINGS)
        ann.lift()
        await trio.sleep(0.3)
        await ann.flash()
        await ann.hear_tone("dial", within=SOON)
        await ann.dial("8002")
        await ben.rung(within=SOON)
        ann.hang_up()
        await trio.sleep(1)
        ben.lift()
        await trio.sleep(1)
        await office.hear_each_other(ben, carl)
        await ben.flash()
        await trio.sleep(0.5)
        ben.hang_up()
        shown = await ben.show(within=RINGS)
        assert shown.number == "", shown
