"""What every telephony card answers to: spans, channels, line orders, line events.

A card is DAHDI (`hw.dahdi`) or simulated (`hw.sim`); nothing above this file knows which. Both pass the
same contract tests. A card knows wires, not calls: no signalling, no numbers.

    who plugs in where                      what is told                     what is ordered
    STATION  (FXS port)   a telephone       off-hook, on-hook, flash,        ring, polarity, hook states of battery
                                            pulse digits
    TRUNK    (FXO port)   the exchange's    ring begin/end, polarity,        off-hook, on-hook, flash, pulse digits
                          line              battery lost/back
    CAS      (E1)         ABCD bits         bits                             bits
    BEARER   (E1)         speech only       -                                -
    DCHANNEL (E1)         HDLC frames       frames                           frames

Every event carries the plane's sample time. All calls are made in the trio thread and none of them blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, Flag, auto
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hw.event import Event


class HardwareError(Exception):
    """A card, span or channel did not do what it was told.

    `span` and `channel` are the card's numbers (None: the card as a whole); `action` says what to do about it.
    """

    def __init__(self, message: str, *, span: int | None = None, channel: int | None = None, action: str = "") -> None:
        super().__init__(message)
        self.span = span
        self.channel = channel
        self.action = action


class Unsupported(HardwareError):
    """The hardware cannot do this at all (a line says what it cannot do instead of pretending)."""


class ChannelKind(Enum):
    STATION = "station"
    TRUNK = "trunk"
    CAS = "cas"
    BEARER = "bearer"
    DCHANNEL = "dchannel"


class Ability(Flag):
    """What a channel's hardware can do beyond its kind."""

    NONE = 0
    SET_POLARITY = auto()  # a station's battery can be reversed
    SEE_POLARITY = auto()  # a trunk sees reversals
    SEE_BATTERY = auto()  # a trunk tells battery from none
    JOIN = auto()  # the card joins two of its channels by itself


class Alarm(Flag):
    """Span alarms, as G.775 and DAHDI name them."""

    NONE = 0
    RED = auto()  # loss of signal or framing here
    YELLOW = auto()  # they do not receive us
    BLUE = auto()  # all ones: carrier has it blocked or looped
    LOOPBACK = auto()
    NOT_OPEN = auto()
    RECOVERING = auto()


class Defect(Flag):
    """Why a span is RED, where its driver tells (G.775, G.706)."""

    NONE = 0
    LOS = auto()  # no signal at all
    LFA = auto()  # a signal without frames of this kind
    LMFA = auto()  # frames, but no multiframe: CRC4 here and not there, or CAS here and not there


class SpanLoop(Enum):
    """Loop-backs of a span for tests."""

    OPEN = "open"  # none
    LOCAL = "local"  # in the card: what we send comes back to us; the far end hears nothing, or what we send
    LINE = "line"  # at the socket: what the far end sends goes back to it as it came
    PAYLOAD = "payload"  # behind the framer: the timeslots go back to it, frames are made anew


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel as the card lists it. `number` is unique on the card; `slot` counts from 1 in its span."""

    number: int
    span: int
    slot: int
    kind: ChannelKind | None  # None: not configured for any signalling
    name: str
    law: str = "a"  # "a" or "mu": G.711 on the wire
    abilities: Ability = Ability.NONE


@dataclass(frozen=True, slots=True)
class SpanCounters:
    """Since the driver was loaded; None where the driver does not count."""

    code_violations: int | None = None
    crc4_errors: int | None = None
    framing_errors: int | None = None
    e_bits: int | None = None
    errored_seconds: int | None = None
    slips: int | None = None


@dataclass(frozen=True, slots=True)
class SpanInfo:
    """A span as the card lists it. `hardware` and `location` stay the same over reboots and identify the plug."""

    number: int
    name: str
    kind: str  # "E1", "analog"
    hardware: str
    location: str
    alarms: Alarm
    channels: tuple[ChannelInfo, ...]
    timing: int = 0  # priority as clock source; 0: never
    counters: SpanCounters = field(default_factory=SpanCounters)
    defects: Defect = Defect.NONE


class LineEventKind(Enum):
    OFF_HOOK = "off-hook"  # station: the telephone was lifted (also: ring trip)
    ON_HOOK = "on-hook"  # station: the telephone was hung up; never within a flash or a pulse digit
    FLASH = "flash"  # station: hook flash
    PULSE_DIGIT = "pulse-digit"  # station: value "0".."9"
    RING_BEGIN = "ring-begin"  # trunk: ring current comes
    RING_END = "ring-end"  # trunk: ring current stopped (each burst, or the whole, as the card sees it)
    POLARITY = "polarity"  # trunk: value 0 normal, 1 reversed
    BATTERY_LOST = "battery-lost"  # trunk: nothing plugged in, or loop broken by the exchange
    BATTERY_BACK = "battery-back"
    BITS = "bits"  # CAS: value 0..15, ABCD with A the highest bit
    DIALLED = "dialled"  # trunk: the pulse digits that were ordered are out
    ALARM = "alarm"  # the span of this channel has an alarm
    ALARM_END = "alarm-end"
    GONE = "gone"  # the device vanished; the channel is dead: close it
    BACK = "back"  # it is there again: whoever closed the channel has opened it anew, and tells so


@dataclass(frozen=True, slots=True)
class LineEvent:
    kind: LineEventKind
    time: int  # samples of the plane
    value: int | str = 0


@dataclass(frozen=True, slots=True)
class RingCadence:
    """On and off times in ms, repeated from the beginning. China's ring: 1000/4000. One to four pairs, each 100 to
    8000 ms.
    """

    ms: tuple[int, ...] = (1000, 4000)


@dataclass(frozen=True, slots=True)
class Balance:
    """How a trunk's port matches its line. impedance: 0 to 15, as the line chip counts (0: 600 ohm); taps: of its
    digital hybrid, eight of -128 to 127. ValueError: something else.
    """

    impedance: int = 0
    taps: tuple[int, ...] = (0,) * 8

    def __post_init__(self) -> None:
        if not (0 <= self.impedance <= 15 and len(self.taps) == 8 and all(-128 <= tap <= 127 for tap in self.taps)):
            raise ValueError(f"{self}: impedance 0 to 15, eight taps of -128 to 127")


class Channel(Protocol):
    """An open channel. `port` is its handle in the media plane.

    `heard` is called with every event of the line, `media` with what the plane tells of the port (detectors, sources,
    recordings), both in the trio thread. Whoever opens a channel sets them; until then nobody listens.
    """

    info: ChannelInfo
    port: int
    heard: Callable[[LineEvent], None]
    media: Callable[[Event], None]

    def off_hook(self) -> None:
        """TRUNK: close the loop (seize or answer)."""

    def on_hook(self) -> None:
        """TRUNK: open the loop. STATION: stop ringing, battery normal. CAS: no meaning (use set_bits)."""

    def ring(self, cadence: RingCadence) -> None:
        """STATION: ring until answered, on_hook() or another cadence. A lift raises OFF_HOOK and stops it."""

    def flash(self) -> None:
        """TRUNK: open the loop for the time the card is configured for (China: 600 ms at most)."""

    def dial_pulses(self, digits: str) -> None:
        """TRUNK, off-hook: pulse-dial digits 0-9; DIALLED when they are out."""

    def set_polarity(self, reversed: bool) -> None:
        """STATION: battery reversed (answer supervision). Raises Unsupported where the hardware cannot."""

    def set_bits(self, bits: int) -> None:
        """CAS: send ABCD, 0..15."""

    def bits(self) -> int:
        """CAS: ABCD as received now, 0..15."""

    def is_off_hook(self) -> bool:
        """STATION: telephone lifted. TRUNK: we hold the loop."""

    def volts(self) -> float:
        """TRUNK: between the wires, some 48 on hook and 5 to 20 off hook; negative: reversed, 0: no battery.
        Raises Unsupported where the hardware cannot measure.
        """

    def balance(self, balance: Balance) -> None:
        """TRUNK: matches the port to its line, until the driver is loaded anew. Raises Unsupported."""

    def activate(self) -> None:
        """Speech begins to run on the port (it costs CPU only from here)."""

    def deactivate(self) -> None:
        """Speech stops; line events go on."""

    def close(self) -> None:
        """Gives the channel back; on-hook and idle bits as the card does at close. Closing twice is nothing."""


class DChannel(Protocol):
    """An open D channel. Frames are whole HDLC frames without their two FCS bytes."""

    info: ChannelInfo
    heard: Callable[[bytes], None]
    alarmed: Callable[[LineEvent], None]

    def send(self, frame: bytes) -> None:
        """1 to 1000 bytes. A frame that the card cannot take now is dropped and counted (layer 2 repeats it)."""

    def close(self) -> None: ...


class SpanEventKind(Enum):
    ARRIVED = "arrived"
    GONE = "gone"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class SpanEvent:
    kind: SpanEventKind
    span: SpanInfo


class Card(Protocol):
    """A driver with its spans. Raises HardwareError where the hardware says no, KeyError never."""

    name: str

    def spans(self) -> tuple[SpanInfo, ...]: ...

    def open(self, number: int) -> Channel:
        """Open a channel of any kind but DCHANNEL. HardwareError: unknown, not configured, in use, gone."""

    def open_dchannel(self, number: int) -> DChannel: ...

    def loop(self, span: int, loop: SpanLoop) -> None:
        """Loops a span back, or ends that. Unsupported: its driver cannot. HardwareError: no such span."""

    def gaps(self) -> int:
        """Frames of speech that were lost on this side of the card since it was made: the machine was too slow."""

    def watch(self, changed: Callable[[SpanEvent], None]) -> Callable[[], None]:
        """From now on, tell arrivals, losses and alarms of spans, in the trio thread. What it returns ends that; called
        twice it does nothing.
        """

    async def run(self) -> None:
        """The card's own task: D channels, hot plug. Runs until cancelled; an error on one span never ends it."""

    def close(self) -> None: ...


def channels(spans: Iterable[SpanInfo], kind: ChannelKind) -> list[ChannelInfo]:
    """All channels of one kind, by number."""
    return sorted((c for s in spans for c in s.channels if c.kind is kind), key=lambda c: c.number)
