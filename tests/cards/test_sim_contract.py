"""The contract of cards on the simulated card, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
import trio.testing

from hw.card import Alarm, Channel, ChannelKind, DChannel, HardwareError, channels
from hw.plane import Plane
from hw.sim.card import SimCard
from hw.sim.span import E1, Stations, Trunks
from tests.cards.contract import *  # noqa: F403
from tests.cards.contract import CardUnderTest, carried

pytestmark = pytest.mark.native


class SimUnderTest(CardUnderTest):
    def __init__(self, plane: Plane, folder: Path, polarity: bool) -> None:
        self.plane = plane
        self.folder = folder
        self.card: SimCard = SimCard(
            plane, [Stations(2, polarity=polarity), Trunks(2, polarity=polarity), E1("pri"), E1("cas")]
        )

    def has(self, kind: ChannelKind) -> bool:
        return bool(channels(self.card.spans(), kind))

    def open_near(self, kind: ChannelKind, index: int = 0) -> Channel:
        return self.card.open(self.near_number(kind, index))

    def open_far(self, kind: ChannelKind, index: int = 0) -> Channel:
        return self.card.far(self.near_number(kind, index))

    def open_dchannels(self) -> tuple[DChannel, DChannel]:
        number = self.near_number(ChannelKind.DCHANNEL)
        return self.card.open_dchannel(number), self.card.far_dchannel(number)

    async def carry(self, speaker: Channel, listener: Channel, octets: bytes) -> bytes:
        return await carried(self.plane, self.folder, speaker, listener, octets)

    def _span(self, number: int) -> int:
        return next(s.number for s in self.card.spans() if number in {c.number for c in s.channels})

    def raise_alarm(self, number: int) -> None:
        self.card.span(self._span(number)).alarm(Alarm.RED)

    def end_alarm(self, number: int) -> None:
        self.card.span(self._span(number)).clear()

    def remove(self, number: int) -> None:
        self.card.span(self._span(number)).remove()


@pytest.fixture
def clock() -> trio.testing.MockClock:
    """Virtual time: the plane steps whenever everybody waits."""
    return trio.testing.MockClock(autojump_threshold=0)


@pytest.fixture(params=[(20, True), (10, False)], ids=["20ms", "10ms-no-polarity"])
async def rig(
    request: pytest.FixtureRequest, tmp_path: Path, clock: trio.testing.MockClock
) -> AsyncIterator[SimUnderTest]:
    frame_ms, polarity = request.param
    plane = Plane(frame_ms=frame_ms, virtual=True)
    rig = SimUnderTest(plane, tmp_path, polarity)
    async with trio.open_nursery() as nursery:
        await nursery.start(plane.run)
        nursery.start_soon(rig.card.run)
        yield rig
        rig.card.close()
        nursery.cancel_scope.cancel()
    plane.close()
    rig.card.free()


def test_a_card_that_has_given_its_memory_back_opens_nothing() -> None:
    """A box stopped while a line was with a test: the line was to be opened once more."""
    plane = Plane(virtual=True)
    card = SimCard(plane, [Stations(1), Trunks(1)])
    plane.close()
    card.free()
    with pytest.raises(HardwareError):
        card.open(1)
    assert card.spans() == ()
