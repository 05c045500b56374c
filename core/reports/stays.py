"""Stays in queues, read from the journal: when a call came into a queue, how and when it left it.

    Queued ──────────────── waits ───────────────── Dequeued (reason, to)        a stay, from Queued to Dequeued
    TurnedAway (reason, to)                                                      a stay that lasted no time

A call that overflows from one queue to another has a stay in each. A transfer may give it another number meanwhile
(Transferred, Conferenced). A stay that the box itself ended, by a power cut or a fault, ends with its call: nobody
answered, and the caller was there until then. Pure; follows one event after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from core.reports.elapsed import OF_RUNS, elapsed, over
from core.store.event import Event

KINDS = frozenset({"Queued", "Dequeued", "TurnedAway", "Transferred", "Conferenced", "CallCleared"}) | OF_RUNS


class Way(Enum):
    """How a stay ended."""

    WAITING = "is waiting"
    ANSWERED = "answered"
    ABANDONED = "abandoned"  # hung up, or was cut off
    TURNED_AWAY = "turned away"  # never got in: the queue was full, or had no agents
    MESSAGE = "message"  # went to a mailbox, by own choice or the queue's
    CALL_BACK = "call back"  # chose to be called back
    OVERFLOWED = "overflowed"  # sent elsewhere by the queue
    LEFT = "left"  # taken elsewhere by somebody else: transferred, a flow


BY_CALLER = {
    "answered": Way.ANSWERED,
    "abandoned": Way.ABANDONED,
    "cut off": Way.ABANDONED,
    "message": Way.MESSAGE,
    "call-back": Way.CALL_BACK,
    "elsewhere": Way.LEFT,
}
"""Reasons of Dequeued that say it; every other is the queue's own."""


CALLED_BACK = "called back"
"""How a Queued says that its caller did not come by himself."""


@dataclass(slots=True)
class Stay:
    """came: Queued or TurnedAway. position: at which place it began, 0: none. waited_us: in this queue. back: he has
    been called back, and waits for the agent who is about to be joined to him.
    """

    came: Event
    call: int
    queue: str
    position: int
    way: Way = Way.WAITING
    ended: int = 0
    waited_us: int = 0
    to: str = ""
    reason: str = ""
    back: bool = False


class Stays:
    def __init__(self) -> None:
        self.open: dict[int, Stay] = {}

    def see(self, event: Event) -> list[Stay]:
        """The stays that this event ends."""
        kind, call = event.kind, event.call
        if kind == "Queued":
            before = self._end(call, event, Way.OVERFLOWED)
            data = event.data
            back = data.get("how") == CALLED_BACK
            self.open[call] = Stay(event, call, data["queue"], data.get("position") or 0, back=back)
            return before
        if kind == "Dequeued":
            return self._dequeued(event)
        if kind == "TurnedAway":
            data = event.data
            stay = Stay(event, call, data["queue"], 0, Way.TURNED_AWAY, event.time)
            stay.to, stay.reason = data.get("to") or "", data.get("reason") or ""
            return [stay]
        if kind in ("Transferred", "Conferenced"):
            moved = self.open.pop(event.data.get("consultation") or 0, None)
            if moved is not None:
                moved.call = call
                self.open[call] = moved
            return []
        if kind == "CallCleared":
            return self._end(call, event, Way.ABANDONED)
        if (end := over(event)) is not None and self.open:
            return self._cut(end)
        return []

    def _dequeued(self, event: Event) -> list[Stay]:
        data = event.data
        to, reason = data.get("to") or "", data.get("reason") or ""
        way = BY_CALLER.get(reason, Way.OVERFLOWED)
        if way is Way.OVERFLOWED and to.startswith("mailbox"):
            way = Way.MESSAGE
        ended = self._end(event.call, event, way)
        for stay in ended:
            stay.to, stay.reason = to, reason
        return ended

    def _end(self, call: int, event: Event, way: Way) -> list[Stay]:
        stay = self.open.pop(call, None)
        if stay is None:
            return []
        stay.way, stay.ended, stay.waited_us = way, event.time, elapsed(stay.came, event)
        return [stay]

    def _cut(self, end: int) -> list[Stay]:
        """The box went down."""
        ended = list(self.open.values())
        self.open.clear()
        for stay in ended:
            stay.way, stay.ended = Way.ABANDONED, max(end, stay.came.time)
            stay.waited_us = stay.ended - stay.came.time
        return ended
