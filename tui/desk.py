"""The agent's desk: who one is, in which state and for how long, the calls in hand, and one key for every act.

    2001 Reception at 8001      READY 2:13                 after-call work counts down
    calls      one a line: the present one, held ones, what rings; below, what is known of the one under the cursor
    queues     that one serves: who waits, for how long; own figures of today

The telephone is the user's own (`hello`), else it is asked for once. What cannot be done now is dimmed; what the box
refuses is said with its reason. Nothing is decided here. Seconds are shown by the clock of this machine.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.texts import N_, _, plural
from hw import wall_clock
from tui import desk_more
from tui.agents import STATES
from tui.ask import Ask, AskAll
from tui.columns import fit, plain
from tui.live_table import Cell, Column, LiveTable, Row
from tui.room import Screens, clock, lasted, word

LIVELY = ("alerting", "connected", "initiated", "queued", "held", "fail")
"""The order of the calls in hand."""
ASKED: dict[str, tuple[str, str, str]] = {
    "consult": ("call.consult", N_("Whom do you consult? The caller hears music."), "number"),
    "call_out": ("call.make", N_("Call which number? Your telephone rings first."), "number"),
    "pick_up": ("call.pick_up", N_("At which telephone does it ring?"), "rang"),
    "digits": ("call.send_digits", N_("Digits into the call"), "digits"),
    "flow": ("flow.hand_over", N_("Into which flow? The caller comes back to you."), "flow"),
}
"""Acts with one word: the method, what is asked, and the name of the word."""
OF_CALL = ("call.consult", "call.send_digits")
OF_TALK = (
    *("alternate", "mute", "hold", "release", "transfer", "park", "start", "stop"),
    *("consult", "digits", "flow"),
)
"""Acts that want a call in hand."""
PLAIN = {
    "ready": "agent.ready",
    "extend": "agent.extend_work",
    "alternate": "call.alternate",
    "conference": "call.conference",
}
"""Acts at the telephone that need no more."""


def who(call: dict[str, Any], device: str) -> str:
    """The others in the call."""
    others = [leg for leg in call["connections"] if leg["device"] != device]
    people = [leg for leg in others if leg["kind"] != "service"] or others
    return ", ".join(f"{leg['number'] or leg['device']} {leg['name']}".strip() for leg in people) or call["called"]


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
    Desk LiveTable { height: 1fr; min-height: 4; }
    Desk #caller { height: 6; background: $surface; border: round $accent 40%; padding: 0 1; text-style: bold; }
    Desk #queues { height: 5; background: $boost; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", N_("Log on, off")),
        Binding("r", "plain('ready')", N_("Ready")),
        Binding("n", "not_ready", N_("Not ready")),
        Binding("h", "hold", N_("Hold")),
        Binding("e", "release", N_("End")),
        Binding("o", "asked('consult')", N_("Consult")),
        Binding("t", "transfer", N_("Transfer")),
        Binding("d", "asked('call_out')", N_("Call out")),
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
        Binding("z", "more", N_("More")),
        Binding("y", "telephone", N_("My telephone"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.device = ""
        """My telephone; empty: not known yet."""
        self._muted: set[int] = set()
        self._rang: set[int] = set()
        self._news: set[int] = set()

    def body(self) -> ComposeResult:
        yield Static("", id="me", markup=False)
        yield LiveTable(
            (Column("", 1), Column(N_("state"), 10), Column(N_("for"), 7, right=True), Column(N_("with"), 0)),
            N_("No call."),
        )
        yield Static("", id="caller", markup=False)
        yield Static("", id="queues", markup=False)

    def on_mount(self) -> None:
        self.query_one(LiveTable).focus()
        self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        if self.is_current and self.box.there:
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
                Cell(who(call, self.device), "head"),
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
        self._muted &= set(calls)
        table.flush()
        self._show()
        self.refresh_bindings()

    def on_live_table_pointed(self) -> None:
        self._show()

    def _show(self) -> None:
        me, now = self.me, wall_clock.utc().timestamp()
        line = self.query_one("#me", Static)
        sign, kind, _name = STATES.get(me["state"] if me else "logged off", STATES["logged off"])
        for name in ("good", "busy", "bad"):
            line.set_class(kind == name, name)
        line.update("\n".join(self._fitted(text) for text in self._about_me(me, sign, now)), layout=False)
        caller = self.query_one("#caller", Static)
        caller.border_title = _("caller")
        call = self.mine().get(int(self.query_one(LiveTable).cursor or 0))
        caller.update("\n".join(self._fitted(text) for text in self._about(call)) if call else "", layout=False)
        rows = [
            _("{name}: {waiting} wait, the longest {longest}; {ready} ready of {logged_on}").format(
                **{**row, "longest": lasted(row["longest_s"])}
            )
            for row in self.box.rows("queues").values()
            if me is None or row["name"] in me["queues"]
        ]
        self.query_one("#queues", Static).update("\n".join(self._fitted(row) for row in rows[:5]), layout=False)

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
        why = " ".join(filter(None, (me["reason"], me["by"] and _("(by {name})").format(name=me["by"]))))
        state += f", {why}" if why else ""
        then = STATES[me["pending"]][2] if me["pending"] in STATES else me["pending"]
        state += ", " + _("then: {state}").format(state=_(then)) if then else ""
        state += ", " + _("you ask for help") if me["help_since"] is not None else ""
        figures = _("today {offered} offered, {answered} answered, {missed} missed, {talk} talked")
        news = len(desk_more.unread(self))
        if news:
            first += ", " + plural("{n} new note: z", "{n} new notes: z", news).format(n=news)
        return [first, state, figures.format(**{**me, "talk": lasted(me["talk_s"])})]

    def _about(self, call: dict[str, Any]) -> list[str]:
        data = ", ".join(f"{name} {value}" for name, value in call["data"].items())
        muted = ", " + _("muted") if call["id"] in self._muted else ""
        return [
            who(call, self.device),
            _("called {called}, since {time}").format(called=call["called"], time=clock(call["begun"])) + muted,
            _("data: {data}").format(data=data or "-"),
            *(_("hears {what}").format(what=leg["hears"]) for leg in call["connections"] if leg["hears"]),
        ][:4]

    # ---- what may be done ----

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        me, there = self.me, bool(self.device)
        what = str(parameters[0]) if parameters else action
        state = me["state"] if me else ""
        talks = self.in_state("connected", "held", "initiated", "alerting") != 0
        can = {
            "log": True,
            "telephone": True,
            "ready": me is not None,
            "not_ready": me is not None,
            "rest": me is not None,
            "work": me is not None,
            "extend": state == "working after call",
            "help": me is not None,
            "call_out": there,
            "pick_up": there,
            "answer": self.in_state("alerting") != 0,
            "conference": self.in_state("held") != 0 and self.in_state("connected") != 0,
        }
        if what in can:
            return can[what] or None
        return (talks or None) if what in OF_TALK else True

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
        self._order(PLAIN[what], _("it is done"))

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
        on = call not in self._muted
        self._muted ^= {call}
        self._order(
            "call.mute", _("the caller does not hear you") if on else _("the caller hears you"), call=call, on=on
        )

    def action_release(self) -> None:
        call = self.in_state("connected", "initiated", "alerting", "fail") or self.in_state("held")
        self._order("connection.clear", _("you have left the call"), call=call)

    def action_park(self) -> None:
        self._order("call.park", _("the caller is parked"), call=self.in_state("connected"))

    def action_record(self, what: str) -> None:
        done = _("the call is recorded") if what == "start" else _("the call is recorded no more")
        self._order(f"recording.{what}", done, call=self.in_state("connected", "held"))

    def action_asked(self, what: str) -> None:
        method, title, name = ASKED[what]

        def answered(text: str | None) -> None:
            if text and text.strip():
                call = {"call": self.in_state("connected")} if method in OF_CALL else {}
                self._order(method, _("it is done"), **call, **{name: self._resolved(text.strip())})

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
