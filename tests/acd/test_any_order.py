"""Whatever callers, agents, supervisors and commits do, in whatever order: the laws hold (tests/acd/floor.py), and when
everything has ended everybody is idle.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act, State
from core.acd.distribution import Distribution
from core.acd.settings import Desk
from core.acd.strategy import PRESETS, STRATEGIES
from core.acd.waiting import Caller
from core.config.model.queues import (
    AgentGroup,
    AgentSettings,
    CustomerClass,
    DistributionSettings,
    Membership,
    QueueSettings,
    Step,
    Target,
)
from tests.acd.floor import check, check_order

QUEUES = ("a", "b", "c")
AGENTS = ("1", "2", "3", "4", "5")
SKILLS = ("x", "y")
PEOPLE = ("", "301", "302", "303")
CLASSES = ("", "key", "vip")

levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 4), max_size=2)
queue_names = st.sampled_from(QUEUES)
agent_numbers = st.sampled_from(AGENTS)
targets = st.one_of(
    st.just(Target(to="release")),
    st.builds(lambda name: Target(to="queue", name=name), queue_names),
    st.just(Target(to="mailbox", name="m")),
)
steps = st.builds(
    Step,
    after_s=st.integers(0, 30),
    every_s=st.one_of(st.none(), st.integers(1, 10)),
    position_from=st.one_of(st.none(), st.integers(1, 3)),
    ready_below=st.one_of(st.none(), st.integers(1, 3)),
    logged_on_below=st.one_of(st.none(), st.integers(1, 3)),
    closed=st.sampled_from(("", "office")),
    require=levels,
    drop=st.lists(st.sampled_from(SKILLS), max_size=2).map(tuple),
    ring_up_to=st.one_of(st.none(), st.integers(1, 3)),
    raise_priority=st.integers(0, 2),
    announce=st.just("music"),
    overflow=st.one_of(st.none(), st.none(), st.none(), targets),
)


def queue_settings(name: str) -> st.SearchStrategy[QueueSettings]:
    return st.builds(
        QueueSettings,
        name=st.just(name),
        require=levels,
        prefer=levels,
        strategy=st.sampled_from((*STRATEGIES, *PRESETS)),
        fallback=st.sampled_from(tuple(STRATEGIES)),
        wait_for_agent_s=st.integers(0, 20),
        widen_every_s=st.integers(1, 5),
        priority=st.integers(0, 2),
        ring_s=st.integers(1, 20),
        ring_up_to=st.one_of(st.none(), st.integers(1, 3)),
        recipe=st.lists(steps, max_size=3).map(tuple),
        max_waiting=st.one_of(st.none(), st.integers(0, 5)),
        max_wait_s=st.one_of(st.none(), st.integers(1, 60)),
        needs_agents=st.booleans(),
        instead=targets,
        place_kept_s=st.integers(0, 30),
        call_back_first=st.sampled_from(("agent", "caller")),
        call_back_tries=st.integers(1, 3),
        call_back_again_s=st.integers(1, 20),
    )


def agent_settings(number: str) -> st.SearchStrategy[AgentSettings]:
    membership = st.builds(
        Membership,
        queue=queue_names,
        rank=st.integers(1, 3),
        weight=st.floats(0, 3),
        skills=levels,
    )
    return st.builds(
        AgentSettings,
        number=st.just(number),
        group=st.sampled_from(("g", "h")),
        queues=st.lists(membership, unique_by=lambda one: one.queue, max_size=3).map(tuple),
        skills=levels,
    )


def group(name: str) -> st.SearchStrategy[AgentGroup]:
    return st.builds(
        AgentGroup,
        name=st.just(name),
        begin=st.sampled_from(("ready", "not ready")),
        release=st.sampled_from(("with the caller", "by the agent")),
        after_call=st.sampled_from(("automatic", "by hand", "none")),
        after_call_s=st.integers(0, 10),
        after_call_from_s=st.integers(0, 5),
        no_answer=st.sampled_from(("not ready", "pause")),
        reject=st.sampled_from(("not ready", "pause")),
        unreachable=st.sampled_from(("not ready", "pause")),
        pause_s=st.integers(1, 10),
        direct_calls_count=st.booleans(),
        next_call_while_holding=st.booleans(),
        rest_needs_leave=st.booleans(),
    )


def desks() -> st.SearchStrategy[Desk]:
    return st.builds(
        Desk,
        queues=st.tuples(*map(queue_settings, QUEUES)),
        agents=st.tuples(*map(agent_settings, AGENTS)),
        groups=st.tuples(group("g"), group("h")),
        classes=st.just((CustomerClass(name="key", priority=1), CustomerClass(name="vip", priority=3))),
        distribution=st.builds(DistributionSettings, ageing_s=st.integers(1, 60), look_every_s=st.integers(1, 5)),
    )


class AnyOrder(RuleBasedStateMachine):
    @initialize(desk=desks(), ready=st.booleans())
    def begin(self, desk: Desk, ready: bool) -> None:
        self.distribution = Distribution(desk, seed=3)
        self.now = 0.0
        self.call = 0
        self.direct = 1000
        self.offered: dict[int, set[str]] = {}
        self.talks: dict[str, set[int]] = {number: set() for number in AGENTS}
        self.left: set[int] = set()
        self.held: set[int] = set()
        if ready:
            for number in AGENTS:
                self.take(e.Asked(number, Act.LOG_ON))
                self.take(e.Asked(number, Act.READY))

    def take(self, event: e.Event) -> list[o.Order]:
        orders = self.distribution.take(event, self.now)
        check_order(self.distribution, orders)
        for order in orders:
            self.carry_out(order)
        return orders

    def carry_out(self, order: o.Order) -> None:
        """As the exchange would, and with its own book of who is rung and who talks."""
        match order:
            case o.Offer(call=call, agents=agents, added=added):
                ringing = self.offered.setdefault(call, set())
                assert added == bool(ringing)
                for number in agents:
                    assert not any(number in others for others in self.offered.values()), "two offers to one agent"
                    assert self.talks[number] <= self.held, "an offer to a busy agent"
                ringing |= set(agents)
            case o.Withdraw(call=call, agent=number, reason=reason):
                if reason != "too late" and number in self.offered.get(call, ()):
                    self.offered[call].discard(number)
            case o.Connect(call=call, agent=number):
                self.offered.get(call, set()).discard(number)
                assert not self.offered.get(call), "the others still ring"
                if number:
                    self.talks[number].add(call)
            case o.ClearDesk(call=call, agent=number):
                self.talks[number].discard(call)
            case o.Left(call=call) | o.LeftFor(call=call):
                assert not self.offered.get(call), "gone, and agents still ring"
                assert call not in self.left, "left twice"
                self.left.add(call)

    # ---- callers ----

    @rule(
        queue=queue_names,
        number=st.sampled_from(PEOPLE),
        customer_class=st.sampled_from(CLASSES),
        agent=st.sampled_from(("", *AGENTS)),
        require=levels,
        before=st.one_of(st.none(), st.floats(0, 100)),
    )
    def enters(
        self, queue: str, number: str, customer_class: str, agent: str, require: dict[str, int], before: float | None
    ) -> None:
        if queue not in {view.name for view in self.distribution.queues()}:
            return
        self.call += 1
        caller = Caller(number, customer_class, owner=agent, last_agent=agent)
        entered = None if before is None else self.now - before
        self.take(e.Entered(self.call, queue, caller, entered, require))

    @rule(data=st.data(), cut_off=st.booleans())
    def hangs_up(self, data: st.DataObject, cut_off: bool) -> None:
        self.take(e.CallerGone(self.some_call(data), cut_off))

    @rule(
        data=st.data(),
        what=st.sampled_from(
            (e.CallerLeft, e.CallBackWanted, e.CallBackFailed, e.CallBackReached, e.CallBackCancelled)
        ),
        number=st.sampled_from(PEOPLE[1:]),
    )
    def chooses(self, data: st.DataObject, what: Any, number: str) -> None:
        more = {e.CallerLeft: ("message",), e.CallBackWanted: (number,)}.get(what, ())
        self.take(what(self.some_call(data), *more))

    @rule(queue=queue_names, number=st.sampled_from(PEOPLE[1:]), tries=st.integers(0, 2), later=st.integers(0, 20))
    def asks_in_a_flow_to_be_called_back(self, queue: str, number: str, tries: int, later: int) -> None:
        if queue in {view.name for view in self.distribution.queues()}:
            self.call += 1
            asked = e.Entered(
                self.call, queue, Caller(number), call_back=number, tries=tries, not_before=self.now + later
            )
            self.take(asked)

    @rule(data=st.data(), agent=agent_numbers)
    def picks_up(self, data: st.DataObject, agent: str) -> None:
        self.take(e.PickedUp(self.some_call(data), agent))

    # ---- agents ----

    @rule(data=st.data(), agent=agent_numbers)
    def answers(self, data: st.DataObject, agent: str) -> None:
        mine = sorted(call for call, agents in self.offered.items() if agent in agents)
        call = data.draw(st.sampled_from(mine)) if mine else self.some_call(data)
        if agent in {view.number for view in self.distribution.agents()}:
            self.take(e.Answered(call, agent))

    @rule(data=st.data(), how=st.sampled_from(("reject", "unreachable", "no answer")))
    def misses(self, data: st.DataObject, how: str) -> None:
        rung = sorted((call, agent) for call, agents in self.offered.items() for agent in agents)
        if rung:
            call, agent = data.draw(st.sampled_from(rung))
            self.take(e.Missed(call, agent, how))

    @rule(data=st.data(), agent=agent_numbers)
    def ends(self, data: st.DataObject, agent: str) -> None:
        if self.talks[agent]:
            call = data.draw(st.sampled_from(sorted(self.talks[agent])))
            self.talks[agent].discard(call)
            self.take(e.CallEnded(call, agent))

    @rule(agent=agent_numbers)
    def calls_out(self, agent: str) -> None:
        known = {view.number: view for view in self.distribution.agents()}
        if agent in known:
            self.direct += 1
            if known[agent].state is not State.LOGGED_OFF:
                self.talks[agent].add(self.direct)
            self.take(e.CallBegan(self.direct, agent))

    @rule(data=st.data(), agent=agent_numbers, on=st.booleans())
    def holds(self, data: st.DataObject, agent: str, on: bool) -> None:
        if self.talks[agent]:
            call = data.draw(st.sampled_from(sorted(self.talks[agent])))
            (self.held.add if on else self.held.discard)(call)
            self.take(e.Held(call, agent, on))

    @rule(agent=agent_numbers, act=st.sampled_from(tuple(Act)[:9]), by=st.sampled_from(("", "boss")))
    def asks(self, agent: str, act: Act, by: str) -> None:
        if agent in {view.number for view in self.distribution.agents()}:
            self.take(e.Asked(agent, act, "tea", by))

    @rule(
        agent=agent_numbers,
        skill=st.sampled_from(SKILLS),
        level=st.integers(0, 4),
        queue=st.sampled_from(("", *QUEUES)),
    )
    def learns(self, agent: str, skill: str, level: int, queue: str) -> None:
        view = {view.number: view for view in self.distribution.agents()}.get(agent)
        if view is not None and (not queue or queue in view.queues):
            self.take(e.SkillSet(agent, skill, level, queue))

    @rule(agent=agent_numbers, queue=queue_names, rank=st.integers(1, 3), joins=st.booleans())
    def changes_queue(self, agent: str, queue: str, rank: int, joins: bool) -> None:
        if queue not in {view.name for view in self.distribution.queues()}:
            return
        if agent in {view.number for view in self.distribution.agents()}:
            self.take(e.Joined(agent, queue, rank) if joins else e.Parted(agent, queue))

    # ---- the rest ----

    @rule(seconds=st.floats(0, 40))
    def time_passes(self, seconds: float) -> None:
        until = self.now + seconds
        looks = 0
        while (look := self.distribution.next_look) is not None and look <= until:
            self.now = max(self.now, look)
            self.take(e.Look())
            check(self.distribution)
            looks += 1
            assert looks < 2000, "it looks and looks"
        self.now = until

    @rule(open=st.booleans())
    def calendar_turns(self, open: bool) -> None:
        self.take(e.CalendarsTold(frozenset({"office"} if open else ())))

    @rule(day=st.booleans())
    def interval_begins(self, day: bool) -> None:
        self.take(e.IntervalBegins(day))

    @rule(desk=desks(), queues=st.sets(queue_names), agents=st.sets(agent_numbers))
    def is_reconfigured(self, desk: Desk, queues: set[str], agents: set[str]) -> None:
        """Some queues and agents are gone, the others have other settings."""
        kept = tuple(queue for queue in desk.queues if queue.name in queues)
        people = tuple(
            agent.model_copy(update={"queues": tuple(one for one in agent.queues if one.queue in queues)})
            for agent in desk.agents
            if agent.number in agents
        )
        self.take(e.Reconfigured(Desk(kept, people, desk.groups, desk.classes, desk.distribution)))

    def some_call(self, data: st.DataObject) -> int:
        return data.draw(st.integers(max(1, self.call - 8), self.call + 1))

    @invariant()
    def laws_hold(self) -> None:
        if hasattr(self, "distribution"):
            check(self.distribution)
            for view in self.distribution.agents():
                assert set(view.calls) == self.talks[view.number]
                ringing = {call for call, agents in self.offered.items() if view.number in agents}
                assert ringing == ({view.offer} if view.offer else set())

    def teardown(self) -> None:
        """Everybody hangs up: nobody is left over."""
        if not hasattr(self, "distribution"):
            return
        for call in range(1, self.call + 1):
            self.take(e.CallBackCancelled(call))
            self.take(e.CallerGone(call))
        for number, calls in self.talks.items():
            for call in sorted(calls):
                self.take(e.CallEnded(call, number))
        for call in range(1, self.call + 1):  # whom an agent was calling back is to be called again
            self.take(e.CallBackCancelled(call))
        self.time_passes(120.0)
        check(self.distribution)
        assert all(not view.calls for view in self.distribution.queues())
        idle = {State.LOGGED_OFF, State.NOT_READY, State.RESTING, State.READY, State.AFTER_CALL}
        assert all(view.state in idle and not view.calls and not view.offer for view in self.distribution.agents())


AnyOrder.TestCase.settings = settings(max_examples=40, stateful_step_count=50, deadline=None)
TestAnyOrder = AnyOrder.TestCase
