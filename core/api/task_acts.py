"""Acts on recording tasks (质检录制、任务管理): a supervisor orders that calls of agents are recorded, at which hours,
which share of them, how many of each; lists what was ordered, stops it, deletes it.

What `[[recording_rule]]` is for the office, a task is for a supervisor: it needs no new configuration, and ends. A task
is asked when an agent begins to speak; a call that a rule or a person has recorded already says so (RecordingTasked),
and stays under what that says of its keeping. `recording.search` finds by task. A supervisor who is limited to groups
orders for agents of these, sees the tasks that concern them, and stops those that concern nobody else.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from core.api.acts import Done, Nothing, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import OVERSEERS
from core.api.errors import Code, Refusal
from core.api.queue_acts import Agent
from core.api.recording_acts import room
from core.api.roles import READERS
from core.queues.supervisors import Supervisor
from core.recording.task import ALL_DAYS, RecordingTask
from core.recording.tasks import RecordingTasks
from core.texts import _


class Order(Params, frozen=True):
    agents: Annotated[list[Agent], Meta(description="whose calls", max_length=500)] = field(default_factory=list)
    groups: Annotated[
        list[str], Meta(description="of agents; with no agents and no groups: all whom one looks after", max_length=100)
    ] = field(default_factory=list)
    direction: Annotated[Literal["any", "in", "out", "internal"], Meta(description="which way the call was made")] = (
        "any"
    )
    days: Annotated[str, Meta(description="of the week: mon, or mon-fri", max_length=16)] = ALL_DAYS
    hours: Annotated[
        list[str], Meta(description="of these days, of the office's clock: 09:00-12:00; empty: all day", max_length=20)
    ] = field(default_factory=list)
    share_percent: Annotated[float, Meta(description="of the calls that fit, by lot", gt=0, le=100)] = 100.0
    most: Annotated[int, Meta(description="calls of each agent; 0: any number", ge=0, le=100_000)] = 0
    since: Annotated[float, Meta(description="not before, UTC seconds since 1970; 0: from now on", ge=0)] = 0.0
    until: Annotated[float, Meta(description="no longer than; 0: until it is stopped", ge=0)] = 0.0
    notice: Annotated[bool, Meta(description="the outside party is told that the call is recorded")] = True
    retention: Annotated[str, Meta(description="a [[retention]]; empty: until somebody erases it", max_length=64)] = ""


class OfTask(Params, frozen=True):
    task: Annotated[int, Meta(description="number of the recording task", ge=1)]


class TaskList(Result, frozen=True):
    tasks: Annotated[list[RecordingTask], Meta(description="the oldest first")]


def _tasks(asking: Asking) -> RecordingTasks:
    return room(asking).recorder.tasks


@act("recording.order_task", roles=OVERSEERS, changes=True)
def order(asking: Asking, params: Order) -> RecordingTask:
    """From now on calls of these agents are recorded as the task says. Error `refused`: an agent, group or class of
    keeping is unknown or none of the supervisor's, or it would be over before it begins.
    """
    tasks = _tasks(asking)
    own = asking.peer.groups
    groups = params.groups if params.agents or params.groups else sorted(own)
    task = RecordingTask(
        id=0,
        by=asking.peer.name,
        at=0.0,
        agents=list(dict.fromkeys(params.agents)),
        groups=list(dict.fromkeys(groups)),
        direction=params.direction,
        days=params.days,
        hours=params.hours,
        share_percent=params.share_percent,
        most=params.most,
        since=params.since,
        until=params.until,
        notice=params.notice,
        retention=params.retention,
        made={},
    )
    asking.note.after = params
    _must_be_his(asking, tasks.groups_of(task.agents, task.groups))
    made = tasks.order(task)
    asking.note.target = str(made.id)
    return made


@act("recording.tasks", roles=READERS)
def tasks(asking: Asking, params: Nothing) -> TaskList:
    """What was ordered, what is over too, each with how many calls of whom it has had recorded."""
    kept = _tasks(asking)
    his = _supervisor(asking)

    def concerns(task: RecordingTask) -> bool:
        groups = kept.groups_of(task.agents, task.groups)
        return not his.groups or not (task.agents or task.groups) or any(map(his.looks_after, groups))

    return TaskList([task for task in kept.all() if concerns(task)])


@act("recording.stop_task", roles=OVERSEERS, changes=True)
def stop(asking: Asking, params: OfTask) -> RecordingTask:
    """It wants no more calls; recordings that it has begun go on to the end of their calls. Error `refused`: it is over
    already, or concerns agents of others.
    """
    return _tasks(asking).stop(_his(asking, params.task).id)


@act("recording.delete_task", roles=OVERSEERS, changes=True)
def delete(asking: Asking, params: OfTask) -> Done:
    """It is gone from the list, stopped if it ran; what it has had recorded stays, and is found by its number."""
    asking.note.before = _tasks(asking).delete(_his(asking, params.task).id)
    return Done()


def _supervisor(asking: Asking) -> Supervisor:
    return Supervisor(asking.peer.name, asking.peer.groups)


def _his(asking: Asking, number: int) -> RecordingTask:
    """The task, if he may change it."""
    asking.note.target = str(number)
    kept = _tasks(asking)
    task = kept.get(number)
    if asking.peer.groups and not (task.agents or task.groups):
        _must_be_his(asking, frozenset({_("all")}))
    _must_be_his(asking, kept.groups_of(task.agents, task.groups))
    return task


def _must_be_his(asking: Asking, groups: frozenset[str]) -> None:
    his = _supervisor(asking)
    strange = sorted(group for group in groups if not his.looks_after(group))
    if strange:
        text = _("{groups} are no groups of yours ({own})")
        raise Refusal(Code.REFUSED, text.format(groups=", ".join(strange), own=", ".join(sorted(his.groups))))
