"""What agents have in hand, read from the journal: calls of queues and direct ones, talking and holding.

    Served(agent, queue)     Held        Retrieved      ConnectionCleared(his telephone)
      |======= talk =========|== hold ===|==== talk =====|

A talk belongs to the call, whatever number a transfer gives it, and ends when his telephone leaves it. Direct is what
came past the queues: a call to him from his answer on, a call of his own from the other's answer on. To ask back (a
consultation) is no call of its own: its caller is held meanwhile. A call that a queue offers is nothing before it is
served: who has lifted for a call-back has no call yet, and none when its caller is not reached. Who sits where is told
by AgentState; telephones without an agent are not followed. Pure; follows one event after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.reports.elapsed import OF_RUNS, elapsed, over
from core.store.event import Event

KINDS = (
    frozenset(
        {
            "AgentState",
            "ServiceInitiated",
            "Originated",
            "Established",
            "Offered",
            "Dequeued",
            "CallBackTried",
            "Served",
            "Held",
            "Retrieved",
            "ConnectionCleared",
            "Transferred",
            "Conferenced",
            "CallCleared",
        }
    )
    | OF_RUNS
)
GONE = "logged off"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a talk. began: UTC in µs."""

    held: bool
    began: int
    us: int


@dataclass(slots=True)
class Talk:
    """queue "": direct. out: he called. since: of the piece that runs."""

    agent: str
    device: str
    call: int
    queue: str
    out: bool
    began: int
    since: Event
    held: bool = False
    ended: int = 0
    transferred: bool = False
    pieces: list[Piece] = field(default_factory=list)

    @property
    def talk_us(self) -> int:
        return sum(piece.us for piece in self.pieces if not piece.held)

    @property
    def hold_us(self) -> int:
        return sum(piece.us for piece in self.pieces if piece.held)


class Talks:
    def __init__(self) -> None:
        self._open: dict[int, dict[str, Talk]] = {}  # by call and device
        self.seats: dict[str, str] = {}
        """By device: the agent there."""
        self._callers: dict[int, str] = {}  # calls that an agent makes: his device
        self._asking_back: set[int] = set()
        self._offered: set[int] = set()

    def of(self, call: int, device: str) -> Talk | None:
        """The talk that goes on there."""
        return self._open.get(call, {}).get(device)

    def __iter__(self) -> Iterator[Talk]:
        """All that go on."""
        return (talk for talks in self._open.values() for talk in talks.values())

    def see(self, event: Event) -> list[Talk]:
        """The talks that this event ends."""
        kind, call, device = event.kind, event.call, event.device
        if kind == "AgentState":
            self._sits(event)
        elif kind in ("ServiceInitiated", "Originated"):
            if event.data.get("consults"):
                self._asking_back.add(call)
            elif kind == "Originated" and device in self.seats:
                self._callers[call] = device
        elif kind == "Established":
            self._established(event)
        elif kind == "Offered":
            self._offered.add(call)
        elif kind in ("Dequeued", "CallBackTried"):
            self._offered.discard(call)
        elif kind == "Served":
            self._served(event)
        elif kind in ("Held", "Retrieved"):
            talk = self.of(call, device)
            if talk is not None:
                _turn(talk, event, kind == "Held")
        elif kind == "ConnectionCleared":
            return self._end(call, device, event)
        elif kind in ("Transferred", "Conferenced"):
            return self._merged(event)
        elif kind == "CallCleared":
            self._callers.pop(call, None)
            self._asking_back.discard(call)
            self._offered.discard(call)
            return [talk for device in list(self._open.get(call, ())) for talk in self._end(call, device, event)]
        elif (end := over(event)) is not None:
            return self._cut(end)
        return []

    def _sits(self, event: Event) -> None:
        agent = event.data["agent"]
        if event.data.get("state") == GONE:
            if self.seats.get(event.device) == agent:
                del self.seats[event.device]
        else:
            self.seats[event.device] = agent

    def _established(self, event: Event) -> None:
        call, device = event.call, event.device
        caller = self._callers.get(call)
        if call in self._asking_back or device == caller or self.of(call, device) is not None:
            return
        if device in self.seats and call not in self._offered:
            self._begin(Talk(self.seats[device], device, call, "", False, event.time, event))
        if caller is not None and self.of(call, caller) is None and caller in self.seats:
            self._begin(Talk(self.seats[caller], caller, call, "", True, event.time, event))

    def _begin(self, talk: Talk) -> None:
        self._open.setdefault(talk.call, {})[talk.device] = talk

    def _served(self, event: Event) -> None:
        agent, device = event.data["agent"], event.device
        if agent:
            self._begin(Talk(agent, device, event.call, event.data["queue"], False, event.time, event))

    def _merged(self, event: Event) -> list[Talk]:
        """Two calls have become one: who passed it on is out of both, the others go on in this one."""
        call, device = event.call, event.device
        other = event.data.get("consultation") or 0
        ended = []
        if event.kind == "Transferred":
            for number in (call, other):
                for talk in self._end(number, device, event):
                    talk.transferred = True
                    ended.append(talk)
        else:
            ended += self._end(other, device, event)
            if (own := self.of(call, device)) is not None:
                _turn(own, event, held=False)
        for talk in self._open.pop(other, {}).values():
            talk.call = call
            self._begin(talk)
        if other in self._offered:
            self._offered.add(call)
        if other in self._callers:
            self._callers.setdefault(call, self._callers.pop(other))
        return ended

    def _end(self, call: int, device: str, event: Event) -> list[Talk]:
        there = self._open.get(call, {})
        talk = there.pop(device, None)
        if talk is None:
            return []
        if not there:
            del self._open[call]
        _turn(talk, event, talk.held)
        talk.ended = event.time
        return [talk]

    def _cut(self, end: int) -> list[Talk]:
        """The box went down."""
        ended = list(self)
        for talk in ended:
            pause(talk, end)
            talk.ended = max(end, talk.began)
        self._open.clear()
        self.seats.clear()
        self._callers.clear()
        self._asking_back.clear()
        self._offered.clear()
        return ended


def _turn(talk: Talk, event: Event, held: bool) -> None:
    """One piece is over, the next begins."""
    us = elapsed(talk.since, event)
    if us:
        talk.pieces.append(Piece(talk.held, talk.since.time, us))
    talk.since, talk.held = event, held


def pause(talk: Talk, until: int) -> None:
    """Counts the piece that runs, up to this moment (UTC in µs)."""
    us = max(0, until - talk.since.time)
    if us:
        talk.pieces.append(Piece(talk.held, talk.since.time, us))
