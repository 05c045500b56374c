"""Tests of an analog line pass on a good one and fail, with the right code and advice, on one that was made bad."""

from __future__ import annotations

import numpy as np
import pytest
from firmware.outcome import Outcome
from firmware.trunk_tests import battery, busy_tone, dial_tone, echo, judge_dial_tone, judge_noise, noise
from firmware.verdict import Verdict

from hw.sim.hybrid import Reflection
from hw.sim.subscriber_line import Habits
from hw.sim.wire import Condition, Side
from hw.wave import Samples
from tests.firmware.office import NUMBERS, TRUNK, Office

pytestmark = pytest.mark.native


def says(verdict: Verdict, code: str, *words: str) -> None:
    assert verdict.code == code, verdict.facts()
    for word in words:
        assert word in f"{verdict.sentence} {verdict.next_step}"


def figure(verdict: Verdict, name: str) -> float:
    return next(figure.value for figure in verdict.figures if figure.name == name)


async def test_a_good_line_passes_every_test_and_is_on_hook_afterwards(clock: object, there: Office) -> None:
    there.connect(Habits())
    says(await battery(there.bench, TRUNK), "BATTERY-OK", "48 V")
    says(await dial_tone(there.bench, TRUNK), "TONE-OK", "450 Hz")
    says(await noise(there.bench, TRUNK, 2.0), "NOISE-OK")
    says(await echo(there.bench, TRUNK, 2.0), "ECHO-OK")
    says(await busy_tone(there.bench, TRUNK, NUMBERS[0]), "BUSY-OK", "350/350")
    assert there.card.open(TRUNK).volts() == 48.0


async def test_no_battery_ends_every_test(clock: object, there: Office) -> None:
    there.connect(Habits())
    there.card.line(TRUNK).cut()
    for verdict in (
        await battery(there.bench, TRUNK),
        await dial_tone(there.bench, TRUNK),
        await noise(there.bench, TRUNK, 2.0),
        await echo(there.bench, TRUNK, 2.0),
        await busy_tone(there.bench, TRUNK),
    ):
        says(verdict, "BATTERY-NONE", "plugged in")
        assert verdict.outcome is Outcome.FAIL


async def test_a_crossed_pair_and_a_leaking_line_are_told_by_their_voltage(clock: object, there: Office) -> None:
    there.card.line(TRUNK).crossed = True
    says(await battery(there.bench, TRUNK), "BATTERY-CROSSED", "Exchange the two wires")
    there.card.line(TRUNK).feed_v = 12.0
    says(await battery(there.bench, TRUNK), "BATTERY-LOW", "12 V")


@pytest.mark.parametrize(
    ("habits", "code", "advice"),
    [
        pytest.param(Habits(dial_tone=False), "TONE-NONE", "telephone in the same socket", id="no tone"),
        pytest.param(Habits(gain_db=-25.0), "TONE-LOW", "opermode", id="weak"),
        pytest.param(Habits(gain_db=8.0), "TONE-HIGH", "gain", id="loud"),
    ],
)
async def test_a_dial_tone_that_is_not_right(
    clock: object, there: Office, habits: Habits, code: str, advice: str
) -> None:
    there.connect(habits)
    says(await dial_tone(there.bench, TRUNK), code, advice)


def tone(hz: float, on_ms: float, off_ms: float) -> Samples:
    t = np.arange(28000) / 8000
    sounds = t * 1000 % (on_ms + off_ms) < on_ms
    return np.asarray(8000 * sounds * np.sin(2 * np.pi * hz * t)).astype(np.int16)


def test_a_tone_that_is_not_dial_tone_is_told_from_one_that_is() -> None:
    says(judge_dial_tone(1, tone(450, 1, 0)), "TONE-OK")
    says(judge_dial_tone(1, tone(450, 350, 350)), "TONE-BROKEN", "350/350", "barred")
    says(judge_dial_tone(1, tone(1100, 1, 0)), "TONE-OTHER", "fax")


async def test_a_noisy_line_is_told_from_a_humming_one(clock: object, there: Office) -> None:
    there.connect(Habits())
    there.card.wire(TRUNK).condition(Side.NEAR, Condition(noise_dbm0=-40.0))
    verdict = await noise(there.bench, TRUNK, 2.0)
    says(verdict, "NOISE-HIGH", "carrier")
    assert figure(verdict, "level") == pytest.approx(-40.0, abs=1.0)
    t = np.arange(16000) / 8000
    hum = sum(300 / k * np.sin(2 * np.pi * 50 * k * t) for k in (1, 3, 5, 7))
    says(judge_noise(1, np.asarray(hum).astype(np.int16)), "NOISE-HUM", "mains")


@pytest.mark.parametrize(("loss", "code"), [(6.0, "ECHO-LOUD"), (20.0, "ECHO-OK")])
async def test_an_echo_is_measured_also_in_noise(clock: object, there: Office, loss: float, code: str) -> None:
    there.connect(Habits())
    heard = Condition(noise_dbm0=-52.0, echo_return_loss_db=loss, echo_delay_ms=3.0)
    there.card.wire(TRUNK).condition(Side.NEAR, heard)
    verdict = await echo(there.bench, TRUNK, 2.0)
    says(verdict, code)
    assert figure(verdict, "echo_return_loss") == pytest.approx(loss, abs=1.0)


async def test_a_port_that_does_not_match_its_line_is_loud(clock: object, there: Office) -> None:
    there.connect(Habits())
    there.card.line(TRUNK).reflect(Reflection(2, (90.0, -60.0, 30.0, -10.0, 5.0, 0.0, 0.0, 0.0)))
    says(await echo(there.bench, TRUNK, 2.0), "ECHO-LOUD", "strowger card tune")


async def test_a_busy_tone_that_is_never_sent(clock: object, there: Office) -> None:
    there.connect(Habits(gain_db=-60.0))
    says(await busy_tone(there.bench, TRUNK), "BUSY-NONE", "polarity reversal")


async def test_a_line_whose_tone_does_not_end_cannot_be_measured(clock: object, there: Office) -> None:
    there.connect(Habits(takes_keys=False))
    verdict = await noise(there.bench, TRUNK, 2.0)
    says(verdict, "TEST-NOT-SILENT", "--digit")
    assert verdict.outcome is Outcome.ABORT


async def test_a_channel_of_another_kind_or_in_use_cannot_be_tested(clock: object, there: Office) -> None:
    says(await dial_tone(there.bench, 1), "TEST-OTHER-KIND", "bearer")
    held = there.card.open(TRUNK)
    says(await dial_tone(there.bench, TRUNK), "TEST-REFUSED", "in use")
    held.close()
    says(await battery(there.bench, 999), "TEST-REFUSED", "unknown")
