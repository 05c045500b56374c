"""The exchange's end of an analog line: reads the loop, feeds battery and ring current. Pure.

Loop start with "kewl" disconnect as DAHDI's FXOKS does it (dahdi-base.c, __dahdi_hooksig_pvt, __rbs_otimer_expire and
dahdi_hangup), with the times of hw/sim/timing.py. What the breaks of a lifted telephone mean is told by their length:

    loop   ____|-------|_|------|_|--|_|-------------|____|-------|_____________
               |        bounce   pulses  |            |    |       |  flash_longest |
    told    OFF_HOOK                PULSE_DIGIT          FLASH                   ON_HOOK
                                    digit_end after

    ring   |~~~~|____|~~~~|                 a lift while ring current flows counts when it lasts for ring_trip;
    loop   _____________|-----              the ring ends with it
    told                  OFF_HOOK

    on_hook() of a lifted telephone: battery goes away for `clear`, then the loop means nothing for `clear_after`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from hw.card import LineEventKind, RingCadence
from hw.sim.line_end import LineEnd
from hw.sim.timing import Timing, samples


class Battery(Enum):
    NORMAL = "normal"
    REVERSED = "reversed"
    NONE = "none"


class Hook(Enum):
    """The telephone, as the exchange knows it."""

    ON = "on-hook"
    TRIPPING = "tripping"  # closed while ring current flows: a lift, if it lasts
    OFF = "off-hook"
    OPEN = "open"  # a break of a lifted telephone: bounce, pulse, flash or hang-up, as its length will tell


class Feed(Enum):
    """What the exchange puts on the line."""

    QUIET = "quiet"
    RING = "ring"
    PAUSE = "pause"  # between two rings
    CLEAR = "clear"  # battery is away
    SETTLE = "settle"  # battery is back, the loop is not looked at yet


class ExchangeEnd(LineEnd):
    """The STATION side. `feeds` is told every change of ring current and battery."""

    def __init__(self, timing: Timing, feeds: Callable[[bool, Battery, int], None]) -> None:
        super().__init__(timing)
        self.hook = Hook.ON
        self.feed = Feed.QUIET
        self.battery = Battery.NORMAL
        self.closed = False
        self._feeds = feeds
        self._opened = 0
        self._pulses = 0
        self._cadence: tuple[int, ...] = ()
        self._step = 0

    # -- the loop, as it comes --

    def loop(self, closed: bool, now: int) -> None:
        """The loop was closed or opened. What does not change it is nothing."""
        if closed == self.closed:
            return
        self.closed = closed
        act = _LOOP.get((self.hook, closed))
        if act is not None:
            self.hook = act(self, now)

    def _lift(self, now: int) -> Hook:
        if self.feed is Feed.RING:
            self._start("trip", now, self.timing.ring_trip)
            return Hook.TRIPPING
        return self._lifted(now)

    def _lifted(self, now: int) -> Hook:
        self._tell(LineEventKind.OFF_HOOK, now)
        self._end_ring(now)
        return Hook.OFF

    def _not_tripped(self, now: int) -> Hook:
        self._stop("trip")
        return Hook.ON

    def _break(self, now: int) -> Hook:
        self._opened = now
        if self.feed not in (Feed.CLEAR, Feed.SETTLE):
            self._start("flash", now, self.timing.flash_longest)
        return Hook.OPEN

    def _make(self, now: int) -> Hook:
        if "flash" not in self._timers:  # opened while we were clearing: means nothing
            return Hook.OFF
        self._stop("flash")
        length = now - self._opened
        if length > samples(self.timing.pulse_longest):
            self._end_digit(now)
            self._tell(LineEventKind.FLASH, now)
        elif length >= samples(self.timing.bounce):
            self._pulses += 1
            self._start("digit", now, self.timing.digit_end)
        return Hook.OFF

    def _hung_up(self, now: int) -> Hook:
        self._end_digit(now)
        self._tell(LineEventKind.ON_HOOK, now)
        return Hook.ON

    def _end_digit(self, now: int) -> None:
        """Ten pulses are 0; more than ten are no digit (DAHDI makes * and # of 11 and 12: no dial sends them)."""
        self._stop("digit")
        pulses, self._pulses = self._pulses, 0
        if 0 < pulses <= 10:
            self._tell(LineEventKind.PULSE_DIGIT, now, str(pulses % 10))

    # -- orders --

    def ring(self, cadence: RingCadence, now: int) -> None:
        """From the beginning of the cadence. A lifted telephone is not rung; a line being cleared is, afterwards."""
        if self.hook in (Hook.OFF, Hook.OPEN):
            return
        self._cadence = cadence.ms
        self._step = 0
        if self.feed not in (Feed.CLEAR, Feed.SETTLE):
            self._ring_step(now)

    def on_hook(self, now: int) -> None:
        """Ringing ends, battery is normal. A telephone still off-hook sees the battery go away for a moment."""
        self._end_ring(now)
        self.set_battery(Battery.NORMAL, now)
        if self.hook in (Hook.OFF, Hook.OPEN) and self.feed is Feed.QUIET:
            self.feed = Feed.CLEAR
            self._feeds(False, Battery.NONE, now)
            self._start("feed", now, self.timing.clear)

    def set_battery(self, battery: Battery, now: int) -> None:
        if battery is self.battery:
            return
        self.battery = battery
        if self.feed is not Feed.CLEAR:
            self._feeds(self.feed is Feed.RING, battery, now)

    # -- what the exchange feeds --

    def _ring_step(self, now: int) -> None:
        self.feed = Feed.PAUSE if self._step % 2 else Feed.RING
        self._start("feed", now, self._cadence[self._step])
        self._feeds(self.feed is Feed.RING, self.battery, now)

    def _end_ring(self, now: int) -> None:
        self._cadence = ()
        if self.feed in (Feed.RING, Feed.PAUSE):
            rang = self.feed is Feed.RING
            self.feed = Feed.QUIET
            self._stop("feed")
            if rang:
                self._feeds(False, self.battery, now)

    def _next_ring(self, now: int) -> None:
        self._step = (self._step + 1) % len(self._cadence)
        self._ring_step(now)

    def _cleared(self, now: int) -> None:
        self.feed = Feed.SETTLE
        self._feeds(False, self.battery, now)
        self._start("feed", now, self.timing.clear_after)

    def _settled(self, now: int) -> None:
        self.feed = Feed.QUIET
        if self.hook is Hook.OPEN and "flash" not in self._timers:
            self.hook = self._hung_up(now)
        if self._cadence and self.hook is Hook.ON:
            self._ring_step(now)

    def _expired(self, timer: str, now: int) -> None:
        match timer:
            case "feed":
                _FEED[self.feed](self, now)
            case "flash":
                self.hook = self._hung_up(now)
            case "digit":
                self._end_digit(now)
            case "trip":
                self.hook = self._lifted(now)


# (telephone, loop closed) -> what is done, which gives the next state. What is missing changes nothing.
_LOOP: Mapping[tuple[Hook, bool], Callable[[ExchangeEnd, int], Hook]] = {
    (Hook.ON, True): ExchangeEnd._lift,
    (Hook.TRIPPING, False): ExchangeEnd._not_tripped,
    (Hook.OFF, False): ExchangeEnd._break,
    (Hook.OPEN, True): ExchangeEnd._make,
}

# What follows when the time of a feed is over. QUIET has no time.
_FEED: Mapping[Feed, Callable[[ExchangeEnd, int], None]] = {
    Feed.RING: ExchangeEnd._next_ring,
    Feed.PAUSE: ExchangeEnd._next_ring,
    Feed.CLEAR: ExchangeEnd._cleared,
    Feed.SETTLE: ExchangeEnd._settled,
}
