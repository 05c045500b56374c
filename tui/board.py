"""Spans and lines as lamps, with their state and service in words: block, unblock, reset, and what a line did.

A span stands above its lines; what is ordered of a span is ordered of each of its lines. Stations and analog trunks
come first.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from core.meanings import MEANINGS
from core.texts import N_, _
from hw.card import Alarm
from tui.columns import plain
from tui.dialogs import Question
from tui.live_table import Cell, Column, LiveTable, Row
from tui.meter import Meter
from tui.room import Room, word
from tui.story import Story

SPAN = "span:"
"""Keys of spans begin so; those of lines are their names."""
TRACED = 500
QUESTIONS = {
    "block": N_("Block {name}? It takes no new call; a running one goes on."),
    "unblock": N_("Unblock {name}? It takes calls again."),
    "reset": N_("Reset {name}? What runs on it is released."),
}
DONE = {"block": N_("{name} is blocked"), "unblock": N_("{name} is unblocked"), "reset": N_("{name} was reset")}


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """For sorting: e1a/2 before e1a/10."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces)


def line_row(line: dict[str, Any]) -> Row:
    connection, service = line["connection"], line["service"]
    free = connection == "null"
    kind = "bad" if service or connection == "fail" else "quiet" if free else "good"
    lamp = "!" if kind == "bad" else " " if free else "*"
    span, of, circuit = line["name"].rpartition("/")
    return Row(
        (
            Cell(lamp, kind),
            Cell("  " + line["name"] if of else line["name"]),
            Cell(_(line["kind"]), "quiet"),
            Cell(word(connection), kind if not service else "usual"),
            Cell(str(line["call"] or "")),
            Cell(line["group"], "quiet"),
            Cell(", ".join(_(word) for word in service), "bad"),
        ),
        (natural(span), 1, natural(circuit)) if of else ((), 0, natural(line["name"])),
    )


def span_row(span: dict[str, Any]) -> Row:
    alarms, down = span["alarms"], span["link"] == "down"
    kind = "bad" if alarms or down else "good"
    words = [*alarms, *([_("data link down")] if down else [])]
    counts = _("{busy} busy, {out} out").format(busy=span["busy"], out=span["out"])
    counts += ", " + _("clock {n}").format(n=span["timing"]) if span["timing"] else ""
    return Row(
        (
            Cell("!" if kind == "bad" else "=", kind),
            Cell(span["name"], "head"),
            Cell(span["signalling"], "head"),
            Cell(_("in alarm") if alarms else _("in order"), kind),
            Cell(""),
            Cell(span["card"], "quiet"),
            Cell(", ".join((*words, counts)), "bad" if words else "usual"),
        ),
        (natural(span["name"]), 0, ()),
    )


def meaning(alarm: str) -> str:
    """What an alarm of a span means, and what to do."""
    if alarm not in Alarm.__members__ or Alarm[alarm] not in MEANINGS:
        return alarm
    means, remedy = MEANINGS[Alarm[alarm]]
    return f"{alarm}: {_(means)}. {_(remedy)}"


class Board(Room):
    ROOM = "board"
    TOPICS = ("lines", "spans", "calls")
    HELP_TEXT = N_(
        "Spans and their lines. The lamp at the left: ! out of service or failed, * in use, = a span in order. An order"
        " to a span goes to all its lines. Enter shows what a line did."
    )
    EMPTY = N_("There are no lines.")
    COLUMNS = (
        Column("", 1),
        Column(N_("line"), 12),
        Column(N_("kind"), 8),
        Column(N_("state"), 10),
        Column(N_("call"), 6, right=True),
        Column(N_("group"), 10),
        Column(N_("out of service"), 0),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trace", N_("Trace")),
        Binding("b", "order('block')", N_("Block")),
        Binding("u", "order('unblock')", N_("Unblock")),
        Binding("r", "order('reset')", N_("Reset")),
        Binding("v", "level", N_("Level")),
    ]

    def fill(self) -> None:
        lines, spans = self.box.rows("lines"), self.box.rows("spans")
        self.table.keep(set(lines) | {SPAN + name for name in spans})
        for topic, keys in (("lines", set(lines)), ("spans", set(spans))):
            self.take(topic, keys)

    def take(self, topic: str, keys: set[str]) -> None:
        if topic not in ("lines", "spans"):
            return
        before = SPAN if topic == "spans" else ""
        make = span_row if topic == "spans" else line_row
        for key in keys:
            facts = self.box.rows(topic).get(key)
            if facts is None:
                self.table.drop(before + key)
            else:
                self.table.put(before + key, make(facts))

    def detail(self) -> list[str]:
        key = self.table.cursor
        span = self.box.rows("spans").get(key.removeprefix(SPAN)) if key.startswith(SPAN) else None
        if span is not None:
            counters = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in span["counters"].items() if n)
            about = _("{lines} lines of {card} {span}: {busy} busy, {out} out of service").format(**span)
            link = _("data link {state}").format(state=word(span["link"])) if span["link"] else ""
            timing = _("source of the clock: {n}").format(n=span["timing"]) if span["timing"] else _("takes our clock")
            first = "; ".join(text for text in (about, link, timing, span["hardware"]) if text)
            return [first, *(meaning(alarm) for alarm in span["alarms"]), *([counters] if counters else [])]
        line = self.box.rows("lines").get(key)
        if line is None:
            return []
        service = ", ".join(_(word) for word in line["service"])
        rows = [f"{line['name']} ({_(line['kind'])}): {word(line['connection'])}"]
        rows.append(_("out of service: {why}").format(why=service) if service else _("in service"))
        call = self.box.rows("calls").get(str(line["call"]))
        if call is not None:
            rows.append(_("in call {call} with {parties}").format(call=call["id"], parties=self._others(call, key)))
        return rows

    def _others(self, call: dict[str, Any], name: str) -> str:
        others = [leg for leg in call["connections"] if leg["device"] != name]
        return ", ".join(f"{leg['name']} {leg['number'] or leg['device']}".strip() for leg in others) or "-"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "trace":
            return (self.box.may("line.trace") and bool(self.table.cursor)) or None
        if action == "level":
            here = self.table.cursor
            return (self.box.may("line.level") and bool(here) and not here.startswith(SPAN)) or None
        if action == "order":
            return (self.box.may(f"line.{parameters[0]}") and bool(self.table.cursor)) or None
        return True

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        self.action_trace()

    def action_trace(self) -> None:
        name = self.table.cursor.removeprefix(SPAN)
        if not name:
            return

        async def rows() -> list[str]:
            return list((await self.box.ask("line.trace", line=name, last=TRACED))["rows"])

        self.app.push_screen(Story(_("trace of {line}").format(line=name), rows))

    def action_level(self) -> None:
        if self.table.cursor and not self.table.cursor.startswith(SPAN):
            self.app.push_screen(Meter(self.table.cursor))

    def action_order(self, order: str) -> None:
        key = self.table.cursor
        name = key.removeprefix(SPAN)
        of_span = [line for line in self.box.rows("lines") if line.rpartition("/")[0] == name]
        lines = sorted(of_span, key=natural) if key.startswith(SPAN) else [key] if key else []
        if not lines:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                asked = [(f"line.{order}", {"line": line}) for line in lines]
                self.console.order(asked, _(DONE[order]).format(name=name))

        shown = name if len(lines) == 1 else _("{name} with {n} lines").format(name=name, n=len(lines))
        self.app.push_screen(Question(_(QUESTIONS[order]).format(name=plain(shown))), answered)
