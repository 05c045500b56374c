"""All DAHDI hardware of this machine as one card (hw.card.Card). The driver numbers spans and channels across cards.

What it does: lists spans, opens channels, tells arrivals, losses and alarms of spans.
What it does not: configure the hardware (dahdi_cfg from /etc/dahdi/system.conf), know signalling.

How time flows. run() looks at the spans once a second, for alarms, counters and channels newly configured, and at once
when the kernel tells that something came or went; a channel in trouble is looked at ten times a second. Speech and line
events come with the plane's ticks and do not wait for any of this. One span's trouble is logged, and ends nothing.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import trio

from hw.card import ChannelInfo, ChannelKind, HardwareError, SpanEvent, SpanEventKind, SpanInfo, SpanLoop
from hw.dahdi import driver, span
from hw.dahdi.channel import DahdiChannel, LineTimes
from hw.dahdi.dchannel import DahdiDChannel
from hw.dahdi.hotplug import Hotplug
from hw.native import ffi, lib
from hw.plane import Plane

log = logging.getLogger(__name__)

SPANS_EVERY = 1.0
"""Seconds between two looks at all spans."""
TROUBLE_EVERY = 0.1
"""Seconds between two looks at a channel without battery or with an alarm."""

_LOOPS = {
    SpanLoop.OPEN: lib.DAHDI_MAINT_NONE,
    SpanLoop.LOCAL: lib.DAHDI_MAINT_LOCALLOOP,
    SpanLoop.LINE: lib.DAHDI_MAINT_NETWORKLINELOOP,
    SpanLoop.PAYLOAD: lib.DAHDI_MAINT_NETWORKPAYLOADLOOP,
}


@dataclass(frozen=True, slots=True)
class CardStatistics:
    """Since the card was made; hw/native/dahdi.h says what each is."""

    read_frames: int
    written_frames: int
    idle_frames: int
    underruns: int
    overruns: int
    full: int
    starts: int
    events: int


class DahdiCard:
    """The machine's DAHDI hardware. It may be made before there is any; then it has no spans until some arrive."""

    name = "dahdi"

    def __init__(self, plane: Plane, times: LineTimes | None = None) -> None:
        """`times`: of analog lines; the defaults suit China."""
        self._plane = plane
        self._times = times or LineTimes()
        pointer = lib.dahdi_card_new()
        if pointer == ffi.NULL:
            raise HardwareError(
                "no memory or descriptors left for a DAHDI card", action="raise LimitNOFILE of the service"
            )
        self._pointer = pointer
        self._number = plane.add_card(pointer)
        self._channels: set[DahdiChannel] = set()
        self._dchannels: set[DahdiDChannel] = set()
        self._nursery: trio.Nursery | None = None
        self._changed: list[Callable[[SpanEvent], None]] = []
        self._known: dict[int, SpanInfo] = {}
        self._tallies: dict[int, span.Tally] = {}

    def version(self) -> str:
        """The driver's version. HardwareError where no driver is loaded."""
        return driver.version()

    # ---- spans ----

    def spans(self) -> tuple[SpanInfo, ...]:
        found = span.read_spans()
        return tuple(self._counted(one) for one in found)

    def _counted(self, found: SpanInfo) -> SpanInfo:
        tally = self._tallies.setdefault(found.number, span.Tally())
        return replace(found, counters=tally.add(found.counters))

    def watch(self, changed: Callable[[SpanEvent], None]) -> Callable[[], None]:
        if not self._changed:
            self._known = {s.number: s for s in self.spans()}
        self._changed.append(changed)

        def unwatch() -> None:
            if changed in self._changed:
                self._changed.remove(changed)

        return unwatch

    def _tell(self, kind: SpanEventKind, about: SpanInfo) -> None:
        for changed in list(self._changed):
            changed(SpanEvent(kind, about))

    def _look(self) -> None:
        """Compares the spans with those of the last look, and tells what is new."""
        now = {s.number: s for s in self.spans()}
        for number in set(self._known) - set(now):
            self._gone(number)
        for number, found in now.items():
            before = self._known.get(number)
            self._known[number] = found
            if before is None or _plug(before) != _plug(found):
                self._tell(SpanEventKind.ARRIVED, found)
            elif before.alarms != found.alarms:
                self._tell(SpanEventKind.ALARM, found)

    def _look_at_alarms(self, number: int) -> None:
        """One span's alarms: its channels tell them sooner than the next look at all spans would."""
        before = self._known.get(number)
        if before is not None:
            with suppress(HardwareError):
                bits = driver.span_info(number).alarms
                now = replace(before, alarms=span.alarms(bits), defects=span.defects(bits))
                if now != before:
                    self._known[number] = now
                    self._tell(SpanEventKind.ALARM, now)

    def _gone(self, number: int) -> None:
        before = self._known.pop(number, None)
        self._tallies.pop(number, None)
        if before is not None:
            self._tell(SpanEventKind.GONE, before)

    def loop(self, span: int, loop: SpanLoop) -> None:
        driver.span_info(span)
        result = lib.dahdi_span_maintain(span, _LOOPS[loop])
        if result < 0:
            raise driver.refusal(-result, f"{loop.value} loop", span=span)

    def gaps(self) -> int:
        seen = self.statistics()
        return seen.underruns + seen.overruns + seen.full + seen.idle_frames

    # ---- channels ----

    def open(self, number: int) -> DahdiChannel:
        info = span.read_channel(number)
        if info.kind is None:
            raise driver.refusal(errno.ENXIO, "open", channel=number, span=info.span, opening=True)
        if info.kind is ChannelKind.DCHANNEL:
            raise _wrong_kind(info, "open it as a D channel: it carries frames, not speech")
        channel = DahdiChannel(self._plane, self._number, self._pointer, info, self._times)
        self._channels.add(channel)
        channel.closed = self._channels.discard
        channel.alarmed = self._look_at_alarms
        return channel

    def open_dchannel(self, number: int) -> DahdiDChannel:
        info = span.read_channel(number)
        if info.kind is not ChannelKind.DCHANNEL:
            raise _wrong_kind(info, "make it a D channel: dchan= in /etc/dahdi/system.conf, then dahdi_cfg")
        channel = DahdiDChannel(self._plane, info)
        self._dchannels.add(channel)
        channel.closed = self._dchannels.discard
        if self._nursery is not None:
            self._nursery.start_soon(self._serve, channel)
        return channel

    # ---- the card's task ----

    async def run(self) -> None:
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                self._hear_of_spans(nursery)
                nursery.start_soon(self._watch_spans)
                nursery.start_soon(self._watch_trouble)
                for channel in self._dchannels:
                    nursery.start_soon(self._serve, channel)
        finally:
            self._nursery = None

    def _hear_of_spans(self, nursery: trio.Nursery) -> None:
        try:
            hotplug = Hotplug(self._gone, self._look)
        except (ImportError, OSError) as error:
            log.warning(
                "no events of cards from the kernel (%s): a card that comes or goes is seen within %g s. "
                "Remedy: install libudev1, and allow the service AF_NETLINK sockets.",
                error,
                SPANS_EVERY,
            )
        else:
            nursery.start_soon(hotplug.run)

    async def _serve(self, channel: DahdiDChannel) -> None:
        try:
            await channel.run()
        except OSError:
            log.exception("D channel %d stopped", channel.info.number)

    async def _watch_spans(self) -> None:
        while True:
            await trio.sleep(SPANS_EVERY)
            if self._changed:
                self._look()

    async def _watch_trouble(self) -> None:
        while True:
            await trio.sleep(TROUBLE_EVERY)
            for channel in [c for c in self._channels if c.troubled]:
                channel.look(self._plane.time)

    def statistics(self) -> CardStatistics:
        raw = ffi.new("struct dahdi_statistics *")
        lib.dahdi_card_statistics(self._pointer, raw)
        return CardStatistics(*(getattr(raw, name) for name in CardStatistics.__dataclass_fields__))

    def free(self) -> None:
        """Gives the native side back. The plane must have been closed."""
        lib.dahdi_card_free(self._pointer)
        self._pointer = ffi.NULL

    def close(self) -> None:
        """Gives every channel back."""
        for channel in list(self._channels):
            channel.close()
        for dchannel in list(self._dchannels):
            dchannel.close()


def _plug(one: SpanInfo) -> object:
    """What makes a span another one: its device, or what its channels were configured for."""
    return one.hardware, one.location, [(c.number, c.kind) for c in one.channels]


def _wrong_kind(info: ChannelInfo, why: str) -> HardwareError:
    kind = info.kind.value if info.kind else "unconfigured"
    return HardwareError(
        f"open: channel {info.number} is a {kind} channel", span=info.span, channel=info.number, action=why
    )
