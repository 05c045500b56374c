"""A small office on the simulated card in virtual time, and the plainest of exchanges."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import trio
import trio.testing

from hw.plane import Plane
from hw.sim.card import SimCard
from hw.sim.channel import SimChannel
from hw.sim.span import E1, Stations, Trunks
from hw.sim.telephone import Telephone


@dataclass
class Office:
    """Channels: 1 to 3 stations, 4 and 5 trunks, 6 to 36 E1 with PRI, 37 to 67 E1 with CAS."""

    plane: Plane
    card: SimCard

    def station(self, number: int) -> tuple[SimChannel, Telephone]:
        """The exchange's end, its speech on, and the telephone."""
        near = self.card.open(number)
        near.activate()
        return near, Telephone(self.plane, self.card.far(number), name=f"telephone {number}")


@pytest.fixture
async def office(autojump_clock: trio.testing.MockClock) -> AsyncIterator[Office]:
    plane = Plane(virtual=True)
    card = SimCard(plane, [Stations(3), Trunks(2), E1("pri"), E1("cas")], seed=11)
    async with trio.open_nursery() as nursery:
        await nursery.start(plane.run)
        nursery.start_soon(card.run)
        yield Office(plane, card)
        card.close()
        nursery.cancel_scope.cancel()
    plane.close()
    card.free()
