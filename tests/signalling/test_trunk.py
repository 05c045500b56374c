"""Stories of one analog trunk, without card or sound: the machine alone, in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.callerid import CallerId, mdmf, message_waiting, sdmf
from hw.callerid import Presentation as Withheld
from hw.card import Ability, LineEventKind, Unsupported
from hw.ear import Ear
from hw.errors import LocalError
from hw.event import EventKind
from hw.signalling import machine as m
from hw.signalling.analog.profile import LineProfile
from hw.signalling.analog.trunk import Trunk
from hw.signalling.analog.trunk_states import TIMERS, State
from hw.signalling.analog.voice_ear import LOOK_MS
from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Delivered,
    Established,
    Idle,
    LineAbility,
    Presentation,
    Proceeding,
    Progress,
    Released,
    Seized,
    Service,
    ServiceChanged,
    SpeechOpen,
)
from hw.signalling.q850 import Cause
from hw.tone_patterns import CallProgress

from .hands import Clock, Hands

K = LineEventKind
CALL = Call("01066778899", complete=True)
ON_A_CARD = Ability.SEE_POLARITY | Ability.SEE_BATTERY


class Line(Hands):
    """A trunk and what the public exchange at its other end does."""

    def __init__(self, profile: LineProfile | None = None) -> None:
        super().__init__(Clock(), "trunk", Trunk(profile or LineProfile(), ON_A_CARD))
        self.begin()

    @property
    def state(self) -> State:
        assert isinstance(self.machine, Trunk)
        return self.machine.state

    @property
    def service(self) -> Service:
        return self.machine.service

    def tones(self) -> str:
        assert self.listening is not None
        return self.listening.tones

    def ring(self, seconds: float = 1.0, pause: float = 4.0) -> None:
        self.line(K.RING_BEGIN)
        self.clock.run(seconds)
        self.line(K.RING_END)
        self.clock.run(pause)

    def fsk(self, message: bytes) -> None:
        self.media(EventKind.CALLER_ID, 1, blob=message)

    def tone(self, which: CallProgress, hz: float = 450.0, dbm0: float = -10.0) -> None:
        self.media(EventKind.TONE_BEGIN, which, round(hz * 10), round(dbm0 * 100))

    def voice(self, seconds: float = 0.6) -> None:
        """Syllables of 240 ms, with pauses of 60 ms."""
        for look in range(round(seconds * 1000 / LOOK_MS)):
            place = look % 15
            loud = -6000 if place < 3 else -2800 + 300 * min(place - 3, 15 - place)
            self.media(EventKind.LEVEL, a=loud - 200, b=loud)
            self.clock.run(LOOK_MS / 1000)

    def released(self) -> Released:
        (released,) = self.of(Released)
        return released

    def called(self) -> None:
        """An outgoing call whose number is out."""
        self.take(m.Place(CALL))
        self.tone(CallProgress.DIAL)
        self.clock.run(1)

    def in_talk(self) -> None:
        """An incoming call that was answered."""
        self.ring()
        self.fsk(mdmf(CallerId("66778899")))
        self.take(m.Answer())
        self.clock.run(1)


# ---- the network calls ----


def test_fsk_between_the_rings_tells_the_call_before_the_second() -> None:
    line = Line()
    line.ring(pause=0.5)
    assert not line.of(Seized)
    line.fsk(mdmf(CallerId("66778899", name="Wang")))
    (seized,) = line.of(Seized)
    assert seized.call.complete
    assert seized.call.called == ""
    assert seized.call.calling is not None
    assert (seized.call.calling.number, seized.call.calling.name) == ("66778899", "Wang")
    assert line.connection() is Connection.INITIATED
    assert line.captures == [False]


@pytest.mark.parametrize("framed", ["D{}C", "A{}C", "B{}#", "C{}D", "*{}#", "#{}A", "D{}"])
def test_dtmf_before_the_first_ring_with_any_framing_keys(framed: str) -> None:
    line = Line()
    line.digits(framed.format("01066778899"), gap=0.07)
    line.clock.run(0.8)
    assert not line.of(Seized)
    line.line(K.RING_BEGIN)
    (seized,) = line.of(Seized)
    assert seized.call.calling is not None
    assert seized.call.calling.number == "01066778899"
    assert seized.call.calling.raw == framed.format("01066778899")


def test_both_detectors_listen_before_the_first_ring_and_the_first_number_is_believed() -> None:
    line = Line()
    assert line.listening is not None
    assert line.listening.ears == Ear.CALLER_ID | Ear.DTMF
    assert line.speech
    line.digits("D13800138000C", gap=0.07)
    line.ring()
    line.fsk(sdmf(CallerId("99")))
    assert [s.call.calling.number for s in line.of(Seized) if s.call.calling] == ["13800138000"]
    assert not line.of(CallerKnown)


def test_numbers_are_shown_as_they_can_be_dialled_from_here_and_raw_as_they_came() -> None:
    line = Line(LineProfile(area_code="10"))
    line.digits("D02155667788C", gap=0.07)
    line.line(K.RING_BEGIN)
    line.take(m.Release())
    line.ring(pause=10)
    line.line(K.RING_BEGIN)
    line.fsk(sdmf(CallerId("1066778899")))
    callers = [s.call.calling for s in line.of(Seized) if s.call.calling]
    assert [(c.number, c.raw) for c in callers] == [("02155667788", "D02155667788C"), ("66778899", "1066778899")]


def test_a_withheld_number_is_a_caller_too() -> None:
    line = Line()
    line.ring(pause=0.5)
    line.fsk(mdmf(CallerId(presentation=Withheld.PRIVATE)))
    (seized,) = line.of(Seized)
    assert seized.call.calling is not None
    assert seized.call.calling.presentation is Presentation.RESTRICTED
    assert seized.call.calling.number == ""


def test_no_caller_id_is_told_a_second_after_the_second_ring_and_the_line_is_kept_as_a_file() -> None:
    line = Line()
    line.ring()
    line.line(K.RING_BEGIN)
    line.clock.run(0.9)
    assert not line.of(Seized)
    line.clock.run(0.2)
    (seized,) = line.of(Seized)
    assert seized.call.calling is None
    (known,) = line.of(CallerKnown)
    assert known.problem == "nothing was heard"
    assert line.captures == [True]


def test_a_damaged_message_is_told_with_its_bytes_and_mended_by_a_later_one() -> None:
    line = Line()
    line.ring(pause=0.5)
    good = mdmf(CallerId("66778899"))
    line.fsk(good[:-1] + b"\x00")
    line.clock.run(3.5)
    line.line(K.RING_BEGIN)
    line.clock.run(1.1)
    (known,) = line.of(CallerKnown)
    assert known.problem.startswith("FSK: checksum")
    assert known.calling.raw == (good[:-1] + b"\x00").hex(" ")
    assert line.captures == [True]
    line.fsk(good)
    assert [k.calling.number for k in line.of(CallerKnown)] == ["", "66778899"]
    assert len(line.of(Seized)) == 1


def test_digits_that_no_key_frames_are_kept_raw() -> None:
    line = Line()
    line.digits("66778899", gap=0.07)
    line.ring()
    line.line(K.RING_BEGIN)
    line.clock.run(1.1)
    (known,) = line.of(CallerKnown)
    assert "66778899 is not a number between framing keys" in known.problem
    assert known.calling.raw == "66778899"
    assert line.captures == [True]


def test_a_line_that_does_not_wait_tells_the_call_at_once_and_the_caller_later() -> None:
    line = Line(LineProfile(wait_for_caller=False))
    line.ring(pause=0.5)
    assert [s.call.calling for s in line.of(Seized)] == [None]
    line.fsk(sdmf(CallerId("66778899")))
    assert [k.calling.number for k in line.of(CallerKnown)] == ["66778899"]


def test_a_line_without_caller_id_does_not_wait_for_it() -> None:
    line = Line(LineProfile(caller_id="none"))
    line.line(K.RING_BEGIN)
    assert line.of(Seized)
    assert line.captures == []
    line.clock.run(8)
    assert not line.of(CallerKnown)


def test_a_card_that_tells_a_whole_call_as_one_ring_is_waited_for_no_longer() -> None:
    line = Line()
    line.line(K.RING_BEGIN)
    line.clock.run(TIMERS["T-SECOND"].seconds + 0.1)
    assert line.of(Seized)


def test_a_double_ring_counts_as_one() -> None:
    """400/200/400: the message comes in the long pause after it."""
    line = Line()
    line.ring(0.4, 0.2)
    line.ring(0.4, 1.5)
    assert not line.of(Seized)
    line.fsk(sdmf(CallerId("66778899")))
    assert line.of(Seized)


def test_messages_wait_at_the_exchange_and_that_is_no_call() -> None:
    line = Line()
    line.fsk(message_waiting(True))
    line.ring()
    line.line(K.RING_BEGIN)
    line.clock.run(1.1)
    assert [k.problem for k in line.of(CallerKnown)] == ["nothing was heard"]


def test_one_ring_of_a_line_test_is_not_told() -> None:
    line = Line()
    line.ring(pause=7)
    assert line.told == []
    assert line.state is State.IDLE
    assert line.captures == [False]


def test_keys_on_an_idle_line_without_a_ring_are_forgotten() -> None:
    line = Line()
    line.digits("D123C", gap=0.07)
    line.clock.run(7)
    assert line.captures == [False]
    line.ring()
    line.line(K.RING_BEGIN)
    line.clock.run(1.1)
    assert line.of(Seized)[0].call.calling is None


def test_the_caller_goes_before_answer_and_the_line_is_free_at_once() -> None:
    line = Line()
    line.ring(pause=0.5)
    line.fsk(mdmf(CallerId("66778899")))
    line.take(m.Alert())
    assert line.connection() is Connection.ALERTING
    line.clock.run(3.5)
    line.ring(pause=5.9)
    assert not line.of(Released)
    line.clock.run(0.2)
    assert (line.released().cause, line.released().by) == (Cause.NORMAL_CLEARING, "far")
    assert line.connection() is Connection.NULL
    assert not line.off_hook
    line.take(m.Place(CALL))
    assert line.off_hook


def test_answer_closes_the_loop() -> None:
    line = Line()
    line.in_talk()
    assert line.off_hook
    assert [e.inferred for e in line.of(Established)] == [False]
    assert line.connection() is Connection.CONNECTED
    line.take(m.Release())
    assert not line.off_hook
    assert line.released().by == "near"
    assert line.connection() is Connection.FAIL
    with pytest.raises(LocalError):
        line.take(m.Place(CALL))
    line.clock.run(2.1)
    assert line.of(Idle)
    assert line.connection() is Connection.NULL


def test_a_refused_call_rings_out_because_the_line_can_do_no_better() -> None:
    line = Line()
    assert LineAbility.CAUSES not in line.machine.abilities
    line.ring(pause=0.5)
    line.fsk(mdmf(CallerId("66778899")))
    line.take(m.Release(Cause.USER_BUSY))
    assert line.released().cause is Cause.USER_BUSY
    assert "cannot refuse" in line.text()
    assert line.connection() is Connection.FAIL
    line.clock.run(3.5)
    line.ring()
    line.ring()
    assert len(line.of(Seized)) == 1
    assert not line.of(Idle)
    line.clock.run(3)
    assert line.of(Idle)
    assert line.connection() is Connection.NULL


def test_a_refused_call_is_answered_and_hung_up_where_the_profile_says_so() -> None:
    line = Line(LineProfile(refuse="answer"))
    line.ring(pause=0.5)
    line.fsk(mdmf(CallerId("66778899")))
    line.take(m.Release(Cause.CALL_REJECTED))
    assert line.off_hook
    line.clock.run(1.1)
    assert not line.off_hook
    line.clock.run(2.1)
    assert line.of(Idle)


def test_a_ring_in_the_guard_time_is_a_new_call() -> None:
    line = Line()
    line.in_talk()
    line.take(m.Release())
    line.clock.run(0.5)
    line.ring(pause=0.5)
    assert line.of(Idle)
    line.fsk(mdmf(CallerId("55")))
    assert len(line.of(Seized)) == 2


def test_a_blocked_line_rings_unheard_and_takes_the_next_ring_when_it_is_not() -> None:
    line = Line()
    line.take(m.Block())
    line.ring()
    assert not line.of(Seized)
    with pytest.raises(LocalError, match="out of service"):
        line.take(m.Place(CALL))
    line.take(m.Unblock())
    line.ring()
    line.line(K.RING_BEGIN)
    line.clock.run(1.1)
    assert line.of(Seized)


# ---- we call ----


def test_dial_tone_digits_ring_back_and_an_answer_by_polarity() -> None:
    line = Line()
    line.take(m.Place(CALL))
    assert line.off_hook
    assert line.tones() == "dial"
    assert line.playing is None
    line.clock.run(0.5)
    line.tone(CallProgress.DIAL)
    assert line.playing == m.PlayDigits("01066778899")
    assert line.connection() is Connection.INITIATED
    line.clock.run(1)
    assert [type(t) for t in line.told] == [Proceeding, Progress]
    assert line.tones() == "progress"
    line.clock.run(2)
    line.tone(CallProgress.RINGBACK)
    assert line.of(Delivered)[0].in_band
    assert line.connection() is Connection.ALERTING
    line.line(K.POLARITY, 1)
    line.clock.run(0.2)
    assert [e.inferred for e in line.of(Established)] == [False]
    line.clock.run(60)
    line.line(K.POLARITY, 0)
    line.clock.run(0.2)
    assert (line.released().by, line.released().reason) == ("far", "polarity turned back")


def test_an_answer_without_reversal_is_inferred_from_a_voice_and_marked() -> None:
    line = Line()
    line.called()
    line.tone(CallProgress.RINGBACK)
    line.clock.run(8)
    assert not line.of(Established)
    line.voice()
    assert [e.inferred for e in line.of(Established)] == [True]


def test_the_ring_back_tone_itself_is_no_voice() -> None:
    line = Line()
    line.called()
    line.tone(CallProgress.RINGBACK)
    for _ in range(4):
        for look in range(51):
            level = -1000 if 1 <= look < 50 else -2500
            line.media(EventKind.LEVEL, a=level, b=level)
            line.clock.run(LOOK_MS / 1000)
        for _ in range(200):
            line.media(EventKind.LEVEL, a=-6000, b=-5500)
            line.clock.run(LOOK_MS / 1000)
    assert not line.of(Established)


def test_an_announcement_without_ring_back_is_no_answer_and_a_voice_for_a_minute_is_one() -> None:
    line = Line()
    line.called()
    line.voice(20)
    line.clock.run(60)
    assert not line.of(Established)
    assert line.connection() is Connection.INITIATED
    line.voice(70)
    assert [e.inferred for e in line.of(Established)] == [True]


def test_a_line_of_true_answers_infers_nothing() -> None:
    line = Line(LineProfile(answer="reversal"))
    assert LineAbility.TRUE_ANSWER in line.machine.abilities
    line.called()
    line.tone(CallProgress.RINGBACK)
    line.voice(5)
    assert not line.of(Established)
    line.line(K.POLARITY, 1)
    line.clock.run(0.2)
    assert line.of(Established)


def test_a_port_that_cannot_see_polarity_refuses_the_profile() -> None:
    with pytest.raises(Unsupported, match="cannot see"):
        Trunk(LineProfile(answer="reversal"), Ability.NONE)


def test_reversals_while_seizing_dialling_and_just_after_answer_mean_nothing() -> None:
    line = Line()
    line.take(m.Place(CALL))
    line.clock.run(0.2)
    line.line(K.POLARITY, 1)
    line.clock.run(1)
    line.tone(CallProgress.DIAL)
    line.line(K.POLARITY, 0)
    line.clock.run(1.2)
    assert not line.of(Established)
    line.line(K.POLARITY, 1)
    line.clock.run(1)
    assert len(line.of(Established)) == 1
    line.clock.run(5)
    assert not line.of(Released)


def test_a_spike_of_polarity_is_neither_answer_nor_hang_up() -> None:
    line = Line(LineProfile(hang_up_by_reversal=True))
    line.in_talk()
    line.line(K.POLARITY, 1)
    line.clock.run(0.05)
    line.line(K.POLARITY, 0)
    line.clock.run(1)
    assert not line.of(Released)


def test_a_late_reversal_confirms_a_guessed_answer_and_the_next_ends_the_call() -> None:
    line = Line()
    line.called()
    line.tone(CallProgress.RINGBACK)
    line.voice()
    line.clock.run(1)
    line.line(K.POLARITY, 1)
    line.clock.run(1)
    assert not line.of(Released)
    line.line(K.POLARITY, 0)
    line.clock.run(0.2)
    assert line.released().by == "far"


@pytest.mark.parametrize(
    ("tone", "cause"),
    [
        (CallProgress.BUSY, Cause.USER_BUSY),
        (CallProgress.CONGESTION, Cause.NO_CIRCUIT),
        (CallProgress.VACANT, Cause.UNALLOCATED),
        (CallProgress.DIAL, Cause.TEMPORARY_FAILURE),
    ],
)
def test_what_the_exchange_says_instead_of_ring_back(tone: CallProgress, cause: Cause) -> None:
    line = Line()
    line.called()
    line.tone(tone, 450.3, -12.1)
    assert (line.released().cause, line.released().by) == (cause, "far")
    assert line.released().reason.startswith(f"{tone.name.lower()} tone 450.3 Hz")
    assert line.connection() is Connection.FAIL
    line.clock.run(2.1)
    assert line.of(Idle)


def test_no_dial_tone_ends_the_attempt_and_says_so() -> None:
    line = Line()
    line.take(m.Place(CALL))
    line.clock.run(5.1)
    assert line.released().cause is Cause.NO_CIRCUIT
    assert "no dial tone" in line.released().reason
    assert not line.off_hook


def test_somebody_speaks_on_the_line_and_it_is_in_use() -> None:
    line = Line()
    line.take(m.Place(CALL))
    line.voice(2)
    line.clock.run(4)
    assert line.released().cause is Cause.CHANNEL_UNAVAILABLE
    assert "in use" in line.released().reason


def test_a_line_without_dial_tone_is_given_a_pause() -> None:
    line = Line(LineProfile(dial_tone="pause", pause_s=1.0))
    line.take(m.Place(CALL))
    line.clock.run(1.1)
    assert line.playing == m.PlayDigits("01066778899")


def test_pulses_are_dialled_by_the_card() -> None:
    line = Line(LineProfile(dial="pulse"))
    with pytest.raises(LocalError, match="pulses"):
        line.take(m.Place(Call("*21#", complete=True)))
    line.take(m.Place(Call("110", complete=True)))
    line.tone(CallProgress.DIAL)
    assert line.pulses == "110"
    assert not line.of(Proceeding)
    line.line(K.DIALLED)
    assert line.of(Proceeding)


def test_a_card_that_never_finishes_dialling_does_not_hold_the_line() -> None:
    line = Line(LineProfile(dial="pulse"))
    line.take(m.Place(Call("110", complete=True)))
    line.tone(CallProgress.DIAL)
    line.clock.run(30)
    assert line.released().cause is Cause.TEMPORARY_FAILURE


def test_digits_one_by_one_go_out_in_their_order() -> None:
    line = Line()
    line.take(m.Place(Call("0")))
    line.take(m.Send("1"))
    line.tone(CallProgress.DIAL)
    assert line.playing == m.PlayDigits("01")
    line.take(m.Send("0"))
    line.take(m.Send("6"))
    line.clock.run(0.6)
    assert line.playing == m.PlayDigits("06")
    line.clock.run(2)
    assert line.state is State.CALLED
    assert not line.of(Proceeding)
    line.take(m.Send("9"))
    assert line.playing == m.PlayDigits("9")
    line.clock.run(1)
    assert len(line.of(Progress)) == 1
    line.tone(CallProgress.RINGBACK)
    assert line.connection() is Connection.ALERTING


def test_nobody_gives_a_digit_and_the_line_is_given_back() -> None:
    line = Line()
    line.take(m.Place(Call()))
    line.tone(CallProgress.DIAL)
    line.clock.run(21)
    assert line.released().cause is Cause.INVALID_NUMBER


def test_what_has_no_key_is_refused_before_the_line_is_seized() -> None:
    line = Line()
    with pytest.raises(LocalError, match="cannot be dialled"):
        line.take(m.Place(Call("+8610", complete=True)))
    assert not line.off_hook
    assert line.told == []


@pytest.mark.parametrize(("heard", "cause"), [(True, Cause.NO_ANSWER), (False, Cause.NO_USER_RESPONDING)])
def test_neither_answer_nor_refusal_ends_by_itself(heard: bool, cause: Cause) -> None:
    line = Line()
    line.called()
    if heard:
        line.tone(CallProgress.RINGBACK)
    line.clock.run(TIMERS["T-ANSWER"].seconds)
    assert line.released().cause is cause


def test_a_line_on_which_a_caller_is_being_announced_is_not_seized() -> None:
    line = Line()
    line.digits("D02155667788C", gap=0.07)
    line.take(m.Place(CALL))
    assert not line.off_hook
    assert line.released().reason == "glare: a caller is being announced"
    line.line(K.RING_BEGIN)
    (seized,) = line.of(Seized)
    assert seized.call.calling is not None


def test_no_digits_are_nothing() -> None:
    line = Line()
    line.in_talk()
    line.take(m.Send(""))
    assert line.playing is None


def test_glare_is_settled_as_an_incoming_call() -> None:
    line = Line()
    line.take(m.Place(CALL))
    line.clock.run(0.1)
    line.line(K.RING_BEGIN)
    assert [type(t) for t in line.told] == [Released, Seized]
    assert line.released().cause is Cause.CHANNEL_UNAVAILABLE
    assert line.off_hook
    line.take(m.Alert())
    assert line.playing == m.PlayTone("ringback")
    line.take(m.Answer())
    assert line.playing is None
    assert line.connection() is Connection.CONNECTED
    line.tone(CallProgress.BUSY)
    assert [r.by for r in line.of(Released)] == ["far", "far"]


def test_only_a_caller_met_by_glare_hears_us_before_the_answer() -> None:
    line = Line()
    assert LineAbility.EARLY_MEDIA not in line.machine.abilities
    line.ring(pause=0.5)
    line.fsk(mdmf(CallerId("66778899")))
    line.take(m.ShowProgress())
    assert line.of(Seized)
    assert not line.of(SpeechOpen)
    line = Line()
    line.take(m.Place(CALL))
    line.line(K.RING_BEGIN)
    line.take(m.Alert())
    assert not line.of(SpeechOpen)
    line.take(m.ShowProgress())
    line.take(m.Alert(in_band=True))
    assert len(line.of(SpeechOpen)) == 1
    assert line.playing is None


def test_a_caller_met_by_glare_may_hang_up_before_we_answer() -> None:
    line = Line()
    line.take(m.Place(CALL))
    line.line(K.RING_BEGIN)
    line.tone(CallProgress.BUSY)
    assert [r.cause for r in line.of(Released)] == [Cause.CHANNEL_UNAVAILABLE, Cause.NORMAL_CLEARING]
    line.clock.run(2.1)
    assert line.connection() is Connection.NULL


# ---- in talk ----


@pytest.mark.parametrize(
    "tone",
    [CallProgress.BUSY, CallProgress.CONGESTION, CallProgress.VACANT, CallProgress.DIAL, CallProgress.HOWLER],
)
def test_tones_that_say_the_far_end_has_hung_up(tone: CallProgress) -> None:
    line = Line()
    line.in_talk()
    line.clock.run(30)
    line.tone(tone)
    assert (line.released().cause, line.released().by) == (Cause.NORMAL_CLEARING, "far")
    assert line.released().since == line.clock.time
    assert not line.off_hook


@pytest.mark.parametrize("tone", [CallProgress.RINGBACK, CallProgress.CALL_WAITING, CallProgress.TOLL_NOTICE])
def test_tones_that_say_something_else(tone: CallProgress) -> None:
    line = Line()
    line.in_talk()
    line.tone(tone)
    assert not line.of(Released)


def test_busy_tone_is_named_as_a_person_would_look_for_it() -> None:
    line = Line()
    line.in_talk()
    line.tone(CallProgress.BUSY, 450.3, -12.1)
    assert line.released().reason == "busy tone 450.3 Hz 350/350, -12.1 dBm0"


def test_the_echo_of_a_tone_that_we_play_ends_no_call_on_a_line_that_was_measured() -> None:
    measured = LineProfile(tone_dbm0=-12.0, echo_return_loss_db=14.0)
    for profile, dbm0, ends in (
        (measured, -24.0, False),
        (measured, -14.0, True),
        (LineProfile(tone_dbm0=-20.0, echo_return_loss_db=8.0), -18.0, True),  # it cannot be told apart
        (LineProfile(), -24.0, True),
    ):
        line = Line(profile)
        line.in_talk()
        line.tone(CallProgress.BUSY, 450.0, dbm0)
        assert bool(line.of(Released)) is ends


def test_a_learned_tone_ends_the_call_under_its_own_cadence() -> None:
    profile = LineProfile(hang_up_tone="425/500,0/500")
    learned = profile.patterns[-1]
    line = Line(profile)
    line.in_talk()
    line.media(EventKind.TONE_BEGIN, learned.number, 4251, -1500)
    assert line.released().reason == "busy tone 425.1 Hz 500/500, -15.0 dBm0"


def test_a_loop_break_ends_the_call_and_a_short_one_does_not() -> None:
    line = Line()
    line.in_talk()
    line.line(K.BATTERY_LOST)
    line.clock.run(0.15)
    line.line(K.BATTERY_BACK)
    line.clock.run(1)
    assert not line.of(Released)
    line.line(K.BATTERY_LOST)
    line.clock.run(0.3)
    assert line.released().reason == "loop broken for 200 ms"
    line.line(K.BATTERY_BACK)
    line.clock.run(3)
    assert line.service == Service.NONE


def test_a_line_whose_breaks_mean_nothing() -> None:
    line = Line(LineProfile(loop_break_ms=0))
    line.in_talk()
    line.line(K.BATTERY_LOST)
    line.clock.run(0.5)
    line.line(K.BATTERY_BACK)
    assert not line.of(Released)


def test_a_reversal_ends_an_incoming_call_only_where_the_line_has_it() -> None:
    for has in (False, True):
        line = Line(LineProfile(hang_up_by_reversal=has))
        line.in_talk()
        line.line(K.POLARITY, 1)
        line.clock.run(0.5)
        assert bool(line.of(Released)) is has


def test_minutes_of_silence_are_the_safety_net() -> None:
    line = Line(LineProfile(silence_minutes=3))
    line.in_talk()
    assert line.listening is not None
    assert line.listening.silence_timeout_ms == 180_000
    assert Ear.SPEECH in line.listening.ears
    line.media(EventKind.SILENCE, a=1_440_000)
    assert (line.released().by, line.released().reason) == ("line", "nothing heard for 3 min")


def test_a_flash_brings_dial_tone_which_is_no_hang_up() -> None:
    line = Line()
    line.in_talk()
    line.take(m.Flash())
    assert m.FlashHook() in line.acts
    line.clock.run(5)
    line.tone(CallProgress.DIAL)
    assert not line.of(Released)
    line.take(m.Send("123"))
    assert line.playing == m.PlayDigits("123")
    line.clock.run(20)
    line.tone(CallProgress.DIAL)
    assert line.of(Released)


# ---- the line itself ----


def test_a_line_without_battery_is_out_of_service_until_it_is_back() -> None:
    line = Line()
    line.line(K.BATTERY_LOST)
    line.take(m.Place(CALL))
    assert line.released().reason == "no battery on the line"
    assert not line.off_hook
    line.clock.run(2.1)
    assert Service.ALARM in line.service
    assert "nothing is plugged in" in line.of(ServiceChanged)[-1].reason
    line.line(K.BATTERY_BACK)
    assert line.service == Service.NONE


@pytest.mark.parametrize("state", ["rung", "offered", "refused", "called", "talking", "guard"])
@pytest.mark.parametrize("kind", [K.ALARM, K.GONE, K.BATTERY_LOST])
def test_a_line_that_is_lost_ends_what_it_did(kind: LineEventKind, state: str) -> None:
    line = Line(LineProfile(loop_break_ms=0))
    if state in ("rung", "offered", "refused"):
        line.ring(pause=0.5)
    if state in ("offered", "refused"):
        line.fsk(mdmf(CallerId("66778899")))
    if state == "refused":
        line.take(m.Release())
    if state == "called":
        line.called()
    if state in ("talking", "guard"):
        line.in_talk()
    if state == "guard":
        line.take(m.Release())
    line.line(kind)
    line.clock.run(2.5)
    calls = {"rung": 0}.get(state, 1)
    assert len(line.of(Released)) == calls
    assert line.service == (Service.GONE if kind is K.GONE else Service.ALARM)
    assert line.state is State.IDLE
    assert not line.timers
    if state in ("offered", "called", "talking"):
        assert (line.released().cause, line.released().by) == (Cause.DESTINATION_OUT_OF_ORDER, "line")


def test_an_exchange_has_no_lamp() -> None:
    with pytest.raises(Unsupported):
        Line().take(m.MessageWaiting(True))


# ---- any order ----

ORDERS: dict[str, m.Order] = {
    "place": m.Place(CALL),
    "place overlap": m.Place(Call("0")),
    "send": m.Send("5"),
    "send nothing": m.Send(""),
    "proceed": m.Proceed(),
    "alert": m.Alert(),
    "progress": m.ShowProgress(),
    "answer": m.Answer(),
    "release": m.Release(Cause.USER_BUSY),
    "flash": m.Flash(),
    "block": m.Block(),
    "unblock": m.Unblock(),
    "reset": m.Reset(),
}
PROFILES = st.builds(
    LineProfile,
    caller_id=st.sampled_from(["both", "fsk", "dtmf", "none"]),
    wait_for_caller=st.booleans(),
    dial=st.sampled_from(["dtmf", "pulse"]),
    dial_tone=st.sampled_from(["wait", "pause"]),
    answer=st.sampled_from(["either", "reversal", "inferred"]),
    refuse=st.sampled_from(["ring out", "answer"]),
    hang_up_by_reversal=st.booleans(),
    loop_break_ms=st.sampled_from([0, 200]),
    area_code=st.sampled_from(["", "10"]),
    hang_up_tone=st.sampled_from(["", "425/500,0/500"]),
)
GOOD = mdmf(CallerId("66778899"))
acts = st.one_of(
    st.tuples(st.just("line"), st.sampled_from([K.RING_BEGIN, K.RING_END, K.BATTERY_LOST, K.BATTERY_BACK, K.DIALLED])),
    st.tuples(st.just("line"), st.sampled_from([K.ALARM, K.ALARM_END, K.GONE, K.BACK])),
    st.tuples(st.just("polarity"), st.booleans()),
    st.tuples(st.just("digit"), st.sampled_from("059*#AD")),
    st.tuples(st.just("fsk"), st.sampled_from([GOOD, GOOD[:-1], b"", b"\x80\x00\x80"])),
    st.tuples(st.just("tone"), st.sampled_from([*CallProgress, 0x7777])),
    st.tuples(st.just("level"), st.integers(-7000, 300)),
    st.tuples(st.just("silence"), st.none()),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 0.5, 1.2, 5.0, 20.0, 200.0])),
    st.tuples(st.just("order"), st.sampled_from(list(ORDERS))),
)


@settings(max_examples=600, deadline=None)
@given(profile=PROFILES, story=st.lists(acts, max_size=60))
def test_any_order_of_events_ends_idle_with_nothing_left_behind(
    profile: LineProfile, story: list[tuple[str, object]]
) -> None:
    line = Line(profile)
    placed = 0
    for what, value in story:
        match what, value:
            case "line", LineEventKind():
                line.line(value)
            case "polarity", bool():
                line.line(K.POLARITY, int(value))
            case "digit", str():
                line.media(EventKind.DTMF_DOWN, ord(value))
            case "fsk", bytes():
                line.media(EventKind.CALLER_ID, 1, blob=value)
            case "tone", int():
                line.media(EventKind.TONE_BEGIN, value, 4500, -1000)
            case "level", int():
                for step in range(8):
                    line.media(EventKind.LEVEL, a=value, b=value - 200 * (step % 4))
            case "silence", _:
                line.media(EventKind.SILENCE)
            case "wait", float():
                line.clock.run(value)
            case "order", str():
                try:
                    line.take(ORDERS[value])
                except LocalError:
                    continue
                placed += value.startswith("place")
    line.line(K.BACK)
    line.line(K.ALARM_END)
    line.line(K.BATTERY_BACK)
    line.line(K.RING_END)
    line.clock.run(2.5)
    if line.connection() is Connection.CONNECTED or line.state is State.HELD:
        line.take(m.Release())
    line.clock.run(max(timer.seconds for timer in TIMERS.values()))
    line.clock.run(TIMERS["T-GUARD"].seconds + 0.1)
    assert line.state is State.IDLE, line.text()
    assert not line.timers
    assert line.playing is None
    assert not line.off_hook
    assert line.capturing is False
    assert line.listening == m.Listen(Ear.CALLER_ID | Ear.DTMF)
    assert len(line.of(Released)) == placed + len(line.of(Seized)), line.text()
    for before, after in zip(line.told, line.told[1:], strict=False):
        assert not (isinstance(before, Released) and isinstance(after, CallerKnown | Established | Delivered))


def test_the_profile_decides_how_long_a_pause_between_rings_may_be() -> None:
    line = Line(replace(LineProfile(), ring_pause_s=2.0))
    line.ring(pause=0.5)
    line.fsk(GOOD)
    line.clock.run(3.1)
    assert line.of(Released)
