"""Sums of reports equal the journal: whatever happened, however the time is cut, and over a simulated day."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.model.box import Box
from core.reports import abandoned, agents, pattern, queues, reasons, trunks
from core.reports.agents import AgentCount
from core.reports.catalogue import REPORTS
from core.reports.making import make
from core.reports.queues import QueueCount
from core.reports.report import Wanted
from core.reports.trunks import GroupCount
from core.store.event import Event
from core.store.reader import Reader
from core.store.trunk_use import trunk_use
from tests.reports.histories import Telling, histories
from tests.store.story import NOON

SHANGHAI = ZoneInfo("Asia/Shanghai")
BOX = Box.model_validate(
    {
        "card": [{"name": "sim", "kind": "simulated", "spans": [{"kind": "pri"}]}],
        "span": [{"name": "e1", "card": "sim", "span": 1, "signalling": "pri", "channels": [1, 2]}],
        "trunk_group": [{"name": "city", "lines": ["e1"]}],
        "queue": [{"name": "sales", "service_level_s": 600, "short_abandon_s": 60}, {"name": "help"}],
    }
)


def wanted(told: Telling, by: str = "all", since: int = NOON, until: int = 0) -> Wanted:
    return Wanted(since, until or told.now, SHANGHAI, by, box=BOX)


def ways_out(count: QueueCount) -> int:
    elsewhere = count.turned_away + count.overflowed + count.message + count.call_back + count.left
    return count.answered + count.abandoned + elsewhere


@given(histories())
def test_who_came_has_left_or_waits(told: Telling) -> None:
    for count in queues.read(told.events, wanted(told)):
        assert count.offered == ways_out(count) + count.waiting


@given(histories())
def test_counts_of_queues_are_those_of_the_journal(told: Telling) -> None:
    kinds = Counter((event.kind, event.data.get("queue")) for event in told.events)
    answered = Counter(event.data["queue"] for event in told.events if event.kind == "Served")
    found = queues.read(told.events, wanted(told))
    assert {count.queue: count.offered for count in found if count.offered} == {
        queue: number for queue in ("help", "sales") if (number := kinds["Queued", queue] + kinds["TurnedAway", queue])
    }
    assert {count.queue: count.answered for count in found if count.answered} == answered


@given(histories(), st.sampled_from(["15", "30", "60", "day", "month"]))
def test_steps_add_up_to_the_whole(told: Telling, by: str) -> None:
    whole, parts = queues.read(told.events, wanted(told)), queues.read(told.events, wanted(told, by))
    for count in whole:
        of = [part for part in parts if part.queue == count.queue]
        same = queues.total(of)
        same.begin, same.queue, same.definition = count.begin, count.queue, count.definition
        assert same == count
    of_all, of_steps = agents.read(told.events, wanted(told)), agents.read(told.events, wanted(told, by))
    for agent in of_all:
        added = agents.total([part for part in of_steps if part.agent == agent.agent])
        added.begin, added.agent = agent.begin, agent.agent
        assert added == agent


@given(histories())
def test_for_every_step_who_waited_and_came_has_left_or_waits(told: Telling) -> None:
    rows = queues.read(told.events, wanted(told, "15"))
    for queue in {row.queue for row in rows}:
        waited = 0
        for row in (row for row in rows if row.queue == queue):
            assert waited + row.offered == ways_out(row) + row.waiting
            waited = row.waiting


@given(histories())
def test_an_agent_is_one_thing_at_a_time(told: Telling) -> None:
    """And his talks lie within the time in which he is busy."""
    logged_on: Counter[str] = Counter()
    since: dict[str, Event] = {}
    for event in told.events:
        if event.kind in ("BoxFailed", "BoxStopped"):
            end = event.data.get("last", event.time)
            for agent, began in since.items():
                logged_on[agent] += end - began.time
            since.clear()
        if event.kind == "AgentState":
            if event.data["agent"] in since:
                logged_on[event.data["agent"]] += event.time - since.pop(event.data["agent"]).time
            if event.data["state"] != "logged off":
                since[event.data["agent"]] = event
    for agent, began in since.items():
        logged_on[agent] += told.now - began.time
    found = agents.read(told.events, wanted(told))
    assert {count.agent: count.logged_on_us for count in found if count.logged_on_us} == +logged_on
    for count in found:
        assert count.talk_us + count.hold_us <= count.busy_us


@settings(max_examples=60)
@given(histories(), st.floats(0, 1))
def test_a_period_that_is_cut_in_two_is_the_sum_of_both(told: Telling, where: float) -> None:
    """What is open at the cut is looked up in the file."""
    cut = NOON + 1 + round(where * (told.now - NOON - 2))
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(told.file(Path(folder) / "journal.db"))

        def read(since: int, until: int) -> tuple[list[QueueCount], list[AgentCount], list[GroupCount]]:
            asked = replace(wanted(told, since=since, until=until), alive=reader.last_sign(until))
            kinds = queues.REPORT.kinds | agents.AGENTS.kinds | trunks.REPORT.kinds
            events = list(reader.following(since, until, kinds))
            return queues.read(events, asked), agents.read(events, asked), trunks.read(events, asked)

        whole, first, second = read(NOON, told.now), read(NOON, cut), read(cut, told.now)
        reader.close()
    for count in whole[0]:
        parts = [part for half in (first, second) for part in half[0] if part.queue == count.queue]
        added = queues.total(parts)
        added.queue, added.definition, added.begin = count.queue, count.definition, count.begin
        added.waiting = count.waiting  # of the second half alone, which may have no row
        assert added == count
    for agent in whole[1]:
        of = [part for half in (first, second) for part in half[1] if part.agent == agent.agent]
        together = agents.total(of)
        together.agent, together.begin = agent.agent, agent.begin
        assert together == agent
    for group in whole[2]:
        halves = [half[2][0] for half in (first, second) if half[2]]
        for name in ("seizures_in", "busy_us", "all_busy_us"):
            assert sum(getattr(half, name) for half in halves) == getattr(group, name)
        assert max(half.most for half in halves) == group.most


@given(histories(), st.sampled_from(["15", "60", "day"]))
def test_traffic_is_that_of_the_lines(told: Telling, by: str) -> None:
    """Each line's own use (core/store/trunk_use.py), added up; all are busy together no longer than any of them."""
    use = trunk_use(told.events, NOON, told.now)
    rows = trunks.read(told.events, wanted(told, by))
    assert sum(row.busy_us for row in rows) == sum(one.busy_us for one in use)
    assert sum(row.seizures_in for row in rows) == sum(one.seizures_in for one in use)
    of_group = [one.busy_us for one in use if one.trunk in ("e1/1", "e1/2")]
    all_busy = sum(row.all_busy_us for row in rows)
    assert all_busy <= (min(of_group) if len(of_group) == 2 else 0)
    for row in rows:
        assert row.busy_us <= row.most * row.us
        assert row.busiest_us <= row.busy_us or by == "15"


@given(histories())
def test_reasons_are_all_of_the_time_without_calls(told: Telling) -> None:
    found = reasons.read(told.events, wanted(told))
    for count in agents.read(told.events, wanted(told)):
        of = [one.us for one in found if one.agent == count.agent]
        assert sum(of) == count.not_ready_us + count.rest_us


@given(histories())
def test_the_pattern_of_the_week_has_every_call(told: Telling) -> None:
    whole = queues.read(told.events, wanted(told))
    hours = pattern.read(told.events, wanted(told))
    for name in ("offered", "answered", "abandoned"):
        assert sum(sum(getattr(hour, name)) for hour in hours) == sum(getattr(count, name) for count in whole)


@given(histories())
def test_who_gave_up_and_was_answered_later_is_not_missing(told: Telling) -> None:
    """And everybody else who gave up is in the list, as often as he did."""
    gave_up: Counter[str] = Counter()
    calling = {event.call: event.data["calling"] for event in told.events if event.kind == "Originated"}
    for event in told.events:
        if event.kind == "Dequeued" and event.data["reason"] == "abandoned":
            gave_up[calling[event.call]] += 1
        elif event.kind == "CallCleared" and event.data.get("reason") == "power":
            if open_in(told.events, event):
                gave_up[calling[event.call]] += 1
        elif event.kind == "Served":
            del gave_up[calling[event.call]]
    found = abandoned.read(told.events, wanted(told))
    assert {one.number: one.times for one in found} == dict(gave_up)


def open_in(events: list[Event], until: Event) -> bool:
    """The call waits in a queue just before this event."""
    of = [event.kind for event in events if event.call == until.call and event.id < until.id]
    return [kind for kind in of if kind in ("Queued", "Dequeued")][-1:] == ["Queued"]


def test_a_clock_that_is_set_makes_no_long_talk() -> None:
    """An hour forward in the middle of a wait, and back in the middle of the talk."""
    told = Telling()
    told.log_on("1001")
    told.enters(1, "sales")
    told.wait(5)
    told.clock_set(3600)
    told.is_offered(1, "1001")
    told.wait(5)
    told.is_served(1)
    told.wait(60)
    told.clock_set(-3600)
    told.hangs_up(1, work=False)
    told.wait(10)
    told.turns("1001", "logged off")
    asked = wanted(told, until=told.now + 7_200_000_000)
    (count,) = queues.read(told.events, asked)
    assert (count.wait_us, count.talk_us) == (10_000_000, 60_000_000)
    (agent,) = agents.read(told.events, asked)
    assert (agent.logged_on_us, agent.talk_us) == (80_000_000, 60_000_000)
    (group,) = trunks.read(told.events, asked)
    assert group.busy_us == 70_000_000


def test_a_report_reads_what_it_says_it_needs(tmp_path: Path) -> None:
    """With the events of its kinds alone, it is the same."""
    told = Telling()
    told.note("BoxStarted", version="1")
    told.log_on("1001")
    told.enters(2, "sales")
    told.hangs_up(2)
    told.enters(1, "sales")
    told.note("FlowBegan", 1, "e1/1", flow="menu")
    told.note("FlowEnded", 1, "e1/1", flow="menu", how="finished", node="bye")
    told.wait(5)
    told.is_offered(1, "1001")
    told.wait(5)
    told.is_served(1)
    told.wait(60)
    told.holds(1)
    told.wait(10)
    told.hangs_up(1)
    told.wait(20)
    told.turns("1001", "rest", "tea")
    reader = Reader(told.file(tmp_path / "journal.db"))
    for report in REPORTS.values():
        table = make(reader, report, wanted(told))
        assert table.rows == report.table(told.events, wanted(told)).rows
        assert table.rows
    (row,) = make(reader, queues.REPORT, wanted(told)).rows
    of = dict(zip([column.name for column in queues.COLUMNS], row, strict=True))
    assert (of["asa"], of["talk"], of["hold"], of["work"], of["aht"]) == (10, 60, 10, 20, 90)
    reader.close()
