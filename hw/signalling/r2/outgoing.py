"""An outgoing call on an MFC/R2 circuit. ITU-T Q.421 to Q.424, Q.470 to Q.476.

    we                                                     they
    seizure        00 ───────────────────────────────────>
                      <─────────────────────────────── 11  acknowledged     within T-SEIZE
    codes          I ═════════ compelled ═════════════ A, B                 T1, T2
                      <─────────────────────────────── 01  answered         within T-ANSWER
                               conversation
                      <─────────────────────────────── 11  clear-back: the called party hung up, or
                      <─────────────────────────────── 00  forced release
                            T-BACK: answered again?
    clear-forward  10 ───────────────────────────────────>
                      <─────────────────────────────── 10  release guard    within T-CLEAR, not before T-IDLE

Both sides seizing at once (glare): both see 00 instead of 11, hold their own 00 for T-GLARE so that the other sees it
too, and clear forward. Nobody wins; the exchange takes another circuit.

What it does not: offer digits that it was not given, or repeat the call.
"""

from __future__ import annotations

from typing import ClassVar

from hw.ear import Ear
from hw.errors import LocalError
from hw.signalling import machine as m
from hw.signalling.line import Delivered, Established, Proceeding
from hw.signalling.q850 import Cause
from hw.signalling.r2.bits import Backward, Forward
from hw.signalling.r2.call import DEAF, OrderRules, R2Call, Rules, fail
from hw.signalling.r2.circuit import Circuit
from hw.signalling.r2.codes import Accepted, Quiet, Refused, SendCode, Want
from hw.signalling.r2.outgoing_register import OutgoingRegister
from hw.signalling.r2.states import State


class OutgoingCall(R2Call):
    def __init__(self, circuit: Circuit, order: m.Place) -> None:
        super().__init__(circuit)
        call = order.call
        check_digits(call.called)
        if call.complete and not call.called:
            raise LocalError("place on an R2 circuit: no number")
        self._register = OutgoingRegister(self.settings, call.called, call.complete, call.calling, call.category)
        self._charged: bool | None = None
        circuit.send(Forward.SEIZURE)
        circuit.acts += [m.Speech(True), m.Listen(Ear.R2_BACKWARD)]
        circuit.start("T-SEIZE")
        circuit.go(State.OUT_SEIZING)

    # ---- set-up ----

    def _acknowledged(self) -> None:
        self.circuit.stop("T-SEIZE")
        self.circuit.go(State.OUT_REGISTER)
        self.circuit.start("T2")
        self.want(self._register.begin())

    def _glare(self) -> None:
        self.end(Cause.CHANNEL_UNAVAILABLE, "line", "both ends seized")
        self.circuit.stop("T-SEIZE")
        self.circuit.start("T-GLARE")
        self.circuit.go(State.OUT_GLARE)

    def _glare_over(self) -> None:
        self.give_up(Cause.CHANNEL_UNAVAILABLE, "line", "both ends seized")

    def heard(self, code: int, on: bool) -> None:
        if self.circuit.state is State.OUT_REGISTER:
            self.want(self._register.heard(code) if on else self._register.ended())

    def want(self, wants: list[Want]) -> None:
        circuit = self.circuit
        for want in wants:
            match want:
                case SendCode(code, meaning):
                    circuit.note(f"sends {code}: {meaning}")
                    circuit.play(m.PlayR2(code, forward=True))
                    circuit.stop("T2")
                    circuit.start("T1")
                case Quiet():
                    circuit.note("quiet")
                    circuit.quiet()
                    circuit.stop("T1")
                    circuit.start("T2")
                case Accepted(charged):
                    self._accepted(charged)
                case Refused(cause, reason):
                    self.give_up(cause, "far", reason)

    def _accepted(self, charged: bool | None) -> None:
        circuit = self.circuit
        circuit.stop("T1", "T2")
        self._charged = charged
        circuit.listen(DEAF)
        circuit.start("T-ANSWER")
        circuit.go(State.OUT_WAITING)
        circuit.tell(Proceeding(circuit.time))
        circuit.tell(Delivered(circuit.time, in_band=True))

    def _more_digits(self, order: m.Send) -> None:
        check_digits(order.digits)
        self.want(self._register.more(order.digits))

    def _too_late(self, order: m.Send) -> None:
        """A digit that crossed Proceeding on its way."""
        self.circuit.note(f"digits {order.digits}: too late, the number was complete")

    # ---- conversation ----

    def _answered(self) -> None:
        """Also in the middle of the register: exchanges without group B do so, and with it bits may come before the end
        of the last code.
        """
        circuit = self.circuit
        if circuit.state is State.OUT_REGISTER:
            for want in self._register.ended():
                if isinstance(want, Accepted):
                    self._charged = want.charged
        circuit.stop("T-ANSWER", "T1", "T2")
        circuit.quiet()
        circuit.listen(DEAF)
        circuit.go(State.OUT_ANSWERED)
        circuit.tell(Established(circuit.time, charged=self._charged))

    def _cleared_back(self) -> None:
        self.circuit.start("T-BACK")
        self.circuit.go(State.OUT_CLEARED_BACK)

    def _answered_again(self) -> None:
        self.circuit.stop("T-BACK")
        self.circuit.go(State.OUT_ANSWERED)

    # ---- ends ----

    def give_up(self, cause: Cause, by: str, reason: str) -> None:
        """Clear-forward; the circuit is free when they show idle, too."""
        circuit = self.circuit
        self.end(cause, by, reason)
        if circuit.state is State.OUT_CLEARING:
            return
        circuit.stop("T-SEIZE", "T-GLARE", "T1", "T2", "T-ANSWER", "T-BACK")
        self.silence()
        circuit.send(Forward.IDLE)
        circuit.start("T-CLEAR")
        circuit.start("T-IDLE")
        circuit.go(State.OUT_CLEARING)

    def _release(self, order: m.Release) -> None:
        self.give_up(order.cause, "near", "by order")

    def _release_in_glare(self, order: m.Release) -> None:
        self.end(order.cause, "near", "by order")

    def reset(self) -> None:
        self.give_up(Cause.NORMAL_UNSPECIFIED, "near", "reset by order")

    def _perhaps_free(self) -> None:
        """Free when they show idle and we did for T-IDLE."""
        if self.circuit.far == Backward.IDLE and not self.circuit.runs("T-IDLE"):
            self.leave()

    def _not_guarded(self) -> None:
        self.circuit.note("no release guard: the circuit is not free")
        self.leave()

    FAR: ClassVar[Rules] = {
        (State.OUT_SEIZING, "far 11"): _acknowledged,
        (State.OUT_SEIZING, "far 00"): _glare,
        (State.OUT_SEIZING, "T-SEIZE"): fail(Cause.CHANNEL_UNAVAILABLE, "line", "seizure not acknowledged"),
        (State.OUT_GLARE, "T-GLARE"): _glare_over,
        (State.OUT_REGISTER, "far 01"): _answered,
        (State.OUT_REGISTER, "far 00"): fail(Cause.NORMAL_UNSPECIFIED, "far", "forced release"),
        (State.OUT_REGISTER, "far 10"): fail(Cause.TEMPORARY_FAILURE, "far", "far end went idle"),
        (State.OUT_REGISTER, "T1"): fail(Cause.TEMPORARY_FAILURE, "line", "T1: our code was not answered"),
        (State.OUT_REGISTER, "T2"): fail(Cause.TEMPORARY_FAILURE, "line", "T2: no code asked for, or no digit came"),
        (State.OUT_WAITING, "far 01"): _answered,
        (State.OUT_WAITING, "far 00"): fail(Cause.NORMAL_UNSPECIFIED, "far", "forced release"),
        (State.OUT_WAITING, "far 10"): fail(Cause.TEMPORARY_FAILURE, "far", "far end went idle"),
        (State.OUT_WAITING, "T-ANSWER"): fail(Cause.NO_ANSWER, "line", "T-ANSWER: nobody answered"),
        (State.OUT_ANSWERED, "far 11"): _cleared_back,
        (State.OUT_ANSWERED, "far 00"): fail(Cause.NORMAL_CLEARING, "far", "forced release"),
        (State.OUT_ANSWERED, "far 10"): fail(Cause.TEMPORARY_FAILURE, "far", "far end went idle"),
        (State.OUT_CLEARED_BACK, "far 01"): _answered_again,
        (State.OUT_CLEARED_BACK, "far 00"): fail(Cause.NORMAL_CLEARING, "far", "forced release"),
        (State.OUT_CLEARED_BACK, "far 10"): fail(Cause.NORMAL_CLEARING, "far", "far end went idle"),
        (State.OUT_CLEARED_BACK, "T-BACK"): fail(Cause.NORMAL_CLEARING, "far", "clear-back"),
        (State.OUT_CLEARING, "far 10"): _perhaps_free,
        (State.OUT_CLEARING, "T-IDLE"): _perhaps_free,
        (State.OUT_CLEARING, "T-CLEAR"): _not_guarded,
    }

    ORDERS: ClassVar[OrderRules] = {
        (State.OUT_SEIZING, m.Send): _more_digits,
        (State.OUT_SEIZING, m.Release): _release,
        (State.OUT_GLARE, m.Send): _too_late,
        (State.OUT_GLARE, m.Release): _release_in_glare,
        (State.OUT_REGISTER, m.Send): _more_digits,
        (State.OUT_REGISTER, m.Release): _release,
        (State.OUT_WAITING, m.Send): _too_late,
        (State.OUT_WAITING, m.Release): _release,
        (State.OUT_ANSWERED, m.Send): R2Call.type_digits,
        (State.OUT_ANSWERED, m.Release): _release,
        (State.OUT_CLEARED_BACK, m.Send): R2Call.type_digits,
        (State.OUT_CLEARED_BACK, m.Release): _release,
    }


def check_digits(digits: str) -> None:
    """LocalError: R2 has codes for nothing but 0 to 9."""
    wrong = [digit for digit in digits if digit not in "0123456789"]
    if wrong:
        raise LocalError(f"R2 circuit: {''.join(wrong)!r} in the number {digits!r}; it carries 0 to 9")
