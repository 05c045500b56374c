"""Queues put to work on real calls: one Distribution, and the rooms that tell it what happens and do what it orders.

    a call to the queue ──> Waiter ─────────────┐                               ┌──> Ringing: agents' telephones
    agents' telephones  ──> Desks, Ringing ─────┼──> Dispatch ──> Distribution ─┼──> Waiter: music, words for the caller
    codes, programs     ──> ask(), Assignments ─┤                 orders: Hands └──> joined, or sent elsewhere
    the clock           ──> Look, hours.py ─────┘                                    the journal, Screens

    room = QueueRoom(exchange)
    codes.add(room)                     what agents do by telephone
    await nursery.start(room.run)

It attends the exchange's calls (Attendant); the exchange does not know it. What was at work before a restart is so
again. Time flows on trio's clock. What it does not: decide anything (core/acd).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import trio

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act
from core.acd.distribution import Distribution
from core.acd.settings import Desk
from core.config.model.box import Box
from core.exchange.call import Call
from core.exchange.refusal import Refused
from core.numbering.target import Target, TargetKind
from core.queues import hours, leaving
from core.queues.assignments import Assignments
from core.queues.call_back import CallBack
from core.queues.call_backs import CallBacks
from core.queues.caller import LastAgents, caller_of
from core.queues.desks import Desks
from core.queues.dispatch import Dispatch
from core.queues.hands import Hands
from core.queues.help import Help
from core.queues.keys import Keys
from core.queues.overseeing import Overseeing
from core.queues.pins import Pins
from core.queues.places_kept import PlacesKept
from core.queues.ringing import Ringing
from core.queues.rows import Rows
from core.queues.screens import Screens
from core.queues.settings import keeps_line_open, queue_of
from core.queues.waiter import Waiter
from core.texts import N_, _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange

NO_TELEPHONE = N_("telephone is gone")
"""Why an agent is logged off whose telephone a commit has taken away."""


def desk_of(box: Box) -> Desk:
    return Desk(box.queue, box.agent, box.agent_group, box.customer_class, box.distribution)


class QueueRoom:
    """core.exchange.attendant.Attendant. While it runs, calls to queues are taken.

    faulted: is told of what failed by our own fault and cost no call, beside the log. threaded: hashes of PINs are made
    in a thread; False: for virtual time.
    """

    def __init__(
        self,
        exchange: Exchange,
        faulted: Callable[[Exception], None] = lambda error: None,
        *,
        threaded: bool = False,
    ) -> None:
        self.exchange = exchange
        self.give_way: Callable[[str, str], None] = lambda agent, device: None
        """Called before an agent logs on at a telephone: whoever merely stands in for one of the two leaves."""
        self.waiters: dict[int, Waiter | CallBack] = {}
        self._over: list[Call] = []
        self._woken = trio.Event()
        self._last = LastAgents()
        self._keys = Keys(exchange.journal, self.waiters)
        self.pins = Pins(exchange, threaded=threaded)
        self.screens = Screens()
        self.desks = Desks(exchange, lambda: self._woken.set())
        self.help = Help(exchange, self.desks, self.screens)
        distribution = Distribution(desk_of(exchange.box), exchange.journal.run_number, exchange.clock())
        self.distribution = distribution
        self.dispatch = Dispatch(
            distribution,
            exchange.clock,
            self._keys,
            gathered=self._gathered,
            carry_out=lambda order: self._hands.do(order),
            told=self._told,
            faulted=faulted,
        )
        self._ringing = Ringing(exchange, self.desks, self._keys, self.dispatch.later)
        self._places = PlacesKept(exchange, distribution)
        self.call_backs = CallBacks(
            exchange,
            distribution,
            self.dispatch,
            self.waiters,
            self._keys,
            self.desks,
            self._ringing,
            self._places,
            self._last,
            self.screens,
        )
        self._hands = Hands(
            exchange,
            self.waiters,
            self._keys,
            self.desks,
            self._ringing,
            self.call_backs,
            self._last,
            self.screens,
        )
        self.rows = Rows(exchange, distribution, self.desks, self._keys, self.help, self.waiters)
        self.overseeing = Overseeing(exchange, self.desks, self.rows)
        self.assignments = Assignments(exchange, distribution, self.rows, self.screens, self.dispatch.tell)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled."""
        exchange, tell_or_log = self.exchange, self.dispatch.tell_or_log
        exchange.attendants.append(self)
        exchange.router.destinations[TargetKind.QUEUE] = self.take
        exchange.call_back = self.call_backs.take
        tell_or_log(*self.assignments.queues_again(exchange.box))
        tell_or_log(*self.assignments.skills_again(exchange.box))
        self._log_on_again()
        tell_or_log(*self._places.again())
        self.call_backs.again()
        async with trio.open_nursery() as nursery:
            await nursery.start(hours.tell, exchange, tell_or_log)
            nursery.start_soon(self._look)
            task_status.started()

    async def _look(self) -> None:
        """Whatever comes due, and whatever telephones have done."""
        while True:
            at = self.distribution.next_look
            with trio.move_on_at(at if at is not None else trio.current_time() + 3600.0):
                await self._woken.wait()
            at = self.distribution.next_look
            self.dispatch.tell_or_log(*([e.Look()] if at is not None and at <= self.exchange.clock() else []))
            self._woken = trio.Event()  # all is told: nothing is left for which it was set
            await trio.lowlevel.checkpoint()

    def _log_on_again(self) -> None:
        """But who sits at an open line: his telephone was cut off with the box, he lifts it and logs on anew."""
        box = self.exchange.box
        known = {agent.number for agent in box.agent if not keeps_line_open(box, agent.number)}
        for agent, device, act, reason, by in self.desks.kept():
            if agent not in known or device not in box.stations:
                self.desks.forget(agent)
            elif device in self.exchange.stations:  # else its card may come later, with the next start
                self.desks.sit(agent, device)
                for one in (Act.LOG_ON, act):
                    self.dispatch.tell_or_log(e.Asked(agent, one, reason, by))

    def reconfigure(self, box: Box) -> None:
        """Nobody is logged off and nobody loses his place, but by queues and agents that are gone."""
        for number in (agent.number for agents in (self.distribution.agents(), box.agent) for agent in agents):
            self.screens.agent(number)
        for name in (queue.name for queues in (self.distribution.queues(), box.queue) for queue in queues):
            self.screens.queue(name)
        self.dispatch.tell(e.Reconfigured(desk_of(box)), *self.assignments.queues_again(box))
        self.dispatch.tell(*self.assignments.skills_again(box))
        for agent, device in list(self.desks.at.items()):
            if device not in box.stations:
                self.dispatch.tell(e.Asked(agent, Act.LOG_OFF, NO_TELEPHONE))

    # ---- attending the calls ----

    async def routed(self, call: Call, target: Target) -> None:
        self.desks.routed(call, target.kind)
        self.dispatch.tell()

    def settled(self, call: Call) -> None:
        self.desks.settled(call)
        key = self._keys.had(call)
        self._ringing.settled(key)
        if self.desks.stirred or key in self.waiters:
            self._woken.set()

    def joined(self, stays: Call, goes: Call) -> None:
        self.overseeing.follow(stays, goes)
        self.settled(stays)
        self.settled(goes)

    def queued(self, call: Call, queue: str) -> None:
        """By ourselves."""

    def finished(self, call: Call) -> None:
        waiter = self.waiters.get(self._keys.had(call))
        if isinstance(waiter, Waiter):
            waiter.dequeued("call-back" if waiter.wanted else "abandoned")
        self.desks.finished(call)
        self._over.append(call)
        self._woken.set()

    # ---- the distribution ----

    def _gathered(self) -> list[e.Event]:
        """What the lines have done since."""
        found = self._ringing.gathered()
        if self.desks.stirred:
            found += self.desks.gathered(self._keys.of, self._ringing.is_offer)
        over, self._over = self._over, []
        for call in over:
            self._keys.take(call)
        return found

    def _told(self) -> None:
        self.help.over()
        self.screens.show(self.rows.agent, self.rows.queue, lambda: {queue.name for queue in self.exchange.box.queue})
        self._woken.set()

    # ---- callers and agents ----

    async def take(self, call: Call, target: Target) -> None:
        """The destination of queues. Returns when an agent has the caller; Refused when nobody will."""
        settings = queue_of(self.exchange.box, target.name)
        if settings is None or call.calling is None:
            raise Refused(Cause.UNALLOCATED, "vacant")
        caller = caller_of(call, self._last)
        key, number = self._keys.of(call), settings.number or settings.name
        waiter = Waiter(self.dispatch, self._places, self.call_backs, call, key, number, caller)
        self.waiters[key] = waiter
        given = call.data.get("priority") if call.priority is None else call.priority  # what a flow has worked out
        priority = given if isinstance(given, int) else 0
        outcome = await waiter.wait(e.Entered(key, settings.name, caller, priority=priority))
        if isinstance(outcome, o.LeftFor):
            await leaving.leave(call, outcome)
        elif isinstance(outcome, o.Left):
            call.end(Cause.NORMAL_CLEARING, outcome.how)

    def ask(self, agent: str, act: Act, reason: str = "", by: str = "") -> None:
        """Refused: it cannot be now. by: the supervisor."""
        self.rows.agent(agent)
        refused = self._hands.refused
        refused.clear()
        self.dispatch.tell(e.Asked(agent, act, reason, by))
        if refused:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _(refused[0].reason))
