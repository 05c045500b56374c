"""Tests with another line of the box at the other side: a good pair passes, a bad one fails with code and advice."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import trio
from firmware.bench import Ended
from firmware.calls import Attended
from firmware.lines import There, on_bench
from firmware.outcome import Outcome
from firmware.pair_tests import (
    Pair,
    caller_id,
    digits,
    hang_up,
    judge_caller,
    judge_digits,
    judge_hang_up,
    judge_level,
    level,
)
from firmware.partner import OtherLine, ToldPartner
from firmware.setup.plain import Plain
from firmware.verdict import Verdict

from core.lines import Lines
from hw.callerid import CallerId
from hw.signalling.analog.profile import LineProfile
from hw.signalling.line import Party, Presentation
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.r2.settings import CHINA
from hw.sim.far import FarSide
from hw.sim.subscriber_line import Habits
from hw.sim.wire import Condition
from hw.sim.wire import Side as End
from hw.timers import Timers
from tests.firmware.office import CAS, NUMBERS, PRI, TRUNK, Office

pytestmark = pytest.mark.native

OTHER = TRUNK + 1
ANY_NUMBER = replace(CHINA, called_digits=0, ask_caller_after=0)
"""R2 of which either end takes numbers of any length."""
Test = Callable[[Pair], Awaitable[Verdict]]


def says(verdict: Verdict, code: str, *words: str) -> None:
    assert verdict.code == code, str(verdict.facts())
    for word in words:
        assert word in f"{verdict.sentence} {verdict.next_step}"


@asynccontextmanager
async def paired(there: Office, number: str = NUMBERS[1], own: str = NUMBERS[0]) -> AsyncIterator[tuple[Pair, There]]:
    """The first trunk is tested, the second one is the partner."""
    async with on_bench(there.bench, LineProfile()) as lines:
        attended = await lines.attended("test", str(TRUNK))
        partner = OtherLine(await lines.attended("test", str(OTHER)), lines.nursery)
        yield Pair(f"channel {TRUNK}", attended, partner, number, own), lines


async def verdict_of(there: Office, test: Test, **numbers: str) -> Verdict:
    async with paired(there, **numbers) as (pair, _):
        try:
            return await test(pair)
        except Ended as ended:
            return ended.verdict


@pytest.mark.parametrize("number", [NUMBERS[1], ""], ids=["we call", "he calls"])
async def test_a_good_pair_passes_whoever_calls_and_both_lines_are_free_afterwards(
    clock: object, there: Office, number: str
) -> None:
    there.connect(Habits(), Habits())
    says(await verdict_of(there, hang_up, number=number), "HANGUP-OK", "within two seconds")
    says(await verdict_of(there, digits, number=number), "DIGITS-OK", "1234567890*#")
    says(await verdict_of(there, level, number=number), "LEVEL-OK")
    says(await verdict_of(there, caller_id, number=number), "CALLER-OK", NUMBERS[1])
    for channel in (TRUNK, OTHER):
        assert there.card.open(channel).volts() == 48.0


async def test_a_call_that_was_not_answered_does_not_ring_into_the_next_test(clock: object, there: Office) -> None:
    """An analog line cannot refuse: after the caller's number was read it rang on, and no call could be placed."""
    there.connect(Habits(), Habits())
    async with paired(there) as (pair, _):
        says(await caller_id(pair), "CALLER-OK")
        says(await digits(pair), "DIGITS-OK")
        says(await caller_id(pair), "CALLER-OK")


@pytest.mark.parametrize(
    ("ours", "theirs", "code", "advice"),
    [
        pytest.param(Habits(hang_up_after_s=6.0), Habits(), "HANGUP-LATE", "reversal", id="tone that comes late"),
        pytest.param(Habits(clears=frozenset()), Habits(), "HANGUP-NONE", "reversal", id="busy tone never sent"),
        pytest.param(Habits(), Habits(clears=frozenset()), "HANGUP-THERE", "fixed network", id="the same there"),
    ],
)
async def test_a_hang_up_that_is_not_seen(
    clock: object, there: Office, ours: Habits, theirs: Habits, code: str, advice: str
) -> None:
    there.connect(ours, theirs)
    says(await verdict_of(there, hang_up), code, advice)


@pytest.mark.parametrize(
    ("habits", "code", "words"),
    [
        pytest.param(Habits(caller_id="mdmf"), "CALLER-OK", "MDMF", id="FSK, many fields"),
        pytest.param(Habits(caller_id="sdmf"), "CALLER-OK", "SDMF", id="FSK, one field"),
        pytest.param(Habits(caller_id="dtmf"), "CALLER-OK", "DTMF", id="DTMF before the first ring"),
        pytest.param(Habits(caller_id="none"), "CALLER-NONE", "Order caller ID", id="not ordered"),
        pytest.param(Habits(damaged=True), "CALLER-DAMAGED", "test noise", id="damaged"),
    ],
)
async def test_caller_id_is_told_with_its_standard(
    clock: object, there: Office, habits: Habits, code: str, words: str
) -> None:
    there.connect(habits, Habits())
    says(await verdict_of(there, caller_id), code, words)


async def test_another_number_than_the_callers_is_told(clock: object, there: Office) -> None:
    there.connect(Habits(), Habits())
    says(await verdict_of(there, caller_id, number="55667788"), "CALLER-OTHER", NUMBERS[1], "55667788")


def test_a_caller_with_an_area_code_is_the_same_and_one_who_hides_says_nothing() -> None:
    says(judge_caller("line e1a/3", Party("01066778899", by="Q.931"), "", "66778899"), "CALLER-OK", "Q.931")
    hidden = judge_caller("line e1a/3", Party(presentation=Presentation.RESTRICTED), "", "")
    says(hidden, "CALLER-WITHHELD", "shows its number")
    assert hidden.outcome is Outcome.ABORT


@pytest.mark.parametrize(
    ("channel", "code"), [(TRUNK, "DIGITS-HERE"), (OTHER, "DIGITS-THERE")], ids=["towards us", "towards him"]
)
async def test_keys_that_are_lost_on_the_way(clock: object, there: Office, channel: int, code: str) -> None:
    """A loss of 40 dB begins with the call's speech: signs of the line are tones as well."""
    there.connect(Habits(), Habits())
    async with paired(there) as (pair, _):

        class Losing(OtherLine):
            async def is_quiet(self) -> None:
                await super().is_quiet()
                there.card.wire(channel).condition(End.NEAR, Condition(loss_db=45.0))

        losing = Losing(pair.partner.attended, pair.partner._nursery)  # type: ignore[attr-defined]
        says(await digits(replace(pair, partner=losing)), code, "strowger test level")


def test_keys_are_judged_one_side_after_the_other() -> None:
    says(judge_digits("line1", "123", "13", "123"), "DIGITS-HERE", "13 was heard")
    says(judge_digits("line1", "123", "123", ""), "DIGITS-THERE", "- was heard")


@pytest.mark.parametrize(
    ("here", "there_dbm0", "code", "advice"),
    [
        (-20.0, -20.0, "LEVEL-OK", ""),
        (-36.0, -20.0, "LEVEL-LOW", "carrier"),
        (-1.0, -20.0, "LEVEL-HIGH", "gain"),
        (-20.0, -40.0, "LEVEL-THERE", "sending gain"),
    ],
)
def test_how_loud_is_judged(here: float, there_dbm0: float, code: str, advice: str) -> None:
    says(judge_level("line1", here, -60.0, there_dbm0, signal=True), code, advice)


def test_a_voice_may_be_softer_than_the_signal_but_not_than_the_noise() -> None:
    says(judge_level("line1", -36.0, -60.0, None, signal=False), "LEVEL-OK")
    says(judge_level("line1", -36.0, -38.0, None, signal=False), "LEVEL-LOW", "-38 dBm0 of noise")


def test_a_sign_after_two_seconds_is_late() -> None:
    says(judge_hang_up("line1", 2.0, True), "HANGUP-OK")
    says(judge_hang_up("line1", 2.1, True), "HANGUP-LATE")


# ---- what cannot be tested ----


async def test_calls_that_do_not_arrive_say_nothing_about_the_line(clock: object, there: Office) -> None:
    there.connect(Habits(), Habits())
    unanswered = await verdict_of(there, hang_up, number="99999999")
    says(unanswered, "TEST-UNANSWERED", "99999999")
    assert unanswered.outcome is Outcome.ABORT
    says(await verdict_of(there, caller_id, own="99999999"), "TEST-NO-CALL", "--own")


async def test_a_line_without_battery_or_in_use_is_not_called_by(clock: object, there: Office) -> None:
    there.connect(Habits(), Habits())
    there.card.line(TRUNK).cut()
    async with on_bench(there.bench, LineProfile()) as lines:
        with pytest.raises(Ended) as dead:
            await lines.attended("digits", str(TRUNK))
        says(dead.value.verdict, "BATTERY-NONE")
        held = there.card.open(OTHER)
        with pytest.raises(Ended) as held_by:
            await lines.attended("digits", str(OTHER))
        says(held_by.value.verdict, "TEST-REFUSED", "in use")
        held.close()


async def test_a_span_without_a_far_end_takes_no_calls(clock: object, there: Office, nursery: trio.Nursery) -> None:
    timers = Timers()
    await nursery.start(timers.run)
    lines = Lines(there.plane, timers)
    assert lines.pri("e1", there.card, PRI, SpanSettings())
    with pytest.raises(Ended) as down:
        await There(there.plane, nursery, lambda test, name: lines.by_name[name]).attended("level", "e1/1")
    says(down.value.verdict, "TEST-NO-SERVICE", "DOWN", "signalling of both ends")
    lines.close_all()


# ---- a person at the other side ----


async def test_a_person_is_told_what_to_do(clock: object, there: Office) -> None:
    """What he is asked is what he sees and hears; what he does here is done by somebody of the town."""
    there.connect(Habits())
    said = io.StringIO()
    partner = ToldPartner(Plain(io.StringIO("\n"), said, threaded=False))
    async with on_bench(there.bench, LineProfile()) as lines:
        pair = Pair(f"channel {TRUNK}", await lines.attended("level", str(TRUNK)), partner)
        there.exchange.call(NUMBERS[0], CallerId("62000001"))
        says(await caller_id(pair), "CALLER-OK", "62000001")
    assert "Call the number of channel 63" in said.getvalue()


# ---- PRI and R2, by the same tests ----


@asynccontextmanager
async def digital(there: Office, signalling: str) -> AsyncIterator[tuple[Attended, Attended]]:
    """A channel of ours, and the network's end of the span."""
    timers = Timers()
    near, far = Lines(there.plane, timers), Lines(there.plane, timers)
    async with trio.open_nursery() as nursery:
        await nursery.start(timers.run)
        if signalling == "pri":
            assert near.pri("e1", there.card, PRI, SpanSettings())
            assert far.pri("net", FarSide(there.card), PRI, SpanSettings(LinkSettings(Side.NETWORK)))
        else:
            assert near.r2("e1", there.card, CAS, ANY_NUMBER)
            assert far.r2("net", FarSide(there.card), CAS, ANY_NUMBER)
        # The network chooses channels from the first, a user from the last: each calls by the one that is watched.
        yield Attended(near.by_name["e1/1"], there.plane), Attended(far.by_name["net/1"], there.plane)
        near.close_all()
        far.close_all()
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("signalling", ["pri", "r2"])
async def test_pri_and_r2_lines_pass_the_same_tests(clock: object, there: Office, signalling: str) -> None:
    async with digital(there, signalling) as (ours, theirs), trio.open_nursery() as nursery:
        for line in (ours.line, theirs.line):
            with trio.fail_after(60):
                while line.service:  # noqa: ASYNC110 - either end comes into service by itself
                    await trio.sleep(0.1)
        pair = Pair("line e1/1", ours, OtherLine(theirs, nursery), "62000001", "8001")
        says(await hang_up(pair), "HANGUP-OK")
        says(await digits(pair), "DIGITS-OK")
        says(await level(pair), "LEVEL-OK")
        nursery.cancel_scope.cancel()
