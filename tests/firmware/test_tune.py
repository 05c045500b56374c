"""A port is matched to its line by measuring what each of its settings does."""

from __future__ import annotations

import numpy as np
import pytest
from firmware.trunk_tests import echo
from firmware.tune import PROBE_TAP, best_taps, tune, with_line
from hypothesis import given
from hypothesis import strategies as st

from hw.card import Balance, Unsupported
from hw.sim.hybrid import Reflection
from hw.sim.subscriber_line import Habits
from hw.sim.wire import Condition, Side
from tests.firmware.office import TRUNK, Office

pytestmark = pytest.mark.native


LINES = [
    Reflection(0, (60.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
    Reflection(5, (90.0, -60.0, 30.0, -10.0, 5.0, 0.0, 0.0, 0.0)),
    Reflection(15, (-70.0, 40.0, 25.0, 12.0, -6.0, 3.0, 0.0, 1.0)),
]


@pytest.mark.parametrize("line", LINES)
async def test_a_mismatched_port_is_matched_and_the_line_is_better_for_it(
    clock: object, there: Office, line: Reflection
) -> None:
    there.connect(Habits())
    there.card.line(TRUNK).reflect(line)
    before = await echo(there.bench, TRUNK, 2.0)
    verdict, balance = await tune(there.bench, TRUNK)
    assert verdict.code == "TUNE-OK", verdict.facts()
    assert balance is not None
    after = await echo(there.bench, TRUNK, 2.0)
    assert after.code == "ECHO-OK"
    gain = after.figures[0].value - before.figures[0].value
    assert gain > 12.0, "before and after tuning"


async def test_a_port_that_matches_is_left_as_it_is(clock: object, there: Office) -> None:
    there.connect(Habits())
    verdict, balance = await tune(there.bench, TRUNK)
    assert (verdict.code, balance) == ("TUNE-KEPT", None)


async def test_an_echo_from_beyond_the_taps_stays_and_is_told(clock: object, there: Office) -> None:
    """A distant echo is the canceller's; no setting of the port reaches it."""
    there.connect(Habits())
    there.card.wire(TRUNK).condition(Side.NEAR, Condition(echo_return_loss_db=6.0, echo_delay_ms=30.0))
    verdict, _ = await tune(there.bench, TRUNK)
    assert verdict.code in ("TUNE-LOUD", "TUNE-WORSE")
    assert verdict.next_step


async def test_a_port_that_cannot_be_matched_is_told_so(
    clock: object, there: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.connect(Habits())

    def cannot(self: object, balance: Balance) -> None:
        raise Unsupported("match its line: the hardware cannot do this")

    monkeypatch.setattr("hw.sim.channel.TrunkChannel.balance", cannot)
    verdict, balance = await tune(there.bench, TRUNK)
    assert (verdict.code, balance) == ("TEST-UNSUPPORTED", None)


@given(st.lists(st.integers(-100, 100), min_size=8, max_size=8))
def test_the_taps_that_take_an_echo_away_are_found_by_nine_measurements(taps: list[int]) -> None:
    w = np.exp(-2j * np.pi * np.outer(np.linspace(300, 3400, 60) / 8000, np.arange(8))) / 256
    without = w @ np.array(taps, float)
    alone = [without - PROBE_TAP * w[:, place] for place in range(8)]
    found = best_taps(without, alone)
    assert np.max(np.abs(without - w @ np.array(found, float))) < 0.02


def test_the_file_of_fxotune_keeps_the_other_channels() -> None:
    conf = "1=0,0,0,0,0,0,0,0,0\n9=1,1,1,1,1,1,1,1,1\n"
    assert with_line(conf, 9, Balance(2, (-1, 5, 0, 0, 0, 0, 0, 0))) == ("1=0,0,0,0,0,0,0,0,0\n9=2,255,5,0,0,0,0,0,0\n")
    assert with_line("", 1, Balance()) == "1=0,0,0,0,0,0,0,0,0\n"
