"""Who supervises, from which telephone, and whom: [[user]] with role, station and groups of agents. Pure.

A supervisor with groups acts for agents of these groups alone, one without for all; administrators for all.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.config.model.box import Box
from core.exchange.refusal import Refused, Said
from core.supervision import ROLES, limits
from core.texts import _
from hw.signalling.q850 import Cause


@dataclass(frozen=True, slots=True)
class Supervisor:
    """name: in the audit trail. groups: of agents; empty: all."""

    name: str
    groups: frozenset[str] = frozenset()

    def looks_after(self, group: str) -> bool:
        return not self.groups or group in self.groups

    def must_look_after(self, agent: str, group: str) -> None:
        """Refused: the agent is of another group."""
        if not self.looks_after(group):
            text = _("agent {agent} is not of your groups ({groups})")
            groups = ", ".join(sorted(self.groups))
            raise Refused(Cause.CALL_REJECTED, "barred", text.format(agent=agent, groups=groups))


def at(box: Box, station: str) -> Supervisor:
    """Whose telephone it is. Refused: no supervisor's."""
    rows = [user for user in box.user if user.station == station and user.role in ROLES]
    if not rows:
        text = _("{device} is no supervisor's telephone: [[user]] station = ...").format(device=station)
        raise Refused(Cause.CALL_REJECTED, "barred", text, said=Said("call.barred"))
    return Supervisor(rows[0].name, limits((user.role, user.groups) for user in rows))
