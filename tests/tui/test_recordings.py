"""Recordings: found, seen as waves, played, taken away, kept, erased."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input

from core.texts import _
from hw import wall_clock
from tests.tui.box import Box, shelf, until
from tests.tui.console import SIZES, shown, table, tell, text_of
from tui.app import Console
from tui.ask import Ask, AskAll
from tui.beside import beside
from tui.recordings import Recordings, parties
from tui.story import Story
from tui.wave import downward, upward

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)


async def go(console: Console, pilot: Pilot[object]) -> None:
    await pilot.press("f2")
    await until(lambda: isinstance(console.screen, Recordings) and len(table(console).keys()) == 4)


async def asked(console: Console, pilot: Pilot[object], key: str, answer: str) -> None:
    """A key whose question is answered."""
    await pilot.press(key)
    await until(lambda: isinstance(console.screen, Ask))
    console.screen.query_one(Input).value = answer
    await pilot.press("enter")
    await until(lambda: isinstance(console.screen, Recordings))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_recordings_stand_with_their_picture(tmp_path: Path, language: str, size: tuple[int, int]) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        rows = shown(console)
        assert all(cell_len(row) == size[0] for row in rows[:5])
        for word in ("began", "length", "at", "wanted by", "state"):
            assert _(word) in rows[0]
        assert _("is being made") in rows[1]
        assert _("encrypted") in rows[2]
        assert _("kept safe") in rows[3]
        assert "1:23" in rows[4]
        await pilot.press("end")
        await until(lambda: "\u28ff" in text_of(console, "#detail"))
        lines = text_of(console, "#detail").splitlines()
        assert len(lines) == 7
        assert all(cell_len(line) <= size[0] - 2 for line in lines[2:])
        half = (size[0] - 2) // 2
        assert set(lines[2][half + 1 :]) == {"\u2800"}
        assert set(lines[4][: half - 1]) == {"\u2800"}
        assert lines[6].startswith("0:00")
        assert str(4) in text_of(console, "#state")

    tell(tmp_path, story, size)


def test_a_search_is_typed_and_a_wrong_time_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: NOW)

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        for since in ("some day", "2026-09-20 10:00+00:00"):
            await pilot.press("s")
            await until(lambda: isinstance(console.screen, AskAll))
            fields = list(console.screen.query(Input))
            for field, text in zip(fields, (since, "", "13800000001", "1001", "", "sales", ""), strict=True):
                field.value = text
            fields[-1].focus()
            await pilot.press("enter")
            await until(lambda: isinstance(console.screen, Recordings))
        told = [note.message for note in console._notifications]
        assert any("some day is no time" in message for message in told)
        since_us = int(datetime(2026, 9, 20, 10, tzinfo=UTC).timestamp()) * 1_000_000
        wanted = {"since": since_us, "number": "13800000001", "agent": "1001", "queue": "sales", "last": 500}
        await until(lambda: ("recording.search", wanted) in here.asked)
        await until(lambda: "13800000001" in text_of(console, "#state"))

    tell(tmp_path, story)


def test_a_recording_is_played_kept_released_and_erased(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        await pilot.press("end")
        file = "2026/09/21/17-1.wav"
        await until(lambda: table(console).cursor == file)
        await asked(console, pilot, "p", "8009")
        await until(lambda: ("recording.play", {"file": file, "device": "8009"}) in here.asked)
        await asked(console, pilot, "m", "lawsuit")
        await until(lambda: ("recording.hold", {"file": file, "reason": "lawsuit"}) in here.asked)
        await asked(console, pilot, "x", "")  # without a reason nothing is erased
        await asked(console, pilot, "x", "asked for")
        await until(lambda: ("recording.erase", {"file": file, "reason": "asked for"}) in here.asked)
        assert [method for method, _params in here.asked].count("recording.erase") == 1
        await pilot.press("up", "m")
        released = {"file": "2026/09/21/18-1.wav", "reason": "-", "on": False}
        await until(lambda: ("recording.hold", released) in here.asked)

    tell(tmp_path, story)


def test_an_export_that_fails_says_why(tmp_path: Path) -> None:
    """The command runs beside the console, in a process of its own, against the same box."""

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        (tmp_path / "file").touch()
        await asked(console, pilot, "e", str(tmp_path / "file"))
        await until(lambda: any(str(tmp_path / "file") in note.message for note in console._notifications))

    tell(tmp_path, story)


async def _beside(words: tuple[str, ...]) -> tuple[bool, str]:
    return await (await beside(*words)).ended()


def test_a_command_beside_the_console_says_what_came_of_it() -> None:
    import asyncio

    assert asyncio.run(_beside(("--version",)))[0]
    done, text = asyncio.run(_beside(("recording", "show", "--socket", "/nowhere", "1-1.wav")))
    assert not done
    assert "/nowhere" in text


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(1, 4))
def test_louder_is_never_lower(levels: list[float], lines: int) -> None:
    def dots(picture: list[str]) -> list[int]:
        """Of each level, from its column of the picture."""
        left, right = 0x47, 0xB8
        masks = [left, right] * len(picture[0])
        cells = [[ord(line[at // 2]) - 0x2800 for line in picture] for at in range(len(levels))]
        return [sum(bin(bits & mask).count("1") for bits in column) for column, mask in zip(cells, masks, strict=False)]

    up, down = upward(levels, lines), downward(levels, lines)
    assert len(up) == len(down) == lines
    assert dots(up) == dots(down)
    heights = sorted(zip(levels, dots(up), strict=True))
    assert all(low[1] <= high[1] for low, high in itertools.pairwise(heights))
    assert all(0 <= height <= 4 * lines for _level, height in heights)


def test_what_is_being_made_is_looked_at_again(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        screen = console.screen
        assert isinstance(screen, Recordings)
        ended = [row | {"ended": True} for row in shelf()]
        here.acts["recording.search"] = lambda params: {"recordings": ended}
        for _second in range(5):
            screen.ticked()
        await until(lambda: not any(_("is being made") in row for row in shown(console)))
        before = len(here.asked)
        for _second in range(20):
            screen.ticked()
        await pilot.pause()
        assert [method for method, _params in here.asked[before:] if method == "recording.search"] == []

    tell(tmp_path, story)


def test_the_parties_of_a_call_are_told_in_a_line() -> None:
    events: list[dict[str, Any]] = [
        {"data": {"calling": "13800000001", "name": "王芳", "called": "8200"}},
        {"data": {"queue": "sales"}},
        {"data": {"agent": "2003", "queue": "sales"}},
        {"data": {"agent": "2004", "queue": "service", "waited_ms": 3}},
    ]
    assert parties(events) == "王芳 13800000001 - 8200; sales, service; agent 2003, 2004"
    assert parties([{"data": {"dialled": "8002"}}]) == "8002"
    assert parties([]) == ""


def test_the_ladder_of_its_call_is_a_key_away(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        await pilot.press("l")
        await until(lambda: isinstance(console.screen, Story) and console.screen.rows[:1] == ["ladder of 17"])

    tell(tmp_path, story)
