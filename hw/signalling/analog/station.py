"""A telephone on an FXS port: loop start, ETSI EN 300 659-1 (caller ID on hook), ITU-T Q.23 (digits), YD/T tones.

    telephone calls                                       telephone is called
    lift      -> dial tone, T-FIRST                       place()  ring current 1 s        4 s          1 s
    digit     -> dial tone off, T-DIGIT after each        caller ID, FSK       ----|  |=== FSK ===|  |----
    T-DIGIT   -> number complete                          caller ID, DTMF |== D 123 C ==|  ring ...
    answer()  -> battery reversed, where the card can     lift     -> ring trips, connected
    hang up   -> released                                 release() -> ring stops

    the other party has gone, the telephone is still off hook: tone by cause T-TONE, howler T-HOWLER, silence until
    hung up

The card tells flash, hang-up and pulse digits apart (its timing rules); this machine gives them their meaning. What
it does
not: judge numbers, or make ring-back for a caller who is to hear announcements (progress()): the exchange plays those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import accumulate

from hw.card import Ability, LineEvent, LineEventKind, RingCadence, Unsupported
from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.signalling import machine as m
from hw.signalling.line import (
    Call,
    Connection,
    Delivered,
    Dialled,
    Established,
    Flashed,
    Idle,
    LineAbility,
    Released,
    Seized,
    Service,
    ServiceChanged,
    SpeechOpen,
)
from hw.signalling.q850 import Cause

TIMERS = {
    timer.name: timer
    for timer in (
        m.Timer("T-FIRST", 15.0, "no digit after dial tone (GF 002: 10 to 20 s)"),
        m.Timer("T-DIGIT", 4.0, "no further digit: the number is complete"),
        m.Timer("T-TONE", 40.0, "busy, congestion or vacant tone to a telephone left off hook"),
        m.Timer("T-HOWLER", 60.0, "howler; then the telephone is left alone until it is hung up"),
        m.Timer("T-CLI", 0.5, "silence between the end of the first ring and FSK (ETSI EN 300 659-1: 0.5 to 1.5 s)"),
        m.Timer("T-ON-HOOK-DATA", 0.3, "battery settles before data is sent to a telephone at rest"),
    )
}

# China's 1000/4000 for calls from outside; each kind of call rings its own way. ms on, off, ...
CADENCES = {
    "external": RingCadence((1000, 4000)),
    "internal": RingCadence((400, 200, 400, 4000)),
    "group": RingCadence((1000, 2000)),
    "recall": RingCadence((300, 300, 300, 3000)),
    "intercom": RingCadence((300, 5000)),
}

# What a telephone left off hook hears, by the cause of the release.
TONES = {
    Cause.NORMAL_CLEARING: "busy",
    Cause.USER_BUSY: "busy",
    Cause.UNALLOCATED: "vacant",
    Cause.INVALID_NUMBER: "vacant",
    Cause.NO_ROUTE_TO_DESTINATION: "vacant",
    Cause.NO_CIRCUIT: "congestion",
    Cause.SWITCH_CONGESTION: "congestion",
    Cause.TEMPORARY_FAILURE: "congestion",
    Cause.RESOURCE_UNAVAILABLE: "congestion",
    Cause.CHANNEL_UNAVAILABLE: "congestion",
    Cause.NETWORK_OUT_OF_ORDER: "congestion",
    Cause.OUTGOING_BARRED_IN_GROUP: "congestion",
    Cause.SERVICE_UNAVAILABLE: "congestion",
}

FSK_GAP_MS = 2000  # a silence this long has room for the message


@dataclass(frozen=True, slots=True)
class StationSettings:
    """caller_id: "fsk", "dtmf" or "none". reverse_on_answer needs a card that can. cadences: by Call.ring. times: of
    timers by name, in seconds, where other than the table has them; 0.1 to 600. ValueError: a value that cannot be.
    """

    caller_id: str = "fsk"
    reverse_on_answer: bool = False
    dial_tone: bool = True
    cadences: dict[str, RingCadence] = field(default_factory=lambda: dict(CADENCES))
    times: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.caller_id not in ("fsk", "dtmf", "none"):
            raise ValueError(f'caller_id {self.caller_id!r}: must be "fsk", "dtmf" or "none"')
        for name, seconds in self.times.items():
            if name not in TIMERS:
                raise ValueError(f"times has no {name}; there are {', '.join(TIMERS)}")
            if not 0.1 <= seconds <= 600:
                raise ValueError(f"times {name} is {seconds} s, must be 0.1 to 600")


class State(Enum):
    ON_HOOK = auto()
    DIALLING = auto()  # off hook, digits are awaited
    WAITING = auto()  # number complete, the exchange works on it
    ANNOUNCING = auto()  # caller ID goes out before the first ring
    RINGING = auto()
    CONNECTED = auto()
    TONE = auto()  # the call is over, the telephone is off hook
    HOWLING = auto()
    LEFT_ALONE = auto()
    SIGNALLING = auto()  # message-waiting data to a telephone at rest


_CONNECTIONS = {
    State.ON_HOOK: Connection.NULL,
    State.DIALLING: Connection.INITIATED,
    State.WAITING: Connection.INITIATED,
    State.ANNOUNCING: Connection.ALERTING,
    State.RINGING: Connection.ALERTING,
    State.CONNECTED: Connection.CONNECTED,
    State.TONE: Connection.FAIL,
    State.HOWLING: Connection.FAIL,
    State.LEFT_ALONE: Connection.FAIL,
    State.SIGNALLING: Connection.NULL,
}

_IN_CALL = (State.DIALLING, State.WAITING, State.ANNOUNCING, State.RINGING, State.CONNECTED)


class Station:
    """The machine of one telephone. `abilities` of its card's channel say whether battery can be reversed."""

    def __init__(self, settings: StationSettings, card: Ability = Ability.NONE) -> None:
        if settings.reverse_on_answer and Ability.SET_POLARITY not in card:
            raise Unsupported(
                "this port cannot reverse its battery", action="set reverse_on_answer = false, or use another card"
            )
        self._settings = settings
        self.timers = TIMERS | {name: replace(TIMERS[name], seconds=s) for name, s in settings.times.items()}
        self.abilities = (
            LineAbility.SEND_CALLER
            | LineAbility.SEND_NAME
            | LineAbility.TRUE_ANSWER
            | LineAbility.MESSAGE_WAITING
            | LineAbility.EARLY_MEDIA
        )
        self.state = State.ON_HOOK
        self.service = Service.NONE
        self._call = Call()
        self._dialled = False
        self._open_told = False
        self._message_waiting = False
        self._lamp_told = False
        self._reversed = False
        self._acts: list[m.Act] = []
        self._time = 0

    @property
    def connection(self) -> Connection:
        return _CONNECTIONS[self.state]

    # ---- the frame ----

    def begin(self, time: int) -> list[m.Act]:
        self._time = time
        return [m.Note("on hook"), m.OnHook(), m.Speech(False)]

    def take(self, stimulus: m.Stimulus, time: int) -> list[m.Act]:
        self._time, self._acts = time, []
        match stimulus:
            case LineEvent(kind=LineEventKind.ALARM | LineEventKind.GONE as kind):
                self._out_of_service(kind)
            case LineEvent(kind=LineEventKind.ALARM_END):
                self._serve(Service.ALARM, False, "alarm ended")
            case LineEvent(kind=LineEventKind.BACK) if Service.GONE in self.service:
                self._acts += [m.OnHook(), m.Speech(False)]
                self._serve(Service.ALARM | Service.GONE, False, "card is back")
            case LineEvent(kind=kind):
                self._apply(_FAR, kind.value, stimulus)
            case Event(kind=EventKind.DTMF_DOWN):
                self._apply(_FAR, "digit", stimulus)
            case Event():
                pass  # what else is heard is the exchange's
            case m.Expired(name):
                self._apply(_FAR, name, stimulus)
            case m.PlayEnded():
                self._apply(_FAR, "played", stimulus)
            case m.Block() | m.Unblock():
                self._serve(Service.BLOCKED_HERE, isinstance(stimulus, m.Block), "by order")
            case m.MessageWaiting(on):
                self._message(on)
            case m.Reset():
                self._reset()
            case m.Flash():
                raise Unsupported("a station is not flashed", action="flash the trunk")
            case _:
                rule = _ORDERS.get((self.state, type(stimulus)))
                if rule is not None:
                    rule(self, stimulus)
                elif not isinstance(stimulus, m.Release | m.Proceed | m.Alert | m.ShowProgress):
                    raise LocalError(f"{type(stimulus).__name__.lower()} in state {self.state.name.lower()}")
        return self._acts

    def _apply(self, table: dict[tuple[State, str], Callable[..., None]], key: str, stimulus: m.Stimulus) -> None:
        rule = table.get((self.state, key))
        if rule is None:
            self._note(f"{key} in {self.state.name.lower()}: ignored")
        else:
            rule(self, stimulus)

    def _note(self, text: str) -> None:
        self._acts.append(m.Note(text))

    def _go(self, state: State) -> None:
        self._note(f"{self.state.name.lower()} -> {state.name.lower()}")
        self.state = state

    def _tell(self, telling: m.Tell) -> None:
        self._acts.append(telling)

    # ---- the telephone calls ----

    def _lifted(self, _: object) -> None:
        if self.service:
            self._note("lifted while out of service")
            self._acts += [m.Speech(True), m.PlayTone("congestion"), m.Start("T-TONE")]
            self._go(State.TONE)
            return
        self._dialled = self._open_told = False
        self._acts += [m.Speech(True), m.Listen(Ear.DTMF)]
        if self._settings.dial_tone:
            self._acts.append(m.PlayTone("special_dial" if self._message_waiting else "dial"))
        self._acts.append(m.Start("T-FIRST"))
        self._go(State.DIALLING)
        self._tell(m.Tell(Seized(self._time, Call())))

    def _digit(self, stimulus: LineEvent | Event) -> None:
        digit = chr(stimulus.code) if isinstance(stimulus, Event) else str(stimulus.value)
        if not self._dialled:
            self._dialled = True
            self._acts += [m.StopPlaying(), m.Stop("T-FIRST")]
        self._note(f"digit {digit}")
        self._acts.append(m.Start("T-DIGIT"))
        self._tell(m.Tell(Dialled(self._time, digit)))

    def _no_more_digits(self, _: object) -> None:
        self._wait()
        self._tell(m.Tell(Dialled(self._time, "", complete=True)))

    def _wait(self, _: object = None) -> None:
        self._acts += [m.Stop("T-FIRST"), m.Stop("T-DIGIT"), m.StopPlaying(), m.Listen(Ear(0))]
        self._go(State.WAITING)

    def _ring_back(self, order: m.Alert) -> None:
        if self.state is State.DIALLING:
            self._wait()
        if order.in_band:
            self._speak()
        else:
            self._acts.append(m.PlayTone("ringback"))

    def _progress(self, _: object) -> None:
        if self.state is State.DIALLING:
            self._wait()
        self._speak()

    def _speak(self) -> None:
        """What is heard is the exchange's from now on."""
        self._acts.append(m.StopPlaying())
        if not self._open_told:
            self._open_told = True
            self._tell(m.Tell(SpeechOpen(self._time)))

    def _answered(self, order: m.Answer) -> None:
        self._acts += [m.Stop("T-FIRST"), m.Stop("T-DIGIT"), m.StopPlaying(), m.Listen(Ear(0))]
        if self._settings.reverse_on_answer and order.charged:
            self._reversed = True
            self._acts.append(m.SetPolarity(True))
        self._go(State.CONNECTED)
        self._tell(m.Tell(Established(self._time, charged=order.charged)))

    # ---- the telephone is called ----

    def _place(self, order: m.Place) -> None:
        if self.service:
            raise LocalError(f"place on a station out of service: {self.service!r}")
        self._call = order.call
        caller = order.call.calling
        if self._settings.caller_id == "dtmf" and caller is not None and caller.number:
            self._acts += [m.Speech(True), m.Start("T-ON-HOOK-DATA")]
            self._go(State.ANNOUNCING)
        else:
            self._ring()
        self._tell(m.Tell(Delivered(self._time)))

    def _announce(self, _: object) -> None:
        """Battery has settled: caller ID before the first ring."""
        assert self._call.calling is not None
        self._acts.append(m.PlayCaller(self._call.calling, "dtmf"))

    def _ring(self, _: object = None) -> None:
        self._acts.append(m.Speech(False))
        cadence = self._settings.cadences.get(self._call.ring, CADENCES["external"])
        self._acts.append(m.Ring(cadence))
        if self._settings.caller_id == "fsk" and self._call.calling is not None:
            gap = _first_gap(cadence)
            if gap is None:
                self._note(f"ring cadence {cadence.ms} has no room for caller ID")
            else:
                self._acts.append(m.Start("T-CLI", gap / 1000 + self.timers["T-CLI"].seconds))
        self._go(State.RINGING)

    def _caller_id(self, _: object) -> None:
        assert self._call.calling is not None
        self._acts += [m.Speech(True), m.PlayCaller(self._call.calling, "fsk")]

    def _caller_id_out(self, _: object) -> None:
        self._acts.append(m.Speech(False))

    def _lifted_to_answer(self, _: object) -> None:
        self._acts += [m.Stop("T-CLI"), m.Stop("T-ON-HOOK-DATA"), m.StopPlaying(), m.Speech(True)]
        self._go(State.CONNECTED)
        self._tell(m.Tell(Established(self._time, charged=True)))

    # ---- in a call ----

    def _flashed(self, _: object) -> None:
        self._tell(m.Tell(Flashed(self._time)))

    def _send(self, order: m.Send) -> None:
        self._acts.append(m.PlayDigits(order.digits))

    # ---- ends ----

    def _hung_up(self, _: object) -> None:
        was = self.state
        self._rest()
        if was in _IN_CALL:
            self._tell(m.Tell(Released(self._time, Cause.NORMAL_CLEARING, "far", "hung up")))
        else:
            self._serve(Service.LEFT_OFF_HOOK, False, "hung up")
            self._tell(m.Tell(Idle(self._time)))

    def _release(self, order: m.Release) -> None:
        """The exchange ends the call. Off hook: the telephone hears why until it is hung up."""
        if self.state in (State.ANNOUNCING, State.RINGING):
            self._rest()
        else:
            self._acts += [m.Stop("T-FIRST"), m.Stop("T-DIGIT"), m.Listen(Ear(0))]
            self._normal_battery()
            self._acts += [m.PlayTone(TONES.get(order.cause, "busy")), m.Start("T-TONE")]
            self._go(State.TONE)
        self._tell(m.Tell(Released(self._time, order.cause, "near", "by order")))

    def _howl(self, _: object) -> None:
        self._acts += [m.PlayTone("howler"), m.Start("T-HOWLER")]
        self._go(State.HOWLING)

    def _leave_alone(self, _: object) -> None:
        self._acts += [m.StopPlaying(), m.Speech(False)]
        self._go(State.LEFT_ALONE)
        self._serve(Service.LEFT_OFF_HOOK, True, "left off hook, or line fault (loop closed)")

    def _normal_battery(self) -> None:
        if self._reversed:
            self._reversed = False
            self._acts.append(m.SetPolarity(False))

    def _rest(self) -> None:
        """Everything the call had goes; the telephone is at rest."""
        self._normal_battery()
        self._acts += [m.Stop(name) for name in TIMERS]
        self._acts += [m.StopPlaying(), m.Listen(Ear(0)), m.OnHook(), m.Speech(False)]
        self._go(State.ON_HOOK)
        self._call = Call()
        if self._lamp_told is not self._message_waiting:
            self._signal_lamp()

    def _reset(self) -> None:
        was = self.state
        if was in _IN_CALL:
            self._release(m.Release(Cause.NORMAL_UNSPECIFIED))

    def _out_of_service(self, kind: LineEventKind) -> None:
        """What the telephone does meanwhile nobody sees: it counts as hung up."""
        was = self.state
        self._lamp_told = self._message_waiting
        self._rest()
        if was in _IN_CALL:
            released = Released(self._time, Cause.DESTINATION_OUT_OF_ORDER, "line", kind.value)
            self._tell(m.Tell(released))
        elif _CONNECTIONS[was] is Connection.FAIL:
            self._tell(m.Tell(Idle(self._time)))
        flag = Service.ALARM if kind is LineEventKind.ALARM else Service.GONE
        self.service &= ~Service.LEFT_OFF_HOOK
        self._serve(flag, True, kind.value)

    def _serve(self, flag: Service, on: bool, reason: str) -> None:
        before = self.service
        self.service = before | flag if on else before & ~flag
        if self.service != before:
            self._tell(m.Tell(ServiceChanged(self._time, self.service, reason)))

    # ---- message waiting ----

    def _message(self, on: bool) -> None:
        self._message_waiting = on
        if self.state is State.ON_HOOK and self._lamp_told is not on:
            self._signal_lamp()

    def _signal_lamp(self) -> None:
        """FSK to the telephone at rest; stutter dial tone says the same at the next lift."""
        if self._settings.caller_id != "fsk" or self.service:
            self._lamp_told = self._message_waiting
            return
        self._acts += [m.Speech(True), m.Start("T-ON-HOOK-DATA")]
        self._go(State.SIGNALLING)

    def _lamp(self, _: object) -> None:
        self._lamp_told = self._message_waiting
        self._acts.append(m.PlayMessageWaiting(self._message_waiting))

    def _lamp_out(self, _: object) -> None:
        self._rest()

    def _lifted_during_lamp(self, _: object) -> None:
        self._acts += [m.Stop("T-ON-HOOK-DATA"), m.StopPlaying()]
        self._lamp_told = not self._message_waiting  # unsure: say it again
        self._go(State.ON_HOOK)
        self._lifted(None)

    def _place_during_lamp(self, order: m.Place) -> None:
        self._acts += [m.Stop("T-ON-HOOK-DATA"), m.StopPlaying()]
        self._lamp_told = not self._message_waiting
        self._go(State.ON_HOOK)
        self._place(order)


def _first_gap(cadence: RingCadence) -> int | None:
    """ms from the begin of ringing to the first silence long enough for FSK; None: there is none."""
    ends = list(accumulate(cadence.ms))
    return next((ends[at - 1] for at in range(1, len(cadence.ms), 2) if cadence.ms[at] >= FSK_GAP_MS), None)


_OFF, _ON, _FLASH = LineEventKind.OFF_HOOK.value, LineEventKind.ON_HOOK.value, LineEventKind.FLASH.value
_PULSE = LineEventKind.PULSE_DIGIT.value

# What the telephone and the timers do, by state. Not here: noted and ignored.
_FAR: dict[tuple[State, str], Callable[..., None]] = {
    (State.ON_HOOK, _OFF): Station._lifted,
    (State.SIGNALLING, _OFF): Station._lifted_during_lamp,
    (State.SIGNALLING, "T-ON-HOOK-DATA"): Station._lamp,
    (State.SIGNALLING, "played"): Station._lamp_out,
    (State.DIALLING, "digit"): Station._digit,
    (State.DIALLING, _PULSE): Station._digit,
    (State.DIALLING, _FLASH): Station._flashed,
    (State.DIALLING, "T-FIRST"): Station._no_more_digits,
    (State.DIALLING, "T-DIGIT"): Station._no_more_digits,
    (State.WAITING, _FLASH): Station._flashed,
    (State.ANNOUNCING, "T-ON-HOOK-DATA"): Station._announce,
    (State.ANNOUNCING, "played"): Station._ring,
    (State.ANNOUNCING, _OFF): Station._lifted_to_answer,
    (State.RINGING, "T-CLI"): Station._caller_id,
    (State.RINGING, "played"): Station._caller_id_out,
    (State.RINGING, _OFF): Station._lifted_to_answer,
    (State.CONNECTED, _FLASH): Station._flashed,
    (State.TONE, "T-TONE"): Station._howl,
    (State.HOWLING, "T-HOWLER"): Station._leave_alone,
    **{(state, _ON): Station._hung_up for state in (State.DIALLING, State.WAITING, State.CONNECTED)},
    **{(state, _ON): Station._hung_up for state in (State.TONE, State.HOWLING, State.LEFT_ALONE)},
}

# What the exchange may order, by state. Not here: LocalError, but for orders that come too late and mean nothing any
# more.
_ORDERS: dict[tuple[State, type], Callable[..., None]] = {
    (State.ON_HOOK, m.Place): Station._place,
    (State.SIGNALLING, m.Place): Station._place_during_lamp,
    (State.DIALLING, m.Proceed): Station._wait,
    (State.DIALLING, m.Alert): Station._ring_back,
    (State.DIALLING, m.ShowProgress): Station._progress,
    (State.DIALLING, m.Answer): Station._answered,
    (State.WAITING, m.Alert): Station._ring_back,
    (State.WAITING, m.ShowProgress): Station._progress,
    (State.WAITING, m.Answer): Station._answered,
    (State.CONNECTED, m.Send): Station._send,
    **{(state, m.Release): Station._release for state in _IN_CALL},
}
