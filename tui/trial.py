"""A caller of paper walks through a flow: what is said and done, and the keypad.

    person  0-9 * #  ──> flow.play ──> what is said then, the node that begins, what is waited for

Enter hears all that is said, and then is silent. Where the flow waits for an answer (of a database, of a number that is
called), a asks which. Before a break point: i into the next node, o over a sub-flow, u out of it, g on.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Log, Static

from core.api.errors import Refusal
from core.texts import N_, _
from tui.ask import Ask
from tui.columns import fit, plain
from tui.connection import Gone
from tui.draft import Edits
from tui.room import Screens

KEYS = {**{str(n): str(n) for n in range(10)}, "asterisk": "*", "number_sign": "#"}
WAITS = {
    "speaking": N_("it speaks: Enter hears it to the end, a key interrupts it"),
    "listening": N_("it listens: press keys; Enter is silent until its time is over"),
    "recording": N_("it records: a says how that ends"),
    "waiting": N_("it waits for an answer from elsewhere: a says which"),
    "resume": N_("it has stopped at a break point: i into, o over, u out, g on"),
}
"""What may be done, by what the flow waits for."""


class Trial(Screens):
    """edits: of the files; None: the newest edition is played. stops: break points, flow/node."""

    HELP_TEXT = N_(
        "You are the caller: press keys 0 to 9, * and #. Enter hears what is said to its end, and is silent where the"
        " flow listens. Databases and numbers are not asked: a says what they answer."
    )
    DEFAULT_CSS = """
    Trial Log { height: 1fr; background: $surface; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1; }
    Trial #waits { height: 1; background: $boost; color: $text-warning; text-style: bold; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", N_("Back")),
        *(Binding(key, f"press('{sign}')", show=False) for key, sign in KEYS.items()),
        Binding("enter", "press('')", N_("Listen")),
        Binding("h", "press('hangup')", N_("Hang up")),
        Binding("a", "answer", N_("Answer")),
        Binding("g", "press(':go')", N_("Go on")),
        Binding("i", "press(':into')", N_("Into")),
        Binding("o", "press(':over')", N_("Over")),
        Binding("u", "press(':out')", N_("Out")),
        Binding("v", "set", N_("Variable"), show=False),
        Binding("r", "again", N_("Again")),
    ]

    def __init__(self, flow: str, edits: Edits | None, stops: list[str]) -> None:
        super().__init__()
        self._flow, self._edits, self._stops = flow, edits, stops
        self._number = 0
        self.rows: list[str] = []

    def title_text(self) -> str:
        return self._flow

    def body(self) -> ComposeResult:
        yield Log(highlight=False)
        yield Static("", id="waits", markup=False)

    def on_mount(self) -> None:
        self.query_one(Log).focus()
        self.aside(self._begin)

    async def _begin(self) -> None:
        self.query_one(Log).clear()
        self.rows = []
        params: dict[str, Any] = {"flow": self._flow, "breaks": self._stops}
        if self._edits is not None:
            params["edits"] = self._edits
        try:
            begun = await self.box.ask("flow.simulate", **params)
        except (Refusal, Gone) as error:
            self._cannot(error)
            return
        self._number = begun["number"]
        self._told(begun["lines"], _("press keys, or Enter to listen"))

    async def _play(self, text: str) -> None:
        try:
            played = await self.box.ask("flow.play", number=self._number, input=text)
        except (Refusal, Gone) as error:
            self._cannot(error)
            return
        state = played["state"]
        ended, phase = state["ended"], state["waits_for"]
        waits = _("it has ended; r begins again") if ended else _(WAITS[phase])
        self._told([f"> {text or '...'}", *played["lines"]], waits)

    def _told(self, lines: list[str], waits: str) -> None:
        lines = [plain(line) for line in lines]
        self.rows += lines
        self.query_one(Log).write_lines(lines)
        self.query_one("#waits", Static).update(fit(plain(waits), max(0, self.size.width - 2)), layout=False)

    def _cannot(self, error: Refusal | Gone) -> None:
        if isinstance(error, Refusal):
            self.console.say_no(error)
        else:
            self.notify(_("The box went away before it answered."), severity="error", markup=False)

    def action_press(self, text: str) -> None:
        if self._number:
            self.aside(partial(self._play, text))

    def action_answer(self) -> None:
        about = _('done, failed, busy, talked, ... or an object as {"rows": 1}')

        def typed(text: str | None) -> None:
            if text is not None:
                self.action_press(text)

        self.app.push_screen(Ask(_("What is answered?"), about, "done"), typed)

    def action_set(self) -> None:
        def typed(text: str | None) -> None:
            if text:
                self.action_press(f":set {text}")

        self.app.push_screen(Ask(_("Variable"), _("Its name, a blank, and the expression: score score + 1")), typed)

    def action_again(self) -> None:
        self.aside(self._begin)

    def action_back(self) -> None:
        self.dismiss()
