"""What the contract of analog lines is tried on: a card with both ends open, and what lives at the ends.

    box                                    world
    Station  ── STATION ───wire─── TRUNK ─────── Telephone
    Trunk    ── TRUNK   ───wire─── STATION ───── SubscriberLine ── PublicExchange ── the town

LinesUnderTest is made for each card by a fixture; trunk() and station() of it put a line and its far end together.
Everything is said and heard as audio. Time passes by trio's clock, and waits are upper bounds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

import trio

from hw.callerid import CallerId
from hw.card import Channel, ChannelKind
from hw.clips import Clip
from hw.plane import Plane
from hw.signalling.analog.profile import LineProfile
from hw.signalling.analog.station import Station, StationSettings
from hw.signalling.analog.trunk import Trunk
from hw.signalling.line import (
    Call,
    Connection,
    Line,
    LineKind,
    Released,
    Seized,
    Telling,
)
from hw.signalling.shell import ChannelLine
from hw.sim.public_exchange import OutsideCall, PublicExchange
from hw.sim.public_plan import Behaviour, Plan, Subscriber
from hw.sim.subscriber_line import Habits, SubscriberLine
from hw.sim.telephone import Telephone
from hw.sounds import CountrySounds
from hw.speech import speech
from hw.timers import Timers

T = TypeVar("T", bound=Telling)

OURS = "66778899"
OUTSIDE = CallerId("02155667788", name="Li")
ANSWERS, RINGS, BUSY, CONGESTED, VACANT, GOES = "55501", "55502", "55503", "55504", "55505", "55506"
SOON, RINGING, TONE = 3.0, 14.0, 8.0  # s: what comes at once; within a few rings; once a cadence is certain


class Told:
    """What a line told, and waits for more."""

    def __init__(self) -> None:
        self.all: list[Telling] = []
        self.story: Callable[[], str] = str
        self._more = trio.Event()

    def __call__(self, line: Line, telling: Telling) -> None:
        self.all.append(telling)
        self._more.set()
        self._more = trio.Event()

    def of(self, kind: type[T]) -> list[T]:
        return [telling for telling in self.all if isinstance(telling, kind)]

    async def wait(self, kind: type[T], within: float, times: int = 1) -> T:
        """The times-th telling of the kind."""
        with trio.move_on_after(within):
            while len(self.of(kind)) < times:
                await self._more.wait()
        assert len(self.of(kind)) >= times, f"no {kind.__name__} within {within:g} s\n{self.story()}"
        return self.of(kind)[times - 1]


class LinesUnderTest(ABC):
    """A running card with pairs of analog channels. Everything is torn down by the fixture that made it."""

    plane: Plane
    timers: Timers
    exchange: PublicExchange
    polarity: bool  # the card's ports can turn it and see it
    can_cut: bool  # cut() and mend() work

    @abstractmethod
    def near(self, kind: ChannelKind, index: int = 0) -> Channel:
        """The box's end of the index-th line of a kind, opened."""

    @abstractmethod
    def far(self, kind: ChannelKind, index: int = 0) -> Channel:
        """Its other end, opened."""

    @abstractmethod
    def cut(self, kind: ChannelKind, index: int = 0) -> None:
        """The wire of the line is broken."""

    @abstractmethod
    def mend(self, kind: ChannelKind, index: int = 0) -> None: ...

    def trunk(self, profile: LineProfile | None = None, habits: Habits | None = None, index: int = 0) -> TrunkUnderTest:
        return TrunkUnderTest(self, profile or LineProfile(), habits or Habits(), index)

    def station(self, settings: StationSettings | None = None, index: int = 0) -> StationUnderTest:
        return StationUnderTest(self, settings or StationSettings(), index)


def town() -> Plan:
    """Whom the tests call."""
    voice = Clip(speech("喂，你好，请问您找哪位？", "cmn-latn-pinyin", -20.0))
    return Plan(
        [
            Subscriber(ANSWERS, answer_s=7.0, talk=voice),
            Subscriber(GOES, answer_s=7.0, talk=voice, hang_up_s=6.0),
            Subscriber(RINGS, Behaviour.RINGS),
            Subscriber(BUSY, Behaviour.BUSY),
            Subscriber(CONGESTED, Behaviour.CONGESTION),
            Subscriber(VACANT, Behaviour.VACANT),
        ]
    )


class TrunkUnderTest:
    """One trunk, the exchange's line at its other end, and calls between them."""

    kind = ChannelKind.TRUNK

    def __init__(self, rig: LinesUnderTest, profile: LineProfile, habits: Habits, index: int) -> None:
        self.rig = rig
        self.index = index
        self.channel = channel = rig.near(self.kind, index)
        self.told = Told()
        sounds = CountrySounds(profile.country, profile.patterns)
        machine = Trunk(profile, channel.info.abilities)
        self.line = ChannelLine("trunk", LineKind.TRUNK, channel, machine, rig.plane, rig.timers, sounds, self.told)
        self.told.story = self.story
        self.number = f"{OURS}{channel.info.number}"
        self.far = SubscriberLine(rig.exchange, self.number, rig.far(self.kind, index), habits)
        self.outside: OutsideCall | None = None

    async def ready(self) -> None:
        """DAHDI hears no ring for 2 s after the port was opened."""
        await trio.sleep(2.5)

    def called_from_outside(self) -> OutsideCall:
        self.outside = self.rig.exchange.call(self.number, OUTSIDE)
        return self.outside

    def place(self, number: str) -> None:
        self.line.place(Call(number, complete=True))

    async def free(self, calls: int = 1) -> None:
        """The line is free on both ends, every call was told to be over once, and the next call comes through."""
        with trio.fail_after(20):
            while self.line.connection is not Connection.NULL or self.line.service or self.far.lifted:  # noqa: ASYNC110
                await trio.sleep(0.1)
        assert len(self.told.of(Released)) == calls, self.story()
        await trio.sleep(1.5)
        self.called_from_outside()
        await self.told.wait(Seized, RINGING, len(self.told.of(Seized)) + 1)
        self.line.answer()
        self.line.release()
        await trio.sleep(SOON)

    def story(self) -> str:
        return "\n".join(self.line.trace())


class StationUnderTest:
    """One station and the telephone at its other end."""

    kind = ChannelKind.STATION

    def __init__(self, rig: LinesUnderTest, settings: StationSettings, index: int) -> None:
        self.rig = rig
        self.index = index
        channel = rig.near(self.kind, index)
        self.told = Told()
        machine = Station(settings, channel.info.abilities)
        sounds = CountrySounds("cn")
        self.line = ChannelLine("station", LineKind.STATION, channel, machine, rig.plane, rig.timers, sounds, self.told)
        self.told.story = self.story
        self.telephone = Telephone(rig.plane, rig.far(self.kind, index))

    async def free(self, calls: int = 1) -> None:
        """On hook on both ends, every call was told to be over once, and the telephone can be called."""
        with trio.fail_after(20):
            while self.line.connection is not Connection.NULL or self.line.service:  # noqa: ASYNC110
                await trio.sleep(0.1)
        assert len(self.told.of(Released)) == calls, self.story()
        await trio.sleep(1.5)
        self.line.place(Call(ring="internal"))
        await self.telephone.rung(within=SOON)
        self.line.release()
        await trio.sleep(SOON)

    def story(self) -> str:
        return "\n".join(self.line.trace())


def only(told: Told) -> Released:
    (released,) = told.of(Released)
    return released
