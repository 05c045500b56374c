"""Why a call still waits: what stands between it and each agent of its queue.

    8001  busy            8002  english is 2, 3 is asked for            8003  rank 2, agents up to 1 are rung so far

After every event each agent of the queue has an obstacle: that nobody waits while an agent allowed to serve him is
ready is the distribution's first law, and this is how a person sees it. What it does not: change anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.acd.agents import State
from core.acd.queue import Member
from core.acd.waiting import Waiting
from core.causes import why
from core.texts import N_, _


@dataclass(frozen=True, slots=True)
class Obstacle:
    """text: a msgid, with `facts` for its placeholders."""

    agent: str
    text: str
    facts: dict[str, str | int]

    def sentence(self) -> str:
        """In the language of who asks."""
        words = {"state": _, "reason": why}
        facts = {name: words[name](str(value)) if name in words else value for name, value in self.facts.items()}
        return _(self.text).format(**facts)


def obstacles(waiting: Waiting, now: float) -> list[Obstacle]:
    """One for each agent of the queue, in its order; none for those who are rung for the call."""
    ringing = waiting.offer.members if waiting.offer is not None else {}
    members = sorted(waiting.queue.members.values(), key=lambda member: member.order)
    found = [_obstacle(member, waiting, now) for member in members if member.agent.number not in ringing]
    return [one for one in found if one is not None]


def _obstacle(member: Member, waiting: Waiting, now: float) -> Obstacle | None:
    """What no change of the agent's state would mend comes first."""
    agent, number = member.agent, member.agent.number
    if waiting.only and waiting.only != number:
        return Obstacle(number, N_("the caller waits for agent {agent} alone"), {"agent": waiting.only})
    if member.settings.rank > waiting.rank:
        text = N_("rank {has}, agents up to {asked} are rung so far")
        return Obstacle(number, text, {"has": member.settings.rank, "asked": waiting.rank})
    for skill, level in waiting.required.items():
        has = member.levels.get(skill, 0)
        if has < level:
            text = N_("{skill} is {has}, {asked} is asked for")
            return Obstacle(number, text, {"skill": skill, "has": has, "asked": level})
    if agent.available(now):
        return None
    if agent.state is State.READY:
        return Obstacle(number, N_("has a pause after a missed call"), {})
    if agent.state is State.OFFERED:
        return Obstacle(number, N_("is offered call {call}"), {"call": agent.offer})
    if agent.reason:
        return Obstacle(number, N_("{state}: {reason}"), {"state": agent.state.value, "reason": agent.reason})
    return Obstacle(number, N_("{state}"), {"state": agent.state.value})
