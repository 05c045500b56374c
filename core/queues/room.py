"""Queues put to work on real calls: one Distribution, and the hands that carry out what it orders.

    a call to the queue ──> Waiter ──> tell(Entered) ──┐                        ┌──> rings agents' telephones
    agents' telephones  ──> Desks ──> gathered()     ──┼──> Distribution.take() ┼──> music, words for the caller
    codes, programs     ──> ask(), set_skill()       ──┤        orders          ├──> joined, or sent elsewhere
    the clock           ──> Look at next_look        ──┘                        └──> the journal, the screens

    room = QueueRoom(exchange)
    await nursery.start(room.run)

Before the distribution is told anything, it is told what the lines have done meanwhile: so a telephone that was lifted
in the instant in which its time to ring ran out has answered. It attends the exchange's calls (Attendant); the exchange
does not know it. Time flows on trio's clock. What it does not: decide anything (core/acd).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import trio

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act, State
from core.acd.distribution import Distribution
from core.acd.settings import Desk
from core.config.model.box import Box
from core.config.model.queues import QueueSettings
from core.exchange.call import Call
from core.exchange.destinations.to_station import PICKED_UP, offer
from core.exchange.leg import Leg
from core.exchange.leg import State as LegState
from core.exchange.refusal import Refused
from core.exchange.service import Service
from core.numbering.target import Target, TargetKind
from core.queues import codes, hours, leaving, open_line, overseeing, record
from core.queues.call_back import CallBack
from core.queues.call_backs import CallBacks
from core.queues.caller import caller_of, number_of
from core.queues.desks import Desks
from core.queues.help import Help
from core.queues.members_kept import MembersKept
from core.queues.pins import Pins
from core.queues.places_kept import PlacesKept
from core.queues.skills_kept import SkillsKept
from core.queues.views import AgentRow, QueueRow
from core.queues.waiter import ELSEWHERE, Waiter
from core.queues.wording import words
from core.texts import N_, _
from hw.errors import LocalError
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange
    from core.exchange.station import Station

log = logging.getLogger(__name__)

REFUSALS = (Cause.NORMAL_CLEARING, Cause.USER_BUSY, Cause.CALL_REJECTED)
"""Causes with which an agent's telephone has refused; any other: it could not be reached."""
NO_TELEPHONE = N_("telephone is gone")
"""Why an agent is logged off whose telephone a commit has taken away."""

SERVED_MOST = 100_000
"""Callers of whom it is known who has served them last."""

_WITHDRAWN = {"no answer": Cause.NO_ANSWER, ELSEWHERE: Cause.ANSWERED_ELSEWHERE, "picked up": Cause.ANSWERED_ELSEWHERE}


def desk_of(box: Box) -> Desk:
    return Desk(box.queue, box.agent, box.agent_group, box.customer_class, box.distribution)


class QueueRoom:
    """core.exchange.attendant.Attendant. While it runs, calls to queues are taken, and codes of agents known.

    faulted: is told of what failed by our own fault and cost no call, beside the log. threaded: hashes of PINs are made
    in a thread; False: for virtual time. changed: is told of each row that has changed.
    """

    def __init__(
        self,
        exchange: Exchange,
        faulted: Callable[[Exception], None] = lambda error: None,
        *,
        threaded: bool = False,
    ) -> None:
        self.exchange = exchange
        self.pins = Pins(exchange, threaded=threaded)
        self.desks = Desks(exchange, self._rested)
        self.changed: Callable[[str, str, Any], None] | None = None
        self.give_way: Callable[[str, str], None] = lambda agent, device: None
        """Called before an agent logs on at a telephone: whoever merely stands in for one of the two leaves."""
        self.distribution = Distribution(desk_of(exchange.box), exchange.journal.run_number, exchange.clock())
        self.call_backs = CallBacks(self)
        self.places = PlacesKept(self)
        self._members = MembersKept(exchange.journal.state)
        self._skills = SkillsKept(exchange.journal.state)
        self.help = Help(self)
        self.overseen: dict[Leg, overseeing.Seen] = {}
        """By leg of a supervisor: whom he is with."""
        self._faulted = faulted
        self.waiters: dict[int, Waiter | CallBack] = {}
        self.rung: dict[int, Waiter | CallBack] = {}  # of these, for whom agents are rung
        self._news: dict[int, None] = {}  # of these, in whose call something has happened
        self._rest = False  # a telephone is at rest for which an offer may wait
        self._keys: dict[Call, int] = {}
        self._calls: dict[int, Call] = {}
        self._over: list[Call] = []
        self.last: dict[str, str] = {}  # by the caller's number: who has served him
        self._events: deque[e.Event] = deque()
        self._refused: list[o.Refused] = []
        self._telling = False
        self._woken = trio.Event()
        self.touched: dict[tuple[str, str], None] = {}

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled."""
        exchange = self.exchange
        exchange.attendants.append(self)
        exchange.router.destinations[TargetKind.QUEUE] = self.take
        exchange.codes.update(codes.of(self))
        exchange.call_back = self.call_backs.take
        self.tell_or_log(*self._members.again(exchange.box))
        self.tell_or_log(*self._skills_again(exchange.box))
        self._log_on_again()
        self.tell_or_log(*self.places.again())
        self.call_backs.again()
        async with trio.open_nursery() as nursery:
            await nursery.start(hours.tell, exchange, self.tell_or_log)
            nursery.start_soon(self._look)
            task_status.started()

    async def _look(self) -> None:
        """Whatever comes due, and whatever telephones have done."""
        while True:
            at = self.distribution.next_look
            with trio.move_on_at(at if at is not None else trio.current_time() + 3600.0):
                await self._woken.wait()
            at = self.distribution.next_look
            self.tell_or_log(*([e.Look()] if at is not None and at <= self.exchange.clock() else []))
            self._woken = trio.Event()  # tell() ends when nothing is left to be told
            await trio.lowlevel.checkpoint()

    def tell_or_log(self, *events: e.Event) -> None:
        """Where no call would be there to be failed."""
        try:
            self.tell(*events)
        except Exception as error:
            log.error("queues: failed by our own fault; they go on", exc_info=error)
            self._faulted(error)

    def _log_on_again(self) -> None:
        """But who sits at an open line: his telephone was cut off with the box, he lifts it and logs on anew."""
        known = {agent.number for agent in self.exchange.box.agent if not open_line.wanted(self, agent.number)}
        for agent, device, act, reason, by in self.desks.kept():
            if agent not in known or device not in self.exchange.box.stations:
                self.desks.forget(agent)
            elif device in self.exchange.stations:  # else its card may come later, with the next start
                self.desks.sit(agent, device)
                for one in (Act.LOG_ON, act):
                    self.tell_or_log(e.Asked(agent, one, reason, by))

    def _skills_again(self, box: Box) -> list[e.SkillSet]:
        """But in queues that he does not serve any more."""
        serves = {agent.number: agent.queues for agent in self.distribution.agents()}
        return [one for one in self._skills.again(box) if not one.queue or one.queue in serves[one.agent]]

    def reconfigure(self, box: Box) -> None:
        """Nobody is logged off and nobody loses his place, but by queues and agents that are gone."""
        people, queues = self.distribution.agents(), self.distribution.queues()
        self.touched.update(dict.fromkeys(("agents", agent.number) for agent in people))
        self.touched.update(dict.fromkeys(("queues", queue.name) for queue in queues))
        self.touched.update(dict.fromkeys(("agents", agent.number) for agent in box.agent))
        self.touched.update(dict.fromkeys(("queues", queue.name) for queue in box.queue))
        self.tell(e.Reconfigured(desk_of(box)), *self._members.again(box))
        self.tell(*self._skills_again(box))
        for agent, device in list(self.desks.at.items()):
            if device not in box.stations:
                self.tell(e.Asked(agent, Act.LOG_OFF, NO_TELEPHONE))

    # ---- attending the calls ----

    async def routed(self, call: Call, target: Target) -> None:
        self.desks.routed(call, target.kind)
        self.tell()

    def settled(self, call: Call) -> None:
        self.desks.settled(call)
        key = self._keys.get(call)
        if key in self.rung:
            self._news[key] = None
        if self.desks.stirred or key in self.waiters:
            self._woken.set()

    def joined(self, stays: Call, goes: Call) -> None:
        overseeing.follow(self, stays, goes)
        self.settled(stays)
        self.settled(goes)

    def queued(self, call: Call, queue: str) -> None:
        """By ourselves."""

    def finished(self, call: Call) -> None:
        waiter = self.waiters.get(self._keys.get(call, 0))
        if isinstance(waiter, Waiter):
            waiter.dequeued("call-back" if waiter.wanted else "abandoned")
        self.desks.finished(call)
        self._over.append(call)
        self._woken.set()

    def key(self, call: Call) -> int:
        """The call in the distribution: its number when it was first seen, whatever transfers make of it."""
        key = self._keys.get(call)
        if key is None:
            taken = call.id in self._calls or call.id in self.waiters
            key = self.exchange.journal.next_call() if taken else call.id
            self._keys[call] = key
            self._calls[key] = call
        return key

    def carries(self, call: Call, key: int) -> None:
        """From now on the call is known to the distribution by a key that another one had."""
        self._keys[call], self._calls[key] = key, call

    def carries_no_more(self, call: Call) -> None:
        """Its key is somebody else's."""
        key = self._keys.pop(call, None)
        if key is not None and self._calls.get(key) is call:
            del self._calls[key]

    def number(self, key: int) -> int:
        """That call's number now; 0: it is over."""
        call = self._calls.get(key)
        return call.id if call is not None else 0

    # ---- callers ----

    def settings(self, queue: str) -> QueueSettings | None:
        """By its name or number; None: there is none."""
        return next((one for one in self.exchange.box.queue if queue in (one.name, one.number)), None)

    async def take(self, call: Call, target: Target) -> None:
        """The destination of queues. Returns when an agent has the caller; Refused when nobody will."""
        settings = self.settings(target.name)
        if settings is None or call.calling is None:
            raise Refused(Cause.UNALLOCATED, "vacant")
        caller = caller_of(call, self.last)
        waiter = Waiter(self, call, self.key(call), settings.number or settings.name, caller)
        self.waiters[waiter.key] = waiter
        given = call.data.get("priority") if call.priority is None else call.priority  # what a flow has worked out
        priority = given if isinstance(given, int) else 0
        entered = e.Entered(waiter.key, settings.name, caller, priority=priority)
        outcome = await waiter.wait(entered)
        if isinstance(outcome, o.LeftFor):
            await leaving.leave(call, outcome)
        elif isinstance(outcome, o.Left):
            call.end(Cause.NORMAL_CLEARING, outcome.how)

    def left(self, waiter: Waiter) -> None:
        """Its routine has ended, however."""
        gone = waiter.gone
        if gone is not None and waiter.wanted and waiter.gone_by_itself and self.call_backs.hold(waiter):
            return
        if gone is not None:
            self.tell(gone)
        for agent in list(waiter.offers):
            self.stop_ringing(waiter, agent, "caller gone")
        if self.waiters.get(waiter.key) is waiter:
            del self.waiters[waiter.key]

    # ---- what people ask ----

    def ask(self, agent: str, act: Act, reason: str = "", by: str = "") -> None:
        """Refused: it cannot be now. by: the supervisor."""
        self.agent(agent)
        self._refused.clear()
        self.tell(e.Asked(agent, act, reason, by))
        if self._refused:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _(self._refused[0].reason))

    def agent_at(self, device: str) -> str:
        """Refused: nobody is logged on there."""
        agent = self.desks.agent_at.get(device)
        if agent is None:
            text = _("no agent is logged on at {device}").format(device=device)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        return agent

    def set_skill(self, agent: str, skill: str, level: int, queue: str, by: str) -> None:
        """level 0: he has it no more. queue "": it holds wherever the queue says nothing. Refused: there is no such."""
        self.agent(agent)
        if skill not in {one.name for one in self.exchange.box.skill}:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _('There is no skill "{name}".').format(name=skill))
        if queue:
            self._must_serve(agent, queue)
        self.tell(e.SkillSet(agent, skill, level, queue, by))
        person = next(one for one in self.exchange.box.agent if one.number == agent)
        self._skills.keep(person, skill, level, queue)
        self.touched["agents", agent] = None
        self.exchange.journal.note("AgentSkill", agent=agent, skill=skill, level=level, queue=queue, by=by)
        self.tell()

    def set_queue(self, agent: str, event: e.Joined | e.Parted, by: str) -> None:
        """He serves a queue from now on, or no more. Refused: there is no such queue, or he does not serve it."""
        self.agent(agent)
        if event.queue not in {queue.name for queue in self.exchange.box.queue}:
            text = _('There is no queue "{name}".').format(name=event.queue)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        serves = isinstance(event, e.Joined)
        if not serves:
            self._must_serve(agent, event.queue)
        self.tell(event)
        self._members.keep(next(one for one in self.exchange.box.agent if one.number == agent), event)
        self.touched["agents", agent] = self.touched["queues", event.queue] = None
        rank = event.rank if isinstance(event, e.Joined) else 0
        self.exchange.journal.note("AgentQueue", agent=agent, queue=event.queue, serves=serves, rank=rank, by=by)
        self.tell()

    def _must_serve(self, agent: str, queue: str) -> None:
        if queue not in self.agent(agent).queues:
            text = _("agent {agent} does not serve queue {queue}").format(agent=agent, queue=queue)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)

    def why_waiting(self, call: int) -> dict[str, str] | None:
        """By agent: what stands between him and the call. None: it is in no queue."""
        for key in self.waiters:
            if call == (self.number(key) or key) and self.distribution.waits(key):
                return {one.agent: one.sentence() for one in self.distribution.why_waiting(key)}
        return None

    def queues(self) -> list[QueueRow]:
        return [self.queue(name) for name in (queue.name for queue in self.exchange.box.queue)]

    def queue(self, name: str) -> QueueRow:
        return record.queue_row(self, self.distribution.queue(name, self.exchange.clock()))

    def agents(self) -> list[AgentRow]:
        return [record.agent_row(self, view) for view in self.distribution.agents()]

    def agent(self, number: str) -> AgentRow:
        """Refused: there is none."""
        try:
            return record.agent_row(self, self.distribution.agent(number))
        except LocalError as error:
            text = _("There is no agent {number}.").format(number=number)
            raise Refused(Cause.INVALID_NUMBER, "not-possible", text) from error

    # ---- events in, orders out ----

    def tell(self, *events: e.Event) -> None:
        """What the lines have done first, then these; all that is ordered is done when it returns. What fails by our
        own fault costs the call that it concerns, and all else is done: only of these events the error is raised here.
        """
        self._events.extend(events)
        if self._telling:
            return
        self._telling, refused = True, None
        try:
            while True:
                self._events.extendleft(reversed(self._gathered()))
                if not self._events:
                    break
                event = self._events.popleft()
                try:
                    orders = self.distribution.take(event, self.exchange.clock())
                except Exception as error:
                    if any(event is one for one in events):
                        refused = refused or error
                    else:
                        self._failed(error, getattr(event, "call", 0))
                    continue
                for order in orders:
                    self._carry_out(order)
        finally:
            self._telling = False
            self._events.clear()
        self.help.over()
        self._show()
        self._woken.set()
        if refused is not None:
            raise refused

    def _carry_out(self, order: o.Order) -> None:
        try:
            _DO[type(order)](self, order)
        except Exception as error:
            self._failed(error, 0 if isinstance(order, o.AgentChanged | o.Refused) else order.call)

    def _failed(self, error: Exception, key: int) -> None:
        """What was to be done for a call has failed: it ends, and with it whatever was begun for it."""
        log.error("queues: failed by our own fault at call %d; the others go on", key, exc_info=error)
        call = self._calls.get(key)
        if call is not None:
            call.end(Cause.TEMPORARY_FAILURE, "fault")
        self._faulted(error)

    def _gathered(self) -> list[e.Event]:
        found: list[e.Event] = []
        if self._rest:
            self._rest = False
            self._news |= {key: None for key, waiter in self.rung.items() if None in waiter.offers.values()}
        news, self._news = self._news, {}
        for key in news:
            waiter = self.rung.get(key)
            if waiter is not None:
                found += self._of_offers(waiter)
                self._rung_no_more(waiter)
        if self.desks.stirred:
            found += self.desks.gathered(self.key, self._rings)
        over, self._over = self._over, []
        for call in over:
            self.carries_no_more(call)
        return found

    def _rings(self, leg: Leg) -> bool:
        """For a queue: it is no call of the agent's yet."""
        waiter = self.rung.get(self._keys.get(leg.call, 0))
        return waiter is not None and leg in waiter.offers.values()

    def rings(self, waiter: Waiter | CallBack) -> None:
        """Agents are rung for him from now on, or as soon as their telephones are at rest."""
        self.rung[waiter.key] = waiter
        self._news[waiter.key] = None

    def _rung_no_more(self, waiter: Waiter | CallBack) -> None:
        if not waiter.offers and self.rung.get(waiter.key) is waiter:
            del self.rung[waiter.key]

    def _of_offers(self, waiter: Waiter | CallBack) -> list[e.Event]:
        found: list[e.Event] = []
        if waiter.gone_by_itself:
            return []  # told when its routine ends, in this very instant
        for agent, leg in list(waiter.offers.items()):
            if leg is None:
                self._ring_if_free(waiter, agent)
            elif leg.state is LegState.CONNECTED:
                del waiter.offers[agent]
                waiter.lifted[agent] = leg
                found.insert(0, e.Answered(waiter.key, agent))
            elif leg.gone and leg.reason == PICKED_UP:
                del waiter.offers[agent]
                found.append(e.PickedUp(waiter.key, self._picker(waiter, agent)))
            elif leg.gone and leg.reason != ELSEWHERE:
                del waiter.offers[agent]
                how = "reject" if leg.cause in REFUSALS else "unreachable"
                found.append(e.Missed(waiter.key, agent, how))
        return found

    def _picker(self, waiter: Waiter | CallBack, rung: str) -> str:
        """The agent at the telephone that has answered in the place of his; else that telephone."""
        call = waiter.call
        others = [leg for leg in call.legs if leg is not call.calling] if call is not None else []
        for leg in others:
            if not isinstance(leg.device, Service) and leg not in waiter.offers.values():
                return self.desks.agent_at.get(leg.name, leg.name)
        return rung

    # ---- carrying out ----

    def _queued(self, order: o.Queued) -> None:
        self.touched["queues", order.queue] = None
        waiter = self.waiters.get(order.call)
        if waiter is not None and order.how != "back":
            waiter.queued(order.queue, position=order.position, priority=order.priority, how=order.how)

    def _offer(self, order: o.Offer) -> None:
        self.touched["queues", order.queue] = None
        waiter = self.waiters.get(order.call)
        if isinstance(waiter, CallBack) and waiter.gone_by_itself and not self.call_backs.begin(waiter):
            return
        if waiter is None or waiter.call is None or waiter.gone_by_itself:
            return
        waiter.note("Offered", queue=order.queue, agents=list(order.agents), why=record.why(order.why))
        if isinstance(waiter, CallBack) and self.call_backs.caller_first(waiter):
            waiter.reserved += order.agents
            return
        self.rings(waiter)
        for agent in order.agents:
            waiter.offers[agent] = None
            self._ring_if_free(waiter, agent)
        waiter.call.woke()

    def _ring_if_free(self, waiter: Waiter | CallBack, agent: str) -> None:
        """Rings him now, or when his telephone, lifted to dial a code, is at rest; or says that it cannot be."""
        station = self.desks.station(agent)
        if station is None or not station.reachable or station.kept.do_not_disturb:
            del waiter.offers[agent]
            self._events.append(e.Missed(waiter.key, agent, "unreachable"))
        elif waiter.call is not None and self._may_ring(agent, station):
            leg = waiter.offers[agent] = offer(waiter.call, station, "group")
            if open_line.automatic(self, agent) and station.waiting is leg:
                waiter.call.nursery_task(open_line.answers, leg, station)
        elif self._rested not in station.freed:
            station.freed.append(self._rested)

    def _may_ring(self, agent: str, station: Station) -> bool:
        free = station.free and agent not in self.desks.opening
        return free or station.may_take_next or station.on_open_line

    def _rested(self) -> None:
        self._rest = True
        self._woken.set()

    def _withdraw(self, order: o.Withdraw) -> None:
        waiter = self.waiters.get(order.call)
        if waiter is None:
            return
        self.stop_ringing(waiter, order.agent, order.reason)
        if isinstance(waiter, CallBack):
            if order.agent in waiter.reserved:
                waiter.reserved.remove(order.agent)
            elif not waiter.offers and not waiter.answered:
                waiter.idle()

    def stop_ringing(self, waiter: Waiter | CallBack, agent: str, reason: str) -> None:
        """He may have lifted: then he hears that the call is gone."""
        leg = waiter.offers.pop(agent, None) or waiter.lifted.pop(agent, None)
        device = self.desks.at.get(agent) or agent
        waiter.note("OfferWithdrawn", device, agent=agent, reason=reason, queue=waiter.queue)
        if leg is not None:
            leg.call.drop(leg, _WITHDRAWN.get(reason, Cause.NORMAL_CLEARING), "exchange", reason)
        self._rung_no_more(waiter)

    def _connect(self, order: o.Connect) -> None:
        self.touched["queues", order.queue] = None
        waiter = self.waiters.get(order.call)
        if waiter is None:
            return
        waiter.lifted.pop(order.agent, None)
        if isinstance(waiter, CallBack):
            waiter.end(order)
            return
        waiter.dequeued("answered")
        waited_ms = round(1000 * order.waited_s)
        device = self.desks.at.get(order.agent) or order.agent or waiter.device
        waiter.note("Served", device, agent=order.agent, queue=order.queue, waited_ms=waited_ms)
        self.served(number_of(waiter.call), order.agent)
        waiter.end(order)

    def served(self, number: str, agent: str) -> None:
        """For "last agent"."""
        if number and agent:
            self.last.pop(number, None)
            self.last[number] = agent
            if len(self.last) > SERVED_MOST:
                del self.last[next(iter(self.last))]

    def _clear_desk(self, order: o.ClearDesk) -> None:
        call, station = self._calls.get(order.call), self.desks.station(order.agent)
        for leg in list(call.legs) if call is not None and station is not None else []:
            if leg.device is station:
                leg.call.drop(leg, Cause.NORMAL_CLEARING, "exchange", "caller gone")

    def _speak(self, order: o.Announce | o.Say) -> None:
        waiter = self.waiters.get(order.call)
        if waiter is not None:
            waiter.say(words(order))

    def _choice(self, order: o.OfferChoice) -> None:
        waiter = self.waiters.get(order.call)
        if waiter is not None:
            waiter.offer(order.choices)

    def _stepped(self, order: o.Stepped) -> None:
        waiter = self.waiters.get(order.call)
        if waiter is not None:
            waiter.note(
                "QueueStepped",
                queue=order.queue,
                step=order.step,
                require=order.require,
                rank=order.rank,
                priority=order.priority,
            )

    def _moved(self, order: o.Moved) -> None:
        self.touched["queues", order.queue] = None
        waiter = self.waiters.get(order.call)
        if waiter is not None:
            waiter.sent_on(order.queue, order.reason, f"queue {order.to}")

    def _left_for(self, order: o.LeftFor) -> None:
        self.touched["queues", order.queue] = None
        waiter = self.waiters.get(order.call)
        if waiter is not None:
            waiter.sent_on(order.queue, order.reason, f"{order.target.to} {order.target.name}".strip())
            waiter.end(order)

    def _left(self, order: o.Left) -> None:
        self.touched["queues", order.queue] = None
        waiter = self.waiters.get(order.call)
        if isinstance(waiter, CallBack):
            waiter.end(order)
        elif waiter is not None:
            waiter.dequeued(order.how)

    def _agent_changed(self, order: o.AgentChanged) -> None:
        self.touched["agents", order.agent] = None
        self.desks.keep(order)
        device = self.desks.at.get(order.agent, "")
        if order.state is State.LOGGED_OFF:
            device = self.desks.leave(order.agent)
            open_line.over(self, device)
        self.desks.stir(order.agent)
        self.exchange.journal.note(
            "AgentState",
            device=device or order.agent,
            agent=order.agent,
            state=order.state.value,
            reason=order.reason,
            pending=order.pending.state.value if order.pending is not None else "",
            by=order.by,
            of=self.number(order.call),
        )

    def _ask_refused(self, order: o.Refused) -> None:
        self._refused.append(order)

    # ---- screens ----

    def _show(self) -> None:
        """Each row once that has changed; what an agent does changes his queues, too."""
        touched, self.touched = self.touched, {}
        if self.changed is None:
            return
        rows = {name: self._row(name) for kind, name in touched if kind == "agents"}
        queues = {name: None for kind, name in touched if kind == "queues"}
        for number, row in rows.items():
            self.changed("agents", number, row)
            queues.update(dict.fromkeys(row.queues if row is not None else ()))
        known = {queue.name for queue in self.exchange.box.queue}
        for name in queues:
            self.changed("queues", name, self.queue(name) if name in known else None)

    def _row(self, number: str) -> AgentRow | None:
        """None: he is in the configuration no more."""
        try:
            return self.agent(number)
        except Refused:
            return None


_DO: dict[type[Any], Callable[[QueueRoom, Any], None]] = {
    o.Queued: QueueRoom._queued,
    o.Offer: QueueRoom._offer,
    o.Withdraw: QueueRoom._withdraw,
    o.Connect: QueueRoom._connect,
    o.ClearDesk: QueueRoom._clear_desk,
    o.Announce: QueueRoom._speak,
    o.Say: QueueRoom._speak,
    o.OfferChoice: QueueRoom._choice,
    o.Stepped: QueueRoom._stepped,
    o.Moved: QueueRoom._moved,
    o.LeftFor: QueueRoom._left_for,
    o.Left: QueueRoom._left,
    o.AgentChanged: QueueRoom._agent_changed,
    o.Refused: QueueRoom._ask_refused,
}
