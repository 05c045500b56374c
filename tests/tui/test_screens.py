"""The screens of the console, as state, in both languages at two sizes; a few as the terminal shows them."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Footer, Log, Static
from textual.widgets._footer import FooterKey

from core.api.errors import Code, Refusal
from core.texts import _
from tests.tui.box import Box, alarm, box, call, leg, line, span, until
from tests.tui.console import SIZES, question, room, shown, table, tell, text_of
from tui.alarms import Alarms
from tui.app import Console
from tui.board import SPAN, Board
from tui.calls import Calls
from tui.columns import plain
from tui.dialogs import Help, Question
from tui.meter import Meter
from tui.story import Story


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_screen_fits_and_speaks_the_language(tmp_path: Path, language: str, size: tuple[int, int]) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        for key, kind, word in (("1", Calls, "Calls"), ("2", Board, "Board"), ("3", Alarms, "Alarms")):
            await room(console, pilot, key, kind)
            await pilot.pause()
            assert f"[{key}" in text_of(console, "#head")
            assert cell_len(text_of(console, "#head")) <= size[0]
            assert all(cell_len(row) == size[0] or table(console).show_vertical_scrollbar for row in shown(console))
            for there in (table(console), console.screen.query_one("#state"), console.screen.query_one(Footer)):
                assert console.screen.region.contains_region(there.region)
            await until(lambda: bool(console.screen.query(FooterKey)))
            words = {key.description for key in console.screen.query(FooterKey)}
            assert _("Help") in words
            if language == "zh":
                # What a person reads is Chinese, but for names.
                assert all(not word.isascii() for word in words), words
                assert not shown(console)[0].strip().isascii()
                assert not text_of(console, "#state").isascii()

    tell(tmp_path, story, size)


def test_calls_show_who_speaks_with_whom(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        rows = shown(console)
        assert "王芳 8001 - Ben [b] 8002" in rows[1]
        assert _("connected") in rows[1]
        assert _("alerting") in rows[2]
        await pilot.press("down")
        await until(lambda: "e1a/2" in text_of(console, "#detail"))
        here.change("calls", {"17": None, "19": call(19, leg("8004", "8004", "赵敏"))})
        await until(lambda: table(console).keys() == ["18", "19"])
        assert table(console).cursor == "18"

    tell(tmp_path, story)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_columns_stand_under_each_other_in_chinese(tmp_path: Path, language: str, size: tuple[int, int]) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        parties = 7 + 8 + 10 + 4  # cells before the column
        rows = shown(console)
        for row, first in ((rows[0], _("parties")), (rows[1], "王芳"), (rows[2], "李 ... 雷")):
            before = row[: row.index(first)]
            assert cell_len(before) == parties, row

    tell(tmp_path, story, size)


def test_a_call_is_cleared_after_a_question(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await question(console, pilot, "c")
        await pilot.press("n")
        await until(lambda: isinstance(console.screen, Calls))
        await question(console, pilot, "c")
        await pilot.press("y")
        await until(lambda: here.asked == [("call.clear", {"call": 17})])

    tell(tmp_path, story)


def test_the_ladder_of_a_call_grows(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        rows = ["ladder", "8001 rings"]
        here.acts["call.trace"] = lambda params: {"rows": list(rows), "events": []}
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Story) and console.screen.rows == rows)
        rows.append("8002 … answers")
        await until(lambda: list(console.screen.query_one(Log).lines)[2:3] == ["8002 ... answers"])
        await pilot.press("escape")
        await until(lambda: isinstance(console.screen, Calls))

    tell(tmp_path, story)


def test_the_board_says_state_and_service_in_words(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await room(console, pilot, "2", Board)
        keys = table(console).keys()
        assert keys[:5] == ["8001", "8002", "8003", "8004", SPAN + "e1a"]
        assert keys[5:7] == ["e1a/1", "e1a/2"]
        assert keys[13:15] == ["e1a/9", "e1a/10"]
        assert keys[-1] == SPAN + "e1b"
        assert _("blocked_here") in shown(console)[4]
        await pilot.press("end")
        await until(lambda: _("nothing usable comes in") in text_of(console, "#detail"))
        detail = console.screen.query_one("#detail", Static)
        assert "bipolar violations 3" in "".join(detail.render_line(y).text for y in range(detail.size.height))
        here.change("spans", {"e1b": span("e1b")})
        await until(lambda: _("nothing usable comes in") not in text_of(console, "#detail"))

    tell(tmp_path, story)


def test_a_line_is_blocked_and_a_span_with_all_its_lines(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await room(console, pilot, "2", Board)
        await question(console, pilot, "b")
        await pilot.press("y")
        await until(lambda: here.asked == [("line.block", {"line": "8001"})])
        await pilot.press("down", "down", "down", "down")
        await until(lambda: table(console).cursor == SPAN + "e1a")
        await question(console, pilot, "r")
        await pilot.press("y")
        await until(lambda: len(here.asked) == 31)
        assert here.asked[1:] == [("line.reset", {"line": f"e1a/{n}"}) for n in range(1, 31)]

    tell(tmp_path, story)


def test_the_trace_of_a_line_is_shown(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await room(console, pilot, "2", Board)
        await pilot.press("t")
        await until(lambda: isinstance(console.screen, Story) and console.screen.rows == ["what 8001 did"])
        await pilot.press("2")
        await until(lambda: isinstance(console.screen, Board))

    tell(tmp_path, story)


def test_alarms_stand_with_their_remedy_the_worst_first(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await room(console, pilot, "3", Alarms)
        here.change("alarms", {"disk": alarm("disk", "warning", "little room"), "a": alarm("a", "notice", "heard")})
        await until(lambda: table(console).keys() == ["span e1b", "disk", "a"])
        assert "check cable and plug" in text_of(console, "#detail")
        await pilot.press("a")
        await until(lambda: here.asked == [("alarm.acknowledge", {"key": "span e1b"})])

    tell(tmp_path, story)


def test_the_console_says_that_the_box_is_gone_and_that_it_is_back(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await here.close()
        await until(lambda: console.screen.query_one("#state").has_class("gone"))
        here.topics["calls"] = {"20": call(20, leg("8001", "8001", "王芳"))}
        await here.open()
        await until(lambda: not console.screen.query_one("#state").has_class("gone"))
        await until(lambda: table(console).keys() == ["20"])
        await until(lambda: _("The box is back.") in [note.message for note in console._notifications])

    tell(tmp_path, story)


def test_what_the_box_refuses_is_said_with_its_remedy_and_never_as_markup(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        def refuse(params: dict[str, Any]) -> None:
            raise Refusal(Code.REFUSED, "not [now]", remedy="wait [/]")

        here.acts["call.clear"] = refuse
        await question(console, pilot, "c")
        await pilot.press("y")
        await until(lambda: [note.message for note in console._notifications] == ["not [now]\nwait [/]"])

    tell(tmp_path, story)


def test_an_order_that_the_user_may_not_give_is_not_offered(tmp_path: Path) -> None:
    async def whole() -> None:
        async with box(tmp_path / "s") as here:
            del here.acts["call.clear"]
            console = Console(tmp_path / "s")
            async with console.run_test(size=(80, 24)) as pilot:
                await until(lambda: console.box.there and bool(table(console).keys()))
                await pilot.press("c", "down")
                assert isinstance(console.screen, Calls)
                assert not next(a.enabled for a in console.screen.active_bindings.values() if a.binding.key == "c")

    asyncio.run(whole())


def test_f1_lists_every_key_of_the_screen(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await room(console, pilot, "2", Board)
        await pilot.press("f1")
        await until(lambda: isinstance(console.screen, Help))
        text = str(console.screen.query_one(Static).content)
        for word in ("Block", "Unblock", "Reset", "Trace", "Calls", "Alarms", "Light or dark", "Quit", "Last row"):
            assert _(word) in text
        await pilot.press("escape")
        await until(lambda: isinstance(console.screen, Board))

    tell(tmp_path, story)


def test_the_palette_finds_rooms_and_orders(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await room(console, pilot, "2", Board)
        commands = {command.title: command for command in console.get_system_commands(console.screen)}
        assert {_(word) for word in ("Calls", "Board", "Alarms", "Block", "Trace", "Help", "Quit")} <= set(commands)
        await pilot.press("ctrl+p")
        await until(lambda: not isinstance(console.screen, Board))
        await pilot.press("escape")
        await until(lambda: isinstance(console.screen, Board))
        commands[_("Block")].callback()
        await until(lambda: isinstance(console.screen, Question))

    tell(tmp_path, story)


def test_light_and_dark(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        dark = table(console).get_component_rich_style("live-table--usual").bgcolor
        await pilot.press("f9")
        await until(lambda: table(console).get_component_rich_style("live-table--usual").bgcolor != dark)
        assert console.theme == "textual-light"

    tell(tmp_path, story)


def test_a_flood_of_changes_paints_what_is_seen_and_no_more(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await room(console, pilot, "2", Board)
        await pilot.pause()
        there = table(console)
        before = there.painted
        for n in range(1000):
            state = "connected" if n % 2 else "alerting"
            console.box.watches["lines"].rows["8002"] = line("8002", state)
            console._told("lines", {"8002"})
        there.flush()
        await pilot.pause()
        assert 1 <= there.painted - before <= 3

    tell(tmp_path, story)


def test_a_row_that_goes_between_two_looks_stays_until_the_next(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        there = table(console)
        there.drop("17")
        assert any("王芳" in row for row in shown(console))
        there.notify_style_update()  # all lines are painted anew before the table has looked
        assert any("王芳" in row for row in shown(console))
        there.flush()
        assert there.keys() == ["18", "19"]
        assert not any("王芳" in row for row in shown(console))

    tell(tmp_path, story)


def test_the_line_of_keys_is_made_anew_only_when_another_order_can_be_given(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await room(console, pilot, "2", Board)
        await pilot.press("down")
        await pilot.pause()
        before = [id(key) for key in console.screen.query(FooterKey)]
        await pilot.press("down", "down", "up")
        await pilot.pause()
        assert [id(key) for key in console.screen.query(FooterKey)] == before

    tell(tmp_path, story)


def test_alarms_of_the_last_days_are_listed(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await room(console, pilot, "3", Alarms)
        await pilot.press("h")
        await until(lambda: isinstance(console.screen, Story) and len(console.screen.rows) == 2)
        assert isinstance(console.screen, Story)
        gone, stands = console.screen.rows
        assert plain(_("seen by {who}").format(who="Mei")) in gone
        assert _("stands") in stands

    tell(tmp_path, story)


def test_the_board_says_which_span_gives_the_clock(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await room(console, pilot, "2", Board)
        here.change("spans", {"e1a": span("e1a", timing=1)})
        await until(lambda: _("clock {n}").format(n=1) in " ".join(shown(console)))
        await pilot.press("down", "down", "down", "down")
        await until(lambda: _("source of the clock: {n}").format(n=1) in text_of(console, "#detail"))

    tell(tmp_path, story)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_level_of_a_line_is_shown_as_bars_and_in_figures(
    tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await pilot.press("2")
        await until(lambda: isinstance(console.screen, Board) and bool(table(console).keys()))
        await pilot.press("home", "v")
        await until(lambda: isinstance(console.screen, Meter) and "-21.3 dBm0" in levels(console))
        first, second = levels(console).split("\n")
        assert "#" in first
        assert "+" in first
        assert _("silence") in second
        assert cell_len(first) == cell_len(second) <= size[0]
        await pilot.press("escape")
        await until(lambda: isinstance(console.screen, Board))

    tell(tmp_path, story, size)


def levels(console: Console) -> str:
    return str(console.screen.query_one("#levels", Static).content)


def test_help_is_never_pushed_off_a_narrow_terminal(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        def read(key: str) -> bool:
            (foot,) = console.screen.query(Footer)
            row = console.screen._compositor.render_strips()[foot.region.y].text
            return f"[{key}" in text_of(console, "#head") and f" F1 {_('Help')} " in row

        for key in ("1", "6", "7", "9"):
            await pilot.press(key)
            await until(partial(read, key))

    tell(tmp_path, story, (80, 24))
