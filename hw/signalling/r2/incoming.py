"""An incoming call on an MFC/R2 circuit. ITU-T Q.421 to Q.424, Q.470 to Q.476.

    they                                                   we
    seizure        00 ───────────────────────────────────>
                      <─────────────────────────────── 11  acknowledged: Seized
    codes          I ═════════ compelled ═════════════ A, B                 T3, T-DIGIT
                               Dialled, CallerKnown; proceed(), alert(), answer(), release()
                      T-LULL   SpeechOpen
                      <─────────────────────────────── 01  answered
                               conversation
                      <─────────────────────────────── 11  clear-back: our party hung up; they clear within T-FORWARD
    clear-forward  10 ───────────────────────────────────>
                      <─────────────────────────────── 10  release guard, T-GUARD later: Released

A call is refused by its codes as long as the register stands. After that R2 has no word for it before the answer: the
caller hears busy or congestion tone until he clears, or, where the far end understands it, is told forced release.
Ring-back tone comes from here, unless the exchange says that it is in the speech path already.

What it does not: decide whether a number is complete without a length, or what the caller may do: the exchange does.
"""

from __future__ import annotations

from typing import ClassVar

from hw.ear import Ear
from hw.signalling import machine as m
from hw.signalling.line import Call, CallerKnown, Dialled, Established, Seized, SpeechOpen
from hw.signalling.q850 import Cause
from hw.signalling.r2.bits import CLEAR_BACK, Backward
from hw.signalling.r2.call import DEAF, OrderRules, R2Call, Rules, fail, ignore
from hw.signalling.r2.circuit import Circuit
from hw.signalling.r2.codes import Caller, Number, Quiet, Said, SendCode, SendPulse, Want
from hw.signalling.r2.incoming_register import IncomingRegister
from hw.signalling.r2.settings import CAUSES_B, GroupA, GroupB, refusal
from hw.signalling.r2.states import State


class IncomingCall(R2Call):
    def __init__(self, circuit: Circuit) -> None:
        super().__init__(circuit)
        self._register = IncomingRegister(self.settings)
        self._answer_due = False  # ordered before the register was done
        self._open_due = False  # ordered, and SpeechOpen is not told yet
        self._open_told = False
        self._ring_back = False
        self._said: GroupB | None = None
        circuit.send(Backward.ACKNOWLEDGED)
        circuit.acts += [m.Speech(True), m.Listen(Ear.R2_FORWARD)]
        circuit.start("T3")
        circuit.go(State.IN_REGISTER)
        circuit.tell(Seized(circuit.time, Call()))

    # ---- register ----

    def heard(self, code: int, on: bool) -> None:
        if self.circuit.state is State.IN_REGISTER:
            self.circuit.start("T3")
            self.want(self._register.heard(code) if on else self._register.ended())

    def want(self, wants: list[Want]) -> None:
        circuit = self.circuit
        for want in wants:
            match want:
                case SendCode(code, meaning):
                    circuit.note(f"sends {code}: {meaning}")
                    circuit.play(m.PlayR2(code, forward=False))
                case SendPulse(code, meaning):
                    circuit.note(f"sends {code} as a pulse: {meaning}")
                    circuit.play(m.PlayR2(code, forward=False))
                    circuit.start("T-PULSE")
                case Quiet():
                    circuit.note("quiet")
                    circuit.quiet()
                case Number(digits, complete) if self.released is None:
                    circuit.tell(Dialled(circuit.time, digits, complete))
                case Caller(party, category) if self.released is None:
                    circuit.tell(CallerKnown(circuit.time, party, category))
                case Said(signal):
                    self._has_said(signal)
        if circuit.state is State.IN_REGISTER:
            self._wait("T-DIGIT", self._register.waits_for_digit)
            self._wait("T-LULL", self._register.waits_for_lull)

    def _wait(self, timer: str, on: bool) -> None:
        if not on:
            self.circuit.stop(timer)
        elif not self.circuit.runs(timer):
            self.circuit.start(timer)

    def _no_more_digits(self) -> None:
        self.want(self._register.silence())

    def _lull(self) -> None:
        self.want(self._register.lull())

    def _pulse_over(self) -> None:
        self.circuit.start("T-DEAF")
        self.want(self._register.pulse_over())

    def _recovered(self) -> None:
        self.want(self._register.recovered())

    def _has_said(self, signal: GroupA | GroupB) -> None:
        circuit = self.circuit
        circuit.stop("T3", "T-DIGIT", "T-LULL", "T-DEAF")
        circuit.listen(DEAF)
        if isinstance(signal, GroupA) or signal in CAUSES_B:
            circuit.go(State.IN_ENDING)
            return
        self._said = signal
        circuit.go(State.IN_ACCEPTED)
        circuit.start("T-LULL")
        if self.released is not None:
            self._end_after_register()  # released while "free" was being said
        elif self._ring_back:
            circuit.play(m.PlayTone("ringback"))

    def _no_code(self) -> None:
        """Q.476: congestion, if codes can still say it."""
        self.end(Cause.TEMPORARY_FAILURE, "line", "T3: no code from the far end")
        self._expect_clear()
        wants = self._register.break_off()
        if wants:
            self.want(wants)
        else:
            self._end_after_register()

    # ---- orders in the register ----

    def _proceed(self, _: m.Proceed) -> None:
        self._register.proceed()
        self.want([])

    def _alert(self, order: m.Alert) -> None:
        self._ring_back = not order.in_band
        self._open_due |= order.in_band
        self.want(self._register.say(GroupB.FREE))

    def _progress(self, _: m.ShowProgress) -> None:
        self._ring_back = False
        self._open_due = True
        self.want(self._register.say(GroupB.FREE))

    def _answer_early(self, order: m.Answer) -> None:
        """Answered before it rang: the codes first."""
        self._answer_due = True
        free = not order.charged and GroupB.FREE_NO_CHARGE in self.settings.group_b
        self.want(self._register.say(GroupB.FREE_NO_CHARGE if free else GroupB.FREE))

    def _release_early(self, order: m.Release) -> None:
        self.end(order.cause, "near", "refused by order")
        self._expect_clear()
        self.want(self._register.say(refusal(self.settings, order.cause)))

    def _expect_clear(self) -> None:
        if not self.circuit.runs("T-FORWARD"):
            self.circuit.start("T-FORWARD")

    # ---- orders after it ----

    def _ring(self, order: m.Alert) -> None:
        if not order.in_band and not self._ring_back:
            self._ring_back = True
            self.circuit.play(m.PlayTone("ringback"))
        elif order.in_band:
            self._speak()

    def _speak(self, _: m.ShowProgress | None = None) -> None:
        """What is heard is the exchange's from now on."""
        self._ring_back = False
        self._open_due = True
        self.circuit.quiet()
        if not self.circuit.runs("T-LULL"):
            self._open()

    def _open(self) -> None:
        if self._open_due and not self._open_told:
            self._open_told = True
            self.circuit.tell(SpeechOpen(self.circuit.time))

    def _lull_over(self) -> None:
        """They have seen our last code end, and have joined the caller to the circuit."""
        if self._answer_due:
            self._answered()
        else:
            self._open()

    def _answer(self, _: m.Answer) -> None:
        """Not before they have seen our last code end."""
        self._answer_due = True
        if not self.circuit.runs("T-LULL"):
            self._answered()

    def _answered(self) -> None:
        """charged is what the codes said: after them it cannot be changed."""
        circuit = self.circuit
        circuit.quiet()
        circuit.send(Backward.ANSWERED)
        circuit.go(State.IN_ANSWERED)
        said = self._said is not GroupB.FREE_NO_CHARGE if GroupB.FREE_NO_CHARGE in self.settings.group_b else None
        circuit.tell(Established(circuit.time, charged=said))

    def _release(self, order: m.Release) -> None:
        self.end(order.cause, "near", "by order")
        self._expect_clear()
        self._end_after_register()

    # ---- ends ----

    def _end_after_register(self) -> None:
        """They are to clear: told by bits where there are bits for it, by a tone in any case."""
        circuit = self.circuit
        assert self.released is not None
        if circuit.state is State.IN_ANSWERED:
            circuit.send(CLEAR_BACK)
        elif self.settings.forced_release:
            circuit.send(Backward.FORCED_RELEASE)
        circuit.quiet()
        circuit.go(State.IN_ENDING)
        hung_up = self.released.cause in (Cause.NORMAL_CLEARING, Cause.USER_BUSY)
        circuit.play(m.PlayTone("busy" if hung_up else "congestion"))

    def _cleared(self) -> None:
        """Clear-forward: whatever runs is over; they may seize again when we show idle."""
        self.end(Cause.NORMAL_CLEARING, "far", "clear-forward")
        self._guard()

    def give_up(self, cause: Cause, by: str, reason: str) -> None:
        self.end(cause, by, reason)
        self._guard()

    def _guard(self) -> None:
        circuit = self.circuit
        circuit.stop_all()
        if circuit.state is not State.IN_HELD:
            self.silence()
        circuit.start("T-GUARD")
        circuit.go(State.IN_GUARD)

    def _guarded(self) -> None:
        self.circuit.send(Backward.IDLE)
        self.leave()

    def _not_cleared(self) -> None:
        """The call is over for us; the circuit waits for them."""
        circuit = self.circuit
        circuit.stop_all()
        self.silence()
        if self.settings.forced_release:
            circuit.send(Backward.FORCED_RELEASE)
        circuit.go(State.IN_HELD)
        self.over()
        circuit.held()

    def reset(self) -> None:
        if self.circuit.state is not State.IN_GUARD:
            self.give_up(Cause.NORMAL_UNSPECIFIED, "near", "reset by order")

    FAR: ClassVar[Rules] = {
        (State.IN_REGISTER, "far 10"): _cleared,
        (State.IN_REGISTER, "far 11"): fail(Cause.TEMPORARY_FAILURE, "far", "fault at the far end (Q.424)"),
        (State.IN_REGISTER, "T3"): _no_code,
        (State.IN_REGISTER, "T-DIGIT"): _no_more_digits,
        (State.IN_REGISTER, "T-LULL"): _lull,
        (State.IN_REGISTER, "T-PULSE"): _pulse_over,
        (State.IN_REGISTER, "T-DEAF"): _recovered,
        (State.IN_REGISTER, "T-FORWARD"): _not_cleared,
        (State.IN_ACCEPTED, "T-LULL"): _lull_over,
        (State.IN_ACCEPTED, "far 10"): _cleared,
        (State.IN_ACCEPTED, "far 11"): fail(Cause.TEMPORARY_FAILURE, "far", "fault at the far end (Q.424)"),
        (State.IN_ANSWERED, "far 10"): _cleared,
        (State.IN_ANSWERED, "far 11"): fail(Cause.TEMPORARY_FAILURE, "far", "fault at the far end (Q.424)"),
        (State.IN_ENDING, "far 10"): _cleared,
        (State.IN_ENDING, "far 11"): _cleared,
        (State.IN_ENDING, "T-FORWARD"): _not_cleared,
        (State.IN_HELD, "far 10"): _cleared,
        (State.IN_HELD, "far 11"): _cleared,
        (State.IN_GUARD, "T-GUARD"): _guarded,
    }

    ORDERS: ClassVar[OrderRules] = {
        (State.IN_REGISTER, m.Proceed): _proceed,
        (State.IN_REGISTER, m.Alert): _alert,
        (State.IN_REGISTER, m.ShowProgress): _progress,
        (State.IN_REGISTER, m.Answer): _answer_early,
        (State.IN_REGISTER, m.Release): _release_early,
        (State.IN_ACCEPTED, m.Proceed): ignore,
        (State.IN_ACCEPTED, m.Alert): _ring,
        (State.IN_ACCEPTED, m.ShowProgress): _speak,
        (State.IN_ACCEPTED, m.Answer): _answer,
        (State.IN_ACCEPTED, m.Release): _release,
        (State.IN_ANSWERED, m.Proceed): ignore,
        (State.IN_ANSWERED, m.Alert): ignore,
        (State.IN_ANSWERED, m.ShowProgress): ignore,
        (State.IN_ANSWERED, m.Send): R2Call.type_digits,
        (State.IN_ANSWERED, m.Release): _release,
    }
