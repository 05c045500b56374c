"""A trunk's port without a machine: everything that comes is noted, nothing is taken to mean anything.

For learning what a line is like (learn.py). The line must be out of service meanwhile: whoever has its channel open
lends it.

    probe.off_hook()                 events: RING_BEGIN, POLARITY, BATTERY_LOST ... with their times
    await probe.dial("66778899")     keys, messages: what may be caller ID
    samples = await probe.hear(2.0)  speech, as it came in

What it does not: decide, or wait for anything but time and what it is told to wait for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import trio

from hw.card import Channel, LineEvent, LineEventKind
from hw.ear import Ear
from hw.event import Event, EventKind
from hw.levels import hear
from hw.plane import Plane
from hw.playback import Audible
from hw.tones import dtmf
from hw.wave import Samples

T = TypeVar("T")


class Probe:
    """Takes `heard` and `media` of the channel for itself until released()."""

    def __init__(self, plane: Plane, channel: Channel) -> None:
        self.plane = plane
        self.channel = channel
        self.events: list[LineEvent] = []
        self.keys: list[tuple[int, str]] = []  # time, key
        self.messages: list[tuple[int, bytes]] = []  # time, octets of an FSK message
        self._news = trio.Event()
        channel.heard = self._line
        channel.media = self._media
        channel.activate()
        plane.detect(channel.port, Ear.DTMF | Ear.CALLER_ID)

    @property
    def name(self) -> str:
        return self.channel.info.name

    def forget(self) -> None:
        self.events.clear()
        self.keys.clear()
        self.messages.clear()

    def of(self, *kinds: LineEventKind, since: int = 0) -> list[LineEvent]:
        return [event for event in self.events if event.kind in kinds and event.time >= since]

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        """False: the condition did not become true in time."""
        with trio.move_on_after(within):
            while not condition():
                await self._news.wait()
        return condition()

    # ---- acts ----

    def off_hook(self) -> None:
        self.channel.off_hook()

    def on_hook(self) -> None:
        self.plane.stop(self.channel.port)
        self.channel.on_hook()

    async def dial(self, number: str, pulses: bool = False) -> None:
        """Until the digits are out."""
        if not pulses:
            await self.play(dtmf(number))
            return
        before = len(self.of(LineEventKind.DIALLED))
        self.channel.dial_pulses(number)
        await self.until(lambda: len(self.of(LineEventKind.DIALLED)) > before, 2.5 * len(number))

    async def play(self, what: Audible) -> None:
        await self.plane.play(self.channel.port, [what]).wait()

    async def hear(self, seconds: float) -> Samples:
        """What comes in for so long; it returns a second or so later, when the recording is whole."""
        return await hear(self.plane, self.channel.port, seconds)

    async def worked_out(self, sums: Callable[[Samples], T], heard: Samples) -> T:
        """What it finds in what was heard. It may take a tenth of a second: by a thread, since calls of a running box
        wait for the same program.
        """
        if self.plane.virtual:
            return sums(heard)
        return await trio.to_thread.run_sync(sums, heard)

    def released(self) -> None:
        """On hook; the channel is free for its owner again."""
        self.on_hook()
        self.plane.detect(self.channel.port)
        self.channel.heard = lambda event: None
        self.channel.media = lambda event: None

    # ---- what comes ----

    def _line(self, event: LineEvent) -> None:
        self.events.append(event)
        self._woke()

    def _media(self, event: Event) -> None:
        if event.kind is EventKind.DTMF_DOWN:
            self.keys.append((event.time, chr(event.code)))
        elif event.kind is EventKind.CALLER_ID:
            self.messages.append((event.time, event.blob))
        self._woke()

    def _woke(self) -> None:
        self._news.set()
        self._news = trio.Event()
