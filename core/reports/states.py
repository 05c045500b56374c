"""States of agents, read from the journal: who was what from when to when.

    AgentState ready ──── AgentState busy ──── AgentState working after call ──── AgentState logged off
      |====== ready =======|====== busy =======|===== working after call =========|

A change of nothing but what is to follow (`pending`) goes on as the same state. Who was logged on when a run ended was
so until its end. Pure; follows one event after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.reports.elapsed import OF_RUNS, elapsed, lasted, over
from core.store.event import Event

KINDS = frozenset({"AgentState"}) | OF_RUNS
GONE = "logged off"


@dataclass(slots=True)
class Stretch:
    """An agent in one state. began: the event that says so, and its time; us: how long."""

    agent: str
    state: str
    reason: str
    began: Event
    us: int = 0


class States:
    def __init__(self) -> None:
        self.open: dict[str, Stretch] = {}
        """By agent; who is logged off is not among them."""

    def see(self, event: Event) -> list[Stretch]:
        """The stretches that this event ends."""
        if event.kind == "AgentState":
            return self._changed(event)
        if (end := over(event)) is not None and self.open:
            return self.close(end)
        return []

    def _changed(self, event: Event) -> list[Stretch]:
        data = event.data
        agent, state, reason = data["agent"], data.get("state") or "", data.get("reason") or ""
        before = self.open.get(agent)
        if before is not None:
            if (before.state, before.reason) == (state, reason):
                return []
            before.us = elapsed(before.began, event)
            del self.open[agent]
        if state != GONE:
            self.open[agent] = Stretch(agent, state, reason, event)
        return [before] if before is not None else []

    def close(self, end: int) -> list[Stretch]:
        """All of them, at this moment (UTC in µs)."""
        ended = list(self.open.values())
        self.open.clear()
        for stretch in ended:
            stretch.us = lasted(stretch.began, end)
        return ended
