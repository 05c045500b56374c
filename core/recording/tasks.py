"""The recording tasks of a box (质检录制): ordered, kept over restarts, stopped, deleted, counted.

    tasks.order(...)           from now on the recorder asks for each agent who begins to speak
    tasks.wanted(talk)         which tasks want him recorded
    tasks.recorded(task, agent)

A task that is over or stopped is kept with its count until somebody deletes it; recordings that it has made keep its
number. What it does not: decide (task.py), say who may (core/api/task_acts.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from core.exchange.refusal import Refused
from core.recording.task import RecordingTask, Talk, opening, wanting
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange

KEPT = "recording/task/"
LAST = "recording/tasks"
"""Number of the one that came last: none is used twice."""
MOST = 500


def _not_possible(text: str) -> Refused:
    return Refused(Cause.FACILITY_REJECTED, "not-possible", text)


class RecordingTasks:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        rows = exchange.journal.state.under(KEPT).values()
        found = sorted((msgspec.convert(row, RecordingTask) for row in rows), key=lambda task: task.id)
        self._tasks = {task.id: task for task in found}

    # ---- what there is ----

    def all(self) -> list[RecordingTask]:
        """The oldest first, as they are now."""
        return [self._now(task) for task in self._tasks.values()]

    def get(self, number: int) -> RecordingTask:
        """Refused: there is none."""
        task = self._tasks.get(number)
        if task is None:
            raise _not_possible(_("there is no recording task {number} any more").format(number=number))
        return self._now(task)

    def groups_of(self, agents: Sequence[str], groups: Sequence[str]) -> frozenset[str]:
        """All groups of which agents are concerned; of agents who are gone, none."""
        return frozenset(groups) | {one.group for one in self._exchange.box.agent if one.number in agents}

    # ---- what supervisors do ----

    def order(self, task: RecordingTask) -> RecordingTask:
        """It gets its number and the time. Refused: an agent, a group or a class of keeping is unknown, its time is
        over before it begins, or there are too many.
        """
        box = self._exchange.box
        classes = {one.name for one in box.retention}
        named = (
            (task.agents, {one.number for one in box.agent}, _("There is no agent {names}.")),
            (task.groups, {one.name for one in box.agent_group}, _("There is no group of agents {names}.")),
            ([task.retention] if task.retention else [], classes, _("There is no [[retention]] {names}.")),
        )
        for names, known, text in named:
            if unknown := [name for name in names if name not in known]:
                raise _not_possible(text.format(names=", ".join(unknown)))
        try:
            opening(task.days, tuple(task.hours), box.box.time_zone)
        except ValueError:
            text = _("These are no hours: {days} {hours}. They are written mon-fri, 09:00-12:00.")
            raise _not_possible(text.format(days=task.days, hours=", ".join(task.hours))) from None
        now = self._exchange.utc().timestamp()
        if task.until and task.until <= max(now, task.since):
            raise _not_possible(_("The task would be over before it begins: give a later end."))
        if len(self._tasks) >= MOST:
            raise _not_possible(_("there are {most} recording tasks; delete some first").format(most=MOST))
        state = self._exchange.journal.state
        number = int(state.get(LAST, 0)) + 1
        state[LAST] = number
        return self._keep(msgspec.structs.replace(task, id=number, at=now, made={}, stopped=0.0))

    def stop(self, number: int) -> RecordingTask:
        """It wants no more calls; recordings that run go on to their end. Refused: there is none, or it is over."""
        task = self.get(number)
        if task.state in ("over", "stopped"):
            raise _not_possible(_("recording task {number} is over already").format(number=number))
        return self._keep(msgspec.structs.replace(task, stopped=self._exchange.utc().timestamp()))

    def delete(self, number: int) -> RecordingTask:
        """It is gone; its recordings stay. Refused: there is none."""
        task = self.get(number)
        del self._tasks[number]
        self._exchange.journal.state.pop(f"{KEPT}{number:09}", None)
        return task

    # ---- what the recorder asks ----

    def wanted(self, call: int, agent: str, direction: str) -> list[RecordingTask]:
        """Tasks that want the agent recorded who begins to speak now."""
        if not self._tasks:
            return []
        group = next((one.group for one in self._exchange.box.agent if one.number == agent), "")
        talk = Talk(call, agent, group, direction, self._exchange.utc())
        return wanting(self._tasks.values(), talk, self._exchange.box.box.time_zone)

    def recorded(self, task: RecordingTask, agent: str) -> None:
        """One of his calls more."""
        made = {**task.made, agent: task.made.get(agent, 0) + 1}
        self._keep(msgspec.structs.replace(task, made=made))

    # ---- within ----

    def _now(self, task: RecordingTask) -> RecordingTask:
        return msgspec.structs.replace(task, state=task.state_at(self._exchange.utc().timestamp()))

    def _keep(self, task: RecordingTask) -> RecordingTask:
        row = msgspec.to_builtins(task)
        del row["state"]
        self._exchange.journal.state[f"{KEPT}{task.id:09}"] = row
        self._tasks[task.id] = task
        return self._now(task)
