"""The contract of analog lines on the simulated card, in virtual time, with real audio."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
import trio.testing

from hw.card import Channel, ChannelKind, channels
from hw.plane import Plane
from hw.sim.card import SimCard
from hw.sim.public_exchange import PublicExchange
from hw.sim.span import Stations, Trunks
from hw.timers import Timers
from tests.lines.analog_rig import LinesUnderTest, town
from tests.lines.station_contract import *  # noqa: F403
from tests.lines.trunk_contract import *  # noqa: F403

pytestmark = pytest.mark.native


class SimLines(LinesUnderTest):
    can_cut = True

    def __init__(self, nursery: trio.Nursery, frame_ms: int, polarity: bool) -> None:
        self.plane = Plane(frame_ms=frame_ms, virtual=True)
        self.polarity = polarity
        self.card = SimCard(self.plane, [Stations(2, polarity=polarity), Trunks(2, polarity=polarity)])
        self.timers = Timers()
        self.exchange = PublicExchange(self.plane, nursery, town())

    def _number(self, kind: ChannelKind, index: int) -> int:
        return channels(self.card.spans(), kind)[index].number

    def near(self, kind: ChannelKind, index: int = 0) -> Channel:
        return self.card.open(self._number(kind, index))

    def far(self, kind: ChannelKind, index: int = 0) -> Channel:
        return self.card.far(self._number(kind, index))

    def cut(self, kind: ChannelKind, index: int = 0) -> None:
        self.card.line(self._number(kind, index)).cut()

    def mend(self, kind: ChannelKind, index: int = 0) -> None:
        self.card.line(self._number(kind, index)).mend()


@pytest.fixture(params=[(20, True), (10, False)], ids=["20ms", "10ms-no-polarity"])
async def rig(request: pytest.FixtureRequest, clock: trio.testing.MockClock) -> AsyncIterator[SimLines]:
    async with trio.open_nursery() as nursery:
        rig = SimLines(nursery, *request.param)
        await nursery.start(rig.plane.run)
        nursery.start_soon(rig.card.run)
        await nursery.start(rig.timers.run)
        yield rig
        nursery.cancel_scope.cancel()
    rig.card.close()
    rig.plane.close()
    rig.card.free()
