"""The rows of queues and agents that have changed, shown once each to whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from core.exchange.refusal import Refused
from core.queues.views import AgentRow, QueueRow


class Screens:
    def __init__(self) -> None:
        self.changed: Callable[[str, str, Any], None] | None = None
        """Is told of each: "agents" or "queues", by which number or name, the row. None: nobody watches."""
        self._agents: dict[str, None] = {}
        self._queues: dict[str, None] = {}

    def agent(self, number: str) -> None:
        """His row has changed."""
        self._agents[number] = None

    def queue(self, name: str) -> None:
        self._queues[name] = None

    def show(
        self, agent: Callable[[str], AgentRow], queue: Callable[[str], QueueRow], known: Callable[[], Collection[str]]
    ) -> None:
        """Each row once that has changed, None for what is gone; what an agent does changes his queues, too.
        agent: his row, or Refused. queue: its row, if it is one of those known.
        """
        agents, self._agents = self._agents, {}
        queues, self._queues = self._queues, {}
        if self.changed is None:
            return
        rows = {number: _row(agent, number) for number in agents}
        for number, row in rows.items():
            self.changed("agents", number, row)
            queues.update(dict.fromkeys(row.queues if row is not None else ()))
        names = known()
        for name in queues:
            self.changed("queues", name, queue(name) if name in names else None)


def _row(agent: Callable[[str], AgentRow], number: str) -> AgentRow | None:
    try:
        return agent(number)
    except Refused:
        return None
