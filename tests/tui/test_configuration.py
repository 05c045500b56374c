"""The configuration on the console, before a real box, with keys only."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Footer, Input, TextArea

from core.texts import _
from tests.tui.box import until
from tests.tui.console import SIZE, SIZES, FolderStory, settings_of, tell_really, text_of, things
from tui.app import Console
from tui.ask import Ask, AskAll, Choose
from tui.changes import History, Lines
from tui.configuration import Configuration
from tui.dialogs import Question
from tui.draft import Draft
from tui.editor import Editor
from tui.live_table import LiveTable
from tui.values import NotSo, value_of


def tell(path: Path, story: FolderStory, size: tuple[int, int] = SIZE) -> None:
    """With the configuration on the screen; the folder of its files is given."""

    async def from_there(console: Console, pilot: Pilot[object]) -> None:
        await pilot.press("9")
        await until(lambda: isinstance(console.screen, Configuration) and bool(things(console).keys()))
        await story(console, pilot, path / "etc")

    tell_really(path, from_there, size)


def value(console: Console, setting: str) -> str:
    return settings_of(console).rows[setting].cells[2].text


def mark(console: Console, setting: str) -> str:
    return settings_of(console).rows[setting].cells[0].text


async def to_station(console: Console, pilot: Pilot[object], setting: str) -> None:
    """The cursor on a setting of the first station, by keys."""
    await pilot.press("slash")
    await until(lambda: isinstance(console.screen, Ask))
    await typed(pilot, "8001")
    await until(lambda: things(console).cursor.endswith("8001") and setting in settings_of(console).rows)
    await pilot.press("right")
    while settings_of(console).cursor != setting:
        await pilot.press("down")


async def typed(pilot: Pilot[object], text: str) -> None:
    """In place of what stands in the line that is asked for."""
    pilot.app.screen.query_one(Input).value = ""
    for letter in text:
        await pilot.press(letter if letter.isalnum() else {" ": "space", "_": "underscore"}.get(letter, letter))
    await pilot.press("enter")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_tables_settings_and_manual_fit_and_speak_the_language(
    tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await to_station(console, pilot, "no_answer_s")
        await until(lambda: _("Ringing counts as unanswered after so long, s.") in text_of(console, "#manual"))
        assert "5 ... 180" in text_of(console, "#manual")
        assert "40-people.toml:" in text_of(console, "#manual")
        assert text_of(console, "#draft").strip() == _("what the files say is at work")
        assert value(console, "no_answer_s") == "25"
        assert value(console, "privacy") == "false"
        for there in (things(console), settings_of(console)):
            width = there.scrollable_content_region.width
            lines = [there.render_line(y).text for y in range(there.size.height)]
            assert all(cell_len(line) == width for line in lines)
            if language == "zh":
                assert not lines[0].strip().isascii()
        for name in ("#draft", "#manual", "#state"):
            assert console.screen.region.contains_region(console.screen.query_one(name).region)
            assert all(cell_len(line) <= size[0] for line in text_of(console, name).splitlines())
        assert console.screen.region.contains_region(console.screen.query_one(Footer).region)

    tell(tmp_path, story, size)


def test_a_setting_is_changed_committed_with_a_clock_and_confirmed(tmp_path: Path, language: str) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await to_station(console, pilot, "no_answer_s")
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Ask))
        assert console.screen.query_one(Input).value == "25"
        await typed(pilot, "40")
        await until(lambda: (value(console, "no_answer_s"), mark(console, "no_answer_s")) == ("40", "*"))
        assert "no_answer_s = 25" in (folder / "40-people.toml").read_text()
        await pilot.press("f")
        await until(lambda: isinstance(console.screen, Lines))
        difference = console.screen.query_one(LiveTable)
        await until(lambda: any("no_answer_s: 25 -> 40" in row.cells[0].text for row in difference.rows.values()))
        assert any("+no_answer_s = 40" in row.cells[0].text for row in difference.rows.values())
        await pilot.press("escape", "c")
        await until(lambda: isinstance(console.screen, AskAll))
        await pilot.press("enter", "enter")
        await until(lambda: "no_answer_s = 40" in (folder / "40-people.toml").read_text())
        await until(lambda: console.screen.query_one("#draft").has_class("waits"))
        assert mark(console, "no_answer_s") == " "
        assert "9:5" in text_of(console, "#draft")
        await pilot.press("y")
        await until(lambda: not console.screen.query_one("#draft").has_class("waits"))
        assert text_of(console, "#draft").strip() == _("what the files say is at work")
        text = (folder / "40-people.toml").read_text()
        assert "# Unanswered after so long, s." in text

    tell(tmp_path, story)


def test_a_mistake_stands_at_its_setting_and_holds_up_the_commit(tmp_path: Path, language: str) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await to_station(console, pilot, "mailbox")
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Ask))
        await typed(pilot, "8999")
        await until(lambda: mark(console, "mailbox") == "!")
        assert "8999" in text_of(console, "#manual")
        assert console.screen.query_one("#draft").has_class("wrong")
        await pilot.press("c")
        await until(
            lambda: [note.message for note in console._notifications] == [_("There are mistakes; f shows them.")]
        )
        await pilot.press("d")
        await until(lambda: mark(console, "mailbox") == " ")
        await pilot.press("u")
        await until(lambda: mark(console, "mailbox") == "!")
        await pilot.press("u")
        await until(lambda: text_of(console, "#draft").strip() == _("what the files say is at work"))

    tell(tmp_path, story)


def test_what_has_few_values_is_chosen_from_them(tmp_path: Path) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await to_station(console, pilot, "caller_id")
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Choose))
        await pilot.press("down", "enter")
        await until(lambda: value(console, "caller_id") == "dtmf")
        await pilot.press("space")
        await until(lambda: value(console, "caller_id") == "off")
        await pilot.press("down", "space")
        await until(lambda: value(console, "reverse_on_answer") == "true")

    tell(tmp_path, story)


def test_a_row_is_added_and_says_what_must_be_given_and_is_removed(tmp_path: Path) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await pilot.press("slash")
        await until(lambda: isinstance(console.screen, Ask))
        await typed(pilot, "8016")
        await until(lambda: things(console).cursor.endswith("8016"))
        await pilot.press("a")
        await until(lambda: isinstance(console.screen, Ask))
        await typed(pilot, "8099")
        await until(lambda: things(console).cursor.endswith("8099") and "card" in settings_of(console).rows)
        assert (mark(console, "card"), value(console, "card")) == ("!", _("must be given"))
        await until(lambda: console.screen.query_one("#draft").has_class("wrong"))
        await pilot.press("x")
        await until(lambda: isinstance(console.screen, Question))
        await pilot.press("y")
        await until(lambda: not [key for key in things(console).rows if key.endswith("8099")])
        await until(lambda: text_of(console, "#draft").strip() == _("what the files say is at work"))

    tell(tmp_path, story)


def test_a_file_is_edited_as_text_with_its_mistakes_below(tmp_path: Path, language: str) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await to_station(console, pilot, "name")
        await pilot.press("e")
        await until(lambda: isinstance(console.screen, Editor))
        area = console.screen.query_one(TextArea)
        line = area.cursor_location[0]
        assert area.text.splitlines()[line].startswith("name =")
        await pilot.press("end", "enter")
        for letter in "chanel=3":
            await pilot.press("equals_sign" if letter == "=" else letter)
        mistakes = console.screen.query_one(LiveTable)
        await until(lambda: any("chanel" in row.cells[2].text for row in mistakes.rows.values()))
        row = next(iter(mistakes.rows.values()))
        assert row.cells[1].text == f"40-people.toml:{line + 2}:1"
        await until(lambda: "channel" in text_of(console, "#hint"))
        await pilot.press("home", "up", "f5")
        await until(lambda: area.cursor_location == (line + 1, 0))
        await pilot.press("escape")
        await until(lambda: isinstance(console.screen, Configuration))
        await until(lambda: console.screen.query_one("#draft").has_class("wrong"))
        await pilot.press("u")
        await until(lambda: text_of(console, "#draft").strip() == _("what the files say is at work"))

    tell(tmp_path, story)


def test_an_earlier_commit_is_put_to_work_again(tmp_path: Path, language: str) -> None:
    async def story(console: Console, pilot: Pilot[object], folder: Path) -> None:
        await to_station(console, pilot, "no_answer_s")
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, Ask))
        await typed(pilot, "40")
        await until(lambda: mark(console, "no_answer_s") == "*")
        await pilot.press("c")
        await until(lambda: isinstance(console.screen, AskAll))
        await pilot.press("down")
        console.screen.query(Input).last(Input).value = "0"
        await pilot.press("enter")
        await until(lambda: console.box.rows("status")["box"]["configuration"] == "2")
        await until(lambda: isinstance(console.screen, Configuration))
        await pilot.press("h")
        await until(lambda: isinstance(console.screen, History) and len(console.screen.table.keys()) == 2)
        history = console.screen.query_one(LiveTable)
        assert history.keys() == ["2", "1"]
        await pilot.press("down", "enter")
        await until(lambda: isinstance(console.screen, Lines))
        lines = console.screen.query_one(LiveTable)
        await until(lambda: any("no_answer_s: 40 -> 25" in row.cells[0].text for row in lines.rows.values()))
        await pilot.press("escape", "r")
        await until(lambda: isinstance(console.screen, Question))
        await pilot.press("y")
        await until(lambda: console.box.rows("status")["box"]["configuration"] == "1")
        await pilot.press("escape")
        await until(lambda: isinstance(console.screen, Configuration))
        await until(lambda: mark(console, "no_answer_s") == " ")

    tell(tmp_path, story)


def test_what_is_typed_is_taken_as_the_setting_wants_it() -> None:
    def setting(kind: str) -> dict[str, str]:
        return {"kind": kind, "allowed": "so and so"}

    assert value_of(setting("number"), " 25 ") == 25
    assert value_of(setting("number"), "2.5") == 2.5
    assert value_of(setting("text"), "25") == "25"
    assert value_of(setting("texts"), "a, b，c、d") == ["a", "b", "c", "d"]
    assert value_of(setting("texts"), '["a, b"]') == ["a, b"]
    assert value_of(setting("value"), "{ a = 1 }") == {"a": 1}
    for kind, text in (("number", "x"), ("value", "{"), ("texts", "[")):
        with pytest.raises(NotSo, match="so and so"):
            value_of(setting(kind), text)


def test_a_draft_takes_steps_back_and_knows_what_differs() -> None:
    draft = Draft({"folder": "/etc", "basis": "x", "shipped": [], "files": {"a.toml": "1\n", "b.toml": "2\n"}})
    draft.change({"a.toml": "3\n"})
    first = draft.steps
    for text in ("4\n", "5\n"):
        draft.change({"b.toml": text}, first)
    assert draft.edits == {"a.toml": "3\n", "b.toml": "5\n"}
    assert [row for row in draft.difference() if row[0] in "+-" and row[1:2].isdigit()] == ["-1", "+3", "-2", "+5"]
    assert draft.undo()
    assert draft.edits == {"a.toml": "3\n"}
    draft.change({"b.toml": None})
    assert set(draft.texts) == {"a.toml"}
    assert draft.undo()
    assert draft.undo()
    assert not draft.undo()
    assert draft.edits == {}
