"""ISDN PRI over a simulated E1: our lines on both sides, D channel frames and speech on the wire."""

from __future__ import annotations

import pytest
import trio

from hw.card import Alarm
from hw.clips import Clip
from hw.errors import LocalError
from hw.signalling.line import (
    Call,
    Connection,
    Delivered,
    Dialled,
    Established,
    Line,
    NumberType,
    Party,
    Presentation,
    Proceeding,
    Progress,
    Released,
    Seized,
    Service,
    SpeechOpen,
    Telling,
)
from hw.signalling.q850 import Cause
from hw.speech import speech

from .conftest import Town
from .pri_span import PriPair

pytestmark = pytest.mark.native

CALLER = Party("01066778899", NumberType.NATIONAL, name="Wang")


@pytest.fixture
async def span(clock: object, town: Town) -> PriPair:
    span = PriPair(town)
    await trio.sleep(2)
    assert not span.near.service
    assert not span.far.service
    return span


@pytest.mark.parametrize("clears", ["caller", "called"])
async def test_a_call_en_bloc_with_speech(clock: object, town: Town, span: PriPair, clears: str) -> None:
    line = span.near.lines[4]
    span.place(line, Call("8001", complete=True, calling=CALLER))
    await trio.sleep(0.5)
    other = span.seized()
    (seized,) = span.of(other).of(Seized)
    assert (seized.call.called, seized.call.complete) == ("8001", True)
    assert seized.call.calling is not None
    assert (seized.call.calling.number, seized.call.calling.type) == (CALLER.number, CALLER.type)
    assert span.of(line).of(Proceeding)
    other.alert()
    await trio.sleep(0.2)
    assert span.of(line).of(Delivered)
    other.answer()
    await trio.sleep(0.2)
    assert span.of(line).of(Established)
    assert line.connection is other.connection is Connection.CONNECTED
    said = Clip(speech("Good morning."))
    played = await town.plane.play(line.port, [said]).wait()
    assert played.samples == said.count
    (line if clears == "caller" else other).release()
    await trio.sleep(1)
    assert [(r.cause, r.by) for r in span.of(line).of(Released)] == [
        (Cause.NORMAL_CLEARING, "near" if clears == "caller" else "far")
    ]
    assert [r.by for r in span.of(other).of(Released)] == ["far" if clears == "caller" else "near"]
    assert span.idle()


@pytest.mark.parametrize("cause", [Cause.USER_BUSY, Cause.UNALLOCATED, Cause.CALL_REJECTED, Cause.NO_CIRCUIT])
async def test_a_refusal_arrives_with_its_cause(clock: object, town: Town, span: PriPair, cause: Cause) -> None:
    def refuse(line: Line, telling: Telling) -> None:
        if isinstance(telling, Seized):
            line.release(cause)

    span.then = refuse
    line = span.near.lines[0]
    span.place(line, Call("8001", complete=True))
    await trio.sleep(1)
    assert [(r.cause, r.by) for r in span.of(line).of(Released)] == [(cause, "far")]
    assert span.idle()


async def test_announcement_in_band_before_the_release(clock: object, town: Town, span: PriPair) -> None:
    line = span.near.lines[0]
    span.place(line, Call("8001", complete=True))
    await trio.sleep(0.3)
    span.seized().progress(Cause.UNALLOCATED)
    await trio.sleep(0.3)
    (progress,) = span.of(line).of(Progress)
    assert progress.in_band
    assert progress.cause is Cause.UNALLOCATED
    other = span.seized()
    assert len(span.of(other).of(SpeechOpen)) == 1
    other.alert(in_band=True)
    assert len(span.of(other).of(SpeechOpen)) == 1
    await trio.sleep(0.3)
    assert span.of(line).of(Delivered)[0].in_band
    span.seized().release(Cause.UNALLOCATED)
    await trio.sleep(1)
    assert span.of(line).of(Released)[0].cause is Cause.UNALLOCATED
    assert span.idle()


async def test_digits_one_by_one(clock: object, town: Town) -> None:
    span = PriPair(town, overlap=True)
    await trio.sleep(2)
    line = span.near.lines[0]
    span.place(line, Call("8", complete=False))
    for digit in "001":
        await trio.sleep(0.5)
        line.send(digit)
    await trio.sleep(0.5)
    other = span.seized()
    digits = span.of(other).of(Seized)[0].call.called + "".join(d.digits for d in span.of(other).of(Dialled))
    assert digits == "8001"
    other.proceed()
    other.alert()
    other.answer()
    await trio.sleep(0.5)
    assert line.connection is Connection.CONNECTED
    line.release()
    await trio.sleep(1)
    assert span.idle()


async def test_a_restricted_number_comes_with_its_mark(clock: object, town: Town, span: PriPair) -> None:
    line = span.near.lines[0]
    span.place(line, Call("1", complete=True, calling=Party("123", presentation=Presentation.RESTRICTED)))
    await trio.sleep(0.5)
    calling = span.of(span.seized()).of(Seized)[0].call.calling
    assert calling is not None
    assert calling.presentation is Presentation.RESTRICTED


async def test_both_ends_take_the_same_channel_at_once(clock: object, town: Town, span: PriPair) -> None:
    left, right = span.near.lines[7], span.far.lines[7]
    assert left.slot == right.slot
    span.place(left, Call("1", complete=True))
    span.place(right, Call("2", complete=True))
    await trio.sleep(1)
    taken = [line for line in span.near.lines if line.call is not None]
    assert len(taken) == 2
    assert len({line.slot for line in taken}) == 2
    # Whatever channel the user's call ended on, its line's port is the port of that channel on the wire.
    for line in taken:
        (peer,) = [other for other in span.far.lines if other.call is not None and other.slot == line.slot]
        assert line.call is not None
        assert peer.call is not None
        assert line.call.outgoing is not peer.call.outgoing
        line.release()
    await trio.sleep(2)
    assert span.idle()


async def test_thirty_calls_fill_the_span_and_the_next_is_refused(clock: object, town: Town, span: PriPair) -> None:
    for line in span.near.lines:
        span.place(line, Call("8", complete=True))
    await trio.sleep(1)
    assert sum(line.call is not None for line in span.far.lines) == 30
    with pytest.raises(LocalError, match="place in state"):
        span.place(span.near.lines[3], Call("9", complete=True))
    for line in span.near.lines:
        line.release()
    await trio.sleep(2)
    assert span.idle()


async def test_the_span_loses_its_signal_and_comes_back(clock: object, town: Town, span: PriPair) -> None:
    line = span.near.lines[2]
    span.place(line, Call("8001", complete=True))
    await trio.sleep(0.5)
    span.seized().answer()
    await trio.sleep(0.5)
    town.card.span(span.number).alarm(Alarm.RED)
    await trio.sleep(30)
    assert Service.ALARM in line.service
    (released,) = span.of(line).of(Released)
    assert released.by == "line"
    assert released.cause in (Cause.DESTINATION_OUT_OF_ORDER, Cause.TEMPORARY_FAILURE, Cause.NETWORK_OUT_OF_ORDER)
    town.card.span(span.number).clear()
    await trio.sleep(60)
    assert not line.service, line.trace()
    assert span.idle()
    span.place(line, Call("8001", complete=True))
    await trio.sleep(1)
    assert span.seized()


async def test_a_blocked_channel_takes_no_call_and_a_reset_ends_one(clock: object, town: Town, span: PriPair) -> None:
    line = span.near.lines[1]
    line.block()
    assert Service.BLOCKED_HERE in line.service
    with pytest.raises(LocalError, match="place in state"):
        span.place(line, Call("1", complete=True))
    line.unblock()
    span.place(line, Call("1", complete=True))
    await trio.sleep(0.5)
    line.reset()
    await trio.sleep(2)
    assert len(span.of(line).of(Released)) == 1
    assert span.idle()
    assert not line.service
