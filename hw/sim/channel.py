"""Open channels of the simulated card (hw.card.Channel), one class for each kind; near and far ends are alike.

What it does: checks orders, passes them to the pair, and events of the pair and of the plane's port to the owner.
What it does not: know the rules of the line (hw/sim/loop.py, bits.py) or carry speech (hw/native/wire.c).

How time flows: an order takes effect at the plane's time of its call; events come from the card's task, never within
an order.
"""

from __future__ import annotations

from collections.abc import Callable

from hw.card import (
    Ability,
    Balance,
    ChannelInfo,
    ChannelKind,
    HardwareError,
    LineEvent,
    LineEventKind,
    RingCadence,
    Unsupported,
)
from hw.event import Event
from hw.plane import Plane
from hw.sim.analog import AnalogPair
from hw.sim.bits import BitsPair
from hw.sim.exchange_end import Battery, Hook
from hw.sim.pair import Pair
from hw.sim.wire import Side


class SimChannel:
    """A BEARER: speech only. The other kinds add their orders; what a kind has not raises Unsupported."""

    def __init__(self, pair: Pair, side: Side, plane: Plane, card: int) -> None:
        self.info: ChannelInfo = pair.infos[side]
        self.heard: Callable[[LineEvent], None] = lambda event: None
        self.media: Callable[[Event], None] = lambda event: None
        self._pair = pair
        self._side = side
        self._plane = plane
        self._open = True
        self._gone = False
        self.port = plane.open_port(card, pair.wire.end(side), self.info.law, self._sounded)

    # ---- orders ----

    def off_hook(self) -> None:
        self._cannot("go off-hook")

    def on_hook(self) -> None:
        self._cannot("go on-hook")

    def ring(self, cadence: RingCadence) -> None:
        self._cannot("ring")

    def flash(self) -> None:
        self._cannot("flash")

    def dial_pulses(self, digits: str) -> None:
        self._cannot("dial pulses")

    def set_polarity(self, reversed: bool) -> None:
        self._cannot("reverse polarity")

    def set_bits(self, bits: int) -> None:
        self._cannot("send bits")

    def bits(self) -> int:
        return self._cannot("have bits")

    def is_off_hook(self) -> bool:
        return bool(self._cannot("be off-hook"))

    def volts(self) -> float:
        return self._cannot("measure its voltage")

    def balance(self, balance: Balance) -> None:
        self._cannot("match its line")

    def activate(self) -> None:
        self._check("begin speech")
        self._plane.activate(self.port, True)

    def deactivate(self) -> None:
        if self._open:
            self._plane.activate(self.port, False)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._plane.close_port(self.port)
            self._pair.release(self._side, self)

    def _cannot(self, what: str) -> int:
        kind = self.info.kind
        raise Unsupported(
            f"channel {self.info.number} ({kind.value if kind else 'no kind'}) cannot {what}",
            span=self.info.span,
            channel=self.info.number,
        )

    def _check(self, what: str) -> None:
        """The channel is there and ours."""
        if self._gone or not self._open:
            raise HardwareError(
                f"{what}: channel {self.info.number} is {'gone' if self._gone else 'closed'}",
                span=self.info.span,
                channel=self.info.number,
                action="close it; open it again when the span is back",
            )

    # ---- events ----

    def told(self, event: LineEvent) -> None:
        if event.kind is LineEventKind.GONE:
            self._gone = True
        if self._open:
            self.heard(event)

    def _sounded(self, event: Event) -> None:
        self.media(event)


class _AnalogChannel(SimChannel):
    def __init__(self, pair: AnalogPair, side: Side, plane: Plane, card: int) -> None:
        super().__init__(pair, side, plane, card)
        self._line = pair

    def _order(self, what: str, act: Callable[[int], None]) -> None:
        self._check(what)
        try:
            self._line.order(act)
        except HardwareError as error:
            error.span, error.channel = self.info.span, self.info.number
            raise


class StationChannel(_AnalogChannel):
    """The exchange's end."""

    def on_hook(self) -> None:
        self._order("on-hook", self._line.loop.exchange.on_hook)

    def ring(self, cadence: RingCadence) -> None:
        times = cadence.ms
        if len(times) not in (2, 4, 6, 8) or not all(100 <= ms <= 8000 for ms in times):
            raise ValueError(f"ring cadence {times}: one to four pairs of on and off times, each 100 to 8000 ms")
        self._order("ring", lambda now: self._line.loop.exchange.ring(cadence, now))

    def set_polarity(self, reversed: bool) -> None:
        if Ability.SET_POLARITY not in self.info.abilities:
            self._cannot("reverse polarity")
        battery = Battery.REVERSED if reversed else Battery.NORMAL
        self._order("polarity", lambda now: self._line.loop.exchange.set_battery(battery, now))

    def is_off_hook(self) -> bool:
        """As the events have told: true within a flash, false until a ring is tripped."""
        return self._line.loop.exchange.hook in (Hook.OFF, Hook.OPEN)


class TrunkChannel(_AnalogChannel):
    """The telephone's end."""

    def off_hook(self) -> None:
        self._order("off-hook", self._line.loop.telephone.lift)

    def on_hook(self) -> None:
        self._order("on-hook", self._line.loop.telephone.hang_up)

    def flash(self) -> None:
        self._order("flash", self._line.loop.telephone.flash)

    def dial_pulses(self, digits: str) -> None:
        self._order("dial pulses", lambda now: self._line.loop.telephone.dial(digits, now))

    def is_off_hook(self) -> bool:
        return self._line.loop.telephone.off_hook

    def volts(self) -> float:
        self._check("measure its voltage")
        return self._line.volts()

    def balance(self, balance: Balance) -> None:
        self._check("match its line")
        self._line.balance(balance)


class CasChannel(SimChannel):
    def __init__(self, pair: BitsPair, side: Side, plane: Plane, card: int) -> None:
        super().__init__(pair, side, plane, card)
        self._bits = pair

    def set_bits(self, bits: int) -> None:
        self._check("send bits")
        self._bits.send(self._side, bits)

    def bits(self) -> int:
        return self._bits.seen[self._side]


def open_channel(pair: Pair, side: Side, plane: Plane, card: int) -> SimChannel:
    """The channel of the pair's kind on that side. HardwareError: a channel of this kind carries no speech."""
    info = pair.infos[side]
    match info.kind, pair:
        case ChannelKind.STATION, AnalogPair():
            return StationChannel(pair, side, plane, card)
        case ChannelKind.TRUNK, AnalogPair():
            return TrunkChannel(pair, side, plane, card)
        case ChannelKind.CAS, BitsPair():
            return CasChannel(pair, side, plane, card)
        case ChannelKind.BEARER, _:
            return SimChannel(pair, side, plane, card)
    raise HardwareError(
        f"open: channel {info.number} ({info.name}) carries no speech",
        span=info.span,
        channel=info.number,
        action="a D channel is opened by open_dchannel(); one of no kind not at all",
    )
