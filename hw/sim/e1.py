"""The raw far side of an E1: bits, frames and speech of each time slot, without any signalling on top.

    e1 = E1Side.far_of(card, span=3, plane=plane)
    slot = e1.slot(1)                              a party with ABCD bits
    slot.set_bits(0b0001)
    await slot.see_bits(0b1101, within=1)
    await slot.speak(r2_forward(5, ms=100))
    e1.send(b"\\x02\\x01\\x7f")                       on the D channel
    frame = await e1.frame(within=1)

Slots count from 1 as the span's channels do. It is made on the far side of a simulated span, or on any span of any
card: in the lab, on the other half of a DAHDI pair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import trio

from hw.card import Channel, ChannelInfo, ChannelKind, DChannel, HardwareError, LineEvent, LineEventKind
from hw.ear import Ear
from hw.plane import Plane
from hw.sim.card import SimCard
from hw.sim.party import NotHeardError, Party


class Slot(Party):
    """A bearer or CAS time slot. `log`: every event of the line; `sent`: every order of bits, time and bits."""

    def __init__(self, plane: Plane, channel: Channel, *, country: str = "cn") -> None:
        super().__init__(plane, channel, country=country)
        self.log: list[LineEvent] = []
        self.sent: list[tuple[int, int]] = []
        channel.heard = self._line
        channel.activate()
        self.attend(Ear.DTMF | Ear.TONES)

    @property
    def bits(self) -> int:
        """ABCD as received now."""
        return self.channel.bits()

    def set_bits(self, bits: int) -> None:
        self.channel.set_bits(bits)
        self.sent.append((self.plane.time, bits))

    async def see_bits(self, bits: int, within: float) -> None:
        """Until these bits are received; at once if they are."""
        await self.until(lambda: self.bits == bits, within, f"bits {bits:04b}")

    def account(self) -> str:
        seen = [f"{event.value:04b}" for event in self.log if event.kind is LineEventKind.BITS]
        return f"bits {' '.join(seen) or 'unchanged'}, {super().account()}"

    def _line(self, event: LineEvent) -> None:
        self.log.append(event)
        self.woke()


class E1Side:
    """One side of a span. Slots are opened when they are first asked for."""

    def __init__(
        self,
        plane: Plane,
        infos: Sequence[ChannelInfo],
        opened: Callable[[int], Channel],
        opened_dchannel: Callable[[int], DChannel],
        *,
        country: str = "cn",
    ) -> None:
        self.plane = plane
        self.frames: list[bytes] = []
        self.alarms: list[LineEvent] = []  # of the D channel
        self._infos = {info.slot: info for info in infos}
        self._opened = opened
        self._opened_dchannel = opened_dchannel
        self._country = country
        self._slots: dict[int, Slot] = {}
        self._dchannel: DChannel | None = None
        self._taken = 0
        self._news = trio.Event()

    @classmethod
    def far_of(cls, card: SimCard, span: int, plane: Plane) -> E1Side:
        """The world's side of a simulated span."""
        return cls(plane, card.span(span).info.channels, card.far, card.far_dchannel)

    def slot(self, number: int) -> Slot:
        """HardwareError: there is none, it carries no speech, or it is in use."""
        if number not in self._slots:
            if number not in self._infos:
                raise HardwareError(f"time slot {number}: this span has {len(self._infos)}")
            channel = self._opened(self._infos[number].number)
            self._slots[number] = Slot(self.plane, channel, country=self._country)
        return self._slots[number]

    # ---- D channel ----

    def open_dchannel(self) -> DChannel:
        """Frames are gathered from here on. HardwareError: the span has no D channel."""
        if self._dchannel is None:
            for info in self._infos.values():
                if info.kind is ChannelKind.DCHANNEL:
                    self._dchannel = self._opened_dchannel(info.number)
                    self._dchannel.heard = self._arrived
                    self._dchannel.alarmed = self.alarms.append
                    break
            else:
                raise HardwareError("this span has no D channel")
        return self._dchannel

    def send(self, frame: bytes) -> None:
        self.open_dchannel().send(frame)

    async def frame(self, within: float) -> bytes:
        """The next frame that was not yet taken. NotHeardError after `within` seconds."""
        self.open_dchannel()
        with trio.move_on_after(within):
            while len(self.frames) <= self._taken:
                await self._news.wait()
            self._taken += 1
            return self.frames[self._taken - 1]
        raise NotHeardError(f"D channel: no frame within {within:g} s after {self._taken} taken")

    def _arrived(self, frame: bytes) -> None:
        self.frames.append(frame)
        self._news.set()
        self._news = trio.Event()

    def close(self) -> None:
        for slot in self._slots.values():
            slot.channel.close()
        if self._dchannel is not None:
            self._dchannel.close()
