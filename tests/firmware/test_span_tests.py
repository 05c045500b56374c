"""Tests of a span pass on a good one and fail, with the right code and advice, on one that was made bad."""

from __future__ import annotations

from dataclasses import replace

import pytest
import trio
from firmware.outcome import Outcome
from firmware.prbs import Received
from firmware.span_tests import bit_error, counters, judge_counters, judge_looks, judge_pattern, looped, span_alarm
from firmware.verdict import Verdict

from hw.card import Alarm, Defect, SpanCounters, SpanInfo, SpanLoop
from hw.sim.wire import Condition, Side
from tests.firmware.office import CAS, PRI, Office

pytestmark = pytest.mark.native


def says(verdict: Verdict, code: str, *words: str) -> None:
    """The code, and words of the sentence and the next step."""
    assert verdict.code == code, verdict.facts()
    for word in words:
        assert word in f"{verdict.sentence} {verdict.next_step}"


# ---- alarms ----


async def test_a_span_without_alarm_passes_after_three_seconds(clock: object, there: Office) -> None:
    begun = trio.current_time()
    says(await span_alarm(there.bench, PRI), "SPAN-OK")
    assert trio.current_time() - begun == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("alarm", "defect", "code", "advice"),
    [
        pytest.param(Alarm.RED, Defect.LOS, "SPAN-LOS", "crossed", id="lost span"),
        pytest.param(Alarm.RED, Defect.LFA, "SPAN-LFA", "E1 and not T1", id="wrong framing"),
        pytest.param(Alarm.RED, Defect.LMFA, "SPAN-LMFA", "CRC4", id="CRC4 on one side"),
        pytest.param(Alarm.RED, Defect.NONE, "SPAN-RED", "crossed pair", id="a driver that says no more"),
        pytest.param(Alarm.BLUE, Defect.NONE, "SPAN-BLUE", "carrier", id="blocked"),
        pytest.param(Alarm.YELLOW, Defect.NONE, "SPAN-YELLOW", "sending pair", id="they do not hear us"),
        pytest.param(Alarm.LOOPBACK, Defect.NONE, "SPAN-LOOPED", "plug", id="a forgotten loop"),
        pytest.param(Alarm.NOT_OPEN, Defect.NONE, "SPAN-NOT-OPEN", "dahdi_cfg", id="not started"),
        pytest.param(Alarm.RECOVERING, Defect.NONE, "SPAN-RECOVERING", "ten seconds", id="just back"),
    ],
)
async def test_an_alarm_is_told_with_its_remedy(
    clock: object, there: Office, alarm: Alarm, defect: Defect, code: str, advice: str
) -> None:
    there.card.span(PRI).alarm(alarm, defects=defect)
    says(await span_alarm(there.bench, PRI), code, advice)


async def test_a_crossed_pair_leaves_both_ends_without_signal(clock: object, there: Office) -> None:
    there.card.span(PRI).alarm(Alarm.RED, Alarm.RED, defects=Defect.LOS)
    says(await span_alarm(there.bench, PRI), "SPAN-LOS", "receive and transmit may be crossed")


async def test_a_plug_that_is_just_put_in_is_no_fault(clock: object, there: Office, nursery: trio.Nursery) -> None:
    """Its alarm is gone before it is judged; what comes and goes is told as that."""
    there.card.span(PRI).alarm(Alarm.RED, defects=Defect.LOS)

    async def mend() -> None:
        await trio.sleep(1.2)
        there.card.span(PRI).clear()

    nursery.start_soon(mend)
    says(await span_alarm(there.bench, PRI), "SPAN-UNSTEADY", "move the cable")
    says(await span_alarm(there.bench, PRI), "SPAN-OK")


async def test_a_span_that_is_not_there_cannot_be_tested(clock: object, there: Office) -> None:
    for verdict in (
        await span_alarm(there.bench, 9),
        await counters(there.bench, 9, 5),
        await bit_error(there.bench, 9, 5),
        await looped(there.bench, 9, 5),
    ):
        says(verdict, "TEST-NO-SPAN")
        assert verdict.outcome is Outcome.ABORT


def test_two_alarms_one_after_the_other_are_the_last_one() -> None:
    span = SpanInfo(1, "E1", "E1", "", "", Alarm.NONE, ())
    red, yellow = replace(span, alarms=Alarm.RED), replace(span, alarms=Alarm.YELLOW)
    assert judge_looks(1, [red, yellow]).code == "SPAN-YELLOW"
    assert judge_looks(1, [red, span]).code == "SPAN-UNSTEADY"


# ---- counters ----


async def test_counters_that_stand_still_pass(clock: object, there: Office) -> None:
    says(await counters(there.bench, PRI, 60.0), "COUNT-OK", "60 s")


async def test_clock_slips_are_counted_and_the_clock_is_named(clock: object, there: Office) -> None:
    there.card.span(PRI).wear(Condition(slip_samples=4 * 8000))
    says(await counters(there.bench, PRI, 20.0), "COUNT-SLIPS", "5 clock slips", "span=N,1")


async def test_bit_errors_are_seen_by_the_framer(clock: object, there: Office) -> None:
    there.card.span(PRI).wear(Condition(bit_errors=1e-6))
    says(await counters(there.bench, PRI, 10.0), "COUNT-CRC4", "bit-error")


async def test_a_span_that_is_lost_while_it_is_counted_ends_the_test_with_its_alarm(
    clock: object, there: Office, nursery: trio.Nursery
) -> None:
    async def lose() -> None:
        await trio.sleep(20.0)
        there.card.span(PRI).alarm(Alarm.RED, defects=Defect.LOS)

    nursery.start_soon(lose)
    verdict = await counters(there.bench, PRI, 60.0)
    says(verdict, "SPAN-LOS")
    assert (verdict.test, verdict.outcome) == ("counters", Outcome.FAIL)


async def test_a_driver_that_counts_nothing_is_told_so(clock: object, there: Office) -> None:
    there.card.span(PRI).counters = SpanCounters()
    says(await counters(there.bench, PRI, 2.0), "COUNT-UNKNOWN", "bit-error")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("framing_errors", "COUNT-FRAMING"),
        ("code_violations", "COUNT-CODE"),
        ("e_bits", "COUNT-E-BITS"),
        ("errored_seconds", "COUNT-SECONDS"),
    ],
)
def test_every_counter_has_its_code(name: str, code: str) -> None:
    says(judge_counters(1, SpanCounters(), SpanCounters(**{name: 3}), 10), code, "3")


# ---- loops ----


@pytest.mark.parametrize("span", [PRI, CAS])
async def test_every_timeslot_comes_back_over_the_cards_own_loop(clock: object, there: Office, span: int) -> None:
    says(await looped(there.bench, span, 3.0), "LOOP-OK", "30 timeslots")
    far = there.card.far(1 if span == PRI else 32)
    assert far.info.kind is not None, "its channels are free again"
    far.close()


async def test_the_loop_is_opened_again_whatever_happens(clock: object, there: Office) -> None:
    with trio.move_on_after(1.0):
        await looped(there.bench, PRI, 30.0)
    says(await looped(there.bench, PRI, 1.0, SpanLoop.OPEN), "LOOP-OPEN")


async def test_a_card_that_does_not_hear_itself_is_defective(
    clock: object, there: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(there.card, "loop", lambda span, loop: None)
    says(await looped(there.bench, PRI, 1.0), "LOOP-CARD", "change the card")


async def test_a_plug_is_seen_and_its_lack_too(clock: object, there: Office) -> None:
    says(await looped(there.bench, PRI, 1.0, SpanLoop.OPEN), "LOOP-OPEN", "plug")
    there.card.span(PRI).plug(True)
    says(await looped(there.bench, PRI, 1.0, SpanLoop.OPEN), "LOOP-OK")


async def test_timeslots_that_somebody_on_the_way_takes_are_named(clock: object, there: Office) -> None:
    there.card.span(PRI).plug(True)
    for slot in (7, 31):
        there.card.wire(slot).condition(Side.NEAR, Condition(noise_dbm0=-10))
    says(await looped(there.bench, PRI, 1.0, SpanLoop.OPEN), "LOOP-SLOTS", "7, 31")


async def test_wrong_bits_of_a_loop_lead_to_the_longer_test(clock: object, there: Office) -> None:
    there.card.span(PRI).plug(True)
    there.card.span(PRI).wear(Condition(bit_errors=1e-4))
    says(await looped(there.bench, PRI, 2.0, SpanLoop.OPEN), "LOOP-ERRORS", "bit-error")


async def test_hardware_without_loops_is_no_fault_of_the_line(clock: object, there: Office) -> None:
    there.card.span(PRI).loops = ()
    verdict = await looped(there.bench, PRI, 1.0)
    says(verdict, "TEST-UNSUPPORTED", "plug")
    assert verdict.outcome is Outcome.ABORT


# ---- bit errors ----


async def test_a_good_circuit_has_no_wrong_bit_in_twenty_million(clock: object, there: Office) -> None:
    there.card.span(PRI).plug(True)
    verdict = await bit_error(there.bench, PRI, 10.0)
    says(verdict, "BER-OK")
    assert next(figure.value for figure in verdict.figures if figure.name == "bits") >= 19e6


async def test_an_error_ratio_is_measured(clock: object, there: Office) -> None:
    there.card.span(PRI).plug(True)
    there.card.span(PRI).wear(Condition(bit_errors=1e-4))
    verdict = await bit_error(there.bench, PRI, 5.0)
    says(verdict, "BER-ERRORS", "evenly", "converter")
    assert next(figure.value for figure in verdict.figures if figure.name == "ratio") == pytest.approx(1e-4, rel=0.1)


async def test_a_loose_plug_makes_bursts(clock: object, there: Office) -> None:
    there.card.span(PRI).plug(True)
    there.card.span(PRI).wear(Condition(bit_errors=1e-7, error_octets=60))
    says(await bit_error(there.bench, PRI, 10.0), "BER-BURSTS", "loose")


async def test_different_clocks_slip(clock: object, there: Office) -> None:
    there.card.span(PRI).plug(True)
    there.card.span(PRI).wear(Condition(slip_samples=2 * 8000))
    says(await bit_error(there.bench, PRI, 5.0), "BER-SLIPS", "clock")


async def test_without_a_loop_there_is_nothing_or_something_else(clock: object, there: Office) -> None:
    says(await bit_error(there.bench, PRI, 1.0), "BER-NOTHING", "plug")
    for slot in (*range(1, 16), *range(17, 32)):
        there.card.wire(slot).condition(Side.NEAR, Condition(noise_dbm0=-20))
    says(await bit_error(there.bench, PRI, 1.0), "BER-NO-SYNC", "looped")


async def test_a_break_in_the_middle_is_told(clock: object, there: Office, nursery: trio.Nursery) -> None:
    there.card.span(PRI).plug(True)

    async def interrupt() -> None:
        await trio.sleep(2.0)
        there.card.span(PRI).plug(False)
        await trio.sleep(0.5)
        there.card.span(PRI).plug(True)

    nursery.start_soon(interrupt)
    says(await bit_error(there.bench, PRI, 5.0), "BER-BREAKS", "loose")


async def test_a_lost_span_is_told_as_that_and_not_as_errors(clock: object, there: Office) -> None:
    there.card.span(PRI).alarm(Alarm.RED, defects=Defect.LOS)
    says(await bit_error(there.bench, PRI, 5.0), "SPAN-LOS")
    says(await looped(there.bench, PRI, 1.0), "LOOP-OK")


async def test_lines_in_use_are_not_disturbed(clock: object, there: Office) -> None:
    held = there.card.open(5)
    verdict = await bit_error(there.bench, PRI, 5.0)
    says(verdict, "TEST-REFUSED", "in use")
    assert verdict.outcome is Outcome.ABORT
    held.close()
    there.card.open(1).close()


async def test_a_span_without_speech_or_of_another_law_has_no_pattern(
    clock: object, there: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    (span, *_) = there.card.spans()
    monkeypatch.setattr(there.card, "spans", lambda: (replace(span, channels=span.channels[15:16]),))
    says(await looped(there.bench, PRI, 1.0), "TEST-NO-CHANNELS", "dahdi_cfg")
    american = tuple(replace(channel, law="mu") for channel in span.channels)
    monkeypatch.setattr(there.card, "spans", lambda: (replace(span, channels=american),))
    says(await looped(there.bench, PRI, 1.0), "TEST-LAW", "alaw=")


def test_a_machine_that_lost_speech_itself_blames_no_line() -> None:
    errors = Received(8000, 0, 50, 0, 0, 1)
    assert judge_pattern(1, errors, 1, 10).code == "TEST-STARVED"
    assert judge_pattern(1, errors, 0, 10).code == "BER-ERRORS"
    assert judge_pattern(1, Received(8000, 0, 0, 0, 0, 0), 1, 10).code == "BER-OK"
