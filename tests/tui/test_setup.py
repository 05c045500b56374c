"""The setup as a screen: from the carton to the first call with Enter alone, back, left and taken up again."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from firmware.setup.picture import load
from firmware.setup.site import Site
from firmware.setup.steps import STEPS
from textual.pilot import Pilot
from textual.widgets import Footer, Input, RichLog, Static

from core import texts
from core.texts import _
from tests.tui.box import until
from tests.tui.console import SIZES
from tui.setup import Setup, packed, play

pytestmark = pytest.mark.native


def said(setup: Setup) -> str:
    return "\n".join(strip.text for strip in setup.screen.query_one("#said", RichLog).lines)


async def asked(setup: Setup, name: str = "") -> None:
    await until(lambda: setup.question is not None and (not name or setup.question.name == name))


async def to_the_end(setup: Setup, pilot: Pilot[int]) -> None:
    while setup._thread.is_alive():
        await until(lambda: setup.question is not None or not setup._thread.is_alive())
        if setup.question is not None:
            await pilot.press("enter")


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_enter_alone_leads_to_the_first_call(tmp_path: Path, size: tuple[int, int], language: str) -> None:
    async def story() -> None:
        setup = Setup(Site.training(tmp_path, virtual=True))
        async with setup.run_test(size=size) as pilot:
            await asked(setup)
            if language == "zh":
                setup.screen.query_one(Input).value = "2"
            await pilot.press("enter")
            await asked(setup)
            for widget in ("#head", "#steps", "#question"):
                assert setup.screen.region.contains_region(setup.screen.query_one(widget).region)
            assert setup.screen.region.contains_region(setup.screen.query_one(Footer).region)
            await to_the_end(setup, pilot)
            assert (setup.code, setup.error) == (0, None)
            steps = str(setup.screen.query_one("#steps", Static).content)
            assert all(_(step.title)[:8] in steps for step in STEPS)
            await pilot.press("enter")
        assert setup.return_value == 0

    try:
        asyncio.run(story())
    finally:
        texts.use("en")
    assert list((tmp_path / "data" / "acceptance").glob("*.pdf"))


def test_a_question_never_covers_the_end_of_what_was_said(tmp_path: Path) -> None:
    """It takes rows from the log: whoever confirms a difference must have seen its last lines, and can page up."""

    async def story() -> None:
        setup = Setup(Site.training(tmp_path, virtual=True))
        async with setup.run_test(size=(80, 24)) as pilot:
            log = setup.screen.query_one("#said", RichLog)
            while setup._thread.is_alive():
                await until(lambda: setup.question is not None or not setup._thread.is_alive())
                await pilot.pause()
                assert log.scroll_offset.y == log.max_scroll_y
                if setup.question is not None and setup.question.name.startswith("write"):
                    await pilot.press("pageup")
                    assert log.scroll_offset.y < log.max_scroll_y
                    return
                await pilot.press("enter")
            raise AssertionError("nothing was to be written")

    asyncio.run(story())


def test_many_choices_stand_side_by_side() -> None:
    """A card of 24 telephones hid the question under its choices."""
    rows = packed([f"{at}  {8000 + at}" for at in range(1, 25)], 48)
    assert len(rows) == 6
    assert rows[0] == "1  8001    2  8002    3  8003    4  8004"
    assert "24  8024" in rows[-1]


def test_one_goes_back_asks_for_help_leaves_and_goes_on(tmp_path: Path) -> None:
    site = Site.training(tmp_path, virtual=True)

    async def first() -> None:
        setup = Setup(site)
        async with setup.run_test(size=(80, 24)) as pilot:
            await asked(setup)
            await pilot.press("enter")
            await asked(setup, "office.name")
            await pilot.press("enter")
            await until(lambda: setup.question is not None and setup.question.name != "office.name")
            await pilot.press("escape")
            await asked(setup, "office.name")
            await pilot.press("f1")
            await until(lambda: "Shown on screens" in said(setup))
            setup.screen.query_one(Input).value = "Branch"
            await pilot.press("enter")
            await until(lambda: setup.question is not None and setup.question.name != "office.name")
            await pilot.press("ctrl+q")
        assert setup.return_value == 1

    asyncio.run(first())
    assert load(site.kept).answers["office.name"] == "Branch"

    async def second() -> None:
        setup = Setup(site)
        async with setup.run_test(size=(80, 24)) as pilot:
            await to_the_end(setup, pilot)
            assert setup.code == 0

    asyncio.run(second())
    assert "Branch" in next((tmp_path / "data" / "acceptance").glob("*.txt")).read_text()


@pytest.mark.parametrize(
    ("code", "said"), [(1, "strowger setup --simulated --folder 'my training'"), (0, "my training/data/acceptance")]
)
def test_when_the_screen_has_gone_it_is_said_how_to_go_on_or_where_the_record_lies(
    code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["strowger", "setup", "--simulated", "--folder", "my training"])
    monkeypatch.setattr(Setup, "run", lambda setup: setattr(setup, "code", code))
    assert play(Site.training(tmp_path / "my training")) == code
    assert said in capsys.readouterr().out
