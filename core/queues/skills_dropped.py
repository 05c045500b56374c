"""An agent drops a skill that he has, and takes it up again (重设技能).

    drop     the levels of now ──> kept; the skill is at 0 everywhere, over restarts too (skills_kept.py)
    take up  the levels kept   ──> set again

He takes up what he has dropped, at the levels that he had, and no other: what he can do, supervisors say.
"""

from __future__ import annotations

from core.exchange.refusal import Refused
from core.queues.room import QueueRoom
from core.texts import _
from hw.signalling.q850 import Cause

KEPT = "queues/dropped/"
OWN = ""
"""In place of a queue: wherever the queue says nothing."""


def _levels(room: QueueRoom, agent: str, skill: str) -> dict[str, int]:
    """By queue, his own first."""
    skills = room.rows.agent(agent).skills
    return {queue: skills.get(queue, {}).get(skill, 0) for queue in (OWN, *(name for name in skills if name != OWN))}


def drop(room: QueueRoom, agent: str, skill: str) -> None:
    """Refused: he does not have it."""
    before = _levels(room, agent, skill)
    if not any(before.values()):
        text = _('agent {agent} does not have the skill "{name}"').format(agent=agent, name=skill)
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
    _set(room, agent, skill, dict.fromkeys(before, 0))
    state = room.exchange.journal.state
    state[KEPT + agent] = {**state.get(KEPT + agent, {}), skill: before}


def take_up(room: QueueRoom, agent: str, skill: str) -> None:
    """Refused: he has not dropped it."""
    state = room.exchange.journal.state
    dropped = dict(state.get(KEPT + agent, {}))
    before = dropped.pop(skill, None)
    if before is None or any(_levels(room, agent, skill).values()):
        names = ", ".join(sorted(name for name in state.get(KEPT + agent, {}) if name != skill)) or "-"
        text = _('agent {agent} has not dropped the skill "{name}"; dropped are: {names}')
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", text.format(agent=agent, name=skill, names=names))
    _set(room, agent, skill, before)
    state[KEPT + agent] = dropped


def _set(room: QueueRoom, agent: str, skill: str, levels: dict[str, int]) -> None:
    """Where the queue says nothing first; then those queues that say otherwise still."""
    known = room.rows.agent(agent).queues
    for queue, level in levels.items():
        if (queue == OWN or queue in known) and _levels(room, agent, skill).get(queue, 0) != level:
            room.assignments.set_skill(agent, skill, level, queue, by="")
