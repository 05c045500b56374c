"""Lines on the simulated card, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
import trio
import trio.testing

from hw.card import ChannelKind, channels
from hw.plane import Plane
from hw.signalling.line import Line, LineKind, Telling
from hw.signalling.machine import Machine
from hw.signalling.shell import ChannelLine
from hw.sim.card import SimCard
from hw.sim.channel import SimChannel
from hw.sim.span import E1, Description, Stations, Trunks
from hw.sounds import CountrySounds
from hw.timers import Timers

T = TypeVar("T", bound=Telling)


@dataclass
class Heard:
    """What a line told, and what to do when it tells something."""

    told: list[Telling] = field(default_factory=list)
    placed: int = 0  # calls that a test placed on the line
    then: Callable[[Telling], None] = lambda telling: None

    def __call__(self, line: Line, telling: Telling) -> None:
        self.told.append(telling)
        self.then(telling)

    def of(self, kind: type[T]) -> list[T]:
        return [telling for telling in self.told if isinstance(telling, kind)]


class Town:
    """A simulated card with its plane and timers; opens lines on both sides of it."""

    def __init__(self, plane: Plane, spans: list[Description]) -> None:
        self.plane = plane
        self.card = SimCard(plane, spans)
        self.timers = Timers()
        self.sounds = CountrySounds("cn")
        self.lines: list[ChannelLine] = []

    def number(self, kind: ChannelKind, index: int = 0) -> int:
        return channels(self.card.spans(), kind)[index].number

    def near(self, kind: ChannelKind, index: int = 0) -> SimChannel:
        return self.card.open(self.number(kind, index))

    def far(self, kind: ChannelKind, index: int = 0) -> SimChannel:
        return self.card.far(self.number(kind, index))

    def line(self, name: str, kind: LineKind, channel: SimChannel, machine: Machine) -> tuple[ChannelLine, Heard]:
        heard = Heard()
        line = ChannelLine(name, kind, channel, machine, self.plane, self.timers, self.sounds, heard)
        self.lines.append(line)
        return line, heard


@pytest.fixture
def clock() -> trio.testing.MockClock:
    return trio.testing.MockClock(autojump_threshold=0)


@pytest.fixture
def plugged() -> list[Description]:
    """The spans of the town's card."""
    return [Stations(4), Trunks(2), E1("pri"), E1("cas")]


@pytest.fixture
async def town(clock: trio.testing.MockClock, plugged: list[Description]) -> AsyncIterator[Town]:
    plane = Plane(virtual=True)
    town = Town(plane, plugged)
    async with trio.open_nursery() as nursery:
        await nursery.start(plane.run)
        nursery.start_soon(town.card.run)
        await nursery.start(town.timers.run)
        yield town
        for line in town.lines:
            line.close()
        town.card.close()
        nursery.cancel_scope.cancel()
    plane.close()
    town.card.free()
