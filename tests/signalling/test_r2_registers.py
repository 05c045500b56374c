"""The registers of MFC/R2, one against the other or against a script of codes: no clock, no bits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hw.signalling.line import Party, Presentation
from hw.signalling.q850 import Cause
from hw.signalling.r2.codes import Accepted, Caller, Number, Quiet, Refused, Said, SendCode, SendPulse, Want
from hw.signalling.r2.incoming_register import IncomingRegister
from hw.signalling.r2.outgoing_register import OutgoingRegister
from hw.signalling.r2.settings import CHINA, ITU, GroupA, GroupB, R2Settings, refusal


def outgoing(
    settings: R2Settings = CHINA, called: str = "123", caller: str = "99", category: int | None = None
) -> OutgoingRegister:
    return OutgoingRegister(settings, called, True, Party(caller), category)


def codes(wants: list[Want]) -> list[int]:
    return [want.code for want in wants if isinstance(want, SendCode | SendPulse)]


class Answered:
    """An outgoing register that is answered code by code."""

    def __init__(self, register: OutgoingRegister) -> None:
        self.register = register
        self.sent = codes(register.begin())
        self.result: Accepted | Refused | None = None

    def by(self, *backward: int) -> list[int]:
        """What it has sent altogether, after these codes."""
        for code in backward:
            self.register.heard(code)
            wants = self.register.ended()
            self.sent += codes(wants)
            for want in wants:
                if isinstance(want, Accepted | Refused):
                    self.result = want
        return self.sent


# ---- outgoing ----


def test_china_asks_digits_by_1_and_the_kind_of_call_by_3() -> None:
    call = Answered(outgoing(called="120"))
    assert call.by(1, 1, 3) == [1, 2, 10, CHINA.kind_of_call]
    call.by(1)
    assert call.result == Accepted(None)


def test_china_asks_the_caller_by_6_and_then_goes_on_with_the_number() -> None:
    call = Answered(outgoing(called="1234", caller="98", category=2))
    assert call.by(1, 6, 1, 1, 1, 1, 3) == [1, 2, 2, 9, 8, 15, 3, 3]


def test_itu_ends_both_numbers_by_15_and_sends_the_category_for_the_kind_of_call() -> None:
    call = Answered(outgoing(ITU, called="12", caller="98", category=2))
    assert call.by(5, 5, 5, 5, 1, 1, 3) == [1, 2, 9, 8, 15, 2, 15, 2]


def test_itu_has_a_code_for_no_caller() -> None:
    call = Answered(outgoing(ITU, called="12", caller=""))
    assert call.by(5, 5, 1) == [1, 1, 12, 2]


def test_a_category_alone_may_be_asked_for() -> None:
    call = Answered(outgoing(ITU, called="12", category=4))
    assert call.by(5, 1) == [1, 4, 2]


@pytest.mark.parametrize(
    ("settings", "code", "again"),
    [(CHINA, 2, "1234"), (ITU, 2, "34"), (ITU, 7, "234"), (ITU, 8, "1234")],
    ids=["china A2: from the first", "A2: n-1", "A7: n-2", "A8: n-3"],
)
def test_digits_are_sent_again_where_the_far_end_wants_them(settings: R2Settings, code: int, again: str) -> None:
    call = Answered(outgoing(settings, called="12345"))
    assert call.by(1, 1, 1) == [1, 2, 3, 4]
    begun = len(call.sent)
    call.by(code, *[1] * (len(again) - 1))
    assert "".join(map(str, call.sent[begun:])) == again


def test_itu_may_open_the_speech_path_without_group_b() -> None:
    call = Answered(outgoing(ITU))
    call.by(6)
    assert call.result == Accepted(True)


@pytest.mark.parametrize(
    ("settings", "backward", "cause"),
    [
        (CHINA, [4], Cause.NO_CIRCUIT),
        (CHINA, [5], Cause.UNALLOCATED),
        (CHINA, [3, 2], Cause.USER_BUSY),
        (CHINA, [3, 3], Cause.USER_BUSY),
        (CHINA, [3, 4], Cause.NO_CIRCUIT),
        (CHINA, [3, 5], Cause.UNALLOCATED),
        (ITU, [4], Cause.NO_CIRCUIT),
        (ITU, [3, 2], Cause.SPECIAL_TONE),
        (ITU, [3, 3], Cause.USER_BUSY),
        (ITU, [3, 5], Cause.UNALLOCATED),
        (ITU, [3, 8], Cause.DESTINATION_OUT_OF_ORDER),
        (CHINA, [9], Cause.NORMAL_UNSPECIFIED),
        (CHINA, [3, 9], Cause.NORMAL_UNSPECIFIED),
    ],
)
def test_a_refusal_has_the_cause_of_its_code(settings: R2Settings, backward: list[int], cause: Cause) -> None:
    call = Answered(outgoing(settings))
    call.by(*backward)
    assert isinstance(call.result, Refused)
    assert call.result.cause is cause


@pytest.mark.parametrize(("code", "charged"), [(6, True), (7, False)])
def test_itu_says_whether_the_answer_is_charged(code: int, charged: bool) -> None:
    call = Answered(outgoing(ITU))
    call.by(3, code)
    assert call.result == Accepted(charged)


def test_china_6_is_a_free_party_whose_call_only_the_caller_ends() -> None:
    call = Answered(outgoing(CHINA))
    call.by(3, 6)
    assert call.result == Accepted(None)


def test_digits_that_come_late_are_sent_when_they_are_there() -> None:
    register = OutgoingRegister(CHINA, "1", False, None, None)
    call = Answered(register)
    assert call.by(1) == [1]
    assert codes(register.more("2")) == [2]
    assert codes(register.more("3")) == []  # the second is not answered yet
    assert call.by(1) == [1, 3]


def test_a_pulse_is_answered_when_it_ends() -> None:
    register = OutgoingRegister(CHINA, "1", True, None, None)
    register.begin()
    register.heard(1)
    assert register.ended() == []  # no digit left
    assert register.heard(3) == []
    assert codes(register.ended()) == [CHINA.kind_of_call]


def test_a_digit_and_a_pulse_that_meet_are_one_cycle() -> None:
    register = OutgoingRegister(CHINA, "1", False, None, None)
    register.begin()
    register.heard(1)
    register.ended()
    register.more("2")
    assert register.heard(3) == [Quiet()]
    assert codes(register.ended()) == [CHINA.kind_of_call]


def test_codes_between_cycles_and_after_the_end_are_nothing() -> None:
    register = outgoing(called="1")
    register.begin()
    assert register.heard(3) == [Quiet()]
    assert register.heard(3) == []  # the same code, cut in two
    register.ended()
    assert register.ended() == []
    register.heard(1)
    assert register.ended() == [Accepted(None)]
    assert register.heard(1) == register.ended() == []


# ---- incoming ----


class Asked:
    """An incoming register that hears code by code; each lasts until it is answered, or for a moment."""

    def __init__(self, settings: R2Settings) -> None:
        self.register = IncomingRegister(settings)
        self.told: list[Want] = []

    def hears(self, code: int) -> list[int]:
        return self._after(self.register.heard(code)) + self._after(self.register.ended())

    def stands(self, code: int) -> list[int]:
        return self._after(self.register.heard(code))

    def after(self, wants: list[Want]) -> list[int]:
        return self._after(wants)

    def _after(self, wants: list[Want]) -> list[int]:
        self.told += [want for want in wants if isinstance(want, Number | Caller | Said)]
        return codes(wants)


def test_the_last_digit_stands_until_the_exchange_has_decided() -> None:
    call = Asked(replace(CHINA, called_digits=2))
    assert call.hears(1) == [1]
    assert call.stands(2) == []
    assert call.told == [Number("1", False), Number("2", True)]
    assert call.after(call.register.say(GroupB.FREE)) == [3]
    assert call.after(call.register.ended()) == []
    assert call.stands(3) == [1]
    call.after(call.register.ended())
    assert call.told[-1] == Said(GroupB.FREE)


def test_the_caller_is_known_before_the_number_is_complete() -> None:
    call = Asked(replace(CHINA, called_digits=2, ask_caller_after=2))
    assert [call.hears(code) for code in (1, 2, 5, 9, 8)] == [[1], [6], [1], [1], [1]]
    assert call.stands(15) == []
    assert call.told[2:] == [Caller(Party("98", screened=True, raw="98"), 5), Number("", True)]
    assert call.after(call.register.say(GroupB.FREE)) == [3]


def test_a_number_that_just_ends_is_answered_by_a_pulse() -> None:
    call = Asked(CHINA)
    assert call.hears(1) == [1]
    assert call.register.waits_for_digit
    assert call.after(call.register.silence()) == []
    assert call.told[-1] == Number("", True)
    assert call.after(call.register.say(GroupB.FREE)) == []
    assert call.register.waits_for_lull
    (pulse,) = call.register.lull()
    assert pulse == SendPulse(3, GroupA.TO_GROUP_B.value)


def test_a_code_that_meets_our_pulse_is_no_answer_to_it() -> None:
    """Q.442: one that stands when the time is over is."""
    call = Asked(CHINA)
    call.hears(1)
    call.register.proceed()
    call.register.say(GroupB.FREE)
    call.register.lull()
    assert call.stands(2) == []  # a digit that was on its way
    assert call.after(call.register.pulse_over()) == []
    assert call.after(call.register.ended()) == []
    assert call.stands(3) == []  # KD
    assert call.after(call.register.recovered()) == [1]


@pytest.mark.parametrize("question", ["digit", "category", "caller"])
def test_a_refusal_is_said_in_place_of_the_next_question(question: str) -> None:
    call = Asked(replace(CHINA, called_digits=8, ask_caller_after=2))
    call.hears(1)
    if question != "digit":
        call.hears(2)
    if question == "caller":
        call.hears(5)
    assert call.after(call.register.say(GroupA.CONGESTION)) == []
    assert call.hears(7) == [4]
    assert call.told[-1] == Said(GroupA.CONGESTION)


def test_a_digit_too_many_is_not_the_exchanges() -> None:
    call = Asked(CHINA)
    call.hears(1)
    call.register.proceed()
    assert call.stands(2) == []
    assert call.after(call.register.say(GroupB.FREE)) == [3]
    assert call.told == [Number("1", False)]


def test_an_endless_number_ends() -> None:
    call = Asked(CHINA)
    for _ in range(29):
        assert call.hears(1) == [1]
    assert call.stands(1) == []
    assert call.told[-1] == Number("1", True)


def test_an_endless_caller_ends() -> None:
    call = Asked(replace(CHINA, called_digits=2, ask_caller_after=1))
    call.hears(1)
    call.hears(1)
    answers = [call.hears(1) for _ in range(31)]
    assert answers == [[1]] * 31
    (known,) = [told for told in call.told if isinstance(told, Caller)]
    assert len(known.party.number) == 30


@pytest.mark.parametrize(
    ("settings", "ending", "presentation"),
    [(CHINA, 15, Presentation.UNAVAILABLE), (ITU, 15, Presentation.UNAVAILABLE), (ITU, 12, Presentation.RESTRICTED)],
)
def test_a_caller_without_number(settings: R2Settings, ending: int, presentation: Presentation) -> None:
    call = Asked(replace(settings, ask_caller_after=1))
    call.hears(1)
    call.hears(1)
    call.hears(ending)
    (known,) = [told for told in call.told if isinstance(told, Caller)]
    assert known.party == Party(presentation=presentation)


# ---- one against the other ----

numbers = st.text("0123456789", min_size=1, max_size=20)
callers = st.text("0123456789", max_size=20)


@given(
    base=st.sampled_from([CHINA, ITU]),
    called=numbers,
    caller=callers,
    category=st.integers(1, 15),
    length_known=st.booleans(),
    ask=st.integers(0, 20),
)
@example(base=CHINA, called="1", caller="", category=1, length_known=True, ask=1)
def test_what_one_register_sends_the_other_has(
    base: R2Settings, called: str, caller: str, category: int, length_known: bool, ask: int
) -> None:
    ask = min(ask, len(called))
    settings = replace(base, called_digits=len(called) if length_known else 0, ask_caller_after=ask)
    out, into = OutgoingRegister(settings, called, True, Party(caller), category), IncomingRegister(settings)
    forward: list[Want] = out.begin()
    told: list[Want] = []
    for _ in range(200):
        if not codes(forward):
            backward = into.silence() or into.lull()  # time passes
            told += backward
            if not codes(backward):
                backward = into.say(GroupB.FREE) + into.lull()
            out.heard(codes(backward)[0])
            told += into.pulse_over()
            forward = out.ended()
            into.recovered()
            continue
        backward = into.heard(codes(forward)[0])
        told += backward
        if not codes(backward):
            backward = into.say(GroupB.FREE)
        assert out.heard(codes(backward)[0]) == [Quiet()]
        told += into.ended()
        forward = out.ended()
        if any(isinstance(want, Accepted) for want in forward):
            break
    else:
        pytest.fail(f"no end: {told}")
    digits = [want for want in told if isinstance(want, Number)]
    assert "".join(want.digits for want in digits) == called
    assert [want.complete for want in digits].count(True) == 1
    known = [want for want in told if isinstance(want, Caller)]
    assert [(want.party.number, want.category) for want in known] == ([(caller, category)] if ask else [])
    assert told[-1] == Said(GroupB.FREE)
    if ask:
        assert told.index(known[0]) < told.index(next(want for want in digits if want.complete))


# ---- settings ----


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"category": 0}, "category is 0, codes are 1 to 15"),
        ({"kind_of_call": 16}, "kind_of_call is 16"),
        ({"group_b": {GroupB.FREE: 1}}, "group_b needs a code for BUSY"),
        ({"group_b": {GroupB.FREE: 1, GroupB.BUSY: 1}}, "group_b has one code for two meanings"),
        ({"group_a": {GroupA.NEXT_DIGIT: 1, GroupA.TO_GROUP_B: 3}}, "group_a needs a code for CONGESTION"),
        ({"cd_bits": 4}, "cd_bits is 4, must be 0 to 3"),
        ({"called_digits": 31}, "called_digits is 31, must be 0 to 30"),
        ({"called_digits": 3, "ask_caller_after": 4}, "ask_caller_after is 4, but there are 3 digits"),
        ({"own_number": "62-1"}, "own_number is '62-1', must be digits"),
        ({"times": {"T4": 1}}, "times has no T4; there are T-BITS, "),
        ({"times": {"T1": -1}}, "times T1 is -1 s, must be 0 to 600"),
    ],
)
def test_wrong_settings_say_what_is_wrong(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(CHINA, **change)  # type: ignore[arg-type]


def test_the_caller_is_not_asked_for_without_codes() -> None:
    with pytest.raises(ValueError, match="ask_caller_after needs codes"):
        replace(
            CHINA,
            ask_caller_after=1,
            group_a={GroupA.NEXT_DIGIT: 1, GroupA.TO_GROUP_B: 3, GroupA.CONGESTION: 4},
        )


@given(cause=st.sampled_from(Cause), settings=st.sampled_from([CHINA, ITU]))
def test_every_cause_can_be_said(cause: Cause, settings: R2Settings) -> None:
    signal = refusal(settings, cause)
    assert signal in settings.group_a or signal in settings.group_b
    assert signal not in (GroupB.FREE, GroupB.FREE_NO_CHARGE, GroupB.FREE_CALLER_CONTROL)
