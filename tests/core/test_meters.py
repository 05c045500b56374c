"""Level meters of lines: what is measured for whoever looks, and that nothing is when nobody does."""

from __future__ import annotations

import pytest
import trio

from core.api.errors import Code, Refusal
from core.meters import IDLE_S, Meters
from tests.core.boxes import box
from tests.core.house import living

pytestmark = pytest.mark.native


async def test_the_dial_tone_is_sent_at_its_level_and_silence_comes_back(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        assert await desk.ask("line.level", line="8001") == {"received": None, "sent": None}
        house.telephone("8001").lift()
        await trio.sleep(2)
        level = await desk.ask("line.level", line="8001")
        assert level["sent"]["mean"] == pytest.approx(-10, abs=0.5)
        assert level["sent"]["peak"] == pytest.approx(-10, abs=0.5)
        assert level["received"]["peak"] < -40
        assert house.running.rooms[Meters].looked_at == ["8001"]
        await trio.sleep(2 * IDLE_S)
        assert house.running.rooms[Meters].looked_at == []
        house.telephone("8001").hang_up()


async def test_a_line_of_a_span_is_followed_from_call_to_call(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        await trio.sleep(3)
        silent = await desk.ask("line.level", line="e1a/1")
        assert silent == {"received": None, "sent": None}
        with pytest.raises(Refusal) as refused:
            await desk.ask("line.level", line="e9/1")
        assert refused.value.code is Code.UNKNOWN
