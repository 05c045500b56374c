"""What went wrong with PRI lines, or would have, each in a story: tellings, orders inside them, channels that move."""

from __future__ import annotations

import random

import pytest
import trio

from hw.card import Alarm, ChannelKind, HardwareError
from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event
from hw.signalling.line import (
    GONE_S,
    Call,
    Connection,
    Established,
    Idle,
    Line,
    LineAbility,
    Party,
    Released,
    Seized,
    Service,
    ServiceChanged,
    Telling,
)
from hw.signalling.pri.b_line import PriLine
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.signalling.q850 import Cause
from hw.sim.jumper import jumper
from hw.sim.span import E1, Description
from hw.tones import dtmf

from .conftest import Heard, Town
from .pri_span import PriPair, pri_spans

pytestmark = pytest.mark.native


@pytest.fixture
def plugged() -> list[Description]:
    return [E1("pri")]


@pytest.fixture
async def span(clock: object, town: Town) -> PriPair:
    span = PriPair(town)
    await trio.sleep(2)
    return span


# ---- tellings and orders ----


async def test_an_exchange_that_fails_in_one_telling_gets_the_others_all_the_same(
    clock: object, town: Town, span: PriPair
) -> None:
    calls = [await span.call(index=index) for index in (1, 2, 3)]

    def fail(line: Line, telling: Telling) -> None:
        if line is calls[0][0] and isinstance(telling, Released):
            raise ValueError("a bug of the exchange")

    span.then = fail
    faults: list[Exception] = []
    town.card.faulted = faults.append
    town.card.span(span.number).remove()
    await trio.sleep(1)
    assert [str(fault) for fault in faults] == ["a bug of the exchange"]
    for line, _ in calls:
        assert span.released(line).cause is Cause.DESTINATION_OUT_OF_ORDER


async def test_released_comes_before_the_ports_of_a_vanished_card_are_closed(
    clock: object, town: Town, span: PriPair
) -> None:
    line, _ = await span.call()
    parted: list[int] = []

    def part(which: Line, telling: Telling) -> None:
        if which is line and isinstance(telling, Released):
            town.plane.stop(line.port)  # raises PlaneError where there is no such port any more
            parted.append(line.port)

    span.then = part
    town.card.span(span.number).remove()
    await trio.sleep(GONE_S / 2)
    assert len(parted) == 1
    town.plane.stop(line.port)  # nor a moment later
    await trio.sleep(GONE_S)
    assert line.port == -1
    town.card.span(span.number).insert()
    await span.until(lambda: not span.near.service, within=100)
    town.plane.stop(line.port)


async def test_after_our_release_the_line_fails_until_the_far_end_has_confirmed_it(
    clock: object, town: Town, span: PriPair
) -> None:
    line, other = await span.call()
    line.release()
    assert line.connection.name == "FAIL"
    assert [type(t) for t in span.of(line).told[-1:]] == [Released]
    with pytest.raises(LocalError, match="place in state fail"):
        line.place(Call("1", complete=True))
    await trio.sleep(1)
    assert line.connection is Connection.NULL
    assert isinstance(span.of(line).told[-1], Idle)
    assert [type(t) for t in span.of(other).told[-2:]] == [Released, Idle]


async def test_a_released_line_can_be_called_out_of_its_own_telling(clock: object, town: Town, span: PriPair) -> None:
    line, other = await span.call()
    again: list[Telling] = []

    def redial(which: Line, telling: Telling) -> None:
        if which is line and isinstance(telling, Released | Idle) and line.connection is Connection.NULL and not again:
            again.append(telling)
            span.place(line)

    span.then = redial
    other.release(Cause.USER_BUSY)
    await trio.sleep(1)
    assert len(again) == 1
    assert line.connection is Connection.INITIATED
    line.release()
    await span.quiet()


async def test_everything_ordered_inside_the_seizure_happens_in_its_order(
    clock: object, town: Town, span: PriPair
) -> None:
    def at_once(line: Line, telling: Telling) -> None:
        if isinstance(telling, Seized):
            line.alert()
            line.answer()
            line.release(Cause.NORMAL_UNSPECIFIED)

    span.then = at_once
    line = span.near.lines[0]
    span.place(line)
    await trio.sleep(2)
    (other,) = [each for each in span.far.lines if span.of(each).of(Seized)]
    assert [type(t) for t in span.of(other).told if not isinstance(t, ServiceChanged)] == [
        Seized,
        Established,
        Released,
        Idle,
    ]
    assert span.released(line).cause is Cause.NORMAL_UNSPECIFIED
    await span.quiet()


async def test_a_trunk_closed_out_of_a_telling_says_no_more(clock: object, town: Town, span: PriPair) -> None:
    line, other = await span.call()
    closed: list[int] = []

    def close(which: Line, telling: Telling) -> None:
        if which is line and isinstance(telling, Released):
            span.near.close()
            closed.append(len(span.of(line).told))

    span.then = close
    other.release()
    await trio.sleep(100)
    assert closed == [len(span.of(line).told)]
    assert (span.near, "span") not in town.timers.running()
    with pytest.raises(LocalError, match="is closed"):
        line.block()


async def test_orders_on_a_line_without_a_call_are_refused(clock: object, town: Town, span: PriPair) -> None:
    line = span.near.lines[0]
    for order in (line.alert, line.answer, line.proceed, line.progress, lambda: line.send("1")):
        with pytest.raises(LocalError, match="without a call"):
            order()
    line.release()
    assert not span.of(line).of(Released)


async def test_the_user_side_does_not_pretend_to_send_names(clock: object, town: Town, span: PriPair) -> None:
    assert LineAbility.SEND_NAME not in span.near.lines[0].abilities
    assert LineAbility.SEND_NAME in span.far.lines[0].abilities
    span.place(span.far.lines[0], Call("1", complete=True, calling=Party("010", name="王芳", screened=True)))
    await trio.sleep(0.5)
    (other,) = [line for line in span.near.lines if line.call is not None]
    calling = span.of(other).of(Seized)[0].call.calling
    assert calling is not None
    assert (calling.number, calling.name, calling.screened) == ("010", "王芳", True)


async def test_the_far_end_releases_while_the_exchange_still_hears_of_the_seizure(clock: object, town: Town) -> None:
    """Then what it orders was right when it ordered it: no error, and one Released."""
    near, far = jumper(town.card)
    (info,) = pri_spans(town)
    told: dict[Line, Heard] = {}
    held: list[bytes] = []

    def tell(line: Line, telling: Telling) -> None:
        told.setdefault(line, Heard())(line, telling)
        if isinstance(telling, Seized):
            while held:
                hear(held.pop(0))
            line.alert()
            line.answer()

    ours = PriTrunk("ours", near, info, SpanSettings(), town.plane, town.timers, tell)
    network = SpanSettings(LinkSettings(Side.NETWORK))
    theirs = PriTrunk("theirs", far, info, network, town.plane, town.timers, tell)
    await trio.sleep(2)
    line = ours.lines[3]
    dchannel = far.dchannels[info.channels[15].number]
    hear = dchannel.heard
    dchannel.heard = held.append  # SETUP and DISCONNECT come together
    line.place(Call("1", complete=True))
    line.release()
    dchannel.heard = hear
    hear(held.pop(0))
    await trio.sleep(60)
    (other,) = [each for each in theirs.lines if each in told and told[each].of(Seized)]
    assert not told[other].of(Established)
    assert [r.by for r in told[other].of(Released)] == ["far"]
    assert any("too late" in row for row in other.trace())
    assert [r.by for r in told[line].of(Released)] == ["near"]
    assert line.connection is other.connection is Connection.NULL
    ours.close()
    theirs.close()


# ---- channels that move ----


async def glare(span: PriPair) -> tuple[PriLine, PriLine, PriLine]:
    """Both ends take channel 8 at once: (our line that called, our line that was seized, the network's that called)."""
    ours, theirs = span.near.lines[7], span.far.lines[7]
    span.place(ours)
    span.place(theirs, Call("2", complete=True))
    await trio.sleep(1)
    (seized,) = [line for line in span.near.lines if span.of(line).of(Seized)]
    return ours, seized, theirs


async def test_after_two_way_seizure_the_ears_are_on_the_channel_that_the_call_got(
    clock: object, town: Town, span: PriPair
) -> None:
    heard: list[Event] = []
    span.near.lines[7].heard = heard.append
    span.near.lines[7].listen(Ear.DTMF)
    ours, _, theirs = await glare(span)
    assert theirs is span.far.lines[7]
    assert ours.slot != 8
    (peer,) = [line for line in span.far.lines if line.slot == ours.slot]
    peer.answer()
    await trio.sleep(0.5)
    town.plane.play(peer.port, [dtmf("5")])
    await trio.sleep(1)
    assert heard, "the digit was played on the channel of the call"


async def test_while_the_channel_is_lost_the_line_has_no_port(clock: object, town: Town, span: PriPair) -> None:
    ours = span.near.lines[7]
    ports: list[int] = []

    def look(line: Line, telling: Telling) -> None:
        if line in span.near.lines and isinstance(telling, Seized):
            ports.append(ours.port)

    span.then = look
    await glare(span)
    assert ports == [-1]
    assert ours.port == ours.channel.port


async def test_lines_take_their_own_channels_again_with_the_next_call(clock: object, town: Town, span: PriPair) -> None:
    ours, seized, theirs = await glare(span)
    assert span.near.lines[7].slot != span.near.lines[7].home
    ours.release()
    theirs.release()
    await span.quiet()
    for index in (7, span.near.lines.index(seized)):
        line, _ = await span.call(index=index)
        assert line.slot == line.home
        line.release()
        await span.quiet()


async def test_a_full_span_and_one_call_more_from_the_network_costs_ours(clock: object, town: Town) -> None:
    span = PriPair(town)
    await trio.sleep(2)
    for line in span.near.lines[1:]:
        span.place(line)
    await trio.sleep(1)
    ours = span.near.lines[0]
    span.place(ours)
    span.place(span.far.lines[0], Call("2", complete=True))
    await trio.sleep(1)
    released = span.released(ours) if not span.of(ours).of(Seized) else span.of(ours).of(Released)[0]
    assert (released.cause, released.by) == (Cause.CHANNEL_UNAVAILABLE, "line")
    seized = span.of(ours).of(Seized)
    assert len(seized) == 1, "its channel took the network's call"
    told = span.of(ours).told
    assert told.index(released) < told.index(seized[0])
    for line in span.near.lines:
        line.release()
    await span.quiet()


@pytest.mark.parametrize("seed", range(8))
async def test_many_glares_at_once_leave_no_channel_taken(clock: object, town: Town, span: PriPair, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(10):
        for trunk in (span.near, span.far):
            for line in dice.sample(trunk.lines, dice.choice((5, 12, 30))):
                if line.connection is Connection.NULL:
                    span.place(line)
        await trio.sleep(dice.choice((0.01, 0.05, 1.0)))
        for line in span.lines:
            if line.call is not None and dice.random() < 0.5:
                line.release()
        await trio.sleep(dice.choice((0.0, 0.02, 1.0)))
    for line in span.lines:
        line.release()
    await span.quiet()
    assert sorted(line.slot for line in span.near.lines) == sorted(line.home for line in span.near.lines)


# ---- in service or not ----


async def test_a_line_blocked_during_its_call_says_so_and_takes_no_other(
    clock: object, town: Town, span: PriPair
) -> None:
    line, other = await span.call()
    line.block()
    assert Service.BLOCKED_HERE in line.service
    assert line.connection.name == "INITIATED"
    other.answer()
    await trio.sleep(0.5)
    assert line.connection is Connection.CONNECTED
    other.release()
    await span.quiet()
    with pytest.raises(LocalError, match="BLOCKED_HERE"):
        line.place(Call("1", complete=True))
    line.unblock()
    assert [t.service for t in span.of(line).of(ServiceChanged)][-2:] == [Service.BLOCKED_HERE, Service.NONE]
    again, _ = await span.call()
    assert again is line


async def test_a_call_to_a_blocked_channel_gets_another_or_44(clock: object, town: Town) -> None:
    span = PriPair(town, exclusive=True)
    await trio.sleep(2)
    span.near.lines[4].block()
    span.place(span.far.lines[4])
    await trio.sleep(1)
    assert span.released(span.far.lines[4]).cause is Cause.CHANNEL_UNAVAILABLE
    assert not any(span.of(line).of(Seized) for line in span.near.lines)
    assert any("refused a call" in row for row in span.near.trace())


async def test_a_trunk_made_on_a_span_with_an_alarm_knows_it_from_the_start(clock: object, town: Town) -> None:
    town.card.span(1).alarm(Alarm.RED)
    span = PriPair(town)
    assert Service.ALARM in span.near.lines[0].service
    await trio.sleep(5)
    town.card.span(1).clear()
    await span.until(lambda: not span.near.service and not span.far.service, within=60)


async def test_what_a_line_should_hear_outlives_its_card(clock: object, town: Town, span: PriPair) -> None:
    line = span.near.lines[4]
    town.card.span(span.number).remove()
    await trio.sleep(1)
    heard: list[Event] = []
    line.heard = heard.append
    line.listen(Ear.DTMF)  # the port is closed meanwhile
    town.card.span(span.number).insert()
    await span.until(lambda: not span.near.service and not span.far.service, within=100)
    _, other = await span.call()
    other.answer()
    await trio.sleep(0.5)
    town.plane.play(other.port, [dtmf("5")])
    await trio.sleep(1)
    assert heard


async def test_a_trunk_that_cannot_have_all_channels_gives_back_those_it_had(clock: object, town: Town) -> None:
    (info,) = pri_spans(town)
    taken = next(c for c in info.channels if c.kind is ChannelKind.BEARER and c.slot == 20)
    other = town.card.open(taken.number)
    with pytest.raises(HardwareError, match="in use"):
        PriPair(town)
    other.close()
    span = PriPair(town)
    await span.until(lambda: not span.near.service, within=10)


async def test_the_far_end_restarts_the_whole_span(clock: object, town: Town, span: PriPair) -> None:
    calls = [await span.call(outgoing, index=index) for index, outgoing in enumerate((True, False, True))]
    for line in span.far.lines:
        line.reset()
    await trio.sleep(5)
    for pair in calls:
        for line in pair:
            assert span.released(line).cause is Cause.TEMPORARY_FAILURE
    await span.until(lambda: not any(line.service for line in span.lines), within=60)
    await span.quiet()


# ---- whatever comes ----


async def test_20_000_random_and_damaged_frames_and_the_span_works_on(clock: object, town: Town) -> None:
    near, far = jumper(town.card)
    (info,) = pri_spans(town)
    told: dict[Line, Heard] = {}

    def tell(line: Line, telling: Telling) -> None:
        told.setdefault(line, Heard())(line, telling)
        if isinstance(telling, Seized):
            line.alert()
            line.answer()

    ours = PriTrunk("ours", near, info, SpanSettings(), town.plane, town.timers, tell)
    network = SpanSettings(LinkSettings(Side.NETWORK))
    theirs = PriTrunk("theirs", far, info, network, town.plane, town.timers, tell)
    await trio.sleep(2)
    channel = near.dchannels[info.channels[15].number]
    passed: list[bytes] = []
    hear = channel.heard

    def record(frame: bytes) -> None:
        passed.append(frame)
        hear(frame)

    channel.heard = record
    for line in ours.lines:
        line.place(Call("8001", complete=True, calling=Party("01012345678")))
        line.release()
    channel.heard = hear
    assert len(passed) > 100
    dice = random.Random(3)
    for number in range(20_000):
        if number % 2:
            frame = bytearray(dice.choice(passed))
            for _ in range(dice.randint(1, 4)):
                frame[dice.randrange(len(frame))] = dice.randrange(256)
            if dice.random() < 0.3:
                frame = frame[: dice.randint(1, len(frame))]
        else:
            frame = bytearray(dice.randbytes(dice.randint(1, 60)))
        channel.heard(bytes(frame))
        if number % 500 == 0:
            await trio.sleep(0.1)
    with trio.fail_after(600):
        while ours.service or theirs.service or any(line.call for line in (*ours.lines, *theirs.lines)):  # noqa: ASYNC110
            await trio.sleep(1)
    for heard in told.values():
        heard.told.clear()
    line = ours.lines[5]
    line.reset()  # what random frames said of channels may have left doubts at either end
    await trio.sleep(1)
    line.place(Call("8001", complete=True))
    await trio.sleep(1)
    assert line.connection is Connection.CONNECTED, line.trace()
    line.release()
    await trio.sleep(1)
    assert len(told[line].of(Released)) == 1
    ours.close()
    theirs.close()
