"""Mailboxes in the running box: they come with the configuration and outlive a restart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trio

from core import look
from core.command import main
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
        async with house.client() as desk:
            (mailbox,) = (await desk.ask("mailbox.list"))["mailboxes"]
        assert (mailbox["number"], mailbox["new"], mailbox["kept"], mailbox["full"]) == ("6801", 1, 0, False)
        assert 3500 < mailbox["seconds_left"] < 3600
    assert len(list((tmp_path / "voicemail" / "6801").glob("0*.wav"))) == 1


def test_mailboxes_are_listed_and_a_full_one_is_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = {"number": "6801", "name": "Ann", "new": 2, "urgent": 1, "kept": 3, "seconds_left": 3000, "full": False}
    boxes = [ann]
    monkeypatch.setattr(look, "asked", lambda options, method: {"mailboxes": boxes})
    assert main(["mailboxes"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["6801", "Ann", "2", "1", "3", "50", "min"]
    boxes.append(ann | {"number": "6802", "seconds_left": 0, "full": True})
    assert main(["mailboxes"]) == 1
    assert capsys.readouterr().out.splitlines()[2].endswith("full")
    assert main(["mailboxes", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["mailboxes"] == boxes


async def test_a_box_without_a_data_folder_has_no_mailboxes(autojump_clock: trio.testing.MockClock) -> None:
    async with living(box()) as house, house.client() as desk:
        assert await desk.ask("mailbox.list") == {"mailboxes": []}
