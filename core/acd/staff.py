"""What agents and supervisors ask, calls past the queues, and a commit's changes of queues and agents."""

from __future__ import annotations

from core.acd import callers, offers
from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act, Agent, NotNow, State
from core.acd.floor import Floor
from core.acd.queue import Queue
from core.acd.skills import BEST
from core.config.model.queues import Membership
from core.texts import N_
from hw.errors import LocalError

GONE = N_("taken out of the configuration")
"""Why an agent is logged off, and may ask nothing else, when a commit has taken him away."""


def asked(floor: Floor, event: e.Asked) -> None:
    agent = floor.agent(event.agent)
    offered = agent.offer
    try:
        if event.agent in floor.leaving and event.act is not Act.LOG_OFF:
            raise NotNow(GONE)
        agent.ask(event.act, floor.now, event.reason, event.by)
    except NotNow as refusal:
        floor.orders.append(o.Refused(event.agent, event.act, str(refusal), event.by))
        return
    _settle(floor, agent, offered, "logged off")


def _settle(floor: Floor, agent: Agent, offered: int, lost: str) -> None:
    """After a change that may have cost him an offer, or a queue its last agent."""
    queues = [member.queue for member in floor.members[agent.number].values()]
    if offered and not agent.offer:
        offers.agent_lost(floor, agent, offered, lost)
    floor.changed(agent)
    if agent.state is State.LOGGED_OFF:
        for queue in queues:
            _without_agents(floor, queue)


def _without_agents(floor: Floor, queue: Queue) -> None:
    if queue.settings.needs_agents and not queue.logged_on:
        callers.agents_gone(floor, queue)


def call_began(floor: Floor, event: e.CallBegan) -> None:
    """Nobody who is logged off is counted: his telephone is a station like any other then."""
    agent = floor.agent(event.agent)
    if agent.state is State.LOGGED_OFF or event.call in agent.calls:
        return
    offered = agent.offer
    agent.call_began(event.call, floor.now)
    _settle(floor, agent, offered, "agent busy")


def call_ended(floor: Floor, event: e.CallEnded) -> None:
    agent = floor.agents.get(event.agent)
    queues = [] if agent is None else [member.queue for member in floor.members[agent.number].values()]
    callers.ended(floor, event)
    if agent is not None and agent.state is State.LOGGED_OFF:
        for queue in queues:
            _without_agents(floor, queue)


def held(floor: Floor, event: e.Held) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None and event.call in agent.calls:
        agent.held(event.call, event.on)
        if agent.offer and not event.on:  # he goes back to his caller instead
            offered = agent.offer
            agent.withdrawn(floor.now)
            offers.agent_lost(floor, agent, offered, "agent busy")
        floor.changed(agent)


def time_is_up(floor: Floor, agent: Agent) -> None:
    """After-call work, or a pause, is over."""
    agent.time_is_up(floor.now)
    floor.changed(agent)


def skill_set(floor: Floor, event: e.SkillSet) -> None:
    agent = floor.agent(event.agent)
    if not 0 <= event.level <= BEST:
        raise LocalError(f"skill {event.skill}: level {event.level} is not 0 to {BEST}")
    members = floor.members[agent.number]
    if event.queue:
        if event.queue not in members:
            raise LocalError(f"agent {agent.number} does not serve queue {event.queue}")
        members[event.queue].own[event.skill] = event.level
    else:
        agent.skills[event.skill] = event.level
    for member in members.values():
        member.merge()
    floor.changed(agent, "skills")


def joined(floor: Floor, event: e.Joined) -> None:
    agent = floor.agent(event.agent)
    member = floor.members[agent.number].get(event.queue)
    skills = member.settings.skills if member is not None else {}
    floor.join(agent, Membership(queue=event.queue, rank=event.rank, weight=event.weight, skills=skills))
    floor.changed(agent, "skills")


def parted(floor: Floor, event: e.Parted) -> None:
    agent = floor.agent(event.agent)
    floor.part(agent, event.queue)
    floor.changed(agent, "skills")
    _without_agents(floor, floor.queue(event.queue))


def calendars_told(floor: Floor, event: e.CalendarsTold) -> None:
    """Only steps that ask for a calendar can have come due by it."""
    floor.open = event.open
    for queue in list(floor.queues.values()):
        for call in list(queue.calls()):
            waiting = floor.calls[call]
            if any(step.open or step.closed for step in waiting.recipe):
                callers.look(floor, waiting, words=False)
                if floor.calls.get(call) is waiting:
                    floor.to_look[call] = None


def interval_begins(floor: Floor, event: e.IntervalBegins) -> None:
    for queue in floor.queues.values():
        if event.day:
            queue.figures.begin_day()
        else:
            queue.figures.begin_interval()
    if event.day:
        for agent in floor.agents.values():
            agent.begin_day(floor.now)


def reconfigured(floor: Floor, event: e.Reconfigured) -> None:
    """Queues first, so that agents find those they are to join; those that have gone last, when nobody needs them."""
    old, desk = floor.desk, event.desk
    floor.desk = desk
    floor.classes = {one.name: one.priority for one in desk.classes}
    settings = {queue.name: queue for queue in desk.queues}
    for name, queue_settings in settings.items():
        queue = floor.queues.get(name)
        if queue is None:
            floor.queues[name] = Queue(queue_settings)
        else:
            queue.settings = queue.figures.settings = queue_settings
    if old.distribution.ageing_s != desk.distribution.ageing_s:
        _age_anew(floor)
    _agents_anew(floor, event)
    for name in [name for name in floor.queues if name not in settings]:
        queue = floor.queues[name]
        callers.queue_gone(floor, queue)
        for member in list(queue.members.values()):
            floor.part(member.agent, name)
        del floor.queues[name]


def _agents_anew(floor: Floor, event: e.Reconfigured) -> None:
    groups = {group.name: group for group in event.desk.groups}
    people = {person.number: person for person in event.desk.agents}
    for number in [number for number in floor.agents if number not in people]:
        agent = floor.agents[number]
        if agent.state is not State.LOGGED_OFF:
            floor.leaving.add(number)
            asked(floor, e.Asked(number, Act.LOG_OFF, GONE))
        else:
            floor.remove_agent(agent)
    for number, person in people.items():
        agent_or_none = floor.agents.get(number)
        if agent_or_none is None:
            floor.add_agent(Agent(person, groups[person.group], floor.now))
            continue
        if number in floor.leaving:
            floor.leaving.discard(number)
            agent_or_none.pending = None
        agent_or_none.settings = groups[person.group]
        if agent_or_none.person != person:
            floor.replace_person(agent_or_none, person)
        floor.changed(agent_or_none, "skills")


def _age_anew(floor: Floor) -> None:
    """All places follow the new ageing."""
    for waiting in floor.calls.values():
        waits = waiting.row is not None
        waiting.queue.stop_waiting(waiting)
        waiting.queue.resettle(waiting, floor.desk.distribution.ageing_s)
        if waits:
            waiting.queue.wait(waiting)
