"""The supervisor's desk: the team by what needs attention, and all that is done at an agent's call.

    l listen    nobody hears the supervisor         b barge in    all hear all
    w whisper   the agent alone hears him           i intercept   he takes the call, the agent is freed
    a answers a call for help (whispering)          t listens to a trunk line
    c ends the call for everybody in it

His telephone rings first; the box asks for none when the user's own is known (`hello`), else it is asked for once. What
is forced is the same as at `Agents`. Nothing is decided here: what cannot be, the box refuses with its reason.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from core.texts import N_, _
from tui import notices, tasks
from tui.agents import Agents
from tui.ask import Choose
from tui.columns import plain
from tui.dialogs import Question

ORDER = ("offered a call", "busy", "working after call", "not ready", "rest", "ready", "logged off")
"""Those in whose calls a supervisor may have something to do stand first; in a state, who is in it longest."""
ACTS = {
    "listen": N_("listens to {agent}"),
    "whisper": N_("whispers to {agent}"),
    "barge_in": N_("barges in on {agent}"),
    "intercept": N_("takes the call of {agent}"),
    "answer_help": N_("helps {agent}"),
}
MORE = {
    "bulletin": ("bulletin.publish", N_("A bulletin to all or to groups")),
    "note": ("note.send", N_("A note to the agent")),
    "receipts": ("notice.list", N_("Notes and bulletins: who has read them")),
    "order": ("recording.order_task", N_("Record his calls: order a task")),
    "tasks": ("recording.tasks", N_("Recording tasks: list, stop, delete")),
}
"""Behind one key: the act that it needs, and its name."""


class Team(Agents):
    ROOM = "team"
    HELP_TEXT = N_(
        "The team: who wants help first, then by state, the longest in a state first. In an agent's call: l listens"
        " unheard, w whispers to the agent alone, b barges in so that all hear all, i takes the call, c ends it; a"
        " answers a call for help. Your telephone rings first; lift it. In the call, another of these keys changes over"
        " at once. t listens to a trunk line. z: bulletins, notes and who has read them; tasks that record agents."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "force('ready')", N_("Ready"), show=False),
        Binding("n", "force('not ready')", N_("Not ready"), show=False),
        Binding("o", "force('log off')", N_("Log off"), show=False),
        Binding("s", "skill", N_("Skill"), show=False),
        Binding("l", "oversee('listen')", N_("Listen")),
        Binding("w", "oversee('whisper')", N_("Whisper")),
        Binding("b", "oversee('barge_in')", N_("Barge in")),
        Binding("i", "oversee('intercept')", N_("Take")),
        Binding("a", "oversee('answer_help')", N_("Answer help")),
        Binding("c", "clear", N_("End call")),
        Binding("t", "trunk", N_("Trunk")),
        Binding("z", "more", N_("All else")),
        Binding("p", "telephone", N_("My telephone"), show=False),
    ]

    def order(self, agent: dict[str, Any]) -> tuple[Any, ...]:
        state = agent["state"]
        asks = agent["help_since"]
        return (asks is None, asks or 0, ORDER.index(state) if state in ORDER else 0, agent["since"])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        agent = self.one()
        if action == "trunk":
            return self.box.may("trunk.listen") or None
        if action == "oversee" and parameters[0] == "answer_help" and (agent is None or agent["help_since"] is None):
            return None
        if action == "oversee":
            return (self.box.may(f"agent.{parameters[0]}") and agent is not None and bool(agent["calls"])) or None
        if action == "clear":
            return (self.box.may("call.clear") and agent is not None and bool(agent["calls"])) or None
        return super().check_action(action, parameters)

    def action_oversee(self, how: str) -> None:
        agent = self.one()
        if agent is None:
            return
        number, name = agent["number"], f"{agent['number']} {agent['name']}"

        def at(device: str) -> None:
            orders = [(f"agent.{how}", {"device": device, "agent": number})]
            done = _("telephone {device} {does}; lift it if it rings")
            self.console.order(orders, done.format(device=device, does=_(ACTS[how]).format(agent=name)))

        self.console.at_telephone(at)

    def action_more(self) -> None:
        agent = self.one()
        number = agent["number"] if agent is not None else ""
        does = {
            "bulletin": partial(notices.bulletin, self),
            "note": partial(notices.note, self, number),
            "receipts": partial(notices.receipts, self),
            "order": partial(tasks.order, self, number),
            "tasks": partial(tasks.tasks, self),
        }

        def chosen(what: str | None) -> None:
            if what:
                does[what]()

        options = {what: _(text) for what, (method, text) in MORE.items() if self.box.may(method)}
        if options:
            self.app.push_screen(Choose(_("What else?"), "", options), chosen)

    def action_telephone(self) -> None:
        self.console.ask_telephone(lambda device: None)

    def action_trunk(self) -> None:
        """To one that has a call just now."""
        calls = self.box.rows("calls").values()
        busy = {
            leg["device"]: f"{leg['device']}  {leg['name']} {leg['number']} - {_others(call, leg)}"
            for call in calls
            for leg in call["connections"]
            if leg["kind"] == "trunk" and leg["state"] == "connected"
        }
        if not busy:
            self.notify(_("No trunk line has a call."), markup=False)
            return

        def chosen(line: str | None) -> None:
            if line:
                self.console.at_telephone(lambda device: hear(device, line))

        def hear(device: str, line: str) -> None:
            does = _("listens to {agent}").format(agent=line)
            done = _("telephone {device} {does}; lift it if it rings").format(device=device, does=does)
            self.console.order([("trunk.listen", {"device": device, "line": line})], done)

        self.app.push_screen(Choose(_("Listen to which trunk line?"), "", dict(sorted(busy.items()))), chosen)

    def action_clear(self) -> None:
        agent = self.one()
        if agent is None or not agent["calls"]:
            return
        call = agent["calls"][0]

        def answered(yes: bool | None) -> None:
            if yes:
                self.console.order([("call.clear", {"call": call})], _("call {call} was cleared").format(call=call))

        parties = plain(self.others(agent))
        text = _("End the call of {agent} with {parties}? It ends for everybody in it.")
        self.app.push_screen(Question(text.format(agent=plain(agent["name"]), parties=parties)), answered)


def _others(call: dict[str, Any], leg: dict[str, Any]) -> str:
    others = (one for one in call["connections"] if one["device"] != leg["device"])
    return ", ".join(f"{one['name']} {one['number'] or one['device']}".strip() for one in others)
