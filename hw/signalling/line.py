"""One line: what every signalling gives the exchange, and what the exchange may order.

A line is a station (a telephone of ours) or a trunk circuit (towards the network). Whatever its signalling, a call on
it has two directions and the same few steps:

    the far end begins (a telephone is lifted, the network calls)      we begin (ring a telephone, call the network)

    line                          exchange                              line                          exchange
      | Seized(facts) ------------->|                                     |<-------------- place(call) |
      | Dialled(digits) ----------->|  until the number is complete       | Proceeding ---------------->|
      |<------- alert(), progress() |                                     | Delivered ----------------->|
      | SpeechOpen ---------------->|  he hears what we play              |                             |
      |<------------------ answer() |                                     | Established --------------->|
      |        conversation         |                                     |        conversation         |
      | Released(cause) ----------->|  or  <------------ release(cause)   | Released(cause) ----------->|

Every call on a line ends with exactly one Released, whoever ended it; no further event of that call comes after it.
Then the line is idle or out of service; or in FAIL until Idle is told: a telephone left off hook until it is hung up,
an analog trunk until its guard time is over or a call that cannot be refused has rung out. Orders that do not fit the
state raise LocalError: that is our bug. What the far end does never raises: it is noted and survived.

States are CSTA's connection states (ECMA-269, 6.1.5). Names and numbers follow Q.931; causes are Q.850.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, Flag, auto
from typing import Protocol

from hw.ear import Ear, TonePlan
from hw.signalling.q850 import Cause

GONE_S = 0.5
"""A card vanishes: so long after Released its ports are there, for the exchange to give them up; then port is -1."""


class LineKind(Enum):
    STATION = "station"
    TRUNK = "trunk"


class Connection(Enum):
    """CSTA connection states of the line's own half of the call."""

    NULL = "null"  # no call
    INITIATED = "initiated"  # the far end has seized and is dialling; or we have and are
    ALERTING = "alerting"  # the called party rings
    CONNECTED = "connected"
    FAIL = "fail"  # the call has failed, the line is not free yet (tone is heard, telephone left off hook)


class Service(Flag):
    """Why a line takes no calls. NONE: it does."""

    NONE = 0
    BLOCKED_HERE = auto()  # by order
    BLOCKED_THERE = auto()  # by the far end
    ALARM = auto()  # span alarm, no battery, line fault
    GONE = auto()  # card vanished
    DOWN = auto()  # signalling link is down
    RESETTING = auto()
    LEFT_OFF_HOOK = auto()  # a telephone, for so long that howler and patience are over
    LENT = auto()  # its channel is with a test


class LineAbility(Flag):
    """What the line can do; an order for what it cannot raises Unsupported."""

    NONE = 0
    OVERLAP = auto()  # digits may follow after place()
    SEND_CALLER = auto()  # place() passes the calling party on
    SEND_NAME = auto()
    TRUE_ANSWER = auto()  # Established is never inferred
    FLASH = auto()
    MESSAGE_WAITING = auto()
    CAUSES = auto()  # causes pass; else a release is just a release
    EARLY_MEDIA = auto()  # an incoming caller can hear us before answer(), see SpeechOpen


class NumberType(Enum):
    """Q.931 4.5.10, type of number."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK = 3
    SUBSCRIBER = 4
    ABBREVIATED = 6


class Presentation(Enum):
    """Q.931 4.5.10, presentation indicator."""

    ALLOWED = 0
    RESTRICTED = 1
    UNAVAILABLE = 2


class Bearer(Enum):
    SPEECH = "speech"
    AUDIO = "3.1 kHz audio"
    DIGITAL = "64 kbit/s"


@dataclass(frozen=True, slots=True)
class Party:
    """A party's number as digits (and * # for stations), its type, and whether it may be shown. `raw`: as it came.
    `by`: which standard it came by ("MDMF", "DTMF", "Q.931", ...); it makes no other party of him.
    """

    number: str = ""
    type: NumberType = NumberType.UNKNOWN
    presentation: Presentation = Presentation.ALLOWED
    name: str = ""
    screened: bool = False  # the network vouches for it
    raw: str = ""
    by: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """What a seizure says, or what place() is to say.

    called: digits known so far; complete: no more will come (en-bloc). category: the caller's (KA / CPC, as the
    signalling counts), None: not said. ring: which of the station's ring cadences ("internal", "external", "group",
    ...).
    """

    called: str = ""
    complete: bool = False
    calling: Party | None = None
    redirecting: Party | None = None
    category: int | None = None
    bearer: Bearer = Bearer.SPEECH
    called_type: NumberType = NumberType.UNKNOWN
    ring: str = "external"


# ---- what a line tells; `time` in samples of the plane ----


@dataclass(frozen=True, slots=True)
class Telling:
    time: int


@dataclass(frozen=True, slots=True)
class Seized(Telling):
    """The far end begins a call."""

    call: Call = field(default_factory=Call)


@dataclass(frozen=True, slots=True)
class Dialled(Telling):
    """More digits of the called number. complete: the far end says there are no more, or stopped for the inter-digit
    time.
    """

    digits: str = ""
    complete: bool = False


@dataclass(frozen=True, slots=True)
class CallerKnown(Telling):
    """The caller's number came after the seizure (analog trunk, R2). problem: why it could not be read; then
    calling.raw is what was heard of it.
    """

    calling: Party = field(default_factory=Party)
    category: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Proceeding(Telling):
    """The network has taken the number: no more digits are wanted."""


@dataclass(frozen=True, slots=True)
class Progress(Telling):
    """in_band: the far end is to be heard before answer (announcement, tone). cause: what it says about it."""

    in_band: bool = False
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Delivered(Telling):
    """The called party rings. in_band: ring-back tone comes from there."""

    in_band: bool = False


@dataclass(frozen=True, slots=True)
class SpeechOpen(Telling):
    """Incoming: what is played or joined to the port is heard by the caller from now on, before the answer.

    Follows the first progress() or alert(in_band=True) of a call, once: at once on a telephone and on PRI, on R2 when
    the registers have spoken their last code. Before it, the port belongs to the signalling: what sounds on it would be
    lost, or spoil a code. Established says the same, and may come instead of it. A line without EARLY_MEDIA may never
    tell it: its caller hears the network until answer().
    """


@dataclass(frozen=True, slots=True)
class Established(Telling):
    """Answered. inferred: guessed from the speech path, not signalled; charged: as the far end says, None: not said."""

    inferred: bool = False
    charged: bool | None = None
    connected: Party | None = None


@dataclass(frozen=True, slots=True)
class Flashed(Telling):
    """Hook flash of a station, or suspend of the far end."""


@dataclass(frozen=True, slots=True)
class Released(Telling):
    """The call is over on this line. by: "far", "near" (our order), "line" (alarm, fault, time-out).

    since: when the sign of it began, if it was audible (busy tone): a recorded message is cut there.
    """

    cause: Cause = Cause.NORMAL_CLEARING
    by: str = "far"
    reason: str = ""  # in words: "busy tone 450 Hz 350/350", "T303 twice", "span 1 RED"
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Idle(Telling):
    """The call was over before the line was free (see above). Now it is."""


@dataclass(frozen=True, slots=True)
class ServiceChanged(Telling):
    service: Service = Service.NONE
    reason: str = ""


class Line(Protocol):
    """See the picture above. Calls are made in the trio thread; none blocks; each takes effect at once or raises."""

    name: str
    kind: LineKind
    told: Callable[[Line, Telling], None]

    @property
    def abilities(self) -> LineAbility: ...

    @property
    def port(self) -> int:
        """In the media plane; -1 while a PRI call has no channel yet, and while there is no card (GONE_S)."""

    @property
    def connection(self) -> Connection: ...

    @property
    def service(self) -> Service: ...

    def place(self, call: Call) -> None:
        """We begin: ring the station, or seize the trunk and call. LocalError unless idle and in service."""

    def send(self, digits: str) -> None:
        """More digits of a number placed with complete=False; or, when connected, DTMF into the call."""

    def proceed(self) -> None:
        """The number is complete and being worked on: the far end need not send more."""

    def alert(self, in_band: bool = False) -> None:
        """The called party rings. in_band: the exchange makes the ring-back tone, from SpeechOpen on; else the line or
        the network does.
        """

    def progress(self, cause: Cause | None = None) -> None:
        """Something is to be heard before answer (announcement or tone), from SpeechOpen on."""

    def answer(self, charged: bool = True) -> None: ...

    def release(self, cause: Cause = Cause.NORMAL_CLEARING) -> None:
        """Ends the call in any state; Released follows when the line is free. In NULL: nothing."""

    def flash(self) -> None: ...

    def message_waiting(self, on: bool) -> None: ...

    def block(self) -> None:
        """Takes no new call from now on; a running one goes on."""

    def unblock(self) -> None: ...

    def reset(self) -> None:
        """Releases what runs and brings signalling back to idle on both ends (RESTART, clear forward, on-hook)."""

    def listen(self, ears: Ear, plan: TonePlan | None = None, **settings: float) -> None:
        """What the exchange wants to hear on the port, beside what the signalling needs itself; Ear(0): nothing."""

    def trace(self) -> list[str]:
        """What the line did lately, oldest first, one event a line with milliseconds, for a person."""
