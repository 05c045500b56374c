"""The rules of an analog line, without clock, card or speech."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hw.card import HardwareError, LineEvent, LineEventKind, RingCadence
from hw.sim.exchange_end import Battery, ExchangeEnd, Feed, Hook
from hw.sim.line_end import NEVER
from hw.sim.loop import Loop
from hw.sim.telephone_end import Hold
from hw.sim.timing import Timing, samples

K = LineEventKind
TIMING = Timing()
OFFICE_RING = RingCadence((1000, 4000))


def ms(event: LineEvent) -> float:
    return event.time / 8


class Line:
    """A loop, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.loop = Loop(TIMING)
        self.now = 0

    def pass_ms(self, length: float) -> None:
        self.now += samples(length)
        self.loop.advance(self.now)

    def do(self, act: Callable[..., None], *arguments: object) -> None:
        self.loop.advance(self.now)
        act(*arguments, self.now)

    @property
    def exchange(self) -> list[tuple[LineEventKind, float, int | str]]:
        return [(e.kind, ms(e), e.value) for e in self.loop.exchange.events]

    @property
    def telephone(self) -> list[tuple[LineEventKind, float, int | str]]:
        return [(e.kind, ms(e), e.value) for e in self.loop.telephone.events]


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def lifted(line: Line) -> Line:
    """A second after the telephone was lifted."""
    line.do(line.loop.telephone.lift)
    line.pass_ms(1000)
    line.loop.exchange.events.clear()
    return line


# -- what a break of the loop means ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (5, []),
        (14.875, []),
        (15, [(K.PULSE_DIGIT, 1000 + 15 + 250, "1")]),
        (200, [(K.PULSE_DIGIT, 1000 + 200 + 250, "1")]),
        (200.125, [(K.FLASH, 1000 + 200.125, 0)]),
        (799, [(K.FLASH, 1799, 0)]),
        (801, [(K.ON_HOOK, 1800, 0), (K.OFF_HOOK, 1801, 0)]),
        (5000, [(K.ON_HOOK, 1800, 0), (K.OFF_HOOK, 6000, 0)]),
    ],
)
def test_the_length_of_a_break_tells_what_it_was(
    lifted: Line, length: float, told: list[tuple[LineEventKind, float, int | str]]
) -> None:
    exchange = lifted.loop.exchange
    lifted.do(exchange.loop, False)
    lifted.pass_ms(length)
    lifted.do(exchange.loop, True)
    lifted.pass_ms(700)
    assert lifted.exchange == told
    assert exchange.hook is Hook.OFF


@given(digit=st.sampled_from("1234567890"), break_ms=st.integers(20, 150), make_ms=st.integers(15, 200))
def test_any_dial_that_is_not_too_slow_is_read(digit: str, break_ms: int, make_ms: int) -> None:
    """Four pulses a second or more."""
    assume(break_ms + make_ms < TIMING.digit_end)
    end = ExchangeEnd(TIMING, lambda ring, battery, now: None)
    end.loop(True, 0)
    now = 8000
    for _ in range(int(digit) or 10):
        for closed, length in ((False, break_ms), (True, make_ms)):
            while end.deadline <= now:
                end.expire()
            end.loop(closed, now)
            now += samples(length)
    while end.deadline < NEVER:
        end.expire()
    assert [(e.kind, e.value) for e in end.events] == [(K.OFF_HOOK, 0), (K.PULSE_DIGIT, digit)]


def test_eleven_pulses_are_no_digit(lifted: Line) -> None:
    exchange = lifted.loop.exchange
    for _ in range(11):
        for closed in (False, True):
            lifted.do(exchange.loop, closed)
            lifted.pass_ms(50)
    lifted.pass_ms(1000)
    assert lifted.exchange == []


def test_pulses_before_a_flash_are_told_first(lifted: Line) -> None:
    exchange = lifted.loop.exchange
    for length in (60, 40, 300):
        lifted.do(exchange.loop, not exchange.closed)
        lifted.pass_ms(length)
    lifted.do(exchange.loop, True)
    assert [(kind, value) for kind, _, value in lifted.exchange] == [(K.PULSE_DIGIT, "1"), (K.FLASH, 0)]


# -- what the telephone does ----------------------------------------------------------------------------------------


def test_dialled_digits_are_the_digits_that_arrive(lifted: Line) -> None:
    lifted.do(lifted.loop.telephone.dial, "1290")
    lifted.pass_ms(10_000)
    assert [value for kind, _, value in lifted.exchange if kind is K.PULSE_DIGIT] == list("1290")
    assert [kind for kind, _, _ in lifted.telephone] == [K.DIALLED]
    pulses = 1 + 2 + 9 + 10
    assert lifted.telephone[0][1] == 1000 + pulses * 100 + 4 * TIMING.pulse_after


def test_digits_given_while_dialling_follow(lifted: Line) -> None:
    lifted.do(lifted.loop.telephone.dial, "3")
    lifted.pass_ms(150)
    lifted.do(lifted.loop.telephone.dial, "4")
    lifted.pass_ms(5000)
    assert [value for kind, _, value in lifted.exchange if kind is K.PULSE_DIGIT] == ["3", "4"]
    assert [kind for kind, _, _ in lifted.telephone] == [K.DIALLED]


def test_hanging_up_ends_dialling(lifted: Line) -> None:
    lifted.do(lifted.loop.telephone.dial, "999")
    lifted.pass_ms(500)
    lifted.do(lifted.loop.telephone.hang_up)
    lifted.pass_ms(10_000)
    assert lifted.exchange[-1] == (K.ON_HOOK, 1500 + TIMING.flash_longest, 0)
    assert lifted.telephone == []
    assert lifted.loop.deadline == NEVER


def test_a_flash_of_the_telephone_is_a_flash_to_the_exchange(lifted: Line) -> None:
    lifted.do(lifted.loop.telephone.flash)
    lifted.pass_ms(2000)
    assert lifted.exchange == [(K.FLASH, 1000 + TIMING.flash_before + TIMING.flash, 0)]
    assert lifted.loop.telephone.state is Hold.STEADY


def test_what_the_hook_does_not_allow_is_refused(line: Line) -> None:
    telephone = line.loop.telephone
    with pytest.raises(HardwareError, match="not held"):
        telephone.flash(0)
    with pytest.raises(HardwareError, match="not closed"):
        telephone.dial("1", 0)
    line.do(telephone.lift)
    with pytest.raises(HardwareError, match="seized"):
        telephone.flash(line.now)
    for digits in ("", "12a", "*"):
        with pytest.raises(ValueError, match="0 to 9"):
            telephone.dial(digits, line.now)


# -- ringing --------------------------------------------------------------------------------------------------------


def test_a_ring_follows_its_cadence_to_the_sample(line: Line) -> None:
    line.do(line.loop.exchange.ring, RingCadence((400, 200, 400, 2000)))
    line.pass_ms(3500)
    assert line.telephone == [
        (K.RING_BEGIN, 0, 0),
        (K.RING_END, 450, 0),
        (K.RING_BEGIN, 600, 0),
        (K.RING_END, 1050, 0),
        (K.RING_BEGIN, 3000, 0),
        (K.RING_END, 3450, 0),
    ]


@pytest.mark.parametrize(("lift_ms", "told_ms"), [(500, 540), (990, 1030), (2000, 2000)])
def test_a_lift_trips_the_ring(line: Line, lift_ms: int, told_ms: int) -> None:
    """In ring current after the ring-trip time, between two rings at once."""
    line.do(line.loop.exchange.ring, OFFICE_RING)
    line.pass_ms(lift_ms)
    line.do(line.loop.telephone.lift)
    line.pass_ms(10_000)
    assert line.exchange == [(K.OFF_HOOK, told_ms, 0)]
    ring_over = min(told_ms, 1000) + TIMING.ring_over
    assert line.telephone == [(K.RING_BEGIN, 0, 0), (K.RING_END, ring_over, 0)]
    assert line.loop.exchange.feed is Feed.QUIET


def test_a_knock_at_the_ringing_telephone_is_no_lift(line: Line) -> None:
    line.do(line.loop.exchange.ring, OFFICE_RING)
    line.pass_ms(500)
    line.do(line.loop.exchange.loop, True)
    line.pass_ms(20)
    line.do(line.loop.exchange.loop, False)
    line.pass_ms(5000)
    assert line.exchange == []
    assert [kind for kind, _, _ in line.telephone] == [K.RING_BEGIN, K.RING_END, K.RING_BEGIN]


def test_a_ring_withdrawn_in_the_moment_of_the_lift_is_a_lift_all_the_same(line: Line) -> None:
    line.do(line.loop.exchange.ring, OFFICE_RING)
    line.pass_ms(500)
    line.do(line.loop.telephone.lift)
    line.pass_ms(10)
    line.do(line.loop.exchange.on_hook)
    line.pass_ms(1000)
    assert line.exchange == [(K.OFF_HOOK, 540, 0)]


def test_the_tail_of_a_call_is_no_new_ring(lifted: Line) -> None:
    lifted.do(lifted.loop.telephone.hang_up)
    lifted.pass_ms(1000)
    lifted.do(lifted.loop.exchange.ring, RingCadence((500, 1000)))
    lifted.pass_ms(3000)
    assert [(kind, at) for kind, at, _ in lifted.telephone] == [
        (K.RING_BEGIN, 3500),
        (K.RING_END, 4050),
        (K.RING_BEGIN, 5000),
    ]


def test_a_lifted_telephone_is_not_rung(lifted: Line) -> None:
    lifted.do(lifted.loop.exchange.ring, OFFICE_RING)
    lifted.pass_ms(10_000)
    assert lifted.telephone == []


# -- clearing, polarity, cuts ---------------------------------------------------------------------------------------


def test_clearing_takes_the_battery_away_for_a_moment(lifted: Line) -> None:
    lifted.do(lifted.loop.exchange.on_hook)
    lifted.pass_ms(5000)
    assert lifted.telephone == [(K.BATTERY_LOST, 1000, 0), (K.BATTERY_BACK, 1500, 0)]
    assert lifted.exchange == []  # it is lifted still
    lifted.do(lifted.loop.telephone.hang_up)
    lifted.pass_ms(1000)
    assert lifted.exchange == [(K.ON_HOOK, 6800, 0)]


@pytest.mark.parametrize("hang_up_ms", [100, 600])
def test_hanging_up_while_being_cleared_is_told_when_the_line_has_settled(lifted: Line, hang_up_ms: int) -> None:
    lifted.do(lifted.loop.exchange.on_hook)
    lifted.pass_ms(hang_up_ms)
    lifted.do(lifted.loop.telephone.hang_up)
    lifted.pass_ms(3000)
    assert lifted.exchange == [(K.ON_HOOK, 1800, 0)]


def test_a_line_being_cleared_is_rung_afterwards(lifted: Line) -> None:
    """The telephone was hung up before the exchange cleared: its ring guard is over at the second ring."""
    lifted.do(lifted.loop.telephone.hang_up)
    lifted.pass_ms(500)
    lifted.do(lifted.loop.exchange.on_hook)
    lifted.pass_ms(400)
    lifted.do(lifted.loop.exchange.ring, OFFICE_RING)
    assert lifted.loop.exchange.feed is Feed.CLEAR
    lifted.pass_ms(10_000)
    assert lifted.exchange == [(K.ON_HOOK, 1800, 0)]
    assert (K.RING_BEGIN, 1500 + 800 + 5000, 0) in lifted.telephone


def test_a_telephone_on_hook_is_cleared_without_a_break(line: Line) -> None:
    line.do(line.loop.exchange.on_hook)
    line.pass_ms(3000)
    assert line.telephone == []


def test_polarity_is_seen_and_normal_again_on_hook(lifted: Line) -> None:
    lifted.do(lifted.loop.exchange.set_battery, Battery.REVERSED)
    lifted.do(lifted.loop.exchange.set_battery, Battery.REVERSED)
    lifted.pass_ms(100)
    lifted.do(lifted.loop.exchange.on_hook)
    assert [(kind, value) for kind, _, value in lifted.telephone] == [
        (K.POLARITY, 1),
        (K.POLARITY, 0),
        (K.BATTERY_LOST, 0),
    ]


def test_a_cut_line_is_on_hook_there_and_dead_here(lifted: Line) -> None:
    lifted.do(lifted.loop.cut)
    lifted.pass_ms(2000)
    assert lifted.exchange == [(K.ON_HOOK, 1800, 0)]
    assert lifted.telephone == [(K.BATTERY_LOST, 1000, 0)]
    lifted.do(lifted.loop.mend)
    assert lifted.exchange[1:] == [(K.OFF_HOOK, 3000, 0)]
    assert lifted.telephone[1:] == [(K.BATTERY_BACK, 3000, 0)]


# -- whatever happens -----------------------------------------------------------------------------------------------

ACTS: dict[str, Callable[[Loop, int], None]] = {
    "lift": lambda loop, now: loop.telephone.lift(now),
    "hang up": lambda loop, now: loop.telephone.hang_up(now),
    "flash": lambda loop, now: loop.telephone.flash(now),
    "dial 3": lambda loop, now: loop.telephone.dial("3", now),
    "dial 01": lambda loop, now: loop.telephone.dial("01", now),
    "ring": lambda loop, now: loop.exchange.ring(RingCadence((300, 200, 300, 700)), now),
    "clear": lambda loop, now: loop.exchange.on_hook(now),
    "reverse": lambda loop, now: loop.exchange.set_battery(Battery.REVERSED, now),
    "normal": lambda loop, now: loop.exchange.set_battery(Battery.NORMAL, now),
    "cut": lambda loop, now: loop.cut(now),
    "mend": lambda loop, now: loop.mend(now),
    "bounce open": lambda loop, now: loop.exchange.loop(False, now),
    "bounce closed": lambda loop, now: loop.exchange.loop(True, now),
}
GAPS = st.one_of(st.integers(0, 2400), st.integers(0, 40_000))
STORY = st.lists(st.tuples(GAPS, st.sampled_from(sorted(ACTS))), max_size=40)


def live(story: list[tuple[int, str]], looks: Iterator[int] | None = None) -> Loop:
    """Lives through the story; `looks` are moments (samples) at which somebody advances the line besides."""
    loop = Loop(TIMING)
    now = 0
    for gap, act in story:
        now += gap
        if looks is not None:
            for look in looks:
                loop.advance(min(look, now))
                if look >= now:
                    break
        loop.advance(now)
        with suppress(HardwareError):  # a flash or digits that the hook does not allow
            ACTS[act](loop, now)
    end = now
    for _ in range(20):  # a minute of peace
        end += 24_000
        loop.advance(end)
    return loop


@given(story=STORY)
@settings(max_examples=400, deadline=None)
def test_whatever_happens_the_exchange_hears_a_sensible_story(story: list[tuple[int, str]]) -> None:
    events = live(story).exchange.events
    lifted = False
    for event in events:
        if event.kind is K.OFF_HOOK:
            assert not lifted
            lifted = True
        else:
            assert lifted, f"{event} of a telephone on hook"
            lifted = event.kind is not K.ON_HOOK
        if event.kind is K.PULSE_DIGIT:
            assert str(event.value) in "1234567890"
    assert all(earlier.time <= later.time for earlier, later in pairwise(events))


@given(story=STORY)
@settings(max_examples=400, deadline=None)
def test_whatever_happens_the_telephone_hears_a_sensible_story(story: list[tuple[int, str]]) -> None:
    events = live(story).telephone.events
    opposite = {K.RING_BEGIN: K.RING_END, K.BATTERY_LOST: K.BATTERY_BACK}
    for first, second in opposite.items():
        kinds = [e.kind for e in events if e.kind in (first, second)]
        assert all(kind is (second if place % 2 else first) for place, kind in enumerate(kinds))
    reversals = [e.value for e in events if e.kind is K.POLARITY]
    assert set(reversals) <= {0, 1}
    assert all(earlier.time <= later.time for earlier, later in pairwise(events))


@given(story=STORY)
@settings(max_examples=200, deadline=None)
def test_a_line_left_alone_comes_to_rest(story: list[tuple[int, str]]) -> None:
    ending = [(400, "mend"), (0, "hang up"), (0, "bounce open"), (0, "clear")]
    loop = live([*story, *ending])
    assert loop.exchange.hook is Hook.ON
    assert loop.exchange.feed is Feed.QUIET
    assert loop.telephone.state is Hold.ON_HOOK
    assert loop.deadline == NEVER


@given(story=STORY, looks=st.lists(st.integers(0, 200_000), max_size=60))
@settings(max_examples=200, deadline=None)
def test_how_often_somebody_looks_changes_nothing(story: list[tuple[int, str]], looks: list[int]) -> None:
    often, seldom = live(story, iter(sorted(looks))), live(story)
    assert often.exchange.events == seldom.exchange.events
    assert often.telephone.events == seldom.telephone.events
