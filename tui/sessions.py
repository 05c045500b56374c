"""Callers who are in flows now: where, with which variables; stops them before a node, and goes on step by step.

A caller whose flow is stopped hears nothing until it goes on. What was entered in secret is masked by the box.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.api.errors import Refusal
from core.texts import N_, _
from core.width import wrap
from tui.ask import Ask, AskAll
from tui.columns import plain
from tui.connection import Gone
from tui.live_table import Cell, Column, LiveTable, Row
from tui.room import Screens, word
from tui.still import Still

AGAIN_S = 1.0
PHASES = (N_("speaking"), N_("listening"), N_("recording"), N_("waiting"))
"""As the box calls what a flow does."""


def session_row(one: dict[str, Any]) -> Row:
    where = " > ".join(f"{frame['flow']}/{frame['node']}" for frame in one["frames"])
    phase = _("stopped before {node}").format(node=one["next"]) if one["paused"] else word(one["phase"] or "busy")
    cells = (
        Cell(str(one["call"])),
        Cell(str(one["edition"]), "quiet"),
        Cell(where),
        Cell(phase, "bad" if one["paused"] else "good"),
        Cell(", ".join(one["breaks"]), "busy"),
    )
    return Row(cells, (one["call"],))


class Sessions(Screens):
    HELP_TEXT = N_(
        "Callers who are in flows now. b sets a break point: the caller hears nothing when the flow comes there, until"
        " you let it go on: g to the next break point, i node by node, o over sub-flows, u out of this one."
    )
    DEFAULT_CSS = """
    Sessions #detail { height: 6; background: $boost; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", N_("Back")),
        Binding("b", "stop", N_("Break point")),
        Binding("g", "resume('go')", N_("Go on")),
        Binding("i", "resume('into')", N_("Into")),
        Binding("o", "resume('over')", N_("Over")),
        Binding("u", "resume('out')", N_("Out")),
        Binding("v", "assign", N_("Variable")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._sessions: dict[str, dict[str, Any]] = {}

    def title_text(self) -> str:
        return _("Live calls")

    def body(self) -> ComposeResult:
        columns = Column(N_("call"), 7, right=True), Column(N_("edition"), 7, right=True), Column(N_("where"), 0)
        shown = (*columns, Column(N_("state"), 18), Column(N_("stops at"), 16))
        yield LiveTable(shown, N_("Nobody is in a flow."))
        yield Still("", id="detail", markup=False)

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    def on_mount(self) -> None:
        self.table.focus()
        self.every(AGAIN_S, self.begin)

    def begin(self) -> None:
        self.aside(self._read, "look")

    async def _read(self) -> None:
        try:
            found = (await self.box.ask("flow.sessions"))["sessions"]
        except (Gone, Refusal):
            return  # the line of state says it, and it is asked again
        self._sessions = {str(one["call"]): one for one in found}
        self.table.keep(set(self._sessions))
        for key, one in self._sessions.items():
            self.table.put(key, session_row(one))
        self.table.flush()
        self._show_detail()

    def _show_detail(self) -> None:
        one = self._sessions.get(self.table.cursor)
        lines = []
        if one is not None:
            for frame in one["frames"]:
                values = ", ".join(f"{name} = {value}" for name, value in frame["variables"].items() if value)
                lines.append(f"{frame['flow']}/{frame['node']}: {values}")
            lines.append(_("came through: {nodes}").format(nodes=" ".join(one["nodes"])))
        width = max(20, self.size.width - 2)
        told = [row for line in lines for row in wrap(plain(line), width)]
        self.query_one("#detail", Static).update("\n".join(told), layout=False)

    def on_live_table_pointed(self, event: LiveTable.Pointed) -> None:
        self._show_detail()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        methods = {"stop": "flow.break", "resume": "flow.resume", "assign": "flow.assign"}
        return self.box.may(methods[action]) or None if action in methods else True

    def _order(self, method: str, done: str, **params: Any) -> None:
        if self.table.cursor:
            self.console.order([(method, {"call": int(self.table.cursor), **params})], done)

    def action_stop(self) -> None:
        one = self._sessions.get(self.table.cursor)
        if one is None:
            return
        flow = one["frames"][-1]["flow"] if one["frames"] else ""

        def typed(text: str | None) -> None:
            if text is None:
                return
            name, _slash, node = text.strip().partition("/")
            on = text.strip() not in one["breaks"]
            done = _("break point {name} is set") if on else _("break point {name} is taken away")
            self._order("flow.break", done.format(name=text.strip()), flow=name, node=node, on=on)

        about = _("flow/node; flow/ for every node of it. One that is set is taken away.")
        self.app.push_screen(Ask(_("Break point"), about, f"{flow}/"), typed)

    def action_resume(self, how: str) -> None:
        self._order("flow.resume", _("it goes on"), how=how)

    def action_assign(self) -> None:
        def typed(lines: tuple[str, ...] | None) -> None:
            if lines is not None:
                variable, expression = (line.strip() for line in lines)
                self._order(
                    "flow.assign", _("{name} is set").format(name=variable), variable=variable, expression=expression
                )

        if self.table.cursor:
            self.app.push_screen(AskAll(_("Variable"), "", [(_("name"), ""), (_("expression"), "")]), typed)

    def action_back(self) -> None:
        self.dismiss()
