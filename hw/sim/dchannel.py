"""D channels of the simulated card: whole HDLC frames both ways at 64 kbit/s, in order.

    send()   |a|bbbb|c|        each frame takes its length (and flags and FCS) on the line; others wait, 32 at most
    heard      a    b c

A frame that a bit error hits fails its check sequence at the receiver, which drops and counts it: `lost` is the share
of those. `changed` is the share of frames that arrive with wrong bits all the same, as one bad frame of 65536 does.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from hw.card import ChannelInfo, HardwareError, LineEvent, LineEventKind
from hw.sim.agenda import Agenda
from hw.sim.pair import Pair
from hw.sim.wire import Fault, Side

FRAME_MAX = 1000
QUEUE_MAX = 32  # buffers that DAHDI is given for a D channel (NUMBUFS)
OVERHEAD = 4  # octets: two of FCS, one flag before and one after


@dataclass(frozen=True, slots=True)
class Errors:
    """Shares 0 to 1 of the frames of one direction."""

    lost: float = 0.0
    changed: float = 0.0


@dataclass(slots=True)
class FrameCounts:
    """Of one direction, since the card was made."""

    sent: int = 0
    arrived: int = 0
    dropped: int = 0  # the sender's queue was full
    bad: int = 0  # hit by an error, or nothing came in for an alarm
    changed: int = 0


class FramePair(Pair):
    def __init__(self, agenda: Agenda, infos: dict[Side, ChannelInfo], seed: int) -> None:
        super().__init__(agenda, infos, None)
        self.errors = {side: Errors() for side in Side}  # by the side that hears
        self.counts = {side: FrameCounts() for side in Side}  # by the side that hears
        number = infos[Side.NEAR].number
        self._dice = {side: random.Random(f"{seed} {number} {side.name}") for side in Side}
        self._free = dict.fromkeys(Side, 0)  # when the line towards that side is free
        self._looped: Side | None = None  # who hears himself
        self._waiting = dict.fromkeys(Side, 0)

    def send(self, side: Side, frame: bytes) -> None:
        """ValueError: length not 1 to 1000."""
        if not 1 <= len(frame) <= FRAME_MAX:
            raise ValueError(f"frame of {len(frame)} octets: must be 1 to {FRAME_MAX}")
        to = side if side is self._looped else side.other
        counts = self.counts[to]
        counts.sent += 1
        if self._waiting[to] >= QUEUE_MAX:
            counts.dropped += 1
            return
        self._waiting[to] += 1
        # An octet takes one sample's time: 64 kbit/s.
        self._free[to] = max(self._free[to], self.agenda.now()) + len(frame) + OVERHEAD
        self.agenda.at(self._free[to], lambda time: self._arrive(to, bytes(frame)))

    def hear_itself(self, side: Side) -> None:
        super().hear_itself(side)
        self._looped = side

    def alarm(self, side: Side, deaf: bool, fault: Fault) -> None:
        super().alarm(side, deaf, fault)
        if side is self._looped:
            self._looped = None

    def _arrive(self, side: Side, frame: bytes) -> None:
        self._waiting[side] -= 1
        counts, errors, dice = self.counts[side], self.errors[side], self._dice[side]
        if self.deaf[side] or dice.random() < errors.lost:
            counts.bad += 1
            return
        if dice.random() < errors.changed:
            counts.changed += 1
            place = dice.randrange(len(frame))
            frame = frame[:place] + bytes([frame[place] ^ (1 << dice.randrange(8))]) + frame[place + 1 :]
        counts.arrived += 1
        holder = self.holders[side]
        if isinstance(holder, SimDChannel):
            self.agenda.tell(lambda: holder.arrived(frame))


class SimDChannel:
    """An open D channel (hw.card.DChannel). Made by SimCard.open_dchannel() and far_dchannel()."""

    def __init__(self, pair: FramePair, side: Side) -> None:
        self.info = pair.infos[side]
        self.heard: Callable[[bytes], None] = lambda frame: None
        self.alarmed: Callable[[LineEvent], None] = lambda event: None
        self._pair = pair
        self._side = side
        self._open = True
        self._gone = False

    def send(self, frame: bytes) -> None:
        if self._gone or not self._open:
            raise HardwareError(
                f"send a frame: D channel {self.info.number} is {'gone' if self._gone else 'closed'}",
                span=self.info.span,
                channel=self.info.number,
                action="close it; open it again when the span is back",
            )
        self._pair.send(self._side, frame)

    def close(self) -> None:
        self._open = False
        self._pair.release(self._side, self)

    # -- what the pair tells --

    def told(self, event: LineEvent) -> None:
        if event.kind is LineEventKind.GONE:
            self._gone = True
        if self._open:
            self.alarmed(event)

    def arrived(self, frame: bytes) -> None:
        if self._open:
            self.heard(frame)
