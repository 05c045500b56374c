"""A pair of analog channels: the exchange's STATION and the telephone's TRUNK, and the loop between them.

The rules are hw/sim/loop.py's; here its timers get onto the agenda and its events to whoever has the ends open.
"""

from __future__ import annotations

from collections.abc import Callable

from hw.card import ChannelInfo, ChannelKind
from hw.sim.agenda import Agenda, Entry
from hw.sim.line_end import NEVER, LineEnd
from hw.sim.loop import Loop
from hw.sim.pair import Pair
from hw.sim.timing import Timing
from hw.sim.wire import Fault, Side, Wire


class AnalogPair(Pair):
    def __init__(self, agenda: Agenda, infos: dict[Side, ChannelInfo], wire: Wire, timing: Timing) -> None:
        super().__init__(agenda, infos, wire)
        self.loop = Loop(timing)
        self._exchange = Side.NEAR if infos[Side.NEAR].kind is ChannelKind.STATION else Side.FAR
        self._entry: Entry | None = None

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

    # -- the span --

    def remove(self, side: Side, now: int) -> None:
        super().remove(side, now)
        self.order(self.loop.cut)

    def insert(self, side: Side, now: int) -> None:
        self.loop.renew(exchange=side is self._exchange)
        self.order(self.loop.mend)

    def given_back(self, side: Side) -> None:
        self.order(self.loop.exchange.on_hook if side is self._exchange else self.loop.telephone.hang_up)
