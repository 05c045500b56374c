"""Alarms of the past, read from the journal: when each came and went, how bad it was, who had seen it.

AlarmRaised ── AlarmRaised (other words) ── AlarmSeen ── AlarmCleared        one row
AlarmRaised ── the box ends                                                  it went with it
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from core.store.event import Event
from core.store.words.alarms import LEVELS

KINDS = ("AlarmRaised", "AlarmCleared", "AlarmSeen", "BoxStarted")


class AlarmPast(msgspec.Struct):
    """One alarm, from when it came until it went. Times are UTC seconds since 1970."""

    key: Annotated[str, Meta(description="which alarm")]
    level: Annotated[str, Meta(description="the worst that it had: critical, warning or notice; empty: not known")]
    text: Annotated[str, Meta(description="its last words")]
    since: Annotated[float | None, Meta(description="when it came; null: before the time that was asked for")]
    until: Annotated[float | None, Meta(description="when it went; null: it stands")] = None
    seen_by: Annotated[str, Meta(description="who has acknowledged it; empty: nobody")] = ""
    seen: Annotated[float | None, Meta(description="when")] = None


def alarm_past(events: Iterable[Event]) -> list[AlarmPast]:
    """In the order in which they came. events: those of KINDS, oldest first."""
    found: list[AlarmPast] = []
    standing: dict[str, AlarmPast] = {}
    last = 0.0
    for event in events:
        time, key = event.time / 1e6, str(event.data.get("key", ""))
        if event.kind == "BoxStarted":
            for alarm in standing.values():
                alarm.until = last
            standing.clear()
        else:
            alarm = standing.get(key) or AlarmPast(key, "", "", None)
            if alarm.key not in standing:
                standing[key] = alarm
                found.append(alarm)
        if event.kind == "AlarmRaised":
            level = str(event.data.get("level", ""))
            alarm.since = time if alarm.since is None else alarm.since
            alarm.level = level if not alarm.level else LEVELS[max(LEVELS.index(alarm.level), LEVELS.index(level))]
            alarm.text = str(event.data.get("text", ""))
            alarm.seen_by, alarm.seen = "", None
        elif event.kind == "AlarmSeen":
            alarm.seen_by, alarm.seen = str(event.data.get("by", "")), time
        elif event.kind == "AlarmCleared":
            alarm.until = time
            del standing[key]
        last = time
    return found
