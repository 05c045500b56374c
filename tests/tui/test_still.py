"""What has not changed is not painted again: a slow line would carry it for nothing."""

from __future__ import annotations

import asyncio

from textual.app import App, ComposeResult
from textual.geometry import Region

from tui.live_table import GAP, Cell, Column, LiveTable, Row
from tui.still import Still


class Counted(Still):
    refreshed = 0

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Counted:
        self.refreshed += 1
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self


class CountedTable(LiveTable):
    def __init__(self) -> None:
        super().__init__((Column("line", 6), Column("state", 10), Column("for", 5)))
        self.regions: list[Region] = []

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> CountedTable:
        self.regions += regions
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self


class Small(App[None]):
    def compose(self) -> ComposeResult:
        yield Counted("", markup=False)
        yield CountedTable()


def row(seconds: str) -> Row:
    return Row((Cell("8001"), Cell("connected"), Cell(seconds)))


def test_the_same_text_is_not_painted_twice() -> None:
    async def story() -> None:
        app = Small()
        async with app.run_test() as pilot:
            text = app.query_one(Counted)
            text.update("one", layout=False)
            await pilot.pause()
            before = text.refreshed
            text.update("one", layout=False)
            assert text.refreshed == before
            text.update("two", layout=False)
            assert text.refreshed > before

    asyncio.run(story())


def test_of_a_row_only_the_cells_that_changed_are_painted() -> None:
    async def story() -> None:
        app = Small()
        async with app.run_test() as pilot:
            table = app.query_one(CountedTable)
            table.put("8001", row("0:01"))
            table.flush()
            await pilot.pause()
            table.regions.clear()
            table.put("8001", row("0:02"))
            table.flush()
            assert table.regions == [Region(6 + 10 + 3 * GAP, 1, 5, 1)]

    asyncio.run(story())
