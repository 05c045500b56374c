"""One call on an MFC/R2 circuit, in either direction: tables of what may happen, and how a call ends.

    FAR      (state, what the far end or a timer does) -> rule      not there: noted and survived
    ORDERS   (state, order of the exchange) -> rule                 not there: LocalError, our bug

The two directions are hw/signalling/r2/outgoing.py and incoming.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from hw.ear import Ear
from hw.errors import LocalError
from hw.signalling import machine as m
from hw.signalling.line import Released
from hw.signalling.q850 import Cause
from hw.signalling.r2.bits import Forward
from hw.signalling.r2.circuit import Circuit
from hw.signalling.r2.codes import Want
from hw.signalling.r2.states import State

Rules = dict[tuple[State, str], Callable[..., None]]
OrderRules = dict[tuple[State, type], Callable[..., None]]

DEAF = m.Listen(Ear(0))
ENDING = frozenset({State.OUT_CLEARING, State.IN_ENDING, State.IN_HELD, State.IN_GUARD})
"""The call is lost already: what the exchange orders has crossed that on its way, and means nothing any more."""


class R2Call:
    """`is_over`: Released was told. `released`: what is told, or will be when the circuit lets us."""

    FAR: ClassVar[Rules]
    ORDERS: ClassVar[OrderRules]

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.settings = circuit.settings
        self.released: Released | None = None
        self.is_over = False

    # ---- the frame ----

    def far(self, what: str) -> None:
        """What the far end or a timer does: "far 10", "T-SEIZE"."""
        rule = self.FAR.get((self.circuit.state, what))
        if rule is None:
            self.circuit.note(f"{what} in {self.circuit.state.name.lower()}: ignored")
        else:
            rule(self)

    def order(self, order: m.Order) -> None:
        state = self.circuit.state
        rule = self.ORDERS.get((state, type(order)))
        if rule is not None:
            rule(self, order)
        elif state not in ENDING:
            raise LocalError(f"R2 circuit: {type(order).__name__.lower()} in state {state.name.lower()}")

    def heard(self, code: int, on: bool) -> None:
        """A register code of the far end begins or ends."""
        raise NotImplementedError

    def reset(self) -> None:
        """By order: whatever it costs, the circuit goes to idle."""
        raise NotImplementedError

    def want(self, wants: list[Want]) -> None:
        """Does what the register wants."""
        raise NotImplementedError

    # ---- ends ----

    def over(self) -> None:
        """Tells that the call is over, if that was not told yet."""
        if not self.is_over and self.released is not None:
            self.is_over = True
            released = self.released
            self.circuit.tell(Released(self.circuit.time, released.cause, released.by, released.reason))

    def end(self, cause: Cause, by: str, reason: str) -> None:
        """Why the call ends; the first reason counts."""
        if self.released is None:
            self.released = Released(self.circuit.time, cause, by, reason)
            self.circuit.note(f"call ends: {reason}")

    def silence(self) -> None:
        """No speech, no codes."""
        self.circuit.quiet()
        self.circuit.acts += [DEAF, m.Speech(False)]

    def leave(self) -> None:
        """The circuit is free, or as free as it gets."""
        self.circuit.stop_all()
        self.over()
        self.circuit.free()

    def abort(self, cause: Cause, reason: str) -> None:
        """Alarm or lost card: no answer can come, so none is waited for."""
        self.end(cause, "line", reason)
        if self.circuit.state not in (State.IN_HELD, State.IN_GUARD, State.OUT_CLEARING):
            self.silence()
        self.circuit.send(Forward.IDLE)
        self.leave()

    def type_digits(self, order: m.Send) -> None:
        """DTMF into the conversation."""
        self.circuit.play(m.PlayDigits(order.digits))


def fail(cause: Cause, by: str, reason: str) -> Any:
    """A rule that gives the call up."""
    return lambda call: call.give_up(cause, by, reason)


def ignore(call: R2Call, order: m.Order) -> None:
    """A rule for an order that is right but changes nothing here."""
    call.circuit.note(f"{type(order).__name__.lower()}: nothing to do")
