"""The box finds out what its lines are like: by calling itself, and with the help of a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import trio
import trio.testing

from hw.callerid import CallerId
from hw.plane import Plane
from hw.signalling.analog.learn import Ask, Findings, Instruction, LearnError, learn_guided, learn_pair
from hw.signalling.analog.probe import Probe
from hw.signalling.analog.profile import LineProfile, parse_profile, write_profile
from hw.sim.card import SimCard
from hw.sim.public_exchange import OutsideCall, PublicExchange
from hw.sim.public_plan import Plan, Subscriber
from hw.sim.span import Trunks
from hw.sim.subscriber_line import Habits, SubscriberLine
from hw.sim.timing import Timing
from hw.sim.wire import Condition, Side
from hw.tone_patterns import CallProgress

pytestmark = pytest.mark.native

FIRST, SECOND, MOBILE = "66778891", "66778892", "13800138000"


class Pair:
    """Two trunks of a card at one exchange."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self.plane = Plane(virtual=True)
        self.card = SimCard(self.plane, [Trunks(2)], timing=Timing(clear=300))
        plan = Plan([Subscriber(MOBILE, answer_s=9.0, hang_up_s=8.0)])
        self.exchange = PublicExchange(self.plane, nursery, plan)

    def probe(self, number: int, habits: Habits, near: Condition | None = None) -> Probe:
        if near is not None:
            self.card.wire(number).condition(Side.NEAR, near)
        SubscriberLine(self.exchange, (FIRST, SECOND)[number - 1], self.card.far(number), habits)
        return Probe(self.plane, self.card.open(number))

    async def learn(self, first: Habits, second: Habits, near: Condition | None = None) -> tuple[Findings, Findings]:
        probes = self.probe(1, first, near), self.probe(2, second, near)
        await trio.sleep(1.0)
        found = await learn_pair(*probes, SECOND)
        for probe in probes:
            probe.released()
        assert not any(line.lifted for line in self.exchange.lines.values())
        return found


@pytest.fixture
async def pair(clock: trio.testing.MockClock) -> AsyncIterator[Pair]:
    async with trio.open_nursery() as nursery:
        pair = Pair(nursery)
        await nursery.start(pair.plane.run)
        nursery.start_soon(pair.card.run)
        yield pair
        nursery.cancel_scope.cancel()
    pair.card.close()
    pair.plane.close()
    pair.card.free()


PLAIN = Habits()


async def test_two_plain_lines_of_china(clock: object, pair: Pair) -> None:
    begun = pair.plane.seconds
    first, second = await pair.learn(PLAIN, PLAIN)
    assert pair.plane.seconds - begun < 90
    assert first.dial == "dtmf"
    assert first.answer == "inferred"
    assert first.tone_dbm0 == pytest.approx(-10.0, abs=0.3)
    assert second.caller_id == "fsk"
    assert second.ring_pause_s == pytest.approx(4.0, abs=0.1)
    assert second.hang_up_by_reversal is False
    for found in (first, second):
        assert found.hang_up_tone is not None
        assert found.hang_up_tone.hz[0] == pytest.approx(450, abs=1)
        assert found.hang_up_tone.cadence_ms == (350, 350)
        assert found.loss_db == pytest.approx(0.0, abs=0.3)
        assert found.noise_dbm0 is not None
        assert found.noise_dbm0 < -60
        assert found.echo_return_loss_db is None
        assert found.loop_break_ms is None
    profile = first.into(LineProfile())
    assert profile.hang_up_tone == "450/350,0/350"
    assert parse_profile(write_profile(profile)) == profile


@pytest.mark.parametrize(
    ("tone", "learned"),
    [
        ("450/700,0/700", "450/700,0/700"),
        ("425/500,0/500", "425/500,0/500"),
        ("480+620/250,0/250", "480+620/250,0/250"),
        ("440/100,0/100,440/400,0/400", "440/100,0/100,440/400,0/400"),
        ("450", "450"),
    ],
)
async def test_the_hang_up_tone_whatever_it_is(clock: object, pair: Pair, tone: str, learned: str) -> None:
    first, _ = await pair.learn(replace(PLAIN, hang_up_tone=tone), PLAIN)
    profile = first.into(LineProfile())
    assert profile.hang_up_tone == learned
    assert profile.patterns[-1].hz == pytest.approx([float(hz) for hz in learned.split("/")[0].split("+")])
    assert CallProgress.of(profile.patterns[-1].number) in (
        CallProgress.BUSY,
        CallProgress.CONGESTION,
        CallProgress.DIAL,
    )


async def test_a_tone_that_comes_half_a_minute_late(clock: object, pair: Pair) -> None:
    first, second = await pair.learn(replace(PLAIN, hang_up_after_s=28.0), replace(PLAIN, hang_up_after_s=3.0))
    assert first.hang_up_after_s == pytest.approx(28.5, abs=1.0)
    assert second.hang_up_after_s == pytest.approx(3.8, abs=1.0)  # a hang-up is told from a flash after 0.8 s
    assert first.hang_up_tone is not None


async def test_no_sign_at_all_is_found_out_too(clock: object, pair: Pair) -> None:
    first, _ = await pair.learn(replace(PLAIN, clears=frozenset()), PLAIN)
    assert first.hang_up_tone is None
    assert first.into(LineProfile()) == replace(
        LineProfile(), dial="dtmf", answer="inferred", loss_db=0.0, noise_dbm0=first.noise_dbm0, tone_dbm0=-10.0
    )


async def test_reversal_at_the_answer_and_at_the_end(clock: object, pair: Pair) -> None:
    habits = replace(PLAIN, reversal=True, clears=frozenset({"reversal", "tone"}))
    first, second = await pair.learn(habits, habits)
    assert first.answer == "reversal"
    assert second.hang_up_by_reversal is True
    assert first.into(LineProfile()).answer == "reversal"


async def test_a_loop_break_and_its_length(clock: object, pair: Pair) -> None:
    habits = replace(PLAIN, clears=frozenset({"break"}))
    first, second = await pair.learn(habits, replace(habits, clears=frozenset({"tone", "break"})))
    assert first.loop_break_ms == 200
    assert second.loop_break_ms == 200
    assert first.hang_up_tone is None
    assert second.hang_up_tone is not None


@pytest.mark.parametrize(
    ("kind", "framing", "learned"),
    [("sdmf", "DC", "fsk"), ("dtmf", "DC", "dtmf"), ("dtmf", "A#", "dtmf"), ("none", "DC", "none")],
)
async def test_the_kind_of_caller_id(clock: object, pair: Pair, kind: str, framing: str, learned: str) -> None:
    _, second = await pair.learn(PLAIN, replace(PLAIN, caller_id=kind, framing=(framing[0], framing[1])))
    assert second.caller_id == learned


async def test_a_line_that_only_takes_pulses(clock: object, pair: Pair) -> None:
    first, _ = await pair.learn(replace(PLAIN, takes_keys=False), PLAIN)
    assert first.dial == "pulse"


@pytest.mark.parametrize(("loss", "noise", "echo"), [(6.0, -55.0, 12.0), (3.0, -65.0, 20.0), (12.0, -60.0, 8.0)])
async def test_levels_noise_and_echo(clock: object, pair: Pair, loss: float, noise: float, echo: float) -> None:
    near = Condition(loss_db=loss, noise_dbm0=noise, echo_return_loss_db=echo, echo_delay_ms=4)
    first, second = await pair.learn(PLAIN, PLAIN, near)
    for found in (first, second):
        assert found.loss_db == pytest.approx(loss, abs=0.7)
        assert found.noise_dbm0 == pytest.approx(noise, abs=3.0)  # A-law adds its own
        assert found.echo_return_loss_db == pytest.approx(echo, abs=1.0)
        assert found.hang_up_tone is not None
    assert first.tone_dbm0 == pytest.approx(-10.0 - loss, abs=0.5)


async def test_a_wrong_number_is_said(clock: object, pair: Pair) -> None:
    probes = pair.probe(1, PLAIN), pair.probe(2, PLAIN)
    with pytest.raises(LearnError, match="did not ring within 25 s of dialling 99"):
        await learn_pair(*probes, "99")
    assert not probes[0].channel.is_off_hook()


async def test_a_dead_line_is_said(clock: object, pair: Pair) -> None:
    probes = pair.probe(1, replace(PLAIN, dial_tone=False)), pair.probe(2, PLAIN)
    with pytest.raises(LearnError, match="no dial tone"):
        await learn_pair(*probes, SECOND)


class Helper:
    """A person with a mobile, who does what the wizard says."""

    def __init__(self, pair: Pair, willing: bool = True) -> None:
        self.pair = pair
        self.told: list[Instruction] = []
        self.call: OutsideCall | None = None
        self.willing = willing

    async def ask(self, instruction: Instruction) -> None:
        self.told.append(instruction)
        await trio.sleep(2.0)
        if instruction is Instruction.CALL_THE_LINE and self.willing:
            self.call = self.pair.exchange.call(FIRST, CallerId(MOBILE))
        elif instruction is Instruction.HANG_UP and self.call is not None:
            self.call.hang_up()
            self.call = None


async def test_a_person_helps_with_one_line(clock: object, pair: Pair) -> None:
    habits = replace(
        PLAIN, caller_id="dtmf", hang_up_tone="425/500,0/500", reversal=True, clears=frozenset({"tone", "reversal"})
    )
    helper = Helper(pair)
    ask: Ask = helper.ask
    found = await learn_guided(pair.probe(1, habits), ask, MOBILE)
    assert helper.told == [
        Instruction.CALL_THE_LINE,
        Instruction.WAIT,
        Instruction.HANG_UP,
        Instruction.ANSWER,
        Instruction.HANG_UP,
    ]
    profile = found.into(LineProfile())
    assert (profile.caller_id, profile.answer, profile.dial) == ("dtmf", "reversal", "dtmf")
    assert profile.hang_up_tone == "425/500,0/500"
    assert profile.hang_up_by_reversal


async def test_without_a_number_only_the_incoming_call_is_learned(clock: object, pair: Pair) -> None:
    found = await learn_guided(pair.probe(1, PLAIN), Helper(pair).ask)
    assert (found.caller_id, found.answer, found.dial) == ("fsk", None, None)
    assert found.hang_up_tone is not None


async def test_nobody_calls(clock: object, pair: Pair) -> None:
    with pytest.raises(LearnError, match="no ring within 120 s"):
        await learn_guided(pair.probe(1, PLAIN), Helper(pair, willing=False).ask)
