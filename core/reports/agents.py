"""Reports "agents" and "ranking": the time of agents, and what they did in it.

What an agent is at any moment is one state, so for every step

    logged on = ready + ringing + busy + after-call + not ready + rest

A state that spans the edge of a step counts on each side with its part. Talking and holding are of calls of queues,
direct is of calls past them, and all of them lie within busy (but for the moment before the agent is known to be busy,
and for calls that he holds while he is offered the next one).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from core.reports import states, talks
from core.reports.report import Column, Report, Unit, Wanted, mean, seconds, share
from core.reports.states import States, Stretch
from core.reports.talks import Talk, Talks, pause
from core.store.event import Event
from core.texts import N_

MISSED = frozenset({"no answer", "reject", "unreachable"})
FIELDS = {
    "ready": "ready_us",
    "offered a call": "ringing_us",
    "busy": "busy_us",
    "working after call": "work_us",
    "not ready": "not_ready_us",
    "rest": "rest_us",
}
"""By state, where its time counts."""


@dataclass(slots=True)
class AgentCount:
    """Of one agent and one slice. Times in µs. place: in the ranking, 1 is the first."""

    begin: int
    agent: str
    name: str
    group: str
    place: int = 0
    ready_us: int = 0
    ringing_us: int = 0
    busy_us: int = 0
    work_us: int = 0
    not_ready_us: int = 0
    rest_us: int = 0
    talk_us: int = 0
    hold_us: int = 0
    direct_us: int = 0
    log_ons: int = 0
    offered: int = 0
    answered: int = 0
    missed: int = 0
    talks: int = 0
    transferred: int = 0
    direct_in: int = 0
    direct_out: int = 0

    @property
    def logged_on_us(self) -> int:
        return self.worked_us + self.ready_us + self.not_ready_us + self.rest_us

    @property
    def worked_us(self) -> int:
        return self.ringing_us + self.busy_us + self.work_us

    @property
    def empty(self) -> bool:
        return not any(getattr(self, name) for name in COUNTED)

    def add(self, other: AgentCount) -> None:
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))


COUNTED = [field.name for field in fields(AgentCount)][5:]


class Counting:
    """Follows the events of a period. After the last of them: close(), then rows()."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._slices = wanted.slices()
        self._people = {agent.number: agent for agent in wanted.box.agent}
        self._counts: dict[tuple[int, str], AgentCount] = {}
        self._states = States()
        self._talks = Talks()

    def see(self, event: Event) -> None:
        kind = event.kind
        if kind == "Offered":
            for agent in event.data["agents"]:
                self._add(event.time, agent, "offered")
        elif kind == "OfferWithdrawn":
            if event.data.get("reason") in MISSED:
                self._add(event.time, event.data["agent"], "missed")
            return
        if kind == "Served" and event.data["agent"]:
            self._add(event.time, event.data["agent"], "answered")
        elif kind == "AgentState":
            agent = event.data["agent"]
            if event.data.get("state") != states.GONE and agent not in self._states.open:
                self._add(event.time, agent, "log_ons")
        for stretch in self._states.see(event):
            self._spent(stretch)
        for talk in self._talks.see(event):
            self._talked(talk)

    def close(self) -> None:
        """What is not over has lasted until now."""
        end = self.wanted.end
        for stretch in self._states.close(end):
            self._spent(stretch)
        for talk in self._talks:
            pause(talk, end)
            self._lasted(talk)

    def rows(self) -> list[AgentCount]:
        wants = self.wanted.wants
        found = [one for one in self._counts.values() if not one.empty and (wants(one.agent) or wants(one.group))]
        return sorted(found, key=lambda count: (count.begin, count.agent))

    # ---- what counts where ----

    def _in(self, slice: int, agent: str) -> AgentCount:
        key = slice, agent
        count = self._counts.get(key)
        if count is None:
            person = self._people.get(agent)
            name, group = (person.name, person.group) if person is not None else ("", "")
            count = self._counts[key] = AgentCount(self._slices.edges[slice], agent, name, group)
        return count

    def _add(self, time: int, agent: str, name: str) -> None:
        slice = self._slices.at(time)
        if slice is not None:
            count = self._in(slice, agent)
            setattr(count, name, getattr(count, name) + 1)

    def _spend(self, agent: str, name: str, began: int, us: int) -> None:
        for slice, part in self._slices.parts(began, us):
            count = self._in(slice, agent)
            setattr(count, name, getattr(count, name) + part)

    def _spent(self, stretch: Stretch) -> None:
        name = FIELDS.get(stretch.state)
        if name is not None:
            self._spend(stretch.agent, name, stretch.began.time, stretch.us)

    def _talked(self, talk: Talk) -> None:
        self._lasted(talk)
        if talk.queue:
            self._add(talk.ended, talk.agent, "talks")
            if talk.transferred:
                self._add(talk.ended, talk.agent, "transferred")

    def _lasted(self, talk: Talk) -> None:
        if not talk.queue:
            self._add(talk.began, talk.agent, "direct_out" if talk.out else "direct_in")
        for piece in talk.pieces:
            name = "direct_us" if not talk.queue else "hold_us" if piece.held else "talk_us"
            self._spend(talk.agent, name, piece.began, piece.us)


def read(events: Iterable[Event], wanted: Wanted) -> list[AgentCount]:
    counting = Counting(wanted)
    for event in events:
        counting.see(event)
    counting.close()
    return counting.rows()


def ranked(events: Iterable[Event], wanted: Wanted) -> list[AgentCount]:
    """Who answered most goes first, then who missed least; who has done the same has the same place."""
    rows = sorted(read(events, wanted), key=lambda count: (*_merit(count), count.agent))
    for at, row in enumerate(rows):
        row.place = rows[at - 1].place if at and _merit(rows[at - 1]) == _merit(row) else at + 1
    return rows


def _merit(count: AgentCount) -> tuple[int, int]:
    return -count.answered, count.missed


def total(rows: list[AgentCount]) -> AgentCount:
    whole = AgentCount(rows[0].begin, "", "", "")
    for row in rows:
        whole.add(row)
    return whole


COUNT, SECONDS, TEXT = Unit.COUNT, Unit.SECONDS, Unit.TEXT

AGENT = Column[AgentCount]("agent", N_("agent"), TEXT, N_("number of the agent"), lambda c: c.agent, True)
NAME = Column[AgentCount]("name", N_("name"), TEXT, N_("as it is configured now"), lambda c: c.name, True)
ANSWERED = Column[AgentCount](
    "answered", N_("answered"), COUNT, N_("calls of queues that the agent has got"), lambda c: c.answered, True
)
MISS = Column[AgentCount](
    "missed",
    N_("missed"),
    COUNT,
    N_("offers that the agent did not answer or refused, or for which the telephone could not be rung"),
    lambda c: c.missed,
    True,
)
OCCUPANCY = Column[AgentCount](
    "occupancy",
    N_("occupancy"),
    Unit.SHARE,
    N_("(ringing + busy + after-call work) / (ringing + busy + after-call work + ready)"),
    lambda c: share(c.worked_us, c.worked_us + c.ready_us),
    True,
)
TALK = Column[AgentCount](
    "talk", N_("talk"), SECONDS, N_("talking in calls of queues"), lambda c: seconds(c.talk_us), True
)
HANDLING = Column[AgentCount](
    "aht",
    N_("AHT"),
    SECONDS,
    N_("(talk + hold + after-call work) / talks that ended"),
    lambda c: mean(c.talk_us + c.hold_us + c.work_us, c.talks),
    True,
)
TRANSFERRED = Column[AgentCount](
    "transferred",
    N_("transferred"),
    COUNT,
    N_("of the talks, those that the agent ended by a transfer"),
    lambda c: c.transferred,
)

COLUMNS: tuple[Column[AgentCount], ...] = (
    Column("begin", N_("step"), Unit.MOMENT, N_("when the step begins"), lambda c: c.begin, True),
    AGENT,
    NAME,
    Column("group", N_("team"), TEXT, N_("group of agents, as it is configured now"), lambda c: c.group),
    Column("log_ons", N_("log-ons"), COUNT, N_("times that the agent logged on"), lambda c: c.log_ons),
    Column(
        "logged_on",
        N_("logged on"),
        SECONDS,
        N_("ready + ringing + busy + after-call work + not ready + rest"),
        lambda c: seconds(c.logged_on_us),
        True,
    ),
    Column("ready", N_("ready"), SECONDS, N_("could be offered a call"), lambda c: seconds(c.ready_us)),
    Column("ringing", N_("ringing"), SECONDS, N_("was offered a call"), lambda c: seconds(c.ringing_us)),
    Column("busy", N_("busy"), SECONDS, N_("had a call, of whatever kind"), lambda c: seconds(c.busy_us)),
    Column("work", N_("after-call"), SECONDS, N_("after-call work"), lambda c: seconds(c.work_us)),
    Column(
        "not_ready", N_("not ready"), SECONDS, N_("not ready, for whatever reason"), lambda c: seconds(c.not_ready_us)
    ),
    Column("rest", N_("rest"), SECONDS, N_("at rest"), lambda c: seconds(c.rest_us)),
    TALK,
    Column("hold", N_("hold"), SECONDS, N_("held the caller in calls of queues"), lambda c: seconds(c.hold_us)),
    Column(
        "direct",
        N_("direct"),
        SECONDS,
        N_("in calls past the queues, talking and holding"),
        lambda c: seconds(c.direct_us),
    ),
    OCCUPANCY,
    Column(
        "offered",
        N_("offered"),
        COUNT,
        N_("times that the agent was offered a call of a queue"),
        lambda c: c.offered,
    ),
    ANSWERED,
    MISS,
    Column("talks", N_("talks"), COUNT, N_("calls of queues that ended for the agent"), lambda c: c.talks),
    HANDLING,
    TRANSFERRED,
    Column(
        "direct_in", N_("direct in"), COUNT, N_("calls past the queues that the agent answered"), lambda c: c.direct_in
    ),
    Column(
        "direct_out",
        N_("direct out"),
        COUNT,
        N_("calls of the agent that were answered, consultations not counted"),
        lambda c: c.direct_out,
    ),
)

KINDS = states.KINDS | talks.KINDS | {"OfferWithdrawn"}

AGENTS = Report(
    "agents",
    N_("Agents"),
    N_("How long each agent was logged on and what with, and the calls that came of it."),
    "agent",
    COLUMNS,
    KINDS,
    read,
    total,
    steps=True,
)

RANKING = Report(
    "ranking",
    N_("Ranking of agents"),
    N_("Agents by the calls of queues that they have answered; of the same number, who missed fewer first."),
    "agent",
    (
        Column(
            "place",
            N_("place"),
            COUNT,
            N_("1: most answered, and of the same number fewest missed"),
            lambda c: c.place,
            True,
        ),
        AGENT,
        NAME,
        ANSWERED,
        MISS,
        TALK,
        HANDLING,
        OCCUPANCY,
        TRANSFERRED,
    ),
    KINDS,
    ranked,
)
