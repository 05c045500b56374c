"""The steward in virtual time: what is too old goes, a full disk stops recordings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import trio
import trio.testing

from core.recording.keeping import DAY_US
from core.recording.shelf import GOING
from core.store.disk import Room
from tests.recording.shelves import Clock, story


async def test_what_is_too_old_goes_by_itself_and_what_is_held_stays(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path) as first:
        old, held = await first.recorded(1, "week"), await first.recorded(2, "week")
        other, ever = await first.recorded(3, "ever"), await first.recorded(4)
        await first.shelf.hold(held, "a case", "Li")
    clock.days(6)
    async with story(tmp_path) as second:
        await second.recorded(5, "week")
        await second.steward.tidy()
        assert len(await second.there()) == 5
    clock.days(1.1)
    async with story(tmp_path) as third:
        await third.steward.tidy()
        assert await third.there() == [held, other, ever, "5-1.wav"]
        (erased,) = [data for kind, data in third.events if kind == "RecordingErased"]
        assert (erased["file"], erased["by"]) == (old, "")
        assert "week" in erased["reason"]
        assert erased["sha256"]
        assert third.shelf.used == 4000
        await third.shelf.release(held)
        await third.steward.tidy()
        assert await third.there() == [other, ever, "5-1.wav"]


async def test_an_erasure_that_was_cut_is_ended_at_the_next_start(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path) as first:
        name = await first.recorded(1)
        # The evidence is safe, and the power goes before the file.
        first.journal.note("RecordingErased", file=name, reason="asked for", by="Li", sha256="aa")
        first.journal.state[GOING + name] = ""
        await first.journal.settled()
        assert (first.folder / name).exists()
    async with story(tmp_path) as second:
        await second.steward.tidy()
        assert await second.there() == []
        assert not second.journal.state.under(GOING)


async def test_marks_of_the_disk_warn_and_stop_recording_and_let_it_go_on(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    async with story(tmp_path) as office:
        seen = []
        for free in (25, 15, 8, 3, 8, 25):
            office.room = Room(free, 100)
            await office.steward.look()
            seen.append((office.levels().get("recordings disk", ""), bool(office.ear.full)))
        assert seen == [
            ("", False),
            ("notice", False),
            ("warning", False),
            ("critical", True),
            ("warning", False),
            ("", False),
        ]


async def test_a_quota_counts_what_lies_there_and_what_is_being_written(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock
) -> None:
    gigabyte = 10**9
    async with story(tmp_path, recording={"quota_gb": 1}) as office:
        name = await office.recorded(1, size=1000)
        await office.steward.tidy()
        office.written = int(0.85 * gigabyte)
        await office.steward.look()
        assert office.levels() == {"recordings quota": "notice"}
        office.written = int(0.99 * gigabyte)
        await office.steward.look()
        assert office.levels() == {"recordings quota": "critical"}
        assert "1 GB" in office.ear.full
        await office.shelf.erase(name, "room is needed", "Li")
        assert office.shelf.used == office.written
        office.shelf.used = 0  # as the next hour counts
        await office.steward.look()
        assert office.levels() == {}
        assert office.ear.full == ""


async def test_a_disk_that_refuses_is_an_alarm_and_is_tried_again(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with story(tmp_path) as office, trio.open_nursery() as nursery:
        name = await office.recorded(1)

        def refuse(*_: object, **__: object) -> None:
            raise OSError(30, "Read-only file system")

        with monkeypatch.context() as broken:
            broken.setattr(Path, "unlink", refuse)
            with pytest.raises(OSError, match="Read-only"):
                await office.shelf.erase(name, "asked for", "Li")
            await nursery.start(office.steward.run)
            await trio.sleep(1)
            assert office.levels() == {"recordings": "critical"}
        await trio.sleep(100)
        assert office.levels() == {}
        assert await office.there() == []
        nursery.cancel_scope.cancel()


def test_a_day_is_a_day() -> None:
    assert timedelta(days=1) / timedelta(microseconds=1) == DAY_US
