"""A pair of channels: near (the box's) and far (the world's), the wire between them, and who has each end open.

A plain pair is a bearer: speech and nothing else. What signalling does on a pair is its subclass's: hw/sim/analog.py,
bits.py, frames.py. Side.NEAR and Side.FAR are looked at alike: what one side does, the other sees.
"""

from __future__ import annotations

from typing import Protocol

from hw.card import ChannelInfo, HardwareError, LineEvent, LineEventKind
from hw.sim.agenda import Agenda
from hw.sim.wire import Condition, Fault, Side, Wire


class Holder(Protocol):
    """Whoever has an end open."""

    def told(self, event: LineEvent) -> None: ...

    def close(self) -> None: ...


class Pair:
    def __init__(self, agenda: Agenda, infos: dict[Side, ChannelInfo], wire: Wire | None) -> None:
        self.agenda = agenda
        self.infos = infos
        self.holders: dict[Side, Holder | None] = {Side.NEAR: None, Side.FAR: None}
        self.deaf = {Side.NEAR: False, Side.FAR: False}
        self._wire = wire

    @property
    def wire(self) -> Wire:
        if self._wire is None:
            raise HardwareError("a D channel carries frames, no speech", channel=self.infos[Side.NEAR].number)
        return self._wire

    def tell(self, side: Side, kind: LineEventKind, time: int, value: int | str = 0) -> None:
        """To whoever has this side open now; nobody is not an error."""
        holder = self.holders[side]
        if holder is not None:
            event = LineEvent(kind, time, value)
            self.agenda.tell(lambda: holder.told(event))

    def check_free(self, side: Side) -> None:
        """HardwareError: in use."""
        if self.holders[side] is not None:
            info = self.infos[side]
            raise HardwareError(
                f"open: channel {info.number} ({info.name}) is in use",
                span=info.span,
                channel=info.number,
                action="close it where it is open",
            )

    def release(self, side: Side, holder: Holder) -> None:
        """Gives the side back; who does not hold it (any more) changes nothing."""
        if self.holders[side] is holder:
            self.holders[side] = None
            self.given_back(side)

    def given_back(self, side: Side) -> None:
        """The line does what the card does at close."""

    # -- what the span does to its channels --

    def alarm(self, side: Side, deaf: bool, fault: Fault) -> None:
        """Nothing comes in on this side (deaf), or it does again; `fault` is heard instead of speech."""
        self.deaf[side] = deaf
        if self._wire is not None:
            self._wire.fault(side, fault)

    def hear_itself(self, side: Side) -> None:
        """This side hears what it sends, until alarm() says what it hears again."""
        self.deaf[side] = False
        if self._wire is not None:
            self._wire.fault(side, Fault.LOOPED)

    def wear(self, condition: Condition) -> None:
        """What the near side hears of the far one."""
        if self._wire is not None:
            self._wire.condition(Side.NEAR, condition)

    def remove(self, side: Side, now: int) -> None:
        """The device on this side is gone: whoever has it open is told, and holds nothing any more."""
        self.tell(side, LineEventKind.GONE, now)
        self.holders[side] = None
        if self._wire is not None:
            self._wire.remove(side)

    def insert(self, side: Side, now: int) -> None:
        """A device is there again, not open."""
