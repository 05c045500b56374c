"""What a person is asked in front of a screen: a line of text, or one of several things.

    self.app.push_screen(Ask(_("name"), about, "8001"), answered)          answered("8002"); None: he would rather not
    self.app.push_screen(Choose(_("kind"), about, {"pri": "pri"}, "pri"), answered)

Texts are shown as they are, never as markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from core.texts import N_, _
from tui.columns import plain
from tui.live_table import Cell, Column, LiveTable, Row

CSS = """
{name} {{ align: center middle; }}
{name} > Vertical {{ width: 72; max-width: 96%; height: auto; max-height: 90%; background: $panel; padding: 1 2; }}
{name} Static {{ width: 1fr; height: auto; }}
{name} .title {{ text-style: bold; color: $text-primary; }}
{name} .about {{ margin-bottom: 1; }}
{name} .keys {{ margin-top: 1; color: $text-warning; text-style: bold; }}
{name} .label {{ color: $foreground; }}
{name} Input {{ border: none; height: 1; background: $surface; padding: 0 1; }}
{name} Input:focus {{ border: none; background: $boost; }}
"""


class Ask(ModalScreen[str | None]):
    """title, about: what is asked and what there is to know of it. text: that stands there first."""

    DEFAULT_CSS = CSS.format(name="Ask")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("Back"))]

    def __init__(self, title: str, about: str = "", text: str = "", secret: bool = False) -> None:
        super().__init__()
        self._title, self._about, self._text, self._secret = title, about, text, secret

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(plain(self._title), markup=False, classes="title")
            if self._about:
                yield Static(self._about, markup=False, classes="about")
            yield Input(self._text, password=self._secret, select_on_focus=False)
            yield Static(_("Enter: take it    Esc: leave it"), markup=False, classes="keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    def action_leave(self) -> None:
        self.dismiss(None)


class AskAll(ModalScreen[tuple[str, ...] | None]):
    """Several lines of text, each with its label; Enter in the last takes all."""

    DEFAULT_CSS = (
        CSS.format(name="AskAll")
        + """
    AskAll Horizontal { height: 1; margin-top: 1; }
    AskAll Input { width: 1fr; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", N_("Back")),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, title: str, about: str, lines: Sequence[tuple[str, str]]) -> None:
        """lines: label, and what stands there first."""
        super().__init__()
        self._title, self._about, self._lines = title, about, lines

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(plain(self._title), markup=False, classes="title")
            if self._about:
                yield Static(self._about, markup=False)
            room = max(cell_len(label) for label, _text in self._lines) + 2
            for label, text in self._lines:
                with Horizontal():
                    label_cells = Static(label, markup=False, classes="label")
                    label_cells.styles.width = room
                    yield label_cells
                    yield Input(text, select_on_focus=False)
            yield Static(_("Enter: next, and take it    Esc: leave it"), markup=False, classes="keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        inputs = list(self.query(Input))
        if event.input is inputs[-1]:
            self.dismiss(tuple(each.value for each in inputs))
        else:
            self.focus_next()

    def action_leave(self) -> None:
        self.dismiss(None)


class Choose(ModalScreen[str | None]):
    """options: what is answered, and how it is shown. now: that the cursor begins at."""

    DEFAULT_CSS = (
        CSS.format(name="Choose")
        + """
    Choose LiveTable { height: auto; min-height: 3; max-height: 14; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("Back"))]

    def __init__(self, title: str, about: str, options: Mapping[str, str], now: str = "") -> None:
        super().__init__()
        self._title, self._about, self._options, self._now = title, about, options, now

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(plain(self._title), markup=False, classes="title")
            if self._about:
                yield Static(self._about, markup=False, classes="about")
            table = LiveTable((Column("", 0),), "")
            table.styles.height = min(14, len(self._options) + 1)
            yield table
            yield Static(_("Enter: take it    Esc: leave it"), markup=False, classes="keys")

    def on_mount(self) -> None:
        table = self.query_one(LiveTable)
        for number, (key, shown) in enumerate(self._options.items()):
            table.put(key, Row((Cell(shown),), (number,)))
        table.point(self._now)
        table.focus()

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        self.dismiss(event.of.cursor)

    def action_leave(self) -> None:
        self.dismiss(None)
