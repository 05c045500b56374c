"""The queues on a big display that everybody in the room can read: four figures, the day in bars, the queues below.

    waiting   longest wait   service level today   agents ready/logged on       of all queues, or of one

Left and right go through the queues, space lets it go by itself. A figure that wants attention is bad in colour and
says so in words. It has neither head nor keys; F1 lists them, Esc leads back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from core.api.errors import Refusal
from core.texts import N_, _
from hw import wall_clock
from tui.columns import fit, plain
from tui.connection import Gone
from tui.day import Today, day_series, local
from tui.digits import HEIGHT, big
from tui.live_table import Column, LiveTable, Row
from tui.plot import DayPlot
from tui.room import Screens, clock, lasted
from tui.still import Still

HIGH = 36
"""Lines from which there is room for the table, too."""
GO_ON_S = 10.0
"""How long each queue stands when they go by themselves."""


Figure = tuple[str, str, str, str]
"""Title, figure, kind, words that say what the kind does."""


def _level(queue: dict[str, Any]) -> Figure:
    level, low = queue["day_level"], queue["met"] is False
    text = "-" if level is None else f"{level:.0%}"
    return _("service level today"), text, "bad" if low else "good", _("now too low") if low else ""


def _answered(queues: list[dict[str, Any]]) -> Figure:
    """Of all queues: their levels may be of different definitions, and cannot be added."""
    answered, lost = (sum(queue[name] for queue in queues) for name in ("answered", "abandoned"))
    low = any(queue["met"] is False for queue in queues)
    text = f"{answered / (answered + lost):.0%}" if answered + lost else "-"
    return _("answered today"), text, "bad" if low else "good", _("a level is too low") if low else ""


def _agents(ready: int, logged_on: int) -> Figure:
    return _("agents ready"), f"{ready}/{logged_on}", "good" if ready else "bad", "" if ready else _("none")


class Figures(Widget):
    """Big figures side by side, or below each other where there is no room; each: title, figure, kind, words."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"figures--{kind}" for kind in ("usual", "good", "busy", "bad", "quiet")}
    DEFAULT_CSS = """
    Figures { height: auto; background: $surface; }
    Figures > .figures--usual { color: $foreground; }
    Figures > .figures--good { color: $text-success; }
    Figures > .figures--busy { color: $text-warning; }
    Figures > .figures--bad { color: $text-error; }
    Figures > .figures--quiet { color: $foreground 60%; }
    """
    ROOM = 33
    """Cells that a figure like 12:34 needs, with a gap."""
    LINES = HEIGHT + 2
    """With its title above and its words below."""

    def __init__(self) -> None:
        super().__init__()
        self._figures: list[Figure] = []

    def show(self, figures: list[Figure]) -> None:
        if figures != self._figures:
            self._figures = figures
            self.refresh(layout=True)

    @property
    def beside(self) -> int:
        """How many stand side by side."""
        width = self.app.size.width
        return 4 if width >= 4 * self.ROOM else 2 if width >= 2 * self.ROOM else 1

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:
        return -(-4 // self.beside) * self.LINES

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        usual = self.get_component_rich_style("figures--usual")
        row, line = divmod(y, self.LINES)
        each = width // self.beside
        segments: list[Segment] = []
        for title, text, kind, words in self._figures[row * self.beside : (row + 1) * self.beside]:
            style = self.get_component_rich_style(f"figures--{kind}")
            segments += self._part(title, text, words, line, each, style, usual)
        return Strip(segments).adjust_cell_length(width, usual)

    def _part(
        self, title: str, text: str, words: str, line: int, room: int, style: Style, usual: Style
    ) -> list[Segment]:
        if line == 0:
            return [Segment(fit(f"  {title}", room), style + Style(bold=True))]
        if line > HEIGHT:
            return [Segment(fit(f"  {words}", room), style)]
        points = big(text)[line - 1]
        points = fit("  " + points, room) if len(points) + 2 <= room else fit("  " + text if line == 3 else "", room)
        lit = style + Style(reverse=True)
        parts: list[Segment] = []
        for point in points:
            filled = point == "#"
            parts.append(Segment(" " if filled else point, lit if filled else style))
        return parts


class Wall(Screens):
    """today: the figures of the day, already asked for perhaps. columns, row: of the table of queues, which is there
    where the display is high enough.
    """

    TOPICS = ("queues", "agents")
    HELP_TEXT = N_("The queues for everybody in the room. It shows all together, or one after the other.")
    DEFAULT_CSS = """
    Wall { background: $surface; }
    Wall #title { height: 1; background: $primary; color: $text; text-style: bold; }
    Wall DayPlot { height: 1fr; min-height: 5; padding: 0 2; }
    Wall LiveTable { height: 1fr; margin: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,w", "back", N_("Back")),
        Binding("right,down,n", "turn(1)", N_("Next queue")),
        Binding("left,up,p", "turn(-1)", N_("Queue before")),
        Binding("space", "go", N_("Go by itself")),
    ]

    def __init__(self, today: Today, columns: Sequence[Column], row: Callable[[str], Row]) -> None:
        super().__init__()
        self._today = today
        self._columns = columns
        self._row = row
        self.queue = ""
        """Which is shown; empty: all together."""
        self.goes = False
        self._told_at: dict[str, float] = {}
        self._turned = time.monotonic()

    def compose(self) -> ComposeResult:
        yield Still("", id="title", markup=False)
        yield Figures()
        yield LiveTable(self._columns, N_("There are no queues."))
        yield DayPlot(N_("No calls yet today."))
        yield Still("", id="state", markup=False)

    def on_mount(self) -> None:
        table = self.query_one(LiveTable)
        table.can_focus = False
        table.display = self.size.height >= HIGH
        self.every(1.0, self._tick)

    def on_resize(self) -> None:
        super().on_resize()
        self.query_one(LiveTable).display = self.size.height >= HIGH

    def show_head(self) -> None:
        name = plain(self.queue) if self.queue else _("All queues")
        now = clock(wall_clock.utc().timestamp())
        self.query_one("#title", Static).update(fit(f"  {name}", self.size.width - 10) + f"{now}  ")

    def begin(self) -> None:
        self._told_at = dict.fromkeys(self.box.rows("queues"), time.monotonic())
        self.show()
        self._ask()

    def take(self, topic: str, keys: set[str]) -> None:
        if topic == "queues":
            self._told_at.update(dict.fromkeys(keys, time.monotonic()))

    def _tick(self) -> None:
        if self.goes and time.monotonic() - self._turned >= GO_ON_S:
            self.action_turn(1)
        self.show()
        self._ask()

    def show(self) -> None:
        self.show_head()
        rows = self.box.rows("queues")
        table = self.query_one(LiveTable)
        table.keep(set(rows))
        for name in rows:
            table.put(name, self._row(name))
        if self.queue in rows:
            figures = [self._waiting([self.queue]), self._longest([self.queue]), _level(rows[self.queue])]
            figures.append(_agents(rows[self.queue]["ready"], rows[self.queue]["logged_on"]))
        else:
            people = [agent for agent in self.box.rows("agents").values() if agent["state"] != "logged off"]
            figures = [self._waiting(list(rows)), self._longest(list(rows)), _answered(list(rows.values()))]
            figures.append(_agents(sum(agent["ready"] for agent in people), len(people)))
        self.query_one(Figures).show(figures)

    def _waiting(self, names: list[str]) -> Figure:
        queues = [self.box.rows("queues")[name] for name in names]
        alone = any(queue["waiting"] and not queue["ready"] for queue in queues)
        waiting = sum(queue["waiting"] for queue in queues)
        words = _("nobody is ready") if alone else ""
        return _("waiting"), str(waiting), "bad" if alone else "busy" if waiting else "good", words

    def _longest(self, names: list[str]) -> Figure:
        now, queues = time.monotonic(), self.box.rows("queues")
        waits = [queues[name]["longest_s"] + now - self._told_at[name] for name in names if queues[name]["waiting"]]
        return _("longest wait"), lasted(max(waits, default=0)), "busy" if waits else "good", ""

    def _ask(self) -> None:
        if self._today.there:
            self.aside(self._show_day, "day")

    async def _show_day(self) -> None:
        try:
            rows = await self._today.rows(self.queue, 30 if self.queue and self.size.width >= 100 else 60)
        except (Refusal, Gone):
            return  # asked again in a second
        self.query_one(DayPlot).show([local(step["begin"]) for step in rows], day_series(rows))

    def action_turn(self, by: int) -> None:
        self._turned = time.monotonic()
        queues = ["", *sorted(self.box.rows("queues"))]
        self.queue = queues[(queues.index(self.queue) + by) % len(queues)] if self.queue in queues else ""
        self.query_one(LiveTable).point(self.queue)
        self.show()
        self._ask()

    def action_go(self) -> None:
        self.goes = not self.goes
        self._turned = time.monotonic()
        self.notify(_("The queues go by themselves.") if self.goes else _("This one stays."), markup=False)

    def action_back(self) -> None:
        self.dismiss()
