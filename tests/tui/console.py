"""The console in a terminal that is none, before a box that is none or a real one; and what stands on its screen.

async def story(here: Box, console: Console, pilot: Pilot[object]) -> None:
    await pilot.press("4")
    await until(lambda: "sales" in shown(console)[1])

tell(tmp_path, story)
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.box import Box, box, until
from tests.tui.real_box import real_box
from tui.app import Console
from tui.dialogs import Question
from tui.live_table import LiveTable
from tui.room import Room
from tui.settings import Settings

SIZE = (80, 24)
SIZES = [SIZE, (132, 43)]

Story = Callable[[Box, Console, "Pilot[object]"], Awaitable[None]]
RealStory = Callable[[Console, "Pilot[object]"], Awaitable[None]]
FolderStory = Callable[[Console, "Pilot[object]", Path], Awaitable[None]]
"""The folder: of the files that the story is about."""


def begin(
    path: Path,
    story: Story,
    settings: Settings | None = None,
    size: tuple[int, int] = SIZE,
    roles: tuple[str, ...] = ("administrator",),
) -> None:
    """Before a box that is none, from the moment in which it is there. roles: what the box says that one is."""

    async def whole() -> None:
        async with box(path / "s") as here:
            here.roles = list(roles)
            console = Console(path / "s", settings)
            async with console.run_test(size=size) as pilot:
                await until(lambda: console.box.there)
                await story(here, console, pilot)

    asyncio.run(whole())


def tell(path: Path, story: Story, size: tuple[int, int] = SIZE) -> None:
    """The same, from the moment in which its first room has its rows."""

    async def from_there(here: Box, console: Console, pilot: Pilot[object]) -> None:
        await until(lambda: isinstance(console.screen, Room))
        await until(lambda: bool(table(console).keys()))
        await story(here, console, pilot)

    begin(path, from_there, size=size)


def tell_really(path: Path, story: RealStory, size: tuple[int, int] = SIZE) -> None:
    """Before a real box, see real_box.py."""

    async def whole(socket: Path) -> None:
        console = Console(socket)
        async with console.run_test(size=size) as pilot:
            await until(lambda: console.box.there)
            await story(console, pilot)

    with real_box(path) as socket:
        asyncio.run(whole(socket))


# ---- what stands on the screen ----


def table(console: Console) -> LiveTable:
    """Of the screen that is shown; its first one, if it has several."""
    return console.screen.query_one(LiveTable)


def shown(console: Console) -> list[str]:
    """The lines of that table as they stand on the terminal."""
    there = table(console)
    return [there.render_line(y).text for y in range(there.size.height)]


def text_of(console: Console, name: str) -> str:
    return str(console.screen.query_one(name, Static).content)


def things(console: Console) -> LiveTable:
    """Left, where things and their settings stand side by side."""
    return console.screen.query_one("#things", LiveTable)


def settings_of(console: Console) -> LiveTable:
    """Right of them."""
    return console.screen.query_one("#settings", LiveTable)


# ---- what is pressed ----


async def room(console: Console, pilot: Pilot[object], key: str, kind: type[Room]) -> None:
    await pilot.press(key)
    await until(lambda: isinstance(console.screen, kind) and bool(table(console).keys()))


async def question(console: Console, pilot: Pilot[object], key: str) -> None:
    await pilot.press(key)
    await until(lambda: isinstance(console.screen, Question))
