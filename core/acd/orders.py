"""What the distribution wants done. Orders are carried out in the order in which they stand; see distribution.py.

The journal and the screens live on the same orders: each says what happened and why.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.acd.agents import Act, Pending, State
from core.acd.expected_wait import ExpectedWait
from core.acd.reason import Why
from core.config.model.queues import Target


@dataclass(frozen=True, slots=True)
class Queued:
    """The call has this place now. how: "new", "kept place", "earlier entry", "moved" (from another queue),
    "back" (an offer has failed).
    """

    call: int
    queue: str
    position: int
    priority: int
    waited_s: float
    how: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Ring these agents, reserved already. call_back "": join whoever answers to the caller; else his turn to be
    called at that number has come. ring_s: how long at most; the distribution itself ends it. added: to those who ring
    already.
    """

    call: int
    queue: str
    agents: tuple[str, ...]
    ring_s: float
    why: Why
    call_back: str = ""
    added: bool = False


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Stop ringing the agent; if he has just lifted, he hears that the call is gone. reason: "answered elsewhere",
    "picked up", "caller gone", "caller left", "no answer", "reject", "unreachable", "logged off", "agent busy",
    "queue is gone", "too late".
    """

    call: int
    agent: str
    reason: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Join the caller, or the call-back, to the agent. waited_s: since the entry into this queue."""

    call: int
    agent: str
    queue: str
    waited_s: float
    call_back: str = ""


@dataclass(frozen=True, slots=True)
class ClearDesk:
    """The caller is gone: end the agent's half, too."""

    call: int
    agent: str


@dataclass(frozen=True, slots=True)
class Announce:
    call: int
    prompt: str


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the caller his place, or the expected wait, or both. Only what is known well is told."""

    call: int
    position: int | None = None
    wait: ExpectedWait | None = None


@dataclass(frozen=True, slots=True)
class OfferChoice:
    """Let the caller choose: "wait", "message", "call back"."""

    call: int
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step of the recipe (from 1) has changed what the call asks for."""

    call: int
    queue: str
    step: int
    require: dict[str, int]
    rank: int
    priority: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Into another queue, with its time of entry. Queued or LeftFor follows."""

    call: int
    queue: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeftFor:
    """The call is no longer in the queue: hand it to the target. reason: "full", "no agents", "waited too long",
    "step 3", "queue is gone", "call-back failed", "moved in a circle".
    """

    call: int
    queue: str
    target: Target
    reason: str
    waited_s: float


@dataclass(frozen=True, slots=True)
class Left:
    """For the journal: the call left the queue by its caller's will. how: "abandoned", "cut off", "message", ..."""

    call: int
    queue: str
    how: str
    waited_s: float
    position: int


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """call: the one he is offered, or his first. after: what he will be when offer, calls and work are over."""

    agent: str
    state: State
    reason: str
    pending: Pending | None
    by: str
    call: int
    after: Pending


@dataclass(frozen=True, slots=True)
class Refused:
    """What was asked cannot be. reason: what stands against it."""

    agent: str
    act: Act
    reason: str
    by: str = ""


Order = (
    Queued
    | Offer
    | Withdraw
    | Connect
    | ClearDesk
    | Announce
    | Say
    | OfferChoice
    | Stepped
    | Moved
    | LeftFor
    | Left
    | AgentChanged
    | Refused
)
