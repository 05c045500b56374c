"""Alarms of the past: one row each, from when it came until it went."""

from __future__ import annotations

from typing import Any

from core.store.alarm_past import AlarmPast, alarm_past
from core.store.event import Event


def events(*told: tuple[float, str, dict[str, Any]]) -> list[Event]:
    return [
        Event(number, round(time * 1e6), round(time * 1e6), 1, 0, "", kind, data)
        for number, (time, kind, data) in enumerate(told, 1)
    ]


RAISED = {"key": "disk", "level": "warning", "text": "10 % free"}


def test_it_came_grew_worse_was_seen_and_went() -> None:
    found = alarm_past(
        events(
            (1.0, "AlarmRaised", RAISED),
            (2.0, "AlarmRaised", {"key": "disk", "level": "critical", "text": "5 % free"}),
            (3.0, "AlarmSeen", {"key": "disk", "by": "Mei"}),
            (4.0, "AlarmCleared", {"key": "disk"}),
            (5.0, "AlarmRaised", RAISED),
        )
    )
    assert found == [
        AlarmPast("disk", "critical", "5 % free", 1.0, 4.0, "Mei", 3.0),
        AlarmPast("disk", "warning", "10 % free", 5.0),
    ]


def test_a_box_that_ends_takes_its_alarms_with_it() -> None:
    found = alarm_past(events((1.0, "AlarmRaised", RAISED), (9.0, "BoxStarted", {}), (10.0, "AlarmRaised", RAISED)))
    assert [(alarm.since, alarm.until) for alarm in found] == [(1.0, 1.0), (10.0, None)]


def test_of_one_that_came_before_the_time_that_was_asked_for_its_end_is_known() -> None:
    assert alarm_past(events((4.0, "AlarmCleared", {"key": "disk"}))) == [AlarmPast("disk", "", "", None, 4.0)]
