"""All state of queues and agents, and the few changes that everything else is made of.

Nobody but the functions of this room that distribution.py calls changes it. Each keeps these true:

    an agent is in the ready sets of his queues exactly while he may be offered a call
    a call is in a row exactly while it waits; then `fresh` or `freed` lead matching.py to every new pair
    what an agent's state became is in the orders, once
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from core.acd import orders as o
from core.acd.agenda import Agenda
from core.acd.agents import COMING, Agent, State
from core.acd.queue import Member, Queue
from core.acd.settings import Desk
from core.acd.waiting import KeptPlaces, Waiting
from core.config.model.queues import AgentSettings, Membership
from hw.errors import LocalError


@dataclass(slots=True)
class Talking:
    """A call of a queue that an agent has; "": it was picked up by somebody who is no agent. reached: the caller is
    there, too; he is not yet while he is being called back.
    """

    waiting: Waiting
    agent: str
    since: float
    reached: bool = True


class Floor:
    def __init__(self, desk: Desk, seed: int, now: float) -> None:
        self.desk = desk
        self.now = now
        self.rng = Random(seed)
        self.classes = {one.name: one.priority for one in desk.classes}
        self.queues: dict[str, Queue] = {}
        self.agents: dict[str, Agent] = {}
        self.members: dict[str, dict[str, Member]] = {}  # agent, queue
        self.leaving: set[str] = set()  # agents who are gone from the configuration and still talk
        self.calls: dict[int, Waiting] = {}
        self.talks: dict[int, Talking] = {}
        self.kept = KeptPlaces()
        self.agenda = Agenda()
        self.open: frozenset[str] = frozenset()
        self.order = 0

        self.orders: list[o.Order] = []
        self.fresh: dict[int, str] = {}  # calls that are to be matched, with what made them so
        self.freed: dict[str, str] = {}  # agents that are to be matched
        self.to_look: dict[int, None] = {}  # calls whose recipe is to be looked at when all are matched

        self._ready: set[str] = set()
        self._logged_on: set[str] = set()
        self._told: dict[str, tuple[object, ...]] = {}
        for queue in desk.queues:
            self.queues[queue.name] = Queue(queue)
        groups = {group.name: group for group in desk.groups}
        for person in desk.agents:
            self.add_agent(Agent(person, groups[person.group], now))

    def queue(self, name: str) -> Queue:
        queue = self.queues.get(name)
        if queue is None:
            raise LocalError(f"no such queue: {name}")
        return queue

    def agent(self, number: str) -> Agent:
        agent = self.agents.get(number)
        if agent is None:
            raise LocalError(f"no such agent: {number}")
        return agent

    # ---- agents ----

    def add_agent(self, agent: Agent) -> None:
        self.agents[agent.number] = agent
        self.members[agent.number] = {}
        self._told[agent.number] = self._shown(agent)
        for membership in agent.person.queues:
            self.join(agent, membership)

    def remove_agent(self, agent: Agent) -> None:
        """He is logged off, or about to be forgotten."""
        for name in list(self.members[agent.number]):
            self.part(agent, name)
        self._ready.discard(agent.number)
        self._logged_on.discard(agent.number)
        self.freed.pop(agent.number, None)
        self.agenda.drop(("agent", agent.number))
        del self.agents[agent.number], self.members[agent.number], self._told[agent.number]

    def join(self, agent: Agent, settings: Membership) -> None:
        """Serves the queue, or with other settings. changed() follows."""
        queue = self.queue(settings.queue)
        member = queue.members.get(agent.number)
        if member is not None:
            member.settings = settings
            return
        order = max((other.order for other in queue.members.values()), default=-1) + 1
        member = Member(agent, queue, settings, order, dict(settings.skills))
        queue.members[agent.number] = self.members[agent.number][queue.name] = member
        queue.logged_on += agent.number in self._logged_on
        if agent.number in self._ready:
            queue.ready[agent.number] = member

    def part(self, agent: Agent, name: str) -> None:
        """Serves the queue no more. Who waits there for him alone waits for anybody."""
        queue = self.queue(name)
        if queue.members.pop(agent.number, None) is None:
            return
        del self.members[agent.number][name]
        queue.ready.pop(agent.number, None)
        queue.logged_on -= agent.number in self._logged_on
        self.free_own(queue, agent.number)

    def changed(self, agent: Agent, trigger: str = "free") -> None:
        """After every change of an agent. trigger: why he may be matched now, see reason.TRIGGERS."""
        number = agent.number
        logged_on = agent.state is not State.LOGGED_OFF
        if logged_on != (number in self._logged_on):
            (self._logged_on.add if logged_on else self._logged_on.discard)(number)
            for member in self.members[number].values():
                member.queue.logged_on += 1 if logged_on else -1
        available = agent.available(self.now)
        if available:
            self.freed.setdefault(number, trigger)
            if number not in self._ready:
                self._ready.add(number)
                for member in self.members[number].values():
                    member.queue.ready[number] = member
        elif number in self._ready:
            self._ready.discard(number)
            self.freed.pop(number, None)
            for member in self.members[number].values():
                del member.queue.ready[number]
        if agent.until is not None:
            self.agenda.set(("agent", number), agent.until)
        elif agent.state in (State.READY, State.BUSY) and agent.pause_until > self.now:
            self.agenda.set(("agent", number), agent.pause_until)
        else:
            self.agenda.drop(("agent", number))
        if agent.state not in COMING:
            for member in self.members[number].values():
                self.free_own(member.queue, number)
        shown = self._shown(agent)
        if shown != self._told[number]:
            self._told[number] = shown
            call = agent.offer or next(iter(agent.calls), 0)
            self.orders.append(
                o.AgentChanged(number, agent.state, agent.reason, agent.pending, agent.by, call, agent.after),
            )
        if number in self.leaving and agent.state in (State.LOGGED_OFF, State.NOT_READY, State.RESTING, State.READY):
            self.leaving.discard(number)
            self.remove_agent(agent)

    def replace_person(self, agent: Agent, person: AgentSettings) -> None:
        """What a commit changes of an agent; what was changed at run time and is not touched by it stays."""
        old, agent.person = agent.person, person
        if old.skills != person.skills:
            agent.skills = dict(person.skills)
        was = {membership.queue: membership for membership in old.queues}
        becomes = {membership.queue: membership for membership in person.queues}
        for name in was:
            if name not in becomes and name in self.queues:
                self.part(agent, name)
        for name, membership in becomes.items():
            if was.get(name) != membership:
                self.join(agent, membership)
                self.members[agent.number][name].own = dict(membership.skills)
        for member in self.members[agent.number].values():
            member.merge()

    @staticmethod
    def _shown(agent: Agent) -> tuple[object, ...]:
        return agent.state, agent.reason, agent.pending, agent.by, agent.after

    # ---- calls ----

    def wait(self, waiting: Waiting, trigger: str) -> None:
        """Agents find the call from now on, and those who are ready are asked at once."""
        waiting.queue.wait(waiting)
        self.fresh[waiting.call] = trigger
        self.to_look[waiting.call] = None

    def requeue(self, waiting: Waiting, trigger: str) -> None:
        """What the call asks for, or its priority, has changed. Only for one that waits."""
        queue = waiting.queue
        queue.stop_waiting(waiting)
        queue.resettle(waiting, self.desk.distribution.ageing_s)
        queue.wait(waiting)
        self.fresh[waiting.call] = trigger

    def move_up(self, waiting: Waiting, entered: float) -> None:
        """The call has waited since then."""
        row = waiting.row
        if row is not None:
            row.places.remove(waiting.place)
        waiting.entered = min(waiting.entered, entered)
        waiting.queue.resettle(waiting, self.desk.distribution.ageing_s)
        if row is not None:
            row.places.add(waiting.place)

    def free_own(self, queue: Queue, number: str) -> None:
        """Calls that wait for this agent alone wait for anybody."""
        for row in list(queue.own.get(number, {}).values()):
            for place in list(row.places):
                self.free_from_agent(self.calls[place[-1]])

    def free_from_agent(self, waiting: Waiting) -> None:
        if waiting.only:
            self.agenda.drop(("only", waiting.call))
            waiting.only = ""
            if waiting.row is not None:
                self.requeue(waiting, "recipe")

    def forget(self, waiting: Waiting) -> None:
        """The call is out of its queue, for whatever reason. Offers of it have been withdrawn."""
        waiting.queue.leave(waiting)
        del self.calls[waiting.call]
        self.fresh.pop(waiting.call, None)
        self.to_look.pop(waiting.call, None)
        for kind in ("look", "limit", "only", "held"):
            self.agenda.drop((kind, waiting.call))
