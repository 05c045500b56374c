"""The frame of the console: rooms by role, topics only while somebody looks, keys by configuration."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual._xterm_parser import XTermParser
from textual.binding import Binding
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Static

from core.texts import _
from hw.card import HardwareError
from tests.tui.box import Box, until
from tests.tui.console import SIZES, begin, table
from tui import command
from tui.app import Console
from tui.board import Board
from tui.calls import Calls
from tui.dialogs import Help, Question
from tui.live_table import LiveTable
from tui.places import PLACES, ROOMS_OF, Place, first, places
from tui.room import Screens
from tui.settings import Settings, read
from tui.start import Start


class Tty:
    def isatty(self) -> bool:
        return True


def kept(path: Path, text: str) -> Settings:
    path.write_text(text, "utf-8")
    return read(path)


def test_every_room_that_a_role_names_is_in_the_table() -> None:
    rooms = {place.room for place in PLACES}
    assert all(set(named) <= rooms for named in ROOMS_OF.values())
    assert len({place.key for place in PLACES}) == len(PLACES)


def test_every_room_that_is_there_has_its_screen_and_its_name() -> None:
    for place in PLACES:
        if place.there:
            assert issubclass(place.load(), Screens)
            assert vars(place.load())["ROOM"] == place.room
            assert place.load().HELP_TEXT


@pytest.mark.parametrize("place", [place for place in PLACES if len(place.key) == 1], ids=lambda place: place.room)
def test_alt_and_a_digit_leads_to_a_room_on_any_terminal(place: Place) -> None:
    (event,) = XTermParser().feed("\x1b" + place.key)
    assert isinstance(event, Key)
    (action,) = {binding.action for binding in Binding.make_bindings(Console.BINDINGS) if binding.key == event.key}
    assert action == f"room('{place.room}')"


def test_who_has_two_roles_sees_the_rooms_of_both_and_begins_with_the_first() -> None:
    assert first(["agent", "administrator"]) == first(["administrator"]) == "calls"
    assert {place.room for place in places(["agent"])} <= set(ROOMS_OF["agent"])
    assert places([]) == []
    assert first([]) == ""


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_head_with_all_rooms_fits_in_both_languages(
    tmp_path: Path, language: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Place, "there", property(lambda self: True))

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await until(lambda: isinstance(console.screen, Calls))
        await until(lambda: "[1" in str(console.screen.query_one("#head", Static).content))
        head = str(console.screen.query_one("#head", Static).content)
        assert cell_len(head) == size[0]
        for place in PLACES:
            assert any(_(name) in head for name in (place.title, place.short)), (place, head)

    begin(tmp_path, story, size=size)


def test_an_auditor_sees_his_rooms_and_no_others(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await until(lambda: isinstance(console.screen, Calls))
        assert "configuration" not in [place.room for place in console.places]
        await pilot.press("9")
        assert isinstance(console.screen, Calls)

    begin(tmp_path, story, roles=("auditor",))


def test_who_has_no_room_is_told_so(tmp_path: Path, language: str) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        body = console.screen.query_one("#body", Static)
        await until(lambda: str(body.content) == _("There is no room for your role here."))
        assert isinstance(console.screen, Start)

    begin(tmp_path, story, roles=("stranger",))


def test_topics_are_watched_only_while_somebody_looks(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await until(lambda: isinstance(console.screen, Calls) and set(here.watched()) == {"status", "calls"})
        await pilot.press("2")
        await until(lambda: set(here.watched()) == {"status", "calls", "lines", "spans"})
        await until(lambda: isinstance(console.screen, Board) and bool(console.screen.table.keys()))
        await pilot.press("t")
        await until(lambda: not isinstance(console.screen, Board))
        assert set(here.watched()) == {"status", "calls", "lines", "spans"}
        await pilot.press("3")
        await until(lambda: set(here.watched()) == {"status", "alarms"})

    begin(tmp_path, story)


def test_a_room_that_one_comes_back_to_is_as_the_box_is_now(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await until(lambda: isinstance(console.screen, Calls) and console.screen.table.keys() == ["17", "18", "19"])
        await pilot.press("down")
        for elsewhere in ("2", "3"):  # calls are watched in the one, not in the other
            await pilot.press(elsewhere)
            await until(lambda: not isinstance(console.screen, Calls))
            gone = next(iter(here.topics["calls"]))
            if elsewhere == "2":
                await until(lambda: "calls" in here.watched())
                here.change("calls", {gone: None})
            else:
                await until(lambda: "calls" not in here.watched())
                here.topics["calls"]["21"] = here.topics["calls"].pop(gone)
            await pilot.press("1")
            await until(lambda: isinstance(console.screen, Calls))
            await until(lambda: set(table(console).keys()) == set(here.topics["calls"]))

    begin(tmp_path, story)


def test_keys_are_as_the_person_wants_them(tmp_path: Path) -> None:
    text = '[keys]\n"calls.clear" = "x"\n"room.board" = "f5, Z"\n"help" = "f4"\n"table.down" = "n"\n'

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await until(lambda: isinstance(console.screen, Calls) and bool(console.screen.table.keys()))
        await until(lambda: "F5" in str(console.screen.query_one("#head", Static).content))
        await pilot.press("c")
        await pilot.press("n")
        await until(lambda: table(console).cursor == "18")
        await pilot.press("x")
        await until(lambda: isinstance(console.screen, Question))
        await pilot.press("n")
        await until(lambda: isinstance(console.screen, Calls))
        await pilot.press("f4")
        await until(lambda: isinstance(console.screen, Help))
        keys = str(console.screen.query_one(Static).content).splitlines()
        assert any(row.startswith("x ") and "Clear" in row and row.endswith("calls.clear") for row in keys), keys
        assert any(row.startswith("f5 Z") and "Board" in row for row in keys), keys
        await pilot.press("escape")
        await pilot.press("Z")
        await until(lambda: isinstance(console.screen, Board))

    begin(tmp_path, story, kept(tmp_path / "keys", text))


def test_a_mistake_in_the_keys_is_told_and_the_rest_holds(tmp_path: Path) -> None:
    text = (
        'theme = "blue"\n[keys]\n"calls.claer" = "x"\n"calls.ladder" = "hyper+x"\n"board.block" = "u"\n'
        '"board.trace" = "w"\nquit = 3\n"team.listen" = "f"\n'
    )
    settings = kept(tmp_path / "keys", text)

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        file = f"{tmp_path / 'keys'}, line"
        settings.mistakes[2] = settings.mistakes[2].partition(", calls.ladder")[0]
        assert settings.mistakes == [
            f'{file} 1: theme can be "dark", "light"',
            f'{file} 7: a key stands in quotes: "quit" = "x"',
            f'{file} 3: no action "calls.claer"; there are: calls.clear',
            f'{file} 4: "hyper+x" is no key; write a sign (x), f1 to f24, enter, space, or ctrl+x, alt+x',
            f'{file} 5: "u" is the key of board.unblock already',
            f'{file} 8: "f" is the key of agents.choose_force already',
        ]
        assert len(console._notifications) == len(settings.mistakes)
        await pilot.press("2")
        await until(lambda: isinstance(console.screen, Board) and bool(console.screen.table.keys()))
        await pilot.press("w")
        await until(lambda: not isinstance(console.screen, Board))

    begin(tmp_path, story, settings)


def test_two_actions_may_change_their_keys(tmp_path: Path) -> None:
    settings = kept(tmp_path / "keys", '[keys]\n"board.block" = "u"\n"board.unblock" = "b"\n')

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        assert settings.mistakes == []
        await pilot.press("2")
        await until(lambda: isinstance(console.screen, Board) and bool(console.screen.table.keys()))
        await pilot.press("u")
        await until(lambda: isinstance(console.screen, Question))
        await pilot.press("y")
        await until(lambda: here.asked == [("line.block", {"line": "8001"})])

    begin(tmp_path, story, settings)


def test_a_file_that_is_no_toml_is_told_and_left_alone(tmp_path: Path) -> None:
    settings = kept(tmp_path / "keys", "theme = dark\n")
    assert len(settings.mistakes) == 1
    assert "line 1, column 9" in settings.mistakes[0]
    settings.keep(theme="light")
    assert (tmp_path / "keys").read_text() == "theme = dark\n"


def test_the_chosen_theme_is_kept_and_nothing_else_in_the_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    settings = kept(file, '# mine\n[keys]\n"calls.clear" = "x"  # as at home\n')

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await pilot.press("f9")
        await until(lambda: read(file).theme == "light")
        assert console.theme == "textual-light"
        assert "# mine\n" in file.read_text()
        assert '"calls.clear" = "x"  # as at home\n' in file.read_text()
        assert read(file).keys == {"calls.clear": "x"}

    begin(tmp_path, story, settings)


def test_the_other_language_is_a_key_away_and_kept(tmp_path: Path, language: str) -> None:
    settings = kept(tmp_path / "keys", "")

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await until(lambda: isinstance(console.screen, Calls) and bool(table(console).keys()))
        await pilot.press("2")
        await until(lambda: isinstance(console.screen, Board) and bool(table(console).keys()))
        before = str(console.screen.query_one("#head", Static).content)
        await pilot.press("f8")
        other = "en" if language == "zh" else "zh"
        await until(lambda: [greeting["language"] for greeting in here.greeted] == [language, other])
        await until(lambda: isinstance(console.screen, Board) and bool(table(console).keys()))
        await until(lambda: str(console.screen.query_one("#head", Static).content) not in ("", before))
        assert str(console.screen.query_one("#head", Static).content).isascii() == (other == "en")
        assert table(console).render_line(0).text.isascii() == (other == "en")
        assert read(tmp_path / "keys").language == other
        assert list(console._notifications) == [], "the box has been there all the time"
        await pilot.press("1")
        await until(lambda: isinstance(console.screen, Calls) and bool(table(console).keys()))

    begin(tmp_path, story, settings)


def test_a_file_of_keys_that_is_named_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Tty())
    monkeypatch.setattr("sys.stdout", Tty())
    options = argparse.Namespace(keys=tmp_path / "none", socket=None, theme=None, language=None)
    with pytest.raises(HardwareError, match="none"):
        command.run(options)


def test_a_click_on_the_name_of_a_room_leads_there(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await until(lambda: isinstance(console.screen, Calls) and bool(table(console).keys()))
        await until(lambda: "Board" in str(console.screen.query_one("#head", Static).content))
        place = str(console.screen.query_one("#head", Static).content).index("Board")
        await pilot.click("#head", offset=(place + 1, 0))
        await until(lambda: isinstance(console.screen, Board))

    begin(tmp_path, story)


def test_an_answer_for_a_room_that_has_gone_is_no_fault(tmp_path: Path) -> None:
    """It ended the console: the room had no detail to show any more. A detail that never was is a fault, though."""

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await pilot.press("1")
        await until(lambda: isinstance(console.screen, Calls))
        calls = console.screen
        assert isinstance(calls, Calls)
        gone = asyncio.Event()

        async def late() -> None:
            await gone.wait()
            calls.show_detail()
            calls.query_one("#state", Static)

        calls.aside(late)
        await pilot.press("2")
        await until(lambda: isinstance(console.screen, Board))
        await calls.remove_children()
        gone.set()
        await pilot.pause()
        assert console.is_running
        assert console.screen.is_current

    begin(tmp_path, story)


def test_news_for_somebody_who_is_just_leaving_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The toolkit takes a screen apart piece by piece; a row that changed meanwhile ended the console with an error."""

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await pilot.press("1")
        await until(lambda: isinstance(console.screen, Calls) and console.box.known(Calls.TOPICS))
        monkeypatch.setattr(console, "_running", False)  # as at the beginning of the toolkit's shutdown
        await console.screen.query_one(LiveTable).remove()
        console._told("calls", {"1"})
        console._turned()

    begin(tmp_path, story)
