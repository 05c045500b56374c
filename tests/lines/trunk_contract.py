"""The contract of analog trunks as tests: each way a call can end, who ends it, and in which state.

A module of tests for one card imports all names of this one and gives a fixture `rig` (analog_rig.py). Each test leaves
its line with one Released a call, free on both ends, and able to take the next call: free() sees to it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
import trio

from hw.callerid import CallerId
from hw.card import LineEvent, LineEventKind
from hw.signalling.analog.profile import LineProfile
from hw.signalling.line import (
    Call,
    CallerKnown,
    Delivered,
    Established,
    Idle,
    Proceeding,
    Progress,
    Released,
    Seized,
)
from hw.signalling.q850 import Cause
from hw.sim.subscriber_line import Habits

from .analog_rig import (
    ANSWERS,
    BUSY,
    CONGESTED,
    GOES,
    OUTSIDE,
    RINGING,
    RINGS,
    SOON,
    TONE,
    VACANT,
    LinesUnderTest,
    TrunkUnderTest,
    only,
)

__all__ = [
    "test_a_call_that_goes_while_another_comes_is_settled_as_the_other",
    "test_a_number_is_dialled_by_pulses",
    "test_a_party_who_speaks_is_an_inferred_answer",
    "test_a_trunk_calls_and_the_call_ends",
    "test_a_trunk_is_called_and_the_call_ends",
    "test_an_answer_by_polarity_is_true",
    "test_an_answered_call_is_ended_by_the_other_side",
    "test_callers_are_known_by_fsk_and_by_dtmf",
    "test_digits_may_follow_one_by_one",
    "test_what_the_exchange_says_to_a_number",
]

# ---- states ----


async def ringing_untold(trunk: TrunkUnderTest) -> None:
    """One ring and no caller ID yet."""
    trunk.called_from_outside()
    await trio.sleep(1.2)
    assert not trunk.told.of(Seized)


async def offered(trunk: TrunkUnderTest) -> None:
    trunk.called_from_outside()
    seized = await trunk.told.wait(Seized, RINGING)
    assert seized.call.calling is not None
    assert seized.call.calling.number == OUTSIDE.number


async def alerting(trunk: TrunkUnderTest) -> None:
    await offered(trunk)
    trunk.line.alert()
    await trio.sleep(6)


async def talking_to_caller(trunk: TrunkUnderTest) -> None:
    await offered(trunk)
    await trio.sleep(1.0)
    trunk.line.answer()
    assert trunk.outside is not None
    with trio.fail_after(SOON):
        await trunk.outside.answered.wait()
    await trio.sleep(2.0)


async def dial_tone_awaited(trunk: TrunkUnderTest) -> None:
    trunk.place(RINGS)
    await trio.sleep(0.2)


async def dialling(trunk: TrunkUnderTest) -> None:
    trunk.place(RINGS)
    await trunk.far.until(lambda: len(trunk.far.keys) >= 2, SOON, "two keys")


async def number_out(trunk: TrunkUnderTest) -> None:
    trunk.place(RINGS)
    await trunk.told.wait(Progress, TONE)
    assert trunk.told.of(Proceeding)


async def ring_back(trunk: TrunkUnderTest) -> None:
    trunk.place(RINGS)
    assert (await trunk.told.wait(Delivered, TONE)).in_band


async def talking_to_called(trunk: TrunkUnderTest) -> None:
    trunk.place(ANSWERS)
    await trunk.told.wait(Established, RINGING)
    await trio.sleep(2.0)


Drive = Callable[[TrunkUnderTest], Awaitable[None]]
INCOMING: dict[str, Drive] = {
    "ringing": ringing_untold,
    "offered": offered,
    "alerting": alerting,
    "talking": talking_to_caller,
}
OUTGOING: dict[str, Drive] = {
    "dial tone": dial_tone_awaited,
    "dialling": dialling,
    "number out": number_out,
    "ring-back": ring_back,
    "talking": talking_to_called,
}


INCOMING_ENDS = [
    (state, who) for state in INCOMING for who in ("far", "near", "line") if (state, who) != ("ringing", "near")
]


@pytest.mark.parametrize(("state", "who"), INCOMING_ENDS)
async def test_a_trunk_is_called_and_the_call_ends(clock: object, rig: LinesUnderTest, state: str, who: str) -> None:
    if who == "line" and not rig.can_cut:
        pytest.skip("this rig cannot cut a line")
    trunk = rig.trunk()
    await trunk.ready()
    await INCOMING[state](trunk)
    assert trunk.outside is not None
    if who == "far":
        trunk.outside.hang_up()
    elif who == "near":
        trunk.line.release(Cause.USER_BUSY)
        if state != "talking":  # it cannot be refused: the caller rings on until he gives up
            await trio.sleep(6)
            assert not trunk.outside.ended.is_set()
            trunk.outside.hang_up()
    else:
        rig.cut(trunk.kind)
        await trio.sleep(SOON)
        rig.mend(trunk.kind)
        trunk.outside.hang_up()
    await trio.sleep(10)
    if state == "ringing":
        assert trunk.told.of(Released) == [], trunk.story()
        assert trunk.told.of(Seized) == []
        await trunk.free(calls=0)
        return
    expected = {
        "far": (Cause.NORMAL_CLEARING, "far"),
        "near": (Cause.USER_BUSY, "near"),
        "line": (Cause.NORMAL_CLEARING, "far") if state == "talking" else (Cause.DESTINATION_OUT_OF_ORDER, "line"),
    }
    assert (only(trunk.told).cause, only(trunk.told).by) == expected[who], trunk.story()
    await trunk.free()


@pytest.mark.parametrize("who", ["near", "line"])
@pytest.mark.parametrize("state", OUTGOING)
async def test_a_trunk_calls_and_the_call_ends(clock: object, rig: LinesUnderTest, state: str, who: str) -> None:
    """What the far end does in these states is the matter of the tests that follow."""
    if who == "line" and not rig.can_cut:
        pytest.skip("this rig cannot cut a line")
    trunk = rig.trunk()
    await trunk.ready()
    await OUTGOING[state](trunk)
    if who == "near":
        trunk.line.release()
        expected = (Cause.NORMAL_CLEARING, "near")
    else:
        rig.cut(trunk.kind)
        await trio.sleep(SOON)
        rig.mend(trunk.kind)
        expected = {
            "talking": (Cause.NORMAL_CLEARING, "far"),
            "number out": (Cause.NORMAL_UNSPECIFIED, "far"),
            "ring-back": (Cause.NORMAL_UNSPECIFIED, "far"),
        }.get(state, (Cause.DESTINATION_OUT_OF_ORDER, "line"))
    await trunk.told.wait(Released, SOON)
    assert (only(trunk.told).cause, only(trunk.told).by) == expected, trunk.story()
    await trunk.free()


SIGNS = {
    "busy tone": Habits(),
    "busy tone, 30 s late": Habits(hang_up_after_s=30.0),
    "congestion tone": Habits(hang_up_tone="450/700,0/700"),
    "dial tone that came back": Habits(hang_up_tone="450"),
    "howler": Habits(hang_up_tone="950"),
    "loop break": Habits(clears=frozenset({"break"})),
    "reversal": Habits(clears=frozenset({"reversal"})),
    "silence": Habits(clears=frozenset()),
}
IN_WORDS = {
    "busy tone": "busy tone 450.0 Hz 350/350",
    "busy tone, 30 s late": "busy tone 450.0 Hz 350/350",
    "congestion tone": "congestion tone 450.0 Hz 700/700",
    "dial tone that came back": "dial tone 450.0 Hz",
    "howler": "howler tone 950.0 Hz",
    "loop break": "loop broken for 200 ms",
    "reversal": "polarity turned back",
    "silence": "nothing heard for 0.5 min",
}


@pytest.mark.parametrize("direction", ["incoming", "outgoing"])
@pytest.mark.parametrize("sign", SIGNS)
async def test_an_answered_call_is_ended_by_the_other_side(
    clock: object, rig: LinesUnderTest, sign: str, direction: str
) -> None:
    if sign == "reversal" and not rig.polarity:
        pytest.skip("this card's ports do not turn polarity")
    habits = SIGNS[sign]
    if sign == "reversal" and direction == "outgoing":
        habits = replace(habits, reversal=True)
    minutes = 0.5 if sign == "silence" else 10.0
    trunk = rig.trunk(LineProfile(hang_up_by_reversal=sign == "reversal", silence_minutes=minutes), habits)
    await trunk.ready()
    if direction == "incoming":
        await talking_to_caller(trunk)
        assert trunk.outside is not None
        trunk.outside.hang_up()
        ended = rig.plane.seconds
    else:
        trunk.place(GOES)
        await trunk.told.wait(Established, RINGING)
        answered = rig.plane.seconds
        ended = answered + 6.0
    released = await trunk.told.wait(Released, 60.0)
    assert released.reason.startswith(IN_WORDS[sign]), trunk.story()
    assert released.by == ("line" if sign == "silence" else "far")
    if "tone" in sign or sign == "howler":
        assert released.since is not None
        late = habits.hang_up_after_s + (4.5 if sign in ("dial tone that came back", "howler") else 2.5)
        assert rig.plane.seconds - ended <= late + 0.5
    await trunk.free()


# ---- a trunk calls ----


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (BUSY, Cause.USER_BUSY),
        (CONGESTED, Cause.NO_CIRCUIT),
        (VACANT, Cause.UNALLOCATED),
    ],
    ids=["busy", "congestion", "vacant"],
)
async def test_what_the_exchange_says_to_a_number(
    clock: object, rig: LinesUnderTest, number: str, cause: Cause
) -> None:
    trunk = rig.trunk()
    await trunk.ready()
    trunk.place(number)
    released = await trunk.told.wait(Released, 2 * TONE)
    assert (released.cause, released.by) == (cause, "far"), trunk.story()
    assert "450.0 Hz" in released.reason
    await trunk.free()


async def test_an_answer_by_polarity_is_true(clock: object, rig: LinesUnderTest) -> None:
    if not rig.polarity:
        pytest.skip("this card's ports do not turn polarity")
    trunk = rig.trunk(LineProfile(answer="reversal"), Habits(reversal=True, clears=frozenset({"reversal", "tone"})))
    await trunk.ready()
    trunk.place(GOES)
    await trunk.told.wait(Delivered, TONE)
    established = await trunk.told.wait(Established, RINGING)
    assert not established.inferred
    released = await trunk.told.wait(Released, 8.0)
    assert released.reason == "polarity turned back"
    await trunk.free()


async def test_a_party_who_speaks_is_an_inferred_answer(clock: object, rig: LinesUnderTest) -> None:
    trunk = rig.trunk()
    await trunk.ready()
    trunk.place(ANSWERS)
    await trunk.told.wait(Delivered, TONE)
    begun = rig.plane.seconds
    established = await trunk.told.wait(Established, RINGING)
    assert established.inferred
    assert 3.0 <= rig.plane.seconds - begun <= 8.0
    trunk.line.release()
    await trunk.free()


async def test_a_number_is_dialled_by_pulses(clock: object, rig: LinesUnderTest) -> None:
    trunk = rig.trunk(LineProfile(dial="pulse"))
    await trunk.ready()
    trunk.place(BUSY)
    released = await trunk.told.wait(Released, 30.0)
    assert trunk.far.digits == BUSY
    assert released.cause is Cause.USER_BUSY
    await trunk.free()


async def test_digits_may_follow_one_by_one(clock: object, rig: LinesUnderTest) -> None:
    trunk = rig.trunk()
    await trunk.ready()
    trunk.line.place(Call(BUSY[0]))
    for digit in BUSY[1:]:
        await trio.sleep(0.9)
        trunk.line.send(digit)
    released = await trunk.told.wait(Released, 2 * TONE)
    assert trunk.far.digits == BUSY
    assert released.cause is Cause.USER_BUSY
    await trunk.free()


async def test_a_call_that_goes_while_another_comes_is_settled_as_the_other(clock: object, rig: LinesUnderTest) -> None:
    """Glare: the line is seized in the moment in which ring current flows and the card has not told it yet."""
    trunk = rig.trunk(habits=Habits(caller_id="none"))
    await trunk.ready()
    tell = trunk.channel.heard

    def seize_first(event: LineEvent) -> None:
        if event.kind is LineEventKind.RING_BEGIN and not trunk.told.all:
            trunk.place(RINGS)
        tell(event)

    trunk.channel.heard = seize_first
    outside = trunk.called_from_outside()
    seized = await trunk.told.wait(Seized, SOON)
    assert seized.call.calling is None
    assert [r.cause for r in trunk.told.of(Released)] == [Cause.CHANNEL_UNAVAILABLE], trunk.story()
    with trio.fail_after(SOON):
        await outside.answered.wait()
    trunk.line.alert()
    await trio.sleep(1.0)
    trunk.line.answer()
    assert trunk.told.of(Established)
    trunk.line.release()
    assert trunk.told.of(Released)[-1].by == "near"
    await trunk.told.wait(Idle, SOON)
    assert len(trunk.told.of(Released)) == 2


@pytest.mark.parametrize(
    ("kind", "framing"),
    [("mdmf", "DC"), ("sdmf", "DC"), *(("dtmf", framing) for framing in ("DC", "A#", "B#", "CD", "*#", "#A"))],
)
async def test_callers_are_known_by_fsk_and_by_dtmf(
    clock: object, rig: LinesUnderTest, kind: str, framing: str
) -> None:
    trunk = rig.trunk(LineProfile(area_code="10"), Habits(caller_id=kind, framing=(framing[0], framing[1])))
    await trunk.ready()
    for times, number in enumerate(("02155667788", "01066554433", "13800138000"), 1):
        outside = rig.exchange.call(trunk.number, CallerId(number))
        seized = await trunk.told.wait(Seized, RINGING, times)
        assert seized.call.calling is not None, trunk.story()
        assert seized.call.calling.number == number.removeprefix("010")
        assert number in seized.call.calling.raw
        outside.hang_up()
        await trunk.told.wait(Released, 10.0, times)
    assert not trunk.told.of(CallerKnown)
