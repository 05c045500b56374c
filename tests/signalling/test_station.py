"""Stories of one telephone on an FXS port, without card or sound: the machine alone, in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.card import Ability, LineEventKind, RingCadence, Unsupported
from hw.errors import LocalError
from hw.event import EventKind
from hw.signalling import machine as m
from hw.signalling.analog.station import TIMERS, State, Station, StationSettings
from hw.signalling.line import (
    Call,
    Connection,
    Delivered,
    Dialled,
    Established,
    Flashed,
    Idle,
    LineAbility,
    Party,
    Released,
    Seized,
    Service,
    SpeechOpen,
)
from hw.signalling.q850 import Cause

from .hands import Clock, Hands

LIFT, HANG_UP, FLASH = LineEventKind.OFF_HOOK, LineEventKind.ON_HOOK, LineEventKind.FLASH


def telephone(settings: StationSettings | None = None, card: Ability = Ability.NONE) -> Hands:
    hands = Hands(Clock(), "station", Station(settings or StationSettings(), card))
    hands.begin()
    return hands


def test_a_lift_gives_dial_tone_and_the_first_digit_ends_it() -> None:
    phone = telephone()
    phone.line(LIFT)
    assert phone.playing == m.PlayTone("dial")
    assert phone.of(Seized)
    phone.digits("8")
    assert phone.playing is None
    phone.digits("001")
    phone.clock.run(TIMERS["T-DIGIT"].seconds)
    assert [(d.digits, d.complete) for d in phone.of(Dialled)] == [
        ("8", False),
        ("0", False),
        ("0", False),
        ("1", False),
        ("", True),
    ]


def test_pulse_digits_are_digits_too() -> None:
    phone = telephone()
    phone.line(LIFT)
    for digit in "110":
        phone.line(LineEventKind.PULSE_DIGIT, digit)
        phone.clock.run(0.8)
    assert "".join(d.digits for d in phone.of(Dialled)) == "110"


def test_nobody_dials_and_the_number_is_complete_and_empty() -> None:
    phone = telephone()
    phone.line(LIFT)
    phone.clock.run(TIMERS["T-FIRST"].seconds)
    assert phone.of(Dialled) == [Dialled(phone.clock.time, "", complete=True)]
    assert phone.playing is None


def test_a_call_out_is_answered_and_battery_reverses_where_the_card_can() -> None:
    phone = telephone(StationSettings(reverse_on_answer=True), Ability.SET_POLARITY)
    phone.line(LIFT)
    phone.digits("8001")
    phone.take(m.Alert())
    assert phone.playing == m.PlayTone("ringback")
    phone.take(m.Answer())
    assert phone.reversed
    assert phone.playing is None
    assert phone.connection() is Connection.CONNECTED
    phone.line(HANG_UP)
    assert not phone.reversed
    assert phone.of(Released)[-1].by == "far"
    assert not phone.timers


def test_a_card_that_cannot_reverse_says_so_when_asked_to() -> None:
    with pytest.raises(Unsupported, match="cannot reverse"):
        Station(StationSettings(reverse_on_answer=True))


@pytest.mark.parametrize(
    ("cause", "tone"),
    [(Cause.USER_BUSY, "busy"), (Cause.NO_CIRCUIT, "congestion"), (Cause.UNALLOCATED, "vacant")],
)
def test_a_telephone_left_off_hook_hears_why_then_howler_then_silence(cause: Cause, tone: str) -> None:
    phone = telephone()
    phone.line(LIFT)
    phone.digits("8001")
    phone.take(m.Release(cause))
    assert phone.playing == m.PlayTone(tone)
    assert phone.of(Released)[-1].cause is cause
    assert phone.connection() is Connection.FAIL
    phone.clock.run(TIMERS["T-TONE"].seconds)
    assert phone.playing == m.PlayTone("howler")
    phone.clock.run(TIMERS["T-HOWLER"].seconds)
    assert phone.playing is None
    assert not phone.speech
    assert phone.machine.service is Service.LEFT_OFF_HOOK
    phone.line(HANG_UP)
    assert phone.of(Idle)
    assert phone.machine.service is Service.NONE
    assert phone.connection() is Connection.NULL
    assert len(phone.of(Released)) == 1


def test_fsk_caller_id_goes_between_the_first_ring_and_the_second() -> None:
    phone = telephone()
    caller = Party("01066778899", name="Wang")
    phone.take(m.Place(Call("12", calling=caller)))
    assert phone.ringing == m.Ring(RingCadence((1000, 4000)))
    assert phone.of(Delivered)
    phone.clock.run(1.4)
    assert phone.playing is None
    phone.clock.run(0.2)
    assert phone.playing == m.PlayCaller(caller, "fsk")
    phone.clock.run(2)
    assert not phone.speech
    phone.line(LIFT)
    assert phone.speech
    assert phone.of(Established)
    assert phone.connection() is Connection.CONNECTED


def test_dtmf_caller_id_goes_before_the_first_ring() -> None:
    phone = telephone(StationSettings(caller_id="dtmf"))
    caller = Party("66778899")
    phone.take(m.Place(Call("12", calling=caller)))
    assert phone.ringing is None
    phone.clock.run(0.4)
    assert phone.playing == m.PlayCaller(caller, "dtmf")
    phone.clock.run(1)
    assert phone.ringing is not None
    assert phone.connection() is Connection.ALERTING


def test_kinds_of_call_ring_differently() -> None:
    seen = set()
    for ring in ("internal", "external", "group", "recall", "intercom"):
        phone = telephone()
        phone.take(m.Place(Call(ring=ring)))
        assert phone.ringing is not None
        seen.add(phone.ringing.cadence)
    assert len(seen) == 5


def test_a_lift_in_the_middle_of_caller_id_answers() -> None:
    for kind in ("fsk", "dtmf"):
        phone = telephone(StationSettings(caller_id=kind))
        phone.take(m.Place(Call(calling=Party("123"))))
        phone.clock.run(0.35 if kind == "dtmf" else 1.6)
        assert isinstance(phone.playing, m.PlayCaller)
        phone.line(LIFT)
        assert phone.playing is None
        assert phone.connection() is Connection.CONNECTED
        phone.clock.run(10)
        assert phone.speech


def test_the_caller_goes_while_it_rings() -> None:
    phone = telephone()
    phone.take(m.Place(Call(calling=Party("123"))))
    phone.clock.run(1.6)
    phone.take(m.Release())
    assert phone.ringing is None
    assert not phone.speech
    assert phone.of(Released)[-1].by == "near"
    assert phone.connection() is Connection.NULL


def test_a_flash_in_a_call_is_told() -> None:
    phone = telephone()
    phone.take(m.Place(Call()))
    phone.line(LIFT)
    phone.line(FLASH)
    assert phone.of(Flashed)
    assert phone.connection() is Connection.CONNECTED


def test_a_message_waits_stutter_dial_tone_and_a_lamp() -> None:
    phone = telephone()
    phone.take(m.MessageWaiting(True))
    phone.clock.run(0.5)
    assert phone.playing == m.PlayMessageWaiting(True)
    phone.clock.run(1)
    assert not phone.speech
    phone.line(LIFT)
    assert isinstance(phone.playing, m.PlayTone)
    assert phone.playing.name == "special_dial"
    phone.line(HANG_UP)
    phone.clock.run(2)
    phone.take(m.MessageWaiting(False))
    phone.clock.run(0.5)
    assert phone.playing == m.PlayMessageWaiting(False)


def test_the_lamp_of_a_busy_telephone_is_set_when_it_is_hung_up() -> None:
    phone = telephone()
    phone.line(LIFT)
    phone.take(m.MessageWaiting(True))
    assert isinstance(phone.playing, m.PlayTone)
    phone.line(HANG_UP)
    phone.clock.run(0.4)
    assert isinstance(phone.playing, m.PlayMessageWaiting)


def test_a_call_that_comes_while_the_lamp_is_set_goes_first() -> None:
    phone = telephone()
    phone.take(m.MessageWaiting(True))
    phone.clock.run(0.4)
    phone.take(m.Place(Call()))
    assert phone.ringing is not None
    phone.take(m.Release())
    phone.clock.run(0.4)
    assert phone.playing == m.PlayMessageWaiting(True)


def test_a_blocked_station_gets_no_dial_tone_and_no_call() -> None:
    phone = telephone()
    phone.take(m.Block())
    with pytest.raises(LocalError, match="out of service"):
        phone.take(m.Place(Call()))
    phone.line(LIFT)
    assert phone.playing == m.PlayTone("congestion")
    assert not phone.of(Seized)
    phone.line(HANG_UP)
    phone.take(m.Unblock())
    phone.take(m.Place(Call()))
    assert phone.ringing is not None


def test_the_card_vanishes_in_mid_call() -> None:
    phone = telephone()
    phone.line(LIFT)
    phone.digits("1")
    phone.line(LineEventKind.GONE)
    assert [(r.cause, r.by) for r in phone.of(Released)] == [(Cause.DESTINATION_OUT_OF_ORDER, "line")]
    assert phone.machine.service is Service.GONE
    assert not phone.timers


def test_an_alarm_finds_a_telephone_left_off_hook_and_leaves_it_free() -> None:
    for waited in (1.0, TIMERS["T-TONE"].seconds + 1, TIMERS["T-TONE"].seconds + TIMERS["T-HOWLER"].seconds + 1):
        phone = telephone()
        phone.line(LIFT)
        phone.take(m.Release())
        phone.clock.run(waited)
        phone.line(LineEventKind.ALARM)
        assert phone.machine.service == Service.ALARM
        assert len(phone.of(Idle)) == 1
        phone.line(LineEventKind.ALARM_END)
        assert not phone.machine.service, phone.text()
        phone.line(HANG_UP)
        phone.take(m.Place(Call()))
        assert phone.ringing is not None


def test_dial_tone_is_over_when_the_exchange_knows_where_the_call_goes() -> None:
    for order in (m.Proceed(), m.Alert(in_band=True), m.ShowProgress(), m.Answer()):
        phone = telephone()
        phone.line(LIFT)
        assert phone.playing == m.PlayTone("dial")
        phone.take(order)
        assert phone.playing is None, order


def test_ring_back_tone_gives_way_to_what_the_exchange_lets_be_heard() -> None:
    phone = telephone()
    phone.line(LIFT)
    phone.digits("8001")
    phone.take(m.Alert())
    assert phone.playing == m.PlayTone("ringback")
    assert not phone.of(SpeechOpen)
    phone.take(m.Alert(in_band=True))
    assert phone.playing is None
    phone.take(m.ShowProgress())
    assert len(phone.of(SpeechOpen)) == 1
    phone.line(HANG_UP)
    phone.line(LIFT)
    phone.take(m.ShowProgress())
    assert len(phone.of(SpeechOpen)) == 2


def test_every_timer_of_the_table_can_be_set() -> None:
    phone = telephone(StationSettings(times={"T-FIRST": 5.0, "T-DIGIT": 2.0}))
    assert set(phone.machine.timers) == set(TIMERS)
    phone.line(LIFT)
    phone.digits("8")
    phone.clock.run(2.0)
    assert phone.of(Dialled)[-1].complete
    phone.line(HANG_UP)
    phone.line(LIFT)
    phone.clock.run(5.0)
    assert phone.of(Dialled)[-1] == Dialled(phone.clock.time, "", complete=True)


@pytest.mark.parametrize("times", [{"T-NONE": 5.0}, {"T-DIGIT": 0.0}, {"T-DIGIT": 601.0}])
def test_times_that_cannot_be_are_refused(times: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="times"):
        StationSettings(times=times)


def test_a_station_promises_no_digits_after_the_call_was_placed() -> None:
    phone = telephone()
    phone.take(m.Place(Call("12")))
    with pytest.raises(LocalError):
        phone.take(m.Send("3"))
    assert LineAbility.OVERLAP not in phone.machine.abilities


ORDERS: dict[str, m.Order] = {
    "place": m.Place(Call(calling=Party("88"))),
    "proceed": m.Proceed(),
    "alert": m.Alert(),
    "progress": m.ShowProgress(),
    "answer": m.Answer(),
    "send": m.Send("5"),
    "release": m.Release(Cause.USER_BUSY),
    "message": m.MessageWaiting(True),
    "no message": m.MessageWaiting(False),
    "block": m.Block(),
    "unblock": m.Unblock(),
    "reset": m.Reset(),
}
CARD = [LineEventKind.ALARM, LineEventKind.ALARM_END, LineEventKind.GONE, LineEventKind.BACK]
acts = st.one_of(
    st.tuples(st.just("hook"), st.sampled_from([LIFT, HANG_UP, FLASH])),
    st.tuples(st.just("pulse"), st.sampled_from("0159")),
    st.tuples(st.just("digit"), st.sampled_from("0159*#")),
    st.tuples(st.just("alarm"), st.sampled_from(CARD)),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 0.5, 2.0, 20.0, 70.0])),
    st.tuples(st.just("order"), st.sampled_from(list(ORDERS))),
)


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(["fsk", "dtmf", "none"]), story=st.lists(acts, max_size=40))
def test_any_order_of_acts_ends_on_hook_with_nothing_left_behind(kind: str, story: list[tuple[str, object]]) -> None:
    phone = telephone(StationSettings(caller_id=kind))
    lifted = False
    placed = 0
    for what, value in story:
        if what == "hook":
            assert isinstance(value, LineEventKind)
            if value is not FLASH:
                lifted = value is LIFT
            phone.line(value)
        elif what == "pulse":
            phone.line(LineEventKind.PULSE_DIGIT, str(value))
        elif what == "digit":
            phone.media(EventKind.DTMF_DOWN, ord(str(value)))
        elif what == "alarm":
            assert isinstance(value, LineEventKind)
            phone.line(value)
        elif what == "wait":
            assert isinstance(value, float)
            phone.clock.run(value)
        else:
            try:
                phone.take(ORDERS[str(value)])
            except LocalError:
                continue
            placed += value == "place"
    phone.line(LineEventKind.BACK)
    phone.line(LineEventKind.ALARM_END)
    if phone.connection() in (Connection.ALERTING, Connection.CONNECTED, Connection.INITIATED) and not lifted:
        phone.take(m.Release())
    phone.line(HANG_UP)
    phone.clock.run(sum(timer.seconds for timer in TIMERS.values()))
    station = phone.machine
    assert isinstance(station, Station)
    assert station.state is State.ON_HOOK, phone.text()
    assert not station.service & ~Service.BLOCKED_HERE
    assert not phone.timers
    assert phone.playing is None
    assert phone.ringing is None
    assert not phone.speech
    assert len(phone.of(Released)) == placed + len(phone.of(Seized)), phone.text()
