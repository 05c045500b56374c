"""The simulated card: stations, trunks and E1 spans, each with its other end in the same program.

    card = SimCard(plane, [Stations(8), Trunks(4), E1("pri"), E1("cas")])
    nursery.start_soon(card.run)
    station = card.open(1)               the box's end, as of any card
    telephone = Telephone(card.far(1))   the world's end: a TRUNK-like channel for a station, and the other way round

What it does: answers hw.card.Card as DAHDI does, with the same times; lets a test set what lines suffer from. The
exchange cannot tell it from another card. What it does not: know numbers, calls or signalling beyond hooks and bits.

How time flows: by the plane's samples alone (hw/sim/agenda.py), in real time as in virtual time. The same seed, orders
and ticks give the same bytes and events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hw.card import HardwareError, SpanEvent, SpanInfo, SpanLoop
from hw.plane import Plane
from hw.sim.agenda import Agenda
from hw.sim.analog import AnalogPair
from hw.sim.channel import SimChannel, open_channel
from hw.sim.dchannel import Errors, FrameCounts, FramePair, SimDChannel
from hw.sim.pair import Pair
from hw.sim.span import E1, Description, SimSpan, Stations, Trunks
from hw.sim.timing import Timing
from hw.sim.wire import NativeCard, Side, Wire

OFFICE: tuple[Description, ...] = (Stations(8), Trunks(4), E1("pri"), E1("cas"))


class SimCard:
    """hw.card.Card. The plane must be closed before free()."""

    name = "simulated"

    def __init__(
        self, plane: Plane, spans: Sequence[Description] = OFFICE, *, seed: int = 0, timing: Timing | None = None
    ) -> None:
        self.native = NativeCard(seed)
        self.agenda = Agenda(lambda: plane.time, plane.frame)
        self._plane = plane
        self._number = plane.add_card(self.native.pointer)
        self._spans: list[SimSpan] = []
        self._watchers: list[Callable[[SpanEvent], None]] = []
        channel = 1
        clocks = 0
        for number, description in enumerate(spans, 1):
            clocks += isinstance(description, E1)
            span = SimSpan(
                number,
                channel,
                description,
                agenda=self.agenda,
                native=self.native,
                timing=timing or Timing(),
                seed=seed,
                clock=clocks if isinstance(description, E1) else 0,
            )
            span.changed = self._span_changed
            channel += len(span.info.channels)
            self._spans.append(span)

    # ---- hw.card.Card ----

    def spans(self) -> tuple[SpanInfo, ...]:
        return tuple(span.info for span in self._spans if span.present)

    def open(self, number: int) -> SimChannel:
        return self._open(number, Side.NEAR)

    def open_dchannel(self, number: int) -> SimDChannel:
        return self._open_dchannel(number, Side.NEAR)

    def watch(self, changed: Callable[[SpanEvent], None]) -> Callable[[], None]:
        self._watchers.append(changed)

        def unwatch() -> None:
            if changed in self._watchers:
                self._watchers.remove(changed)

        return unwatch

    def loop(self, span: int, loop: SpanLoop) -> None:
        self.span(span).loop(loop)

    def gaps(self) -> int:
        """Its wires lose nothing; what the plane could not do in time is in the plane's statistics."""
        return 0

    @property
    def faulted(self) -> Callable[[Exception], None] | None:
        """Gets what a channel's or watcher's call-back raises; without it, run() ends with it."""
        return self.agenda.faulted

    @faulted.setter
    def faulted(self, faulted: Callable[[Exception], None] | None) -> None:
        self.agenda.faulted = faulted

    async def run(self) -> None:
        await self.agenda.run()

    def close(self) -> None:
        """Closes every channel of both sides."""
        for span in self._spans:
            for pair in span.pairs.values():
                for holder in list(pair.holders.values()):
                    if holder is not None:
                        holder.close()

    # ---- the world's side, and what it does to the lines ----

    def far(self, number: int) -> SimChannel:
        """Opens the other end of a channel: TRUNK-like for a station, STATION-like for a trunk, else the same kind."""
        return self._open(number, Side.FAR)

    def far_dchannel(self, number: int) -> SimDChannel:
        return self._open_dchannel(number, Side.FAR)

    def span(self, number: int) -> SimSpan:
        """For alarms and plugging. HardwareError: unknown."""
        for span in self._spans:
            if span.number == number:
                return span
        raise HardwareError(f"span {number}: unknown, there are {len(self._spans)}", span=number)

    def wire(self, number: int) -> Wire:
        """A channel's wire, for loss, noise and echo."""
        return self._pair(number)[1].wire

    def line(self, number: int) -> AnalogPair:
        """A station's or trunk's line, to be cut and mended."""
        pair = self._pair(number)[1]
        if not isinstance(pair, AnalogPair):
            raise HardwareError(f"channel {number} is not an analog line", channel=number)
        return pair

    def set_errors(self, number: int, side: Side, errors: Errors) -> None:
        """What happens to the frames that `side` of a D channel hears."""
        self._frames(number).errors[side] = errors

    def frame_counts(self, number: int, side: Side) -> FrameCounts:
        """Of the frames that `side` of a D channel hears."""
        return self._frames(number).counts[side]

    def free(self) -> None:
        """Gives the native memory back. Nothing of the card is there any more: who opens a channel now is refused."""
        self._spans = []
        self.native.free()

    # ---- within ----

    def _pair(self, number: int) -> tuple[SimSpan, Pair]:
        for span in self._spans:
            if number in span.pairs:
                return span, span.pairs[number]
            if any(info.number == number for info in span.info.channels):
                raise HardwareError(
                    f"channel {number} is not configured: time slot 16 carries the signalling of its span",
                    span=span.number,
                    channel=number,
                )
        raise HardwareError(
            f"channel {number}: unknown to the card", channel=number, action="spans() lists what there is"
        )

    def _frames(self, number: int) -> FramePair:
        pair = self._pair(number)[1]
        if not isinstance(pair, FramePair):
            raise HardwareError(f"channel {number} is not a D channel", channel=number, action="use open()")
        return pair

    def _present(self, number: int, side: Side) -> Pair:
        span, pair = self._pair(number)
        if side is Side.NEAR and not span.present:
            raise HardwareError(
                f"channel {number}: its span {span.number} is gone",
                span=span.number,
                channel=number,
                action="plug it in again",
            )
        return pair

    def _open(self, number: int, side: Side) -> SimChannel:
        pair = self._present(number, side)
        pair.check_free(side)
        channel = open_channel(pair, side, self._plane, self._number)
        pair.holders[side] = channel
        return channel

    def _open_dchannel(self, number: int, side: Side) -> SimDChannel:
        self._present(number, side)
        pair = self._frames(number)
        pair.check_free(side)
        channel = SimDChannel(pair, side)
        pair.holders[side] = channel
        return channel

    def _span_changed(self, event: SpanEvent) -> None:
        for watcher in list(self._watchers):
            watcher(event)
