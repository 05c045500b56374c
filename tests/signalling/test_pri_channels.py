"""The B channels of a PRI span: selection, two-way seizure, restart, blocking. Q.931 5.1.2, 5.2.3, 5.5, 5.7."""

from __future__ import annotations

import pytest

from hw.errors import LocalError
from hw.signalling.pri import calls as tell
from hw.signalling.pri.calls import Call, EndedBy
from hw.signalling.pri.channels import ChannelState, NoChannel
from hw.signalling.pri.link import CallRequest
from hw.signalling.pri.party import Number
from hw.signalling.pri.settings import E1, Hunt, SpanSettings
from hw.signalling.pri.span import PriSpan
from hw.signalling.q850 import Cause
from tests.signalling.pri_world import End, World

pytestmark = pytest.mark.native

REQUEST = CallRequest(Number("1001"))


def state(end: End, channel: int) -> ChannelState:
    return end.span.channels.of(channel).state


def collide(world: World, channel: int) -> tuple[Call, Call]:
    """Both ends seize the same channel at the same time."""
    ours = world.user.span.place(REQUEST, world.now, channel)
    theirs = world.network.span.place(REQUEST, world.now, channel)
    world.settle()
    return ours, theirs


def test_the_two_ends_begin_at_opposite_ends_of_the_span() -> None:
    world = World()
    assert [world.user.place("1").channel for _ in range(3)] == [31, 30, 29]
    assert [world.network.place("1").channel for _ in range(3)] == [1, 2, 3]


def test_hunting_in_a_circle() -> None:
    span = PriSpan(SpanSettings(channels=(1, 2, 3), hunt=Hunt.CIRCULAR), 0.0)
    assert [channel.number for channel in (span.channels.hunt() for _ in range(4)) if channel] == [1, 2, 3, 1]


def test_thirty_calls_fill_a_span_and_the_next_one_hears_why() -> None:
    world = World()
    calls = [world.user.place(str(n)) for n in range(30)]
    assert sorted(call.channel or 0 for call in calls) == list(E1)
    assert len(world.network.heard(tell.Seizure)) == 30
    for end in world.ends:
        with pytest.raises(NoChannel, match="no B channel is free") as no:
            end.place("31")
        assert no.value.cause == Cause.NO_CIRCUIT
    for call in calls:
        world.user.release(call)
    assert world.idle()


def test_a_test_call_takes_the_channel_that_it_is_told() -> None:
    world = World()
    call = world.user.place("1", channel=7)
    assert (call.channel, world.network.seizure().channel) == (7, 7)
    with pytest.raises(NoChannel, match="channel 7 is busy") as no:
        world.user.place("2", channel=7)
    assert no.value.cause == Cause.CHANNEL_UNAVAILABLE
    with pytest.raises(LocalError, match="no B channel 16"):
        world.user.place("2", channel=16)


def test_a_span_of_a_few_channels_gives_another_one_than_was_asked_for() -> None:
    """A fractional E1: the network has channels 1 to 3 only, the user all; preferred channels are moved."""
    world = World(exclusive=False)
    world.network.span = PriSpan(SpanSettings(world.network.span.settings.link, channels=(1, 2, 3)), world.now)
    world.run(40)
    call = world.user.place("1")
    assert call.channel == world.network.seizure().channel == 1
    assert state(world.user, 31) is ChannelState.IDLE
    assert state(world.user, 1) is ChannelState.BUSY


def test_an_exclusive_channel_that_the_other_end_has_not_is_refused_with_82() -> None:
    world = World()
    world.network.span = PriSpan(SpanSettings(world.network.span.settings.link, channels=(1, 2, 3)), world.now)
    world.run(40)
    call = world.user.place("1", channel=9, exclusive=True)
    assert world.user.released(call).cause == Cause.CHANNEL_DOES_NOT_EXIST
    refused = world.network.last(tell.Refused)
    assert (refused.cause, refused.channel, refused.called.digits) == (Cause.CHANNEL_DOES_NOT_EXIST, 9, "1")
    assert not world.network.heard(tell.Seizure)
    assert world.idle()


def test_a_call_without_a_free_channel_is_refused_with_34() -> None:
    world = World(channels=(1,))
    world.network.span.block(1, world.now)
    call = world.user.place("1")
    assert world.user.released(call).cause == Cause.NO_CIRCUIT
    assert world.network.last(tell.Refused).cause == Cause.NO_CIRCUIT
    assert world.idle()


def test_the_network_gives_a_channel_that_is_taken_here() -> None:
    """A fault of the network: the call is cleared with 6 (Q.931 5.1.2), its caller told 44; the other call lives on."""
    world = World()
    up, _ = world.active()
    call = world.user.span.place(REQUEST, world.now)
    frames = world.user.span.frames()
    assert up.channel is not None
    wrong = world.network.span.channels.of(up.channel)
    wrong.call = None
    for channel in world.network.span.channels:
        channel.blocked = channel is not wrong
    for frame in frames:
        world.network.span.receive(frame, world.now)
    world.settle()
    end = world.user.released(call)
    assert (end.cause, end.by) == (Cause.CHANNEL_UNAVAILABLE, EndedBy.LINE)
    assert world.network.last(tell.Released).cause == Cause.CHANNEL_UNACCEPTABLE
    assert not up.ended


# ---- two-way seizure ----


def test_two_way_seizure_of_an_exclusive_channel_is_won_by_the_network() -> None:
    world = World(exclusive=True)
    ours, theirs = collide(world, 5)
    assert world.user.released(ours).cause == Cause.CHANNEL_UNAVAILABLE
    assert not theirs.ended
    assert (theirs.channel, world.user.seizure().channel) == (5, 5)
    assert world.network.span.statistics.two_way_seizures == world.user.span.statistics.two_way_seizures == 1
    world.network.release(theirs)
    assert world.idle()


def test_two_way_seizure_of_a_preferred_channel_costs_no_call() -> None:
    world = World()
    for end in world.ends:  # one channel is left, and another comes free at the network only then
        for channel in end.span.channels:
            channel.blocked = channel.number not in (5, 6)
    world.user.span.block(6, world.now)
    ours = world.user.span.place(REQUEST, world.now)
    theirs = world.network.span.place(REQUEST, world.now)
    world.user.span.unblock(6, world.now)
    assert ours.channel == theirs.channel == 5
    world.settle()
    assert not ours.ended
    assert not theirs.ended
    assert (ours.channel, theirs.channel) == (6, 5)
    assert world.user.seizure().channel == 5
    assert world.network.seizure().channel == 6
    for end, call in ((world.user, ours), (world.network, theirs)):
        end.release(call)
    assert world.idle()


def test_two_way_seizure_on_every_channel_at_once() -> None:
    world = World(exclusive=True)
    ours = [world.user.span.place(REQUEST, world.now, n) for n in E1]
    theirs = [world.network.span.place(REQUEST, world.now, n) for n in E1]
    world.settle()
    assert {world.user.released(call).cause for call in ours} == {Cause.CHANNEL_UNAVAILABLE}
    assert not any(call.ended for call in theirs)
    for call in theirs:
        world.network.release(call)
    assert world.idle()


# ---- restart ----


def test_restart_frees_a_channel_and_nothing_else() -> None:
    world = World()
    (call, far), (other, _) = world.active(), world.active()
    assert call.channel is not None
    world.user.span.reset(call.channel, world.now)
    assert state(world.user, call.channel) is ChannelState.RESTARTING
    world.settle()
    for end, half in ((world.user, call), (world.network, far)):
        assert end.released(half).cause == Cause.TEMPORARY_FAILURE
    assert not other.ended
    assert state(world.user, call.channel) is state(world.network, call.channel) is ChannelState.IDLE
    assert [(e.state, e.reason) for e in world.user.heard(tell.ChannelChanged)] == [
        ("restarting", "reset by order"),
        ("idle", "restarted"),
    ]


def test_restarts_of_all_channels_wait_for_each_other() -> None:
    world = World()
    for channel in E1:
        world.network.span.reset(channel, world.now)
    world.settle()
    assert all(channel.state is ChannelState.IDLE for channel in world.network.span.channels)
    done = [e.channel for e in world.network.heard(tell.ChannelChanged) if e.state == "idle"]
    assert done == list(E1)


def test_a_restart_of_the_whole_interface_ends_every_call() -> None:
    world = World()
    calls = [world.active() for _ in range(5)]
    restart = bytes.fromhex("0802000046" + "790187")  # restart indicator: all interfaces; no channel identification
    send_message(world, world.user, restart)
    assert {world.user.released(call).cause for call, _ in calls} == {Cause.TEMPORARY_FAILURE}
    assert world.user.idle()


def send_message(world: World, to: End, message: bytes) -> None:
    """A layer 3 message that libpri does not send, in a UI frame, which has no sequence number."""
    to.span.receive(bytes((0x02 if to is world.user else 0x00, 0x01, 0x03)) + message, world.now)
    world.settle()


def test_a_restart_that_nobody_answers_takes_the_channel_out_of_service_until_a_sign_of_life() -> None:
    world = World(user_timers={"T316": 10, "N316": 2})
    world.spoil = without_restarts
    world.user.span.reset(4, world.now)
    world.run(19)
    assert state(world.user, 4) is ChannelState.RESTARTING
    world.run(2)
    assert state(world.user, 4) is ChannelState.FAILED
    assert world.user.last(tell.ChannelChanged).reason == "RESTART was not answered"
    with pytest.raises(NoChannel, match="out of service"):
        world.user.place("1", channel=4)
    world.network.place("1", channel=4)
    assert world.user.seizure().channel == 4


def without_restarts(frame: bytes, to: End) -> bytes:
    """A far end that does not know RESTART: its layer 2 takes it, layer 3 forgets it."""
    if not frame[2] & 1 and frame[8] == 0x46:
        return frame[:4] + b"\xff" + frame[5:]
    return frame


def test_unblocking_forgives_a_failed_restart() -> None:
    world = World(user_timers={"T316": 1})
    world.spoil = without_restarts
    world.user.span.reset(4, world.now)
    world.run(3)
    world.user.span.unblock(4, world.now)
    assert state(world.user, 4) is ChannelState.IDLE


def test_a_release_that_nobody_answers_ends_in_a_restart() -> None:
    """T308 twice (Q.931 5.3.2): the call is dropped, and the channel is not used before the far end knows that too."""
    world = World()
    call, _ = world.active()
    assert call.channel is not None
    world.spoil = without_clearing
    world.user.release(call)
    world.run(30 + 4)
    assert state(world.user, call.channel) is ChannelState.BUSY
    world.run(5)
    assert [e.reason for e in world.user.heard(tell.ChannelChanged)] == ["call ended without the far end", "restarted"]
    assert state(world.user, call.channel) is ChannelState.IDLE
    assert world.idle()


def test_a_far_end_that_does_not_know_restart_costs_one_channel_for_a_while() -> None:
    """Doubtful channels are restarted in turn; without an answer they are used again, and the rest is not tried."""
    world = World(user_timers={"T316": 10})
    calls = [world.active()[0] for _ in range(30)]
    world.spoil = lambda frame, to: without_restarts(without_clearing(frame, to), to)
    for call in calls:
        world.user.release(call)
    world.run(30 + 4 + 4)
    states = [channel.state for channel in world.user.span.channels]
    assert (states.count(ChannelState.RESTARTING), states.count(ChannelState.IDLE)) == (1, 29)
    world.run(20)
    assert all(channel.state is ChannelState.IDLE for channel in world.user.span.channels)
    assert world.user.last(tell.ChannelChanged).reason == "RESTART was not answered"


def without_clearing(frame: bytes, to: End) -> bytes:
    """DISCONNECT, RELEASE and RELEASE COMPLETE are lost in the far end's layer 3."""
    if not frame[2] & 1 and frame[8] in (0x45, 0x4D, 0x5A):
        return frame[:4] + b"\xff" + frame[5:]
    return frame


# ---- blocking ----


def test_a_blocked_channel_finishes_its_call_and_takes_no_other() -> None:
    world = World(channels=(1, 2))
    call, far = world.active()
    assert call.channel == 2
    world.user.span.block(2, world.now)
    assert state(world.user, 2) is ChannelState.BUSY
    world.run(60)
    assert not call.ended
    world.network.release(far)
    assert state(world.user, 2) is ChannelState.BLOCKED
    assert world.user.place("1").channel == 1
    with pytest.raises(NoChannel):
        world.user.place("1")
    refused = world.network.place("1", channel=2)
    assert world.network.released(refused).cause == Cause.CHANNEL_UNAVAILABLE
    world.user.span.unblock(2, world.now)
    assert world.user.place("1").channel == 2


def test_several_spans_know_nothing_of_each_other() -> None:
    first, second = World(), World()
    call, far = first.active()
    other, _ = second.active()
    first.run(1000)
    first.network.release(far)
    assert call.ended
    assert not other.ended
    assert second.now == 1


@pytest.mark.parametrize("channels", [(), (0,), (32,), (1, 1)])
def test_channels_that_an_e1_has_not_are_refused(channels: tuple[int, ...]) -> None:
    with pytest.raises(LocalError, match="each of 1 to 31 once"):
        PriSpan(SpanSettings(channels=channels), 0.0)
