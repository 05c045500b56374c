"""What a D channel tells: Q.931's messages from the far end, what a timer did, and the state of the data link.

Every event has its time in seconds, on the clock of the caller. `call` is the number that the link gave to the call;
it never comes again. `channel` is a B channel 1 to 31, or None where the message left it open or named none.
`in_band` is progress description 8: something is to be heard in the B channel. `interworking` is description 1 or 2:
the far party is not in an ISDN, tones may be heard as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from hw.signalling.pri.party import Capability, Number, Party, Redirection
from hw.signalling.q850 import Cause


@dataclass(frozen=True, slots=True)
class LinkEvent:
    time: float


@dataclass(frozen=True, slots=True)
class CallEvent(LinkEvent):
    call: int


@dataclass(frozen=True, slots=True)
class Up(LinkEvent):
    """Layer 2 is established: calls can be made."""


@dataclass(frozen=True, slots=True)
class Down(LinkEvent):
    """Layer 2 was lost. It comes back by itself; calls are kept for T309."""


@dataclass(frozen=True, slots=True)
class Mistake(LinkEvent):
    """Both ends think that they are the network, or both the user: one of them is configured wrongly."""

    text: str


@dataclass(frozen=True, slots=True)
class Setup(CallEvent):
    """A call comes in. `called` may be a beginning only (`complete` False); INFORMATION brings the rest.

    `any_channel`: the far end leaves the choice to us; else `channel` is what it wants, None where it has none for us.
    """

    channel: int | None
    any_channel: bool
    exclusive: bool
    called: Number
    complete: bool
    calling: Party
    redirecting: Redirection | None
    capability: Capability
    interworking: bool


@dataclass(frozen=True, slots=True)
class SetupAck(CallEvent):
    """The far end wants more digits. `in_band`: it sends dial tone."""

    channel: int | None
    in_band: bool


@dataclass(frozen=True, slots=True)
class Information(CallEvent):
    """More digits, one or several. `complete`: these were all. `keypad`: they came as keypad facility."""

    digits: str
    complete: bool
    keypad: bool


@dataclass(frozen=True, slots=True)
class Proceeding(CallEvent):
    channel: int | None
    in_band: bool
    interworking: bool


@dataclass(frozen=True, slots=True)
class Progress(CallEvent):
    in_band: bool
    interworking: bool
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Alerting(CallEvent):
    channel: int | None
    in_band: bool
    interworking: bool


@dataclass(frozen=True, slots=True)
class Connect(CallEvent):
    """Answered; CONNECT ACKNOWLEDGE is sent already."""

    channel: int | None
    connected: Party
    interworking: bool


@dataclass(frozen=True, slots=True)
class ConnectAck(CallEvent):
    """The far end knows of our answer."""


@dataclass(frozen=True, slots=True)
class Disconnect(CallEvent):
    """The far end clears; release() must follow, and may wait for what is to be heard when `in_band`."""

    cause: Cause
    in_band: bool
    charge: int | None


@dataclass(frozen=True, slots=True)
class Release(CallEvent):
    """The call is gone; its number means nothing from here. `charge`: units, where the network told them.

    `expired`: not the far end but a timer said so (T303: no answer to SETUP; T308: none to RELEASE; T309).
    """

    cause: Cause | None
    charge: int | None
    expired: bool


@dataclass(frozen=True, slots=True)
class RestartRequested(LinkEvent):
    """The far end restarted `channel`, or all (None). It is acknowledged already; calls on it are over."""

    channel: int | None


@dataclass(frozen=True, slots=True)
class RestartDone(LinkEvent):
    """The far end acknowledged our RESTART."""

    channel: int


@dataclass(frozen=True, slots=True)
class RestartFailed(LinkEvent):
    """The far end did not acknowledge N316 RESTARTs, T316 apart."""

    channel: int


@dataclass(frozen=True, slots=True)
class Notify(CallEvent):
    """`notification` as in Q.931 4.5.22: 0 suspended, 1 resumed, 0x79 remote hold, 0x7a remote retrieval."""

    notification: int


@dataclass(frozen=True, slots=True)
class Facility(CallEvent):
    """A supplementary service changed who is there: `party` as it is now, `redirecting` where the call went on."""

    party: Party
    redirecting: Redirection | None
