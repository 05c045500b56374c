"""The contract of R2 circuits on the simulated card, in virtual time: real bits, real tones in A-law."""

from __future__ import annotations

import pytest
import trio

from hw.card import Alarm, ChannelKind
from hw.signalling.line import LineKind
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import R2Settings
from hw.signalling.shell import ChannelLine
from tests.lines.conftest import Town
from tests.lines.r2_contract import *  # noqa: F403
from tests.lines.r2_rig import Circuit, End, R2Rig

pytestmark = pytest.mark.native


class SimR2Rig(R2Rig):
    def __init__(self, town: Town) -> None:
        self.town = town
        self._span = town.card.span(town.card.spans()[-1].number)

    def circuit(self, near: R2Settings, far: R2Settings | None = None, index: int = 0) -> Circuit:
        town = self.town
        ends = End("near"), End("far")
        channels = town.near(ChannelKind.CAS, index), town.far(ChannelKind.CAS, index)
        for end, channel, settings in zip(ends, channels, (near, far or near), strict=True):
            machine = R2Channel(settings)
            line = ChannelLine(end.name, LineKind.TRUNK, channel, machine, town.plane, town.timers, town.sounds, end)
            end.line = line
            town.lines.append(line)
        return Circuit(self, *ends)

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)

    def alarm(self) -> None:
        self._span.alarm(Alarm.RED)

    def clear(self) -> None:
        self._span.clear()


@pytest.fixture
def rig(town: Town) -> SimR2Rig:
    return SimR2Rig(town)
