"""One D channel: Q.921 (layer 2) and Q.931 (layer 3) by libpri, without wire and without clock.

    receive(frame)   ─┐                  ┌─> events(now)   hw/signalling/pri/events.py, one by one
    time             ─┼─> DChannelLink ──┼─> frames()      for the wire, without FCS
    orders(..., now) ─┘                  ├─> next_timer()  when to ask for events() again
                                         └─> trace()       what libpri has to say

An outgoing call, as the two ends see it (each order is one message, each message one event):

    setup()           ── SETUP ──────────────────> Setup
    SetupAck          <───────── SETUP ACKNOWLEDGE ── setup_ack()      overlap only
    information("12") ── INFORMATION 1 ──────────> Information("1")
                      ── INFORMATION 2 ──────────> Information("2")
    Proceeding        <────────── CALL PROCEEDING ── proceeding()
    Alerting          <───────────────── ALERTING ── alerting()
    Connect           <────────────────── CONNECT ── connect()
                      ── CONNECT ACKNOWLEDGE ────> ConnectAck
    release(16)       ── DISCONNECT ─────────────> Disconnect(16)
    Release           <────────────────── RELEASE ── release(16)
                      ── RELEASE COMPLETE ───────> Release

The link knows no call states: whether an order suits the call is the span's business (span.py), whose table asks
before. It does know what libpri gets wrong: RELEASE is answered once and at once; a call refused before anything else
was said to it gets CALL PROCEEDING first where libpri would swallow the cause; calls that libpri drops without an event
are found and reported; one RESTART is under way at a time. Time: seconds on a clock that never goes back.

libpri cannot destroy a D channel: make one for each span, keep it, and use `configure` for what may change.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hw.errors import LocalError
from hw.native.pri import ffi, lib
from hw.signalling.line import NumberType, Presentation
from hw.signalling.pri import events as on
from hw.signalling.pri.party import (
    NOBODY,
    Capability,
    Number,
    NumberingPlan,
    Party,
    RedirectingReason,
    Redirection,
    Screening,
)
from hw.signalling.pri.settings import LinkSettings, Side, TraceLevel
from hw.signalling.pri.timers import BY_NAME, Keeper
from hw.signalling.q850 import Cause


@dataclass(frozen=True, slots=True)
class CallRequest:
    """An outgoing call. `complete` False: overlap sending, the rest of `called` follows as INFORMATION."""

    called: Number
    calling: Party = NOBODY
    redirecting: Redirection | None = None
    capability: Capability = Capability.AUDIO_3K1
    complete: bool = True


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    """Counts since the link was made; `calls` is now."""

    frames_in: int
    frames_out: int
    lost_in: int  # queue full, or no frame has that length
    lost_out: int
    errors: int  # protocol errors that libpri reported
    dropped: int  # calls that libpri ended without an event
    calls: int


_REASONS = {
    lib.DCHANNEL_REFUSED: "libpri refused it",
    lib.DCHANNEL_NO_CALL: "no such call on this link, or it is over",
    lib.DCHANNEL_FULL: f"{lib.DCHANNEL_CALLS_MAX} calls are up on this link",
}


def _us(now: float) -> int:
    return round(now * 1_000_000)


# ---- from the wire ----

_TYPES = {kind.value: kind for kind in NumberType}
_PLANS = {int(plan): plan for plan in NumberingPlan}
_PRESENTATIONS = {presentation.value: presentation for presentation in Presentation}
_SCREENINGS = tuple(Screening)
_REDIRECTING_REASONS = {int(reason): reason for reason in RedirectingReason}
_CAPABILITIES = {int(capability): capability for capability in Capability}


def _digits(text: Any) -> str:
    """Of a number from the wire: what cannot be read is marked, nothing is thrown away."""
    return bytes(ffi.string(text)).decode("ascii", "replace")


def _number(text: Any, plan: int, presentation: int) -> Number:
    return Number(
        _digits(text),
        _TYPES.get(plan >> 4 & 7, NumberType.UNKNOWN),
        _PLANS.get(plan & 15, NumberingPlan.UNKNOWN),
        _PRESENTATIONS.get(presentation >> 5 & 3, Presentation.UNAVAILABLE),
        _SCREENINGS[presentation & 3],
    )


def _redirection(party: Any) -> Redirection | None:
    if not party.has_number:
        return None
    number = _number(party.number, party.plan, party.presentation)
    return Redirection(number, _REDIRECTING_REASONS.get(party.reason, RedirectingReason.UNKNOWN))


def _cause(value: int) -> Cause | None:
    return Cause.of(value) if 0 <= value <= 127 else None


def _charge(units: int) -> int | None:
    return units if units >= 0 else None


def _channel(value: int) -> int | None:
    return value if value > 0 else None


class DChannelLink:
    """One end of a D channel. See the file's head for what goes in and out.

    Raises LocalError for an order that names no call, or a number or frame that cannot be sent.
    """

    def __init__(self, settings: LinkSettings, now: float) -> None:
        self.side = settings.side
        self._d = lib.dchannel_new(_us(now), settings.side is Side.NETWORK)
        if self._d == ffi.NULL:
            raise MemoryError("no memory for a D channel")
        self._indication = ffi.new("struct dchannel_indication *")
        self._request = ffi.new("struct dchannel_request *")
        self._party = ffi.new("struct dchannel_party *")
        self._octets = ffi.new("uint8_t[]", 1 << 16)
        self._own: deque[on.LinkEvent] = deque()  # what happened without libpri's saying so
        self._restarts: deque[int] = deque()  # the first one is under way
        self._restart_ends: float | None = None
        self.configure(settings)

    def configure(self, settings: LinkSettings) -> None:
        """New timers and names, from the next message on. LocalError when `side` differs: that needs a new link."""
        if settings.side is not self.side:
            raise LocalError(f"the D channel is the {self.side.value} side; a new one must be made for the other")
        self.settings = settings
        for name, value in settings.timers.items():
            timer = BY_NAME[name]
            if timer.keeper is Keeper.LIBPRI:
                self._check(lib.dchannel_set_timer(self._d, name.encode(), round(value * (1000 if timer.unit else 1))))
        send = settings.side is Side.NETWORK if settings.names is None else settings.names
        lib.dchannel_send_names(self._d, send)

    # ---- frames and time ----

    def receive(self, frame: bytes) -> None:
        """A frame from the wire, without its FCS; events() works it off. What is no frame of ours is counted."""
        lib.dchannel_receive(self._d, frame, len(frame))

    def events(self, now: float) -> Iterator[on.LinkEvent]:
        """Works off timers that are due, and frames; yields what happens. Act on each event before taking the next."""
        if self._restart_ends is not None and now >= self._restart_ends:
            self._restart_over(on.RestartFailed(now, self._restarts[0]), now)
        indication = self._indication
        us = _us(now)
        while True:
            while self._own:
                yield self._own.popleft()
            if not lib.dchannel_next(self._d, us, indication):
                break
            event = _DECODERS[indication.kind](self, indication, now)
            if event is not None:
                yield event

    def next_timer(self) -> float | None:
        """When to ask for events() again, seconds; None: not before the next frame or order."""
        us: int = lib.dchannel_timer(self._d)
        if us < 0:
            return self._restart_ends
        return us / 1_000_000 if self._restart_ends is None else min(us / 1_000_000, self._restart_ends)

    def frames(self) -> list[bytes]:
        """Takes the frames that are to go out now, in their order."""
        octets = self._octets
        size = lib.dchannel_frames(self._d, octets, len(octets))
        if not size:
            return []
        data = bytes(ffi.buffer(octets, size))
        frames = []
        at = 0
        while at < size:
            end = at + 2 + (data[at] | data[at + 1] << 8)
            frames.append(data[at + 2 : end])
            at = end
        return frames

    # ---- what can be seen ----

    def set_trace(self, level: TraceLevel) -> None:
        lib.dchannel_trace_level(self._d, level.value)

    def trace(self) -> str:
        """Takes what libpri wrote: errors always, the rest as set_trace() said. The newest 32 KiB are kept."""
        size = lib.dchannel_trace(self._d, ffi.cast("char *", self._octets), len(self._octets))
        return bytes(ffi.buffer(self._octets, size)).decode("utf-8", "replace")

    def statistics(self) -> LinkStatistics:
        s = ffi.new("struct dchannel_statistics *")
        lib.dchannel_statistics(self._d, s)
        return LinkStatistics(s.frames_in, s.frames_out, s.lost_in, s.lost_out, s.errors, s.dropped, s.calls)

    # ---- orders ----

    def setup(self, request: CallRequest, now: float, channel: int | None = None, exclusive: bool = False) -> int:
        """SETUP. `channel` None: the network's choice; `exclusive`: this or none. Returns the number of the call."""
        request.called.check()
        if not request.called.digits and request.complete:
            raise LocalError("a call without a number cannot be complete")
        if channel is not None and not 1 <= channel <= 31:
            raise LocalError(f"B channel {channel} is outside 1 to 31")
        r = self._request
        r.channel = lib.DCHANNEL_ANY if channel is None else channel
        r.exclusive = exclusive
        r.complete = request.complete
        r.capability = request.capability
        r.called_plan = request.called.type.value << 4 | request.called.plan
        r.called = request.called.digits.encode()
        self._fill(r.calling, request.calling)
        redirecting = request.redirecting
        self._fill(r.redirecting, NOBODY if redirecting is None else Party(redirecting.number))
        if redirecting is not None:
            r.redirecting.reason = redirecting.reason
        return self._check(lib.dchannel_setup(self._d, _us(now), r))

    def setup_ack(self, call: int, now: float, channel: int | None = None, in_band: bool = False) -> None:
        """SETUP ACKNOWLEDGE: more digits, please. `in_band`: dial tone is in the channel."""
        self._check(lib.dchannel_setup_ack(self._d, _us(now), call, channel or 0, in_band))

    def information(self, call: int, digits: str, now: float) -> None:
        """INFORMATION, one for each digit."""
        Number(digits).check()
        self._check(lib.dchannel_information(self._d, _us(now), call, digits.encode()))

    def proceeding(self, call: int, now: float, channel: int | None = None, in_band: bool = False) -> None:
        """CALL PROCEEDING: no more digits are wanted."""
        self._check(lib.dchannel_proceeding(self._d, _us(now), call, channel or 0, in_band))

    def progress(self, call: int, now: float, cause: Cause | None = None) -> None:
        """PROGRESS with description 8: listen to the channel; `cause` says why, where it is an announcement."""
        self._check(lib.dchannel_progress(self._d, _us(now), call, -1 if cause is None else cause))

    def alerting(self, call: int, now: float, in_band: bool = False) -> None:
        """ALERTING. `in_band`: ring-back comes from us."""
        self._check(lib.dchannel_alerting(self._d, _us(now), call, in_band))

    def connect(self, call: int, now: float, connected: Party = NOBODY) -> None:
        """CONNECT; `connected` is who answered."""
        party = ffi.NULL
        if connected is not NOBODY:
            party = self._party
            self._fill(party, connected)
        self._check(lib.dchannel_connect(self._d, _us(now), call, party))

    def release(self, call: int, cause: Cause, now: float) -> None:
        """Clears from this side, or answers Disconnect: DISCONNECT, RELEASE or RELEASE COMPLETE. Release follows.

        Nothing happens where the call is over: both ends may clear at once.
        """
        if lib.dchannel_hangup(self._d, _us(now), call, cause) == 1:
            self._own.append(on.Release(now, call, cause, None, False))

    def forget(self, call: int) -> None:
        """Drops the call here, if it is still there, without a message: channel restarted, or link gone."""
        lib.dchannel_destroy(self._d, call)

    def notify(self, call: int, notification: int, now: float) -> None:
        """NOTIFY, Q.931 4.5.22. Raises LocalError outside of 0 to 127."""
        if not 0 <= notification <= 127:
            raise LocalError(f"notification {notification} is outside 0 to 127")
        self._check(lib.dchannel_notify(self._d, _us(now), call, notification))

    def restart(self, channel: int, now: float) -> None:
        """RESTART of one B channel; RestartDone or RestartFailed follows. Several wait for each other."""
        if not 1 <= channel <= 31:
            raise LocalError(f"B channel {channel} is outside 1 to 31")
        self._restarts.append(channel)
        if len(self._restarts) == 1:
            self._restart_next(now)

    # ---- inside ----

    def _check(self, result: int) -> int:
        if result < 0:
            raise LocalError(_REASONS.get(result, f"D channel error {result}"))
        return result

    def _restart_next(self, now: float) -> None:
        timers = self.settings.timers
        self._restart_ends = now + timers["T316"] * timers["N316"]
        self._check(lib.dchannel_restart(self._d, _us(now), self._restarts[0]))

    def _restart_over(self, event: on.LinkEvent, now: float) -> None:
        self._restarts.popleft()
        self._restart_ends = None
        self._own.append(event)
        if self._restarts:
            self._restart_next(now)

    def _fill(self, to: Any, party: Party) -> None:
        number = party.number
        to.has_number = number is not None
        if number is not None:
            number.check()
            to.plan = number.type.value << 4 | number.plan
            to.presentation = number.presentation.value << 5 | number.screening
            to.number = number.digits.encode()
        to.has_name = bool(party.name)
        if party.name:
            to.name = self._encode(party.name)
            to.name_presentation = party.name_presentation.value << 5

    def _encode(self, name: str) -> bytes:
        """A name as the display element has it, cut between characters.

        A first octet with the eighth bit set is a character set indicator (libpri skips it in what comes in): a name
        that would begin so gets one.
        """
        encoding = self.settings.name_encoding
        octets = name.encode(encoding, "replace")
        mark = b"\xb1" if octets[0] & 0x80 else b""
        return mark + octets[: lib.DCHANNEL_NAME_MAX - len(mark)].decode(encoding, "ignore").encode(encoding)

    def _take_party(self, party: Any) -> Party:
        if not party.has_number and not party.has_name:
            return NOBODY
        number = _number(party.number, party.plan, party.presentation) if party.has_number else None
        if not party.has_name:
            return Party(number)
        name = bytes(ffi.string(party.name)).decode(self.settings.name_encoding, "replace")
        shown = _PRESENTATIONS.get(party.name_presentation >> 5 & 3, Presentation.UNAVAILABLE)
        return Party(number, name, shown)

    def _setup(self, i: Any, now: float) -> on.LinkEvent:
        return on.Setup(
            now,
            i.call,
            _channel(i.channel),
            i.channel == lib.DCHANNEL_ANY,
            i.exclusive,
            _number(i.digits, i.called_plan, 0),
            i.complete,
            self._take_party(i.calling),
            _redirection(i.redirecting),
            _CAPABILITIES.get(i.capability, Capability.SPEECH),
            i.interworking,
        )

    def _restart_ack(self, i: Any, now: float) -> None:
        if self._restarts and i.channel in (self._restarts[0], lib.DCHANNEL_ANY):
            self._restart_over(on.RestartDone(now, self._restarts[0]), now)

    def _down(self, i: Any, now: float) -> on.LinkEvent:
        """The RESTARTs went with the data link; whoever wants them orders them again."""
        self._restarts.clear()
        self._restart_ends = None
        return on.Down(now)


_DECODERS: dict[int, Callable[[DChannelLink, Any, float], on.LinkEvent | None]] = {
    lib.DCHANNEL_UP: lambda link, i, now: on.Up(now),
    lib.DCHANNEL_DOWN: DChannelLink._down,
    lib.DCHANNEL_MISTAKE: lambda link, i, now: on.Mistake(now, _digits(i.digits).strip()),
    lib.DCHANNEL_SETUP: DChannelLink._setup,
    lib.DCHANNEL_SETUP_ACK: lambda link, i, now: on.SetupAck(now, i.call, _channel(i.channel), i.in_band),
    lib.DCHANNEL_INFORMATION: lambda link, i, now: on.Information(now, i.call, _digits(i.digits), i.complete, i.keypad),
    lib.DCHANNEL_PROCEEDING: lambda link, i, now: on.Proceeding(
        now, i.call, _channel(i.channel), i.in_band, i.interworking
    ),
    lib.DCHANNEL_PROGRESS: lambda link, i, now: on.Progress(now, i.call, i.in_band, i.interworking, _cause(i.cause)),
    lib.DCHANNEL_ALERTING: lambda link, i, now: on.Alerting(
        now, i.call, _channel(i.channel), i.in_band, i.interworking
    ),
    lib.DCHANNEL_CONNECT: lambda link, i, now: on.Connect(
        now, i.call, _channel(i.channel), link._take_party(i.calling), i.interworking
    ),
    lib.DCHANNEL_CONNECT_ACK: lambda link, i, now: on.ConnectAck(now, i.call),
    lib.DCHANNEL_DISCONNECT: lambda link, i, now: on.Disconnect(
        now, i.call, _cause(i.cause) or Cause.NORMAL_UNSPECIFIED, i.in_band, _charge(i.charge)
    ),
    lib.DCHANNEL_RELEASE: lambda link, i, now: on.Release(now, i.call, _cause(i.cause), _charge(i.charge), i.expired),
    lib.DCHANNEL_RESTART: lambda link, i, now: on.RestartRequested(now, _channel(i.channel)),
    lib.DCHANNEL_RESTART_ACK: DChannelLink._restart_ack,
    lib.DCHANNEL_NOTIFY: lambda link, i, now: on.Notify(now, i.call, i.notification),
    lib.DCHANNEL_FACILITY: lambda link, i, now: on.Facility(
        now, i.call, link._take_party(i.calling), _redirection(i.redirecting)
    ),
}
