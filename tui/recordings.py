"""Recordings: found by whatever the journal knows of their calls, seen as waves, heard, taken away, kept and erased.

    s search ──> recording.search ──> rows, the newest first
    cursor   ──> call.trace       ──> who called whom, and which agent served him
             ──> recording.wave   ──> who spoke when: above what the party at the line said, below what it heard

A recording is heard at a telephone (`p`), or here where the machine plays sound (`h`), or by a party of a call (`y`);
all is noted by the box. `o` orders that agents are recorded, `t` has what was ordered (tasks.py). What is encrypted
stays so. What it does not: understand speech.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from core.api.errors import Refusal
from core.store.event import from_utc
from core.store.moment import FORMS, moment
from core.texts import N_, _
from hw import wall_clock
from tui import tasks
from tui.ask import Ask, AskAll, Choose
from tui.beside import Beside, beside
from tui.columns import fit, plain
from tui.connection import Gone
from tui.live_table import Cell, Column, LiveTable, Row
from tui.room import Room, clock, lasted
from tui.story import Story
from tui.wave import PER_CELL, downward, upward

AGAIN_S = 5
"""So often it is looked what became of those that are being made."""
REST_S = 0.3
"""The cursor must rest so long before the box is asked for a picture."""
LINES = 2
"""Of each half of the picture."""
SEARCHED = {
    "since": N_("since"),
    "until": N_("until"),
    "number": N_("number"),
    "agent": N_("agent"),
    "station": N_("station"),
    "queue": N_("queue"),
    "text": N_("any word"),
}
"""What is searched by, in the order of the form."""
OF_ONE = {
    "play": "play",
    "play_to": "play_to",
    "hear": "export",
    "export": "export",
    "keep": "hold",
    "erase": "erase",
}
"""What is done with the recording under the cursor: the act that it needs."""
TASK = N_("recording task")
"""Is searched by from the list of tasks."""
LAST = 500


class Recordings(Room):
    ROOM = "recordings"
    HELP_TEXT = N_(
        "Recordings, the newest first. s searches: by time, a party's number, agent, station, queue, or a word that"
        " stands in any event of the call. The picture below: above the line what the party at the recorded line said,"
        " below it what that party heard. p plays it at your telephone (1 goes back, 3 goes on, # ends), h on this"
        " machine, y plays it to who speaks with a telephone; all is noted. o orders that calls of agents are recorded,"
        " t lists, stops and deletes such tasks, and shows their recordings. m keeps a recording from being erased, or"
        " lets it go."
    )
    TICKS = True
    EMPTY = N_("No recording fits.")
    COLUMNS = (
        Column(N_("began"), 11),
        Column(N_("length"), 7, right=True),
        Column(N_("at"), 8),
        Column(N_("call"), 7, right=True),
        Column(N_("wanted by"), 12),
        Column(N_("recording"), 24, wide=110),
        Column(N_("state"), 0),
    )
    DEFAULT_CSS = """
    Recordings #detail { height: 9; background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "search", N_("Search")),
        Binding("l", "ladder", N_("Ladder"), show=False),
        Binding("p", "play", N_("Play")),
        Binding("h", "hear", N_("Hear here")),
        Binding("y", "play_to", N_("Play to a party"), show=False),
        Binding("e", "export", N_("Export")),
        Binding("m", "keep", N_("Keep")),
        Binding("x", "erase", N_("Erase")),
        Binding("o", "order", N_("Order a task")),
        Binding("t", "tasks", N_("Tasks")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.wanted: dict[str, str] = {"since": "today"}
        """As the person typed it."""
        self._rows: dict[str, dict[str, Any]] = {}
        self._waves: dict[tuple[str, int], list[str]] = {}
        """By recording and width: lines of the picture, or why there is none."""
        self._sound: Beside | None = None
        self._seconds = 0

    def below(self) -> Widget:
        return Static("", id="detail", markup=False)

    def begin(self) -> None:
        super().begin()
        self.look_up()

    def fill(self) -> None:
        self.table.keep(set(self._rows))
        for key, row in self._rows.items():
            self.table.put(key, _row(row))

    def ticked(self) -> None:
        self._seconds += 1
        if self._seconds % AGAIN_S == 0 and any(not row["ended"] for row in self._rows.values()):
            self.look_up()

    # ---- searching ----

    def look_up(self) -> None:
        self.aside(self._look_up, "search")

    async def _look_up(self) -> None:
        found = await self.asked("recording.search", **_params(self.wanted), last=LAST)
        if found is not None:
            self._rows = {row["file"]: row for row in found["recordings"]}
            self.fill()
            self.table.flush()
            self.show_state()

    def _state(self, status: dict[str, Any]) -> str:
        if not self.box.there:
            return super()._state(status)
        by = ", ".join(f"{_(SEARCHED.get(name, TASK))} {text}" for name, text in self.wanted.items() if text)
        return _("{n} recordings: {what}").format(n=len(self._rows), what=by or _("all"))

    def action_search(self) -> None:
        def answered(lines: tuple[str, ...] | None) -> None:
            if lines is None:
                return
            wanted = {name: text.strip() for name, text in zip(SEARCHED, lines, strict=True) if text.strip()}
            try:
                _params(wanted)
            except ValueError as error:
                text = _("{what} is no time; such are {forms}").format(what=error, forms=_(FORMS))
                self.notify(text, severity="error", markup=False)
                return
            self.wanted = wanted
            self.look_up()

        lines = [(_(label), self.wanted.get(name, "")) for name, label in SEARCHED.items()]
        self.app.push_screen(AskAll(_("Search recordings"), "", lines), answered)

    # ---- below the table ----

    def show_detail(self) -> None:
        super().show_detail()
        row, room = self.one(), self._room()
        if row is not None and (row["file"], room) not in self._waves and self.box.may("recording.wave"):
            self.aside(partial(self._picture, row, room), "wave")

    def _room(self) -> int:
        return max(10, self.size.width - 2)

    async def _picture(self, row: dict[str, Any], room: int) -> None:
        await asyncio.sleep(REST_S)
        try:
            wave = await self.box.ask("recording.wave", file=row["file"], steps=min(1000, room * PER_CELL))
        except Refusal as refused:
            lines = [refused.text]
        except Gone:
            return
        else:
            lines = [*upward(wave["said"], LINES), *downward(wave["heard"], LINES), _scale(wave["ms"], room)]
        lines.insert(0, fit(plain(await self._parties(row["call"])), room))
        if row["ended"]:
            self._waves[row["file"], room] = lines
        if self.table.cursor == row["file"]:
            self._paint(row, lines)

    async def _parties(self, call: int) -> str:
        """Who called whom, which queue and agents had to do with it; empty: nobody knows."""
        if not self.box.may("call.trace"):
            return ""
        try:
            return parties((await self.box.ask("call.trace", call=call))["events"])
        except (Refusal, Gone):
            return ""

    def _paint(self, row: dict[str, Any], lines: list[str]) -> None:
        text = "\n".join([*(plain(line) for line in _about(row)), *lines])
        self.query_one("#detail", Static).update(text, layout=False)

    def detail(self) -> list[str]:
        row = self.one()
        return [] if row is None else [*_about(row), *self._waves.get((row["file"], self._room()), [])]

    # ---- what can be done ----

    def one(self) -> dict[str, Any] | None:
        """The recording under the cursor."""
        return self._rows.get(self.table.cursor)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "ladder":
            return (self.box.may("call.trace") and self.one() is not None) or None
        if action in ("order", "tasks"):
            return self.box.may("recording.order_task" if action == "order" else "recording.tasks") or None
        if action in OF_ONE:
            return (self.box.may(f"recording.{OF_ONE[action]}") and self.one() is not None) or None
        return True

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        if self.check_action("play", ()):
            self.action_play()

    def action_ladder(self) -> None:
        """All that happened in its call."""
        row = self.one()
        if row is None:
            return
        call = row["call"]

        async def rows() -> list[str]:
            return list((await self.box.ask("call.trace", call=call))["rows"])

        self.app.push_screen(Story(_("call {call}").format(call=call), rows))

    def action_play(self) -> None:
        row = self.one()
        if row is None:
            return
        file = row["file"]

        def at(device: str) -> None:
            orders = [("recording.play", {"file": file, "device": device})]
            self.console.order(orders, _("telephone {device} rings; lift it").format(device=device))

        self.console.at_telephone(at)

    def action_play_to(self) -> None:
        row = self.one()
        if row is not None:
            self.aside(partial(self._play_to, row["file"]), "play to")

    async def _play_to(self, file: str) -> None:
        """To whom: the telephones that speak with somebody."""
        found = await self.asked("call.list")
        if found is None:
            return
        pairs = [(leg["device"], call) for call in found["calls"] for leg in _ours(call)]
        speak = {f"{device} {call['id']}": (device, call) for device, call in pairs}
        if not speak:
            self.notify(_("Nobody speaks at a telephone."), markup=False)
            return

        def chosen(key: str | None) -> None:
            if key is not None:
                device, call = speak[key]
                params = {"device": device, "call": call["id"], "file": file}
                self.console.order(
                    [("recording.play_to", params)], _("who speaks with {device} hears it").format(device=device)
                )

        options = {key: f"{device}  - {others(call, device)}" for key, (device, call) in speak.items()}
        about = _("The other party hears it in the place of the telephone.")
        self.app.push_screen(Choose(_("To whom who speaks with which telephone?"), about, options), chosen)

    def action_order(self) -> None:
        tasks.order(self)

    def action_tasks(self) -> None:
        def show(number: int) -> None:
            self.wanted = {"task": str(number)}
            self.look_up()

        tasks.tasks(self, show)

    def action_hear(self) -> None:
        """Again: it stops."""
        if self._sound is not None and self._sound.runs:
            self._sound.stop()
        elif (row := self.one()) is not None:
            self.aside(partial(self._hear, row["file"]), "sound")

    async def _hear(self, file: str) -> None:
        self._sound = await beside("recording", "play", "--socket", str(self.box.path), file)
        stopped = self._sound
        self.notify(_("This machine plays it; h again stops it."), markup=False)
        try:
            done, text = await self._sound.ended()
        finally:
            stopped.stop()
        if not done and text:
            self.notify(text, severity="error", markup=False)

    def on_unmount(self) -> None:
        if self._sound is not None:
            self._sound.stop()

    def action_export(self) -> None:
        row = self.one()
        if row is None:
            return
        file = row["file"]

        def to(folder: str | None) -> None:
            if folder is not None:
                self.run_worker(self._export(file, str(Path(folder.strip() or ".").expanduser())))

        about = _("It is noted as taken away.")
        self.app.push_screen(Ask(_("Into which folder of this machine?"), about, str(Path.home())), to)

    async def _export(self, file: str, folder: str) -> None:
        running = await beside("recording", "export", "--socket", str(self.box.path), "--to", folder, file)
        done, text = await running.ended()
        if done:
            self.notify(_("{file} is in {folder}").format(file=file, folder=folder), markup=False)
        else:
            self.notify(text, severity="error", markup=False)

    def action_keep(self) -> None:
        row = self.one()
        if row is None:
            return
        file = row["file"]
        if row["held"]:
            self._order("recording.hold", {"file": file, "reason": "-", "on": False}, _("{file} is held no longer"))
            return

        def because(reason: str | None) -> None:
            if reason and reason.strip():
                params = {"file": file, "reason": reason.strip()}
                self._order("recording.hold", params, _("{file} is held"))

        about = _("Nobody erases it, and it does not go when its time is over.")
        self.app.push_screen(Ask(_("Why is it to be kept?"), about), because)

    def action_erase(self) -> None:
        row = self.one()
        if row is None:
            return
        file = row["file"]

        def because(reason: str | None) -> None:
            if reason and reason.strip():
                self._order("recording.erase", {"file": file, "reason": reason.strip()}, _("{file} was erased"))

        about = _("{file} goes for good. Who erased it and why stays in the journal.").format(file=file)
        self.app.push_screen(Ask(_("Why is it to be erased?"), about), because)

    def _order(self, method: str, params: dict[str, Any], done: str) -> None:
        """And looks anew at what there is."""

        async def whole() -> None:
            await self.console.ordered([(method, params)], done.format(file=params["file"]))
            await self._look_up()

        self.aside(whole, "order")


def _params(wanted: dict[str, str]) -> dict[str, Any]:
    """As `recording.search` takes them. ValueError: what was typed is no time."""
    params: dict[str, Any] = dict(wanted)
    for name in ("since", "until"):
        if text := wanted.get(name):
            try:
                params[name] = from_utc(moment(text, wall_clock.now()))
            except ValueError:
                raise ValueError(text) from None
    if "task" in wanted:
        params["task"] = int(wanted["task"])
    return params


def _row(row: dict[str, Any]) -> Row:
    state, kind = _condition(row)
    return Row(
        (
            Cell(clock(row["began"] / 1e6, day=True), "quiet"),
            Cell(lasted(row["ms"] / 1000) if row["ended"] else "..."),
            Cell(row["device"]),
            Cell(str(row["call"]), "quiet"),
            Cell(row["rule"] or _wanted_by_task(row) or row["by"], "quiet"),
            Cell(row["file"]),
            Cell(state, kind),
        ),
        (-row["began"], row["part"]),
    )


def _wanted_by_task(row: dict[str, Any]) -> str:
    return _("task {numbers}").format(numbers=", ".join(map(str, row["tasks"]))) if row["tasks"] else ""


def _ours(call: dict[str, Any]) -> list[dict[str, Any]]:
    """Telephones of ours that speak in it with somebody."""
    legs = [leg for leg in call["connections"] if leg["state"] == "connected"]
    return [leg for leg in legs if leg["kind"] == "station"] if len(legs) > 1 else []


def others(call: dict[str, Any], device: str) -> str:
    """The other parties of a call, by name and number."""
    legs = (leg for leg in call["connections"] if leg["device"] != device)
    return ", ".join(f"{leg['name']} {leg['number'] or leg['device']}".strip() for leg in legs)


def _condition(row: dict[str, Any]) -> tuple[str, str]:
    """In words, and its colour."""
    if row["erased"]:
        return _("erased"), "quiet"
    if row["problem"]:
        return row["problem"], "bad"
    if not row["ended"]:
        return _("is being made"), "busy"
    if row["held"]:
        return _("kept safe"), "good"
    if row["form"].endswith(".age"):
        return _("encrypted"), "head"
    return "", "usual"


def _about(row: dict[str, Any]) -> list[str]:
    calls = ", ".join(str(call) for call in row["calls"])
    kept = row["retention"] or _("until somebody erases it")
    first = _("call {calls} at {device}; kept: {kept}; heard {n} times").format(
        calls=calls, device=row["device"], kept=kept, n=row["heard"]
    )
    words = [_("wanted by task {numbers}").format(numbers=", ".join(map(str, row["tasks"])))] if row["tasks"] else []
    words += [_("held: {why}").format(why=row["held"])] if row["held"] else []
    words += [_("parts were left out or masked")] if row["masked"] else []
    words += (
        [_("{n} s of silence, because the disk was slow").format(n=row["lost_ms"] / 1000)] if row["lost_ms"] else []
    )
    return [first, *(["; ".join(words)] if words else [])]


def parties(events: list[dict[str, Any]]) -> str:
    """In a line, from the events of a call: 王芳 13800000001 - 8200, sales, agent 2003."""
    said: dict[str, list[str]] = {}
    for event in events:
        for name, value in event["data"].items():
            if isinstance(value, str) and value and value not in said.setdefault(name, []):
                said[name].append(value)
    first = {name: values[0] for name, values in said.items()}
    caller = f"{first.get('name', '')} {first.get('calling', '')}".strip()
    told = [" - ".join(text for text in (caller, first.get("called") or first.get("dialled", "")) if text)]
    told += [", ".join(said.get("queue", []))]
    told += [_("agent {numbers}").format(numbers=", ".join(said["agent"]))] if "agent" in said else []
    return "; ".join(text for text in told if text)


def _scale(ms: int, room: int) -> str:
    """Times below the picture."""
    marks = max(2, room // 20)
    each = room // marks
    return "".join(fit(lasted(ms / 1000 * at / marks), each) for at in range(marks))
