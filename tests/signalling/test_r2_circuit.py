"""Stories of one R2 circuit that a well-behaved far end does not tell: its bits and codes are the test's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hw.card import LineEventKind, Unsupported
from hw.errors import LocalError
from hw.event import EventKind
from hw.signalling import machine as m
from hw.signalling.line import (
    Call,
    Connection,
    Dialled,
    Established,
    Party,
    Released,
    Seized,
    Service,
    ServiceChanged,
    SpeechOpen,
)
from hw.signalling.q850 import Cause
from hw.signalling.r2.bits import abcd
from hw.signalling.r2.settings import CHINA, ITU, R2Settings
from hw.signalling.r2.states import State
from hw.signalling.r2.timers import TIMERS

from .r2_world import End, World

IDLE, SEIZURE, ACKNOWLEDGED, ANSWERED, FORCED = 0b10, 0b00, 0b11, 0b01, 0b00
BLOCKED = CLEAR_BACK = FAULT = ACKNOWLEDGED
NUMBER = Call("12345678", complete=True, calling=Party("99"))


class Mute(End):
    """A far end that does nothing by itself."""

    def take(self, stimulus: m.Stimulus) -> None:
        pass


class Circuit(World):
    """One end is ours; the other is the test, which is idle at first."""

    def __init__(self, settings: R2Settings = CHINA, first: int = IDLE) -> None:
        super().__init__(settings, settings)
        self.end = End(self, "end", settings)
        self.end.peer = Mute(self, "mute", settings)
        self.end.begin()
        self.far(first)

    def state(self) -> State:
        return self.end.r2.state

    def service(self) -> Service:
        return self.end.r2.service

    @property
    def sent(self) -> int:
        """a and b."""
        assert self.end.bits is not None
        return self.end.bits >> 2

    def far(self, pair: int, ms: float = 50) -> None:
        """The far end sends a and b, and some time passes."""
        self.end.see(abcd(pair, 0b01))
        self.run(ms / 1000)

    def code(self, code: int) -> None:
        """A code of the far end, as long as any."""
        forward = self.state().name.startswith("IN")
        self.end.hear(EventKind.R2_ON, code, forward)
        self.run(0.1)
        self.end.hear(EventKind.R2_OFF, code, forward)
        self.run(0.1)

    def called(self, digits: str = "12345678") -> None:
        self.far(SEIZURE)
        for digit in digits:
            self.code(int(digit) or 10)

    def incoming(self, state: State) -> None:
        """A call to us, taken so far."""
        self.called()
        if state is State.IN_REGISTER:
            return
        self.run(TIMERS["T-DIGIT"].seconds)
        self.end.take(m.Alert())
        self.run(0.5)
        self.code(3)
        assert self.state() is State.IN_ACCEPTED, self.end.text()
        if state is State.IN_ANSWERED:
            self.end.take(m.Answer())
            self.run(0.2)
            assert self.state() is State.IN_ANSWERED

    def outgoing(self, state: State) -> None:
        """A call of ours, taken so far."""
        self.end.take(m.Place(NUMBER))
        if state is State.OUT_SEIZING:
            return
        self.far(ACKNOWLEDGED)
        if state is State.OUT_REGISTER:
            return
        self.code(3)
        self.code(1)
        assert self.state() is State.OUT_WAITING, self.end.text()
        if state is State.OUT_ANSWERED:
            self.far(ANSWERED)
            assert self.state() is State.OUT_ANSWERED

    @property
    def endings(self) -> list[tuple[Cause, str]]:
        return [(telling.cause, telling.by) for telling in self.end.of(Released)]


# ---- the begin ----


def test_a_circuit_is_in_service_as_soon_as_the_far_end_shows_idle() -> None:
    circuit = Circuit(first=BLOCKED)
    assert circuit.service() is Service.BLOCKED_THERE
    circuit.far(IDLE)
    assert circuit.service() is Service.NONE


def test_a_seizure_that_stood_before_we_came_is_none() -> None:
    circuit = Circuit(first=SEIZURE)
    assert not circuit.end.of(Seized)
    assert circuit.service() is Service.BLOCKED_THERE
    assert circuit.sent == IDLE
    circuit.far(IDLE)
    circuit.far(SEIZURE)
    assert len(circuit.end.of(Seized)) == 1


# ---- bits ----


def test_bits_that_come_for_a_moment_do_not_count() -> None:
    circuit = Circuit()
    circuit.far(SEIZURE, ms=10)
    circuit.far(IDLE)
    assert not circuit.end.of(Seized)
    circuit.outgoing(State.OUT_ANSWERED)
    for wrong in (IDLE, FORCED, CLEAR_BACK):
        circuit.far(wrong, ms=10)
        circuit.far(ANSWERED)
    assert circuit.end.connection() is Connection.CONNECTED
    assert "too short to count" in circuit.end.text()


def test_a_called_party_who_lifts_again_soon_goes_on() -> None:
    circuit = Circuit()
    circuit.outgoing(State.OUT_ANSWERED)
    circuit.far(CLEAR_BACK, ms=150)
    assert circuit.end.connection() is Connection.CONNECTED
    circuit.far(ANSWERED, ms=1000)
    assert circuit.end.connection() is Connection.CONNECTED
    assert len(circuit.end.of(Established)) == 1
    circuit.far(CLEAR_BACK, ms=300)
    circuit.far(IDLE, ms=300)
    assert circuit.endings == [(Cause.NORMAL_CLEARING, "far")]


def test_patience_with_a_called_party_who_hung_up_is_a_setting() -> None:
    circuit = Circuit(replace(CHINA, times={"T-BACK": 60}))
    circuit.outgoing(State.OUT_ANSWERED)
    circuit.far(CLEAR_BACK, ms=59_000)
    assert circuit.end.connection() is Connection.CONNECTED
    circuit.far(ANSWERED)
    assert circuit.state() is State.OUT_ANSWERED


@pytest.mark.parametrize("state", [State.OUT_REGISTER, State.OUT_WAITING, State.OUT_ANSWERED])
@pytest.mark.parametrize("pair", [FORCED, IDLE])
def test_forced_release_and_a_far_end_that_goes_idle_end_the_call(state: State, pair: int) -> None:
    circuit = Circuit()
    circuit.outgoing(state)
    circuit.far(pair, ms=200)
    assert circuit.sent == IDLE
    circuit.far(IDLE)
    ((_, by),) = circuit.endings
    assert by == "far"
    assert circuit.service() is Service.NONE


def test_an_answer_in_the_middle_of_the_codes_is_an_answer() -> None:
    circuit = Circuit()
    circuit.outgoing(State.OUT_REGISTER)
    assert isinstance(circuit.end.playing, m.PlayR2)
    circuit.far(ANSWERED)
    assert circuit.end.connection() is Connection.CONNECTED
    assert circuit.end.playing is None
    assert [told.charged for told in circuit.end.of(Established)] == [None]


@pytest.mark.parametrize("state", [State.IN_REGISTER, State.IN_ACCEPTED, State.IN_ANSWERED])
def test_a_fault_at_the_calling_end_ends_the_call(state: State) -> None:
    circuit = Circuit()
    circuit.incoming(state)
    circuit.far(FAULT, ms=500)
    assert circuit.endings == [(Cause.TEMPORARY_FAILURE, "far")]
    assert circuit.sent == IDLE
    assert circuit.service() is Service.BLOCKED_THERE


def test_c_and_d_are_sent_as_set_and_never_looked_at() -> None:
    for settings, cd in ((CHINA, 0b11), (ITU, 0b01), (replace(CHINA, cd_bits=0), 0b00)):
        circuit = Circuit(settings)
        circuit.end.see(0b1011)
        circuit.outgoing(State.OUT_SEIZING)
        assert circuit.end.bits == cd
        circuit.end.see(0b1110)
        circuit.run(0.05)
        assert circuit.state() is State.OUT_REGISTER


# ---- seizure ----


def test_glare_is_held_long_enough_that_both_see_it() -> None:
    circuit = Circuit()
    circuit.outgoing(State.OUT_SEIZING)
    circuit.far(SEIZURE, ms=100)
    assert circuit.sent == SEIZURE
    circuit.run(0.05)
    assert circuit.sent == IDLE
    assert circuit.state() is State.OUT_CLEARING
    circuit.far(IDLE, ms=200)
    assert circuit.endings == [(Cause.CHANNEL_UNAVAILABLE, "line")]
    assert not circuit.end.of(Seized)


def test_a_call_released_in_glare_was_released_by_us() -> None:
    circuit = Circuit()
    circuit.outgoing(State.OUT_SEIZING)
    circuit.far(SEIZURE, ms=30)
    circuit.end.take(m.Release())
    circuit.far(IDLE, ms=500)
    assert circuit.endings == [(Cause.CHANNEL_UNAVAILABLE, "line")]
    assert circuit.service() is Service.NONE


def test_a_call_given_up_at_once_shows_idle_long_enough_to_be_seen() -> None:
    circuit = Circuit()
    circuit.outgoing(State.OUT_SEIZING)
    circuit.end.take(m.Release())
    assert circuit.endings == []
    circuit.far(ACKNOWLEDGED, ms=50)  # was on its way
    circuit.far(IDLE, ms=100)
    assert circuit.endings == [(Cause.NORMAL_CLEARING, "near")]


def test_a_far_end_that_blocks_itself_may_still_call() -> None:
    circuit = Circuit()
    circuit.far(BLOCKED)
    circuit.far(SEIZURE)
    assert len(circuit.end.of(Seized)) == 1
    assert circuit.sent == ACKNOWLEDGED


def test_a_seizure_while_we_are_blocked_is_not_acknowledged() -> None:
    circuit = Circuit()
    circuit.end.take(m.Block())
    assert circuit.sent == BLOCKED
    circuit.far(SEIZURE)
    assert not circuit.end.of(Seized)
    assert circuit.sent == IDLE  # 11 would say that it is
    circuit.end.take(m.Unblock())
    assert circuit.service() is Service.BLOCKED_THERE
    circuit.far(IDLE)
    assert circuit.service() is Service.NONE


def test_blocked_is_shown_when_idle_was_seen() -> None:
    circuit = Circuit()
    circuit.incoming(State.IN_ANSWERED)
    circuit.end.take(m.Block())
    assert circuit.sent == ANSWERED
    circuit.far(IDLE, ms=250)
    assert circuit.sent == IDLE
    circuit.run(0.1)
    assert circuit.sent == BLOCKED
    assert circuit.service() is Service.BLOCKED_HERE


# ---- alarms and lost cards ----


@pytest.mark.parametrize("kind", [LineEventKind.ALARM, LineEventKind.GONE])
@pytest.mark.parametrize(
    "state",
    [
        State.OUT_SEIZING,
        State.OUT_REGISTER,
        State.OUT_WAITING,
        State.OUT_ANSWERED,
        State.IN_REGISTER,
        State.IN_ACCEPTED,
        State.IN_ANSWERED,
    ],
)
def test_alarm_and_loss_end_a_call_at_once(state: State, kind: LineEventKind) -> None:
    circuit = Circuit()
    (circuit.outgoing if state.name.startswith("OUT") else circuit.incoming)(state)
    before = len(circuit.end.acts)
    circuit.end.line(kind)
    assert circuit.endings == [(Cause.DESTINATION_OUT_OF_ORDER, "line")]
    assert circuit.end.connection() is Connection.NULL
    assert not circuit.end.timers
    assert circuit.end.playing is None
    assert not circuit.end.speech
    sends = [act for act in circuit.end.acts[before:] if isinstance(act, m.SetBits)]
    assert bool(sends) is (kind is LineEventKind.ALARM)


@pytest.mark.parametrize("kind", [LineEventKind.ALARM, LineEventKind.GONE])
def test_alarm_and_loss_while_idle_and_while_clearing(kind: LineEventKind) -> None:
    idle, clearing = Circuit(), Circuit()
    clearing.outgoing(State.OUT_ANSWERED)
    clearing.end.take(m.Release())
    for circuit, endings in ((idle, []), (clearing, [(Cause.NORMAL_CLEARING, "near")])):
        circuit.end.line(kind)
        assert circuit.endings == endings
        assert circuit.service() & (Service.ALARM | Service.GONE)
        with pytest.raises(LocalError, match="out of service"):
            circuit.end.take(m.Place(NUMBER))


def test_after_an_alarm_the_bits_say_what_follows() -> None:
    circuit = Circuit()
    circuit.end.line(LineEventKind.ALARM)
    circuit.far(SEIZURE)
    circuit.end.line(LineEventKind.ALARM_END)
    assert circuit.service() is Service.BLOCKED_THERE
    assert not circuit.end.of(Seized)
    circuit.far(IDLE)
    assert [changed.service for changed in circuit.end.of(ServiceChanged)[-2:]] == [
        Service.BLOCKED_THERE,
        Service.NONE,
    ]


# ---- timers ----


def expires(state: State, timer: str, wait: float, endings: list[tuple[Cause, str]], service: Service) -> object:
    return pytest.param(state, wait, endings, service, id=timer)


@pytest.mark.parametrize(
    ("state", "wait", "endings", "service"),
    [
        expires(State.OUT_SEIZING, "T-SEIZE", 2, [(Cause.CHANNEL_UNAVAILABLE, "line")], Service.NONE),
        expires(State.OUT_REGISTER, "T1", 15, [(Cause.TEMPORARY_FAILURE, "line")], Service.NONE),
        expires(State.OUT_WAITING, "T-ANSWER", 60, [(Cause.NO_ANSWER, "line")], Service.NONE),
        expires(State.IN_REGISTER, "T3", 15, [(Cause.TEMPORARY_FAILURE, "line")], Service.NONE),
    ],
)
def test_a_far_end_that_does_nothing_more(
    state: State, wait: float, endings: list[tuple[Cause, str]], service: Service
) -> None:
    """It is idle as soon as it sees our clear-forward, or its own."""
    circuit = Circuit(replace(CHINA, called_digits=9))
    (circuit.outgoing if state.name.startswith("OUT") else circuit.incoming)(state)
    circuit.run(wait - 0.5)
    assert circuit.endings == []
    circuit.run(1)
    circuit.far(IDLE, ms=500)
    assert circuit.endings == endings, circuit.end.text()
    assert circuit.service() is service


def test_t2_ends_a_call_whose_digits_do_not_come() -> None:
    circuit = Circuit()
    circuit.end.take(m.Place(replace(NUMBER, called="12", complete=False)))
    circuit.far(ACKNOWLEDGED)
    circuit.code(1)
    circuit.code(1)
    circuit.run(23)
    assert circuit.endings == []
    circuit.run(2)
    circuit.far(IDLE, ms=500)
    assert circuit.endings == [(Cause.TEMPORARY_FAILURE, "line")]


def test_t3_says_congestion_by_codes_where_codes_can_still_say_it() -> None:
    circuit = Circuit(replace(CHINA, called_digits=8))
    circuit.called("12")
    circuit.run(15)
    assert circuit.end.playing == m.PlayR2(4, forward=False)
    circuit.run(0.2)
    assert circuit.end.playing is None
    assert circuit.state() is State.IN_ENDING


def test_no_release_guard_is_waited_for_and_then_the_circuit_stays_blocked() -> None:
    circuit = Circuit()
    circuit.outgoing(State.OUT_ANSWERED)
    circuit.end.take(m.Release())
    circuit.run(9)
    assert circuit.endings == []
    circuit.run(2)
    assert circuit.endings == [(Cause.NORMAL_CLEARING, "near")]
    assert circuit.end.connection() is Connection.NULL
    assert circuit.service() is Service.BLOCKED_THERE
    with pytest.raises(LocalError, match="out of service: BLOCKED_THERE"):
        circuit.end.take(m.Place(NUMBER))
    circuit.far(IDLE)
    assert circuit.service() is Service.NONE


@pytest.mark.parametrize("forced", [False, True])
@pytest.mark.parametrize("state", [State.IN_REGISTER, State.IN_ACCEPTED, State.IN_ANSWERED])
def test_a_caller_who_does_not_clear_holds_the_circuit_and_not_the_call(state: State, forced: bool) -> None:
    circuit = Circuit(replace(CHINA, forced_release=forced))
    circuit.incoming(state)
    circuit.end.take(m.Release())
    circuit.run(31)
    assert circuit.endings == [(Cause.NORMAL_CLEARING, "near")]
    assert circuit.end.connection() is Connection.NULL
    assert circuit.service() is Service.BLOCKED_THERE
    assert circuit.sent == (FORCED if forced else ACKNOWLEDGED)
    assert circuit.end.playing is None
    circuit.far(IDLE, ms=500)
    assert circuit.sent == IDLE
    assert circuit.service() is Service.NONE
    assert len(circuit.endings) == 1


def test_a_held_circuit_is_freed_by_reset() -> None:
    circuit = Circuit()
    circuit.incoming(State.IN_ANSWERED)
    circuit.end.take(m.Release())
    circuit.run(31)
    circuit.end.take(m.Reset())
    circuit.run(0.5)
    assert circuit.sent == IDLE
    assert circuit.service() is Service.BLOCKED_THERE
    circuit.far(IDLE)
    assert circuit.service() is Service.NONE
    assert len(circuit.endings) == 1


def test_every_timer_of_the_table_can_be_set() -> None:
    settings = replace(CHINA, times=dict.fromkeys(TIMERS, 7.0))
    assert {timer.seconds for timer in Circuit(settings).end.machine.timers.values()} == {7.0}


# ---- what the caller hears ----


def test_ring_back_comes_from_here_until_the_answer() -> None:
    circuit = Circuit()
    circuit.incoming(State.IN_ACCEPTED)
    assert circuit.end.playing == m.PlayTone("ringback")
    circuit.end.take(m.Answer())
    circuit.run(0.2)
    assert circuit.end.playing is None


def test_ring_back_does_not_come_over_what_the_exchange_says() -> None:
    circuit = Circuit()
    circuit.incoming(State.IN_ACCEPTED)
    circuit.end.take(m.ShowProgress())
    assert circuit.end.playing is None
    circuit.end.take(m.Alert(in_band=True))
    assert circuit.end.playing is None
    circuit.end.take(m.Alert())
    assert circuit.end.playing == m.PlayTone("ringback")
    circuit.end.take(m.Alert(in_band=True))
    assert circuit.end.playing is None
    assert len(circuit.end.of(SpeechOpen)) == 1


def test_the_speech_path_is_open_when_they_have_seen_our_last_code_end() -> None:
    circuit = Circuit()
    circuit.called()
    circuit.run(TIMERS["T-DIGIT"].seconds)
    circuit.end.take(m.ShowProgress())
    circuit.run(0.5)
    circuit.end.hear(EventKind.R2_ON, 3, True)
    circuit.run(0.1)
    circuit.end.hear(EventKind.R2_OFF, 3, True)
    assert circuit.end.playing is None
    circuit.run(TIMERS["T-LULL"].seconds - 0.001)
    assert not circuit.end.of(SpeechOpen)
    circuit.run(0.001)
    assert len(circuit.end.of(SpeechOpen)) == 1


@pytest.mark.parametrize("last", [m.Answer(), m.Release()])
def test_an_answer_or_an_end_in_the_register_needs_no_word_of_the_speech_path(last: m.Order) -> None:
    circuit = Circuit()
    circuit.called()
    circuit.run(TIMERS["T-DIGIT"].seconds)
    circuit.end.take(m.ShowProgress())
    circuit.run(0.5)
    circuit.end.take(last)
    circuit.code(3)
    circuit.far(IDLE, 500)
    assert not circuit.end.of(SpeechOpen)
    assert bool(circuit.end.of(Established)) is isinstance(last, m.Answer)
    assert len(circuit.endings) == 1


def test_who_wants_the_ring_back_of_the_line_is_told_nothing() -> None:
    circuit = Circuit()
    circuit.incoming(State.IN_ANSWERED)
    assert not circuit.end.of(SpeechOpen)


@pytest.mark.parametrize(
    ("cause", "tone"), [(Cause.NORMAL_CLEARING, "busy"), (Cause.USER_BUSY, "busy"), (Cause.NO_CIRCUIT, "congestion")]
)
@pytest.mark.parametrize("state", [State.IN_ACCEPTED, State.IN_ANSWERED])
def test_a_caller_who_is_released_late_hears_a_tone(state: State, cause: Cause, tone: str) -> None:
    circuit = Circuit()
    circuit.incoming(state)
    circuit.end.take(m.Release(cause))
    assert circuit.end.playing == m.PlayTone(tone)
    circuit.far(IDLE)
    assert circuit.end.playing is None


@pytest.mark.parametrize("state", [State.OUT_ANSWERED, State.IN_ANSWERED])
def test_digits_into_a_conversation_are_keyed(state: State) -> None:
    circuit = Circuit()
    (circuit.outgoing if state.name.startswith("OUT") else circuit.incoming)(state)
    circuit.end.take(m.Send("12#"))
    assert circuit.end.playing == m.PlayDigits("12#")


# ---- orders ----


def setup(state: State) -> Callable[[Circuit], None]:
    return lambda circuit: (circuit.outgoing if state.name.startswith("OUT") else circuit.incoming)(state)


@pytest.mark.parametrize(
    ("state", "order"),
    [
        (None, m.Answer()),
        (None, m.Alert()),
        (None, m.Send("1")),
        (State.OUT_REGISTER, m.Answer()),
        (State.OUT_WAITING, m.Alert()),
        (State.OUT_ANSWERED, m.Place(NUMBER)),
        (State.OUT_SEIZING, m.Send("1A")),
        (State.IN_REGISTER, m.Send("1")),
        (State.IN_ANSWERED, m.Answer()),
        (State.IN_ANSWERED, m.Place(NUMBER)),
        (None, m.Place(Call("", complete=True))),
        (None, m.Place(Call("12*", complete=True))),
        (None, m.Place(Call("１２", complete=True))),
    ],
)
def test_an_order_that_does_not_fit_is_refused_and_changes_nothing(state: State | None, order: m.Order) -> None:
    circuit = Circuit()
    if state is not None:
        setup(state)(circuit)
    before, acts = circuit.state(), len(circuit.end.acts)
    with pytest.raises(LocalError, match="R2 circuit"):
        circuit.end.take(order)
    assert circuit.state() is before
    assert len(circuit.end.acts) == acts


@pytest.mark.parametrize("order", [m.Flash(), m.MessageWaiting(True)])
def test_what_a_circuit_cannot_it_says(order: m.Order) -> None:
    with pytest.raises(Unsupported, match="an R2 circuit has no"):
        Circuit().end.take(order)


@pytest.mark.parametrize("order", [m.Answer(), m.Alert(), m.Proceed(), m.Send("1"), m.Release(), m.ShowProgress()])
@pytest.mark.parametrize("state", [State.OUT_ANSWERED, State.IN_REGISTER, State.IN_ANSWERED])
def test_orders_that_cross_the_far_ends_hang_up_are_no_error(state: State, order: m.Order) -> None:
    circuit = Circuit()
    setup(state)(circuit)
    circuit.far(CLEAR_BACK if state is State.OUT_ANSWERED else IDLE, ms=100)
    if state is State.OUT_ANSWERED:
        circuit.run(0.2)
    assert circuit.endings == []
    circuit.end.take(order)
    circuit.far(IDLE, ms=500)
    assert circuit.endings == [(Cause.NORMAL_CLEARING, "far")]


def test_digits_that_cross_proceeding_are_no_error() -> None:
    circuit = Circuit()
    circuit.outgoing(State.OUT_WAITING)
    circuit.end.take(m.Send("9"))
    assert circuit.end.playing is None
    assert circuit.state() is State.OUT_WAITING


def test_release_and_reset_of_an_idle_circuit_are_nothing() -> None:
    circuit = Circuit()
    circuit.end.take(m.Release())
    circuit.end.take(m.Reset())
    assert circuit.endings == []
    assert circuit.sent == IDLE


# ---- the trace ----


def test_the_trace_has_every_tone_and_bit_and_their_lengths() -> None:
    circuit = Circuit(replace(CHINA, called_digits=2))
    circuit.called("12")
    circuit.end.take(m.Release(Cause.USER_BUSY))
    circuit.run(1)
    text = circuit.end.text()
    for row in (
        "far ab 10 -> 00",
        "sends ab 11",
        "idle -> in_register",
        "hears 1",
        "sends 1: next digit",
        "hears 1 end, it lasted 100 ms",
        "hears 2",
        "call ends: refused by order",
        "sends 3 as a pulse: number complete, change to group B",
        "quiet",
    ):
        assert f"end: {row}\n" in text + "\n", text
    assert circuit.end.of(Dialled)[-1].complete
