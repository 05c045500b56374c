"""Figures of reports are those that screens showed live, over a simulated day of the whole exchange."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.reports import agents, queues
from core.reports.agents import AgentCount
from core.reports.queues import QueueCount
from core.reports.report import Wanted
from core.store.event import Event
from hw import virtual_time, wall_clock
from tests.soak.day import Day

pytestmark = pytest.mark.native


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_of_a_simulated_day_are_the_live_ones(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for a talk that a transfer gave to another call: on the screen it ended then, in the report it goes on."""
    monkeypatch.setattr(wall_clock, "source", lambda: datetime(2026, 11, 26, 2, tzinfo=UTC))
    day = Day(seed, calls=300)
    day.events = deque()
    virtual_time.run(day.live, seed=seed)
    events = list(day.events)
    first, last = events[0].time, events[-1].time + 1
    asked = Wanted(first, last, ZoneInfo("Asia/Shanghai"), box=day.box)
    found = {count.queue: count for count in queues.read(events, asked)}
    assert sum(count.offered for count in found.values()) >= 10, "there was something to count"
    backs = {event.data["queue"] for event in events if event.kind in ("CallBackTried", "CallBackEnded")}
    backs |= {back.queue for back in day._queues.call_backs}
    for view in day._queues.distribution.queues():
        told, live = found.get(view.name) or QueueCount(first, view.name, 4), view.day
        elsewhere = told.turned_away + told.overflowed + told.message + told.left
        assert (told.offered, told.answered, told.abandoned) == (live.offered, live.answered, live.abandoned)
        # On the screen count, too, call-backs of flows, whose callers were never offered to the queue.
        assert view.name in backs or (elsewhere, told.call_back) == (live.elsewhere, live.asked_back)
        assert (told.short, told.missed, told.level) == (live.short, live.missed, view.day_level)
        assert (told.called_back, told.talks) == (live.called_back, live.talks)
        assert told.wait_us / 1e6 == pytest.approx(live.wait_s, abs=0.001)
        assert told.longest_us / 1e6 == pytest.approx(live.longest_s, abs=0.001)
        talked = (told.talk_us + told.hold_us) / 1e6
        assert given_on(events) or talked == pytest.approx(live.talk_s, abs=0.001)
    counted = {count.agent: count for count in agents.read(events, asked)}
    for agent in day._queues.distribution.agents():
        of, counts = counted.get(agent.number) or AgentCount(first, agent.number, "", ""), agent.counts
        missed = counts.missed + counts.rejected + counts.unreachable
        assert of.answered == counts.answered
        assert of.missed == missed
        # On the screen counts, too, who was to be rung for a caller who hung up in that very instant.
        assert of.answered + of.missed <= of.offered <= counts.offered
        talked = (of.talk_us + of.hold_us) / 1e6
        assert given_on(events) or talked == pytest.approx(counts.talk_s, abs=0.001)


def given_on(events: Sequence[Event]) -> bool:
    """Somebody else has joined the call of an agent to another one."""
    served = {(event.call, event.device) for event in events if event.kind == "Served"}
    joined = [event for event in events if event.kind in ("Transferred", "Conferenced")]
    return any(
        call in (event.call, event.data.get("consultation") or 0) and device != event.device
        for event in joined
        for call, device in served
    )
