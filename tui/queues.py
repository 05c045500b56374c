"""The queues: who waits for whom and how long, how well they are served, the day in bars; a wall for all to see.

The lamp at the left: ! somebody waits and nobody is ready, or the service level is not what it should be; * somebody
waits. What stands between the first who waits and each agent, the box says (`queue.why_waiting`).
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from core.api.errors import Refusal
from core.texts import N_, _, plural
from core.width import wrap
from hw import wall_clock
from tui.ask import Choose
from tui.columns import fit, plain
from tui.connection import Gone
from tui.day import Today, day_series, local
from tui.dialogs import Question
from tui.live_table import Cell, Column, LiveTable, Row
from tui.plot import DayPlot
from tui.room import Room, lasted
from tui.story import Story
from tui.wall import Wall

REST_S = 0.3
"""The cursor must rest so long before the box is asked about a queue."""
REASONS = 5
"""Lines below the table that are not of those who wait."""
WIDE = 100
"""Cells from which the plot has steps of half an hour."""


def share(value: float | None) -> str:
    """84%, or a dash where there is nothing to judge by."""
    return "-" if value is None else f"{value:.0%}"


def lamp(queue: dict[str, Any]) -> str:
    if (queue["waiting"] and not queue["ready"]) or queue["met"] is False:
        return "!"
    return "*" if queue["waiting"] else " "


def _call_back(one: dict[str, Any]) -> str:
    waited = lasted(wall_clock.utc().timestamp() - one["since"])
    tried = plural("{n} try", "{n} tries", one["tries"]).format(n=one["tries"]) if one["tries"] else ""
    return "  ".join(text for text in (one["number"], one["queue"], waited, _(one["state"]), tried) if text)


LAMPS = {"!": "bad", "*": "busy", " ": "good"}


def row(queue: dict[str, Any], longest_s: float) -> Row:
    sign = lamp(queue)
    waits = LAMPS[sign] if queue["waiting"] else "quiet"
    level = {True: "good", False: "bad", None: "quiet"}[queue["met"]]
    expected = queue["expected_s"]
    return Row(
        (
            Cell(sign, LAMPS[sign]),
            Cell(queue["name"], "head" if queue["waiting"] else "usual"),
            Cell(str(queue["waiting"]), waits),
            Cell(lasted(longest_s) if queue["waiting"] else "", waits),
            Cell("" if expected is None else lasted(expected)),
            Cell(share(queue["level"]) + ("!" if queue["met"] is False else ""), level),
            Cell(share(queue["day_level"])),
            Cell(str(queue["offered"])),
            Cell(str(queue["answered"])),
            Cell(str(queue["abandoned"]), "usual" if queue["abandoned"] else "quiet"),
            Cell(str(queue["elsewhere"]), "quiet"),
            Cell(f"{queue['ready']}/{queue['logged_on']}", "good" if queue["ready"] else "bad"),
        ),
        (queue["name"],),
    )


class Queues(Room):
    ROOM = "queues"
    TOPICS = ("queues", "calls")
    TICKS = True
    HELP_TEXT = N_(
        "Each queue as it is now and what came today. At the left, ! means that somebody waits and nobody is ready, or"
        " that the service level of this interval is too low; * that somebody waits. SL % is the service level of this"
        " interval, day that of today; agents are those who are ready, of those who are logged on. Enter shows who"
        " waits, and what stands between them and each agent; w fills the whole screen, for a wall."
    )
    EMPTY = N_("There are no queues.")
    COLUMNS = (
        Column("", 1),
        Column(N_("queue"), 0),
        Column(N_("waiting"), 7, right=True),
        Column(N_("longest"), 8, right=True),
        Column(N_("expected"), 8, right=True),
        Column(N_("SL %"), 5, right=True),
        Column(N_("day"), 5, right=True, wide=WIDE),
        Column(N_("offered"), 7, right=True),
        Column(N_("answered"), 8, right=True),
        Column(N_("abandoned"), 9, right=True),
        Column(N_("elsewhere"), 9, right=True, wide=WIDE),
        Column(N_("agents"), 7, right=True),
    )
    DEFAULT_CSS = """
    Queues #below { height: 30%; min-height: 9; background: $boost; }
    Queues #detail { width: 1fr; height: 1fr; background: $boost; }
    Queues DayPlot { width: 1fr; height: 1fr; background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "wall", N_("Wall")),
        Binding("y", "who_waits", N_("Who waits")),
        Binding("b", "call_backs", N_("Call-backs")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._today = Today(self.box, "queues")
        self._told_at: dict[str, float] = {}
        """When the box said how long the longest waits, by queue."""
        self._obstacles: tuple[int, dict[str, str]] = (0, {})
        """What the box said last, and of which call."""

    def below(self) -> Widget:
        return Horizontal(
            Static("", id="detail", markup=False), DayPlot(N_("No calls yet today."), id="plot"), id="below"
        )

    def fill(self) -> None:
        queues = self.box.rows("queues")
        self.table.keep(set(queues))
        self._put(set(queues))

    def take(self, topic: str, keys: set[str]) -> None:
        if topic == "queues":
            self._put(keys)

    def _put(self, keys: set[str]) -> None:
        now = time.monotonic()
        for key in keys:
            queue = self.box.rows("queues").get(key)
            if queue is None:
                self.table.drop(key)
            else:
                self._told_at[key] = now
                self.table.put(key, row(queue, queue["longest_s"]))

    def longest_s(self, key: str) -> float:
        """How long the longest waits by now."""
        return float(self.box.rows("queues")[key]["longest_s"]) + time.monotonic() - self._told_at.get(key, 0.0)

    def row_now(self, key: str) -> Row:
        """With the wait as long as it is by now."""
        return row(self.box.rows("queues")[key], self.longest_s(key))

    def ticked(self) -> None:
        for key in self.table.seen():
            if self.box.rows("queues").get(key, {}).get("waiting"):
                self.table.put(key, self.row_now(key))
        self._look()

    # ---- below the table ----

    def show_detail(self) -> None:
        super().show_detail()
        self._look(REST_S)

    def _look(self, rest_s: float = 0.0) -> None:
        if self.table.cursor:
            self.aside(partial(self._ask, self.table.cursor, rest_s), "below")

    async def _ask(self, name: str, rest_s: float) -> None:
        if rest_s:
            await asyncio.sleep(rest_s)
        calls = self.box.rows("queues").get(name, {}).get("calls", [])
        try:
            if calls and self.box.may("queue.why_waiting"):
                answer = await self.box.ask("queue.why_waiting", call=calls[0])
                self._obstacles = calls[0], answer["obstacles"]
                super().show_detail()
            if self._today.there:
                self.show_day(await self._today.rows(name, 30 if self.size.width >= WIDE else 60))
            else:
                self.query_one(DayPlot).show((), (), N_("This box makes no reports for you."))
        except (Refusal, Gone):
            return  # the call has left the queue, or the line of state says why; the next look asks again

    def show_day(self, rows: list[dict[str, Any]]) -> None:
        self.query_one(DayPlot).show([local(step["begin"]) for step in rows], day_series(rows))

    def detail(self) -> list[str]:
        queue = self.box.rows("queues").get(self.table.cursor)
        if queue is None:
            return []
        width = max(20, self.query_one("#detail").size.width - 2)
        about = _("{name} {number}: level today {level}").format(
            name=queue["name"], number=queue["number"], level=share(queue["day_level"])
        )
        if queue["call_backs"]:
            about += "; " + plural("{n} call-back", "{n} call-backs", queue["call_backs"]).format(n=queue["call_backs"])
        lines = [about]
        if not queue["calls"]:
            return [*lines, _("Nobody waits.")]
        room = max(1, self.query_one("#detail").size.height - REASONS)
        lines += [self._waiter(place, call, width) for place, call in enumerate(queue["calls"][:room], 1)]
        if len(queue["calls"]) > room:
            lines.append(_("... and {n} more").format(n=len(queue["calls"]) - room))
        first, obstacles = self._obstacles
        if first == queue["calls"][0] and obstacles:
            counted = Counter(obstacles.values()).most_common(3)
            told = "; ".join(f"{plain(why)} ({n})" for why, n in counted)
            lines += wrap(_("The first waits because: {why}").format(why=told), width)
        return lines

    def _waiter(self, place: int, number: int, width: int) -> str:
        who, waited = self.who(number)
        end = "" if waited is None else lasted(waited)
        return fit(f"{place}. {plain(who)}", width - 8) + end.rjust(8)

    def who(self, number: int) -> tuple[str, float | None]:
        """Who waits in that call, and for how long, as far as this user may know."""
        call = self.box.rows("calls").get(str(number))
        legs = call["connections"] if call is not None else []
        caller = next((leg for leg in legs if leg["calling"]), legs[0] if legs else None)
        if call is None or caller is None:
            return _("call {call}").format(call=number), None
        since = next((leg["since"] for leg in legs if leg["state"] == "queued"), call["begun"])
        return f"{caller['name']} {caller['number'] or caller['device']}".strip(), wall_clock.utc().timestamp() - since

    # ---- what can be done ----

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "call_backs":
            return self.box.may("queue.call_backs") or None
        if action == "who_waits":
            return (self.box.may("queue.why_waiting") and bool(self.table.cursor)) or None
        return True

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        if self.check_action("who_waits", ()):
            self.action_who_waits()

    def action_who_waits(self) -> None:
        name = self.table.cursor

        async def rows() -> list[str]:
            told: list[str] = []
            for call in self.box.rows("queues").get(name, {}).get("calls", []):
                try:
                    answer = await self.box.ask("queue.why_waiting", call=call)
                except Refusal:
                    continue  # gone meanwhile
                who, waited = self.who(call)
                told += [_("{who}, call {call}, waits {time}").format(who=who, call=call, time=lasted(waited or 0))]
                room = max((cell_len(agent) for agent in answer["obstacles"]), default=0)
                told += [f"    {fit(agent, room)}  {why}" for agent, why in sorted(answer["obstacles"].items())]
            return told or [_("Nobody waits.")]

        self.app.push_screen(Story(_("who waits in {queue}").format(queue=name), rows))

    def action_call_backs(self) -> None:
        """Who is to be called back, of all queues; one of them may be cancelled."""
        self.aside(self._call_backs, "call-backs")

    async def _call_backs(self) -> None:
        found = await self.asked("queue.call_backs")
        if found is None:
            return
        rows = {str(one["call"]): _call_back(one) for one in found["call_backs"]}
        if not rows:
            self.notify(_("Nobody is to be called back."), markup=False)
            return

        def chosen(key: str | None) -> None:
            if key and self.box.may("queue.cancel_call_back"):
                self.app.push_screen(Question(_("Cancel it? {row}").format(row=plain(rows[key]))), cancel(key))

        def cancel(key: str) -> Callable[[bool | None], None]:
            def answered(yes: bool | None) -> None:
                if yes:
                    orders = [("queue.cancel_call_back", {"call": int(key)})]
                    self.console.order(orders, _("the call-back is cancelled"))

            return answered

        about = _("Enter cancels one, after a question.") if self.box.may("queue.cancel_call_back") else ""
        self.app.push_screen(Choose(_("To be called back"), about, rows), chosen)

    def action_wall(self) -> None:
        self.app.push_screen(Wall(self._today, self.COLUMNS, self.row_now))
