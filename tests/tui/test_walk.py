"""A walk through the supervisor's rooms with keys alone: every act that is theirs is reached."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from core.api.all_acts import REGISTRY
from tests.tui.box import BEGUN, Box, agent, until
from tests.tui.console import table, tell
from tui.app import Console
from tui.places import PLACES

DIALOG = "a dialog"
"""Is waited for, and is no key: that something has come to stand before the room."""

WALK: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    # room: keys, and the act that they reach
    "calls": (
        (("home", "r"), "recording.start"),
        (("t",), "recording.stop"),
        (("l", DIALOG, "escape"), "call.trace"),
        (("end", "s", DIALOG, "8", "enter"), "trunk.listen"),
        (("c", DIALOG, "y"), "call.clear"),
    ),
    "alarms": ((("a",), "alarm.acknowledge"), (("h", DIALOG, "escape"), "alarm.history")),
    "queues": (
        (("y", DIALOG, "escape"), "queue.why_waiting"),
        (("b", DIALOG, "enter", DIALOG, "y"), "queue.cancel_call_back"),
        (("w", DIALOG, "right", "escape"), "report.make"),
    ),
    "agents": (
        (("f", DIALOG, "end", "enter"), "agent.force"),
        (("s", DIALOG, "enter", "enter", "enter"), "agent.set_skill"),
        (("q", DIALOG, "enter", "enter"), "agent.set_queue"),
    ),
    "team": (
        (("p", DIALOG, "8", "enter", "a"), "agent.answer_help"),
        (("l",), "agent.listen"),
        (("w",), "agent.whisper"),
        (("b",), "agent.barge_in"),
        (("i",), "agent.intercept"),
        (("c", DIALOG, "y"), "call.clear"),
        (("t", DIALOG, "enter"), "trunk.listen"),
        (("z", DIALOG, "enter", DIALOG, "a", "enter", "enter", "enter"), "bulletin.publish"),
        (("z", DIALOG, "down", "enter", DIALOG, "enter", "a", "enter"), "note.send"),
        (("z", DIALOG, *("down",) * 2, "enter", DIALOG, "escape"), "notice.list"),
        (("z", DIALOG, *("down",) * 2, "enter", DIALOG, "enter", DIALOG, "end", "enter"), "notice.withdraw"),
    ),
    "recordings": (
        (("s", DIALOG, *("enter",) * 7), "recording.search"),
        (("end", "p"), "recording.play"),
        (("m", DIALOG, "b", "enter"), "recording.hold"),
        (("x", DIALOG, "b", "enter"), "recording.erase"),
        (("y", DIALOG, "enter"), "recording.play_to"),
        (("o", DIALOG, *("enter",) * 7, DIALOG, "enter"), "recording.order_task"),
        (("t", DIALOG, "enter", DIALOG, "down", "enter"), "recording.stop_task"),
        (("t", DIALOG, "enter", DIALOG, "end", "enter"), "recording.delete_task"),
        (("t", DIALOG, "escape"), "recording.tasks"),
    ),
    "reports": ((("c", DIALOG, "down", "enter"), "report.make"), (("e", DIALOG, "enter"), "report.export")),
}
KINDS = ("alarm.", "queue.", "agent.", "trunk.", "recording.", "report.", "notice.", "note.", "bulletin.")
ELSEWHERE = {
    **dict.fromkeys(("alarm.list", "queue.list", "agent.list"), "topics show it"),
    **dict.fromkeys(
        (
            "agent.log_on",
            "agent.log_off",
            "agent.ready",
            "agent.not_ready",
            "agent.rest",
            "agent.end_rest",
            "agent.work",
            "agent.end_work",
            "agent.extend_work",
            "agent.ask_help",
            "agent.end_help",
            "agent.change_pin",
            "agent.drop_skill",
            "agent.take_up_skill",
            "agent.figures",
            "agent.ranking",
        ),
        "the agent's own desk",
    ),
    **dict.fromkeys(("recording.mask", "recording.resume"), "the agent's own desk"),
    "recording.pause": "the desk masks, which keeps the time of what is left out",
    "notice.read": "the agent's own desk",
    "recording.get": "its row has it all",
    "recording.wave": "the cursor asks for it",
    "recording.export": "by strowger recording export, which runs beside the console",
    "recording.verify": "strowger recording verify: it reads all files",
    "queue.call_backs": "comes before queue.cancel_call_back",
    "report.list": "comes before report.make",
}


def test_keys_alone_reach_every_act_of_the_supervisors_rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        here.topics["agents"]["1001"] = agent("1001", "王芳", "busy", calls=[17], help_since=BEGUN, ready=False)
        by_room = {place.room: place for place in PLACES}
        for room, steps in WALK.items():
            await pilot.press(by_room[room].key)
            await until(lambda room=room: console.current_mode == room and bool(table(console).keys()))  # type: ignore[misc]
            for keys, method in steps:
                before = len(here.asked)
                for key in keys:
                    if key == DIALOG:
                        await until(lambda: len(console.screen_stack) > 1)
                    else:
                        await pilot.press(key)
                        await pilot.pause()
                await until(lambda m=method, b=before: m in [asked for asked, _params in here.asked[b:]])  # type: ignore[misc]
                await until(lambda room=room: console.screen is console.screen_stack[0])  # type: ignore[misc]

    monkeypatch.setenv("HOME", str(tmp_path))
    tell(tmp_path, story)


def test_no_act_of_these_kinds_is_forgotten() -> None:
    reached = {method for steps in WALK.values() for _keys, method in steps}
    theirs = {name for name in REGISTRY.acts if name.startswith(KINDS)}
    assert theirs - reached - set(ELSEWHERE) == set()
    assert set(ELSEWHERE) <= theirs
