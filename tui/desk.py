"""The agent's desk: who one is, in which state and for how long, the calls in hand, and one key for every act.

    2001 Reception at 8001      READY 2:13                 after-call work counts down
    calls      one a line: the present one, held ones, what rings
    caller     of the call under the cursor, all that is known, without a key pressed (caller.py); no call: what is new
    queues     that one serves: who waits, for how long
    keys       that the last line has no room for, where the terminal is high enough

The telephone is the user's own (`hello`), else it is asked for once. What cannot be done now is dimmed; what the box
refuses is said with its reason. Nothing is decided here. Seconds are shown by the clock of this machine.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core import causes
from core.api.errors import Refusal
from core.texts import N_, _, plural
from core.width import wrap
from hw import wall_clock
from tui import caller, desk_more
from tui.agents import STATES
from tui.ask import Ask, AskAll
from tui.columns import fit, plain
from tui.connection import Gone
from tui.live_table import Cell, Column, LiveTable, Row
from tui.room import Screens, clock, lasted, word
from tui.still import Still

LIVELY = ("alerting", "connected", "initiated", "queued", "held", "fail")
"""The order of the calls in hand."""
ASKED = {
    "consult": ("call.consult", N_("Whom do you consult? The caller hears music."), "number", N_("it rings there")),
    "call_out": (
        "call.make",
        N_("Call which number? Your telephone rings first."),
        "number",
        N_("your telephone rings: lift it"),
    ),
    "pick_up": ("call.pick_up", N_("At which telephone does it ring?"), "rang", N_("your telephone rings: lift it")),
    "digits": ("call.send_digits", N_("Digits into the call"), "digits", N_("the digits are sent")),
    "flow": (
        "flow.hand_over",
        N_("Into which flow? The caller comes back to you."),
        "flow",
        N_("the caller is in the flow"),
    ),
}
"""Acts with one word: the method, what is asked, the name of the word, and what is so then."""
OF_CALL = ("call.consult", "call.send_digits")
WANT: dict[str, tuple[str, ...]] = {
    "hold": ("connected", "held"),
    "release": ("connected", "held", "initiated", "alerting", "fail"),
    "answer": ("alerting",),
    **dict.fromkeys(("mute", "park", "consult", "digits", "flow"), ("connected",)),
    **dict.fromkeys(("transfer", "start", "stop"), ("connected", "held")),
}
"""Acts that want a call of mine in one of these states."""
PLAIN = {
    "ready": ("agent.ready", N_("calls come to you")),
    "extend": ("agent.extend_work", N_("after-call work lasts longer")),
    "alternate": ("call.alternate", N_("the other call")),
    "conference": ("call.conference", N_("all three speak with each other")),
}
"""Acts at the telephone that need no more."""
HIGH = 30
"""Lines of the terminal from which all keys stand on the desk."""
QUIET_LINES = 4
"""Of the caller's panel, at least; the calls have the rest."""
PAST = 10
"""Calls of the caller that are over, to be shown."""


class Desk(Screens):
    ROOM = "desk"
    TOPICS = ("agents", "calls", "queues", "notices")
    HELP_TEXT = N_(
        "Your desk. l logs you on at your telephone and off; r ready, n not ready, b rest, w after-call work and its"
        " end. A call that rings you take by lifting your telephone. h holds and takes back, o consults, t transfers:"
        " to the one you consult, else to a number. Arrows choose among your calls."
    )
    DEFAULT_CSS = """
    Desk #me { height: 3; background: $boost; padding: 0 1; text-style: bold; }
    Desk #me.good { color: $text-success; }
    Desk #me.busy { color: $text-warning; }
    Desk #me.bad { background: $error; color: $text; }
    Desk LiveTable { height: 4; }
    Desk #caller { height: 1fr; min-height: 6; background: $surface; border: round $accent 40%; padding: 0 1;
        text-wrap: nowrap; border-title-color: $foreground 60%; border-subtitle-color: $text-warning; }
    Desk #queues { height: auto; max-height: 6; background: $boost; padding: 0 1; }
    Desk #keys { height: auto; max-height: 4; background: $panel; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", N_("Log on, off"), show=False),
        Binding("r", "plain('ready')", N_("Ready")),
        Binding("n", "not_ready", N_("Not ready")),
        Binding("h", "hold", N_("Hold")),
        Binding("e", "release", N_("End")),
        Binding("o", "asked('consult')", N_("Consult")),
        Binding("t", "transfer", N_("Transfer")),
        Binding("d", "asked('call_out')", N_("Call out"), show=False),
        Binding("b", "rest", N_("Rest, its end"), show=False),
        Binding("w", "work", N_("After-call work, its end"), show=False),
        Binding("plus,equals_sign", "plain('extend')", N_("Longer after-call work"), show=False),
        Binding("a", "answer", N_("Take the waiting call"), show=False),
        Binding("m", "mute", N_("Mute, and not"), show=False),
        Binding("v", "plain('alternate')", N_("The other call"), show=False),
        Binding("c", "plain('conference')", N_("Three-party"), show=False),
        Binding("i", "asked('digits')", N_("Digits"), show=False),
        Binding("p", "asked('pick_up')", N_("Pick up"), show=False),
        Binding("q", "park", N_("Park"), show=False),
        Binding("s", "record('start')", N_("Record"), show=False),
        Binding("x", "record('stop')", N_("Record no more"), show=False),
        Binding("f", "asked('flow')", N_("Into a flow"), show=False),
        Binding("u", "help", N_("Ask for help, and no more"), show=False),
        Binding("z", "more", N_("All else")),
        Binding("y", "telephone", N_("My telephone"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.device = ""
        """My telephone; empty: not known yet."""
        self._known: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
        """By call: what `call.information` and `customer.get` say."""
        self._asked: set[tuple[int, str, str]] = set()
        """Of which call it was asked, in which state of mine, with which data."""
        self._last: list[caller.Piece] = []
        """Of the caller that was shown last: he is written about in after-call work."""
        self._rang: set[int] = set()
        self._news: set[int] = set()

    def body(self) -> ComposeResult:
        yield Still("", id="me", markup=False)
        yield LiveTable(
            (Column("", 1), Column(N_("state"), 10), Column(N_("for"), 7, right=True), Column(N_("with"), 0)),
            N_("No call."),
        )
        yield Still("", id="caller", markup=False)
        yield Still("", id="queues", markup=False)
        yield Still("", id="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(LiveTable).focus()
        self.every(1.0, self._tick)

    def _tick(self) -> None:
        if self.box.there:
            self._show()

    # ---- what is there ----

    @property
    def me(self) -> dict[str, Any] | None:
        """My row; None: nobody is logged on at my telephone."""
        return next(
            (row for row in self.box.rows("agents").values() if self.device and row["device"] == self.device), None
        )

    def mine(self) -> dict[int, dict[str, Any]]:
        """Calls in which my telephone is, with its half as `mine`."""
        found = {}
        for call in self.box.rows("calls").values():
            half = next((leg for leg in call["connections"] if leg["device"] == self.device), None)
            if half is not None:
                found[call["id"]] = {**call, "mine": half}
        return found

    def in_state(self, *states: str) -> int:
        """A call of mine in one of these; 0: there is none."""
        calls = self.mine()
        here = int(self.query_one(LiveTable).cursor or 0)
        fitting = [number for number, call in calls.items() if call["mine"]["state"] in states]
        return here if here in fitting else next(iter(fitting), 0)

    def begin(self) -> None:
        self.device = self.device or next(iter(self.box.welcome.get("stations", ())), "")
        self._fill()

    def take(self, topic: str, keys: set[str]) -> None:
        self._fill()

    def _fill(self) -> None:
        table, calls = self.query_one(LiveTable), self.mine()
        table.keep({str(number) for number in calls})
        for number, call in calls.items():
            state = call["mine"]["state"]
            kind = {"alerting": "bad", "connected": "good", "held": "busy"}.get(state, "usual")
            sign = {"alerting": "@", "connected": "*", "held": "="}.get(state, " ")
            cells = (
                Cell(sign, kind),
                Cell(word(state), kind),
                Cell(lasted(wall_clock.utc().timestamp() - call["mine"]["since"]), "quiet"),
                Cell(caller.who(call, self.device), "head"),
            )
            table.put(str(number), Row(cells, (LIVELY.index(state) if state in LIVELY else 9, number)))
        news = {row["id"] for row in desk_more.unread(self)}
        if news - self._news:
            self.app.bell()
        self._news = news
        ringing = {number for number, call in calls.items() if call["mine"]["state"] == "alerting"}
        if ringing - self._rang:
            self.app.bell()
        self._rang = ringing
        self._learn(calls)
        table.styles.height = min(max(4, len(calls) + 1), 8)
        table.flush()
        self._show()
        self.refresh_bindings()

    def _learn(self, calls: dict[int, dict[str, Any]]) -> None:
        """Asks about what has come, and again when its state or its data are others."""
        now = {(number, call["mine"]["state"], str(call["data"])) for number, call in calls.items()}
        new, self._asked = now - self._asked, now
        self._known = {number: known for number, known in self._known.items() if number in calls}
        if self.box.may("call.information"):
            for number in {number for number, _state, _data in new}:
                self.aside(partial(self._ask_about, number))

    async def _ask_about(self, number: int) -> None:
        file: dict[str, Any] = {}
        try:
            known = await self.box.ask("call.information", device=self.device, call=number)
            if known["number"] and self.box.may("customer.get"):
                file = await self.box.ask("customer.get", number=known["number"], contacts=PAST)
        except (Refusal, Gone):
            return  # it has gone meanwhile, or the line of state says why
        if number in self.mine():
            self._known[number] = known, file
            self._show()

    def pieces(self, number: int) -> list[caller.Piece]:
        """What is known of a call of mine; nothing: it has gone."""
        call = self.mine().get(number)
        return caller.pieces(call, self.device, *self._known.get(number, ({}, {}))) if call else []

    def on_live_table_pointed(self) -> None:
        self._show()
        self.refresh_bindings()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        me, now = self.me, wall_clock.utc().timestamp()
        line = self.query_one("#me", Static)
        sign, kind, _name = STATES.get(me["state"] if me else "logged off", STATES["logged off"])
        for name in ("good", "busy", "bad"):
            line.set_class(kind == name, name)
        line.update("\n".join(self._fitted(text) for text in self._about_me(me, sign, now)), layout=False)
        self._show_caller()
        queues = [row for row in self.box.rows("queues").values() if me is None or row["name"] in me["queues"]]
        queues.sort(key=lambda row: (-row["longest_s"], row["name"]))
        rows = [
            _("{name}: {waiting} wait, the longest {longest}; {ready} ready of {logged_on}").format(
                **{**row, "longest": lasted(row["longest_s"])}
            )
            for row in queues[: 2 if self.size.height < HIGH else 6]
        ]
        self._put("#queues", "\n".join(self._fitted(row) for row in rows))
        self._put("#keys", self._keys() if self.size.height >= HIGH else "")

    def _put(self, name: str, text: str | Text) -> None:
        """Lays out anew only where there is another number of lines."""
        panel = self.query_one(name, Static)
        lines = str(text).count("\n") + 1 if text else 0
        panel.display = bool(lines)
        panel.update(text, layout=lines != panel.size.height)

    def _show_caller(self) -> None:
        """Of the call under the cursor; while there is none, what is new for whoever sits here."""
        panel = self.query_one("#caller", Static)
        wide, high = max(20, self.size.width - 4), max(QUIET_LINES, panel.size.height)
        told, me = self.pieces(int(self.query_one(LiveTable).cursor or 0)), self.me
        title = _("caller")
        if told:
            self._last = told
        elif me is not None and me["state"] == "working after call":
            told, title = self._last, _("the last caller")
        news = [] if told else desk_more.unread(self)
        if told:
            shown = caller.lines(told, wide)
        elif news:
            title = _("new for you")
            shown = [fit(plain(f"{clock(one['at'])}  {one['by']}: {one['text']}"), wide) for one in reversed(news)]
        else:
            shown = wrap(_("Here stands who calls, which way he came and what is known of him."), wide)
        panel.border_title = title
        panel.border_subtitle = _("more: z") if len(shown) > high else ""
        text = Text("\n".join(shown[:high]))
        if told:
            text.stylize("bold", 0, len(shown[0]))
        elif not news:
            text.stylize("dim")
        panel.update(text, layout=False)

    def _keys(self) -> Text:
        """The keys that the last line does not show, dimmed where nothing can be done now."""
        text, used, room = Text(), 0, max(20, self.size.width - 2)
        for _node, binding, enabled, _tip in self.active_bindings.values():
            if binding.show or not (binding.id or "").startswith("desk.") or binding.key == "equals_sign":
                continue
            key, words = self.app.get_key_display(binding), f" {plain(binding.description)}"
            wide = cell_len(key + words)
            if used and used + 2 + wide > room:
                text, used = text.append("\n"), 0
            elif used:
                text, used = text.append("  "), used + 2
            text.append(key, "bold" if enabled else "dim").append(words, "" if enabled else "dim")
            used += wide
        return text

    def _fitted(self, text: str) -> str:
        return fit(plain(text), max(20, self.size.width - 4))

    def _about_me(self, me: dict[str, Any] | None, sign: str, now: float) -> list[str]:
        if not self.device:
            return [_("At which telephone are you? y tells it.")]
        if me is None:
            return [_("Nobody is logged on at {device}: l logs you on.").format(device=self.device)]
        first = _("{number} {name} at {device}").format(**me)
        name = STATES[me["state"]][2] if me["state"] in STATES else me["state"]
        state = f"{sign} {_(name)} {lasted(now - me['since'])}"
        if me["until"] is not None:
            state += ", " + _("{left} left").format(left=lasted(me["until"] - now))
        why = " ".join(
            filter(None, (causes.why(me["reason"] or ""), me["by"] and _("(by {name})").format(name=me["by"])))
        )
        state += f", {why}" if why else ""
        then = STATES[me["pending"]][2] if me["pending"] in STATES else me["pending"]
        state += ", " + _("then: {state}").format(state=_(then)) if then else ""
        state += ", " + _("you ask for help") if me["help_since"] is not None else ""
        figures = _("today {offered} offered, {answered} answered, {missed} missed, {talk} talked")
        news = len(desk_more.unread(self))
        if news:
            first += ", " + plural("{n} new note: z", "{n} new notes: z", news).format(n=news)
        return [first, state, figures.format(**{**me, "talk": lasted(me["talk_s"])})]

    # ---- what may be done ----

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        me, there = self.me, bool(self.device)
        what = str(parameters[0]) if parameters else action
        state = me["state"] if me else ""
        if what in WANT:
            return self.in_state(*WANT[what]) != 0 or None
        two = len(self.mine()) > 1 and self.in_state("held") != 0
        can = {
            "ready": me is not None and state != "ready",
            **dict.fromkeys(("not_ready", "rest", "work", "help"), me is not None),
            "extend": state == "working after call",
            **dict.fromkeys(("call_out", "pick_up"), there),
            "alternate": two,
            "conference": two and self.in_state("connected") != 0,
        }
        return can.get(what, True) or None

    def _order(self, method: str, done: str, **params: Any) -> None:
        self.console.order([(method, {"device": self.device, **params})], done)

    def action_more(self) -> None:
        desk_more.choose(self)

    def action_telephone(self) -> None:
        self.console.ask_telephone(self._sit)

    def _sit(self, device: str) -> None:
        self.device = device
        self._fill()

    def action_log(self) -> None:
        if self.me is not None:
            self._order("agent.log_off", _("you are logged off"))
            return
        self.console.at_telephone(self._log_on)

    def _log_on(self, device: str) -> None:
        self._sit(device)

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None and values[0].strip():
                agent, pin = (value.strip() for value in values)
                self._order("agent.log_on", _("you are logged on"), agent=agent, pin=pin)

        lines = ((_("agent"), ""), (_("PIN"), ""))
        title = _("Log on at {device}").format(device=device)
        self.app.push_screen(AskAll(title, _("Without a PIN its line stays empty."), lines), answered)

    def action_plain(self, what: str) -> None:
        method, done = PLAIN[what]
        self._order(method, _(done))

    def _with_reason(self, method: str, title: str, done: str) -> None:
        def answered(reason: str | None) -> None:
            if reason is not None:
                self._order(method, done, reason=reason.strip())

        self.app.push_screen(Ask(title, _("The reason; it may stay empty.")), answered)

    def action_not_ready(self) -> None:
        self._with_reason("agent.not_ready", _("Not ready"), _("no calls come any more"))

    def action_rest(self) -> None:
        me = self.me
        if me is not None and me["state"] == "rest":
            self._order("agent.end_rest", _("your rest is over"))
        else:
            self._with_reason("agent.rest", _("Rest"), _("you have your rest"))

    def action_work(self) -> None:
        me = self.me
        if me is not None and me["state"] == "working after call":
            self._order("agent.end_work", _("after-call work is over"))
        else:
            self._order("agent.work", _("after-call work"))

    def action_help(self) -> None:
        me = self.me
        if me is not None and me["help_since"] is not None:
            self._order("agent.end_help", _("you need no help any more"))
        else:
            self._with_reason("agent.ask_help", _("Ask your supervisor for help"), _("your supervisor is asked"))

    def action_answer(self) -> None:
        self._order("call.answer", _("the call is yours"), call=self.in_state("alerting"))

    def action_hold(self) -> None:
        talking, held = self.in_state("connected"), self.in_state("held")
        if talking and not held:
            self._order("call.hold", _("the caller hears music"), call=talking)
        elif held and not talking:
            self._order("call.retrieve", _("you are connected again"), call=held)
        else:
            self._order("call.alternate", _("the other call"))

    def action_mute(self) -> None:
        call = self.in_state("connected")
        on = not self.mine()[call]["mine"]["muted"]
        self._order(
            "call.mute", _("the caller does not hear you") if on else _("the caller hears you"), call=call, on=on
        )

    def action_release(self) -> None:
        call = self.in_state("connected", "initiated", "alerting", "fail") or self.in_state("held")
        self._order("connection.clear", _("you have left the call"), call=call)

    def action_park(self) -> None:
        self.aside(partial(self._park, self.in_state("connected")))

    async def _park(self, call: int) -> None:
        """Whoever is to have him must be told where he is."""
        try:
            parked = await self.box.ask("call.park", device=self.device, call=call)
        except Refusal as refused:
            self.console.say_no(refused)
        except Gone:
            self.notify(_("The box went away before it answered."), severity="error", markup=False)
        else:
            self.notify(_("the caller is parked at {orbit}").format(orbit=parked["orbit"]), markup=False)

    def action_record(self, what: str) -> None:
        done = _("the call is recorded") if what == "start" else _("the call is recorded no more")
        self._order(f"recording.{what}", done, call=self.in_state("connected", "held"))

    def action_asked(self, what: str) -> None:
        method, title, name, done = ASKED[what]

        def answered(text: str | None) -> None:
            if text and text.strip():
                call = {"call": self.in_state("connected")} if method in OF_CALL else {}
                self._order(method, _(done), **call, **{name: self._resolved(text.strip())})

        self.app.push_screen(Ask(_(title)), answered)

    def action_transfer(self) -> None:
        """To the one who is consulted; else to a number: of a telephone, an agent, a queue, a flow."""
        if self.in_state("held") and len(self.mine()) > 1:
            self._order("call.transfer", _("the call is transferred"))
            return

        def answered(number: str | None) -> None:
            if number and number.strip():
                to = self._resolved(number.strip())
                self._order(
                    "call.blind_transfer", _("the call is transferred"), call=self.in_state("connected"), number=to
                )

        self.app.push_screen(
            Ask(_("Transfer to"), _("A number: of a telephone, an agent, a queue, a flow, or outside.")), answered
        )

    def _resolved(self, number: str) -> str:
        """An agent's number is that of his telephone, and a queue's name its number."""
        agent = self.box.rows("agents").get(number)
        queue = self.box.rows("queues").get(number)
        return (agent and agent["device"]) or (queue and queue["number"]) or number
