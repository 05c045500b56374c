"""Agents and team: who is in which state, and what a supervisor does with a key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input

from core.texts import _
from tests.tui.box import BEGUN, Box, agent, until
from tests.tui.console import SIZES, shown, table, tell, text_of
from tui.agents import Agents, agent_series
from tui.app import Console
from tui.ask import Ask, AskAll, Choose
from tui.dialogs import Question
from tui.room import lasted
from tui.team import Team


async def go(console: Console, pilot: Pilot[object], key: str, kind: type[Agents]) -> None:
    await pilot.press(key)
    await until(lambda: type(console.screen) is kind and len(table(console).keys()) == 4)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_agent_stands_with_state_reason_and_counts(tmp_path: Path, language: str, size: tuple[int, int]) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "5", Agents)
        rows = shown(console)
        assert all(cell_len(row) == size[0] for row in rows[:5])
        for word in ("agent", "name", "state", "with, why", "done", "missed", "talk"):
            assert _(word) in rows[0]
        talks, idle, ready, gone = rows[1:5]
        assert talks.startswith(" * 1001   王芳")
        assert _("in a call") in talks
        assert "Ben [b] 8002" in talks
        assert "30:30" in talks
        assert idle[1] == "-"
        assert _("not ready") in idle
        assert "lunch" in idle
        assert ready[1] == "+"
        assert _("ready") in ready
        assert gone[1] == " "
        assert _("logged off") in gone
        await pilot.press("down")
        await until(lambda: _("wanted by {who}").format(who="Mei") in text_of(console, "#detail"))
        assert "english 7" in text_of(console, "#detail")
        state = text_of(console, "#state")
        assert f"* {_('in a call')} 1" in state
        assert f"- {_('not ready')} 1" in state

    tell(tmp_path, story, size)


def test_a_supervisor_forces_an_agent_with_a_reason(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "5", Agents)
        await pilot.press("r")
        await until(lambda: ("agent.force", {"agent": "1001", "act": "ready", "reason": ""}) in here.asked)
        await pilot.press("n")
        await until(lambda: isinstance(console.screen, Ask))
        await pilot.press(*"call me", "enter")
        await until(lambda: ("agent.force", {"agent": "1001", "act": "not ready", "reason": "call me"}) in here.asked)
        await pilot.press("f")
        await until(lambda: isinstance(console.screen, Choose))
        await pilot.press("end", "enter")
        await until(lambda: ("agent.force", {"agent": "1001", "act": "log off", "reason": ""}) in here.asked)

    tell(tmp_path, story)


def test_a_skill_is_changed_and_a_wrong_level_is_told(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "5", Agents)
        for level in ("much", "9"):
            await pilot.press("s")
            await until(lambda: isinstance(console.screen, AskAll))
            fields = list(console.screen.query(Input))
            assert [field.value for field in fields] == ["english", "7", ""]
            fields[1].value = level
            await pilot.press("enter", "enter", "enter")
            await until(lambda: isinstance(console.screen, Agents))
        wanted = {"agent": "1001", "skill": "english", "level": 9, "queue": ""}
        await until(lambda: ("agent.set_skill", wanted) in here.asked)
        assert [method for method, _params in here.asked].count("agent.set_skill") == 1

    tell(tmp_path, story)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_team_stands_by_what_needs_a_supervisor(tmp_path: Path, language: str, size: tuple[int, int]) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "7", Team)
        assert table(console).keys() == ["1001", "1002", "1003", "1004"]
        assert all(cell_len(row) == size[0] for row in shown(console)[:5])
        late = agent("1003", "张伟", "working after call", since=BEGUN - 900)
        here.change("agents", {"1003": late})
        await until(lambda: table(console).keys() == ["1001", "1003", "1002", "1004"])

    tell(tmp_path, story, size)


def test_a_supervisor_says_once_where_he_sits_and_goes_into_calls(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "7", Team)
        await pilot.press("l")
        await until(lambda: isinstance(console.screen, Ask))
        await pilot.press(*"8009", "enter")
        at = {"device": "8009", "agent": "1001"}
        await until(lambda: ("agent.listen", at) in here.asked)
        for key, act in (("w", "whisper"), ("b", "barge_in"), ("i", "intercept")):
            await pilot.press(key)
            await until(lambda act=act: (f"agent.{act}", at) in here.asked)  # type: ignore[misc]
        await pilot.press("c")
        await until(lambda: isinstance(console.screen, Question))
        await pilot.press("y")
        await until(lambda: ("call.clear", {"call": 17}) in here.asked)
        before = len(here.asked)
        await pilot.press("down", "l", "c")  # who speaks with nobody has no call to go into
        await pilot.pause()
        assert isinstance(console.screen, Team)
        assert [method for method, _params in here.asked[before:] if method != "report.make"] == []

    tell(tmp_path, story)


def test_a_call_for_help_is_loud_in_every_room_and_answered_with_a_key(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "7", Team)
        wanting = agent("1003", "张伟", "busy", calls=[18], help_since=BEGUN + 5, help="refund")
        for _again in range(2):
            here.change("agents", {"1003": wanting})
        await until(lambda: table(console).keys()[0] == "1003")
        assert shown(console)[1].startswith(" H 1003")
        assert "refund" in shown(console)[1]
        assert text_of(console, "#state").startswith(" " + _("HELP WANTED: {who}").format(who="1003 张伟"))
        assert [note.title for note in console._notifications].count(_("HELP WANTED")) == 1
        await pilot.press("home", "p")
        await until(lambda: isinstance(console.screen, Ask))
        await pilot.press(*"8009", "enter", "a")
        await until(lambda: ("agent.answer_help", {"device": "8009", "agent": "1003"}) in here.asked)

    tell(tmp_path, story)


def test_a_trunk_line_in_use_is_listened_to(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "7", Team)
        await pilot.press("t")
        await until(lambda: isinstance(console.screen, Choose))
        await pilot.press("down", "enter")
        await until(lambda: isinstance(console.screen, Ask))
        await pilot.press(*"8009", "enter")
        await until(lambda: ("trunk.listen", {"device": "8009", "line": "e1a/3"}) in here.asked)

    tell(tmp_path, story)


def test_an_hour_of_an_agent_is_minutes_of_what_it_was() -> None:
    hour: list[dict[str, Any]] = [
        {"begin": 0, "busy": 1200.0, "ringing": 60.0, "work": 300.0, "ready": 1800.0, "rest": 240.0}
    ]
    assert [series.values for series in agent_series(hour)] == [(21.0,), (5.0,), (30.0,), (4.0,)]


@pytest.mark.parametrize(("seconds", "text"), [(-3, "0:00"), (42, "0:42"), (725, "12:05"), (3753, "1:02:33")])
def test_a_duration_is_read_like_a_clock(seconds: float, text: str) -> None:
    assert lasted(seconds) == text


def test_an_agent_is_given_a_queue_and_another_one_is_taken_away(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot, "5", Agents)
        for rank in ("first", "2", "0"):
            await pilot.press("q")
            await until(lambda: isinstance(console.screen, AskAll))
            fields = list(console.screen.query(Input))
            fields[1].value = rank
            await pilot.press("enter", "enter")
            await until(lambda: isinstance(console.screen, Agents))
        wanted = {"agent": "1001", "queue": "sales", "serves": False}
        await until(lambda: ("agent.set_queue", wanted) in here.asked)
        asked = [params for method, params in here.asked if method == "agent.set_queue"]
        assert asked == [{"agent": "1001", "queue": "sales", "serves": True, "rank": 2}, wanted]

    tell(tmp_path, story)
