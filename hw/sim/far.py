"""The world's side of a simulated card as a card of its own: for far ends that are made of the same lines as ours.

    far = FarSide(card)
    PriTrunk("city", far, far.spans()[2], SpanSettings(LinkSettings(Side.NETWORK)), plane, timers, told)

What it does: hw.card.Card with near and far exchanged. What it does not: come and go. Pulling the box's card out is an
alarm to the world, not a loss.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import trio

from hw.card import SpanEvent, SpanInfo, SpanLoop, Unsupported
from hw.sim.card import SimCard
from hw.sim.channel import SimChannel
from hw.sim.dchannel import SimDChannel
from hw.sim.wire import Side


class FarSide:
    """hw.card.Card."""

    name = "far"

    def __init__(self, card: SimCard) -> None:
        self._card = card

    def spans(self) -> tuple[SpanInfo, ...]:
        """With the alarms that the world sees."""
        return tuple(replace(info, alarms=self._card.span(info.number).alarms[Side.FAR]) for info in self._card.spans())

    def open(self, number: int) -> SimChannel:
        return self._card.far(number)

    def open_dchannel(self, number: int) -> SimDChannel:
        return self._card.far_dchannel(number)

    def loop(self, span: int, loop: SpanLoop) -> None:
        raise Unsupported("the world's side of the simulated card has no loops", span=span)

    def gaps(self) -> int:
        return self._card.gaps()

    def watch(self, changed: Callable[[SpanEvent], None]) -> Callable[[], None]:
        """Nothing is ever told: see above."""
        return lambda: None

    async def run(self) -> None:
        """The simulated card's own task does the work of both sides."""
        await trio.sleep_forever()

    def close(self) -> None:
        """Channels are closed by whoever opened them, or by the simulated card."""
