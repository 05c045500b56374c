"""One B channel of a PRI span as hw.signalling.line.Line; the span's other half of it is trunk.py.

What it does: checks orders against what the exchange has been told, hands them to the span, keeps the trace. What it
does not: decide (span.py), move between channels (trunk.py).

The far end may end a call, or change its channel, while the exchange still hears of what was before. An order for a
call whose Released is under way is noted and dropped: it was right when it was given. After Released it raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hw.card import Channel, HardwareError, Unsupported
from hw.ear import Ear, TonePlan
from hw.errors import LocalError
from hw.event import Event
from hw.signalling.line import (
    Call,
    Connection,
    Established,
    Line,
    LineAbility,
    LineKind,
    Service,
    SpeechOpen,
    Telling,
)
from hw.signalling.pri import calls
from hw.signalling.pri.channels import NoChannel
from hw.signalling.q850 import Cause
from hw.signalling.trace import Trace
from hw.tones import dtmf

if TYPE_CHECKING:
    from hw.signalling.pri.trunk import PriTrunk


class PriLine:
    """Made by PriTrunk. `home` is the slot that the line is named after; `channel` the one it has now."""

    kind = LineKind.TRUNK

    def __init__(self, trunk: PriTrunk, name: str, channel: Channel, told: Callable[[Line, Telling], None]) -> None:
        self.name = name
        self.told = told
        self.home = channel.info.slot
        self.channel = channel
        self.call: calls.Call | None = None
        self.over = False  # Released was told, the call is being cleared
        self.open_told = False  # SpeechOpen was told of this call
        self.served = trunk.service  # as last told
        self.speaking = False  # the channel's speech path runs
        self.heard: Callable[[Event], None] = lambda event: None
        self._trunk = trunk
        self._trace = Trace(name, trunk.traces)
        self._ears: tuple[Ear, TonePlan | None, dict[str, float]] = (Ear(0), None, {})

    @property
    def abilities(self) -> LineAbility:
        return self._trunk.abilities

    @property
    def slot(self) -> int:
        """Of the B channel that the line has now."""
        return self.channel.info.slot

    @property
    def port(self) -> int:
        """-1 while the call has lost its channel to two-way seizure, and while there is no card. May change until the
        far end's first word.
        """
        lost = self._trunk.portless or (self.call is not None and self.call.channel is None)
        return -1 if lost else self.channel.port

    @property
    def connection(self) -> Connection:
        if self.call is None:  # the span may know of a call that is not told yet
            return Connection.INITIATED if self._trunk.taken(self.slot) else Connection.NULL
        return Connection.FAIL if self.call.ended else self.call.connection

    @property
    def service(self) -> Service:
        return self._trunk.service_of(self)

    # ---- orders ----

    def place(self, call: Call) -> None:
        if self.connection is not Connection.NULL or self.service:
            raise LocalError(f"{self.name}: place in state {self.connection.value}, service {self.service!r}")
        self._trunk.place(self, call)

    def send(self, digits: str) -> None:
        call = self._live("send", digits)
        if call is None:
            return
        if self.connection is Connection.CONNECTED:
            self._trunk.plane.play(self.port, [dtmf(digits)])
        else:
            self._trunk.order(lambda span, now: span.digits(call, digits, now))

    def proceed(self) -> None:
        call = self._live("proceed")
        if call is not None:
            self._trunk.order(lambda span, now: span.proceed(call, now))

    def alert(self, in_band: bool = False) -> None:
        call = self._live("alert")
        if call is not None:
            self._trunk.order(lambda span, now: span.alert(call, now, in_band), self, self._opening(in_band))

    def progress(self, cause: Cause | None = None) -> None:
        call = self._live("progress", cause)
        if call is not None:
            self._trunk.order(lambda span, now: span.progress(call, now, cause), self, self._opening(True))

    def answer(self, charged: bool = True) -> None:
        """`charged` is not said by Q.931 and has no effect."""
        call = self._live("answer")
        if call is not None:
            self._trunk.order(lambda span, now: span.answer(call, now), self, Established(self._trunk.plane.time))

    def release(self, cause: Cause = Cause.NORMAL_CLEARING) -> None:
        call = self.call
        if call is not None and not call.ended:
            self.note("ordered to release", cause)
            self._trunk.order(lambda span, now: span.release(call, cause, now))

    def flash(self) -> None:
        raise Unsupported(f"{self.name}: ISDN has no hook flash", action="use hold or transfer of the exchange")

    def message_waiting(self, on: bool) -> None:
        raise Unsupported(f"{self.name}: a trunk has no message lamp")

    def block(self) -> None:
        self.note("ordered to block")
        self._trunk.order(lambda span, now: span.block(self.home, now))

    def unblock(self) -> None:
        self.note("ordered to unblock")
        self._trunk.order(lambda span, now: span.unblock(self.home, now))

    def reset(self) -> None:
        """RESTART of the B channel. LocalError while the data link is down: nobody would hear it."""
        self.note("ordered to reset")
        try:
            self._trunk.order(lambda span, now: span.reset(self.slot, now))
        except NoChannel as refused:
            raise LocalError(f"{self.name}: {refused}") from None

    def listen(self, ears: Ear, plan: TonePlan | None = None, **settings: float) -> None:
        self._ears = (ears, plan, settings)
        self.set_ears()

    def trace(self) -> list[str]:
        return self._trace.lines()

    def _opening(self, in_band: bool) -> SpeechOpen | None:
        """The network, told of something in band, joins the caller to the channel; nobody acknowledges that."""
        if not in_band or self.open_told:
            return None
        self.open_told = True
        return SpeechOpen(self._trunk.plane.time)

    def _live(self, order: str, what: object = None) -> calls.Call | None:
        """The call that an order is for; None: the far end was faster, its Released is under way."""
        call = self.call
        if call is None or self.over:
            raise LocalError(f"{self.name}: {order} without a call")
        self.note(f"ordered to {order}{', too late' if call.ended else ''}", what)
        return None if call.ended else call

    # ---- the trunk's side ----

    def note(self, text: str, what: object = None) -> None:
        self._trace.note(self._trunk.plane.time, text, what)

    def attach(self) -> None:
        """Hears its channel. Alarms come by the D channel, once for the span."""
        self.channel.heard = lambda event: None
        self.channel.media = lambda event: self.heard(event)

    def follow(self) -> None:
        """Speech runs while a call has the channel. A card that refuses is gone, and tells it."""
        wanted = self.call is not None and self.call.channel == self.slot
        if wanted is self.speaking:
            return
        self.speaking = wanted
        try:
            self.channel.activate() if wanted else self.channel.deactivate()
        except HardwareError as refused:
            self.note(f"card refused: {refused}")

    def exchange(self, other: PriLine) -> None:
        """Each gets the other's channel, and hears on it what it wanted to hear."""
        self.channel, other.channel = other.channel, self.channel
        self.speaking, other.speaking = other.speaking, self.speaking
        heard = self._ears[0] | other._ears[0]
        for one in (self, other):
            one.attach()
            one.follow()
            if heard:
                one.set_ears()

    def set_ears(self) -> None:
        """A vanished card has none; they are set again when it is back."""
        if Service.GONE not in self._trunk.service:
            ears, plan, settings = self._ears
            self._trunk.plane.detect(self.channel.port, ears, plan=plan, **settings)  # type: ignore[arg-type]

    def close(self) -> None:
        """Its trace only; the channel is the trunk's."""
        self.told = lambda line, telling: None
        self._trace.close()
