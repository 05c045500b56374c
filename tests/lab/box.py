"""The box of a lab test: a plane in real time and the DAHDI card, both running, both given back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from hw.dahdi.card import DahdiCard
from hw.plane import Plane


@asynccontextmanager
async def box(frame_ms: int = 20) -> AsyncIterator[tuple[Plane, DahdiCard]]:
    plane = Plane(frame_ms=frame_ms)
    card = DahdiCard(plane)
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(plane.run)
            nursery.start_soon(card.run)
            try:
                yield plane, card
            finally:
                card.close()  # also after a failure: the next test opens the same channels
            nursery.cancel_scope.cancel()
    finally:
        plane.close()
        card.free()
