"""One queue as the distribution keeps it: its agents, who of them is ready, and its callers in order.

    callers   all whose turn may come, by place       ── "you are the third"
    resting   call-backs that are to be tried later: nobody stands behind them
    rows      those who wait for any agent, one row for each requirement, each by place
    own       those who wait for one agent alone, the same by agent
    ready     agents of the queue who may be offered a call now

A caller who is being offered is among the callers but in no row. Rows are sorted
collections: entering, leaving and counting places cost the logarithm of the number waiting. What it does not: decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from sortedcontainers import SortedList

from core.acd.agents import Agent
from core.acd.expected_wait import ServicePace
from core.acd.figures import Figures
from core.acd.skills import Requirement, levels_in_queue, meets, requirement
from core.acd.waiting import Place, Waiting
from core.config.model.queues import Membership, QueueSettings


@dataclass(slots=True, eq=False)
class Member:
    """An agent in a queue. order: among its members, for linear strategies. own: levels of skills in this queue;
    levels: those that hold here.
    """

    agent: Agent
    queue: Queue
    settings: Membership
    order: int
    own: dict[str, int]
    levels: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.merge()

    def merge(self) -> None:
        """After a change of skills."""
        self.levels = levels_in_queue(self.agent.skills, self.own)

    def may_serve(self, needed: Requirement) -> bool:
        """By rank, skills and name; whether he is ready is another question."""
        if self.settings.rank > needed.rank or (needed.only and needed.only != self.agent.number):
            return False
        return not needed.required or meets(self.levels, needed.required)


class Row:
    """Waiting calls that the same agents may serve."""

    __slots__ = ("needed", "places")

    def __init__(self, needed: Requirement) -> None:
        self.needed = needed
        self.places: SortedList[Place] = SortedList()


@dataclass(slots=True, eq=False)
class Offer:
    """A call for which agents are reserved and rung. members: who rings now; until: how long each does; tried: who
    rings or has rung.
    """

    waiting: Waiting
    needed: Requirement
    members: dict[str, Member] = field(default_factory=dict)
    until: dict[str, float] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)


class Queue:
    def __init__(self, settings: QueueSettings) -> None:
        self.settings = settings
        self.name = settings.name
        self.members: dict[str, Member] = {}
        self.ready: dict[str, Member] = {}
        self.callers: SortedList[Place] = SortedList()
        self.resting: dict[int, Waiting] = {}
        self.backs = 0  # among the callers: who is not on the line
        self.rows: dict[Requirement, Row] = {}
        self.own: dict[str, dict[Requirement, Row]] = {}
        self.last_order = -1  # of the member rung last, for "round robin"
        self.figures = Figures(settings)
        self.pace = ServicePace()
        self.ringing: dict[int, Offer] = {}  # those that rouse an agent who becomes ready, too
        self.waiting_now = 0  # in rows
        self.logged_on = 0
        self.call_backs: dict[str, Waiting] = {}  # by number: of who is to be called back, and has no agent yet

    def position(self, waiting: Waiting) -> int:
        """1: the first."""
        return int(self.callers.bisect_left(waiting.place)) + 1

    # ---- callers ----

    def enter(self, waiting: Waiting) -> None:
        """Among the callers; wait() follows."""
        self._add(waiting)
        self.know(waiting)

    def leave(self, waiting: Waiting) -> None:
        self.stop_waiting(waiting)
        if self.resting.pop(waiting.call, None) is None:
            self._remove(waiting)
        self.forget(waiting)

    def rest(self, waiting: Waiting) -> None:
        """A caller whose call-back is to be tried later."""
        self.stop_waiting(waiting)
        self._remove(waiting)
        self.resting[waiting.call] = waiting

    def rise(self, waiting: Waiting) -> None:
        """It has rested; wait() follows."""
        del self.resting[waiting.call]
        self._add(waiting)

    def resettle(self, waiting: Waiting, ageing_s: float) -> None:
        """Its entry or priority has changed. It is in no row."""
        if waiting.call in self.resting:
            waiting.settle(ageing_s)
            return
        self.callers.remove(waiting.place)
        waiting.settle(ageing_s)
        self.callers.add(waiting.place)

    @property
    def on_the_line(self) -> int:
        """How many callers wait on the line."""
        return len(self.callers) - self.backs

    def hangs_up(self, waiting: Waiting, number: str) -> None:
        """A caller on the line is to be called back."""
        waiting.call_back = number
        self.backs += 1
        self.know(waiting)

    def is_back(self, waiting: Waiting) -> None:
        """A caller who was to be called back is on the line."""
        self.forget(waiting)
        waiting.call_back, waiting.reached = "", True
        self.backs -= 1

    def _add(self, waiting: Waiting) -> None:
        self.callers.add(waiting.place)
        self.backs += bool(waiting.call_back)

    def _remove(self, waiting: Waiting) -> None:
        self.callers.remove(waiting.place)
        self.backs -= bool(waiting.call_back)
        if not self.callers:
            self.pace.emptied()

    def know(self, waiting: Waiting) -> None:
        """If it is to be called back: by its numbers it is found again. Who was known before stays."""
        for number in waiting.numbers:
            self.call_backs.setdefault(number, waiting)

    def forget(self, waiting: Waiting) -> None:
        """It is not to be called back any more, or not by this queue."""
        for number in waiting.numbers:
            if self.call_backs.get(number) is waiting:
                del self.call_backs[number]

    def wait(self, waiting: Waiting) -> None:
        """Agents find the call from now on."""
        needed = requirement(waiting.required, waiting.rank, waiting.only)
        rows = self.own.setdefault(waiting.only, {}) if waiting.only else self.rows
        row = rows.get(needed)
        if row is None:
            row = rows[needed] = Row(needed)
        row.places.add(waiting.place)
        waiting.row = row
        self.waiting_now += 1

    def stop_waiting(self, waiting: Waiting) -> None:
        """Agents do not find it any more. Not waiting is not an error."""
        row = waiting.row
        if row is None:
            return
        row.places.remove(waiting.place)
        waiting.row = None
        self.waiting_now -= 1
        if not row.places:
            only = row.needed.only  # the call itself may want somebody else by now
            rows = self.own[only] if only else self.rows
            del rows[row.needed]
            if only and not rows:
                del self.own[only]

    def first_for(self, member: Member) -> Place | None:
        """The place of the first call that he may serve; None: none of this queue."""
        best: Place | None = None
        rank = member.settings.rank
        for needed, row in self.rows.items():
            if rank <= needed.rank and (not needed.required or meets(member.levels, needed.required)):
                first: Place = row.places[0]
                if best is None or first < best:
                    best = first
        if self.own:
            for needed, row in self.own.get(member.agent.number, {}).items():
                if member.may_serve(needed):
                    first = row.places[0]
                    if best is None or first < best:
                        best = first
        return best

    def calls(self) -> Iterator[int]:
        """All callers, the first first, and those whose call-back rests."""
        return chain([place[-1] for place in self.callers], list(self.resting))

    # ---- agents ----

    def who_may(self, needed: Requirement) -> list[Member]:
        """Ready agents who may serve, in no order."""
        if needed.only:
            member = self.ready.get(needed.only)
            return [member] if member is not None and member.may_serve(needed) else []
        rank, required = needed.rank, needed.required
        if required:
            return [m for m in self.ready.values() if m.settings.rank <= rank and meets(m.levels, required)]
        return [m for m in self.ready.values() if m.settings.rank <= rank]
