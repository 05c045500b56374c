"""A pair of analog channels: the exchange's STATION and the telephone's TRUNK, and the loop between them.

The rules are hw/sim/loop.py's; here its timers get onto the agenda and its events to whoever has the ends open.
Beside them: the voltage of the line, and how the port of a trunk is matched to it (hw/sim/hybrid.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hw.card import Balance, ChannelInfo, ChannelKind
from hw.sim.agenda import Agenda, Entry
from hw.sim.exchange_end import Battery, Feed
from hw.sim.hybrid import Reflection
from hw.sim.line_end import NEVER, LineEnd
from hw.sim.loop import Loop
from hw.sim.pair import Pair
from hw.sim.timing import Timing
from hw.sim.wire import Fault, Side, Wire

ON_HOOK_V, OFF_HOOK_V = 48.0, 9.0


class AnalogPair(Pair):
    def __init__(self, agenda: Agenda, infos: dict[Side, ChannelInfo], wire: Wire, timing: Timing) -> None:
        super().__init__(agenda, infos, wire)
        self.loop = Loop(timing)
        self._exchange = Side.NEAR if infos[Side.NEAR].kind is ChannelKind.STATION else Side.FAR
        self._entry: Entry | None = None
        self.feed_v = ON_HOOK_V
        """Of the exchange's battery; an old or overlong loop has less."""
        self.crossed = False
        """The wires of the pair are taken for each other."""
        self._balance = Balance()
        self._reflection: Reflection | None = None

    def order(self, act: Callable[[int], None]) -> None:
        """Does `act(now)` on the loop after all that was due before, and hands on what came of it."""
        now = self.agenda.now()
        self.loop.advance(now)
        try:
            act(now)
        finally:
            self._hand_on()

    def _due(self, time: int) -> None:
        self._entry = None
        self.loop.advance(time)
        self._hand_on()

    def _hand_on(self) -> None:
        self._tell(self._exchange, self.loop.exchange)
        self._tell(self._exchange.other, self.loop.telephone)
        if self._entry is not None:
            self._entry.cancel()
        deadline = self.loop.deadline
        self._entry = self.agenda.at(deadline, self._due) if deadline < NEVER else None

    def _tell(self, side: Side, end: LineEnd) -> None:
        events, end.events = end.events, []
        for event in events:
            self.tell(side, event.kind, event.time, event.value)

    # -- the wires in the street --

    def cut(self) -> None:
        """Both ends see a dead line."""
        self.order(self.loop.cut)
        for side in Side:
            self.wire.fault(side, Fault.SILENT)

    def mend(self) -> None:
        self.order(self.loop.mend)
        for side in Side:
            self.wire.fault(side, Fault.SOUND)

    def volts(self) -> float:
        """Between the wires at the telephone's end; positive: polarity as it is at rest."""
        battery = self.loop.exchange.battery
        if not self.loop.whole or self.loop.exchange.feed is Feed.CLEAR or battery is Battery.NONE:
            return 0.0
        volts = OFF_HOOK_V * self.feed_v / ON_HOOK_V if self.loop.telephone.closed else self.feed_v
        return volts if (battery is Battery.REVERSED) is self.crossed else -volts

    # -- echo --

    def reflect(self, reflection: Reflection) -> None:
        """What the line sends back to the telephone's end, as its port is matched."""
        self._reflection = reflection
        self._match()

    def balance(self, balance: Balance) -> None:
        self._balance = balance
        self._match()

    def _match(self) -> None:
        if self._reflection is not None:
            port = self._exchange.other
            shape = self._reflection.shape(self._balance)
            heard = replace(self.wire.conditions[port], echo_return_loss_db=0.0, echo_delay_ms=0.0, echo_shape=shape)
            self.wire.condition(port, heard)

    # -- the span --

    def remove(self, side: Side, now: int) -> None:
        super().remove(side, now)
        self.order(self.loop.cut)

    def insert(self, side: Side, now: int) -> None:
        self.loop.renew(exchange=side is self._exchange)
        self.order(self.loop.mend)

    def given_back(self, side: Side) -> None:
        self.order(self.loop.exchange.on_hook if side is self._exchange else self.loop.telephone.hang_up)
