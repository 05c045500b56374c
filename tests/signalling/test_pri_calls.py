"""What a PRI call says on its way: digits, numbers and names, tones and announcements in band, notices."""

from __future__ import annotations

import pytest

from hw.errors import LocalError
from hw.signalling.line import Connection, NumberType, Presentation
from hw.signalling.pri import calls as tell
from hw.signalling.pri.calls import EndedBy
from hw.signalling.pri.link import CallRequest
from hw.signalling.pri.party import (
    Capability,
    Number,
    NumberingPlan,
    Party,
    RedirectingReason,
    Redirection,
    Screening,
)
from hw.signalling.pri.states import State
from hw.signalling.q850 import Cause
from tests.signalling.pri_world import End, World

pytestmark = pytest.mark.native


def both_ways() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("caller", ["user", "network"])


def ends(world: World, caller: str) -> tuple[End, End]:
    near = world.user if caller == "user" else world.network
    return near, world.other(near)


# ---- digits ----


@both_ways()
def test_a_call_en_bloc(caller: str) -> None:
    world = World(overlap=True)
    near, there = ends(world, caller)
    call = near.place("01012345678")
    seizure = there.last(tell.Seizure)
    assert (seizure.called.digits, seizure.complete) == ("01012345678", True)
    assert near.last(tell.Proceeding).call is call
    assert seizure.call.channel == call.channel
    there.alert(seizure.call)
    assert (near.last(tell.Alerting).in_band, call.connection) == (False, Connection.ALERTING)
    there.answer(seizure.call)
    assert near.last(tell.Answered).call is call
    assert (call.state, seizure.call.state) == (State.ACTIVE, State.ACTIVE)


@both_ways()
def test_a_call_digit_by_digit(caller: str) -> None:
    world = World(overlap=True)
    near, there = ends(world, caller)
    call = near.place(CallRequest(Number("0"), complete=False))
    seizure = there.last(tell.Seizure)
    assert (seizure.called.digits, seizure.complete) == ("0", False)
    near.digits(call, "10")
    near.digits(call, "8")
    assert [event.digits for event in there.heard(tell.Digits)] == ["1", "0", "8"]
    assert not near.heard(tell.Proceeding)
    there.proceed(seizure.call)
    assert near.last(tell.Proceeding).call is call
    with pytest.raises(LocalError, match="cannot send digits"):
        near.span.digits(call, "9", world.now)


def test_a_call_without_a_digit_hears_dial_tone_from_the_other_end() -> None:
    world = World(overlap=True)
    call = world.user.place(CallRequest(Number(""), complete=False))
    assert world.user.last(tell.DigitsWanted).in_band
    world.user.digits(call, "*69#")
    assert "".join(event.digits for event in world.network.heard(tell.Digits)) == "*69#"


def test_digits_ordered_before_the_far_end_asks_wait_for_it() -> None:
    world = World(overlap=True)
    call = world.user.span.place(CallRequest(Number("1"), complete=False), world.now)
    world.user.span.digits(call, "2", world.now)
    world.user.span.digits(call, "3", world.now)
    world.settle()
    assert [event.digits for event in world.network.heard(tell.Digits)] == ["2", "3"]


def test_without_overlap_a_beginning_counts_as_the_number() -> None:
    world = World(overlap=False)
    world.user.place(CallRequest(Number("110"), complete=False))
    seizure = world.network.last(tell.Seizure)
    assert seizure.complete
    assert seizure.call.state is State.INCOMING_PROCEEDING


def test_silence_completes_the_number_and_the_exchange_decides() -> None:
    world = World(overlap=True)
    call = world.user.place(CallRequest(Number("1"), complete=False))
    world.run(14)
    world.user.digits(call, "2")
    world.run(14.9)
    assert not world.network.last(tell.Digits).complete
    world.run(0.2)
    end = world.network.last(tell.Digits)
    assert (end.digits, end.complete, end.reason) == ("", True, "T302")
    world.network.release(end.call, Cause.INVALID_NUMBER)
    assert world.user.released(call).cause == Cause.INVALID_NUMBER


def test_ringing_straight_after_the_digits() -> None:
    world = World(overlap=True)
    call = world.user.place(CallRequest(Number("1001"), complete=False))
    far = world.network.seizure()
    world.network.alert(far)
    world.network.answer(far)
    assert call.state is State.ACTIVE


# ---- who ----

NUMBERS = [
    Number("01087654321", NumberType.NATIONAL),
    Number("8613912345678", NumberType.INTERNATIONAL, presentation=Presentation.RESTRICTED),
    Number("87654321", NumberType.SUBSCRIBER, screening=Screening.NETWORK),
    Number("1001", NumberType.UNKNOWN, NumberingPlan.PRIVATE, screening=Screening.USER_PASSED),
    Number("", NumberType.UNKNOWN, NumberingPlan.UNKNOWN, Presentation.UNAVAILABLE, Screening.NETWORK),
    Number("5" * 31, NumberType.NETWORK),
]


@both_ways()
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.digits[:12] or "none")
def test_the_callers_number_arrives_as_it_was_sent(caller: str, number: Number) -> None:
    world = World()
    near, there = ends(world, caller)
    near.place(CallRequest(Number("1001"), Party(number)))
    assert there.last(tell.Seizure).calling == Party(number)


@both_ways()
def test_the_called_numbers_type_and_plan_arrive(caller: str) -> None:
    world = World()
    near, there = ends(world, caller)
    near.place(CallRequest(Number("2001", NumberType.ABBREVIATED, NumberingPlan.PRIVATE)))
    called = there.last(tell.Seizure).called
    assert (called.type, called.plan) == (NumberType.ABBREVIATED, NumberingPlan.PRIVATE)


@both_ways()
@pytest.mark.parametrize("name", ["Zhang San", "张三", "Müller & Söhne", "x" * 50])
def test_names_both_ways(caller: str, name: str) -> None:
    world = World(names=True)
    near, there = ends(world, caller)
    number = Number("2001")
    call = near.place(CallRequest(Number("1001"), Party(number, name)))
    assert there.last(tell.Seizure).calling == Party(number, name)
    there.span.answer(there.seizure(), world.now, Party(Number("1001"), "Li Si"))
    world.settle()
    assert near.last(tell.Answered).connected == Party(Number("1001"), "Li Si")
    assert call.state is State.ACTIVE


def test_as_etsi_has_it_only_the_network_sends_names() -> None:
    world = World()
    party = Party(Number("2001"), "Zhang San")
    world.user.place(CallRequest(Number("1"), party))
    world.network.place(CallRequest(Number("1"), party))
    assert world.network.last(tell.Seizure).calling.name is None
    assert world.user.last(tell.Seizure).calling.name == "Zhang San"


def test_a_restricted_name_stays_here() -> None:
    world = World(names=True)
    world.user.place(CallRequest(Number("1"), Party(Number("2"), "Zhang San", Presentation.RESTRICTED)))
    assert world.network.last(tell.Seizure).calling.name is None


def test_a_long_chinese_name_is_cut_between_characters() -> None:
    world = World(names=True)
    world.user.place(CallRequest(Number("1"), Party(Number("2"), "电话" * 20)))
    name = world.network.last(tell.Seizure).calling.name
    assert name
    assert ("电话" * 20).startswith(name)
    assert len(name) == 16


@both_ways()
@pytest.mark.parametrize("reason", list(RedirectingReason), ids=lambda reason: reason.name)
def test_the_redirecting_number_arrives(caller: str, reason: RedirectingReason) -> None:
    world = World()
    near, there = ends(world, caller)
    number = Number("1009", NumberType.NATIONAL, presentation=Presentation.RESTRICTED)
    near.place(CallRequest(Number("1001"), redirecting=Redirection(number, reason)))
    assert there.last(tell.Seizure).redirecting == Redirection(number, reason)


def test_nothing_of_one_call_stays_in_the_next() -> None:
    world = World(names=True)
    number = Number("2001", NumberType.NATIONAL)
    world.user.place(CallRequest(Number("1001"), Party(number, "Zhang"), Redirection(number, RedirectingReason.BUSY)))
    world.user.place(CallRequest(Number("1"), complete=True))
    seizure = world.network.last(tell.Seizure)
    assert seizure.called == Number("1")
    assert (seizure.calling, seizure.redirecting) == (Party(), None)


@pytest.mark.parametrize("capability", list(Capability), ids=lambda capability: capability.name)
def test_the_bearer_capability_arrives(capability: Capability) -> None:
    world = World()
    world.network.place(CallRequest(Number("1001"), capability=capability))
    assert world.user.last(tell.Seizure).capability is capability


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (CallRequest(Number("12a")), "only 0-9"),
        (CallRequest(Number("1" * 32)), "31 at most"),
        (CallRequest(Number("")), "cannot be complete"),
        (CallRequest(Number("1"), Party(Number("+86 10"))), "only 0-9"),
        (CallRequest(Number("1"), redirecting=Redirection(Number("x"))), "only 0-9"),
    ],
)
def test_a_number_that_cannot_be_sent_is_refused_before_anything_is(request_: CallRequest, complaint: str) -> None:
    world = World()
    with pytest.raises(LocalError, match=complaint):
        world.user.place(request_)
    assert world.idle()
    world.active()


# ---- in band ----


def test_an_announcement_before_answer_is_heard_and_its_cause_known() -> None:
    """`Number not in service`: PROGRESS 8 with cause 1, then DISCONNECT."""
    world = World()
    call = world.user.place("1001")
    far = world.network.seizure()
    world.network.progress(far, Cause.UNALLOCATED)
    progress = world.user.last(tell.Progress)
    assert (progress.in_band, progress.cause) == (True, Cause.UNALLOCATED)
    world.network.progress(far)
    assert world.user.last(tell.Progress).cause is None
    world.network.release(far, Cause.UNALLOCATED)
    assert world.user.released(call).cause == Cause.UNALLOCATED


@both_ways()
def test_ring_back_from_the_other_end(caller: str) -> None:
    world = World()
    near, there = ends(world, caller)
    near.place("1001")
    there.alert(there.seizure(), in_band=True)
    assert near.last(tell.Alerting).in_band


def test_an_announcement_that_never_ends_is_ended() -> None:
    world = World()
    call = world.user.place("1001")
    world.network.progress(world.network.seizure())
    world.run(179)
    assert not call.ended
    world.run(2)
    assert world.user.released(call).reason == "T301 ran out"
    assert world.idle()


def disconnect_with_progress_8(world: World) -> None:
    """Some exchanges play their announcement after DISCONNECT, marked by a progress indicator; libpri sends none."""
    element = b"\x1e\x02\x82\x88"

    def spoil(frame: bytes, to: End) -> bytes:
        if to is world.user and not frame[2] & 1 and frame[8] == 0x45:
            return frame + element
        return frame

    world.spoil = spoil


@pytest.mark.parametrize("state", ["proceeding", "alerting"])
def test_an_announcement_after_disconnect_is_listened_to(state: str) -> None:
    world = World()
    disconnect_with_progress_8(world)
    call = world.user.place("1001")
    far = world.network.seizure()
    if state == "alerting":
        world.network.alert(far)
    world.network.release(far, Cause.UNALLOCATED)
    progress = world.user.last(tell.Progress)
    assert (progress.in_band, progress.cause) == (True, Cause.UNALLOCATED)
    assert (call.state, call.connection) == (State.DISCONNECT_INDICATION, Connection.FAIL)
    world.run(10)
    world.user.release(call, Cause.NORMAL_CLEARING)
    end = world.user.released(call)
    assert (end.cause, end.by) == (Cause.UNALLOCATED, EndedBy.FAR_END)
    assert world.idle()


def test_an_announcement_after_disconnect_ends_with_t306_at_the_latest() -> None:
    world = World(user_timers={"T306": 20})
    disconnect_with_progress_8(world)
    call = world.user.place("1001")
    world.network.release(world.network.seizure(), Cause.NUMBER_CHANGED)
    world.run(19)
    assert not call.ended
    world.run(2)
    end = world.user.released(call)
    assert (end.cause, end.reason) == (Cause.NUMBER_CHANGED, "T306 ran out")
    assert world.idle()


def test_an_announcement_after_disconnect_ends_with_the_networks_release() -> None:
    world = World(network_timers={"T305": 5})
    disconnect_with_progress_8(world)
    call = world.user.place("1001")
    world.network.release(world.network.seizure(), Cause.USER_BUSY)
    world.run(6)
    end = world.user.released(call)
    assert (end.cause, end.by) == (Cause.USER_BUSY, EndedBy.FAR_END)
    assert world.idle()


def test_after_answer_nobody_listens_to_the_exchanges_tone() -> None:
    world = World()
    disconnect_with_progress_8(world)
    call, far = world.active()
    world.network.release(far)
    assert world.user.released(call).by is EndedBy.FAR_END
    assert world.idle()


# ---- during the call ----


def test_hold_and_retrieve_are_notified() -> None:
    world = World()
    call, far = world.active()
    world.user.span.notify(call, 0x79, world.now)
    world.settle()
    assert world.network.last(tell.Notified).notification == 0x79
    world.network.span.notify(far, 0x7A, world.now)
    world.settle()
    assert world.user.last(tell.Notified).notification == 0x7A


def test_an_order_that_does_not_fit_the_call_is_our_mistake_and_changes_nothing() -> None:
    world = World()
    call = world.user.place("1001")
    now = world.now
    span = world.user.span
    for order in (span.proceed, span.alert, span.answer, span.progress):
        with pytest.raises(LocalError, match="OUTGOING_PROCEEDING"):
            order(call, now)
    far = world.network.seizure()
    world.network.answer(far)
    assert call.state is State.ACTIVE
    with pytest.raises(LocalError, match="cannot alert"):
        world.network.span.alert(far, now)
    assert far.state is State.ACTIVE


def test_an_order_that_cannot_be_sent_leaves_the_call_as_it_was() -> None:
    world = World()
    call = world.user.place("1001")
    far = world.network.seizure()
    with pytest.raises(LocalError, match="only 0-9"):
        world.network.span.answer(far, world.now, Party(Number("one")))
    assert far.state is State.INCOMING_PROCEEDING
    world.network.answer(far)
    with pytest.raises(LocalError, match="outside 0 to 127"):
        world.network.span.notify(far, 200, world.now)
    assert call.state is State.ACTIVE


def test_progress_as_the_first_word_does_not_leave_the_call_without_a_timer() -> None:
    """PROGRESS ends T303 in libpri; nothing else may follow it for ever."""
    world = World()
    world.spoil = lambda frame, to: frame if to is world.network or frame[2] & 1 else None
    call = world.user.place("1001")
    world.spoil = lambda frame, to: frame
    world.user.span.receive(bytes((0x02, 0x01, 0x03)) + bytes.fromhex("08028001031e028288"), world.now)
    world.settle()
    assert world.user.last(tell.Progress).in_band
    assert call.state is State.CALL_INITIATED
    world.spoil = lambda frame, to: frame if to is world.network or frame[2] & 1 else None
    world.run(181)
    assert world.user.released(call).reason == "T301 ran out"


def test_remarks_during_alerting_do_not_keep_it_going() -> None:
    world = World()
    call = world.user.place("1001")
    far = world.network.seizure()
    world.network.alert(far)
    for _ in range(4):
        world.run(40)
        world.network.span.link.notify(far.number, 0x79, world.now)
        world.settle()
    assert len(world.user.heard(tell.Notified)) == 4
    world.run(21)
    assert world.user.released(call).reason == "T301 ran out"
