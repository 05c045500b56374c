"""Every way a PRI call can end, by whom, in which state, in both directions, as user and as network.

Whatever happens: each line that had a call tells Released once, and nothing of that call after it; then every line of
both ends is idle, without anybody's help, and carries a call again.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import trio

from hw.card import Alarm
from hw.signalling.line import Connection, Released, Service
from hw.signalling.pri.b_line import PriLine
from hw.signalling.pri.settings import Side
from hw.signalling.q850 import Cause
from hw.sim.dchannel import Errors
from hw.sim.span import E1, Description
from hw.sim.wire import Side as WireSide

from .conftest import Town
from .pri_span import PriPair

pytestmark = pytest.mark.native


@pytest.fixture
def plugged() -> list[Description]:
    return [E1("pri")]


# ---- states: what has happened to the call when it ends ----


async def overlapping(line: PriLine, other: PriLine) -> None:
    line.send("2")


async def proceeding(line: PriLine, other: PriLine) -> None:
    pass


async def announced(line: PriLine, other: PriLine) -> None:
    other.progress()


async def alerting(line: PriLine, other: PriLine) -> None:
    other.alert()


async def connected(line: PriLine, other: PriLine) -> None:
    other.alert()
    await trio.sleep(0.2)
    other.answer()


STATES = {each.__name__: each for each in (overlapping, proceeding, announced, alerting, connected)}


# ---- ends: who ends it, and what the line that placed it and the other tell of that ----


def caller(span: PriPair, line: PriLine, other: PriLine) -> None:
    line.release(Cause.NORMAL_CLEARING)


def called(span: PriPair, line: PriLine, other: PriLine) -> None:
    other.release(Cause.USER_BUSY)


def both_at_once(span: PriPair, line: PriLine, other: PriLine) -> None:
    line.release(Cause.NORMAL_CLEARING)
    other.release(Cause.NORMAL_CLEARING)


def caller_resets(span: PriPair, line: PriLine, other: PriLine) -> None:
    line.reset()


def called_resets(span: PriPair, line: PriLine, other: PriLine) -> None:
    other.reset()


def alarm(span: PriPair, line: PriLine, other: PriLine) -> None:
    span.town.card.span(span.number).alarm(Alarm.RED)


def link_lost(span: PriPair, line: PriLine, other: PriLine) -> None:
    number = span.near.lines[0].channel.info.number + 15
    for side in WireSide:
        span.town.card.set_errors(number, side, Errors(lost=1.0))


def card_gone(span: PriPair, line: PriLine, other: PriLine) -> None:
    span.town.card.span(span.number).remove()


LINE = ("line", {Cause.DESTINATION_OUT_OF_ORDER, Cause.TEMPORARY_FAILURE})
RESET = {Cause.TEMPORARY_FAILURE}
ENDS: dict[Callable[[PriPair, PriLine, PriLine], None], tuple[tuple[str, set[Cause]], tuple[str, set[Cause]]]] = {
    caller: (("near", {Cause.NORMAL_CLEARING}), ("far", {Cause.NORMAL_CLEARING})),
    called: (("far", {Cause.USER_BUSY}), ("near", {Cause.USER_BUSY})),
    both_at_once: (("near", {Cause.NORMAL_CLEARING}), ("near", {Cause.NORMAL_CLEARING})),
    caller_resets: (("line", RESET), ("far", RESET)),
    called_resets: (("far", RESET), ("line", RESET)),
    alarm: (LINE, LINE),
    link_lost: (LINE, LINE),
    card_gone: (LINE, LINE),
}


def mend(span: PriPair) -> None:
    simulated = span.town.card.span(span.number)
    if not simulated.present:
        simulated.insert()
    simulated.clear()
    for side in WireSide:
        span.town.card.set_errors(span.near.lines[0].channel.info.number + 15, side, Errors())


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("outgoing", [True, False], ids=["ours", "theirs"])
@pytest.mark.parametrize("side", Side, ids=lambda side: f"as_{side.value}")
async def test_a_call_ends_once_on_both_sides_and_the_span_works_on(
    clock: object,
    town: Town,
    side: Side,
    outgoing: bool,
    state: str,
    end: Callable[[PriPair, PriLine, PriLine], None],
) -> None:
    span = PriPair(town, near_side=side, overlap=state == "overlapping")
    await trio.sleep(2)
    line, other = await span.call(outgoing, complete=state != "overlapping")
    await STATES[state](line, other)
    await trio.sleep(0.2)
    end(span, line, other)
    await trio.sleep(40 if end in (alarm, link_lost, card_gone) else 1)
    for one, (by, causes) in zip((line, other), ENDS[end], strict=True):
        released = span.released(one)
        assert (released.by, released.cause in causes) == (by, True), (released, one.trace())
    mend(span)
    await span.quiet()
    await span.until(lambda: not (span.near.service or span.far.service), within=60)
    again, there = await span.call(outgoing, complete=state != "overlapping", index=20)
    there.answer()
    await trio.sleep(0.5)
    assert again.connection is there.connection is Connection.CONNECTED
    assert again.speaking
    assert there.speaking
    again.release()
    await span.quiet()


@pytest.mark.parametrize(
    "cause",
    [
        Cause.UNALLOCATED,
        Cause.USER_BUSY,
        Cause.NO_USER_RESPONDING,
        Cause.NO_ANSWER,
        Cause.CALL_REJECTED,
        Cause.NUMBER_CHANGED,
        Cause.DESTINATION_OUT_OF_ORDER,
        Cause.INVALID_NUMBER,
        Cause.NO_CIRCUIT,
        Cause.TEMPORARY_FAILURE,
        Cause.SWITCH_CONGESTION,
        Cause.INCOMPATIBLE_DESTINATION,
    ],
    ids=lambda cause: cause.name.lower(),
)
@pytest.mark.parametrize("outgoing", [True, False], ids=["ours", "theirs"])
async def test_every_cause_of_a_refusal_passes_in_every_state(
    clock: object, town: Town, outgoing: bool, cause: Cause
) -> None:
    span = PriPair(town)
    await trio.sleep(2)
    for number, state in enumerate(("proceeding", "announced", "alerting", "connected")):
        line, other = await span.call(outgoing, index=number)
        await STATES[state](line, other)
        await trio.sleep(0.2)
        other.release(cause)
        await trio.sleep(0.5)
        assert span.of(line).of(Released)[-1].cause is cause, state
        assert span.of(line).of(Released)[-1].by == "far"
        span.told.clear()


class TestSeveralSpans:
    @pytest.fixture
    def plugged(self) -> list[Description]:
        return [E1("pri"), E1("cas"), E1("pri"), E1("pri")]

    async def test_a_span_in_trouble_costs_the_others_nothing(self, clock: object, town: Town) -> None:
        spans = [
            PriPair(town, index, near_side=side) for index, side in enumerate((Side.USER, Side.NETWORK, Side.USER))
        ]
        await trio.sleep(2)
        calls = [await span.call(outgoing, index=3 + outgoing) for span in spans for outgoing in (True, False)]
        for _, other in calls:
            other.answer()
        await trio.sleep(0.5)
        card_gone(spans[1], *calls[2])
        alarm(spans[2], *calls[4])
        await trio.sleep(40)
        for line, other in calls[:2]:
            assert line.connection is other.connection is Connection.CONNECTED
            assert not line.service
        for line, other in calls[2:]:
            assert span_of(spans, line).released(line).by == "line"
            assert span_of(spans, other).released(other).by == "line"
        assert Service.GONE in spans[1].near.service
        assert Service.ALARM in spans[2].near.service
        for span in spans[1:]:
            mend(span)
        await trio.sleep(60)
        assert [bool(trunk.service) for span in spans for trunk in (span.near, span.far)] == [False] * 6
        for line, _ in calls[:2]:
            line.release()
        for span in spans:
            line, other = await span.call(True, index=7)
            other.release(Cause.USER_BUSY)
            await span.quiet()


def span_of(spans: list[PriPair], line: PriLine) -> PriPair:
    return next(span for span in spans if line in span.lines)
