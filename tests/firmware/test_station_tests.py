"""Tests of a telephone's port: a good one passes, and one at which something is wrong fails with code and advice."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from firmware import station_tests
from firmware.bench import Ended
from firmware.lines import on_bench
from firmware.setup.plain import Plain
from firmware.station_tests import CordHand, ToldHand, judge_keys
from firmware.verdict import Verdict

from hw.signalling.analog.profile import LineProfile
from hw.sim.span import Stations
from hw.sim.telephone import Telephone
from tests.firmware.office import Office, office

pytestmark = pytest.mark.native

STATION = 1


@pytest.fixture
async def there(clock: object) -> AsyncIterator[Office]:
    async with office((Stations(2),)) as there:
        yield there


def says(verdict: Verdict, code: str, *words: str) -> None:
    assert verdict.code == code, str(verdict.facts())
    for word in words:
        assert word in f"{verdict.sentence} {verdict.next_step}"


class Idle(CordHand):
    """Somebody whose telephone does not do what he does: `lost` of lifts, hangs_up, presses."""

    def __init__(self, telephone: Telephone, *lost: str) -> None:
        super().__init__(telephone)
        self._lost = lost

    async def lifts(self) -> None:
        if "lifts" not in self._lost:
            await super().lifts()

    async def hangs_up(self) -> None:
        if "hangs_up" not in self._lost:
            await super().hangs_up()

    async def presses(self, keys: str) -> None:
        await super().presses(keys.replace("5", "") if "presses" in self._lost else keys)


async def verdict_of(there: Office, test: str, *lost: str) -> Verdict:
    async with on_bench(there.bench, LineProfile()) as lines:
        telephone = Telephone(there.plane, there.card.far(STATION), name="telephone", caller_id="ears" not in lost)
        try:
            attended = await lines.attended(test, str(STATION))
            return await station_tests.TESTS[test](f"channel {STATION}", attended, Idle(telephone, *lost))
        finally:
            telephone.channel.close()


@pytest.mark.parametrize(
    ("test", "code"), [("hook", "HOOK-OK"), ("ring", "RING-OK"), ("keys", "KEYS-OK"), ("lamp", "LAMP-OK")]
)
async def test_a_good_telephone_passes_and_passes_again(clock: object, there: Office, test: str, code: str) -> None:
    for _ in range(2):
        says(await verdict_of(there, test), code)


@pytest.mark.parametrize(
    ("test", "lost", "code", "advice"),
    [
        pytest.param("hook", "lifts", "HOOK-DEAD", "another telephone", id="nothing is plugged in"),
        pytest.param("hook", "hangs_up", "HOOK-STUCK", "short", id="a hook that sticks"),
        pytest.param("ring", "lifts", "RING-TRIP", "boostringer", id="a lift that does not trip the ring"),
        pytest.param("keys", "presses", "KEYS-LOST", "set to tones", id="a key that is dead"),
        pytest.param("lamp", "ears", "LAMP-DARK", "FSK", id="a telephone without a lamp"),
    ],
)
async def test_what_the_telephone_does_not_do_is_told(
    clock: object, there: Office, test: str, lost: str, code: str, advice: str
) -> None:
    says(await verdict_of(there, test, lost), code, advice)


async def test_a_telephone_that_is_off_its_hook_cannot_be_tested(clock: object, there: Office) -> None:
    telephone = Telephone(there.plane, there.card.far(STATION), name="telephone")
    telephone.lift()
    async with on_bench(there.bench, LineProfile()) as lines:
        with pytest.raises(Ended) as ended:
            await lines.attended("ring", str(STATION))
    says(ended.value.verdict, "HOOK-OFF", "short")


async def test_a_person_says_what_rings_and_what_is_lit(clock: object, there: Office) -> None:
    async with on_bench(there.bench, LineProfile()) as lines:
        attended = await lines.attended("ring", str(STATION))
        for test, answers, code in (
            ("ring", "no\n", "RING-SILENT"),
            ("lamp", "yes\nyes\n", "LAMP-OK"),
            ("lamp", "yes\nno\n", "LAMP-STAYS"),
            ("hook", "", "HOOK-DEAD"),
        ):
            said = io.StringIO()
            hand = ToldHand(Plain(io.StringIO(answers), said, threaded=False))
            await attended.anew()
            says(await station_tests.TESTS[test](f"channel {STATION}", attended, hand), code)
            assert said.getvalue()


def test_keys_are_all_or_they_are_lost() -> None:
    says(judge_keys("channel 1", "123", "123"), "KEYS-OK")
    says(judge_keys("channel 1", "123", ""), "KEYS-LOST", "- was heard")
