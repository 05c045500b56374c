"""The one owner of all queues: events and the time in, orders out, and a reason with each decision.

    exchange ── Entered, CallerGone, Answered, Missed, CallEnded ... ──┐                  ┌── Offer, Withdraw, Connect
    people ──── Asked, SkillSet, Joined, PickedUp ...                ──┼── take(event, ───┼── Announce, Say, OfferChoice
    clock ───── Look at next_look, CalendarsTold, IntervalBegins     ──┘    now)          ├── LeftFor, ClearDesk
                                                                                          └── Queued, AgentChanged, ...

The life of a call:

    Entered ─> Queued ─> Offer to 8001 ─> (no answer) Withdraw, Queued again at its place
                       ─> Offer to 8002 ─> Answered ─> Connect ─> ... ─> CallEnded(8002)
             CallerGone at any instant:  Withdraw from whoever rings, Left
             LeftFor:                    the queue gives it away

After every take() nobody waits while an agent allowed to serve him is ready, no agent has two offers, every busy agent
has a call, and the order within a priority is by entry. Agents are reserved before they are rung.
Time: `now` is in seconds, of any clock that never runs back; at `next_look` the owner wants a Look. Nothing here
sleeps, reads a clock or knows an hour: calendars and intervals are told. Randomness is seeded: the same events give the
same orders.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.acd import call_backs, callers, matching, offers, staff
from core.acd import events as e
from core.acd.floor import Floor
from core.acd.obstacles import Obstacle, obstacles
from core.acd.orders import Order
from core.acd.settings import Desk
from core.acd.views import AgentView, QueueView, agent_view, queue_view
from hw.errors import LocalError


class Distribution:
    """seed: of the strategies that draw lots. now: the time at which it begins."""

    def __init__(self, desk: Desk, seed: int = 0, now: float = 0.0) -> None:
        self._floor = Floor(desk, seed, now)

    def take(self, event: e.Event, now: float) -> list[Order]:
        """What is to be done, in order. LocalError: a queue, agent or call that cannot be."""
        floor = self._floor
        if now < floor.now:
            raise LocalError(f"time runs back: {now} after {floor.now}")
        floor.now = now
        floor.orders = []
        _TAKES[type(event)](floor, event)
        self._settle()
        return floor.orders

    @property
    def next_look(self) -> float | None:
        """When to take a Look; None: nothing depends on time."""
        return self._floor.agenda.next()

    def queues(self) -> list[QueueView]:
        return [queue_view(self._floor, queue, self._floor.now) for queue in self._floor.queues.values()]

    def queue(self, name: str, now: float = 0.0) -> QueueView:
        """now: for times that grow while nothing is told; those before the last event are that."""
        return queue_view(self._floor, self._floor.queue(name), max(now, self._floor.now))

    def agents(self) -> list[AgentView]:
        return [agent_view(self._floor, agent) for agent in self._floor.agents.values()]

    def agent(self, number: str) -> AgentView:
        return agent_view(self._floor, self._floor.agent(number))

    def waits(self, call: int) -> bool:
        """In whatever queue: on the line, or to be called back."""
        return call in self._floor.calls

    def place(self, call: int) -> tuple[str, float, int]:
        """Its queue, its time of entry, and its own priority. LocalError: it is in no queue."""
        waiting = self._floor.calls.get(call)
        if waiting is None:
            raise LocalError(f"call {call} is in no queue")
        return waiting.queue.name, waiting.entered, waiting.own_priority

    def why_waiting(self, call: int) -> list[Obstacle]:
        """What stands between a call and each agent of its queue who is not rung for it; LocalError: it is in none."""
        waiting = self._floor.calls.get(call)
        if waiting is None:
            raise LocalError(f"call {call} is in no queue")
        return obstacles(waiting, self._floor.now)

    def _settle(self) -> None:
        """Matches, then lets those speak to whom nobody came; what that changes is matched again."""
        floor = self._floor
        matching.match(floor)
        while floor.to_look:
            calls, floor.to_look = list(floor.to_look), {}
            for call in calls:
                waiting = floor.calls.get(call)
                if waiting is not None:
                    callers.look(floor, waiting, words=True)
            matching.match(floor)


def _look(floor: Floor, event: e.Look) -> None:
    for kind, which in floor.agenda.due(floor.now):
        if kind == "agent":
            staff.time_is_up(floor, floor.agents[str(which)])
            continue
        waiting = floor.calls[int(which)]
        if kind == "look":
            callers.look(floor, waiting, words=False)
            if floor.calls.get(waiting.call) is waiting and waiting.offer is None:
                floor.to_look[waiting.call] = None
        elif kind == "offer":
            assert waiting.offer is not None
            offers.ran_out(floor, waiting.offer)
        elif kind == "widen":
            assert waiting.offer is not None
            matching.widen(floor, waiting.offer)
        else:
            _CAME[kind](floor, waiting)


_CAME = {"limit": callers.limit_came, "only": callers.only_came, "held": call_backs.held_came}

_TAKES: dict[type[Any], Callable[[Floor, Any], None]] = {
    e.Entered: callers.entered,
    e.PlaceKept: callers.place_kept,
    e.CallerGone: callers.caller_gone,
    e.CallerLeft: callers.caller_left,
    e.CallBackWanted: call_backs.wanted,
    e.CallBackFailed: call_backs.failed,
    e.CallBackReached: call_backs.reached,
    e.CallBackCancelled: call_backs.cancelled,
    e.Answered: offers.answered,
    e.Missed: offers.missed,
    e.PickedUp: offers.picked_up,
    e.CallBegan: staff.call_began,
    e.CallEnded: staff.call_ended,
    e.Held: staff.held,
    e.Asked: staff.asked,
    e.SkillSet: staff.skill_set,
    e.Joined: staff.joined,
    e.Parted: staff.parted,
    e.CalendarsTold: staff.calendars_told,
    e.Reconfigured: staff.reconfigured,
    e.IntervalBegins: staff.interval_begins,
    e.Look: _look,
}
