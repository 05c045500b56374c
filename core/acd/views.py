"""What screens and the control interface see of queues and agents: pictures of one moment, safe to keep."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace

from core.acd.agents import COMING, Agent, Counts, Pending, State
from core.acd.expected_wait import ExpectedWait
from core.acd.figures import Count
from core.acd.floor import Floor
from core.acd.queue import Queue


@dataclass(frozen=True, slots=True)
class QueueView:
    """waiting: on the line; call_backs: places of those who are to be called back. longest_s: of those on the line, in
    this queue. expected: for one who comes now with no priority; None where too little was seen. level: service level
    of the interval, 0 to 1; met: whether it is as high as the queue's goal. calls: all of them, the first first.
    at_work: agents logged on who take calls, or will by themselves.
    """

    name: str
    waiting: int
    call_backs: int
    ringing: int
    longest_s: float
    expected: ExpectedWait | None
    logged_on: int
    at_work: int
    ready: int
    level: float | None
    met: bool | None
    day_level: float | None
    interval: Count
    last_interval: Count
    day: Count
    calls: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AgentView:
    """calls: of his telephone, queue's and others. ready: may be offered a call this moment. skills: by queue; what
    holds where no queue says otherwise, under "".
    """

    number: str
    name: str
    group: str
    state: State
    since: float
    reason: str
    by: str
    pending: Pending | None
    until: float | None
    offer: int
    calls: tuple[int, ...]
    ready: bool
    logged_on_since: float
    counts: Counts
    queues: tuple[str, ...]
    skills: dict[str, dict[str, int]]


def queue_view(floor: Floor, queue: Queue, now: float) -> QueueView:
    waiting = [floor.calls[call] for call in queue.calls()]
    on_the_line = [one for one in waiting if not one.call_back]
    figures = queue.figures
    level = figures.service_level(figures.interval)
    return QueueView(
        name=queue.name,
        waiting=len(on_the_line),
        call_backs=len(waiting) - len(on_the_line),
        ringing=sum(one.offer is not None for one in waiting),
        longest_s=max((now - one.arrived for one in on_the_line), default=0.0),
        expected=queue.pace.expected(len(queue.callers) + 1, now),
        logged_on=queue.logged_on,
        at_work=sum(member.agent.state in COMING for member in queue.members.values()),
        ready=len(queue.ready),
        level=level,
        met=None if level is None else 100 * level >= queue.settings.service_level_percent,
        day_level=figures.service_level(figures.day),
        interval=copy(figures.interval),
        last_interval=copy(figures.last_interval),
        day=copy(figures.day),
        calls=tuple(one.call for one in waiting),
    )


def agent_view(floor: Floor, agent: Agent) -> AgentView:
    members = floor.members[agent.number]
    counts = agent.counts
    return AgentView(
        number=agent.number,
        name=agent.person.name,
        group=agent.person.group,
        state=agent.state,
        since=agent.since,
        reason=agent.reason,
        by=agent.by,
        pending=agent.pending,
        until=agent.until,
        offer=agent.offer,
        calls=tuple(agent.calls),
        ready=agent.available(floor.now),
        logged_on_since=agent.logged_on_since,
        counts=replace(counts, times=dict(counts.times), reasons=dict(counts.reasons)),
        queues=tuple(members),
        skills={"": dict(agent.skills), **{name: dict(member.levels) for name, member in members.items()}},
    )
