"""A simulated card on a bench, with the public exchange at the far ends of its trunks. Virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import trio
from firmware.bench import Bench

from hw.plane import Plane
from hw.sim.card import SimCard
from hw.sim.public_exchange import PublicExchange
from hw.sim.span import E1, Description, Trunks
from hw.sim.subscriber_line import Habits, SubscriberLine
from hw.sim.timing import Timing

PRI, CAS, ANALOG = 1, 2, 3
TRUNK = 63
"""The first trunk's channel; the others follow."""
NUMBERS = ("66778891", "66778892", "66778893")
SPANS: tuple[Description, ...] = (E1("pri"), E1("cas"), Trunks(3))


class Office:
    """Spans 1 and 2 are E1, span 3 has three trunks. `lines`: the exchange's ends, as far as they were connected."""

    def __init__(self, plane: Plane, card: SimCard, nursery: trio.Nursery) -> None:
        self.plane = plane
        self.card = card
        self.bench = Bench(plane, card)
        self.exchange = PublicExchange(plane, nursery)
        self.lines: dict[int, SubscriberLine] = {}

    def connect(self, *habits: Habits) -> None:
        """The exchange's ends of the first trunks."""
        for place, habit in enumerate(habits):
            far = self.card.far(TRUNK + place)
            self.lines[TRUNK + place] = SubscriberLine(self.exchange, NUMBERS[place], far, habit)


@asynccontextmanager
async def office(spans: Sequence[Description] = SPANS) -> AsyncIterator[Office]:
    plane = Plane(virtual=True)
    card = SimCard(plane, spans, timing=Timing(clear=300))
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(plane.run)
            nursery.start_soon(card.run)
            yield Office(plane, card, nursery)
            nursery.cancel_scope.cancel()
    finally:
        plane.close()
        card.free()
