"""The alarms that stand, the worst first, each with what to do; acknowledges them; those of the last days as a list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from core.store.event import from_utc
from core.texts import N_, _
from core.width import wrap
from hw import wall_clock
from tui.columns import fit, plain
from tui.live_table import Cell, Column, LiveTable, Row
from tui.room import Room, clock
from tui.story import Story

DAYS = 7
"""So far back goes the list of the past."""
AGAIN_S = 10.0
"""So often it is asked for."""
LEVELS = {"critical": "bad", "warning": "busy", "notice": "usual"}
"""From the worst; each with its colour."""


def row(alarm: dict[str, Any]) -> Row:
    level = alarm["level"]
    order = list(LEVELS).index(level) if level in LEVELS else len(LEVELS)
    return Row(
        (
            Cell(_(level), LEVELS.get(level, "usual")),
            Cell(clock(alarm["since"], day=True), "quiet"),
            Cell(alarm["text"]),
            Cell(alarm["seen_by"], "quiet"),
        ),
        (order, alarm["since"]),
    )


def story(alarm: dict[str, Any]) -> str:
    """One of the past: from when to when, how bad, what, and who had seen it."""
    came = _("before") if alarm["since"] is None else clock(alarm["since"], day=True)
    went = _("stands") if alarm["until"] is None else clock(alarm["until"], day=True)
    seen = "; " + _("seen by {who}").format(who=alarm["seen_by"]) if alarm["seen_by"] else ""
    return f"{fit(came, 11)} - {fit(went, 11)}  {fit(_(alarm['level'] or '?'), 9)}{alarm['text']}{seen}"


class Alarms(Room):
    ROOM = "alarms"
    TOPICS = ("alarms",)
    HELP_TEXT = N_(
        "What needs a person, and what to do about it. Whoever acknowledges an alarm will see to it: the others see his"
        " name. It stands until its reason has gone."
    )
    EMPTY = N_("No alarm stands.")
    COLUMNS = (Column(N_("level"), 9), Column(N_("since"), 11), Column(N_("alarm"), 0), Column(N_("seen by"), 10))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "acknowledge", N_("Acknowledge")),
        Binding("h", "history", N_("History")),
    ]

    def fill(self) -> None:
        alarms = self.box.rows("alarms")
        self.table.keep(set(alarms))
        for key, alarm in alarms.items():
            self.table.put(key, row(alarm))

    def take(self, topic: str, keys: set[str]) -> None:
        if topic == "alarms":
            self.fill()

    def detail(self) -> list[str]:
        alarm = self.box.rows("alarms").get(self.table.cursor)
        if alarm is None:
            return []
        width = max(20, self.size.width - 2)
        remedy = alarm["remedy"]
        told = wrap(plain(alarm["text"]), width)
        return told + (wrap(plain(_("What to do: {remedy}").format(remedy=remedy)), width) if remedy else [])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "acknowledge":
            return (self.box.may("alarm.acknowledge") and bool(self.table.cursor)) or None
        if action == "history":
            return self.box.may("alarm.history") or None
        return True

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        self.action_acknowledge()

    def action_history(self) -> None:
        async def rows() -> list[str]:
            since = from_utc(wall_clock.utc() - timedelta(days=DAYS))
            past = (await self.box.ask("alarm.history", since=since))["alarms"]
            return [story(alarm) for alarm in past] or [_("No alarm came in {days} days.").format(days=DAYS)]

        self.app.push_screen(Story(_("alarms of the last {days} days").format(days=DAYS), rows, AGAIN_S))

    def action_acknowledge(self) -> None:
        key = self.table.cursor
        if key and self.box.may("alarm.acknowledge"):
            self.console.order([("alarm.acknowledge", {"key": key})], _("the alarm is acknowledged"))
