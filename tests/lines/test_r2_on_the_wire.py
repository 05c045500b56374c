"""China No.1 over a simulated E1: real bits, real multi-frequency tones in A-law, both ends our own machine."""

from __future__ import annotations

from dataclasses import replace

import pytest
import trio

from hw.card import Alarm, ChannelKind
from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Delivered,
    Dialled,
    Established,
    LineKind,
    Party,
    Released,
    Seized,
    Service,
    Telling,
)
from hw.signalling.q850 import Cause
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.variant import CHINA, ITU, Variant
from hw.signalling.shell import ChannelLine

from .conftest import Heard, Town

pytestmark = pytest.mark.native

CALL = Call("87654321", complete=True, calling=Party("01012345678"), category=2)
VARIANTS = {
    "china": replace(CHINA, called_digits=8, ask_caller_after=3),
    "china, by time-out": CHINA,
    "itu": replace(ITU, ask_caller_after=1),
}


class Circuit:
    def __init__(self, town: Town, variant: Variant, index: int = 0) -> None:
        self.left, self.left_heard = self._end(town, "left", variant, index, near=True)
        self.right, self.right_heard = self._end(town, "right", variant, index, near=False)

    @staticmethod
    def _end(town: Town, name: str, variant: Variant, index: int, near: bool) -> tuple[ChannelLine, Heard]:
        channel = town.near(ChannelKind.CAS, index) if near else town.far(ChannelKind.CAS, index)
        return town.line(f"{name}-{index}", LineKind.TRUNK, channel, R2Channel(variant))

    def ring_when_complete(self, telling: Telling) -> None:
        if isinstance(telling, Dialled) and telling.complete:
            self.right.alert()

    def trace(self) -> str:
        return "\n".join(["left", *self.left.trace(), "right", *self.right.trace()])


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("clears", ["caller", "called"])
async def test_a_call_over_tones_and_bits(clock: object, town: Town, variant: Variant, clears: str) -> None:
    circuit = Circuit(town, variant)
    await trio.sleep(1)
    assert circuit.left.service is Service.NONE, circuit.trace()
    circuit.right_heard.then = circuit.ring_when_complete
    circuit.left.place(CALL)
    await trio.sleep(12)
    assert "".join(d.digits for d in circuit.right_heard.of(Dialled)) == "87654321", circuit.trace()
    if variant.ask_caller_after:
        assert [c.calling.number for c in circuit.right_heard.of(CallerKnown)] == ["01012345678"]
    circuit.right.answer()
    await trio.sleep(1)
    assert circuit.left_heard.of(Established), circuit.trace()
    (circuit.left if clears == "caller" else circuit.right).release()
    await trio.sleep(3)
    for line, heard in ((circuit.left, circuit.left_heard), (circuit.right, circuit.right_heard)):
        assert [r.cause for r in heard.of(Released)] == [Cause.NORMAL_CLEARING], circuit.trace()
        assert line.connection is Connection.NULL
        assert line.service is Service.NONE


async def test_set_up_with_caller_number_takes_less_than_five_seconds(clock: object, town: Town) -> None:
    circuit = Circuit(town, VARIANTS["china"])
    await trio.sleep(1)
    circuit.right_heard.then = circuit.ring_when_complete
    circuit.left.place(CALL)
    begun = town.plane.seconds
    await trio.sleep(10)
    (delivered,) = circuit.left_heard.of(Delivered)
    assert delivered.time / 8000 - begun < 5, circuit.trace()


async def test_fifteen_circuits_at_once_do_not_hear_each_other(clock: object, town: Town) -> None:
    circuits = [Circuit(town, VARIANTS["china"], index) for index in range(15)]
    await trio.sleep(1)
    for index, circuit in enumerate(circuits):
        circuit.right_heard.then = circuit.ring_when_complete
        circuit.left.place(replace(CALL, called=f"{10000000 + index}"))
    await trio.sleep(8)
    for index, circuit in enumerate(circuits):
        assert "".join(d.digits for d in circuit.right_heard.of(Dialled)) == f"{10000000 + index}", circuit.trace()
        assert circuit.left.connection is Connection.ALERTING


async def test_a_span_that_loses_its_signal_ends_its_calls_and_comes_back(clock: object, town: Town) -> None:
    circuit = Circuit(town, VARIANTS["china"])
    await trio.sleep(1)
    circuit.right_heard.then = circuit.ring_when_complete
    circuit.left.place(CALL)
    await trio.sleep(8)
    circuit.right.answer()
    await trio.sleep(1)
    span = town.card.span(town.card.spans()[-1].number)
    span.alarm(Alarm.RED)
    await trio.sleep(1)
    assert [(r.cause, r.by) for r in circuit.left_heard.of(Released)] == [(Cause.DESTINATION_OUT_OF_ORDER, "line")]
    assert Service.ALARM in circuit.left.service
    span.clear()
    await trio.sleep(12)
    assert circuit.left.service is Service.NONE, circuit.trace()
    assert circuit.left.connection is Connection.NULL
    assert len(circuit.right_heard.of(Released)) == len(circuit.right_heard.of(Seized))
