"""What goes wrong with a PRI span: data link cut, alarm, card gone, damaged frames. No channel stays taken."""

from __future__ import annotations

import random
from collections import deque

import pytest

from hw.errors import LocalError
from hw.signalling.pri import calls as tell
from hw.signalling.pri.calls import Call, EndedBy
from hw.signalling.pri.channels import NoChannel
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings, TraceLevel
from hw.signalling.pri.span import PriSpan
from hw.signalling.pri.states import State
from hw.signalling.pri.timers import Timers
from hw.signalling.q850 import Cause
from tests.signalling.pri_world import End, World

pytestmark = pytest.mark.native

LINK_LOST = 10 + 4 * 1 + 1  # T203, then N200 + 1 times T200, and one more


def works(world: World) -> None:
    """Both ends are free, and a call can be made on every channel, from either end."""
    assert world.idle()
    for end in world.ends:
        calls = [end.place("1") for _ in range(len(end.span.channels))]
        for call in calls:
            assert not call.ended
            end.release(call)
        assert world.idle()


# ---- data link ----


def test_the_data_link_is_lost_calls_live_for_t309_and_end_with_27() -> None:
    world = World(user_timers={"T309": 6}, network_timers={"T309": 90})
    call, far = world.active()
    world.cut = True
    world.run(LINK_LOST)
    assert not world.user.last(tell.SpanChanged).in_service
    assert not call.ended
    world.run(6)
    end = world.user.released(call)
    assert (end.cause, end.by, end.reason) == (Cause.DESTINATION_OUT_OF_ORDER, EndedBy.LINE, "data link lost")
    world.run(5)
    assert world.user.idle()
    assert not far.ended
    world.cut = False
    world.run(10)
    assert world.user.last(tell.SpanChanged).in_service
    assert world.network.released(far).by is EndedBy.FAR_END  # it asked, and we knew of no such call
    works(world)


def test_only_we_lost_the_data_link_and_a_restart_tells_the_far_end() -> None:
    """One direction fails. The network's link is only established anew, which tells it nothing about its calls."""
    world = World()
    call, far = world.active()
    world.spoil = lambda frame, to: None if to is world.user else frame
    world.run(LINK_LOST + 6 + 5)
    assert world.user.released(call).reason == "data link lost"
    assert world.user.idle()
    world.spoil = lambda frame, to: frame
    world.run(10)
    assert far.ended
    assert world.user.last(tell.ChannelChanged).reason == "restarted"
    works(world)


def test_a_short_loss_of_the_data_link_costs_no_conversation() -> None:
    world = World(user_timers={"T309": 30}, network_timers={"T309": 30})
    call, far = world.active()
    world.cut = True
    world.run(LINK_LOST + 3)
    assert not world.user.span.in_service
    world.cut = False
    world.run(60)
    assert world.user.span.in_service
    assert (call.state, far.state) == (State.ACTIVE, State.ACTIVE)
    world.network.release(far)
    assert world.user.released(call).cause == Cause.NORMAL_CLEARING
    works(world)


@pytest.mark.parametrize("seconds", [5, 15, 18, 22, 25, 60, 600])
@pytest.mark.parametrize("t309", [6, 90])
def test_a_cut_of_any_length_leaves_no_call_and_no_channel_behind(seconds: float, t309: float) -> None:
    """Calls in every state, hung up in every state, while the wire is cut."""
    world = World(overlap=True, user_timers={"T309": t309}, network_timers={"T309": t309})
    calls: list[tuple[End, Call]] = []
    for end in world.ends:
        there = world.other(end)
        for steps in ((), (there.alert,), (there.alert, there.answer)):
            for hang_up in (False, True):
                calls.append((end, end.place("1")))
                for step in steps:
                    step(there.seizure())
                if hang_up:
                    calls.append((there, there.seizure()))
                    del calls[-2]
    world.cut = True
    for end, call in calls[::2]:
        end.release(call)
    world.run(seconds)
    for end in world.ends:
        for n in range(3):
            try:
                calls.append((end, end.place(str(n))))
            except NoChannel:
                assert not end.span.in_service
    world.cut = False
    world.run(20)
    for end in world.ends:
        for call in end.span.calls():
            end.release(call)
    world.run(60)
    works(world)


def test_nothing_is_placed_while_the_data_link_is_down() -> None:
    world = World(up=False)
    world.cut = True
    with pytest.raises(NoChannel, match="out of service") as no:
        world.user.place("1")
    assert no.value.cause == Cause.NETWORK_OUT_OF_ORDER
    world.cut = False
    world.run(2)
    works(world)


def test_a_restart_that_the_loss_of_the_data_link_swallowed_is_made_up_for() -> None:
    world = World()
    world.cut = True
    world.user.span.reset(3, world.now)
    world.user.span.reset(4, world.now)
    world.run(30)
    assert {e.channel for e in world.user.heard(tell.ChannelChanged)} == {3, 4}
    world.cut = False
    world.run(10)
    works(world)
    with pytest.raises(NoChannel, match="data link"):
        PriSpan(SpanSettings(), 0.0).reset(1, 0.0)


def test_both_ends_are_the_user_and_the_installer_is_told() -> None:
    spans = [PriSpan(SpanSettings(LinkSettings(Side.USER)), 0.0) for _ in range(2)]
    told = []
    for _ in range(3):
        for here, there in (spans, spans[::-1]):
            for frame in here.frames():
                there.receive(frame, 0.0)
            told += here.events()
    mistakes = [event for event in told if isinstance(event, tell.SpanChanged)]
    assert mistakes
    assert not any(event.in_service for event in mistakes)
    assert "Set one end to user and the other to network" in mistakes[0].reason


# ---- alarm and card ----


def test_a_short_alarm_costs_no_call() -> None:
    world = World()
    call, _ = world.active()
    world.user.span.alarm(True, world.now)
    world.run(2.9)
    with pytest.raises(NoChannel):
        world.user.place("1")
    world.user.span.alarm(False, world.now)
    world.run(10)
    assert not call.ended
    assert [(e.in_service, e.reason) for e in world.user.heard(tell.SpanChanged)][1:] == [
        (False, "span alarm"),
        (True, "alarm ended"),
    ]


def test_an_alarm_that_lasts_clears_every_call_with_27_and_both_ends_agree() -> None:
    world = World()
    calls = [world.active() for _ in range(3)]
    waiting = world.user.place("1")
    world.user.span.alarm(True, world.now)
    world.user.span.alarm(True, world.now)
    world.run(3)
    for call in [call for call, _ in calls] + [waiting]:
        end = world.user.released(call)
        assert (end.cause, end.by, end.reason) == (Cause.DESTINATION_OUT_OF_ORDER, EndedBy.LINE, "span alarm")
    for _, far in calls:
        assert world.network.released(far).cause == Cause.DESTINATION_OUT_OF_ORDER
    refused = world.network.place("1")
    assert world.network.released(refused).cause == Cause.CHANNEL_UNAVAILABLE
    world.user.span.alarm(False, world.now)
    works(world)


def test_a_cable_that_is_pulled_for_a_while() -> None:
    """Alarm and silence together. Our DISCONNECT went with the data link; the far end hears of it with T305."""
    world = World(network_timers={"T309": 90})
    call, far = world.active()
    world.cut = True
    world.user.span.alarm(True, world.now)
    world.run(8)
    assert call.ended
    assert not far.ended
    world.cut = False
    world.user.span.alarm(False, world.now)
    world.run(30)
    assert world.network.released(far).by is EndedBy.FAR_END
    works(world)


def test_a_card_that_vanishes_ends_every_call_at_once_and_comes_back_by_itself() -> None:
    world = World()
    call, far = world.active()
    waiting = world.user.place("1")
    world.cut = True
    world.user.span.gone(world.now)
    world.settle()
    for one in (call, waiting):
        assert world.user.released(one).reason == "card is gone"
    world.run(100)
    assert world.user.idle()
    world.cut = False
    world.user.span.alarm(False, world.now)
    world.run(10)
    assert world.network.released(far).cause == Cause.DESTINATION_OUT_OF_ORDER
    works(world)


# ---- frames ----


class Noise:
    """Frames that nobody would send: noise, damaged and cut real ones, messages of odd elements in odd states.

    What is damaged comes off the wire, so that it names calls that are up. `layer_2` False: only what leaves the data
    link established, in UI frames; calls grow older there.
    """

    TYPES = (0x01, 0x02, 0x03, 0x05, 0x07, 0x0D, 0x0F, 0x24, 0x28, 0x30, 0x31, 0x33, 0x37, 0x45, 0x46, 0x4D, 0x4E)
    MORE_TYPES = (0x5A, 0x60, 0x62, 0x64, 0x6E, 0x75, 0x7B, 0x7D, 0x00, 0xFF)
    ELEMENTS = (0x04, 0x08, 0x14, 0x18, 0x1C, 0x1E, 0x27, 0x28, 0x29, 0x2C, 0x34, 0x4C, 0x6C, 0x6D, 0x70, 0x74, 0x76)
    MORE_ELEMENTS = (0x79, 0x7C, 0x7D, 0x7E, 0x91, 0x96, 0xA0, 0xA1)

    def __init__(self, world: World, seed: int, layer_2: bool) -> None:
        self.random = random.Random(seed)
        self.layer_2 = layer_2
        self.seen: deque[bytes] = deque([bytes.fromhex("0802000105")], maxlen=40)
        world.spoil = self.see

    def see(self, frame: bytes, to: End) -> bytes:
        if not frame[2] & 1:
            self.seen.append(frame[4:])
        return frame

    def frame(self, to: End) -> bytes:
        r = self.random
        header = bytes((0x02 if to.span.side is Side.USER else 0x00, 0x01))
        control = b"\x03"
        if self.layer_2:
            kind = r.randrange(4)
            if kind == 0:
                return r.randbytes(r.randint(1, 40))
            if kind == 1:  # SABME, DISC, UA, DM, FRMR, RR, REJ ...
                return header + r.choice([b"\x7f", b"\x53", b"\x73", b"\x0f", b"\x97", r.randbytes(2), r.randbytes(2)])
            control = r.choice([b"\x03", r.randbytes(2)])
        kind = r.randrange(4)
        message = bytearray(self.message() if kind == 0 else r.choice(self.seen))
        if kind == 1:
            for _ in range(r.randint(1, 4)):
                message[r.randrange(len(message))] = r.randrange(256)
        elif kind == 2:
            del message[r.randrange(len(message)) :]
        elif kind == 3 and len(message) > 4:  # another message about the same call
            message[4] = r.choice(self.TYPES)
        return header + control + bytes(message)

    def message(self) -> bytes:
        r = self.random
        message = b"\x08" + r.choice([b"\x02\x00\x00", b"\x00", b"\x01\x05", b"\x02" + r.randbytes(2), r.randbytes(3)])
        message += bytes((r.choice(self.TYPES + self.MORE_TYPES),))
        for _ in range(r.randrange(6)):
            element = r.choice(self.ELEMENTS + self.MORE_ELEMENTS)
            message += bytes((element,))
            if element < 0x80:
                content = r.randbytes(r.choice((0, 1, 2, 3, 4, 8, 40)))
                message += bytes((len(content),)) + content[: r.randint(0, len(content)) if r.random() < 0.1 else None]
        return message[:500]


@pytest.mark.parametrize("layer_2", [True, False], ids=["any frame", "messages"])
@pytest.mark.parametrize("seed", range(5))
def test_50000_random_and_damaged_frames(seed: int, layer_2: bool) -> None:
    """5000 each time, to both ends, among real calls: nothing raises, and the span works afterwards."""
    world = World(overlap=True)
    noise = Noise(world, seed, layer_2)
    r = noise.random
    seizures = 0
    for _ in range(5000):
        to = r.choice(world.ends)
        to.span.receive(noise.frame(to), world.now)
        if r.random() < 0.05:
            world.run(r.random() * 5)
        else:
            world.settle()
        if r.random() < 0.2:
            act(world, r)
        for end in world.ends:
            seizures += len(end.heard(tell.Seizure))
            end.told.clear()
    assert seizures > 100
    for end in world.ends:
        for call in end.span.calls():
            end.release(call)
    world.run(100)
    for end in world.ends:
        for channel in end.span.channels:
            end.span.unblock(channel.number, world.now)
    works(world)


def act(world: World, r: random.Random) -> None:
    """Somebody does something, if it can be done."""
    end = r.choice(world.ends)
    calls = end.span.calls()
    try:
        if not calls or r.random() < 0.3:
            end.place("1001")
        else:
            call = r.choice(calls)
            r.choice([end.alert, end.answer, end.proceed, end.progress, end.release])(call)
    except (LocalError, NoChannel):
        pass


def test_maintenance_messages_are_not_sent_to_and_fro_for_ever() -> None:
    """libpri answers North American maintenance messages by sending them back, which two of it would do without end."""
    world = World()
    for pd in (0x03, 0x43):
        world.user.span.receive(bytes((0x02, 0x01, 0x03, pd, 0x02, 0x00, 0x00, 0x0F, 0x18, 0x01, 0x83)), world.now)
    world.settle()
    works(world)


def test_frames_of_no_possible_length_are_counted() -> None:
    span = PriSpan(SpanSettings(), 0.0)
    for length in (0, 513, 5000):
        span.receive(bytes(length), 0.0)
    assert span.link.statistics().lost_in == 3


# ---- timers, settings, trace ----


def test_new_timers_hold_from_now_on_without_a_new_d_channel() -> None:
    world = World()
    link = world.user.span.link
    link.configure(LinkSettings(Side.USER, Timers({"T203": 3})))
    world.settle()
    world.active()
    world.cut = True
    world.run(3 + 5)
    assert not world.user.span.in_service
    with pytest.raises(LocalError, match="is the user side"):
        link.configure(LinkSettings(Side.NETWORK))


def test_a_timer_that_is_none() -> None:
    with pytest.raises(LocalError, match="no timer 'T999'; there are T200"):
        Timers({"T999": 1})
    with pytest.raises(LocalError, match="T303: 0 is not above 0"):
        Timers({"T303": 0})


def test_the_trace_shows_messages_and_goes_to_nobodys_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.user.span.link.set_trace(TraceLevel.MESSAGES)
    world.user.place("1001")
    trace = world.user.span.link.trace()
    assert "Message Type: SETUP" in trace
    assert "1001" in trace
    assert "Message Type: CALL PROCEEDING" in trace
    assert not world.network.span.link.trace()
    world.user.span.link.set_trace(TraceLevel.FRAMES)
    for _ in range(40):
        world.user.release(world.active()[0])
    assert 30_000 < len(world.user.span.link.trace()) <= 32_768
    assert not world.user.span.link.trace()
    assert capfd.readouterr() == ("", "")


def test_a_far_end_that_lost_the_call_may_use_its_channel_while_we_still_clear_it() -> None:
    world = World()
    call, far = world.active()
    world.cut = True
    world.network.span.link.forget(far.number)
    world.network.span._close(far)  # its program began anew
    world.user.release(call)
    world.cut = False
    assert call.channel is not None
    world.network.place("2", call.channel, exclusive=True)
    assert world.user.seizure().channel == call.channel
    assert world.user.released(call).cause is Cause.NORMAL_CLEARING
    world.user.answer(world.user.seizure())
    world.run(60)
    assert world.user.seizure().state is State.ACTIVE
    assert world.user.span.calls() == [world.user.seizure()]
