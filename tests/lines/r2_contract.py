"""The contract of R2 circuits as tests: each way a call can end, who ends it, in which state, in both directions.

A module of tests for one way to carry bits and tones imports all names of this one and gives a fixture `rig`
(r2_rig.py). Each test leaves its circuit idle on both ends and able to take the next call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hw.errors import LocalError
from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Delivered,
    Established,
    Party,
    Presentation,
    Service,
    SpeechOpen,
)
from hw.signalling.q850 import Cause
from hw.signalling.r2.settings import CHINA, ITU, GroupB, R2Settings

from .r2_rig import CALL, CALLER, NUMBER, SETTINGS, TIMES, End, R2Rig

__all__ = [
    "test_a_blocked_circuit_takes_no_call_and_comes_back",
    "test_a_call_is_dialled_answered_and_cleared",
    "test_a_call_that_is_blocked_goes_on",
    "test_a_caller_hears_us_before_the_answer",
    "test_a_caller_who_keeps_his_number_to_himself",
    "test_a_refusal_says_why",
    "test_an_alarm_ends_the_call_and_the_circuit_comes_back",
    "test_both_seize_at_once_and_neither_is_stuck",
    "test_digits_may_follow_one_by_one",
    "test_every_end_in_every_state",
    "test_the_exchange_may_say_that_the_number_is_complete",
    "test_the_kind_of_answer_arrives",
]

DIRECTIONS = {"we call": True, "we are called": False}
directions = pytest.mark.parametrize("near_calls", DIRECTIONS.values(), ids=DIRECTIONS)
USUAL = SETTINGS["china, length known, caller asked"]


@directions
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
async def test_a_call_is_dialled_answered_and_cleared(
    clock: object, rig: R2Rig, settings: R2Settings, near_calls: bool
) -> None:
    circuit = rig.circuit(settings)
    await circuit.ready()
    caller, called = await circuit.reach("connected", near_calls)
    assert called.dialled == NUMBER, circuit.trace()
    if settings.ask_caller_after:
        (known,) = called.of(CallerKnown)
        assert (known.calling.number, known.calling.presentation) == (CALLER, Presentation.ALLOWED)
        assert known.category == 2
    assert caller.line.connection is called.line.connection is Connection.CONNECTED
    assert not caller.of(Established)[0].inferred
    caller.line.release()
    await circuit.free()
    assert (caller.endings, called.endings) == ([(Cause.NORMAL_CLEARING, "near")], [(Cause.NORMAL_CLEARING, "far")])


@directions
@pytest.mark.parametrize("in_band", [False, True], ids=["progress", "alert"])
async def test_a_caller_hears_us_before_the_answer(clock: object, rig: R2Rig, in_band: bool, near_calls: bool) -> None:
    """The speech path is told to be open once, when the codes are done, however often it is asked for."""
    circuit = rig.circuit(USUAL)
    await circuit.ready()
    caller, called = await circuit.reach("complete", near_calls)
    for _ in range(2):
        called.line.alert(in_band=True) if in_band else called.line.progress()
        assert not called.of(SpeechOpen), circuit.trace()
    await circuit.until(lambda: bool(called.of(SpeechOpen)), 3)
    await circuit.until(lambda: bool(caller.of(Delivered)), 1)
    called.line.progress()
    called.line.answer()
    await circuit.until(lambda: bool(caller.of(Established)), 2)
    assert [type(telling) for telling in called.told[-2:]] == [SpeechOpen, Established], circuit.trace()
    caller.line.release()
    await circuit.free()


# ---- ends ----


def release(cause: Cause = Cause.NORMAL_CLEARING) -> Callable[[End], None]:
    return lambda end: end.line.release(cause)


def reset(end: End) -> None:
    end.line.reset()


Outcome = tuple[Cause, str]
NORMAL = Cause.NORMAL_CLEARING
UNANSWERED = (Cause.NO_ANSWER, "line")

# (state, who acts, what): how the caller's and the called end's call end. None: that end had no call.
ENDS: dict[tuple[str, str, str], tuple[Outcome, Outcome | None]] = {
    ("seizing", "caller", "release"): ((NORMAL, "near"), None),
    ("seizing", "caller", "reset"): ((Cause.NORMAL_UNSPECIFIED, "near"), None),
    ("connected", "called", "release"): ((NORMAL, "far"), (NORMAL, "near")),
    ("connected", "called", "reset"): ((Cause.TEMPORARY_FAILURE, "far"), (Cause.NORMAL_UNSPECIFIED, "near")),
    # R2 has no word for it before the answer: the caller hears busy tone, until somebody loses patience.
    ("alerting", "called", "release"): (UNANSWERED, (NORMAL, "near")),
    ("alerting", "called", "forced release"): ((Cause.NORMAL_UNSPECIFIED, "far"), (NORMAL, "near")),
    ("connected", "called", "forced release"): ((NORMAL, "far"), (NORMAL, "near")),
    ("alerting", "called", "reset"): ((Cause.TEMPORARY_FAILURE, "far"), (Cause.NORMAL_UNSPECIFIED, "near")),
}
for _state in ("register", "complete", "alerting", "connected"):
    ENDS[_state, "caller", "release"] = ((NORMAL, "near"), (NORMAL, "far"))
    ENDS[_state, "caller", "reset"] = ((Cause.NORMAL_UNSPECIFIED, "near"), (NORMAL, "far"))
for _state in ("register", "complete"):
    ENDS[_state, "called", "release"] = ((Cause.NO_CIRCUIT, "far"), (NORMAL, "near"))
    ENDS[_state, "called", "reset"] = ((Cause.TEMPORARY_FAILURE, "far"), (Cause.NORMAL_UNSPECIFIED, "near"))


@directions
@pytest.mark.parametrize(("state", "who", "what"), ENDS, ids=[" - ".join(end) for end in ENDS])
async def test_every_end_in_every_state(
    clock: object, rig: R2Rig, state: str, who: str, what: str, near_calls: bool
) -> None:
    circuit = rig.circuit(replace(USUAL, forced_release=what == "forced release"))
    await circuit.ready()
    caller, called = await circuit.reach(state, near_calls)
    acting = caller if who == "caller" else called
    (reset if what == "reset" else release())(acting)
    await circuit.free()
    by_caller, by_called = ENDS[state, who, what]
    assert caller.endings == [by_caller], circuit.trace()
    assert called.endings == ([] if by_called is None else [by_called]), circuit.trace()
    await circuit.works()


REFUSALS = {
    "china": (
        USUAL,
        {
            Cause.USER_BUSY: Cause.USER_BUSY,
            Cause.UNALLOCATED: Cause.UNALLOCATED,
            Cause.NO_CIRCUIT: Cause.NO_CIRCUIT,
            Cause.CALL_REJECTED: Cause.USER_BUSY,
            Cause.DESTINATION_OUT_OF_ORDER: Cause.USER_BUSY,
            Cause.TEMPORARY_FAILURE: Cause.NO_CIRCUIT,
        },
    ),
    "itu": (
        SETTINGS["itu, end code"],
        {
            Cause.USER_BUSY: Cause.USER_BUSY,
            Cause.UNALLOCATED: Cause.UNALLOCATED,
            Cause.NO_CIRCUIT: Cause.NO_CIRCUIT,
            Cause.CALL_REJECTED: Cause.SPECIAL_TONE,
            Cause.DESTINATION_OUT_OF_ORDER: Cause.DESTINATION_OUT_OF_ORDER,
            Cause.TEMPORARY_FAILURE: Cause.NO_CIRCUIT,
        },
    ),
}


@directions
@pytest.mark.parametrize("state", ["register", "complete"])
@pytest.mark.parametrize(
    ("settings", "cause", "heard"),
    [(settings, cause, heard) for settings, causes in REFUSALS.values() for cause, heard in causes.items()],
    ids=[f"{name} - {cause.name.lower()}" for name, (_, causes) in REFUSALS.items() for cause in causes],
)
async def test_a_refusal_says_why(
    clock: object, rig: R2Rig, settings: R2Settings, state: str, cause: Cause, heard: Cause, near_calls: bool
) -> None:
    circuit = rig.circuit(settings)
    await circuit.ready()
    caller, called = await circuit.reach(state, near_calls)
    release(cause)(called)
    await circuit.free()
    assert (caller.endings, called.endings) == ([(heard, "far")], [(cause, "near")]), circuit.trace()


@pytest.mark.parametrize("state", ["seizing", "register", "complete", "alerting", "connected"])
@directions
async def test_an_alarm_ends_the_call_and_the_circuit_comes_back(
    clock: object, rig: R2Rig, state: str, near_calls: bool
) -> None:
    circuit = rig.circuit(USUAL)
    await circuit.ready()
    _caller, called = await circuit.reach(state, near_calls)
    rig.alarm()
    await circuit.until(lambda: Service.ALARM in circuit.near.line.service, 4)
    near = circuit.near
    assert near.endings == ([] if state == "seizing" and near is called else [(Cause.DESTINATION_OUT_OF_ORDER, "line")])
    assert near.line.connection is Connection.NULL
    rig.clear()
    await circuit.free()
    await circuit.works()


async def test_both_seize_at_once_and_neither_is_stuck(clock: object, rig: R2Rig) -> None:
    circuit = rig.circuit(USUAL)
    await circuit.ready()
    circuit.near.line.place(CALL)
    circuit.far.line.place(CALL)
    await circuit.free()
    for end in (circuit.near, circuit.far):
        assert end.endings == [(Cause.CHANNEL_UNAVAILABLE, "line")], circuit.trace()
    await circuit.works()


# ---- service ----


@directions
async def test_a_blocked_circuit_takes_no_call_and_comes_back(clock: object, rig: R2Rig, near_calls: bool) -> None:
    circuit = rig.circuit(USUAL)
    await circuit.ready()
    blocking, other = circuit.ends(near_calls)
    blocking.line.block()
    await circuit.until(lambda: other.line.service is Service.BLOCKED_THERE, 2)
    assert blocking.line.service is Service.BLOCKED_HERE
    with pytest.raises(LocalError, match="out of service"):
        other.line.place(CALL)
    with pytest.raises(LocalError, match="out of service"):
        blocking.line.place(CALL)
    blocking.line.unblock()
    await circuit.ready()
    await circuit.works()


@directions
@pytest.mark.parametrize("who", ["caller", "called"])
async def test_a_call_that_is_blocked_goes_on(clock: object, rig: R2Rig, who: str, near_calls: bool) -> None:
    """Blocked is shown when it is over, and not before idle was."""
    circuit = rig.circuit(USUAL)
    await circuit.ready()
    caller, called = await circuit.reach("alerting", near_calls)
    blocking, other = (caller, called) if who == "caller" else (called, caller)
    blocking.line.block()
    await rig.sleep(0.5)
    called.line.answer()
    await circuit.until(lambda: bool(caller.of(Established)), 2)
    caller.line.release()
    await circuit.until(lambda: bool(caller.endings) and bool(called.endings), 5)
    assert (caller.endings, called.endings) == ([(NORMAL, "near")], [(NORMAL, "far")]), circuit.trace()
    await circuit.until(lambda: other.line.service is Service.BLOCKED_THERE, 2)
    blocking.line.unblock()
    await circuit.free()
    await circuit.works()


# ---- numbers ----


@directions
async def test_digits_may_follow_one_by_one(clock: object, rig: R2Rig, near_calls: bool) -> None:
    circuit = rig.circuit(SETTINGS["china, length known, caller asked"])
    await circuit.ready()
    caller, called = circuit.ends(near_calls)
    caller.line.place(replace(CALL, called=NUMBER[:2], complete=False))
    for digit in NUMBER[2:]:
        await rig.sleep(0.8)
        caller.line.send(digit)
    await circuit.until(lambda: called.complete, 8)
    assert called.dialled == NUMBER, circuit.trace()
    called.line.alert(in_band=True)
    await circuit.until(lambda: bool(caller.of(Delivered)), 3)
    caller.line.release()
    await circuit.free()


@directions
@pytest.mark.parametrize("sent", ["8765", "87654321"])
@pytest.mark.parametrize("asked", [0, 1])
async def test_the_exchange_may_say_that_the_number_is_complete(
    clock: object, rig: R2Rig, sent: str, asked: int, near_calls: bool
) -> None:
    """Of unknown length; the fourth digit is enough. Nobody waits for T-DIGIT then, and what else comes is not asked
    for."""
    circuit = rig.circuit(replace(CHINA, ask_caller_after=asked, times=TIMES | {"T-DIGIT": 14.0}))
    await circuit.ready()
    caller, called = circuit.ends(near_calls)

    def decide(_: object) -> None:
        if called.dialled == "8765" and called.line.connection is not Connection.ALERTING:
            called.then = lambda telling: None
            called.line.proceed()
            called.line.alert(in_band=True)

    called.then = decide
    caller.line.place(replace(CALL, called=sent))
    await circuit.until(lambda: bool(caller.of(Delivered)), 8)
    assert called.dialled.startswith("8765")
    assert [known.calling.number for known in called.of(CallerKnown)] == [CALLER] * asked, circuit.trace()
    caller.line.release()
    await circuit.free()


CALLERS = {
    "none": (None, "", Presentation.UNAVAILABLE),
    "restricted": (Party(CALLER, presentation=Presentation.RESTRICTED), "", Presentation.UNAVAILABLE),
    "itu - none": (None, "", Presentation.RESTRICTED),
    "written with signs": (Party("+86 (10) 1234-5678"), "861012345678", Presentation.ALLOWED),
    "own number": (Party(CALLER, presentation=Presentation.RESTRICTED), "62000000", Presentation.ALLOWED),
}


@directions
@pytest.mark.parametrize("name", CALLERS)
async def test_a_caller_who_keeps_his_number_to_himself(clock: object, rig: R2Rig, name: str, near_calls: bool) -> None:
    """ITU's code for it does not tell "none" from "withheld"; China has no code."""
    settings = replace(ITU, ask_caller_after=1, times=TIMES) if name.startswith("itu") else USUAL
    settings = replace(settings, own_number="62000000") if name == "own number" else settings
    circuit = rig.circuit(settings)
    await circuit.ready()
    calling, number, presentation = CALLERS[name]
    caller, called = await circuit.reach("complete", near_calls, replace(CALL, calling=calling, category=None))
    (known,) = called.of(CallerKnown)
    assert (known.calling.number, known.calling.presentation) == (number, presentation), circuit.trace()
    assert known.category == 1
    caller.line.release()
    await circuit.free()


KINDS = {
    "china says nothing": (CHINA, True, None),
    "itu, charged": (ITU, True, True),
    "itu, free": (ITU, False, False),
    "china with a code for it, free": (
        replace(CHINA, group_b={GroupB.FREE: 1, GroupB.BUSY: 2, GroupB.FREE_NO_CHARGE: 6}),
        False,
        False,
    ),
}


@directions
@pytest.mark.parametrize("kind", KINDS)
async def test_the_kind_of_answer_arrives(clock: object, rig: R2Rig, kind: str, near_calls: bool) -> None:
    settings, charged, said = KINDS[kind]
    circuit = rig.circuit(replace(settings, called_digits=3, times=TIMES))
    await circuit.ready()
    caller, called = circuit.ends(near_calls)
    caller.line.place(Call("123", complete=True))
    await circuit.until(lambda: called.complete, 5)
    called.line.answer(charged)
    await circuit.until(lambda: bool(caller.of(Established)), 3)
    assert [each.charged for each in (*caller.of(Established), *called.of(Established))] == [said, said], (
        circuit.trace()
    )
    caller.line.release()
    await circuit.free()
