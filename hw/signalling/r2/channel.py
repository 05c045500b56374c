"""One circuit of China No.1 or ITU MFC/R2: bits, registers and timers together. ITU-T Q.421 to Q.424, Q.440 to Q.490.

    outgoing side                                          incoming side
    seizure        00 ───────────────────────────────────>
                      <─────────────────────────────── 11  acknowledged     within T-SEIZE
    registers      I ═══ compelled codes, hw/signalling/r2/register.py ═══ A, B   within T-CODE
                      <─────────────────────────────── 01  answered         within T-ANSWER
                               conversation
    the called party hangs up:
                      <─────────────────────────────── 11  clear-back       outgoing clears after T-BACK
    clear-forward  10 ───────────────────────────────────>
                      <─────────────────────────────── 10  release guard         circuit is idle on both sides

What it does not: decide whether a number is complete without a length, or what the caller may do: the exchange does.
Both sides seizing at once cannot be on one-way circuits; on both-way ones the seizure that comes in while ours is not
yet acknowledged makes both give up and clear (Q.421 leaves it to the parties).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from hw.card import LineEvent, LineEventKind
from hw.errors import LocalError
from hw.plane import Ear, Event, EventKind
from hw.signalling import machine as m
from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Delivered,
    Dialled,
    Established,
    LineAbility,
    Proceeding,
    Released,
    Seized,
    Service,
    ServiceChanged,
)
from hw.signalling.q850 import Cause
from hw.signalling.r2 import register as r
from hw.signalling.r2.bits import Backward, Forward, ab, abcd
from hw.signalling.r2.variant import GroupA, GroupB, Variant

TIMERS = {
    timer.name: timer
    for timer in (
        m.Timer("T-SEIZE", 2.0, "seizure not acknowledged: circuit is faulty (Q.422; FIELD: 2 s)"),
        m.Timer(
            "T-CODE", 15.0, "outgoing: a forward code on, or off, this long: registers have lost each other (Q.476: T1)"
        ),
        m.Timer(
            "T-REGISTER", 24.0, "incoming: no forward code for this long, exchange not waiting (Q.476: T3 is 8 to 24 s)"
        ),
        m.Timer("T-DIGIT", 4.0, "incoming: no further digit: the number is complete (no length set)"),
        m.Timer("T-PULSE", 0.15, "a backward code without a forward one lasts 150 +- 50 ms (Q.442)"),
        m.Timer("T-ANSWER", 60.0, "outgoing: nobody answers (FIELD: 60 s)"),
        m.Timer("T-BACK", 0.2, "outgoing: clear-back is looked at this long, so that a spike does not end a call"),
        m.Timer(
            "T-GUARD", 0.2, "incoming: idle is sent this long after clear-forward, so that registers are free (Q.421)"
        ),
        m.Timer(
            "T-CLEAR", 10.0, "outgoing: no release guard: circuit stays blocked until idle comes, but the call is over"
        ),
    )
}


class State(Enum):
    IDLE = auto()
    OUT_SEIZING = auto()
    OUT_REGISTER = auto()
    OUT_WAITING = auto()
    OUT_ANSWERED = auto()
    OUT_CLEARING_BACK = auto()
    OUT_CLEARING = auto()
    IN_REGISTER = auto()
    IN_ACCEPTED = auto()
    IN_ANSWERED = auto()
    IN_CLEARING_BACK = auto()
    IN_GUARD = auto()


_CONNECTIONS = {
    State.IDLE: Connection.NULL,
    State.OUT_SEIZING: Connection.INITIATED,
    State.OUT_REGISTER: Connection.INITIATED,
    State.OUT_WAITING: Connection.ALERTING,
    State.OUT_ANSWERED: Connection.CONNECTED,
    State.OUT_CLEARING_BACK: Connection.CONNECTED,
    State.OUT_CLEARING: Connection.FAIL,
    State.IN_REGISTER: Connection.INITIATED,
    State.IN_ACCEPTED: Connection.ALERTING,
    State.IN_ANSWERED: Connection.CONNECTED,
    State.IN_CLEARING_BACK: Connection.FAIL,
    State.IN_GUARD: Connection.FAIL,
}

# How a release before answer is said backward.
_REFUSALS_B = {Cause.USER_BUSY: GroupB.BUSY, Cause.DESTINATION_OUT_OF_ORDER: GroupB.OUT_OF_ORDER}
_REFUSALS_A = {Cause.UNALLOCATED: GroupA.VACANT, Cause.INVALID_NUMBER: GroupA.VACANT}


class R2Channel:
    """The machine of one circuit. See hw.signalling.machine for how it is driven."""

    timers = TIMERS
    abilities = LineAbility.OVERLAP | LineAbility.SEND_CALLER | LineAbility.TRUE_ANSWER | LineAbility.EARLY_MEDIA

    def __init__(self, variant: Variant) -> None:
        self._variant = variant
        self.state = State.IDLE
        self.service = Service.BLOCKED_THERE  # until the far end shows idle
        self._far = 0b11
        self._out: r.OutgoingRegister | None = None
        self._in: r.IncomingRegister | None = None
        self._charged: bool | None = None
        self._answer: m.Answer | None = None  # ordered before the register was done
        self._released: Released | None = None  # told when the circuit is free
        self._acts: list[m.Act] = []
        self._time = 0

    @property
    def connection(self) -> Connection:
        return _CONNECTIONS[self.state]

    # ---- the frame ----

    def begin(self, time: int) -> list[m.Act]:
        self._time = time
        self._acts = [m.Note("idle")]
        self._bits(Forward.IDLE)
        return self._acts

    def take(self, stimulus: m.Stimulus, time: int) -> list[m.Act]:
        self._time, self._acts = time, []
        match stimulus:
            case LineEvent(kind=LineEventKind.BITS, value=value) if isinstance(value, int):
                self._take_bits(ab(value))
            case LineEvent(kind=kind):
                self._take_line(kind)
            case Event():
                self._take_tone(stimulus)
            case m.Expired(name):
                self._apply(f"expired {name}", stimulus)
            case m.Place():
                self._place(stimulus)
            case m.Block() | m.Unblock():
                self._serve(Service.BLOCKED_HERE, isinstance(stimulus, m.Block), "by order")
            case m.Flash() | m.MessageWaiting():
                raise LocalError(f"an R2 circuit has no {type(stimulus).__name__.lower()}")
            case m.PlayEnded():
                pass  # R2 codes never end by themselves
            case m.Reset():
                self._give_up(Cause.NORMAL_UNSPECIFIED, "near", "reset by order")
            case _:
                rule = _ORDERS.get((self.state, type(stimulus)))
                if rule is None:
                    if not isinstance(stimulus, m.Release | m.Proceed | m.Alert | m.ShowProgress):
                        raise LocalError(f"{type(stimulus).__name__.lower()} in state {self.state.name.lower()}")
                else:
                    rule(self, stimulus)
        return self._acts

    def _apply(self, key: str, stimulus: m.Stimulus) -> None:
        rule = _FAR.get((self.state, key))
        if rule is None:
            self._note(f"{key} in {self.state.name.lower()}: ignored")
        else:
            rule(self, stimulus)

    def _note(self, text: str) -> None:
        self._acts.append(m.Note(text))

    def _go(self, state: State) -> None:
        self._note(f"{self.state.name.lower()} -> {state.name.lower()}")
        self.state = state

    def _bits(self, pair: int) -> None:
        self._acts.append(m.SetBits(abcd(pair, self._variant.cd_bits)))
        self._note(f"sends ab {pair:02b}")

    def _start(self, name: str) -> None:
        self._acts.append(m.Start(name))

    def _stop(self, *names: str) -> None:
        self._acts.extend(m.Stop(name) for name in names)

    # ---- bits, alarms, blocking ----

    def _take_bits(self, pair: int) -> None:
        if pair == self._far:
            return
        self._note(f"far ab {self._far:02b} -> {pair:02b}")
        self._far = pair
        if self.state is State.IDLE:
            if pair == Forward.SEIZURE:
                self._seized()
                return
            self._serve(Service.BLOCKED_THERE, pair != Backward.IDLE, f"far end sends ab {pair:02b}")
            return
        self._apply(f"far {pair:02b}", m.Reset())

    def _take_line(self, kind: LineEventKind) -> None:
        if kind in (LineEventKind.ALARM, LineEventKind.GONE):
            flag = Service.ALARM if kind is LineEventKind.ALARM else Service.GONE
            self._give_up(Cause.DESTINATION_OUT_OF_ORDER, "line", f"span {kind.value}")
            if self.state is not State.IDLE:
                self._bits(Backward.IDLE)
                self._over()  # no answer can come now: the circuit is not waited for
            self._serve(flag, True, kind.value)
        elif kind is LineEventKind.ALARM_END:
            self._serve(Service.ALARM, False, "alarm ended")

    def _serve(self, flag: Service, on: bool, reason: str) -> None:
        before = self.service
        self.service = before | flag if on else before & ~flag
        if self.service != before:
            self._note(f"service {self.service!r}: {reason}")
            self._acts.append(m.Tell(ServiceChanged(self._time, self.service, reason)))
        if flag is Service.BLOCKED_HERE and self.state is State.IDLE:
            # Blocked is shown to the far end by 11 as long as the circuit is idle (Q.421).
            self._bits(Backward.ACKNOWLEDGED if on else Backward.IDLE)

    # ---- outgoing ----

    def _place(self, order: m.Place) -> None:
        if self.state is not State.IDLE or self.service:
            raise LocalError(f"place in state {self.state.name.lower()}, service {self.service!r}")
        call = order.call
        self._out = r.OutgoingRegister(self._variant, call.called, call.complete, call.calling, call.category)
        self._bits(Forward.SEIZURE)
        self._acts += [m.Speech(True), m.Listen(Ear.R2_BACKWARD)]
        self._start("T-SEIZE")
        self._go(State.OUT_SEIZING)

    def _acknowledged(self, _: object) -> None:
        assert self._out is not None
        self._stop("T-SEIZE")
        self._go(State.OUT_REGISTER)
        self._start("T-CODE")
        self._want(self._out.begin())

    def _send(self, order: m.Send) -> None:
        assert self._out is not None
        self._want(self._out.more(order.digits, False))

    def _far_answered(self, _: object) -> None:
        self._stop("T-ANSWER", "T-CODE")
        self._acts += [m.Listen(Ear(0))]
        self._go(State.OUT_ANSWERED)
        self._acts.append(m.Tell(Established(self._time, charged=self._charged)))

    def _far_cleared_back(self, _: object) -> None:
        self._start("T-BACK")
        self._go(State.OUT_CLEARING_BACK)

    def _far_back_again(self, _: object) -> None:
        self._stop("T-BACK")
        self._go(State.OUT_ANSWERED)

    def _clear_forward(self, cause: Cause, by: str, reason: str) -> None:
        """We end the outgoing call: clear-forward, then wait for release guard."""
        self._stop("T-SEIZE", "T-CODE", "T-ANSWER", "T-BACK")
        self._acts += [m.StopPlaying(), m.Listen(Ear(0)), m.Speech(False)]
        self._bits(Forward.IDLE)
        self._released = Released(self._time, cause, by, reason)
        self._start("T-CLEAR")
        self._go(State.OUT_CLEARING)
        if self._far == Backward.IDLE:
            self._over()

    def _over(self, _: object = None) -> None:
        """The circuit is free on both sides."""
        self._stop(*TIMERS)
        self._go(State.IDLE)
        self._out = self._in = self._answer = None
        self._charged = None
        released, self._released = self._released, None
        if released is not None:
            self._acts.append(m.Tell(Released(self._time, released.cause, released.by, released.reason)))
        if self.service & Service.BLOCKED_HERE:
            self._bits(Backward.ACKNOWLEDGED)
        self._serve(Service.BLOCKED_THERE, self._far != Backward.IDLE, f"far end sends ab {self._far:02b}")

    # ---- incoming ----

    def _seized(self) -> None:
        if self.service & ~Service.BLOCKED_THERE:
            self._note("seizure while out of service: not acknowledged")
            return
        self._serve(Service.BLOCKED_THERE, False, "seized")
        self._in = r.IncomingRegister(self._variant)
        self._acts += [m.Speech(True), m.Listen(Ear.R2_FORWARD)]
        self._bits(Backward.ACKNOWLEDGED)
        self._start("T-REGISTER")
        self._go(State.IN_REGISTER)
        self._acts.append(m.Tell(Seized(self._time, Call())))

    def _alert(self, _: object) -> None:
        assert self._in is not None
        self._want(self._in.party(GroupB.FREE))

    def _answer_order(self, order: m.Answer) -> None:
        """Answered: by bits once the register has said FREE; by register first where it has not."""
        assert self._in is not None
        if self.state is State.IN_REGISTER:
            self._answer = order
            self._want(self._in.party(GroupB.FREE if order.charged else GroupB.FREE_NO_CHARGE))
            return
        self._bits(Backward.ANSWERED)
        self._go(State.IN_ANSWERED)
        self._acts.append(m.Tell(Established(self._time, charged=order.charged)))

    def _refuse(self, order: m.Release) -> None:
        """Release before group B: say why by the register; the outgoing side then clears."""
        assert self._in is not None
        self._released = Released(self._time, order.cause, "near", "refused")
        if order.cause in _REFUSALS_B and _REFUSALS_B[order.cause] in self._variant.group_b:
            self._want(self._in.party(_REFUSALS_B[order.cause]))
        else:
            self._want(self._in.refuse(_REFUSALS_A.get(order.cause, GroupA.CONGESTION)))

    def _clear_back(self, order: m.Release) -> None:
        """Release after acceptance: clear-back, the outgoing side then clears forward."""
        self._released = Released(self._time, order.cause, "near", "clear-back")
        self._acts += [m.StopPlaying(), m.Listen(Ear(0))]
        self._bits(Backward.ACKNOWLEDGED)
        self._go(State.IN_CLEARING_BACK)

    def _far_cleared(self, _: object) -> None:
        self._stop("T-REGISTER", "T-DIGIT", "T-PULSE")
        self._acts += [m.StopPlaying(), m.Listen(Ear(0)), m.Speech(False)]
        if self._released is None:
            self._released = Released(self._time, Cause.NORMAL_CLEARING, "far", "clear-forward")
        self._start("T-GUARD")
        self._go(State.IN_GUARD)

    def _guarded(self, _: object) -> None:
        self._bits(Backward.IDLE)
        self._over()

    # ---- registers ----

    def _take_tone(self, event: Event) -> None:
        register = (
            self._out if self.state is State.OUT_REGISTER else self._in if self.state is State.IN_REGISTER else None
        )
        if register is None or event.kind not in (EventKind.R2_ON, EventKind.R2_OFF):
            return
        on = event.kind is EventKind.R2_ON
        self._note(f"hears {event.code} {'on' if on else 'off'}")
        self._start("T-CODE" if register is self._out else "T-REGISTER")
        if register is self._in and not self._variant.called_digits:
            self._acts.append(m.Stop("T-DIGIT") if on else m.Start("T-DIGIT"))
        self._want(register.heard(event.code) if on else register.ended())

    def _want(self, wants: list[r.Want]) -> None:
        for want in wants:
            match want:
                case r.SendCode(code):
                    self._note(f"sends {code}")
                    self._acts.append(m.PlayR2(code, forward=self.state is State.OUT_REGISTER))
                case r.SendPulse(code):
                    self._note(f"sends {code} for 150 ms")
                    self._acts.append(m.PlayR2(code, forward=False))
                    self._start("T-PULSE")
                case r.Quiet():
                    self._note("quiet")
                    self._acts.append(m.StopPlaying())
                case r.NumberDigit(digit, complete):
                    self._acts.append(m.Tell(Dialled(self._time, digit, complete)))
                case r.CallerComplete(party, category):
                    self._acts.append(m.Tell(CallerKnown(self._time, party, category)))
                case r.Accepted(charged):
                    self._accepted(charged)
                case r.Answered(signal):
                    self._said(signal)
                case r.Refused(cause, reason):
                    self._clear_forward(cause, "far", reason)
                case r.Broken(reason):
                    self._give_up(Cause.PROTOCOL_ERROR, "line", reason)

    def _accepted(self, charged: bool) -> None:
        self._stop("T-CODE")
        self._charged = charged
        self._acts += [m.Listen(Ear(0))]
        self._start("T-ANSWER")
        self._go(State.OUT_WAITING)
        self._acts += [m.Tell(Proceeding(self._time)), m.Tell(Delivered(self._time, in_band=True))]

    def _said(self, signal: GroupB) -> None:
        """Group B is done on the incoming side."""
        self._stop("T-REGISTER")
        self._acts += [m.Listen(Ear(0))]
        if signal not in (GroupB.FREE, GroupB.FREE_NO_CHARGE):
            return  # refused: the outgoing side clears now
        self._go(State.IN_ACCEPTED)
        if self._answer is not None:
            self._answer_order(self._answer)

    def _pulse_over(self, _: object) -> None:
        self._acts.append(m.StopPlaying())

    def _no_more_digits(self, _: object) -> None:
        assert self._in is not None
        self._want(self._in.silence())

    # ---- ends ----

    def _give_up(self, cause: Cause, by: str, reason: str) -> None:
        """Whatever runs ends now; the circuit goes to idle when the far end does."""
        name = self.state.name
        if name.startswith("OUT") and self.state is not State.OUT_CLEARING:
            self._clear_forward(cause, by, reason)
        elif name.startswith("IN") and self.state is not State.IN_GUARD:
            if self._released is None:
                self._released = Released(self._time, cause, by, reason)
            self._far_cleared(None)

    def _released_by_order(self, order: m.Release) -> None:
        self._clear_forward(order.cause, "near", "by order")

    def _failed(self, cause: Cause, reason: str) -> None:
        self._give_up(cause, "line", reason)


def _fail(cause: Cause, by: str, reason: str) -> Callable[[R2Channel, object], None]:
    return lambda channel, _: channel._give_up(cause, by, reason)


Rule = Callable[[R2Channel, object], None]

# What the far end (bits as it sends them) and the timers do, by state. Not here: noted and ignored.
_FAR: dict[tuple[State, str], Rule] = {
    (State.OUT_SEIZING, "far 11"): R2Channel._acknowledged,
    (State.OUT_SEIZING, "far 00"): _fail(Cause.CHANNEL_UNAVAILABLE, "line", "both ends seized"),
    (State.OUT_SEIZING, "expired T-SEIZE"): _fail(Cause.CHANNEL_UNAVAILABLE, "line", "seizure not acknowledged"),
    (State.OUT_REGISTER, "far 01"): R2Channel._far_answered,
    (State.OUT_REGISTER, "far 00"): _fail(Cause.NORMAL_CLEARING, "far", "forced release"),
    (State.OUT_REGISTER, "far 10"): _fail(Cause.TEMPORARY_FAILURE, "line", "far end went idle"),
    (State.OUT_REGISTER, "expired T-CODE"): _fail(Cause.TEMPORARY_FAILURE, "line", "no code from the far end"),
    (State.OUT_WAITING, "far 01"): R2Channel._far_answered,
    (State.OUT_WAITING, "far 00"): _fail(Cause.NORMAL_CLEARING, "far", "forced release"),
    (State.OUT_WAITING, "far 10"): _fail(Cause.TEMPORARY_FAILURE, "line", "far end went idle"),
    (State.OUT_WAITING, "expired T-ANSWER"): _fail(Cause.NO_ANSWER, "line", "nobody answered"),
    (State.OUT_ANSWERED, "far 11"): R2Channel._far_cleared_back,
    (State.OUT_ANSWERED, "far 00"): _fail(Cause.NORMAL_CLEARING, "far", "forced release"),
    (State.OUT_ANSWERED, "far 10"): _fail(Cause.TEMPORARY_FAILURE, "line", "far end went idle"),
    (State.OUT_CLEARING_BACK, "far 01"): R2Channel._far_back_again,
    (State.OUT_CLEARING_BACK, "far 00"): _fail(Cause.NORMAL_CLEARING, "far", "forced release"),
    (State.OUT_CLEARING_BACK, "far 10"): _fail(Cause.NORMAL_CLEARING, "far", "far end went idle"),
    (State.OUT_CLEARING_BACK, "expired T-BACK"): _fail(Cause.NORMAL_CLEARING, "far", "clear-back"),
    (State.OUT_CLEARING, "far 10"): R2Channel._over,
    (State.OUT_CLEARING, "expired T-CLEAR"): R2Channel._over,
    (State.IN_REGISTER, "far 10"): R2Channel._far_cleared,
    (State.IN_REGISTER, "far 11"): _fail(Cause.TEMPORARY_FAILURE, "far", "far end fault (Q.424)"),
    (State.IN_REGISTER, "expired T-REGISTER"): _fail(Cause.TEMPORARY_FAILURE, "line", "no code from the far end"),
    (State.IN_REGISTER, "expired T-DIGIT"): R2Channel._no_more_digits,
    (State.IN_REGISTER, "expired T-PULSE"): R2Channel._pulse_over,
    (State.IN_ACCEPTED, "far 10"): R2Channel._far_cleared,
    (State.IN_ACCEPTED, "far 11"): _fail(Cause.TEMPORARY_FAILURE, "far", "far end fault (Q.424)"),
    (State.IN_ANSWERED, "far 10"): R2Channel._far_cleared,
    (State.IN_ANSWERED, "far 11"): _fail(Cause.TEMPORARY_FAILURE, "far", "far end fault (Q.424)"),
    (State.IN_CLEARING_BACK, "far 10"): R2Channel._far_cleared,
    (State.IN_CLEARING_BACK, "far 11"): R2Channel._far_cleared,
    (State.IN_GUARD, "expired T-GUARD"): R2Channel._guarded,
}

# What the exchange may order, by state. Not here: LocalError, but for orders that come too late and mean nothing any
# more.
_ORDERS: dict[tuple[State, type], Callable[..., None]] = {
    (State.OUT_SEIZING, m.Release): R2Channel._released_by_order,
    (State.OUT_SEIZING, m.Send): R2Channel._send,
    (State.OUT_REGISTER, m.Release): R2Channel._released_by_order,
    (State.OUT_REGISTER, m.Send): R2Channel._send,
    (State.OUT_WAITING, m.Release): R2Channel._released_by_order,
    (State.OUT_ANSWERED, m.Release): R2Channel._released_by_order,
    (State.OUT_CLEARING_BACK, m.Release): R2Channel._released_by_order,
    (State.IN_REGISTER, m.Alert): R2Channel._alert,
    (State.IN_REGISTER, m.ShowProgress): R2Channel._alert,
    (State.IN_REGISTER, m.Answer): R2Channel._answer_order,
    (State.IN_REGISTER, m.Release): R2Channel._refuse,
    (State.IN_ACCEPTED, m.Answer): R2Channel._answer_order,
    (State.IN_ACCEPTED, m.Release): R2Channel._clear_back,
    (State.IN_ANSWERED, m.Release): R2Channel._clear_back,
}
