"""What a call or a line did, in rows for people, growing while one looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Log, Static

from core.api.errors import Refusal
from core.texts import N_
from tui.columns import plain
from tui.connection import Gone
from tui.room import Screens

AGAIN_S = 1.0


class Story(Screens):
    """fetch: the rows as they are now; called each second, or as often as `every_s` says."""

    HELP_TEXT = N_("What happened, oldest first. The list grows while you look.")
    DEFAULT_CSS = """
    Story #title { height: 1; background: $panel; text-style: bold; }
    Story Log { height: 1fr; background: $surface; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,backspace", "back", N_("Back"))]

    def __init__(self, title: str, fetch: Callable[[], Awaitable[list[str]]], every_s: float = AGAIN_S) -> None:
        super().__init__()
        self._every_s = every_s
        self._about = title
        self._fetch = fetch
        self.rows: list[str] = []

    def body(self) -> ComposeResult:
        yield Static(" " + plain(self._about), markup=False, id="title")
        yield Log(highlight=False)

    def on_mount(self) -> None:
        self.query_one(Log).focus()
        self._look()
        self.every(self._every_s, self._look)

    def _look(self) -> None:
        self.run_worker(self._read(), exclusive=True)

    async def _read(self) -> None:
        try:
            rows = [plain(row) for row in await self._fetch()]
        except Gone:
            return  # the line of state says it, and it is asked again
        except Refusal as refused:
            self.console.say_no(refused)
            self.dismiss()
            return
        log = self.query_one(Log)
        if rows[: len(self.rows)] != self.rows:
            log.clear()
            self.rows = []
        log.write_lines(rows[len(self.rows) :])
        self.rows = rows

    def action_back(self) -> None:
        self.dismiss()
