"""The contract of hw/card.py as tests: what every card does, whoever made it.

A module of tests for one card imports all names of this one and gives a fixture `rig`: a CardUnderTest with a card
whose channels come in pairs, joined by a wire. One end (near) is the box's, the other (far) is the world's; both are
channels of cards, so that a test can lift the telephone as well as ring it.

    near                     wire                      far
    STATION  <--- battery, ring -->  loop current ---  TRUNK      (the telephone's side)
    TRUNK    <--- loop current  ---  battery, ring -->  STATION   (the exchange's side)
    CAS, BEARER, DCHANNEL    <--------------------->   the same

Time passes by trio's clock, which every test takes by name because that is how pytest-trio finds it: the fixture of
conftest.py is real time, for the lab; the simulated card's module has its own, a MockClock, and its plane runs in
virtual time. So waits here are upper bounds and nothing is exact to less than `rig.slack_ms`.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import count, pairwise
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest
import trio

from hw.card import (
    Ability,
    Alarm,
    Card,
    Channel,
    ChannelKind,
    DChannel,
    HardwareError,
    LineEvent,
    LineEventKind,
    RingCadence,
    SpanEvent,
    SpanEventKind,
    Unsupported,
    channels,
)
from hw.clips import Clip
from hw.native import ffi, lib
from hw.plane import Plane

__all__ = [
    "kind",
    "loop",
    "test_a_channel_is_open_once_at_a_time",
    "test_a_channel_of_the_wrong_kind_is_refused",
    "test_a_cleared_call_breaks_the_loop_for_a_moment",
    "test_a_flash_is_neither_a_hang_up_nor_a_digit",
    "test_a_gone_span_says_so_on_every_channel",
    "test_a_lift_while_ringing_trips_the_ring",
    "test_a_ring_has_its_cadence",
    "test_a_ring_is_heard_and_ends",
    "test_a_span_alarm_begins_and_ends_on_every_channel",
    "test_an_unknown_channel_is_refused",
    "test_bits_arrive_both_ways",
    "test_bits_that_did_not_change_are_no_event",
    "test_close_gives_the_channel_back",
    "test_close_hangs_up",
    "test_frames_arrive_whole_and_in_order",
    "test_frames_of_impossible_size_are_refused",
    "test_orders_of_another_kind_are_unsupported",
    "test_polarity_reverses_or_is_unsupported",
    "test_pulse_digits_are_counted",
    "test_ringing_stops_by_order",
    "test_spans_list_every_channel_once",
    "test_speech_is_carried_bit_for_bit",
    "test_the_telephone_is_lifted_and_hung_up",
]

K = LineEventKind
_FILES = count(1)


class Ear:
    """Collects what a channel tells, and waits for it."""

    def __init__(self) -> None:
        self.events: list[LineEvent] = []
        self._waited = 0  # events before this one were taken by wait()
        self._more = trio.Event()

    def __call__(self, event: LineEvent) -> None:
        self.events.append(event)
        self._more.set()
        self._more = trio.Event()

    def kinds(self) -> list[LineEventKind]:
        """All that was ever heard, in order."""
        return [e.kind for e in self.events]

    def later(self) -> list[LineEventKind]:
        """What was heard after the event that the last wait() returned."""
        return [e.kind for e in self.events[self._waited :]]

    async def wait(self, kind: LineEventKind, within: float, value: int | str | None = None) -> LineEvent:
        """The next event of this kind (and value); TooSlowError after `within` seconds."""
        with trio.fail_after(within):
            while True:
                for index in range(self._waited, len(self.events)):
                    event = self.events[index]
                    if event.kind is kind and value in (None, event.value):
                        self._waited = index + 1
                        return event
                await self._more.wait()


class CardUnderTest(ABC):
    """A running card with pairs of channels. Everything is torn down by the fixture that made it."""

    card: Card
    slack_ms: float = 0.0  # how much later than ordered a ring or a bit may come, and be timed
    settle_s: float = 1.0  # a line takes a flash or pulses so long after a lift; a D channel takes frames after opening
    deaf_s: float = 0.0  # a trunk hears no ring for so long after it was opened
    quiet_s: float = 2.0  # anything without a timer has come by then

    @abstractmethod
    def has(self, kind: ChannelKind) -> bool:
        """There is a pair whose near end is of this kind."""

    @abstractmethod
    def open_near(self, kind: ChannelKind, index: int = 0) -> Channel:
        """The index-th near channel of this kind (not DCHANNEL), opened."""

    @abstractmethod
    def open_far(self, kind: ChannelKind, index: int = 0) -> Channel:
        """The other end of open_near(kind, index)."""

    @abstractmethod
    def open_dchannels(self) -> tuple[DChannel, DChannel]:
        """Near and far end of a D channel."""

    @abstractmethod
    async def carry(self, speaker: Channel, listener: Channel, octets: bytes) -> bytes:
        """Sends the octets (A-law) into one end and returns all that came out of the other meanwhile."""

    @abstractmethod
    def raise_alarm(self, number: int) -> None:
        """The span of near channel `number` loses its signal."""

    @abstractmethod
    def end_alarm(self, number: int) -> None: ...

    @abstractmethod
    def remove(self, number: int) -> None:
        """The device of near channel `number` is pulled out."""

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)

    def near_number(self, kind: ChannelKind, index: int = 0) -> int:
        return channels(self.card.spans(), kind)[index].number


def listening(channel: Channel) -> Ear:
    ear = Ear()
    channel.heard = ear
    return ear


async def until(true: Callable[[], bool], within: float) -> None:
    """Waits for what no event tells; TooSlowError after `within` seconds."""
    with trio.fail_after(within):
        while not true():  # noqa: ASYNC110 - that is the point
            await trio.sleep(0.05)


class Loop:
    """An analog line with both ends open: the exchange's STATION and the telephone's TRUNK."""

    def __init__(self, rig: CardUnderTest, near: ChannelKind) -> None:
        ends = {near: rig.open_near(near)}
        other = ChannelKind.TRUNK if near is ChannelKind.STATION else ChannelKind.STATION
        ends[other] = rig.open_far(near)
        self.station, self.trunk = ends[ChannelKind.STATION], ends[ChannelKind.TRUNK]
        assert self.station.info.kind is ChannelKind.STATION
        assert self.trunk.info.kind is ChannelKind.TRUNK
        self.exchange, self.telephone = listening(self.station), listening(self.trunk)


@pytest.fixture(params=[ChannelKind.STATION, ChannelKind.TRUNK], ids=["station", "trunk"])
def loop(request: pytest.FixtureRequest, rig: CardUnderTest) -> Loop:
    """A line seen from the box: once as a station's, once as a trunk's."""
    if not rig.has(request.param):
        pytest.skip(f"this card has no {request.param.value}")
    return Loop(rig, request.param)


@pytest.fixture(
    params=[ChannelKind.BEARER, ChannelKind.CAS, ChannelKind.STATION, ChannelKind.TRUNK], ids=attrgetter("value")
)
def kind(request: pytest.FixtureRequest, rig: CardUnderTest) -> ChannelKind:
    """Every kind of channel that carries speech."""
    if not rig.has(request.param):
        pytest.skip(f"this card has no {request.param.value}")
    found: ChannelKind = request.param
    return found


async def carried(plane: Plane, folder: Path, speaker: Channel, listener: Channel, octets: bytes) -> bytes:
    """CardUnderTest.carry() by the plane's own means: plays the octets (A-law) at one port, records the other."""
    samples = np.zeros(len(octets), np.int16)
    lib.g711_decode(lib.LAW_A, octets, ffi.from_buffer("int16_t[]", samples), len(octets))
    path = folder / f"carried-{next(_FILES)}.wav"
    recording = await plane.record(listener.port, path)
    await plane.play(speaker.port, [Clip(samples)]).wait()
    await trio.sleep(0.5)  # what is still on its way
    plane.record_stop(listener.port)
    await recording.closed()
    _, _, data = path.read_bytes().partition(b"data")
    return data[4::2]  # the left channel: what came in


HANG_UP = 3.0  # s; after that a hang-up is certainly told from a flash
SOON = 2.0  # s; what comes at once


# -- analog lines ---------------------------------------------------------------------------------------------------


async def test_the_telephone_is_lifted_and_hung_up(clock: object, rig: CardUnderTest, loop: Loop) -> None:
    assert not loop.station.is_off_hook()
    for _ in range(2):
        loop.trunk.off_hook()
        assert loop.trunk.is_off_hook()
        lifted = await loop.exchange.wait(K.OFF_HOOK, SOON)
        assert loop.station.is_off_hook()
        await rig.sleep(rig.settle_s)
        loop.trunk.on_hook()
        assert not loop.trunk.is_off_hook()
        hung_up = await loop.exchange.wait(K.ON_HOOK, HANG_UP)
        assert hung_up.time > lifted.time
        assert not loop.station.is_off_hook()
    assert loop.exchange.kinds() == [K.OFF_HOOK, K.ON_HOOK] * 2


async def test_a_ring_is_heard_and_ends(clock: object, rig: CardUnderTest, loop: Loop) -> None:
    await rig.sleep(rig.deaf_s)
    loop.station.ring(RingCadence((1000, 1000)))
    for _ in range(2):
        begin = await loop.telephone.wait(K.RING_BEGIN, SOON)
        end = await loop.telephone.wait(K.RING_END, SOON)
        # A ring counts as over when it has been gone for a moment (DAHDI: 50 ms).
        assert 1000 - rig.slack_ms <= (end.time - begin.time) / 8 <= 1100 + rig.slack_ms
    assert loop.exchange.kinds() == []


async def test_a_ring_has_its_cadence(clock: object, rig: CardUnderTest, loop: Loop) -> None:
    await rig.sleep(rig.deaf_s)
    loop.station.ring(RingCadence((400, 200, 400, 1000)))
    begins = [(await loop.telephone.wait(K.RING_BEGIN, 4.0)).time for _ in range(5)]
    gaps = [(later - earlier) / 8 for earlier, later in pairwise(begins)]
    for gap, wanted in zip(gaps, (600, 1400, 600, 1400), strict=True):
        assert abs(gap - wanted) <= 20 + rig.slack_ms


async def test_ringing_stops_by_order(clock: object, rig: CardUnderTest, loop: Loop) -> None:
    await rig.sleep(rig.deaf_s)
    loop.station.ring(RingCadence((1000, 500)))
    await loop.telephone.wait(K.RING_BEGIN, SOON)
    loop.station.on_hook()
    await loop.telephone.wait(K.RING_END, 0.7)
    await rig.sleep(2.0)
    assert K.RING_BEGIN not in loop.telephone.later()


async def test_a_lift_while_ringing_trips_the_ring(clock: object, rig: CardUnderTest, loop: Loop) -> None:
    await rig.sleep(rig.deaf_s)
    loop.station.ring(RingCadence((1000, 500)))
    await loop.telephone.wait(K.RING_BEGIN, SOON)
    await rig.sleep(0.3)
    loop.trunk.off_hook()
    await loop.exchange.wait(K.OFF_HOOK, SOON)
    await rig.sleep(2.0)
    assert K.RING_BEGIN not in loop.telephone.later()
    assert loop.exchange.kinds() == [K.OFF_HOOK]


async def test_a_flash_is_neither_a_hang_up_nor_a_digit(clock: object, rig: CardUnderTest, loop: Loop) -> None:
    loop.trunk.off_hook()
    await loop.exchange.wait(K.OFF_HOOK, SOON)
    await rig.sleep(rig.settle_s)
    for _ in range(2):
        loop.trunk.flash()
        await loop.exchange.wait(K.FLASH, HANG_UP)
        await rig.sleep(rig.settle_s)
    assert loop.exchange.kinds() == [K.OFF_HOOK, K.FLASH, K.FLASH]
    assert loop.station.is_off_hook()
    assert loop.trunk.is_off_hook()


async def test_pulse_digits_are_counted(clock: object, rig: CardUnderTest, loop: Loop) -> None:
    loop.trunk.off_hook()
    await loop.exchange.wait(K.OFF_HOOK, SOON)
    await rig.sleep(rig.settle_s)
    loop.trunk.dial_pulses("1290")
    await loop.telephone.wait(K.DIALLED, 8.0)
    await rig.sleep(rig.settle_s)
    assert "".join(str(e.value) for e in loop.exchange.events if e.kind is K.PULSE_DIGIT) == "1290"
    assert loop.exchange.kinds() == [K.OFF_HOOK] + [K.PULSE_DIGIT] * 4


async def test_a_cleared_call_breaks_the_loop_for_a_moment(clock: object, rig: CardUnderTest, loop: Loop) -> None:
    """on_hook() of a station whose telephone is still lifted: the far end sees that the call is over."""
    loop.trunk.off_hook()
    await loop.exchange.wait(K.OFF_HOOK, SOON)
    await rig.sleep(rig.settle_s)
    loop.station.on_hook()
    await loop.telephone.wait(K.BATTERY_LOST, SOON)
    if Ability.SEE_BATTERY in loop.trunk.info.abilities:
        await loop.telephone.wait(K.BATTERY_BACK, SOON)
    await rig.sleep(rig.settle_s)
    loop.trunk.on_hook()
    await loop.exchange.wait(K.ON_HOOK, HANG_UP)


async def test_polarity_reverses_or_is_unsupported(clock: object, rig: CardUnderTest, loop: Loop) -> None:
    if Ability.SET_POLARITY not in loop.station.info.abilities:
        with pytest.raises(Unsupported):
            loop.station.set_polarity(True)
        return
    loop.trunk.off_hook()
    await loop.exchange.wait(K.OFF_HOOK, SOON)
    await rig.sleep(rig.settle_s)
    loop.station.set_polarity(True)
    if Ability.SEE_POLARITY in loop.trunk.info.abilities:
        await loop.telephone.wait(K.POLARITY, SOON, value=1)
    loop.station.set_polarity(False)
    if Ability.SEE_POLARITY in loop.trunk.info.abilities:
        await loop.telephone.wait(K.POLARITY, SOON, value=0)
    await rig.sleep(rig.settle_s)
    assert loop.exchange.kinds() == [K.OFF_HOOK]


async def test_close_hangs_up(clock: object, rig: CardUnderTest, loop: Loop) -> None:
    loop.trunk.off_hook()
    await loop.exchange.wait(K.OFF_HOOK, SOON)
    await rig.sleep(rig.settle_s)
    loop.trunk.close()
    await loop.exchange.wait(K.ON_HOOK, HANG_UP)


# -- channel-associated signalling ----------------------------------------------------------------------------------


def cas_ends(rig: CardUnderTest) -> tuple[Channel, Channel]:
    if not rig.has(ChannelKind.CAS):
        pytest.skip("this card has no CAS channel")
    return rig.open_near(ChannelKind.CAS), rig.open_far(ChannelKind.CAS)


async def test_bits_arrive_both_ways(clock: object, rig: CardUnderTest) -> None:
    near, far = cas_ends(rig)
    for sender, receiver in ((near, far), (far, near)):
        sender.set_bits(0b1111)
        await rig.sleep(rig.quiet_s)
        ear = listening(receiver)
        for bits in range(16):
            sender.set_bits(bits)
            event = await ear.wait(K.BITS, SOON)
            assert event.value == bits
            assert receiver.bits() == bits


async def test_bits_that_did_not_change_are_no_event(clock: object, rig: CardUnderTest) -> None:
    near, far = cas_ends(rig)
    near.set_bits(0b0101)
    await rig.sleep(rig.quiet_s)
    ear = listening(far)
    near.set_bits(0b0101)
    await rig.sleep(rig.quiet_s)
    assert ear.events == []
    with pytest.raises(ValueError, match="16"):
        near.set_bits(16)


# -- D channels -----------------------------------------------------------------------------------------------------


async def test_frames_arrive_whole_and_in_order(clock: object, rig: CardUnderTest) -> None:
    if not rig.has(ChannelKind.DCHANNEL):
        pytest.skip("this card has no D channel")
    near, far = rig.open_dchannels()
    await rig.sleep(rig.settle_s)
    dice = random.Random(921)
    sizes = [1, 2, 3, 4, 5, 15, 16, 17, 260, 999, 1000, *(dice.randint(1, 60) for _ in range(20))]
    for sender, receiver in ((near, far), (far, near)):
        frames = [dice.randbytes(size) for size in sizes]
        heard: list[bytes] = []
        receiver.heard = heard.append
        for frame in frames:
            sender.send(frame)
            await rig.sleep(len(frame) / 8000 + 0.002)  # 64 kbit/s, so that no queue is filled
        await rig.sleep(rig.quiet_s)
        assert heard == frames


async def test_frames_of_impossible_size_are_refused(clock: object, rig: CardUnderTest) -> None:
    if not rig.has(ChannelKind.DCHANNEL):
        pytest.skip("this card has no D channel")
    near, _far = rig.open_dchannels()
    for frame in (b"", bytes(1001)):
        with pytest.raises(ValueError, match="1000"):
            near.send(frame)


# -- speech ---------------------------------------------------------------------------------------------------------


async def test_speech_is_carried_bit_for_bit(clock: object, rig: CardUnderTest, kind: ChannelKind) -> None:
    near, far = rig.open_near(kind), rig.open_far(kind)
    for channel in (near, far):  # an analog line carries speech only while its loop is closed
        if channel.info.kind is ChannelKind.TRUNK:
            channel.off_hook()
    near.activate()
    far.activate()
    await rig.sleep(rig.settle_s)
    dice = random.Random(711)
    for speaker, listener in ((near, far), (far, near)):
        octets = dice.randbytes(16000)  # two seconds
        assert octets in await rig.carry(speaker, listener, octets)


# -- spans ----------------------------------------------------------------------------------------------------------


async def test_spans_list_every_channel_once(clock: object, rig: CardUnderTest) -> None:
    spans = rig.card.spans()
    numbers = [c.number for s in spans for c in s.channels]
    assert numbers
    assert len(numbers) == len(set(numbers))
    assert len({s.number for s in spans}) == len(spans)
    for span in spans:
        assert span.kind in ("E1", "analog")
        assert span.hardware
        assert span.location
        assert span.alarms is Alarm.NONE
        assert [c.slot for c in span.channels] == sorted(c.slot for c in span.channels)
        assert all(c.span == span.number for c in span.channels)


def bearing(rig: CardUnderTest) -> ChannelKind:
    """A kind that this card has on an E1 span, else on an analog one."""
    for kind in (ChannelKind.BEARER, ChannelKind.CAS, ChannelKind.STATION, ChannelKind.TRUNK):
        if rig.has(kind):
            return kind
    raise AssertionError("a card without channels")


async def test_a_span_alarm_begins_and_ends_on_every_channel(clock: object, rig: CardUnderTest) -> None:
    kind = bearing(rig)
    ears = [listening(rig.open_near(kind, index)) for index in range(2)]
    told: list[SpanEvent] = []
    rig.card.watch(told.append)
    number = rig.near_number(kind)
    rig.raise_alarm(number)
    for ear in ears:
        await ear.wait(K.ALARM, 8.0)
    assert any(number in {c.number for c in s.channels} and s.alarms for s in rig.card.spans())
    rig.end_alarm(number)
    for ear in ears:
        await ear.wait(K.ALARM_END, 8.0)
    assert not any(s.alarms for s in rig.card.spans())

    def ours() -> list[SpanEvent]:
        return [e for e in told if number in {c.number for c in e.span.channels}]

    await until(lambda: bool(ours()) and not ours()[-1].span.alarms, 8.0)
    assert {e.kind for e in ours()} == {SpanEventKind.ALARM}
    assert ours()[0].span.alarms


async def test_a_gone_span_says_so_on_every_channel(clock: object, rig: CardUnderTest) -> None:
    kind = bearing(rig)
    opened = [rig.open_near(kind, index) for index in range(2)]
    ears = [listening(channel) for channel in opened]
    for channel in opened:
        channel.activate()
    told: list[SpanEvent] = []
    rig.card.watch(told.append)
    await rig.sleep(rig.quiet_s)
    number = rig.near_number(kind)
    span = opened[0].info.span
    rig.remove(number)
    for ear in ears:
        await ear.wait(K.GONE, 8.0)
    await until(lambda: any(e.kind is SpanEventKind.GONE for e in told), 8.0)
    await rig.sleep(rig.quiet_s)
    assert all(ear.kinds().count(K.GONE) == 1 for ear in ears)
    assert [e.span.number for e in told if e.kind is SpanEventKind.GONE] == [span]
    assert all(number != c.number for s in rig.card.spans() for c in s.channels)
    with pytest.raises(HardwareError):
        rig.card.open(number)
    for channel in opened:  # an order to what is no more says so, or does nothing; it never does harm
        channel.deactivate()
        channel.close()
        channel.close()


# -- opening and closing --------------------------------------------------------------------------------------------


async def test_an_unknown_channel_is_refused(clock: object, rig: CardUnderTest) -> None:
    for number in (0, -1, 99999):
        with pytest.raises(HardwareError):
            rig.card.open(number)
        with pytest.raises(HardwareError):
            rig.card.open_dchannel(number)


async def test_a_channel_of_the_wrong_kind_is_refused(clock: object, rig: CardUnderTest) -> None:
    with pytest.raises(HardwareError):
        rig.card.open_dchannel(rig.near_number(bearing(rig)))
    if rig.has(ChannelKind.DCHANNEL):
        with pytest.raises(HardwareError):
            rig.card.open(rig.near_number(ChannelKind.DCHANNEL))


async def test_a_channel_is_open_once_at_a_time(clock: object, rig: CardUnderTest) -> None:
    kind = bearing(rig)
    channel = rig.open_near(kind)
    with pytest.raises(HardwareError, match=str(channel.info.number)):
        rig.card.open(channel.info.number)


async def test_close_gives_the_channel_back(clock: object, rig: CardUnderTest) -> None:
    kind = bearing(rig)
    for _ in range(3):
        channel = rig.open_near(kind)
        channel.activate()
        await rig.sleep(0.1)
        channel.close()
        channel.close()
    if rig.has(ChannelKind.DCHANNEL):
        for _ in range(3):
            for end in rig.open_dchannels():
                end.close()
                end.close()


ORDERS: dict[str, tuple[Callable[[Channel], object], set[ChannelKind]]] = {
    "off_hook": (lambda c: c.off_hook(), {ChannelKind.TRUNK}),
    "on_hook": (lambda c: c.on_hook(), {ChannelKind.TRUNK, ChannelKind.STATION}),
    "ring": (lambda c: c.ring(RingCadence()), {ChannelKind.STATION}),
    "flash": (lambda c: c.flash(), {ChannelKind.TRUNK}),
    "dial_pulses": (lambda c: c.dial_pulses("1"), {ChannelKind.TRUNK}),
    "set_polarity": (lambda c: c.set_polarity(True), {ChannelKind.STATION}),
    "set_bits": (lambda c: c.set_bits(1), {ChannelKind.CAS}),
    "bits": (lambda c: c.bits(), {ChannelKind.CAS}),
    "is_off_hook": (lambda c: c.is_off_hook(), {ChannelKind.TRUNK, ChannelKind.STATION}),
}


async def test_orders_of_another_kind_are_unsupported(clock: object, rig: CardUnderTest, kind: ChannelKind) -> None:
    channel = rig.open_near(kind)
    for order, kinds in ORDERS.values():
        if kind not in kinds:
            with pytest.raises(Unsupported):
                order(channel)
