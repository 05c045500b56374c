"""One circuit of China No.1 or ITU MFC/R2: when it is idle, whether it is in service, which call is on it.

    far end       IDLE 10 ──────────────────────> 00  seizure: an incoming call          (hw/signalling/r2/incoming.py)
    exchange      IDLE 10 ── place() ───────────> 00  an outgoing call                   (hw/signalling/r2/outgoing.py)
    far end       IDLE 10 ──> 11 ──────────> 10       blocked there, free again
    exchange      IDLE 10 ── block() ──> 11 ── unblock() ──> 10       with a call on it: when that is over, T-IDLE later

ITU-T Q.421 to Q.424 (bits), Q.440 to Q.490 (codes). A change of the far end's bits counts when it has lasted T-BITS.
Circuits are both-way; a one-way circuit is one on which only one end seizes.

An alarm, or a card that is lost, ends the call at once and takes the circuit out of service; when it is over the bits
say what follows. What the far end shows when we begin is looked at, but a seizure that stood before we came is none:
its digits are gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hw.card import LineEvent, LineEventKind, Unsupported
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.signalling import machine as m
from hw.signalling.line import Connection, LineAbility, Service, ServiceChanged
from hw.signalling.q850 import Cause
from hw.signalling.r2.bits import BLOCKED, Backward, Forward, ab
from hw.signalling.r2.call import R2Call
from hw.signalling.r2.circuit import Circuit
from hw.signalling.r2.incoming import IncomingCall
from hw.signalling.r2.outgoing import OutgoingCall
from hw.signalling.r2.settings import R2Settings
from hw.signalling.r2.states import CONNECTIONS, State
from hw.signalling.r2.timers import TIMERS

RATE_MS = 8


class R2Channel:
    """The machine of one circuit. See hw.signalling.machine for how it is driven."""

    abilities = (
        LineAbility.OVERLAP
        | LineAbility.SEND_CALLER
        | LineAbility.TRUE_ANSWER
        | LineAbility.CAUSES  # before the called party is said to be free
        | LineAbility.EARLY_MEDIA
    )

    def __init__(self, settings: R2Settings) -> None:
        self.timers = TIMERS | {name: replace(TIMERS[name], seconds=s) for name, s in settings.times.items()}
        self.service = Service.BLOCKED_THERE  # until the far end shows idle
        self._circuit = Circuit(settings, self._left, self._held)
        self._call: R2Call | None = None
        self._pending: int | None = None  # a and b that have not lasted long enough yet
        self._changed = 0  # when they came
        self._code_begun = 0

    @property
    def state(self) -> State:
        return self._circuit.state

    @property
    def connection(self) -> Connection:
        if self._call is None or self._call.is_over:
            return Connection.NULL
        return CONNECTIONS[self._circuit.state]

    # ---- the frame ----

    def begin(self, time: int) -> list[m.Act]:
        self._circuit.time, self._circuit.acts = time, []
        self._circuit.note("begins")
        self._circuit.send(Forward.IDLE)
        return self._circuit.acts

    def take(self, stimulus: m.Stimulus, time: int) -> list[m.Act]:
        circuit = self._circuit
        circuit.time, circuit.acts = time, []
        if isinstance(stimulus, Event):
            self._take_code(stimulus)
        elif isinstance(stimulus, m.Expired):
            self._take_timer(stimulus.name)
        elif isinstance(stimulus, LineEvent):
            self._take_line(stimulus)
        elif not isinstance(stimulus, m.PlayEnded):
            self._take_order(stimulus)
        return circuit.acts

    # ---- codes and timers ----

    def _take_code(self, event: Event) -> None:
        if self._call is None:
            return
        if event.kind is EventKind.R2_ON:
            self._code_begun = event.time
            self._circuit.note(f"hears {event.code}")
            self._call.heard(event.code, True)
        elif event.kind is EventKind.R2_OFF:
            lasted = max(0, event.time - self._code_begun) // RATE_MS
            self._circuit.note(f"hears {event.code} end, it lasted {lasted} ms")
            self._call.heard(event.code, False)

    def _take_timer(self, name: str) -> None:
        self._circuit.expired(name)
        if name == "T-BITS":
            self._bits_lasted()
        elif self._call is not None:
            self._call.far(name)
        elif name == "T-IDLE":
            self._show_service()

    # ---- bits, alarms ----

    def _take_line(self, event: LineEvent) -> None:
        match event.kind:
            case LineEventKind.BITS if isinstance(event.value, int):
                self._take_bits(ab(event.value))
            case LineEventKind.ALARM:
                self._lose(Service.ALARM, "span alarm")
            case LineEventKind.ALARM_END:
                self._serve(Service.ALARM, False, "alarm ended")
                self._show_service()
            case LineEventKind.GONE:
                self._circuit.dead = True
                self._lose(Service.GONE, "card gone")
            case LineEventKind.BACK if Service.GONE in self.service:
                self._regain()

    def _regain(self) -> None:
        """As when it begins: what the far end shows is not known, and will be told next."""
        circuit = self._circuit
        circuit.stop("T-BITS")
        circuit.dead, circuit.far, self._pending = False, None, None
        self._show_service()
        self.service |= Service.BLOCKED_THERE
        self._serve(Service.ALARM | Service.GONE, False, "card is back")

    def _take_bits(self, pair: int) -> None:
        circuit = self._circuit
        before = circuit.far if self._pending is None else self._pending
        if pair == before:
            return
        circuit.note(f"far ab {pair:02b}" if before is None else f"far ab {before:02b} -> {pair:02b}")
        if circuit.far is None:
            circuit.far = pair
            self._serve_far()
        elif pair == circuit.far:
            circuit.stop("T-BITS")
            self._pending = None
            circuit.note("too short to count")
        else:
            self._pending = pair
            circuit.start("T-BITS")

    def _bits_lasted(self) -> None:
        circuit, pair = self._circuit, self._pending
        if pair is None:
            return
        before, circuit.far, self._pending = circuit.far, pair, None
        if self._call is not None:
            self._call.far(f"far {pair:02b}")
            return
        if pair == Forward.SEIZURE and before in (Forward.IDLE, BLOCKED):
            # A far end that blocks its own incoming side may still call us.
            if not self.service & ~Service.BLOCKED_THERE:
                self._serve(Service.BLOCKED_THERE, False, "seized")
                circuit.stop("T-IDLE")
                self._call = IncomingCall(circuit)
                return
            circuit.note("seized while out of service: not acknowledged")
        self._serve_far()
        self._show_service()

    def _lose(self, flag: Service, reason: str) -> None:
        if self._call is not None:
            self._call.abort(Cause.DESTINATION_OUT_OF_ORDER, reason)
        self._serve(flag, True, reason)

    # ---- service ----

    def _serve(self, flag: Service, on: bool, reason: str) -> None:
        before = self.service
        self.service = before | flag if on else before & ~flag
        if self.service != before:
            name = "in service" if not self.service else f"out of service: {self.service.name}"
            self._circuit.note(f"{name} ({reason})")
            self._circuit.tell(ServiceChanged(self._circuit.time, self.service, reason))

    def _serve_far(self) -> None:
        """Without a call: anything but idle at the far end is no place for one."""
        pair = self._circuit.far
        if pair is not None:
            self._serve(Service.BLOCKED_THERE, pair != Backward.IDLE, f"far end sends ab {pair:02b}")

    def _show_service(self) -> None:
        """Without a call: idle, or blocked; but not while blocked would be taken for an acknowledgement or clear-back,
        nor before idle was seen.
        """
        circuit = self._circuit
        if self._call is None and not circuit.runs("T-IDLE"):
            blocked = Service.BLOCKED_HERE in self.service and circuit.far != Forward.SEIZURE
            circuit.send(BLOCKED if blocked else Backward.IDLE)

    def _left(self) -> None:
        """The call has left the circuit."""
        self._call = None
        self._circuit.go(State.IDLE)
        self._serve_far()
        if Service.BLOCKED_HERE in self.service:
            self._circuit.start("T-IDLE")

    def _held(self) -> None:
        """The call is over, and the far end does not clear."""
        self._serve(Service.BLOCKED_THERE, True, "the far end does not clear")

    # ---- orders ----

    def _take_order(self, order: m.Order) -> None:
        rule = _ORDERS.get(type(order))
        if rule is not None:
            rule(self, order)
        elif self._call is not None and not self._call.is_over:
            self._call.order(order)
        elif not isinstance(order, m.Release):
            raise LocalError(f"R2 circuit: {type(order).__name__.lower()} without a call")

    def _place(self, order: m.Place) -> None:
        if self._call is not None or self.service:
            why = self.state.name.lower() if self._call is not None else f"out of service: {self.service.name}"
            raise LocalError(f"R2 circuit: place, but it is {why}")
        if self._pending == Forward.SEIZURE:
            self._circuit.note("place, while they may be seizing")
        self._circuit.stop("T-IDLE")
        self._call = OutgoingCall(self._circuit, order)

    def _block(self, order: m.Block | m.Unblock) -> None:
        self._serve(Service.BLOCKED_HERE, isinstance(order, m.Block), "by order")
        self._show_service()

    def _reset(self, _: m.Reset) -> None:
        if self._call is not None:
            self._call.reset()
        else:
            self._show_service()

    def _cannot(self, order: m.Order) -> None:
        raise Unsupported(f"an R2 circuit has no {type(order).__name__.lower()}")


# Orders that mean the same with and without a call. All others are the call's.
_ORDERS: dict[type, Callable[..., None]] = {
    m.Place: R2Channel._place,
    m.Block: R2Channel._block,
    m.Unblock: R2Channel._block,
    m.Reset: R2Channel._reset,
    m.Flash: R2Channel._cannot,
    m.MessageWaiting: R2Channel._cannot,
}
