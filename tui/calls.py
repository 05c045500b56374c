"""Who speaks with whom, since when: a row a call. Clears a call; shows its ladder, growing."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from core.texts import N_, _
from tui.columns import fit, plain
from tui.dialogs import Question
from tui.live_table import Cell, Column, LiveTable, Row
from tui.room import Room, clock, word
from tui.story import Story

LIVELIEST = ("fail", "queued", "alerting", "initiated", "held", "connected")
"""A call is shown in the first of these states that one of its parties has."""
KINDS = {"connected": "good", "fail": "bad"}


def party(leg: dict[str, Any]) -> str:
    """Name and number of a party; where the box knows neither, its line."""
    return f"{leg['name']} {leg['number'] or leg['device']}".strip()


def state(call: dict[str, Any]) -> str:
    states = {leg["state"] for leg in call["connections"]}
    return next((state for state in LIVELIEST if state in states), "null")


def row(call: dict[str, Any]) -> Row:
    now = state(call)
    return Row(
        (
            Cell(str(call["id"])),
            Cell(clock(call["begun"]), "quiet"),
            Cell(word(now), KINDS.get(now, "busy")),
            Cell(" - ".join(party(leg) for leg in call["connections"])),
            Cell(call["called"], "quiet"),
        ),
        (call["id"],),
    )


class Calls(Room):
    ROOM = "calls"
    TOPICS = ("calls",)
    HELP_TEXT = N_(
        "Who speaks with whom, since when. Enter shows everything that happened in the call, as a ladder. s listens to"
        " its trunk line at your telephone, r records the call, t stops that."
    )
    EMPTY = N_("Nobody speaks.")
    COLUMNS = (
        Column(N_("call"), 7, right=True),
        Column(N_("since"), 8),
        Column(N_("state"), 10),
        Column(N_("parties"), 0),
        Column(N_("called"), 13),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "ladder", N_("Ladder")),
        Binding("c", "clear", N_("Clear")),
        Binding("s", "listen", N_("Listen")),
        Binding("r", "record('start')", N_("Record"), id="calls.record"),
        Binding("t", "record('stop')", N_("Stop recording"), id="calls.stop_recording"),
    ]

    def fill(self) -> None:
        calls = self.box.rows("calls")
        self.table.keep(set(calls))
        for key, call in calls.items():
            self.table.put(key, row(call))

    def take(self, topic: str, keys: set[str]) -> None:
        if topic != "calls":
            return
        for key in keys:
            call = self.box.rows("calls").get(key)
            if call is None:
                self.table.drop(key)
            else:
                self.table.put(key, row(call))

    def detail(self) -> list[str]:
        call = self.box.rows("calls").get(self.table.cursor)
        legs = call["connections"] if call else []
        return [
            " ".join(
                (
                    fit(plain(leg["device"]), 10),
                    fit(word(leg["state"]), 10),
                    clock(leg["since"]),
                    fit(plain(party(leg)), 30),
                    _("hears {what}").format(what=leg["hears"]) if leg["hears"] else "",
                )
            )
            for leg in legs
        ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "listen":
            return (self.box.may("trunk.listen") and bool(self._leg("trunk"))) or None
        if action == "record":
            return (self.box.may(f"recording.{parameters[0]}") and bool(self._leg("station", "trunk"))) or None
        methods = {"ladder": "call.trace", "clear": "call.clear"}
        return (self.box.may(methods[action]) and bool(self.table.cursor)) or None if action in methods else True

    def _leg(self, *kinds: str) -> str:
        """The first line of these kinds that speaks in the call under the cursor; empty: there is none."""
        call = self.box.rows("calls").get(self.table.cursor)
        legs = call["connections"] if call else []
        speaking = [leg for leg in legs if leg["state"] == "connected" and leg["kind"] in kinds]
        return min(speaking, key=lambda leg: kinds.index(leg["kind"]))["device"] if speaking else ""

    def action_listen(self) -> None:
        """By its trunk line; the call of an agent is listened to in the team."""
        line = self._leg("trunk")

        def at(device: str) -> None:
            done = _("telephone {device} rings; lift it").format(device=device)
            self.console.order([("trunk.listen", {"device": device, "line": line})], done)

        if line:
            self.console.at_telephone(at)

    def action_record(self, order: str) -> None:
        number, device = self.table.cursor, self._leg("station", "trunk")
        done = _("call {call} is recorded") if order == "start" else _("call {call} is recorded no longer")
        if device:
            orders = [(f"recording.{order}", {"device": device, "call": int(number)})]
            self.console.order(orders, done.format(call=number))

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        self.action_ladder()

    def action_ladder(self) -> None:
        number = self.table.cursor
        if not number:
            return

        async def rows() -> list[str]:
            answer = await self.box.ask("call.trace", call=int(number))
            return list(answer["rows"])

        self.app.push_screen(Story(_("call {call}").format(call=number), rows))

    def action_clear(self) -> None:
        key = self.table.cursor
        call = self.box.rows("calls").get(key)
        if call is None:
            return
        parties = " - ".join(plain(party(leg)) for leg in call["connections"])

        def answered(yes: bool | None) -> None:
            if yes:
                self.console.order([("call.clear", {"call": int(key)})], _("call {call} was cleared").format(call=key))

        text = _("Clear call {call}? It ends for everybody in it: {parties}").format(call=key, parties=parties)
        self.app.push_screen(Question(text), answered)
