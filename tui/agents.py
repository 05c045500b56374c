"""The agents: state, since when and why, with whom, what they did today; and what is done for one of them.

Who may force does it with a key: ready, not ready, rest, after-call work, log off; skills are changed here, too. What
an agent's state does not allow, the box refuses with its reason. `Team` (tui/team.py) is the same table, sorted by what
needs a supervisor.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from core import causes
from core.api.errors import Refusal
from core.texts import N_, _
from hw import wall_clock
from tui.ask import Ask, AskAll, Choose
from tui.columns import plain
from tui.connection import Gone
from tui.day import Today, local
from tui.live_table import Cell, Column, Row
from tui.plot import DayPlot, Series
from tui.room import Room, lasted

REST_S = 0.3
"""The cursor must rest so long before the box is asked about an agent."""
WIDE = 110
HELP = "H"
"""The lamp of an agent who asks for help."""
STATES = {
    "ready": ("+", "good", N_("ready")),
    "offered a call": ("@", "busy", N_("is rung")),
    "busy": ("*", "busy", N_("in a call")),
    "working after call": ("w", "head", N_("after-call")),
    "not ready": ("-", "bad", N_("not ready")),
    "rest": ("z", "quiet", N_("rest")),
    "logged off": (" ", "quiet", N_("logged off")),
}
"""By state: lamp, colour, and what people call it."""
FORCED = {
    "ready": N_("ready"),
    "not ready": N_("not ready"),
    "rest": N_("rest"),
    "end of rest": N_("end of rest"),
    "after-call work": N_("after-call work"),
    "end of after-call work": N_("end of after-call work"),
    "log off": N_("log off"),
}


def seconds_since(utc_s: float) -> float:
    return wall_clock.utc().timestamp() - utc_s


class Agents(Room):
    ROOM = "agents"
    TOPICS = ("agents", "calls")
    TICKS = True
    HELP_TEXT = N_(
        "Each agent with state, since when, why, with whom, and what came of today's offers. The lamp at the left: +"
        " ready, @ is rung, * in a call, H wants help, w after-call work, - not ready, z at rest. What is forced, the"
        " agent sees with the supervisor's name. Below, how the agent's day went."
    )
    EMPTY = N_("There are no agents.")
    COLUMNS = (
        Column("", 1),
        Column(N_("agent"), 6),
        Column(N_("name"), 0),
        Column(N_("team"), 10, wide=WIDE),
        Column(N_("state"), 10),
        Column(N_("for"), 7, right=True),
        Column(N_("with, why"), 18),
        Column(N_("done"), 5, right=True),
        Column(N_("missed"), 6, right=True),
        Column(N_("talk"), 7, right=True),
    )
    DEFAULT_CSS = """
    Agents #below, Team #below { height: 30%; min-height: 9; background: $boost; }
    Agents #detail, Team #detail { width: 1fr; height: 1fr; background: $boost; }
    Agents DayPlot, Team DayPlot { width: 1fr; height: 1fr; background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "force('ready')", N_("Ready")),
        Binding("n", "force('not ready')", N_("Not ready")),
        Binding("o", "force('log off')", N_("Log off")),
        Binding("f", "choose_force", N_("Force ...")),
        Binding("s", "skill", N_("Skill")),
        Binding("q", "queue", N_("Queue")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._today = Today(self.box, "agents")

    def below(self) -> Widget:
        return Horizontal(
            Static("", id="detail", markup=False), DayPlot(N_("Not logged on today."), id="plot"), id="below"
        )

    # ---- rows ----

    def fill(self) -> None:
        agents = self.box.rows("agents")
        self.table.keep(set(agents))
        self._put(agents)
        self.show_state()

    def take(self, topic: str, keys: set[str]) -> None:
        if topic == "agents":
            self._put(keys)
            self.state_changed()

    def ticked(self) -> None:
        self._put(self.table.seen())
        self.show_detail()

    def _put(self, keys: Any) -> None:
        for key in keys:
            agent = self.box.rows("agents").get(key)
            if agent is None:
                self.table.drop(key)
            else:
                self.table.put(key, self.row(agent))

    def row(self, agent: dict[str, Any]) -> Row:
        lamp, kind, words = STATES.get(agent["state"], ("?", "bad", agent["state"]))
        if agent["help_since"] is not None:
            lamp, kind, words = HELP, "bad", N_("wants help")
        there = agent["state"] != "logged off"
        return Row(
            (
                Cell(lamp, kind),
                Cell(agent["number"], "usual" if there else "quiet"),
                Cell(agent["name"], "usual" if there else "quiet"),
                Cell(agent["group"], "quiet"),
                Cell(_(words), kind),
                Cell(lasted(seconds_since(agent["since"])) if there else "", kind),
                Cell(self.about(agent), "quiet" if not agent["calls"] else "usual"),
                Cell(str(agent["answered"])),
                Cell(str(agent["missed"]), "bad" if agent["missed"] else "quiet"),
                Cell(lasted(agent["talk_s"])),
            ),
            self.order(agent),
        )

    def order(self, agent: dict[str, Any]) -> tuple[Any, ...]:
        return (agent["state"] == "logged off", agent["number"])

    def about(self, agent: dict[str, Any]) -> str:
        """For what he wants help, with whom he speaks, or why he does not."""
        if agent["help"]:
            return str(agent["help"])
        others = self.others(agent)
        if others:
            return others
        if agent["pending"]:
            return _("then {state}").format(state=_(STATES.get(agent["pending"], ("", "", agent["pending"]))[2]))
        if agent["until"] is not None:
            return _("{time} left").format(time=lasted(-seconds_since(agent["until"])))
        return causes.why(agent["reason"] or "")

    def others(self, agent: dict[str, Any]) -> str:
        """Who is in his calls beside him, as far as this user may know."""
        calls = [self.box.rows("calls").get(str(call)) for call in agent["calls"] or [agent["offer"]]]
        legs = [leg for call in calls if call for leg in call["connections"] if leg["kind"] in ("station", "trunk")]
        legs = [leg for leg in legs if leg["device"] != agent["device"]]
        return ", ".join(f"{leg['name']} {leg['number'] or leg['device']}".strip() for leg in legs)

    # ---- below the table, and in the line of state ----

    def _state(self, status: dict[str, Any]) -> str:
        counted = Counter(agent["state"] for agent in self.box.rows("agents").values())
        if not self.box.there or not counted:
            return super()._state(status)
        alarms = self.cry(self.box.rows("agents").values())
        alarms += "! " + _("{alarms} alarms").format(**status) + "   " if status.get("alarms") else ""
        return alarms + "  ".join(
            f"{lamp} {_(words)} {counted[state]}" for state, (lamp, _kind, words) in STATES.items() if counted[state]
        )

    @staticmethod
    def cry(agents: Iterable[dict[str, Any]]) -> str:
        """Who wants help, before everything else; empty: nobody."""
        wanting = [f"{agent['number']} {agent['name']}" for agent in agents if agent["help_since"] is not None]
        return _("HELP WANTED: {who}").format(who=", ".join(wanting)) + "   " if wanting else ""

    def show_detail(self) -> None:
        super().show_detail()
        if self.table.cursor:
            self.aside(partial(self._show_day, self.table.cursor), "below")

    async def _show_day(self, number: str) -> None:
        plot = self.query_one(DayPlot)
        if not self._today.there:
            plot.show((), (), N_("This box makes no reports for you."))
            return
        await asyncio.sleep(REST_S)
        try:
            rows = await self._today.rows(number, 60)
        except (Refusal, Gone):
            return  # the line of state says why; the next second asks again
        plot.show([local(step["begin"]) for step in rows], agent_series(rows))

    def detail(self) -> list[str]:
        agent = self.box.rows("agents").get(self.table.cursor)
        if agent is None:
            return []
        words = _(STATES.get(agent["state"], ("", "", agent["state"]))[2])
        since = lasted(seconds_since(agent["since"]))
        lines = [f"{agent['number']} {agent['name']}: {words}"]
        if agent["state"] != "logged off":
            lines[0] += " " + _("for {time}, at {device}").format(time=since, device=agent["device"])
        if agent["help_since"] is not None:
            waited = lasted(seconds_since(agent["help_since"]))
            lines.append(_("wants help for {time}: {what}").format(time=waited, what=agent["help"] or "-"))
        if agent["by"]:
            lines.append(_("wanted by {who}").format(who=agent["by"]))
        if agent["reason"]:
            lines.append(_("reason: {reason}").format(reason=causes.why(agent["reason"])))
        if others := self.others(agent):
            lines.append(_("with {who}").format(who=others))
        lines.append(_("queues: {names}").format(names=", ".join(agent["queues"]) or "-"))
        skills = [
            f"{name} {level}" + (f" ({queue})" if queue else "")
            for queue, levels in agent["skills"].items()
            for name, level in levels.items()
            if not queue or agent["skills"].get("", {}).get(name) != level
        ]
        lines.append(_("skills: {names}").format(names=", ".join(skills) or "-"))
        counts = _("today offered {offered}, answered {answered}, missed {missed}").format(**agent)
        return [*lines, counts]

    # ---- what is done for an agent ----

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        methods = {
            "force": "agent.force",
            "choose_force": "agent.force",
            "skill": "agent.set_skill",
            "queue": "agent.set_queue",
        }
        return (self.box.may(methods[action]) and bool(self.table.cursor)) or None if action in methods else True

    def one(self) -> dict[str, Any] | None:
        """The agent under the cursor."""
        return self.box.rows("agents").get(self.table.cursor)

    def action_choose_force(self) -> None:
        def chosen(act: str | None) -> None:
            if act:
                self.action_force(act)

        agent = self.one()
        if agent is not None:
            title = _("Force {agent}").format(agent=f"{agent['number']} {agent['name']}")
            self.app.push_screen(Choose(title, "", {act: _(words) for act, words in FORCED.items()}), chosen)

    def action_force(self, act: str) -> None:
        agent = self.one()
        if agent is None:
            return
        number, done = agent["number"], _("{agent}: {act}").format(agent=agent["number"], act=_(FORCED[act]))

        def reasoned(reason: str | None) -> None:
            if reason is not None:
                wanted = {"agent": number, "act": act, "reason": reason.strip()}
                self.console.order([("agent.force", wanted)], done)

        if act in ("not ready", "rest"):
            title = _("{agent}: {act}").format(agent=plain(f"{number} {agent['name']}"), act=_(FORCED[act]))
            self.app.push_screen(Ask(title, _("Why? The agent reads it; it may stay empty.")), reasoned)
        else:
            reasoned("")

    def action_skill(self) -> None:
        agent = self.one()
        if agent is None:
            return
        number = agent["number"]

        def answered(lines: tuple[str, ...] | None) -> None:
            if lines is None:
                return
            skill, level, queue = (line.strip() for line in lines)
            if not level.isdecimal():
                self.notify(_("A level is a number from 0 to 10; 0 takes the skill away."), severity="error")
                return
            wanted = {"agent": number, "skill": skill, "level": int(level), "queue": queue}
            done = _("{agent}: {skill} is {level} now").format(agent=number, skill=skill, level=level)
            self.console.order([("agent.set_skill", wanted)], done)

        own = agent["skills"].get("", {})
        skill, level = next(iter(own.items()), ("", 5))
        lines = ((_("skill"), skill), (_("level, 0 to 10"), str(level)), (_("only in queue"), ""))
        about = _("It holds, over restarts too, until the configuration says something new about it.")
        title = _("Skill of {agent}").format(agent=f"{number} {agent['name']}")
        self.app.push_screen(AskAll(title, about, lines), answered)

    def action_queue(self) -> None:
        agent = self.one()
        if agent is None:
            return
        number = agent["number"]

        def answered(lines: tuple[str, ...] | None) -> None:
            if lines is None:
                return
            queue, rank = (line.strip() for line in lines)
            if not rank.isdecimal() or int(rank) > 100:
                self.notify(_("A rank is a number from 1 to 100; 0 takes the queue away."), severity="error")
                return
            wanted: dict[str, Any] = {"agent": number, "queue": queue, "serves": rank != "0"}
            done = _("{agent} serves {queue} no more").format(agent=number, queue=queue)
            if wanted["serves"]:
                wanted["rank"] = int(rank)
                done = _("{agent} serves {queue} now, rank {rank}").format(agent=number, queue=queue, rank=rank)
            self.console.order([("agent.set_queue", wanted)], done)

        lines = ((_("queue"), next(iter(agent["queues"]), "")), (_("rank, 1 to 100; 0: no more"), "1"))
        about = _("It holds, over restarts too, until the configuration says something new about it.")
        title = _("Queue of {agent}").format(agent=f"{number} {agent['name']}")
        self.app.push_screen(AskAll(title, about, lines), answered)


def agent_series(rows: list[dict[str, Any]]) -> list[Series]:
    """The bars of the day: minutes of each hour, by what they were."""

    def minutes(*names: str) -> tuple[float, ...]:
        return tuple(sum(step.get(name) or 0 for name in names) / 60 for step in rows)

    return [
        Series(N_("call"), "good", "*", minutes("busy", "ringing")),
        Series(N_("after-call"), "usual", "w", minutes("work")),
        Series(N_("ready"), "quiet", "+", minutes("ready")),
        Series(N_("not ready"), "bad", "-", minutes("not_ready", "rest")),
    ]
