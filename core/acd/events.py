"""What the distribution is told: by the exchange, by people, by the clock. See distribution.py.

Events about a call or an offer that is gone already are races of the far end: they change nothing. `by` is the
supervisor who acts for an agent; "": the agent himself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.acd.agents import Act
from core.acd.settings import Desk
from core.acd.waiting import Caller


@dataclass(frozen=True, slots=True)
class Entered:
    """A call comes into a queue. entered: since when it waits, where that was before now (transfer, restart). require,
    prefer: beside the queue's. priority: added to the queue's and the class's. call_back: nobody is on the line, he is
    to be called at this number, not before that time; tries: so often he was already.
    """

    call: int
    queue: str
    caller: Caller = field(default_factory=Caller)
    entered: float | None = None
    require: dict[str, int] = field(default_factory=dict)
    prefer: dict[str, int] = field(default_factory=dict)
    priority: int = 0
    call_back: str = ""
    tries: int = 0
    not_before: float | None = None


@dataclass(frozen=True, slots=True)
class PlaceKept:
    """A caller whom the end of the box has cut off: who rings with this number until then has his time of entry."""

    queue: str
    number: str
    entered: float
    until: float


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller hung up. cut_off: he did not, the line failed."""

    call: int
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller chose something else than to wait. how: "message", "flow", ... as the journal is to say."""

    call: int
    how: str


@dataclass(frozen=True, slots=True)
class CallBackWanted:
    """Virtual hold: the caller hangs up and keeps his place; his turn come, he is called at `number`."""

    call: int
    number: str


@dataclass(frozen=True, slots=True)
class CallBackFailed:
    """His turn had come, and the caller did not answer: it is tried again later, if any try is left. left_as: by
    this number whoever is in the call that failed goes on in it; 0: nobody is.
    """

    call: int
    cause: str = ""
    left_as: int = 0


@dataclass(frozen=True, slots=True)
class CallBackReached:
    """The caller has answered. Where an agent took the call-back first, the two speak; else he is on the line, and
    waits until the agent lifts who is reserved for him.
    """

    call: int


@dataclass(frozen=True, slots=True)
class CallBackCancelled:
    call: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """An agent has answered an offer."""

    call: int
    agent: str


@dataclass(frozen=True, slots=True)
class Missed:
    """An offer has failed. how: "reject", or "unreachable" (busy, unplugged, trunk refused); "no answer" is found out
    by the distribution itself, but may come from an outside telephone's network.
    """

    call: int
    agent: str
    how: str


@dataclass(frozen=True, slots=True)
class CallBegan:
    """An agent has a call that came past the queues, in or out, or a second one beside his first."""

    call: int
    agent: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """An agent's half of a call is gone, of whatever kind: he, or the other side, hung up, or it was transferred."""

    call: int
    agent: str


@dataclass(frozen=True, slots=True)
class Held:
    """An agent puts one of his calls on hold. on False: he takes it back."""

    call: int
    agent: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class PickedUp:
    """An agent or supervisor takes a call that waits, or that rings at others."""

    call: int
    agent: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An act of an agent, or of a supervisor for him: log on and off, ready, not ready, rest, after-call work."""

    agent: str
    act: Act
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class SkillSet:
    """level 0: the skill is dropped. queue "": it holds wherever no level of the queue does."""

    agent: str
    skill: str
    level: int
    queue: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """An agent serves a queue from now on, or with another rank or weight."""

    agent: str
    queue: str
    rank: int = 1
    weight: float = 1.0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Parted:
    """An agent serves a queue no more. An offer that rings goes on."""

    agent: str
    queue: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class CalendarsTold:
    """All calendars that are open now; told at the start and whenever one opens or closes."""

    open: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reconfigured:
    """A commit. Nobody is logged off, no offer and no place is lost that still has a queue."""

    desk: Desk


@dataclass(frozen=True, slots=True)
class IntervalBegins:
    """day: a new day as well; agents' counts begin anew."""

    day: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """next_look has come."""


Event = (
    Entered
    | PlaceKept
    | CallerGone
    | CallerLeft
    | CallBackWanted
    | CallBackFailed
    | CallBackReached
    | CallBackCancelled
    | Answered
    | Missed
    | CallBegan
    | CallEnded
    | Held
    | PickedUp
    | Asked
    | SkillSet
    | Joined
    | Parted
    | CalendarsTold
    | Reconfigured
    | IntervalBegins
    | Look
)
