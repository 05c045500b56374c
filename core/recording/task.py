"""An order of a supervisor: record calls of these agents, at these hours, this share of them, so many of each.

    ordered ──> waits for `since` ──> runs ──> over at `until`, or stopped

Which talk a task wants is decided once, when the agent begins to speak. Pure: a task and a talk in, yes or no out. The
lot is drawn from call, task and agent, so that asking twice gives the same answer. Hours are the office's; those past
midnight belong to the day on which they begin (core/numbering/hours.py).

What it does not: keep tasks (tasks.py), record (recorder.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta

from core.config.model.numbering import Calendar
from core.numbering.hours import OpeningHours
from core.recording.rules import lot

ALL_DAYS = "mon-sun"


class RecordingTask(msgspec.Struct, frozen=True):
    """Times are UTC seconds since 1970."""

    id: Annotated[int, Meta(description="its number, never used twice")]
    by: Annotated[str, Meta(description="who has ordered it")]
    at: Annotated[float, Meta(description="when it was ordered")]
    agents: Annotated[list[str], Meta(description="whose calls, by number")]
    groups: Annotated[list[str], Meta(description="of agents, whose calls; with no agents and no groups: all")]
    direction: Annotated[str, Meta(description="any, in, out or internal")]
    days: Annotated[str, Meta(description="of the week: mon, or mon-fri")]
    hours: Annotated[list[str], Meta(description="of these days, as 09:00-12:00; empty: all day")]
    share_percent: Annotated[float, Meta(description="of the calls that fit, by lot")]
    most: Annotated[int, Meta(description="calls of each agent; 0: any number")]
    since: Annotated[float, Meta(description="not before")]
    until: Annotated[float, Meta(description="no longer than; 0: until it is stopped")]
    notice: Annotated[bool, Meta(description="the outside party is told that the call is recorded")]
    retention: Annotated[str, Meta(description="class of keeping; empty: until somebody erases it")]
    made: Annotated[dict[str, int], Meta(description="by agent: how many of his calls it has had recorded")]
    stopped: Annotated[float, Meta(description="when somebody has stopped it; 0: nobody has")] = 0.0
    state: Annotated[str, Meta(description="waits, runs, over or stopped")] = ""

    def state_at(self, now: float) -> str:
        if self.stopped:
            return "stopped"
        if self.until and now >= self.until:
            return "over"
        return "waits" if now < self.since else "runs"


@dataclass(frozen=True, slots=True)
class Talk:
    """An agent begins to speak in a call. group: his; direction: of the call; at: now, aware."""

    call: int
    agent: str
    group: str
    direction: str
    at: datetime


def wanting(tasks: Iterable[RecordingTask], talk: Talk, zone: str) -> list[RecordingTask]:
    """All that want it. zone: of the office (IANA name)."""
    return [task for task in tasks if wants(task, talk, zone)]


def wants(task: RecordingTask, talk: Talk, zone: str) -> bool:
    return (
        task.state_at(talk.at.timestamp()) == "runs"
        and (talk.agent in task.agents or talk.group in task.groups or not (task.agents or task.groups))
        and task.direction in ("any", talk.direction)
        and (not task.most or task.made.get(talk.agent, 0) < task.most)
        and opening(task.days, tuple(task.hours), zone).open_at(talk.at)
        and lot(talk.call, f"task {task.id} {talk.agent}") < task.share_percent
    )


@lru_cache(maxsize=1024)
def opening(days: str, hours: tuple[str, ...], zone: str) -> OpeningHours:
    """When a task may want a talk. ValueError: these are no days or hours."""
    week = [{"days": days, "open": list(hours or ("00:00-24:00",))}]
    return OpeningHours(Calendar.model_validate({"name": "task", "hours": week, "holidays": ""}), zone)
