"""A new message calls its owner where he is, and tells nobody else what it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
import trio.testing

from tests.exchange.office import RINGS, SOON
from tests.voicemail.story import ANNS, PIN, House, house

pytestmark = pytest.mark.native


async def leave(here: House) -> None:
    carl = here.phone("8003")
    await here.dial(carl, ANNS)
    await here.said("voicemail.greeting")
    await here.leaves(carl)


async def test_ann_is_called_where_she_is_and_hears_her_messages(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path, _6801={"call_out": "8005"}) as here:
        await leave(here)
        eve = here.phone("8005")
        await eve.rung(within=SOON)
        assert (await eve.show(within=RINGS)).number == ANNS
        eve.lift()
        await here.said("voicemail.notice")
        await eve.dial("1")
        await here.said("pin.enter")
        await eve.dial(f"{PIN}#")
        await here.said("voicemail.new")
        await here.hang_up(eve)
        assert not here.room.calling_out


async def test_nobody_there_is_called_again_and_not_for_ever(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path, _6801={"call_out": "8005"}) as here:
        await leave(here)
        await trio.sleep(4000)
        rung = [e for e in here.office.events if e.kind == "Delivered" and e.device == "8005"]
        assert len(rung) == 3
        assert not here.room.calling_out


async def test_the_call_has_no_more_rights_than_her_telephone(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path, _6801={"call_out": "962000003"}) as here:
        await leave(here)  # forwarding outside needs a permission that she does not have
        await trio.sleep(10)
        assert "TrunkSeized" not in here.office.kinds()
        assert "Barred" in here.office.kinds()
        await trio.sleep(4000)
