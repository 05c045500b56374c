"""The frame of a channel-associated signalling machine (analog, R2): stimuli in, acts out, no clock, no card.

    card ── LineEvent ──┐                                        ┌── SetBits, Ring, OffHook ... ──> card
    plane ── Event ─────┤                                        ├── Play, StopPlaying, Listen ──> media plane
    timers ── Expired ──┼──> machine.take(stimulus, time) ──acts─┼── Start, Stop ──> timers
    exchange ── Order ──┘                                        ├── Tell(telling) ──> exchange
                                                                 └── Note(text) ──> the line's trace

A machine is a table `(state, stimulus) -> rule`; what is not in the table is, from our side, a LocalError, and from
the far
end noted and survived. It is driven by tests without any shell; hw/signalling/shell.py drives it on a real channel.
`time` is in samples of the plane (8 a millisecond).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hw.card import LineEvent, RingCadence
from hw.ear import Ear
from hw.event import Event
from hw.playback import Played
from hw.signalling.line import Call, Connection, LineAbility, Party, Service, Telling
from hw.signalling.q850 import Cause


@dataclass(frozen=True, slots=True)
class Timer:
    """One row of a machine's timer table. `name` as the standard calls it."""

    name: str
    seconds: float
    reason: str


# ---- orders of the exchange, as hw.signalling.line.Line names them ----


@dataclass(frozen=True, slots=True)
class Place:
    call: Call


@dataclass(frozen=True, slots=True)
class Send:
    digits: str


@dataclass(frozen=True, slots=True)
class Proceed:
    pass


@dataclass(frozen=True, slots=True)
class Alert:
    in_band: bool = False


@dataclass(frozen=True, slots=True)
class ShowProgress:
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    charged: bool = True


@dataclass(frozen=True, slots=True)
class Release:
    cause: Cause = Cause.NORMAL_CLEARING


@dataclass(frozen=True, slots=True)
class Flash:
    pass


@dataclass(frozen=True, slots=True)
class MessageWaiting:
    on: bool


@dataclass(frozen=True, slots=True)
class Block:
    pass


@dataclass(frozen=True, slots=True)
class Unblock:
    pass


@dataclass(frozen=True, slots=True)
class Reset:
    pass


Order = (
    Place | Send | Proceed | Alert | ShowProgress | Answer | Release | Flash | MessageWaiting | Block | Unblock | Reset
)


# ---- what else a machine takes ----


@dataclass(frozen=True, slots=True)
class Expired:
    """A timer that the machine started has run out."""

    name: str


@dataclass(frozen=True, slots=True)
class PlayEnded:
    """What the machine's last Play order played has ended by itself (never after StopPlaying or another Play)."""

    played: Played


Stimulus = LineEvent | Event | Expired | PlayEnded | Order


# ---- acts ----


@dataclass(frozen=True, slots=True)
class Ring:
    cadence: RingCadence


@dataclass(frozen=True, slots=True)
class OffHook:
    pass


@dataclass(frozen=True, slots=True)
class OnHook:
    """Trunk: open the loop. Station: stop ringing, battery normal."""


@dataclass(frozen=True, slots=True)
class FlashHook:
    pass


@dataclass(frozen=True, slots=True)
class DialPulses:
    digits: str


@dataclass(frozen=True, slots=True)
class SetPolarity:
    reversed: bool


@dataclass(frozen=True, slots=True)
class SetBits:
    bits: int


@dataclass(frozen=True, slots=True)
class Speech:
    """The port's speech path runs, or rests."""

    on: bool


@dataclass(frozen=True, slots=True)
class PlayTone:
    """A tone of the country's plan by its name (hw.tones.CallProgress name, lower case), for as long as it lasts."""

    name: str


@dataclass(frozen=True, slots=True)
class PlayDigits:
    """DTMF digits with the plan's lengths."""

    digits: str
    gap_ms: int = 0


@dataclass(frozen=True, slots=True)
class PlayR2:
    """A multi-frequency code, on until told off. forward: of the forward group, else backward. 1..15."""

    code: int
    forward: bool


@dataclass(frozen=True, slots=True)
class PlayCaller:
    """Caller ID to the telephone: FSK ("fsk") or DTMF ("dtmf")."""

    caller: Party
    kind: str


@dataclass(frozen=True, slots=True)
class PlayMessageWaiting:
    on: bool


@dataclass(frozen=True, slots=True)
class StopPlaying:
    pass


@dataclass(frozen=True, slots=True)
class Listen:
    """What the signalling itself needs to hear from now on; the shell adds what the exchange wants.

    tones: with Ear.TONES, which: "progress": all that the line's plan knows; "dial": dial tone alone, reported at once,
    as before dialling. level_ms: with Ear.LEVEL, how often.
    """

    ears: Ear
    silence_timeout_ms: int = 0
    tones: Literal["progress", "dial"] = "progress"
    level_ms: int = 1000


@dataclass(frozen=True, slots=True)
class Capture:
    """From now on what the line says and is told goes into a file, for people; one capture a line at a time."""


@dataclass(frozen=True, slots=True)
class EndCapture:
    """keep: the file stays, as one of the few newest; else it is removed. Without a capture: nothing."""

    keep: bool


@dataclass(frozen=True, slots=True)
class Start:
    """Starts a timer of the machine's table, or moves it; `seconds` None: the table's (or the setting's) value."""

    name: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    name: str


@dataclass(frozen=True, slots=True)
class Tell:
    telling: Telling


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the trace: every tone, bit and state change, in words."""

    text: str


Act = (
    Ring
    | OffHook
    | OnHook
    | FlashHook
    | DialPulses
    | SetPolarity
    | SetBits
    | Speech
    | PlayTone
    | PlayDigits
    | PlayR2
    | PlayCaller
    | PlayMessageWaiting
    | StopPlaying
    | Listen
    | Capture
    | EndCapture
    | Start
    | Stop
    | Tell
    | Note
)


class Machine(Protocol):
    """A signalling without hands. take() returns the acts in the order in which they are to be done."""

    timers: dict[str, Timer]
    abilities: LineAbility

    @property
    def connection(self) -> Connection: ...

    @property
    def service(self) -> Service: ...

    def begin(self, time: int) -> list[Act]:
        """What brings the line to idle when the channel has just been opened."""

    def take(self, stimulus: Stimulus, time: int) -> list[Act]: ...
