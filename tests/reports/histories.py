"""Histories of queues and agents as the box notes them, told step by step; and strategies that tell any of them.

    office = Telling()
    office.log_on("1001"); office.enters(1, "sales"); office.wait(7); office.serves(1, "1001")
    office.wait(60); office.hangs_up(1)
    office.events

What cannot be at the moment (an agent who is busy is to serve a second call) is left out: so any list of steps is a
history. `file` keeps one as the box would.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from core.store.event import Event, Json
from core.store.journal_file import JournalFile
from core.store.life import Lives
from core.store.records import record
from core.store.run import Run
from core.store.vocabulary import check
from tests.store.story import NOON

AGENTS = ("1001", "1002", "1003")
QUEUES = ("sales", "help")


@dataclass
class Caller:
    """One call of a queue. queue "": he waits no more. agent "": nobody has him."""

    device: str
    queue: str = ""
    since: float = 0.0
    rung: str = ""
    agent: str = ""
    held: bool = False


@dataclass
class Telling:
    events: list[Event] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    seconds: float = 0.0
    began: float = 0.0
    fast: float = 0.0
    """By so much the clock on the wall is ahead of its time when the history began."""
    run: int = 1
    callers: dict[int, Caller] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)

    def note(self, kind: str, call: int = 0, device: str = "", **data: Json) -> None:
        check(kind, call, device, data)
        clock = round((self.seconds - self.began) * 1e6)
        time = NOON + round((self.seconds + self.fast) * 1e6)
        self.events.append(Event(len(self.events) + 1, time, clock, self.run, call, device, kind, data))

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def clock_set(self, seconds: float) -> None:
        self.fast += seconds
        self.note("ClockSet", by_s=seconds)

    # ---- agents ----

    def state(self, agent: str, state: str, reason: str = "") -> None:
        self.states[agent] = state
        self.note("AgentState", device=desk(agent), agent=agent, state=state, reason=reason)

    def log_on(self, agent: str) -> None:
        if self.states.get(agent, "logged off") == "logged off":
            self.state(agent, "ready")

    def turns(self, agent: str, state: str, reason: str = "") -> None:
        """To ready, not ready, rest, logged off; not while he has a call or is rung."""
        if self.states.get(agent, "logged off") not in ("logged off", "busy", "offered a call", state):
            self.state(agent, state, reason)

    # ---- callers ----

    def _free_line(self) -> str:
        busy = {caller.device for caller in self.callers.values()}
        return next(line for line in (f"e1/{at}" for at in range(1, 31)) if line not in busy)

    def enters(self, call: int, queue: str) -> None:
        if call not in self.callers:
            caller = self.callers[call] = Caller(self._free_line())
            self.note("TrunkSeized", call, caller.device, group="city", direction="in")
            self.note("Originated", call, caller.device, called=queue, calling=f"1380000{call:04}", direction="in")
            self._queued(call, caller, queue, "new")

    def is_turned_away(self, call: int, queue: str) -> None:
        if call not in self.callers:
            device = self._free_line()
            self.callers[call] = Caller(device)
            self.note("TrunkSeized", call, device, group="city", direction="in")
            self.note("Originated", call, device, called=queue, calling=f"1380000{call:04}", direction="in")
            self.note("TurnedAway", call, device, queue=queue, reason="full", to="release")
            self._over(call)

    def _queued(self, call: int, caller: Caller, queue: str, how: str) -> None:
        caller.queue, caller.since = queue, self.seconds
        self.note("Queued", call, caller.device, queue=queue, position=1, priority=0, how=how)

    def _dequeued(self, call: int, caller: Caller, reason: str, to: str = "") -> None:
        waited = round(1000 * (self.seconds - caller.since))
        self.note("Dequeued", call, caller.device, queue=caller.queue, reason=reason, to=to, waited_ms=waited)
        caller.queue = ""

    def is_offered(self, call: int, agent: str) -> None:
        caller = self.callers.get(call)
        if caller and caller.queue and not caller.rung and self.states.get(agent) == "ready":
            caller.rung = agent
            self.state(agent, "offered a call")
            self.note("Offered", call, caller.device, queue=caller.queue, agents=[agent])
            self.note("Delivered", call, desk(agent))

    def is_missed(self, call: int, why: str = "no answer") -> None:
        caller = self.callers.get(call)
        if caller and caller.rung:
            self._withdrawn(call, caller, why)

    def _withdrawn(self, call: int, caller: Caller, why: str) -> None:
        agent, caller.rung = caller.rung, ""
        self.note("OfferWithdrawn", call, desk(agent), agent=agent, reason=why)
        self.note("ConnectionCleared", call, desk(agent), by="exchange", reason=why)
        self.state(agent, "ready")

    def is_served(self, call: int) -> None:
        """By whoever is rung for him."""
        caller = self.callers.get(call)
        if caller and caller.rung:
            agent, queue, caller.rung = caller.rung, caller.queue, ""
            caller.agent = agent
            waited = round(1000 * (self.seconds - caller.since))
            self.note("Established", call, desk(agent))
            self.state(agent, "busy")
            self._dequeued(call, caller, "answered")
            self.note("Served", call, desk(agent), agent=agent, queue=queue, waited_ms=waited)

    def overflows(self, call: int, queue: str) -> None:
        caller = self.callers.get(call)
        if caller and caller.queue and not caller.rung and queue != caller.queue:
            self._dequeued(call, caller, "step 1", f"queue {queue}")
            self._queued(call, caller, queue, "moved")

    def leaves(self, call: int, reason: str, to: str) -> None:
        caller = self.callers.get(call)
        if caller and caller.queue and not caller.rung:
            self._dequeued(call, caller, reason, to)
            self._over(call)

    # ---- talks ----

    def holds(self, call: int) -> None:
        """Or takes back."""
        caller = self.callers.get(call)
        if caller and caller.agent:
            caller.held = not caller.held
            self.note("Held" if caller.held else "Retrieved", call, desk(caller.agent))

    def transfers(self, call: int) -> None:
        """To somebody who is no agent."""
        caller = self.callers.get(call)
        if caller and caller.agent:
            agent = caller.agent
            self.note("Transferred", call, desk(agent), transferred=caller.device, to="8009", how="blind")
            self.note("ConnectionCleared", call, desk(agent), by="exchange", reason="transferred")
            self.state(agent, "ready")
            caller.agent = ""
            self.note("Delivered", call, "8009")
            self.note("Established", call, "8009")

    def hangs_up(self, call: int, work: bool = True) -> None:
        caller = self.callers.get(call)
        if caller is None:
            return
        if caller.rung:
            self._withdrawn(call, caller, "caller gone")
        if caller.queue:
            self._dequeued(call, caller, "abandoned")
        self.note("ConnectionCleared", call, caller.device, by="far", cause=16)
        if caller.agent:
            self.note("ConnectionCleared", call, desk(caller.agent), by="near", cause=16)
            self.state(caller.agent, "working after call" if work else "ready")
        self._over(call)

    def _over(self, call: int) -> None:
        self.note("TrunkReleased", call, self.callers[call].device)
        self.note("CallCleared", call, cause=16)
        del self.callers[call]

    # ---- the box ----

    def stops(self, in_order: bool) -> None:
        """And starts again. A box that is killed cannot say so; the next start does."""
        clock = round((self.seconds - self.began) * 1e6)
        time = NOON + round(self.seconds * 1e6)
        if in_order:
            self.note("BoxStopped")
        self.runs.append(Run(self.run, NOON + round(self.began * 1e6), time, clock, in_order))
        for call, caller in list(self.callers.items()):
            self.note("ConnectionCleared", call, caller.device, by="exchange", reason="power")
            if caller.agent or caller.rung:
                self.note("ConnectionCleared", call, desk(caller.agent or caller.rung), by="exchange", reason="power")
            self.note("TrunkReleased", call, caller.device)
            self.note("CallCleared", call, reason="power")
        self.callers.clear()
        self.states.clear()
        self.run += 1
        self.seconds += 30
        self.began = self.seconds
        if not in_order:
            self.note("BoxFailed", last=time)
        self.note("BoxStarted", version="1")

    @staticmethod
    def started() -> Event:
        return Event(1, NOON, 0, 1, 0, "", "BoxStarted", {"version": "1"})

    @property
    def now(self) -> int:
        """UTC in µs, a moment after the last event."""
        return NOON + round(self.seconds * 1e6) + 1000

    def file(self, path: Path) -> Path:
        """The journal's file, as the box leaves it."""
        lives = Lives()
        ended = [record(life) for event in self.events if (life := lives.see(event))]
        clock = round((self.seconds - self.began) * 1e6)
        file = JournalFile(path)
        last = Run(self.run, NOON + round(self.began * 1e6), self.now, clock, False)
        for run in [*self.runs, last]:
            file.write([event for event in self.events if event.run == run.run], {}, [], run)
        file.write([], {}, ended, last)
        file.close()
        return path


def desk(agent: str) -> str:
    return f"80{agent[-2:]}"


def steps() -> st.SearchStrategy[tuple[str, tuple[Any, ...]]]:
    agent, queue, call = st.sampled_from(AGENTS), st.sampled_from(QUEUES), st.integers(1, 6)

    def step(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, tuple[Any, ...]]]:
        return st.tuples(st.just(name), st.tuples(*arguments))

    many = (
        step("wait", st.integers(0, 40_000).map(lambda tenths: tenths / 10)),
        step("log_on", agent),
        step("enters", call, queue),
        step("is_offered", call, agent),
        step("is_served", call),
        step("hangs_up", call, st.booleans()),
    )
    few = (
        step(
            "turns", agent, st.sampled_from(("ready", "not ready", "rest", "logged off")), st.sampled_from(("", "tea"))
        ),
        step("is_missed", call, st.sampled_from(("no answer", "reject", "unreachable"))),
        step("holds", call),
        step("transfers", call),
        step("overflows", call, queue),
        step("leaves", call, st.just("message"), st.just("")),
        step("leaves", call, st.just("waited too long"), st.just("mailbox 8800")),
        step("leaves", call, st.just("step 2"), st.just("number 8001")),
        step("is_turned_away", call, queue),
        step("stops", st.booleans()),
    )
    return st.one_of(*many, *many, *few)


@st.composite
def histories(draw: st.DrawFn, most: int = 60) -> Telling:
    """Calls keep their numbers apart: one that is over is not begun again."""
    told = Telling()
    told.note("BoxStarted", version="1")
    renewed: dict[int, int] = {}
    for name, arguments in draw(st.lists(steps(), max_size=most)):
        if arguments and isinstance(arguments[0], int) and not isinstance(arguments[0], bool):
            call = arguments[0]
            if name in ("enters", "is_turned_away") and renewed.get(call, call) not in told.callers:
                renewed[call] = 1 + max([6, *renewed.values()])
            arguments = (renewed.get(call, call), *arguments[1:])
        getattr(told, name)(*arguments)
    return told
