"""The lines of Asterisk's queue_log, from the journal: for the reporting tools that read that.

    1795694400|1795694400.17|sales|NONE|ENTERQUEUE||13812345678|1
    1795694412|1795694400.17|sales|Agent/1001|CONNECT|12|8001|5
    1795694512|1795694400.17|sales|Agent/1001|COMPLETECALLER|12|100|1

Fields, from the left: UTC in seconds, the call (as in `strowger records --asterisk`), queue, agent, event, data. Events
and the order of their data are those of Asterisk 13 to 22 (app_queue.c; docs.asterisk.org, Queue Logs):

    ENTERQUEUE       url|number|position        when it comes into a queue
    CONNECT          hold|telephone|ring        an agent has it; seconds it waited, seconds it rang there
    COMPLETEAGENT    hold|talk|position         the agent, or (COMPLETECALLER) somebody else, hung up first
    BLINDTRANSFER    to|queue|hold|talk|position
    ATTENDEDTRANSFER BRIDGE|to|hold|talk|position
    ABANDON          position|entered at|hold   hung up, or was cut off; or somebody took it out of the queue
    EXITWITHTIMEOUT  position|entered at|hold   sent elsewhere by the queue; EXITEMPTY: for want of agents
    EXITWITHKEY      key|position|entered at|hold   2: to leave a message, 3: to be called back
    RINGNOANSWER     ms                         RINGCANCELED: for no fault of the agent
    AGENTLOGIN       telephone                  then ADDMEMBER for each of his queues
    AGENTLOGOFF      telephone|seconds          after REMOVEMEMBER for each of them
    PAUSEALL, PAUSE  reason                     not ready or at rest: once, and for each queue; UNPAUSEALL, UNPAUSE
    QUEUESTART                                  the box has started

Asterisk knows no after-call work and no calls that a full queue turned away: neither has lines. A position is that by
time of entry. Pure; follows one event after the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.reports import stays, talks
from core.reports.elapsed import elapsed, over
from core.reports.stays import Stay, Stays, Way
from core.reports.talks import Talk, Talks
from core.store.event import Event

KINDS = stays.KINDS | talks.KINDS | {"TrunkSeized", "Offered", "OfferWithdrawn"}
NAME = "queue-log"
"""What it is called among the reports."""

MISSED = frozenset({"no answer", "reject", "unreachable"})
KEYS = {Way.MESSAGE: "2", Way.CALL_BACK: "3"}
EMPTY = frozenset({"no agents", "queue is gone"})
NOBODY = "NONE"
_SEPARATORS = re.compile(r"[|\x00-\x1f\x7f]")

QueuesOf = Callable[[str], Sequence[str]]
"""Names of the queues that an agent serves, by his number."""


@dataclass(slots=True)
class Served:
    """What is to be said again when the talk is over."""

    call_id: str
    queue: str
    hold_s: int
    position: int
    since: Event


@dataclass(slots=True)
class Shift:
    """Of an agent: where and since when he is logged on, his queues then, and why he takes no calls (None: he does)."""

    device: str
    since: Event
    queues: Sequence[str]
    pause: str | None = None


class QueueLog:
    def __init__(self, queues_of: QueuesOf) -> None:
        self._queues_of = queues_of
        self._stays = Stays()
        self._talks = Talks()
        self._begun: dict[int, str] = {}  # every call, as records name it
        self._ids: dict[int, str] = {}  # those of queues, whatever a transfer has made of them
        self._positions: dict[int, int] = {}  # at which a call that is served had entered
        self._numbers: dict[int, str] = {}
        self._rung: dict[tuple[int, str], Event] = {}
        self._served: dict[int, Served] = {}  # by id() of the talk
        self._gone: set[int] = set()  # calls whose caller has left
        self._callers: dict[int, str] = {}
        self._shifts: dict[str, Shift] = {}

    def see(self, event: Event) -> list[str]:
        """The lines that this event brings, without their ends."""
        return list(self._lines(event))

    def _lines(self, event: Event) -> Iterator[str]:
        kind, call = event.kind, event.call
        if kind == "BoxStarted":
            yield self._line(event.time, NOBODY, NOBODY, NOBODY, "QUEUESTART", "")
        elif kind in ("TrunkSeized", "ServiceInitiated"):
            self._begins(event)
        elif kind == "Originated":
            self._begins(event)
            self._numbers.setdefault(call, event.data.get("calling") or "")
        elif kind == "ConnectionCleared" and event.device == self._callers.get(call):
            self._gone.add(call)
        elif kind == "Offered":
            for agent in event.data["agents"]:
                self._rung[call, agent] = event
        elif kind == "OfferWithdrawn":
            yield from self._withdrawn(event)
        elif kind in ("Transferred", "Conferenced"):
            self._merge(call, event.data.get("consultation") or 0)
        for stay in self._stays.see(event):
            yield from self._left(stay, event)
        if kind == "Queued":
            yield from self._entered(event)
        for talk in self._talks.see(event):
            yield from self._talked(talk, event)
        if kind == "Served":
            yield from self._connected(event)
        elif kind == "AgentState":
            yield from self._agent(event)
        elif kind == "CallCleared":
            self._forget(call)
        elif (end := over(event)) is not None:
            yield from self._all_gone(end)

    # ---- callers ----

    def _begins(self, event: Event) -> None:
        self._begun.setdefault(event.call, f"{event.time // 1_000_000}.{event.call}")

    def _id(self, event: Event) -> str:
        self._begins(event)
        return self._ids.setdefault(event.call, self._begun[event.call])

    def _entered(self, event: Event) -> Iterator[str]:
        call, data = event.call, event.data
        self._callers[call] = event.device
        call_id = self._id(event)
        position = f"{data.get('position') or 1}"
        number = self._numbers.get(call, "")
        yield self._line(event.time, call_id, data["queue"], NOBODY, "ENTERQUEUE", "", number, position)

    def _left(self, stay: Stay, event: Event) -> Iterator[str]:
        call_id = self._ids.get(stay.call)
        if stay.way is Way.ANSWERED:
            self._positions[stay.call] = stay.position
        if stay.way in (Way.ANSWERED, Way.TURNED_AWAY) or call_id is None:
            return
        ahead = sum(
            one.queue == stay.queue and one.came.id < stay.came.id
            for one in self._stays.open.values()
            if one is not stay
        )
        numbers = [f"{ahead + 1}", f"{stay.position or 1}", f"{stay.waited_us // 1_000_000}"]
        if stay.way in KEYS and not stay.to.startswith("mailbox"):
            word, numbers = "EXITWITHKEY", [KEYS[stay.way], *numbers]
        elif stay.way in (Way.ABANDONED, Way.LEFT):
            word = "ABANDON"
        else:
            word = "EXITEMPTY" if stay.reason in EMPTY else "EXITWITHTIMEOUT"
        yield self._line(stay.ended, call_id, stay.queue, NOBODY, word, *numbers)

    def _merge(self, call: int, other: int) -> None:
        """Two calls have become one."""
        if other in self._ids:
            self._ids[call] = self._ids.pop(other)
        if other in self._callers:
            self._callers[call] = self._callers.pop(other)

    def _forget(self, call: int) -> None:
        self._gone.discard(call)
        for table in (self._begun, self._ids, self._callers, self._numbers, self._positions):
            table.pop(call, None)
        for key in [key for key in self._rung if key[0] == call]:
            del self._rung[key]

    # ---- agents with calls ----

    def _withdrawn(self, event: Event) -> Iterator[str]:
        call, agent = event.call, event.data["agent"]
        offered = self._rung.pop((call, agent), None)
        stay = self._stays.open.get(call)
        if offered is None:
            return
        queue = stay.queue if stay is not None else offered.data["queue"]
        word = "RINGNOANSWER" if event.data.get("reason") in MISSED else "RINGCANCELED"
        milliseconds = f"{elapsed(offered, event) // 1000}"
        call_id = self._id(event)
        yield self._line(event.time, call_id, queue, _agent(agent), word, milliseconds)

    def _connected(self, event: Event) -> Iterator[str]:
        call, data = event.call, event.data
        agent, queue = data["agent"], data["queue"]
        offered = self._rung.pop((call, agent), None)
        ring_s = elapsed(offered, event) // 1_000_000 if offered is not None else 0
        hold_s = (data.get("waited_ms") or 0) // 1000
        if call not in self._ids:  # called back by the agent himself
            number = self._numbers.get(call, "")
            yield self._line(event.time, self._id(event), queue, NOBODY, "ENTERQUEUE", "", number, "1")
        call_id = self._id(event)
        talk = self._talks.of(call, event.device)
        if talk is not None:
            self._served[id(talk)] = Served(call_id, queue, hold_s, self._positions.pop(call, 0) or 1, event)
        member = _agent(agent) if agent else event.device
        yield self._line(event.time, call_id, queue, member, "CONNECT", f"{hold_s}", event.device, f"{ring_s}")

    def _talked(self, talk: Talk, event: Event) -> Iterator[str]:
        served = self._served.pop(id(talk), None)
        if served is None:
            return
        talk_s = max(0, talk.ended - served.since.time) // 1_000_000
        if event.run == served.since.run:
            talk_s = elapsed(served.since, event) // 1_000_000
        numbers = [f"{served.hold_s}", f"{talk_s}", f"{served.position}"]
        if talk.transferred:
            to = event.data.get("to") or ""
            if event.data.get("how") == "blind":
                word, numbers = "BLINDTRANSFER", [to, served.queue, *numbers]
            else:
                word, numbers = "ATTENDEDTRANSFER", ["BRIDGE", to, *numbers]
        else:
            hung_up = event.kind == "ConnectionCleared" and event.data.get("by") == "far"
            by_agent = hung_up and talk.call not in self._gone
            word = "COMPLETEAGENT" if by_agent else "COMPLETECALLER"
        yield self._line(talk.ended, served.call_id, served.queue, _agent(talk.agent), word, *numbers)

    # ---- agents ----

    def _agent(self, event: Event) -> Iterator[str]:
        data = event.data
        number, state, reason = data["agent"], data.get("state") or "", data.get("reason") or ""
        shift = self._shifts.get(number)
        if state == talks.GONE:
            if shift is not None:
                yield from self._logged_off(number, shift, event.time, elapsed(shift.since, event))
            return
        if shift is None:
            shift = self._shifts[number] = Shift(event.device, event, tuple(self._queues_of(number)))
            yield self._line(event.time, NOBODY, NOBODY, _agent(number), "AGENTLOGIN", event.device)
            for queue in shift.queues:
                yield self._line(event.time, NOBODY, queue, _agent(number), "ADDMEMBER", "")
        if state in ("not ready", "rest"):
            why = reason or ("rest" if state == "rest" else "")
            if why != shift.pause:
                shift.pause = why
                yield from self._paused(event.time, number, shift, "PAUSE", why)
        elif state in ("ready", "offered a call") and shift.pause is not None:
            shift.pause = None
            yield from self._paused(event.time, number, shift, "UNPAUSE", "")

    def _paused(self, time: int, number: str, shift: Shift, word: str, why: str) -> Iterator[str]:
        for queue in shift.queues:
            yield self._line(time, NOBODY, queue, _agent(number), word, why)
        yield self._line(time, NOBODY, NOBODY, _agent(number), f"{word}ALL", why)

    def _logged_off(self, number: str, shift: Shift, time: int, us: int) -> Iterator[str]:
        del self._shifts[number]
        for queue in shift.queues:
            yield self._line(time, NOBODY, queue, _agent(number), "REMOVEMEMBER", "")
        seconds = f"{us // 1_000_000}"
        yield self._line(time, NOBODY, NOBODY, _agent(number), "AGENTLOGOFF", shift.device, seconds)

    def _all_gone(self, end: int) -> Iterator[str]:
        """The box went down, and everybody with it."""
        for number, shift in list(self._shifts.items()):
            yield from self._logged_off(number, shift, max(end, shift.since.time), max(0, end - shift.since.time))
        for one in (self._begun, self._ids, self._callers, self._numbers, self._positions, self._rung, self._served):
            one.clear()
        self._gone.clear()

    @staticmethod
    def _line(time: int, *fields: str) -> str:
        return "|".join([f"{time // 1_000_000}", *(_SEPARATORS.sub(" ", field) for field in fields)])


def _agent(number: str) -> str:
    return f"Agent/{number}"


def lines(events: Iterable[Event], queues_of: QueuesOf, since: int) -> Iterator[str]:
    """Of a period that begins then (UTC in µs); what comes before says how things stood."""
    log = QueueLog(queues_of)
    for event in events:
        said = log.see(event)
        if event.time >= since:
            yield from said
