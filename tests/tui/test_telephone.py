"""The simulated telephones on the console: lifted, dialled, and what one hears is read. Before a real box."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input, Log

from core.texts import _
from tests.tui.box import until
from tests.tui.console import SIZE, SIZES, RealStory, table, tell_really, text_of
from tui.app import Console
from tui.ask import AskAll
from tui.keypad import Keypad
from tui.telephone import Telephone, news

pytestmark = pytest.mark.native


def tell(path: Path, story: RealStory, size: tuple[int, int] = SIZE) -> None:
    """With the telephones on the screen."""

    async def from_there(console: Console, pilot: Pilot[object]) -> None:
        await pilot.press("0")
        await until(lambda: isinstance(console.screen, Telephone) and bool(table(console).keys()))
        await story(console, pilot)

    tell_really(path, from_there, size)


def log_of(console: Console) -> str:
    return "\n".join(console.screen.query_one(Log).lines)


def row(console: Console, number: str) -> dict[str, object]:
    return console.box.rows("telephones")[number]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_newcomer_calls_from_one_telephone_to_another(tmp_path: Path, language: str, size: tuple[int, int]) -> None:
    async def story(console: Console, pilot: Pilot[object]) -> None:
        table(console).point("8001")
        await pilot.press("space")
        await until(lambda: _("dial tone") in text_of(console, "#hears"))
        await pilot.press("8", "0", "0", "2")
        await until(lambda: bool(row(console, "8002")["rings"]))
        await until(lambda: _("ring-back tone") in log_of(console))
        assert "8002" in text_of(console, "#card")  # what was dialled
        table(console).point("8002")
        await until(lambda: "8001" in text_of(console, "#card"))  # its display
        await pilot.press("enter")
        await until(lambda: "8001" in text_of(console, "#hears"))  # with whom it speaks
        await pilot.press("space")
        await until(lambda: not row(console, "8002")["off_hook"])
        table(console).point("8001")
        await until(lambda: _("busy tone") in text_of(console, "#hears"))
        await pilot.press("space")
        await until(lambda: not row(console, "8001")["off_hook"])
        screen = console.screen
        for widget in (table(console), screen.query_one(Keypad), screen.query_one("#town"), screen.query_one("#state")):
            assert screen.region.contains_region(widget.region), widget
        for line in text_of(console, "#card").splitlines():
            assert cell_len(line) <= screen.query_one("#card").size.width
        if language == "zh":
            assert not text_of(console, "#town").isascii()

    tell(tmp_path, story, size)


def test_digits_lift_a_telephone_that_is_on_its_hook_and_words_are_read(tmp_path: Path) -> None:
    async def story(console: Console, pilot: Pilot[object]) -> None:
        table(console).point("8003")
        await pilot.press("asterisk", "6", "0", "number_sign")  # says the own number
        await until(lambda: bool(row(console, "8003")["words"]))
        assert '"' in text_of(console, "#hears")
        await pilot.press("space")

    tell(tmp_path, story)


def test_the_town_calls_in_and_its_traffic_is_turned(tmp_path: Path) -> None:
    async def story(console: Console, pilot: Pilot[object]) -> None:
        table(console).point("8004")
        await pilot.press("c")
        await until(lambda: isinstance(console.screen, AskAll))
        way, number, caller = (field.value for field in console.screen.query(Input))
        assert way in ("e1a", "e1b")
        assert number.endswith("8004")
        assert caller
        await pilot.press("enter", "enter", "enter")
        await until(lambda: isinstance(console.screen, Telephone) and bool(row(console, "8004")["rings"]))
        await pilot.press("e")
        await until(lambda: not row(console, "8004")["rings"])
        await pilot.press("plus")
        await until(lambda: console.box.rows("town")["traffic"]["calls_per_hour"] == 10)
        await until(lambda: "10" in text_of(console, "#town"))
        await pilot.press("minus")
        await until(lambda: console.box.rows("town")["traffic"]["calls_per_hour"] == 0)

    tell(tmp_path, story)


def test_what_a_person_notices() -> None:
    rest = {"off_hook": False, "rings": False, "shows": "", "with_whom": "", "words": "", "hears": "", "lamp": False}
    assert news(None, rest) == []
    assert news(rest, {**rest, "rings": True, "shows": "8001"}) == ["it rings: 8001"]
    assert news({**rest, "rings": True}, rest) == ["it rings no more"]
    assert news(rest, {**rest, "off_hook": True, "hears": "dial"}) == ["lifted", "dial tone"]
    talks = {**rest, "off_hook": True, "with_whom": "8002 Ben"}
    assert news({**rest, "off_hook": True}, talks) == ["you speak with 8002 Ben"]
    assert news(talks, {**talks, "words": "Goodbye."}) == ['"Goodbye."']
    assert news(talks, rest) == ["hung up"]


def test_a_machine_that_cannot_play_does_not_say_that_it_plays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.telephone.player", lambda law: None)

    async def story(console: Console, pilot: Pilot[object]) -> None:
        await pilot.press("s")
        await until(lambda: bool(list(console._notifications)))
        (note,) = console._notifications
        assert note.severity == "error"
        assert note.message == f"{_('nothing on this machine plays sound')}\n{_('install alsa-utils')}"

    tell(tmp_path, story)
