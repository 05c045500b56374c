"""The contract of hw/card.py, kept by DAHDI's real driver: both ends of every wire are channels of the same card.

The near end is side 0 of a pair of dahdi.conf. A trunk is tested as the far end of a station's line: it is the same
wire seen from its other side, and the contract does its part from there.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from operator import attrgetter
from pathlib import Path

import pytest

from hw.card import Channel, ChannelKind, DChannel
from hw.dahdi.card import DahdiCard
from hw.plane import Plane
from tests.cards.contract import *  # noqa: F403
from tests.cards.contract import CardUnderTest, Loop, carried
from tests.lab.box import box
from tests.lab.cable import Cable, cable_of

pytestmark = pytest.mark.lab

NEAR = {ChannelKind.BEARER: 1, ChannelKind.DCHANNEL: 16, ChannelKind.CAS: 125, ChannelKind.STATION: 249}
"""The first near channel of each kind in dahdi.conf."""


def other_end(number: int) -> int:
    return number + (16 if number >= NEAR[ChannelKind.STATION] else 31)


class DahdiUnderTest(CardUnderTest):
    slack_ms = 40.0  # two ticks
    settle_s = 0.3
    deaf_s = 2.1
    quiet_s = 0.5

    def __init__(self, plane: Plane, card: DahdiCard, folder: Path) -> None:
        self.plane = plane
        self.card = self.dahdi = card
        self.folder = folder
        self._cut: list[Cable] = []
        self._pulled: list[tuple[Cable, threading.Thread]] = []

    def has(self, kind: ChannelKind) -> bool:
        return kind in NEAR

    def open_near(self, kind: ChannelKind, index: int = 0) -> Channel:
        return self.card.open(NEAR[kind] + index)

    def open_far(self, kind: ChannelKind, index: int = 0) -> Channel:
        return self.card.open(other_end(NEAR[kind] + index))

    def open_dchannels(self) -> tuple[DChannel, DChannel]:
        number = NEAR[ChannelKind.DCHANNEL]
        return self.card.open_dchannel(number), self.card.open_dchannel(other_end(number))

    async def carry(self, speaker: Channel, listener: Channel, octets: bytes) -> bytes:
        """Once more where the emulated machine stood still for longer than the card's cushion, as the card's own counts
        say: then the driver sent a gap. What they do not say must be whole."""
        heard = b""
        for attempt in range(4):
            folder = self.folder / f"{speaker.port}-{attempt}"
            folder.mkdir()
            before = self._gaps()
            heard = await carried(self.plane, folder, speaker, listener, octets)
            if self._gaps() == before:
                break
        return heard

    def _gaps(self) -> tuple[int, ...]:
        seen = self.dahdi.statistics()
        return (seen.underruns, seen.overruns, seen.idle_frames, seen.full, self.plane.statistics().skipped_ticks)

    def raise_alarm(self, number: int) -> None:
        cable_of(number).cut()
        self._cut.append(cable_of(number))

    def end_alarm(self, number: int) -> None:
        cable_of(number).mend()
        self._cut.remove(cable_of(number))

    def remove(self, number: int) -> None:
        cable = cable_of(number)
        pulling = threading.Thread(target=cable.pull_out)
        pulling.start()
        self._pulled.append((cable, pulling))

    def repair(self) -> None:
        """Puts back what the test took away."""
        for cable in self._cut:
            cable.mend()
        for cable, pulling in self._pulled:
            pulling.join()
            cable.plug_in()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[DahdiUnderTest]:
    async with box() as (plane, card):
        rig = DahdiUnderTest(plane, card, tmp_path)
        yield rig
    rig.repair()


@pytest.fixture  # type: ignore[no-redef]
def loop(rig: DahdiUnderTest) -> Loop:
    return Loop(rig, ChannelKind.STATION)


@pytest.fixture(params=[ChannelKind.BEARER, ChannelKind.CAS, ChannelKind.STATION], ids=attrgetter("value"))  # type: ignore[no-redef]
def kind(request: pytest.FixtureRequest) -> ChannelKind:
    found: ChannelKind = request.param
    return found
