"""Queues that a supervisor has given an agent at run time, or taken from him: they hold over restarts, until the
configuration says something new about the same queue of the agent.

    set_queue ──> kept, with what the configuration said then ──> restart: he serves it again, or does not
                                                             └── the configuration says otherwise: forgotten
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.acd import events as e
from core.config.model.box import Box
from core.config.model.queues import AgentSettings

if TYPE_CHECKING:
    from core.store.state import State

KEPT = "queues/members/"


class MembersKept:
    """One key an agent: by queue what was wanted, and what the configuration said then."""

    def __init__(self, state: State) -> None:
        self._state = state

    def keep(self, person: AgentSettings, event: e.Joined | e.Parted) -> None:
        wanted = {"rank": event.rank, "weight": event.weight} if isinstance(event, e.Joined) else None
        kept = self._state.get(KEPT + person.number, {})
        row = {"upon": said(person, event.queue), "serves": wanted}
        self._state[KEPT + person.number] = {**kept, event.queue: row}

    def again(self, box: Box) -> Iterator[e.Joined | e.Parted]:
        """After a start, or with a new configuration: what still holds. All else is forgotten."""
        people = {person.number: person for person in box.agent}
        queues = {queue.name for queue in box.queue}
        for key, kept in self._state.under(KEPT).items():
            person = people.get(key.removeprefix(KEPT))
            holds = {
                queue: row
                for queue, row in kept.items()
                if person is not None and queue in queues and row["upon"] == said(person, queue)
            }
            if not holds:
                del self._state[key]
                continue
            if holds != kept:
                self._state[key] = holds
            for queue, row in holds.items():
                wanted, agent = row["serves"], key.removeprefix(KEPT)
                yield e.Parted(agent, queue) if wanted is None else e.Joined(agent, queue, **wanted)


def said(person: AgentSettings, queue: str) -> Any:
    """What the configuration says of the agent in the queue; None: he does not serve it."""
    return next((one.model_dump(mode="json") for one in person.queues if one.queue == queue), None)
