"""Levels of skills that a supervisor has set at run time: they survive a restart, until the configuration says
something new about the same skills of the agent.

    set_skill ──> kept, with what the configuration said then ──> restart: set again
                                                             └── the configuration says otherwise: forgotten

What holds in one queue, and what holds wherever the queue says nothing, are forgotten apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.acd import events as e
from core.config.model.box import Box
from core.config.model.queues import AgentSettings
from core.queues.members_kept import said

if TYPE_CHECKING:
    from core.store.state import State

KEPT = "queues/skills/"


class SkillsKept:
    """One key an agent: by queue ("": wherever the queue says nothing) the levels set, and what they were set upon."""

    def __init__(self, state: State) -> None:
        self._state = state

    def keep(self, person: AgentSettings, skill: str, level: int, queue: str) -> None:
        kept = dict(self._state.get(KEPT + person.number, {}))
        levels = kept.get(queue, {}).get("set", {})
        kept[queue] = {"upon": _upon(person, queue), "set": {**levels, skill: level}}
        self._state[KEPT + person.number] = kept

    def again(self, box: Box) -> Iterator[e.SkillSet]:
        """After a start, or with a new configuration: what still holds. All else is forgotten."""
        people = {person.number: person for person in box.agent}
        skills = {one.name for one in box.skill}
        for key, kept in self._state.under(KEPT).items():
            person = people.get(key.removeprefix(KEPT))
            holds = {queue: row for queue, row in kept.items() if person and row["upon"] == _upon(person, queue)}
            if not holds:
                del self._state[key]
                continue
            if holds != kept:
                self._state[key] = holds
            for queue, row in holds.items():
                for skill, level in row["set"].items():
                    if skill in skills:
                        yield e.SkillSet(key.removeprefix(KEPT), skill, level, queue)


def _upon(person: AgentSettings, queue: str) -> Any:
    """What the configuration says; None: he does not serve the queue."""
    return said(person, queue) if queue else dict(person.skills)
