"""Reports: chosen, made, read with the formula of each column, drawn, written into files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input

from core.texts import _
from hw import wall_clock
from tests.tui.box import Box, until
from tests.tui.console import SIZES, shown, table, tell, text_of
from tui.app import Console
from tui.ask import Ask, AskAll, Choose
from tui.plot import DayPlot
from tui.reports import Reports

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)


async def go(console: Console, pilot: Pilot[object]) -> None:
    await pilot.press("f3")
    await until(lambda: isinstance(console.screen, Reports) and len(table(console).keys()) == 9)


def made(here: Box) -> dict[str, object]:
    """What was asked for last."""
    return next(params for method, params in reversed(here.asked) if method == "report.make")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_report_stands_with_the_formula_of_the_lit_column(
    tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        rows = shown(console)
        assert all(cell_len(row) == size[0] for row in rows[:10])
        assert _("sum") in rows[9]
        assert "108" in rows[9]
        assert "80%" in rows[1]
        assert "= counts what is offered" in text_of(console, "#detail")
        for _step in range(4):
            await pilot.press("right")
        await until(lambda: "answered in time / (answered" in " ".join(text_of(console, "#detail").split()))
        await until(lambda: _("level") in console.screen.query_one(DayPlot).render().plain)
        for _step in range(20):
            await pilot.press("right")
        await until(lambda: "another 7" in shown(console)[0])
        assert _("queue") in shown(console)[0]
        assert "sales" in shown(console)[1]
        for _step in range(20):
            await pilot.press("left")
        await until(lambda: _("offered") in shown(console)[0] and _("queue") in shown(console)[0])

    tell(tmp_path, story, size)


def test_report_period_steps_and_names_are_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: NOW)

    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        assert made(here)["by"] == "60"
        await pilot.press("b")
        await until(lambda: isinstance(console.screen, Choose))
        await pilot.press("down", "enter")
        await until(lambda: made(here)["by"] == "day")
        for since in ("soon", "2026-09-01 00:00+00:00"):
            await pilot.press("t")
            await until(lambda: isinstance(console.screen, AskAll))
            first, second = console.screen.query(Input)
            first.value, second.value = since, ""
            await pilot.press("enter", "enter")
            await until(lambda: isinstance(console.screen, Reports))
        await until(lambda: made(here)["since"] == int(datetime(2026, 9, 1, tzinfo=UTC).timestamp()) * 1_000_000)
        assert any("soon is no time" in note.message for note in console._notifications)
        await pilot.press("o")
        await until(lambda: isinstance(console.screen, Ask))
        await pilot.press(*"sales, service", "enter")
        await until(lambda: made(here).get("only") == ["sales", "service"])
        await pilot.press("c")
        await until(lambda: isinstance(console.screen, Choose))
        await pilot.press("down", "enter")
        await until(lambda: made(here)["report"] == "ranking")
        # One that is not told in steps is asked for without them, and not for those names.
        assert set(made(here)) == {"report", "since"}

    tell(tmp_path, story)


def test_a_report_is_written_into_a_file_and_a_wrong_name_is_told(tmp_path: Path) -> None:
    async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await go(console, pilot)
        for name in ("figures.txt", "nowhere/figures.csv", "figures.csv"):
            await pilot.press("e")
            await until(lambda: isinstance(console.screen, Ask))
            console.screen.query_one(Input).value = str(tmp_path / name)
            await pilot.press("enter")
            await until(lambda: isinstance(console.screen, Reports))
        await until(lambda: (tmp_path / "figures.csv").exists())
        told = [note.message for note in console._notifications]
        assert any(".csv or .xlsx" in message for message in told)
        assert any("nowhere" in message and "cannot be written" in message for message in told)
        assert (tmp_path / "figures.csv").read_bytes() == b"a report"
        wanted = {"report": "queues", "by": "60", "form": "csv"}
        assert [params for method, params in here.asked if method == "report.export"][-1].items() >= wanted.items()

    tell(tmp_path, story)
