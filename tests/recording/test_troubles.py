"""What the disk refuses in the midst of a call costs words of this call, and never records those of another."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
import trio.testing

from core.store.event import Event
from tests.exchange.office import open_office
from tests.recording.test_stories import Tape, recorded, speak

pytestmark = pytest.mark.native


async def test_a_call_whose_next_file_cannot_be_opened_ends_its_recording_with_itself(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    async with open_office(recorded(), recordings=tmp_path) as office:
        away = tmp_path.with_name("away")

        def begins(event: Event) -> None:
            """The disk goes when the first part has begun, and before a file for the next one is open."""
            if event.kind == "RecordingBegan" and event.call == 1:
                (folder,) = tmp_path.glob("*/*/*")
                folder.rename(away)
                folder.touch()

        office.journal.watch(begins)
        ann, ben, eve = office.phone("8001"), office.phone("8002"), office.phone("8005")
        await office.connect(ann, ben)
        await speak(office, "8001", "8002")
        assert "RecordingMissed" in office.kinds(1)
        ann.hang_up()
        ben.hang_up()
        await trio.sleep(3)
        assert "RecordingEnded" in office.kinds(1), office.story()
        await office.connect(ann, eve)
        await speak(office, "8001", "8005")
        ann.hang_up()
        await trio.sleep(3)
        (first,) = (event.data["file"] for event in office.events if event.kind == "RecordingBegan")
        (tmp_path / first).parent.unlink()
        away.rename((tmp_path / first).parent)
        tape = Tape(office, tmp_path)
        assert tape.has("8002")
        assert not tape.has("8005")
