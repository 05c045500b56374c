"""Agents who ask for help with their call, and the supervisors who come (内部求助).

    agent ── *83# or agent.ask_help ──> asked          in the agents' rows, in the journal (AgentHelp), on every screen
    supervisor ── *84# or agent.answer_help ──> his telephone is in the call, heard by the agent alone (whisper); a key
                                                 or an act changes that (overseeing.py)

What is asked ends when a supervisor comes, when the agent thinks better of it, and with his call. The one who has asked
longest is answered first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.exchange.refusal import Refused, Said
from core.queues.settings import group_of
from core.queues.supervisors import Supervisor
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange
    from core.queues.desks import Desks
    from core.queues.screens import Screens


@dataclass(frozen=True, slots=True)
class Asked:
    """since: UTC seconds."""

    since: float
    reason: str


class Help:
    """One for all agents; `asked` by agent, the longest first."""

    def __init__(self, exchange: Exchange, desks: Desks, screens: Screens) -> None:
        self.asked: dict[str, Asked] = {}
        self._exchange = exchange
        self._desks = desks
        self._screens = screens

    def ask(self, agent: str, reason: str = "") -> None:
        """Refused: he has no call. Asked again: with other words."""
        if not self._desks.talks(agent):
            text = _("agent {agent} has no call").format(agent=agent)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        before = self.asked.get(agent)
        self.asked[agent] = Asked(before.since if before else self._exchange.utc().timestamp(), reason)
        self._note(agent, True, reason)

    def end(self, agent: str, by: str = "") -> None:
        """Nobody asked: nothing."""
        if self.asked.pop(agent, None) is not None:
            self._note(agent, False, "", by)

    def over(self) -> None:
        """Whose call is over needs no help any more."""
        for agent in [agent for agent in self.asked if not self._desks.talks(agent)]:
            self.end(agent)

    def longest(self, supervisor: Supervisor) -> str:
        """The agent of his groups who has asked longest. Refused: none has."""
        for agent in self.asked:
            group = group_of(self._exchange.box, agent)
            if group is not None and supervisor.looks_after(group.name):
                return agent
        raise Refused(
            Cause.NO_USER_RESPONDING, "not-possible", _("nobody asks for help"), said=Said("call.nothing-to-pick-up")
        )

    def _note(self, agent: str, on: bool, reason: str, by: str = "") -> None:
        station = self._desks.station(agent)
        leg = station.active if station is not None else None
        self._exchange.journal.note(
            "AgentHelp",
            device=self._desks.at.get(agent) or agent,
            agent=agent,
            of=leg.call.id if leg is not None else 0,
            on=on,
            reason=reason,
            by=by,
        )
        self._screens.agent(agent)
