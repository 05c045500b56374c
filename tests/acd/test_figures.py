"""Live figures, service levels, expected waits, and the reasons of decisions in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act
from core.acd.expected_wait import ENOUGH, FRESH_S, ServicePace
from core.acd.reason import RULES, TRIGGERS, sentences
from core.acd.service_level import DEFINITIONS, service_level
from core.acd.strategy import PRESETS, STRATEGIES
from core.config.model.queues import QueueSettings, Target
from core.texts import speaking
from tests.acd.floor import Tried, agent, only


@dataclass
class Counted:
    answered: int = 1000
    answered_in_time: int = 860
    abandoned: int = 60
    abandoned_in_time: int = 20
    short: int = 10


@pytest.mark.parametrize(("definition", "percent"), [(1, 83.0), (2, 86.0), (3, 81.1), (4, 82.7), (5, 82.1), (6, 81.9)])
def test_the_six_definitions_give_what_their_source_gives(definition: int, percent: float) -> None:
    level = service_level(definition, Counted())
    assert level is not None
    assert round(100 * level, 1) == percent


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_a_formula_says_what_is_computed(definition: int) -> None:
    """The text itself, worked out."""
    counted = Counted()
    formula = DEFINITIONS[definition].formula
    for words, value in (
        ("answered in time", counted.answered_in_time),
        ("abandoned in time", counted.abandoned_in_time),
        ("short abandons", counted.short),
        ("answered", counted.answered),
        ("abandoned", counted.abandoned),
    ):
        formula = formula.replace(words, str(value))
    assert eval(formula) == service_level(definition, counted)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_a_level_is_a_share_or_nothing(in_time: int, late: int, gone: int, gone_late: int, short: int) -> None:
    counted = Counted(in_time + late, in_time, gone + gone_late, gone, min(short, gone + gone_late))
    for definition in DEFINITIONS:
        level = service_level(definition, counted)
        assert level is None or 0 <= level <= 1


def test_a_queue_counts_each_call_once_whatever_becomes_of_it() -> None:
    queue = QueueSettings(name="q", service_level_s=20, short_abandon_s=5, max_waiting=3, instead=Target(to="release"))
    floor = Tried(queue, agent("1", "q"))
    floor.enter(1, "q")
    floor.answer(1, "1", after=4.0)
    floor.enter(2, "q")
    floor.enter(3, "q")
    floor.enter(4, "q")
    floor.enter(5, "q")
    floor.take(e.CallerGone(2), after=3.0)
    floor.take(e.CallerGone(3), after=27.0)
    floor.take(e.CallerLeft(4, "message"))
    floor.end(1, "1", after=26.0)
    view = floor.distribution.queue("q")
    day = view.day
    assert (day.offered, day.answered, day.abandoned, day.short, day.elsewhere) == (5, 1, 2, 1, 2)
    assert (day.mean_wait_s, day.mean_talk_s, day.longest_s) == (4.0, 56.0, 30.0)
    assert view.level == view.day_level == 0.5
    assert view.met is False
    assert (view.waiting, view.ready, view.logged_on) == (0, 1, 1)


def test_intervals_and_days_begin_when_they_are_told_to() -> None:
    floor = Tried(QueueSettings(name="q"), agent("1", "q"))
    floor.enter(1, "q")
    floor.answer(1, "1")
    floor.take(e.IntervalBegins())
    view = floor.distribution.queue("q")
    assert (view.interval.answered, view.last_interval.answered, view.day.answered) == (0, 1, 1)
    assert (view.interval.mean_wait_s, view.interval.mean_talk_s, view.level) == (None, None, None)
    floor.take(e.IntervalBegins(day=True))
    assert floor.distribution.queue("q").day.answered == 0
    assert floor.distribution.agent("1").counts.answered == 0


def test_what_waits_is_seen_as_it_is() -> None:
    floor = Tried(QueueSettings(name="q"), agent("1", "q"))
    floor.enter(1, "q")
    floor.enter(2, "q", after=10.0)
    floor.enter(3, "q")
    floor.take(e.CallBackWanted(3, "300"))
    floor.take(e.Look(), after=5.0)
    view = floor.distribution.queue("q")
    assert (view.waiting, view.call_backs, view.ringing, view.longest_s) == (2, 1, 1, 15.0)
    assert floor.distribution.agent("1").offer == 1


# ---- expected wait ----


def pace_of(intervals: list[float]) -> tuple[ServicePace, float]:
    pace, now = ServicePace(), 0.0
    pace.served(now, 5)
    for interval in intervals:
        now += interval
        pace.served(now, 5)
    return pace, now


def test_too_little_seen_says_nothing() -> None:
    pace, now = pace_of([10.0] * (ENOUGH - 1))
    assert pace.expected(3, now) is None


def test_a_steady_queue_is_known_well() -> None:
    pace, now = pace_of([10.0] * 20)
    wait = pace.expected(6, now)
    assert wait is not None
    assert (wait.seconds, wait.error_s, wait.known_well) == (60.0, 0.0, True)


def test_a_wild_queue_is_not_known_well() -> None:
    pace, now = pace_of([1.0, 200.0] * 5)
    wait = pace.expected(1, now)
    assert wait is not None
    assert not wait.known_well


def test_a_short_wait_is_known_well_enough_though_it_is_uncertain() -> None:
    pace, now = pace_of([1.0, 20.0] * 5)
    wait = pace.expected(1, now)
    assert wait is not None
    assert wait.error_s > wait.seconds / 2
    assert wait.known_well


def test_what_is_old_says_nothing_of_now() -> None:
    pace, now = pace_of([10.0] * 20)
    assert pace.expected(1, now + FRESH_S + 1) is None
    assert pace.expected(1, now + FRESH_S - 50) is None


def test_time_in_which_nobody_waited_does_not_count() -> None:
    for last_one_was_served in (True, False):
        pace, now = pace_of([10.0] * 20)
        if last_one_was_served:
            pace.served(now + 10.0, 0)
        else:
            pace.emptied()
        pace.served(now + 600.0, 3)
        wait = pace.expected(1, now + 600.0)
        assert wait is not None
        assert wait.seconds == pytest.approx(10.0)


def test_a_queue_that_its_last_caller_gave_up_on_was_not_slow() -> None:
    floor = Tried(QueueSettings(name="q"), agent("1", "q"))
    for call in range(1, 14):
        floor.enter(call, "q")
    for call in range(1, 13):
        floor.answer(call, "1")
        floor.end(call, "1", after=10.0)
    floor.ask("1", Act.NOT_READY)
    floor.take(e.Missed(13, "1", "reject"))
    before = floor.distribution.queue("q").expected
    floor.take(e.CallerGone(13))
    floor.ask("1", Act.READY, after=900.0)
    floor.enter(14, "q")
    floor.answer(14, "1")
    after = floor.distribution.queue("q").expected
    assert before is not None
    assert after is not None
    assert before.seconds / 2 == after.seconds == pytest.approx(10.0)


def test_the_expected_wait_is_what_callers_really_wait() -> None:
    """Ten agents, talks of 100 s, a queue that never empties: known well, it is right on average."""
    rng = Random(4)
    pace, now = ServicePace(), 0.0
    ratios = []
    upcoming = [rng.expovariate(1 / 10.0) for _ in range(5000)]
    for number, interval in enumerate(upcoming[:4000]):
        now += interval
        pace.served(now, 20)
        if number % 50 == 49:
            wait = pace.expected(12, now)
            assert wait is not None
            assert wait.known_well
            ratios.append(sum(upcoming[number + 1 : number + 13]) / wait.seconds)
    assert sum(ratios) / len(ratios) == pytest.approx(1.0, abs=0.1)


# ---- reasons ----


def test_a_reason_is_said_in_both_languages() -> None:
    floor = Tried(QueueSettings(name="sales"), agent("1", "sales"), agent("2", "sales"))
    floor.ask("1", Act.NOT_READY, after=10.0)
    floor.ask("1", Act.READY, after=10.0)
    why = only(o.Offer, floor.enter(17, "sales", after=5.0)).why
    assert sentences(why) == (
        "call 17 of sales: place 1 of 1, priority 0, waited 0 s (the call came)",
        "agent 2: longest idle: 25 s, of 2 who are ready, rank 1; next would be 1 (5)",
    )
    with speaking("zh"):
        call, who = sentences(why)
    assert call.startswith("sales 的呼叫 17")
    assert "空闲最久" in who


def test_every_rule_and_trigger_has_its_words() -> None:
    assert set(RULES) == set(STRATEGIES)
    floor = Tried(QueueSettings(name="q"), agent("1", "q"))
    why = only(o.Offer, floor.enter(1, "q")).why
    for trigger in TRIGGERS:
        for rule in RULES:
            changed = why.__class__(**{**{f: getattr(why, f) for f in why.__slots__}, "trigger": trigger, "rule": rule})
            assert all("{" not in sentence for sentence in sentences(changed))


def test_the_manual_has_every_formula_and_every_strategy() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "queues.md").read_text()
    for definition in DEFINITIONS.values():
        assert f"| service level {definition.number} | {definition.formula} |" in manual
    rows = dict(re.findall(r"^\| ([a-z ]+) \| .*? \| (.*?) ?\|$", manual, re.MULTILINE))
    assert rows.keys() >= STRATEGIES.keys()
    for theirs, ours in PRESETS.items():
        assert f"`{theirs}`" in rows[ours]
