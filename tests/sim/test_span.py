"""A simulated span that is looped or worn: what is heard, and what its counters tell."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from trio.testing import MockClock

from hw.card import Alarm, Balance, Defect, HardwareError, LineEvent, LineEventKind, SpanLoop, Unsupported
from hw.plane import Plane
from hw.sim.card import SimCard
from hw.sim.hybrid import Reflection
from hw.sim.span import E1, Trunks
from hw.sim.wire import CLEAR, Condition

pytestmark = pytest.mark.native

PRI, DCHANNEL, TRUNK = 1, 16, 32


@pytest.fixture
def clock() -> MockClock:
    return MockClock(autojump_threshold=0)


@pytest.fixture
async def card(clock: object, nursery: trio.Nursery) -> AsyncIterator[SimCard]:
    plane = Plane(virtual=True)
    card = SimCard(plane, [E1("pri"), Trunks(1)])
    await nursery.start(plane.run)
    nursery.start_soon(card.run)
    yield card
    nursery.cancel_scope.cancel()


async def test_frames_come_back_over_a_local_loop_and_go_across_after_it(clock: object, card: SimCard) -> None:
    near, far = card.open_dchannel(DCHANNEL), card.far_dchannel(DCHANNEL)
    heard: list[tuple[str, bytes]] = []
    near.heard = lambda frame: heard.append(("near", frame))
    far.heard = lambda frame: heard.append(("far", frame))
    card.loop(PRI, SpanLoop.LOCAL)
    near.send(b"one")
    await trio.sleep(0.1)
    card.loop(PRI, SpanLoop.OPEN)
    near.send(b"two")
    await trio.sleep(0.1)
    assert heard == [("near", b"one"), ("far", b"two")]


async def test_a_loop_that_the_hardware_has_not_is_refused(clock: object, card: SimCard) -> None:
    card.span(PRI).loops = ()
    with pytest.raises(Unsupported):
        card.loop(PRI, SpanLoop.LOCAL)
    with pytest.raises(HardwareError):
        card.loop(7, SpanLoop.LOCAL)


async def test_an_alarm_under_a_loop_is_there_when_the_loop_is_opened(clock: object, card: SimCard) -> None:
    near = card.open_dchannel(DCHANNEL)
    heard: list[bytes] = []
    near.heard = heard.append
    card.loop(PRI, SpanLoop.LOCAL)
    card.span(PRI).alarm(Alarm.RED, defects=Defect.LOS)
    near.send(b"looped")
    await trio.sleep(0.1)
    assert heard == [b"looped"]
    assert card.spans()[0].defects is Defect.LOS
    card.loop(PRI, SpanLoop.OPEN)
    card.far_dchannel(DCHANNEL).send(b"lost")
    await trio.sleep(0.1)
    assert heard == [b"looped"]


async def test_a_worn_span_counts_until_it_is_mended(clock: object, card: SimCard) -> None:
    span = card.span(PRI)
    span.wear(Condition(bit_errors=1e-6, slip_samples=4000))
    await trio.sleep(10.1)
    counted = card.spans()[0].counters
    assert counted.slips == 20
    assert counted.crc4_errors == 20, "a block of 2048 bits is hit with 0.2 %"
    assert counted.errored_seconds == 10
    span.wear(CLEAR)
    await trio.sleep(5)
    assert card.spans()[0].counters == counted


async def test_the_voltage_of_a_line_tells_hook_polarity_and_whether_there_is_any(clock: object, card: SimCard) -> None:
    trunk = card.open(TRUNK)
    assert trunk.volts() == 48.0
    trunk.off_hook()
    assert 5 < trunk.volts() < 20
    trunk.on_hook()
    card.line(TRUNK).crossed = True
    assert trunk.volts() == -48.0
    told: list[LineEvent] = []
    trunk.heard = told.append
    card.line(TRUNK).cut()
    assert trunk.volts() == 0.0
    await trio.sleep(0.1)
    assert [event.kind for event in told] == [LineEventKind.BATTERY_LOST]


def test_a_port_that_is_matched_reflects_nothing_and_a_wrong_one_much() -> None:
    line = Reflection(3, (40.0, -20.0, 10.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    right = Balance(3, (40, -20, 10, 0, 0, 0, 0, 0))
    assert line.shape(right) == (0.0,) * 8
    assert sum(tap * tap for tap in line.shape(Balance())) > 0.03
    with pytest.raises(ValueError, match="impedance"):
        Balance(16)
