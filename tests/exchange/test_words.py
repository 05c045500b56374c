"""What people are told, and that it is told to its end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import trio
import trio.testing

from core.exchange.sounds import Sounds
from core.prompts.catalogue import read_catalogue
from core.prompts.store import PromptStore
from tests.exchange.office import WORDS, music, open_office

pytestmark = pytest.mark.native


async def test_a_prompt_deleted_while_it_is_heard_is_heard_to_its_end(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office() as office:
        store = PromptStore(read_catalogue(), tmp_path, threaded=False)
        office.exchange.sounds = Sounds(office.exchange.box, store, music())
        ann = office.phone("8001")
        await office.dial(ann, "5")
        with trio.fail_after(WORDS):
            while "TreatmentBegan" not in office.kinds():  # noqa: ASYNC110 - in virtual time
                await trio.sleep(0.05)
        began = office.exchange.clock()
        length = sum(clip.ms for clip in await store.said("call.vacant", "en")) / 1000
        shutil.rmtree(tmp_path)
        store.forget()
        heard = await ann.listen(length - 0.5)
        assert heard.dbm0 > -40
        with trio.fail_after(WORDS):
            while "TreatmentEnded" not in office.kinds():  # noqa: ASYNC110
                await trio.sleep(0.02)
        assert abs(office.exchange.clock() - began - length) < 2.5  # listening itself returns a second late
        await ann.hear_tone("vacant", within=WORDS)


async def test_a_prompt_that_cannot_be_had_gives_way_to_the_tone(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office() as office:
        blocked = tmp_path / "made"
        blocked.write_text("no folder")  # nothing can be kept there
        store = PromptStore(read_catalogue(), blocked, threaded=False)
        office.exchange.sounds = Sounds(office.exchange.box, store, music())
        ann = office.phone("8001")
        await office.dial(ann, "5")
        await ann.hear_tone("vacant", within=WORDS)
