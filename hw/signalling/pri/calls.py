"""A call on a PRI span, and what the span tells the exchange about it. See span.py for the order of things.

Every event has its time in seconds. A call begins with `Seizure` (incoming) or with place() (outgoing) and ends with
exactly one `Released`; then one `Closed`, when its channel is free again; then nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from hw.signalling.line import Connection
from hw.signalling.pri import events as on
from hw.signalling.pri.party import Capability, Number, Party, Redirection
from hw.signalling.pri.states import CONNECTION, State
from hw.signalling.q850 import Cause


class EndedBy(Enum):
    FAR_END = "far end"
    NEAR_END = "near end"  # by our order
    LINE = "line"  # alarm, data link, restart, a timer: `reason` says which


@dataclass(eq=False, slots=True)
class Call:
    """A call as the span keeps it. Read it; only the span writes it.

    `channel` is None while it is open: after two-way seizure our call may have lost the one that it asked for.
    """

    number: int  # the link's
    outgoing: bool
    state: State
    channel: int | None
    settled: bool = False  # the channel is agreed on
    cause: Cause | None = None  # why it ends or has ended
    ended: bool = False  # Released was told
    digits_waiting: str = ""  # ordered before the far end asked for them
    timer: str = ""  # what runs for it, of timers.py
    begun: float = 0.0  # time of its SETUP
    answered: float | None = None  # time of its CONNECT

    @property
    def connection(self) -> Connection:
        """The state as CSTA has it."""
        return Connection.NULL if self.ended else CONNECTION[self.state]

    def __repr__(self) -> str:
        way = "out" if self.outgoing else "in"
        return f"<PRI call {self.number} {way} channel {self.channel} {self.state.name}>"


@dataclass(frozen=True, slots=True)
class SpanEvent:
    time: float


@dataclass(frozen=True, slots=True)
class OnCall(SpanEvent):
    call: Call = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seizure(OnCall):
    """A call comes in on `call.channel`. `complete` False: digits follow one by one until proceed() stops them."""

    called: Number
    complete: bool
    calling: Party
    redirecting: Redirection | None
    capability: Capability
    interworking: bool


@dataclass(frozen=True, slots=True)
class Digits(OnCall):
    """More of the called number. `complete`: no more will come, because of `reason`."""

    digits: str
    complete: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DigitsWanted(OnCall):
    """Outgoing: the far end asks for digits; with `in_band` it sends dial tone."""

    in_band: bool


@dataclass(frozen=True, slots=True)
class Proceeding(OnCall):
    """Outgoing: the number is complete, the called party is looked for. `in_band`: there is something to hear."""

    in_band: bool


@dataclass(frozen=True, slots=True)
class Progress(OnCall):
    """Outgoing: `in_band` something is to be heard, `cause` why (an announcement of the network before it clears)."""

    in_band: bool
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Alerting(OnCall):
    """Outgoing: the called party is rung. `in_band`: ring-back comes from there, else we make it."""

    in_band: bool


@dataclass(frozen=True, slots=True)
class Answered(OnCall):
    """Outgoing: `connected` answered, where the network says who."""

    connected: Party


@dataclass(frozen=True, slots=True)
class Notified(OnCall):
    """The far party was held or came back, or the like: Q.931 4.5.22."""

    notification: int


@dataclass(frozen=True, slots=True)
class PartyChanged(OnCall):
    """The far end was transferred or diverted."""

    party: Party
    redirecting: Redirection | None


@dataclass(frozen=True, slots=True)
class Released(OnCall):
    """The call is over. `charge`: units, where the network told them."""

    cause: Cause
    by: EndedBy
    reason: str = ""
    charge: int | None = None


@dataclass(frozen=True, slots=True)
class Closed(OnCall):
    """After Released: the release is complete, the channel is free for the next call."""


@dataclass(frozen=True, slots=True)
class Refused(SpanEvent):
    """A call wanted to come in, but there was no channel for it: it never became one."""

    channel: int | None
    cause: Cause
    called: Number
    calling: Party


@dataclass(frozen=True, slots=True)
class ChannelChanged(SpanEvent):
    """A B channel goes out of service or comes back; `state` as of ChannelState, and why."""

    channel: int
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class SpanChanged(SpanEvent):
    """The whole span goes out of service or comes back."""

    in_service: bool
    reason: str


def seizure(call: Call, event: on.Setup, complete: bool) -> Seizure:
    return Seizure(
        event.time,
        call,
        event.called,
        complete,
        event.calling,
        event.redirecting,
        event.capability,
        event.interworking,
    )


def passed_on(call: Call, event: on.CallEvent) -> OnCall | None:
    """What a message means that only tells something; None: nothing to the exchange."""
    match event:
        case on.Proceeding():
            return Proceeding(event.time, call, event.in_band or event.interworking)
        case on.Alerting():
            return Alerting(event.time, call, event.in_band or event.interworking)
        case on.Information():
            return Digits(event.time, call, event.digits, event.complete, "sending complete" if event.complete else "")
        case on.Notify():
            return Notified(event.time, call, event.notification)
        case on.Facility():
            return PartyChanged(event.time, call, event.party, event.redirecting)
        case _:
            return None


@dataclass(slots=True)
class SpanStatistics:
    """Counts since the span was made."""

    seized: int = 0  # incoming calls that got a channel
    placed: int = 0
    refused: int = 0  # incoming calls without one
    two_way_seizures: int = 0
    unexpected: int = 0  # messages that did not fit the state of their call
    forgotten: int = 0  # calls that had to be dropped because nobody answered our clearing
    link_losses: int = 0
