"""A card of its own for a test or a measurement: the driver's, or a simulated one with the town around it.

    async with opened(simulated=True) as bench: ...

The simulated one is core's office: telephones on channels 1 to 8, trunks on 9 to 12 with the numbers of town_number().
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from firmware.bench import Bench
from hw.card import ChannelKind, channels
from hw.dahdi.card import DahdiCard
from hw.plane import Plane
from hw.sim.card import SimCard


@asynccontextmanager
async def opened(simulated: bool) -> AsyncIterator[Bench]:
    """It lives as long as the block."""
    plane = Plane(virtual=simulated)
    card = SimCard(plane) if simulated else DahdiCard(plane)
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(plane.run)
            nursery.start_soon(card.run)
            if isinstance(card, SimCard):
                _town(card, plane, nursery)
            try:
                yield Bench(plane, card)
            finally:
                card.close()
            nursery.cancel_scope.cancel()
    finally:
        plane.close()
        card.free()


def town_number(card: SimCard, trunk: int) -> str:
    """Of a simulated trunk's channel; "" of another."""
    places = {info.number: place for place, info in enumerate(channels(card.spans(), ChannelKind.TRUNK), 1)}
    return f"6677880{places[trunk]}" if trunk in places else ""


def _town(card: SimCard, plane: Plane, nursery: trio.Nursery) -> None:
    """The public exchange at the far ends of the trunks, whose ports do not match their lines quite."""
    from hw.sim.hybrid import Reflection
    from hw.sim.public_exchange import PublicExchange
    from hw.sim.subscriber_line import Habits, SubscriberLine

    exchange = PublicExchange(plane, nursery)
    for info in channels(card.spans(), ChannelKind.TRUNK):
        SubscriberLine(exchange, town_number(card, info.number), card.far(info.number), Habits())
        card.line(info.number).reflect(Reflection(1, (30.0, -15.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0)))
