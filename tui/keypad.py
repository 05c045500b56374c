"""The keys of a telephone, to be clicked; the one that was pressed last is lit for a moment.

Whoever has the screen binds the keys of the keyboard, and tells which was pressed (`light`).
"""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

ROWS = ("123", "456", "789", "*0#")
CELLS, LINES = 5, 2
"""Of a key, with the gap after it."""
LIT_S = 0.3


class Keypad(Widget):
    COMPONENT_CLASSES = {"keypad--key", "keypad--lit"}  # noqa: RUF012 - as the toolkit has it
    DEFAULT_CSS = """
    Keypad { width: 17; height: 1fr; padding: 0 1; }
    Keypad > .keypad--key { background: $panel; color: $foreground; text-style: bold; }
    Keypad > .keypad--lit { background: $primary; color: $text; text-style: bold; }
    """

    class Pressed(Message):
        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self) -> None:
        super().__init__()
        self._lit = ""
        self._timer: Timer | None = None

    def light(self, key: str) -> None:
        self._lit = key
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(LIT_S, self._out)
        self.refresh()

    def _out(self) -> None:
        self._lit = ""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        row, line = divmod(y, LINES)
        if row >= len(ROWS) or line:
            return Strip.blank(self.size.width, self.rich_style)
        segments = []
        for key in ROWS[row]:
            style = self.get_component_rich_style("keypad--lit" if key == self._lit else "keypad--key")
            segments += [Segment(f" {key}  ", style), Segment(" ", self.rich_style)]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is not None and at.y // LINES < len(ROWS) and at.x // CELLS < 3:
            self.post_message(self.Pressed(ROWS[at.y // LINES][at.x // CELLS]))
