"""What supervisors give agents at run time, and take from them: queues to serve, skills, their levels.

    set_queue(), set_skill() ──> told to the distribution, noted, kept ──> a start, a new configuration: again()

What was given holds over restarts until the configuration says otherwise (members_kept.py, skills_kept.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.acd import events as e
from core.acd.distribution import Distribution
from core.config.model.queues import AgentSettings
from core.exchange.refusal import Refused
from core.queues.members_kept import MembersKept
from core.queues.skills_kept import SkillsKept
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.config.model.box import Box
    from core.exchange.exchange import Exchange
    from core.queues.rows import Rows
    from core.queues.screens import Screens


class Assignments:
    def __init__(
        self,
        exchange: Exchange,
        distribution: Distribution,
        rows: Rows,
        screens: Screens,
        tell: Callable[..., None],
    ) -> None:
        self._exchange = exchange
        self._distribution = distribution
        self._rows = rows
        self._screens = screens
        self._tell = tell
        self._members = MembersKept(exchange.journal.state)
        self._skills = SkillsKept(exchange.journal.state)

    def set_skill(self, agent: str, skill: str, level: int, queue: str, by: str) -> None:
        """level 0: he has it no more. queue "": it holds wherever the queue says nothing. Refused: there is no such."""
        self._rows.agent(agent)
        if skill not in {one.name for one in self._exchange.box.skill}:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _('There is no skill "{name}".').format(name=skill))
        if queue:
            self._must_serve(agent, queue)
        self._tell(e.SkillSet(agent, skill, level, queue, by))
        self._skills.keep(self._person(agent), skill, level, queue)
        self._screens.agent(agent)
        self._exchange.journal.note("AgentSkill", agent=agent, skill=skill, level=level, queue=queue, by=by)
        self._tell()

    def set_queue(self, agent: str, event: e.Joined | e.Parted, by: str) -> None:
        """He serves a queue from now on, or no more. Refused: there is no such queue, or he does not serve it."""
        self._rows.agent(agent)
        if event.queue not in {queue.name for queue in self._exchange.box.queue}:
            text = _('There is no queue "{name}".').format(name=event.queue)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        serves = isinstance(event, e.Joined)
        if not serves:
            self._must_serve(agent, event.queue)
        self._tell(event)
        self._members.keep(self._person(agent), event)
        self._screens.agent(agent)
        self._screens.queue(event.queue)
        rank = event.rank if isinstance(event, e.Joined) else 0
        self._exchange.journal.note("AgentQueue", agent=agent, queue=event.queue, serves=serves, rank=rank, by=by)
        self._tell()

    def _must_serve(self, agent: str, queue: str) -> None:
        if queue not in self._rows.agent(agent).queues:
            text = _("agent {agent} does not serve queue {queue}").format(agent=agent, queue=queue)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)

    def _person(self, agent: str) -> AgentSettings:
        return next(one for one in self._exchange.box.agent if one.number == agent)

    # ---- after a start, or with a new configuration ----

    def queues_again(self, box: Box) -> list[e.Joined | e.Parted]:
        """What still holds."""
        return list(self._members.again(box))

    def skills_again(self, box: Box) -> list[e.SkillSet]:
        """When the queues are told: but for those in which he does not serve any more."""
        serves = {agent.number: agent.queues for agent in self._distribution.agents()}
        return [one for one in self._skills.again(box) if not one.queue or one.queue in serves[one.agent]]
