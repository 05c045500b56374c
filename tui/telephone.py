"""The simulated telephones: one is chosen, lifted, dialled, and what one hears is to be read; the town calls in.

    telephones │ the one under the cursor: what it shows, hears, with whom it speaks
    ...        │ what was heard, oldest first          keypad
    ...        │
    ───────────┴──────────────────────────────────────────────
    the town: how many call by themselves, + and - turn it

Digits are keys of the telephone here; a telephone on its hook is lifted first, as one with a loudspeaker is. Rooms are
reached by Alt and their digit, and by Escape the first. Keys go out one after the other, however fast
they are pressed: the next begins when the sound of those before has ended.
"""

from __future__ import annotations

from collections import deque
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Log, Static

from core.api.errors import Refusal
from core.texts import N_, _, plural
from core.town_command import player, silent
from core.width import wrap
from hw import wall_clock
from tui.ask import AskAll
from tui.beside import Beside, beside
from tui.columns import fit, plain
from tui.connection import Gone
from tui.keypad import Keypad
from tui.live_table import Cell, Column, LiveTable, Row
from tui.places import first
from tui.room import Screens, clock
from tui.still import Still

KEYS = {**{digit: digit for digit in "0123456789"}, "asterisk": "*", "number_sign": "#"}
"""Of the toolkit, and of the telephone."""
STEPS = (0, 10, 30, 60, 120, 240, 480, 900, 1800)
"""Calls an hour, from key to key."""
HEARD_MOST = 300
KEYPAD_FROM = 100
"""Columns of the terminal; where there are fewer, what is heard needs the room."""
TONES = {
    "dial": N_("dial tone"),
    "special_dial": N_("special dial tone"),
    "ringback": N_("ring-back tone"),
    "busy": N_("busy tone"),
    "congestion": N_("congestion tone"),
    "vacant": N_("tone of a vacant number"),
    "special_information": N_("special information tone"),
    "call_waiting": N_("call waiting tone"),
    "howler": N_("howler: hang up"),
    "music": N_("music"),
    "ring-back music": N_("ring-back music"),
    "confirmation": N_("confirmation tone"),
    "prompting": N_("the tone to speak or dial after"),
    "greeting": N_("a greeting"),
    "message": N_("a message"),
    "recording": N_("a recording"),
}


def hears(row: dict[str, Any]) -> str:
    """Tone or words, as a person would say it; empty: nothing, or a person."""
    if row["words"]:
        return _('"{words}"').format(words=row["words"])
    return _(TONES[row["hears"]]) if row["hears"] in TONES else str(row["hears"]).replace("_", " ")


def state(row: dict[str, Any]) -> tuple[str, str]:
    """In a word, and its colour."""
    if row["rings"]:
        return _("rings"), "bad"
    if not row["off_hook"]:
        return "", "quiet"
    return (_("speaks"), "good") if row["with_whom"] else (_("lifted"), "busy")


def table_row(row: dict[str, Any]) -> Row:
    word, kind = state(row)
    lamp = "*" if row["lamp"] else " "
    return Row(
        (Cell(lamp, "busy"), Cell(row["number"], "head"), Cell(row["name"], "usual"), Cell(word, kind)),
        (row["number"],),
    )


class Telephone(Screens):
    ROOM = "telephone"
    TOPICS = ("telephones", "town")
    HELP_TEXT = N_(
        "Telephones of the simulated card. Choose one with the arrows; digits, * and # are its keys, Space lifts it and"
        " hangs it up. What one hears stands to the right, as text; s lets this machine play it."
        " + and - turn the town up and down: people who ring in by themselves. Alt and a digit leads to another screen."
    )
    DEFAULT_CSS = """
    Telephone LiveTable { width: 36; scrollbar-size-vertical: 0; }
    Telephone #one { border-left: tall $panel; }
    Telephone #card { height: 4; background: $boost; padding: 0 1; }
    Telephone #hears { height: 5; background: $surface; color: $text-accent; text-style: bold; padding: 0 1;
        border: round $accent 40%; border-title-color: $foreground 60%; }
    Telephone Log { height: 1fr; background: $surface; color: $foreground 80%; padding: 0 1;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; scrollbar-background: $surface; }
    Telephone Keypad { background: $surface; }
    Telephone #town { height: 2; background: $boost; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "hook", N_("Hook")),
        *(
            Binding(key, f"dial('{sign}')", N_("Keys of the telephone"), show=False, id=f"telephone.key_{sign}")
            for key, sign in KEYS.items()
        ),
        Binding("f", "flash", N_("Flash")),
        Binding("s", "sound", N_("Sound")),
        Binding("c", "call_in", N_("Call in")),
        Binding("e", "end", N_("End it")),
        Binding("plus,equals_sign", "turn(1)", N_("More"), key_display="+"),
        Binding("minus", "turn(-1)", N_("Fewer"), key_display="-"),
        Binding("escape", "back", N_("Back")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, deque[tuple[str, str]]] = {}
        """By telephone: when, and what was heard and done."""
        self._before: dict[str, dict[str, Any]] = {}
        self._dialled: dict[str, str] = {}
        self._keys: list[tuple[str, str]] = []
        """Telephone and key: pressed, and not sent yet."""
        self._sending = False
        self._sound: Beside | None = None
        self._calls: list[int] = []
        """That the town has made at our wish."""

    def body(self) -> ComposeResult:
        with Horizontal():
            yield LiveTable(
                (Column("", 1), Column("", 5), Column(N_("telephone"), 0), Column(N_("state"), 7)),
                N_("No card is simulated."),
            )
            with Vertical(id="one"):
                yield Still("", id="card", markup=False)
                yield Still("", id="hears", markup=False)
                with Horizontal():
                    yield Log(highlight=False, auto_scroll=True)
                    yield Keypad()
        yield Still("", id="town", markup=False)

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    @property
    def number(self) -> str:
        """Of the telephone under the cursor."""
        return self.table.cursor

    def on_mount(self) -> None:
        self.table.focus()
        self.query_one(Log).can_focus = False

    # ---- what the box tells ----

    def begin(self) -> None:
        rows = self.box.rows("telephones")
        self.table.keep(set(rows))
        self._listen(set(rows))
        self.table.flush()
        self._show_card()
        self._write_anew()
        self._show_town()

    def take(self, topic: str, keys: set[str]) -> None:
        if topic == "town":
            self._show_town()
            return
        self._listen(keys)
        if self.number in keys:
            self._show_card()

    def _listen(self, numbers: set[str]) -> None:
        for number in numbers:
            row = self.box.rows("telephones").get(number)
            if row is None:
                self.table.drop(number)
                continue
            self.table.put(number, table_row(row))
            for line in news(self._before.get(number), row):
                self._note(number, line)
            self._before[number] = row
            if not row["off_hook"]:
                self._dialled.pop(number, None)

    def _note(self, number: str, text: str) -> None:
        line = clock(wall_clock.utc().timestamp()), plain(text)
        self.heard.setdefault(number, deque(maxlen=HEARD_MOST)).append(line)
        if number == self.number:
            self.query_one(Log).write_lines(self._wrapped(*line))

    def _wrapped(self, when: str, text: str) -> list[str]:
        """Under its text, not under its time."""
        first, *more = wrap(text, max(12, self.query_one(Log).size.width - 10))
        return [f"{when} {first}", *(" " * 9 + part for part in more)]

    def _write_anew(self) -> None:
        log = self.query_one(Log)
        log.clear()
        log.write_lines([part for line in self.heard.get(self.number, ()) for part in self._wrapped(*line)])

    def _show_card(self) -> None:
        row = self.box.rows("telephones").get(self.number)
        card, heard = self.query_one("#card", Static), self.query_one("#hears", Static)
        heard.border_title = _("heard")
        if row is None:
            card.update("")
            heard.update("")
            return
        word, _kind = state(row)
        lamp = ", " + _("message waiting") if row["lamp"] else ""
        shown = _("on its display") + "  " + (row["shows"] or "-")
        dialled = _("keys pressed") + "  " + (self._dialled.get(self.number, "") or "-")
        width = max(20, card.size.width - 2)
        rows = (f"{row['number']}  {row['name']}", (word or _("on its hook")) + lamp, shown, dialled)
        text = Text("\n").join(Text(fit(plain(text), width)) for text in rows)
        text.stylize("bold", 0, len(row["number"]))
        card.update(text, layout=False)
        whom = _("speaks with {whom}").format(whom=row["with_whom"]) if row["with_whom"] else ""
        said = wrap(plain(hears(row)), width - 2) if hears(row) else []
        heard.update("\n".join([*([fit(plain(whom), width - 2)] if whom else []), *said][:3]), layout=False)

    def _show_town(self) -> None:
        town = self.box.rows("town").get("traffic")
        lines = []
        if town is not None:
            text = plural(
                "Town: {calls_per_hour} calls an hour to {number}; {callers} caller now, {made} calls so far",
                "Town: {calls_per_hour} calls an hour to {number}; {callers} callers now, {made} calls so far",
                town["callers"],
            )
            lines.append(text.format(**town) if town["number"] else _("Town: it has nobody to call"))
            there = ", ".join(f"{agent} ({device})" for agent, device in town["agents"].items())
            lines.append(_("Simulated agents: {agents}").format(agents=there or "-"))
        width = max(20, self.size.width - 2)
        self.query_one("#town", Static).update("\n".join(fit(plain(line), width) for line in lines), layout=False)

    def on_live_table_pointed(self) -> None:
        self._show_card()
        self._write_anew()
        self.refresh_bindings()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._paint_anew)

    def _paint_anew(self) -> None:
        self.query_one(Keypad).display = self.size.width >= KEYPAD_FROM
        self.call_after_refresh(self._write_anew)
        self._show_card()
        self._show_town()

    # ---- what one does ----

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        row = self.box.rows("telephones").get(self.number) if self.is_mounted else None
        match action:
            case "hook" | "dial":
                return (row is not None and self.box.may("town.lift")) or None
            case "flash":
                return (row is not None and row["off_hook"]) or None
            case "sound":
                return (row is not None and self.box.may("town.hear")) or None
            case "call_in" | "turn":
                return (row is not None and self.box.may("town.call")) or None
            case "end":
                return bool(self._calls) or None
        return True

    def on_live_table_chosen(self, event: LiveTable.Chosen) -> None:
        self.action_hook()

    def action_hook(self) -> None:
        row = self.box.rows("telephones").get(self.number)
        if row is not None:
            self._keys.clear()
            self._dialled.pop(self.number, None)
            act = "town.hang_up" if row["off_hook"] else "town.lift"
            self._ask(act, telephone=self.number)

    def action_flash(self) -> None:
        self._note(self.number, _("you flash"))
        self._dialled.pop(self.number, None)
        self._ask("town.flash", telephone=self.number)

    def on_keypad_pressed(self, event: Keypad.Pressed) -> None:
        self.action_dial(event.key)

    def action_dial(self, key: str) -> None:
        if not self.number:
            return
        self.query_one(Keypad).light(key)
        self._keys.append((self.number, key))
        self._dialled[self.number] = self._dialled.get(self.number, "") + key
        self._show_card()
        if not self._sending:
            self._sending = True
            self.run_worker(self._send())

    async def _send(self) -> None:
        """All that is pressed, until nothing is left."""
        try:
            while self._keys:
                number = self._keys[0][0]
                row = self.box.rows("telephones").get(number, {"off_hook": True})
                if not row["off_hook"]:
                    await self.box.ask("town.lift", telephone=number)
                    await self.box.ask("town.dial", telephone=number, digits=self._taken(number, ","))
                else:
                    await self.box.ask("town.dial", telephone=number, digits=self._taken(number))
        except Refusal as refused:
            self._keys.clear()
            self.console.say_no(refused)
        except Gone:
            self._keys.clear()
        finally:
            self._sending = False

    def _taken(self, number: str, before: str = "") -> str:
        """The keys of one telephone that were pressed one after the other. before: the pause for its dial tone."""
        taken = before
        while self._keys and self._keys[0][0] == number:
            taken += self._keys.pop(0)[1]
        return taken

    def action_call_in(self) -> None:
        self.run_worker(self._call_in())

    async def _call_in(self) -> None:
        try:
            town = await self.box.ask("town.list")
        except (Refusal, Gone):
            return
        number = town["traffic"]["number"]
        before = number[: -len(self.number)] if len(number) > len(self.number) else ""
        text = _("By: {ways}. People: {people} ...").format(
            ways=", ".join(town["ways"]), people=", ".join(town["people"][:4])
        )
        lines = (
            (_("by"), town["ways"][-1] if town["ways"] else ""),
            (_("number called"), before + self.number),
            (_("caller"), town["people"][0] if town["people"] else ""),
        )

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self.run_worker(self._called_in(*(value.strip() for value in values)))

        self.app.push_screen(AskAll(_("Somebody of the town calls"), text, lines), answered)

    async def _called_in(self, way: str, number: str, caller: str) -> None:
        try:
            answer = await self.box.ask("town.call", way=way, number=number, caller=caller)
        except Refusal as refused:
            self.console.say_no(refused)
        except Gone:
            return
        else:
            self._calls.append(answer["call"])
            self.refresh_bindings()

    def action_end(self) -> None:
        if self._calls:
            self._ask("town.end", call=self._calls.pop())
            self.refresh_bindings()

    def action_sound(self) -> None:
        """Again: it stops."""
        if self._sound is not None and self._sound.runs:
            self._sound.stop()
        else:
            self.run_worker(self._hear(self.number))

    async def _hear(self, number: str) -> None:
        if player("a") is None:
            error = silent()
            self.notify(f"{error}\n{error.action}", severity="error", markup=False)
            return
        self._sound = await beside("town", "hear", number, "--socket", str(self.box.path))
        self.notify(_("This machine plays what {number} hears; s again stops it.").format(number=number), markup=False)
        try:
            done, text = await self._sound.ended()
        finally:
            self._sound.stop()
        if not done and text:
            self.notify(text, severity="error", markup=False)

    def on_unmount(self) -> None:
        if self._sound is not None:
            self._sound.stop()

    def action_turn(self, by: int) -> None:
        town = self.box.rows("town").get("traffic")
        if town is None:
            return
        now = town["calls_per_hour"]
        more = [step for step in STEPS if step > now][:1] if by > 0 else [step for step in STEPS if step < now][-1:]
        if more:
            self._ask("town.traffic", calls_per_hour=more[0])

    def action_back(self) -> None:
        self.console.action_room(first(self.box.welcome.get("roles", ())))

    def _ask(self, act: str, **params: Any) -> None:
        self.run_worker(self._asking(act, params))

    async def _asking(self, act: str, params: dict[str, Any]) -> None:
        try:
            await self.box.ask(act, **params)
        except Refusal as refused:
            self.console.say_no(refused)
        except Gone:
            return  # the line of state says it


def news(before: dict[str, Any] | None, now: dict[str, Any]) -> list[str]:
    """What a person at the telephone notices."""
    if before is None:
        before = dict.fromkeys(now, "") | {"off_hook": now["off_hook"]}
    lines = []
    if now["rings"] and (not before["rings"] or now["shows"] != before["shows"]):
        lines.append(_("it rings: {shown}").format(shown=now["shows"] or _("no number shown yet")))
    elif before["rings"] and not now["rings"] and not now["off_hook"]:
        lines.append(_("it rings no more"))
    if now["off_hook"] != before["off_hook"]:
        lines.append(_("lifted") if now["off_hook"] else _("hung up"))
    if now["with_whom"] and now["with_whom"] != before["with_whom"]:
        lines.append(_("you speak with {whom}").format(whom=now["with_whom"]))
    if hears(now) and hears(now) != hears(before):
        lines.append(hears(now))
    return lines
