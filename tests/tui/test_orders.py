"""Recording tasks, bulletins and notes on the console: ordered, listed with what came of them, stopped, taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input, Static

from core.texts import _
from hw import wall_clock
from tests.tui.box import BEGUN, Box, agent, notice, recording_task, until
from tests.tui.console import SIZES, table, tell, text_of
from tui.app import Console
from tui.ask import AskAll, Choose
from tui.live_table import LiveTable
from tui.notices import listed, read_by
from tui.recordings import Recordings
from tui.story import Story
from tui.tasks import line
from tui.team import MORE, Team

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)


async def go(console: Console, pilot: Pilot[object], key: str, kind: type[Team] | type[Recordings]) -> None:
    await pilot.press(key)
    await until(lambda: type(console.screen) is kind and len(table(console).keys()) == 4)


def offered(console: Console) -> list[str]:
    """What may be chosen, where something is asked."""
    tables = list(console.screen.query(LiveTable)) if isinstance(console.screen, Choose) else []
    return list(tables[0].keys()) if tables else []


async def more(console: Console, pilot: Pilot[object], what: str) -> None:
    await pilot.press("z")
    await until(lambda: isinstance(console.screen, Choose))
    await pilot.press(*("down",) * list(MORE).index(what), "enter")


async def types(console: Console, pilot: Pilot[object], *texts: str) -> None:
    """Into the lines of a form, and takes it."""
    await until(lambda: isinstance(console.screen, AskAll))
    fields = list(console.screen.query(Input))
    for field, text in zip(fields, texts, strict=True):
        field.value = text
    fields[-1].focus()
    await pilot.press("enter")


def told(console: Console) -> list[str]:
    return [note.message for note in console._notifications]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_task_is_ordered_for_the_agent_under_the_cursor(
    tmp_path: Path, language: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: NOW)

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "7", Team)
        await more(console, pilot, "order")
        await until(lambda: isinstance(console.screen, AskAll))
        form = console.screen
        fields = list(form.query(Input))
        assert [field.value for field in fields] == [table_cursor(console), "100", "", "mon-sun", "", "", ""]
        assert all(each.region.y >= 0 and each.region.bottom <= size[1] for each in form.query(Static))
        await types(console, pilot, "1001，夜班", "10%", "5", "mon-fri", "09:00-12:00、13:00-17:00", "2", "")
        await until(lambda: offered(console) == ["told", "not"])
        await pilot.press("end", "enter")
        wanted = {"agents": ["1001"], "groups": ["夜班"], "share_percent": 10.0, "most": 5, "days": "mon-fri"}
        wanted |= {"hours": ["09:00-12:00", "13:00-17:00"], "until": NOW.timestamp() + 2 * 86400, "retention": ""}
        await until(lambda: ("recording.order_task", {**wanted, "notice": False}) in here.asked)
        await until(lambda: _("the recording task is ordered") in told(console))

    tell(tmp_path, story, size)


def table_cursor(console: Console) -> str:
    return console.screen_stack[0].query_one(LiveTable).cursor


def test_a_share_that_is_no_number_is_told_and_nothing_is_ordered(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "f2", Recordings)
        await pilot.press("o")
        await types(console, pilot, "", "some", "", "", "", "", "")
        await until(lambda: any("some is no number" in text for text in told(console)))
        await pilot.press("o")
        await types(console, pilot, "", "", "", "", "", "", "")
        await until(lambda: offered(console) == ["told", "not"])
        await pilot.press("escape")
        await until(lambda: isinstance(console.screen, Recordings))
        assert "recording.order_task" not in [method for method, _params in here.asked]

    tell(tmp_path, story)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_tasks_are_listed_the_newest_first_and_one_shows_its_recordings(
    tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "f2", Recordings)
        await pilot.press("t")
        await until(lambda: len(offered(console)) == 2)
        assert offered(console) == ["2", "1"]
        await pilot.press("down", "enter")
        await until(lambda: "show" in offered(console))
        assert "stop" not in offered(console), "it is over already"
        await pilot.press("enter")
        await until(lambda: ("recording.search", {"task": 1, "last": 500}) in here.asked)
        await until(lambda: f"{_('recording task')} 1" in text_of(console, "#state"))

    tell(tmp_path, story, size)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_bulletin_is_published_and_who_has_read_it_is_a_list(
    tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "7", Team)
        await more(console, pilot, "bulletin")
        await types(console, pilot, "光缆故障", "front, 夜班", "8")
        wanted = {"text": "光缆故障", "groups": ["front", "夜班"], "hours": 8.0}
        await until(lambda: ("bulletin.publish", wanted) in here.asked)
        await more(console, pilot, "receipts")
        await until(lambda: len(offered(console)) == 2)
        await pilot.press("enter")
        await until(lambda: "who" in offered(console))
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Story) and len(console.screen.rows) == 3)
        story = console.screen
        assert isinstance(story, Story)
        assert story.rows[0].endswith("1001 王芳")
        assert [row.split()[-2] for row in story.rows[1:]] == ["1002", "1003"]
        assert all(row.startswith(_("not read")) for row in story.rows[1:])

    tell(tmp_path, story, size)


def test_a_note_goes_to_several_agents_and_is_taken_back(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "7", Team)
        await more(console, pilot, "note")
        await types(console, pilot, "1001 1002", "call Mr Li")
        await until(lambda: ("note.send", {"agents": ["1001", "1002"], "text": "call Mr Li"}) in here.asked)
        await more(console, pilot, "receipts")
        await until(lambda: len(offered(console)) == 2)
        await pilot.press("end", "enter")
        await until(lambda: "withdraw" in offered(console))
        await pilot.press("end", "enter")
        await until(lambda: ("notice.withdraw", {"notice": 1}) in here.asked)

    tell(tmp_path, story)


def test_a_recording_is_played_to_who_speaks_with_a_telephone(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "f2", Recordings)
        await pilot.press("y")
        await until(lambda: bool(offered(console)))
        assert set(offered(console)) == {"8001 17", "8002 17"}, "who rings or waits speaks with nobody"
        await pilot.press("down", "enter")
        wanted = {"device": "8002", "call": 17, "file": "2026/09/21/20-1.wav"}
        await until(lambda: ("recording.play_to", wanted) in here.asked)

    tell(tmp_path, story)


def test_who_has_read_it_stands_first_and_when() -> None:
    agents = {"1002": agent("1002", "Ben")}
    rows = read_by(notice(1, read={"1003": BEGUN + 9, "1002": BEGUN}, unread=["1001"]), agents)
    assert [row.split("  ")[1] for row in rows] == ["1002 Ben", "1003", "1001"]


def test_a_task_is_a_line_of_what_it_says() -> None:
    assert line(recording_task(4)).split("  ")[2:] == [
        _("{n} recorded").format(n=3),
        "1001, front",
        "10 %",
        _("{n} of each").format(n=5),
        "mon-fri 09:00-12:00",
        "Mei",
    ]
    free = line(recording_task(4, agents=[], groups=[], hours=[], days="mon-sun", most=0))
    assert free.split("  ")[3:5] == [_("all"), "10 %"]
    assert cell_len(free) < 72


def test_words_are_listed_with_commas_of_either_script() -> None:
    assert listed(" 1001,夜班，1002、 ,") == ["1001", "夜班", "1002"]
