"""The workshop of flows on the console, before a real box, with keys only."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input

from core.texts import _
from tests.tui.box import until
from tests.tui.console import SIZE, SIZES, FolderStory, settings_of, tell_really, text_of, things
from tui.app import Console
from tui.ask import Ask, AskAll, Choose
from tui.changes import Lines
from tui.dialogs import Question
from tui.flows import Flows
from tui.live_table import LiveTable
from tui.sessions import Sessions, session_row
from tui.trial import Trial


def tell(path: Path, story: FolderStory, size: tuple[int, int] = SIZE) -> None:
    """With the flow `office` on the screen; the folder of the flows is given."""

    async def from_there(console: Console, pilot: Pilot[object]) -> None:
        await pilot.press("8")
        await until(lambda: isinstance(console.screen, Flows) and bool(things(console).keys()))
        # Flows are published when the box has its prompts.
        await until(lambda: bool(console.screen.query(LiveTable)), 60)
        await pilot.press("o")
        await until(lambda: isinstance(console.screen, Choose))
        table = console.screen.query_one(LiveTable)
        while table.cursor != "office":
            await pilot.press("up" if table.cursor > "office" else "down")
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Flows) and "node menu" in things(console).rows)
        await story(console, pilot, path / "etc" / "flows")

    tell_really(path, from_there, size)


def mark(console: Console, key: str) -> str:
    return things(console).rows[key].cells[0].text


async def to_node(console: Console, pilot: Pilot[object], name: str) -> None:
    await pilot.press("left", "home")
    while things(console).cursor != f"node {name}":
        await pilot.press("down")


async def to_setting(console: Console, pilot: Pilot[object], name: str) -> None:
    await pilot.press("right", "home")
    while settings_of(console).cursor != name:
        await pilot.press("down")


async def typed(pilot: Pilot[object], text: str) -> None:
    pilot.app.screen.query_one(Input).value = text
    await pilot.press("enter")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_tree_settings_and_manual_fit_and_speak_the_language(
    tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await to_node(console, pilot, "menu")
        await to_setting(console, pilot, "tries")
        await until(lambda: _("So often the caller may try.") in text_of(console, "#manual"))
        assert things(console).rows["node menu"].cells[2].text == "menu"
        for there in (things(console), settings_of(console)):
            lines = [there.render_line(y).text for y in range(there.size.height)]
            assert all(cell_len(line) == there.scrollable_content_region.width for line in lines)
            assert all("?" not in line for line in lines), "a sign of doubtful width"
            if language == "zh":
                assert not lines[0].strip().isascii()
        for name in ("#draft", "#manual", "#state"):
            assert console.screen.region.contains_region(console.screen.query_one(name).region)

    tell(tmp_path, story, size)


def test_a_node_is_changed_tried_and_published(tmp_path: Path, language: str) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await to_node(console, pilot, "menu")
        await to_setting(console, pilot, "tries")
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Ask))
        await typed(pilot, "2")
        await until(lambda: mark(console, "node menu") == "*")
        await until(lambda: not console.screen.query_one("#draft").has_class("wrong"))
        await pilot.press("f")
        await until(lambda: isinstance(console.screen, Lines))
        lines = console.screen.query_one(LiveTable)
        await until(lambda: any("+tries = 2" in row.cells[0].text for row in lines.rows.values()))
        await pilot.press("escape", "t")
        await until(lambda: isinstance(console.screen, Trial) and any("office/" in row for row in console.screen.rows))
        trial = console.screen
        assert isinstance(trial, Trial)
        first = len(trial.rows)
        await pilot.press("1")
        await until(lambda: "> 1" in trial.rows[first:])
        await pilot.press("h")
        await until(lambda: _("it has ended; r begins again") in text_of(console, "#waits"))
        await pilot.press("escape", "p")
        await until(lambda: isinstance(console.screen, Question))
        await pilot.press("y")
        await until(lambda: "tries = 2" in (folder / "office.toml").read_text())
        await until(lambda: _("edition {number} takes new calls").format(number=2) in text_of(console, "#draft"))

    tell(tmp_path, story)


def test_a_mistake_stands_at_its_node_and_a_node_is_added_and_removed(tmp_path: Path) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await to_node(console, pilot, "menu")
        await pilot.press("a")
        await until(lambda: isinstance(console.screen, Choose))
        table = console.screen.query_one(LiveTable)
        while table.cursor != "hangup":
            await pilot.press("down")
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Ask))
        await typed(pilot, "adieu")
        await until(lambda: things(console).cursor == "node adieu" and mark(console, "node adieu") == "!")
        assert console.screen.query_one("#draft").has_class("wrong")
        await pilot.press("t")
        assert isinstance(console.screen, Flows)
        await pilot.press("x")
        await until(lambda: isinstance(console.screen, Question))
        await pilot.press("y")
        await until(lambda: "node adieu" not in things(console).rows)
        await until(lambda: not console.screen.query_one("#draft").has_class("wrong"))

    tell(tmp_path, story)


def test_a_trial_stops_at_a_break_point_and_goes_on_node_by_node(tmp_path: Path) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await to_node(console, pilot, "hours")
        await pilot.press("b")
        assert mark(console, "node hours") == "o"
        await pilot.press("t")
        await until(lambda: isinstance(console.screen, Trial) and bool(console.screen.rows))
        trial = console.screen
        assert isinstance(trial, Trial)
        await pilot.press("1")
        await until(lambda: any("office/hours" in row for row in trial.rows))
        stopped = len(trial.rows)
        await pilot.press("i")
        await until(lambda: any("[office/hours]" in row for row in trial.rows[stopped:]))
        await pilot.press("escape", "l")
        await until(lambda: isinstance(console.screen, Sessions))

    tell(tmp_path, story)


def test_a_callers_flow_is_stopped_and_goes_on_node_by_node(tmp_path: Path, language: str) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await pilot.press("l")
        await until(lambda: isinstance(console.screen, Sessions))
        sessions = console.screen
        assert isinstance(sessions, Sessions)
        await console.box.ask("town.lift", telephone="8001")
        await console.box.ask("town.dial", telephone="8001", digits=",8600")
        await until(lambda: bool(sessions.table.keys()))

        def stopped() -> str:
            """Before which node, in words; empty: he is not."""
            cell = sessions.table.rows[sessions.table.cursor].cells[3]
            return cell.text if cell.kind == "bad" else ""

        await pilot.press("b")
        await until(lambda: isinstance(console.screen, Ask))
        await pilot.press("enter")  # "office/" stands there: every node of it
        await until(lambda: bool(stopped()))
        first = stopped()
        await pilot.press("i")
        await until(lambda: stopped() not in ("", first))
        await pilot.press("v")
        await until(lambda: isinstance(console.screen, AskAll))
        await pilot.press(*"extension", "enter", *"'8002'", "enter")
        await until(lambda: "extension = 8002" in text_of(console, "#detail"))
        await console.box.ask("town.hang_up", telephone="8001")
        await until(lambda: not sessions.table.keys())

    tell(tmp_path, story)


def test_a_session_that_is_stopped_says_before_which_node(language: str) -> None:
    frames = [{"flow": "office", "node": "menu", "variables": {}}, {"flow": "pin", "node": "ask", "variables": {}}]
    one = {"call": 17, "edition": 2, "frames": frames, "phase": "", "breaks": ["pin/"], "next": "compare", "nodes": []}
    row = session_row({**one, "paused": True})
    assert row.cells[2].text == "office/menu > pin/ask"
    assert row.cells[3].text == _("stopped before {node}").format(node="compare")
    assert session_row({**one, "paused": False, "phase": "listening"}).cells[3].text == _("listening")
