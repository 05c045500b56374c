"""Each way a PRI call can end: who ends it, in which state, with which cause. Both ends are free afterwards."""

from __future__ import annotations

import pytest

from hw.signalling.line import Connection
from hw.signalling.pri import calls as tell
from hw.signalling.pri.calls import Call, EndedBy
from hw.signalling.pri.link import CallRequest
from hw.signalling.pri.party import Number
from hw.signalling.pri.states import State
from hw.signalling.q850 import Cause
from tests.signalling.pri_world import End, World

pytestmark = pytest.mark.native

CAUSES = [
    Cause.UNALLOCATED,
    Cause.NORMAL_CLEARING,
    Cause.USER_BUSY,
    Cause.NO_USER_RESPONDING,
    Cause.NO_ANSWER,
    Cause.CALL_REJECTED,
    Cause.NUMBER_CHANGED,
    Cause.DESTINATION_OUT_OF_ORDER,
    Cause.INVALID_NUMBER,
    Cause.NORMAL_UNSPECIFIED,
    Cause.NO_CIRCUIT,
    Cause.TEMPORARY_FAILURE,
    Cause.SWITCH_CONGESTION,
    Cause.CHANNEL_UNAVAILABLE,
    Cause.INCOMPATIBLE_DESTINATION,
    Cause.TIMER_EXPIRED,
    Cause.INTERWORKING,
]

STATES = {  # of the caller, of the called end
    "digits": (State.OVERLAP_SENDING, State.OVERLAP_RECEIVING),
    "proceeding": (State.OUTGOING_PROCEEDING, State.INCOMING_PROCEEDING),
    "alerting": (State.CALL_DELIVERED, State.CALL_RECEIVED),
    "active": (State.ACTIVE, State.ACTIVE),
}


def bring(world: World, caller: End, to: str) -> tuple[Call, Call]:
    """A call from `caller`, both ends in that state."""
    called = world.other(caller)
    call = caller.place(CallRequest(Number("10"), complete=to != "digits"))
    far = called.seizure()
    if to in ("alerting", "active"):
        called.alert(far)
    if to == "active":
        called.answer(far)
    assert (call.state, far.state) == STATES[to]
    return call, far


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
@pytest.mark.parametrize("who", ["caller", "called"])
@pytest.mark.parametrize("state", list(STATES))
@pytest.mark.parametrize("direction", ["from us", "from the network"])
def test_the_cause_reaches_the_other_end_in_every_state(direction: str, state: str, who: str, cause: Cause) -> None:
    world = World(overlap=True)
    caller = world.user if direction == "from us" else world.network
    called = world.other(caller)
    call, far = bring(world, caller, state)
    if who == "caller":
        caller.release(call, cause)
    else:
        called.release(far, cause)
    near, other = caller.released(call), called.released(far)
    assert near.cause == other.cause == cause
    assert (near.by, other.by) == (
        (EndedBy.NEAR_END, EndedBy.FAR_END) if who == "caller" else (EndedBy.FAR_END, EndedBy.NEAR_END)
    )
    assert call.connection is far.connection is Connection.NULL
    assert world.idle()
    assert len(caller.heard(tell.Closed)) == len(called.heard(tell.Closed)) == 1


@pytest.mark.parametrize("state", list(STATES))
def test_both_ends_hang_up_at_once(state: str) -> None:
    world = World(overlap=True)
    call, far = bring(world, world.user, state)
    world.user.span.release(call, Cause.NORMAL_CLEARING, world.now)
    world.network.span.release(far, Cause.CALL_REJECTED, world.now)
    world.settle()
    assert (world.user.released(call).cause, world.user.released(call).by) == (Cause.NORMAL_CLEARING, EndedBy.NEAR_END)
    assert world.network.released(far).cause == Cause.CALL_REJECTED
    assert world.idle()


def test_hanging_up_twice_is_hanging_up_once() -> None:
    world = World()
    call, far = world.active()
    world.user.release(call)
    world.user.release(call, Cause.USER_BUSY)
    world.network.release(far)
    assert world.user.released(call).cause == Cause.NORMAL_CLEARING
    assert world.network.released(far).by is EndedBy.FAR_END


def test_the_caller_gives_up_before_the_network_has_said_a_word() -> None:
    """SETUP and DISCONNECT are both under way when the wire is back; the network hears both."""
    world = World()
    world.cut = True
    call = world.user.place("1001")
    world.user.release(call, Cause.NORMAL_CLEARING)
    world.cut = False
    world.run(4)
    assert world.network.released(world.network.seizure()).cause == Cause.NORMAL_CLEARING
    assert world.idle()


def test_a_setup_that_nobody_answers_ends_with_18_after_t303_twice() -> None:
    world = World()
    world.spoil = lambda frame, to: frame if to is world.network or frame[2] & 1 else None  # supervision passes
    began = world.now
    call = world.user.place("1001")
    world.run(8.5)
    end = world.user.released(call)
    assert end.cause == Cause.NO_USER_RESPONDING
    assert end.by is EndedBy.LINE
    assert end.time - began == pytest.approx(8)


def test_an_answer_crosses_the_callers_hanging_up() -> None:
    world = World()
    call, far = bring(world, world.user, "alerting")
    world.user.span.release(call, Cause.NORMAL_CLEARING, world.now)
    world.network.span.answer(far, world.now)
    world.settle()
    assert not world.user.heard(tell.Answered)
    assert world.network.released(far).cause == Cause.NORMAL_CLEARING
    assert world.idle()


@pytest.mark.parametrize(
    ("timer", "state", "cause", "told"),
    [
        ("T304", "digits", Cause.TIMER_EXPIRED, Cause.TIMER_EXPIRED),
        ("T310", "proceeding", Cause.TIMER_EXPIRED, Cause.TIMER_EXPIRED),
        ("T301", "alerting", Cause.NO_ANSWER, Cause.TIMER_EXPIRED),
    ],
)
def test_no_state_before_answer_lasts_for_ever(timer: str, state: str, cause: Cause, told: Cause) -> None:
    world = World(overlap=True, user_timers={timer: 40})
    call, far = bring(world, world.user, state)
    world.run(39)
    assert not call.ended
    world.run(2)
    end = world.user.released(call)
    assert (end.cause, end.by, end.reason) == (cause, EndedBy.LINE, f"{timer} ran out")
    assert world.network.released(far).cause == told
    assert world.idle()


def test_a_conversation_lasts_until_somebody_ends_it() -> None:
    world = World()
    call, far = world.active()
    world.run(3600)
    assert (call.state, far.state) == (State.ACTIVE, State.ACTIVE)
    world.network.release(far)
    assert world.user.released(call).cause == Cause.NORMAL_CLEARING
