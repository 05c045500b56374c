"""Every code of [features] does something; what is dialled after a flash is the office's to choose."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
import trio.testing

from core.config.model.features import CONFERENCE, FLASH, Features, context
from tests.core.boxes import box
from tests.core.house import living
from tests.exchange.office import SOON, configuration, open_office

pytestmark = pytest.mark.native


async def test_every_code_that_is_dialled_is_done_by_somebody(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    # Keys after a flash and in a conference are read where they are pressed; the others are numbers.
    keys = {name for name in Features.model_fields if name.startswith(("flash_", "conference_"))}
    assert {context(name) for name in keys} == {FLASH, CONFERENCE}
    async with living(box(), tmp_path) as house:  # with all rooms that have codes
        assert house.running.exchange.codes.keys() == Features.model_fields.keys() - keys


async def test_the_keys_after_a_flash_are_those_of_the_office(autojump_clock: trio.testing.MockClock) -> None:
    keys = {"flash_release": "4", "flash_alternate": "6", "flash_transfer": "", "flash_reject": ""}
    async with open_office(configuration(features=keys)) as office:
        ann, ben, carl = (office.phone(f"800{n}") for n in (1, 2, 3))
        await office.connect(ann, ben)
        await office.consult(ann, carl)
        for key, present in (("2", carl), ("6", ben), ("1", ben), ("", carl), ("4", ben)):
            await ann.flash()
            if key:
                await ann.dial(key)
            await trio.sleep(4)
            await office.hear_each_other(ann, present)
        await carl.hear_tone("busy", within=SOON)


async def test_ann_refuses_who_waits_while_she_holds_ben(autojump_clock: trio.testing.MockClock) -> None:
    async with open_office() as office:
        ann, ben, carl, dora = (office.phone(f"800{n}") for n in (1, 2, 3, 4))
        await office.connect(ann, ben)
        await office.dial(dora, "8001")
        await ann.hear_tone("call_waiting", within=9)
        station = office.exchange.stations["8001"]
        assert station.active is not None
        station.hold(station.active)
        office.exchange.consult(station, station.held[-1], "8003")
        await carl.rung(within=SOON)
        carl.lift()
        await trio.sleep(0.5)
        await ann.flash()
        await ann.dial("0")
        await dora.hear_tone("busy", within=15)
        await office.hear_each_other(ann, carl)
        assert station.held
        assert station.waiting is None
