"""The text of a file of settings, with its mistakes below, each at its line and column.

    Editor(draft, "40-people.toml", 14, check)        check: what is wrong with the draft as it is now

The box is asked when a person pauses for PAUSE_S, and the draft has what was typed until then; all of it is one step.
Nothing is saved by leaving.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Static, TextArea

from core.api.errors import Refusal
from core.texts import N_, _
from core.width import wrap
from tui.ask import Choose
from tui.columns import plain
from tui.connection import Gone
from tui.draft import Draft
from tui.live_table import Cell, Column, LiveTable, Row
from tui.room import Screens

PAUSE_S = 0.5
COLOURS = {"dark": "vscode_dark", "light": "github_light"}

Mistake = dict[str, Any]
"""As the control interface tells it: path, line, column, length, problem, hint."""


def mistake_rows(mistakes: list[Mistake]) -> dict[str, Row]:
    rows = {}
    for number, one in enumerate(mistakes):
        place = f"{Path(one['path']).name}:{one['line']}:{one['column']}" if one["line"] else Path(one["path"]).name
        rows[str(number)] = Row((Cell("!", "bad"), Cell(place, "busy"), Cell(one["problem"], "bad")), (number,))
    return rows


MISTAKES = (Column("", 1), Column(N_("where"), 24), Column(N_("what is wrong"), 0))


class Editor(Screens):
    HELP_TEXT = N_(
        "A file of settings as text. Below stand the mistakes of all files. Esc keeps what you typed in the draft;"
        " nothing is saved or put to work by that."
    )
    DEFAULT_CSS = """
    Editor TextArea, Editor TextArea:focus { height: 1fr; border: none; padding: 0; }
    Editor LiveTable { height: 5; }
    Editor #hint { height: 2; background: $boost; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", N_("Back")),
        Binding("f5", "next", N_("Next mistake")),
        Binding("f6", "other", N_("Other file")),
    ]

    def __init__(
        self,
        draft: Draft,
        name: str,
        line: int,
        check: Callable[[], Awaitable[list[Mistake]]],
        done: Callable[[], None],
    ) -> None:
        """done: called when it is left."""
        super().__init__()
        self._draft, self._file, self._line, self._check, self._done = draft, name, line, check, done
        self._mistakes: list[Mistake] = []
        self._pause: Timer | None = None
        self._loaded = False
        self._first = draft.steps

    def title_text(self) -> str:
        return self._file

    def body(self) -> ComposeResult:
        theme = COLOURS["dark" if self.app.current_theme.dark else "light"]
        yield TextArea("", language="toml", theme=theme, soft_wrap=False, show_line_numbers=True)
        yield LiveTable(MISTAKES, N_("No mistakes."))
        yield Static("", id="hint", markup=False)

    @property
    def area(self) -> TextArea:
        return self.query_one(TextArea)

    def on_mount(self) -> None:
        self._show(self._file, self._line)
        self.area.focus()

    def _show(self, name: str, line: int = 1, column: int = 1) -> None:
        if name != self._file or not self._loaded:
            self._keep()
            self._file, self._loaded = name, True
            self.area.load_text(self._draft.texts.get(name, ""))
            self.show_state()
        self.area.cursor_location = (max(0, line - 1), max(0, column - 1))
        self._look()

    def _keep(self) -> None:
        if self._loaded and self.area.text != self._draft.texts.get(self._file, ""):
            self._draft.change({self._file: self.area.text}, self._first)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_S, self._look)

    def _look(self) -> None:
        self._keep()
        self.aside(self._ask, "look")

    async def _ask(self) -> None:
        try:
            self._mistakes = await self._check()
        except Gone:
            return
        except Refusal as refused:
            self.console.say_no(refused)
            return
        table = self.query_one(LiveTable)
        rows = mistake_rows(self._mistakes)
        table.keep(set(rows))
        for key, row in rows.items():
            table.put(key, row)
        table.flush()
        self._hint()

    def _hint(self) -> None:
        cursor = self.query_one(LiveTable).cursor
        text = self._mistakes[int(cursor)]["hint"] if cursor and int(cursor) < len(self._mistakes) else ""
        self.query_one("#hint", Static).update("\n".join(wrap(plain(text), max(20, self.size.width - 2))), layout=False)

    def on_live_table_pointed(self, event: LiveTable.Pointed) -> None:
        self._hint()

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        self._go(int(event.of.cursor))

    def _go(self, number: int) -> None:
        one = self._mistakes[number]
        name = Path(one["path"]).name
        if name in self._draft.texts:
            self._show(name, one["line"], one["column"])
            self.area.focus()

    def action_next(self) -> None:
        """The mistake behind the cursor of the text, else the first."""
        if not self._mistakes:
            return
        here = (self.area.cursor_location[0] + 1, self.area.cursor_location[1] + 1)
        later = (
            n
            for n, one in enumerate(self._mistakes)
            if Path(one["path"]).name == self._file and (one["line"], one["column"]) > here
        )
        number = next(later, 0)
        self.query_one(LiveTable).point(str(number))
        self._go(number)

    def action_other(self) -> None:
        def chosen(name: str | None) -> None:
            if name is not None:
                self._show(name)

        names = {name: name for name in self._draft.texts}
        self.app.push_screen(Choose(_("Which file?"), "", names, self._file), chosen)

    def action_back(self) -> None:
        self._keep()
        self.dismiss()
        self._done()
