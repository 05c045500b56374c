"""A table of rows that change all the time: paints the lines that changed, and only four times a second.

    table = LiveTable([Column(N_("line"), 10), Column(N_("state"), 14), Column(N_("out of service"), 0)])
    table.put("e1a/3", Row((Cell("e1a/3"), Cell("connected", "busy"), Cell(""))))
    table.drop("e1a/3")

A thousand changes in a quarter of a second are one look: rows are put in a dict, and what is seen is painted when the
clock says so (PACE_S) and the line to the terminal is free (tui/pace.py). Keys of a person are answered at once: the
cursor's two lines are painted, no others. The cursor stays on its row, wherever the row goes. A column of 0 cells takes
what the others leave; one that is `wide` stands only in a table that is as wide. What one looks for leaves the rows in
which it stands.

What it does not: know what a row means. Texts are plain (tui/columns.py), never markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from core.texts import N_, _
from tui.columns import fit, plain
from tui.pace import due

PACE_S = 0.25
GAP = 1
LEAST = 6
"""Cells of a column that grows: on a terminal too narrow for all, the last columns go, not the names."""
"""Cells between two columns, and at the left edge."""


@dataclass(frozen=True, slots=True)
class Column:
    """title: an English text, translated where it is shown. cells: its width; 0: what the others leave. wide: it is
    there only where the table has so many cells.
    """

    title: str
    cells: int
    right: bool = False
    wide: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """kind: one of LiveTable.KINDS, for the colour; the text says the same."""

    text: str
    kind: str = "usual"


@dataclass(frozen=True, slots=True)
class Row:
    """order: by what it is sorted, then by its key."""

    cells: tuple[Cell, ...]
    order: tuple[Any, ...] = field(default=())


class LiveTable(ScrollView, can_focus=True):
    KINDS = ("usual", "good", "busy", "bad", "quiet", "head")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "live-table--title",
        "live-table--cursor",
        "live-table--pointer",
        *(f"live-table--{kind}" for kind in KINDS),
    }
    DEFAULT_CSS = """
    LiveTable { height: 1fr; background: $surface; color: $foreground; overflow-x: hidden;
        scrollbar-size-vertical: 1; }
    LiveTable > .live-table--title { background: $panel; color: $foreground; text-style: bold; }
    LiveTable > .live-table--cursor { background: $primary; color: $text; text-style: bold; }
    LiveTable > .live-table--pointer { background: $primary 35%; color: $text; text-style: bold; }
    LiveTable > .live-table--usual { color: $foreground; }
    LiveTable > .live-table--good { color: $text-success; }
    LiveTable > .live-table--busy { color: $text-warning; }
    LiveTable > .live-table--bad { color: $text-error; text-style: bold; }
    LiveTable > .live-table--quiet { color: $foreground 60%; }
    LiveTable > .live-table--head { color: $text-primary; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", N_("Up"), show=False, id="table.up"),
        Binding("down,j", "move(1)", N_("Down"), show=False, id="table.down"),
        Binding("pageup", "page(-1)", N_("Page up"), show=False, id="table.page_up"),
        Binding("pagedown", "page(1)", N_("Page down"), show=False, id="table.page_down"),
        Binding("home,g", "move(-1000000)", N_("First row"), show=False, id="table.first"),
        Binding("end,G", "move(1000000)", N_("Last row"), show=False, id="table.last"),
        Binding("enter", "choose", N_("Open"), show=False, id="table.open"),
    ]

    class Of(Message):
        """of: the table."""

        def __init__(self, of: LiveTable) -> None:
            super().__init__()
            self.of = of

    class Pointed(Of):
        """The cursor is on another row, or its row has changed."""

    class Chosen(Of):
        """Enter, or a click on the row with the cursor."""

    def __init__(self, columns: Sequence[Column], empty: str = "", id: str | None = None) -> None:
        """empty: an English text that is shown instead of rows while there are none."""
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.rows: dict[str, Row] = {}
        """As they are shown."""
        self.cursor = ""
        """Key of the row that it is on; empty: there is none."""
        self.painted = 0
        """How many lines were made anew, for measuring."""
        self.lit = -1
        """The column whose title is lit; -1: none."""
        self.wanted = ""
        """What one looks for; empty: nothing."""
        self._empty = empty
        self._keys: list[str] = []
        self._places: dict[str, int] = {}
        self._coming: dict[str, Row | None] = {}
        """What the next look brings; None: the row goes."""
        self._strips: dict[tuple[str, bool], Strip] = {}
        self._width = 0
        """For which they were made."""

    def on_mount(self) -> None:
        self.set_interval(PACE_S, self._look)

    @property
    def place(self) -> int:
        """Of the cursor, from 0."""
        return self._places.get(self.cursor, 0)

    def keys(self) -> list[str]:
        """In the order in which they were shown last."""
        return list(self._keys)

    def begin(self, columns: Sequence[Column], rows: Mapping[str, Row], lit: int = -1) -> None:
        """Other columns, other rows. The cursor stays where a row of its key is."""
        self.columns, self.lit = tuple(columns), lit
        self.rows, self._coming = dict(rows), {}
        self._strips.clear()
        self._sort()
        self._follow()
        self.post_message(self.Pointed(self))

    def seen(self) -> list[str]:
        """Keys of the rows that are on the screen."""
        top = round(self.scroll_y)
        return self._keys[top : top + max(0, self.size.height - 1)]

    def look_for(self, text: str) -> None:
        """Shows only rows in which it stands, capitals or not."""
        self.wanted = text.casefold()
        self._sort()
        self._follow()
        self.post_message(self.Pointed(self))

    def put(self, key: str, row: Row) -> None:
        if self._coming.get(key, self.rows.get(key)) != row:
            self._coming[key] = row

    def drop(self, key: str) -> None:
        if self._coming.get(key, self.rows.get(key)) is not None:
            self._coming[key] = None

    def keep(self, keys: set[str]) -> None:
        """Drops all others."""
        for key in (set(self.rows) | set(self._coming)) - keys:
            self.drop(key)

    def _look(self) -> None:
        if self._coming and due(self.app):
            self.flush()

    def flush(self) -> None:
        """Paints what has changed, now: for whoever has just filled the table."""
        if not self._coming:
            return
        coming, self._coming = self._coming, {}
        sort = False
        for key, row in coming.items():
            before = self.rows.get(key)
            sort = sort or before is None or row is None or before.order != row.order or bool(self.wanted)
            self._forget(key)
            if row is None:
                self.rows.pop(key, None)
                continue
            self.rows[key] = row
            if not sort and before is not None:
                self._paint(key, before)
        if sort:
            self._sort()
        if sort or self.cursor in coming:
            self.post_message(self.Pointed(self))

    def _sort(self) -> None:
        at = self.place
        there = [key for key, row in self.rows.items() if self._fits(row)] if self.wanted else self.rows
        self._keys = sorted(there, key=lambda key: (self.rows[key].order, key))
        self._places = {key: place for place, key in enumerate(self._keys)}
        if self.cursor not in self._places:
            self.cursor = self._keys[min(at, len(self._keys) - 1)] if self._keys else ""
        self.virtual_size = Size(self.size.width, len(self._keys) + 1)
        self.refresh()

    def _fits(self, row: Row) -> bool:
        return self.wanted in " ".join(cell.text for cell in row.cells).casefold()

    def _forget(self, key: str) -> None:
        self._strips.pop((key, False), None)
        self._strips.pop((key, True), None)

    def _paint(self, key: str, before: Row | None = None) -> None:
        """before: what is shown; only the cells that differ from it are painted. None: the whole line is."""
        y = self._places.get(key, -1) + 1 - round(self.scroll_y)
        if not 1 <= y < self.size.height:
            return
        if before is None or len(before.cells) != len(self.rows[key].cells) or not self._width:
            self.refresh(Region(0, y, self.size.width, 1))
            return
        x = 0
        for old, new, room in zip(before.cells, self.rows[key].cells, self._widths(self._width), strict=True):
            if room is None:
                continue
            if old != new:
                self.refresh(Region(x + GAP, y, room, 1))
            x += GAP + room

    # ---- lines ----

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._strips.clear()
        if y == 0:
            return self._titles(width)
        place = y - 1 + round(self.scroll_y)
        if place >= len(self._keys):
            text = plain(self._nothing()) if not self._keys and y == 2 else ""
            return Strip([Segment(fit("  " + text, width), self._style("quiet"))], width)
        key = self._keys[place]
        cursor = key == self.cursor
        strip = self._strips.get((key, cursor))
        if strip is None:
            over = self._style("cursor" if self.has_focus else "pointer") if cursor else None
            strip = self._strips[key, cursor] = self._line(self.rows[key].cells, width, over)
        return strip

    def _titles(self, width: int) -> Strip:
        style = self._style("title")
        segments = []
        for at, (column, room) in enumerate(zip(self.columns, self._widths(width), strict=True)):
            if room is not None:
                lit = style + Style(reverse=True) if at == self.lit else style
                title = fit(plain(column.title and _(column.title)), room, column.right)
                segments += [Segment(" " * GAP, style), Segment(title, lit)]
        return Strip(segments).adjust_cell_length(width, style).simplify()

    def _nothing(self) -> str:
        if self.wanted and self.rows:
            return _("Nothing with {text}.").format(text=self.wanted)
        return _(self._empty) if self._empty else ""

    def _line(self, cells: Sequence[Cell], width: int, over: Style | None) -> Strip:
        self.painted += 1
        usual = self._style("usual") if over is None else over
        segments = []
        for cell, column, room in zip(cells, self.columns, self._widths(width), strict=True):
            if room is None:
                continue
            style = self._style(cell.kind) if over is None else over
            segments += [Segment(" " * GAP, usual), Segment(fit(plain(cell.text), room, column.right), style)]
        return Strip(segments).adjust_cell_length(width, usual).simplify()

    def _widths(self, width: int) -> list[int | None]:
        """Cells of each column; None: it is not there."""
        there = [column for column in self.columns if column.wide <= width]
        growing = sum(column.cells == 0 for column in there)
        left = width - sum(column.cells + GAP for column in there)
        return [None if column.wide > width else column.cells or max(LEAST, left // growing) for column in self.columns]

    def _style(self, kind: str) -> Style:
        return self.get_component_rich_style(f"live-table--{kind}")

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self, event: events.Resize) -> None:
        self._strips.clear()
        self.virtual_size = Size(self.size.width, len(self._keys) + 1)
        self._follow()

    def on_focus(self) -> None:
        self._point()

    def on_blur(self) -> None:
        self._point()

    def _point(self) -> None:
        """The line under the cursor anew: it is brighter where keys go."""
        if self.cursor in self._places:
            self._forget(self.cursor)
            self._paint(self.cursor)

    # ---- a person ----

    def action_move(self, rows: int) -> None:
        if not self._keys:
            return
        before, place = self.cursor, min(max(self.place + rows, 0), len(self._keys) - 1)
        self.cursor = self._keys[place]
        if self.cursor != before:
            self._follow()
            if before in self._places:
                self._paint(before)
            self._paint(self.cursor)
            self.post_message(self.Pointed(self))

    def point(self, key: str) -> None:
        """The cursor goes to a row, if it is there."""
        self.flush()
        if key in self._places:
            self.action_move(self._places[key] - self.place)

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self.size.height - 2))

    def action_choose(self) -> None:
        if self.cursor:
            self.post_message(self.Chosen(self))

    def _follow(self) -> None:
        """Scrolls so that the cursor is seen."""
        seen, top = max(1, self.size.height - 1), round(self.scroll_y)
        to = min(max(top, self.place - seen + 1), self.place)
        if to != top:
            self.scroll_to(y=to, animate=False, immediate=True, force=True)

    def on_click(self, event: events.Click) -> None:
        place = event.y - 1 + round(self.scroll_y)
        if event.y < 1 or place >= len(self._keys):
            return
        if place == self.place and self.has_focus:
            self.action_choose()
        self.action_move(place - self.place)
