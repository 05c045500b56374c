"""What can be wrong with a line, and which test says so: one row a fault. The good line passes the same test.

    the line is good          test     PASS
    the line is made bad      test     FAIL, with the code and the advice of the row
    the line is mended        test     PASS again, where the fault can be taken away

On the simulated card; what can be made bad on the real driver is in tests/lab/test_card_tests_lab.py. All the other
codes of a test are in the test's own file.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from firmware.lines import on_bench
from firmware.outcome import Outcome
from firmware.pair_tests import Pair, hang_up
from firmware.partner import OtherLine
from firmware.span_tests import bit_error, counters, span_alarm
from firmware.trunk_tests import battery, busy_tone, dial_tone, echo, noise
from firmware.verdict import Verdict

from hw.card import Alarm, Defect
from hw.signalling.analog.profile import LineProfile
from hw.sim.subscriber_line import Habits
from hw.sim.wire import CLEAR, Condition, Side
from tests.firmware.office import NUMBERS, PRI, TRUNK, Office

pytestmark = pytest.mark.native

Act = Callable[[Office], object]
Test = Callable[[Office], Awaitable[Verdict]]


@dataclass(frozen=True)
class Bad:
    """A row: `advice` is in the next step."""

    fault: str
    make: Act
    test: Test
    good: str
    code: str
    advice: str
    mend: Act


# ---- the tests, each on the line that is made bad ----


async def of_hang_up(there: Office) -> Verdict:
    async with on_bench(there.bench, LineProfile()) as lines:
        attended = await lines.attended("hang-up", str(TRUNK))
        partner = OtherLine(await lines.attended("hang-up", str(TRUNK + 1)), lines.nursery)
        return await hang_up(Pair(f"channel {TRUNK}", attended, partner, NUMBERS[1], NUMBERS[0]))


def of_span(there: Office) -> Awaitable[Verdict]:
    return span_alarm(there.bench, PRI)


def of_counters(there: Office) -> Awaitable[Verdict]:
    return counters(there.bench, PRI, 10.0)


def of_bit_error(there: Office) -> Awaitable[Verdict]:
    there.card.span(PRI).plug(True)
    return bit_error(there.bench, PRI, 5.0)


def of_battery(there: Office) -> Awaitable[Verdict]:
    return battery(there.bench, TRUNK)


def of_dial_tone(there: Office) -> Awaitable[Verdict]:
    return dial_tone(there.bench, TRUNK)


def of_noise(there: Office) -> Awaitable[Verdict]:
    return noise(there.bench, TRUNK, 2.0)


def of_echo(there: Office) -> Awaitable[Verdict]:
    return echo(there.bench, TRUNK, 2.0)


def of_busy_tone(there: Office) -> Awaitable[Verdict]:
    return busy_tone(there.bench, TRUNK, NUMBERS[0])


# ---- what is done to it ----


def heard(condition: Condition) -> Act:
    return lambda there: there.card.wire(TRUNK).condition(Side.NEAR, condition)


def worn(condition: Condition) -> Act:
    return lambda there: there.card.span(PRI).wear(condition)


def alarmed(defect: Defect, far: Alarm = Alarm.NONE) -> Act:
    return lambda there: there.card.span(PRI).alarm(Alarm.RED, far, defects=defect)


def cleared(there: Office) -> None:
    there.card.span(PRI).clear()


def crossed(on: bool) -> Act:
    return lambda there: setattr(there.card.line(TRUNK), "crossed", on)


def cut(there: Office) -> None:
    there.card.line(TRUNK).cut()


def mended(there: Office) -> None:
    there.card.line(TRUNK).mend()


def habits(habits: Habits) -> Act:
    return lambda there: setattr(there.lines[TRUNK], "habits", habits)


GOOD = habits(Habits())
NOISY, ECHOING = Condition(noise_dbm0=-40.0), Condition(echo_return_loss_db=6.0, echo_delay_ms=3.0)
SLIPPING = Condition(slip_samples=2 * 8000)
TONELESS, SIGNLESS = Habits(gain_db=-60.0), Habits(clears=frozenset())

TABLE = (
    #   what is wrong            made so                     test          good          code               advice
    Bad("noise", heard(NOISY), of_noise, "NOISE-OK", "NOISE-HIGH", "loose contacts", heard(CLEAR)),
    Bad("echo", heard(ECHOING), of_echo, "ECHO-OK", "ECHO-LOUD", "card tune", heard(CLEAR)),
    Bad("wrong framing", alarmed(Defect.LFA), of_span, "SPAN-OK", "SPAN-LFA", "E1 and not T1", cleared),
    Bad("CRC4 on one side", alarmed(Defect.LMFA), of_span, "SPAN-OK", "SPAN-LMFA", "CRC4", cleared),
    Bad("crossed pair, E1", alarmed(Defect.LOS, Alarm.RED), of_span, "SPAN-OK", "SPAN-LOS", "may be crossed", cleared),
    Bad("crossed pair, analog", crossed(True), of_battery, "BATTERY-OK", "BATTERY-CROSSED", "wires", crossed(False)),
    Bad("lost span", alarmed(Defect.LOS), of_span, "SPAN-OK", "SPAN-LOS", "plugged in", cleared),
    Bad("lost span, counted", alarmed(Defect.LOS), of_counters, "COUNT-OK", "SPAN-LOS", "plugged in", cleared),
    Bad("clock slips", worn(SLIPPING), of_counters, "COUNT-OK", "COUNT-SLIPS", "span=N,1", worn(CLEAR)),
    Bad("clock slips, by pattern", worn(SLIPPING), of_bit_error, "BER-OK", "BER-SLIPS", "span=N,1", worn(CLEAR)),
    Bad("no battery", cut, of_battery, "BATTERY-OK", "BATTERY-NONE", "same socket", mended),
    Bad("no battery, seized", cut, of_dial_tone, "TONE-OK", "BATTERY-NONE", "same socket", mended),
    Bad("busy tone never sent", habits(TONELESS), of_busy_tone, "BUSY-OK", "BUSY-NONE", "polarity reversal", GOOD),
    Bad("no sign of hang-up", habits(SIGNLESS), of_hang_up, "HANGUP-OK", "HANGUP-NONE", "polarity reversal", GOOD),
)
FAULTS_OF_AN_ACCEPTANCE = {
    "noise",
    "echo",
    "wrong framing",
    "crossed pair",
    "lost span",
    "clock slips",
    "no battery",
    "busy tone never sent",
}


@pytest.fixture
def there(there: Office) -> Office:
    there.connect(Habits(), Habits())
    return there


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fault)
async def test_the_good_line_passes_and_the_bad_one_fails_with_code_and_advice(
    clock: object, there: Office, row: Bad
) -> None:
    assert (await row.test(there)).code == row.good
    row.make(there)
    bad = await row.test(there)
    assert (bad.outcome, bad.code) == (Outcome.FAIL, row.code), str(bad.facts())
    assert row.advice in bad.next_step
    row.mend(there)
    assert (await row.test(there)).code == row.good


def test_every_fault_of_an_acceptance_has_its_row() -> None:
    assert {row.fault.partition(",")[0] for row in TABLE} >= FAULTS_OF_AN_ACCEPTANCE
