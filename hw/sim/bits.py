"""A pair of channels with channel-associated signalling: ABCD bits both ways (G.704, time slot 16).

    set_bits(1001)  |         the receiver sees them a CAS multiframe later;
    BITS 1001       <- 2 ms ->|                 what does not change is no event

In alarm the bits stay as they were last seen; what changed meanwhile is told when the alarm is over.
"""

from __future__ import annotations

from hw.card import ChannelInfo, LineEventKind
from hw.sim.agenda import Agenda
from hw.sim.pair import Pair
from hw.sim.timing import Timing, samples
from hw.sim.wire import Fault, Side, Wire


class BitsPair(Pair):
    """idle: what an end sends that nobody has open."""

    def __init__(self, agenda: Agenda, infos: dict[Side, ChannelInfo], wire: Wire, timing: Timing, idle: int) -> None:
        super().__init__(agenda, infos, wire)
        self.seen = {Side.NEAR: idle, Side.FAR: idle}
        self._idle = idle
        self._arrived = {Side.NEAR: idle, Side.FAR: idle}
        self._delay = samples(timing.bits)

    def send(self, side: Side, bits: int) -> None:
        """ValueError: not 0 to 15."""
        if not 0 <= bits <= 15:
            raise ValueError(f"signalling bits {bits}: ABCD is less than 16")
        to = side.other

        def arrive(time: int) -> None:
            self._arrived[to] = bits
            self._see(to, time)

        self.agenda.at(self.agenda.now() + self._delay, arrive)

    def _see(self, side: Side, time: int) -> None:
        bits = self._arrived[side]
        if not self.deaf[side] and bits != self.seen[side]:
            self.seen[side] = bits
            self.tell(side, LineEventKind.BITS, time, bits)

    def alarm(self, side: Side, deaf: bool, fault: Fault) -> None:
        super().alarm(side, deaf, fault)
        self._see(side, self.agenda.now())

    def remove(self, side: Side, now: int) -> None:
        super().remove(side, now)
        self.seen[side] = self._arrived[side]
        self.send(side, self._idle)

    def given_back(self, side: Side) -> None:
        self.send(side, self._idle)
