"""Mailboxes in the running box: they come with the configuration and outlive a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from hw.clips import Clip
from tests.core.boxes import SMALL, box
from tests.core.house import living
from tests.prompts.test_audio import tone

pytestmark = pytest.mark.native

SPOKEN = Path(__file__).resolve().parents[2] / "build" / "prompts"


async def test_a_message_is_left_and_still_there_after_a_restart(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    SPOKEN.mkdir(parents=True, exist_ok=True)
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "made").symlink_to(SPOKEN)
    ann, ben = SMALL["station"]
    tables = box(
        station=[ann | {"mailbox": "6801"}, ben],
        mailbox=[{"number": "6801", "pin": "274951"}],
        voicemail={"number": "6000"},
    )
    async with living(tables, tmp_path) as house:
        telephone = house.telephone("8002")
        telephone.lift()
        await trio.sleep(1)
        await telephone.dial("6801")
        await trio.sleep(8)
        await telephone.speak(Clip(tone(-20, 3000, 1000)))
        telephone.hang_up()
        await house.telephone("8001").lamp_is(True, within=10)
    async with living(tables, tmp_path) as house:
        await house.telephone("8001").lamp_is(True, within=10)
    assert len(list((tmp_path / "voicemail" / "6801").glob("0*.wav"))) == 1
