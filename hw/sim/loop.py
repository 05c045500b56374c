"""An analog line: the loop between an exchange and a telephone, which can be cut. Pure: no clock, no trio, no speech.

    ExchangeEnd  ------ ring current, battery ------>  TelephoneEnd
    (STATION)    <----- loop closed or open ---------  (TRUNK)

What one end does the other sees at the same moment. advance(now) lets the timers of both run out in the order of their
times; it comes before every order. So the same orders give the same events however seldom anybody looks, and pulses
and flashes are not distorted by a busy machine.
"""

from __future__ import annotations

from hw.sim.exchange_end import Battery, ExchangeEnd, Feed
from hw.sim.telephone_end import TelephoneEnd
from hw.sim.timing import Timing


class Loop:
    """Both ends and the pair of wires between them."""

    def __init__(self, timing: Timing) -> None:
        self.exchange = ExchangeEnd(timing, self._feeds)
        self.telephone = TelephoneEnd(timing, self._loops)
        self.whole = True

    def _feeds(self, ring: bool, battery: Battery, now: int) -> None:
        if self.whole:
            self.telephone.fed(ring, battery, now)

    def _loops(self, closed: bool, now: int) -> None:
        if self.whole:
            self.exchange.loop(closed, now)

    def cut(self, now: int) -> None:
        """The wire is broken (or a plug pulled out): no loop current here, no battery and no ring there."""
        self.advance(now)
        if self.whole:
            self.whole = False
            self.exchange.loop(False, now)
            self.telephone.fed(False, Battery.NONE, now)

    def mend(self, now: int) -> None:
        self.advance(now)
        if not self.whole:
            self.whole = True
            feed = self.exchange.feed
            self.telephone.fed(feed is Feed.RING, Battery.NONE if feed is Feed.CLEAR else self.exchange.battery, now)
            self.exchange.loop(self.telephone.closed, now)

    def renew(self, exchange: bool) -> None:
        """One end's device is another one now, which knows nothing of what was. Only while the line is cut."""
        assert not self.whole
        if exchange:
            self.exchange = ExchangeEnd(self.exchange.timing, self._feeds)
        else:
            self.telephone = TelephoneEnd(self.telephone.timing, self._loops)

    @property
    def deadline(self) -> int:
        """When a timer of either end runs out next; NEVER if none runs."""
        return min(self.exchange.deadline, self.telephone.deadline)

    def advance(self, now: int) -> None:
        """Lets every timer up to `now` run out. At the same moment the telephone's comes first: it closes the loop
        before the exchange can take the break for longer than it was."""
        while (due := self.deadline) <= now:
            end = self.telephone if self.telephone.deadline == due else self.exchange
            end.expire()
