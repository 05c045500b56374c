"""The queues: figures, lamps, who waits and why, the day in bars, and the wall."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from core import texts
from core.texts import _
from tests.tui.box import Box, queue, until
from tests.tui.console import SIZES, shown, table, tell, text_of
from tui.app import Console
from tui.ask import Choose
from tui.columns import INSTEAD
from tui.day import Today
from tui.dialogs import Question
from tui.digits import HEIGHT, big
from tui.live_table import LiveTable
from tui.plot import DayPlot
from tui.queues import Queues
from tui.story import Story
from tui.wall import Figures, Wall


async def go(console: Console, pilot: Pilot[object]) -> None:
    await pilot.press("4")
    await until(lambda: isinstance(console.screen, Queues) and bool(table(console).keys()))


def drawn(console: Console) -> str:
    return console.screen.query_one(DayPlot).render().plain


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_queue_shows_its_figures_and_wants_attention_by_a_sign(
    tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        title, sales, after = shown(console)[:3]
        assert all(cell_len(row) == size[0] for row in (title, sales, after))
        for word in ("waiting", "longest", "expected", "SL %", "offered", "answered", "abandoned", "agents"):
            assert _(word) in title
        for figure in ("1:00", "81%", "90", "80", "2/5"):
            assert figure in sales
        longest = re.search(r" (\d):(\d\d) +1:00 ", sales)
        assert longest is not None
        assert 60 * int(longest[1]) + int(longest[2]) >= 42, "it goes on while one looks"
        assert sales[1] == "*"
        assert after[1] == "!"
        assert "40%!" in after
        # Figures stand under the ends of their titles.
        assert cell_len(title.split(_("agents"))[0] + _("agents")) == cell_len(sales.split("2/5")[0] + "2/5")

    tell(tmp_path, story, size)


def test_who_waits_and_why_stands_below(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        await until(lambda: "not ready: lunch (1)" in " ".join(text_of(console, "#detail").split()))
        assert "1. 赵敏 13900000001" in text_of(console, "#detail")
        assert ("queue.why_waiting", {"call": 19}) in here.asked
        await pilot.press("down")
        await until(lambda: _("Nobody waits.") in text_of(console, "#detail"))

    tell(tmp_path, story)


def test_everybody_who_waits_is_listed_with_what_stands_against_each_agent(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Story) and len(console.screen.rows) == 3)
        assert isinstance(console.screen, Story)
        assert console.screen.rows[0].startswith("赵敏 13900000001, call 19, waits ")
        assert console.screen.rows[1:] == ["    1001  busy", "    1002  not ready: lunch"]

    tell(tmp_path, story)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_day_is_drawn_with_a_sign_for_each_kind_of_call(
    tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        await until(lambda: _("answered") in drawn(console))
        lines = drawn(console).splitlines()
        assert f"x {_('abandoned')}" in lines[0]
        assert "#" in "".join(lines[1:])
        assert all(cell_len(line) <= console.screen.query_one(DayPlot).size.width for line in lines)
        # Nothing that a Chinese terminal takes for two cells.
        assert not set("".join(lines)) & set("─│┤┬└┘█▀▄")

    tell(tmp_path, story, size)


def test_figures_of_the_day_are_asked_for_once_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("tui.day.monotonic", lambda: now[0])

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        today = Today(console.box, "queues")
        for _again in range(3):
            rows = await today.rows("sales", 30)
        assert len([method for method, _params in here.asked if method == "report.make"]) == 1
        assert here.asked[-1] == ("report.make", {"report": "queues", "by": "30", "only": ["sales"]})
        assert [row["offered"] for row in rows] == list(range(10, 18))
        now[0] += 61
        await today.rows("sales", 30)
        assert len(here.asked) == 2

    tell(tmp_path, story)


def test_call_backs_are_listed_and_one_is_cancelled(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        await pilot.press("b")
        await until(lambda: isinstance(console.screen, Choose))
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Question))
        await pilot.press("y")
        await until(lambda: ("queue.cancel_call_back", {"call": 40}) in here.asked)

    tell(tmp_path, story)


def test_the_longest_wait_grows_by_the_second(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        screen = console.screen
        assert isinstance(screen, Queues)
        screen._told_at["sales"] -= 60
        screen.ticked()
        screen.table.flush()
        assert any(time in shown(console)[1] for time in ("1:42", "1:43", "1:44"))

    tell(tmp_path, story)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_wall_shows_big_figures_of_all_queues_and_of_each(
    tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        await pilot.press("w")
        await until(lambda: isinstance(console.screen, Wall) and _("answered") in drawn(console))
        figures = console.screen.query_one(Figures)
        assert figures.size.width == size[0]

        def text() -> str:
            return "\n".join(figures.render_line(y).text for y in range(figures.size.height))

        assert _("All queues") in text_of(console, "#title")
        assert _("waiting") in text()
        assert all(cell_len(line) == size[0] for line in text().splitlines())
        await pilot.press("right")
        await until(lambda: "sales" in text_of(console, "#title"))
        assert _("service level today") in text()
        await pilot.press("right")
        await until(lambda: "售后" in text_of(console, "#title"))
        assert _("now too low") in text()
        assert _("none") in text()
        here.change("queues", {"售后": queue("售后", ready=1)})
        await until(lambda: _("none") not in text())
        for there in (console.screen.query_one(DayPlot), console.screen.query_one("#state")):
            assert console.screen.region.contains_region(there.region)
        await pilot.press("escape")
        await until(lambda: isinstance(console.screen, Queues))

    tell(tmp_path, story, size)


def test_the_wall_goes_through_the_queues_by_itself(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        await pilot.press("w", "space")
        await until(lambda: isinstance(console.screen, Wall) and console.screen.goes)
        wall = console.screen
        assert isinstance(wall, Wall)
        wall._turned -= 11
        wall._tick()
        assert wall.queue == "sales"

    tell(tmp_path, story)


@pytest.mark.parametrize("text", ["0:42", "12:59", "100%", "34/567", "-", "8"])
def test_big_digits_are_five_lines_of_one_width(text: str) -> None:
    lines = big(text)
    assert len(lines) == HEIGHT
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) <= Figures.ROOM + 14


def test_what_one_looks_for_leaves_the_rows_in_which_it_stands(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await pilot.press("2")
        await until(lambda: len(table(console).keys()) > 30)
        await pilot.press("slash", *"E1A/2")
        await until(lambda: table(console).keys() == ["e1a/2", *(f"e1a/{n}" for n in range(20, 30))])
        await pilot.press("enter", "down")
        await until(lambda: table(console).cursor == "e1a/20")
        await pilot.press("slash", *"xyz")
        await until(lambda: table(console).keys() == [])
        assert _("Nothing with {text}.").format(text="xyz").translate(INSTEAD) in shown(console)[2]
        await pilot.press("escape")
        await until(lambda: len(table(console).keys()) > 30 and console.focused is console.screen.query_one(LiveTable))

    texts.use(language)
    tell(tmp_path, story)


def test_on_a_terminal_that_is_too_narrow_the_names_stay(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        assert "sales" in "".join(shown(console)[:3])

    tell(tmp_path, story, (60, 20))
