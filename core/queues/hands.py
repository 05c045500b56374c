"""What the distribution orders, done on real calls: agents rung and freed, callers spoken to, joined and sent on.

One row of ORDERS for each order; each leaves its words in the journal. What it does not: decide (core/acd).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.acd import orders as o
from core.acd.agents import State
from core.acd.reason import Why
from core.queues.call_back import CallBack
from core.queues.caller import LastAgents, number_of
from core.queues.waiter import Waiter
from core.queues.wording import words
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange
    from core.queues.call_backs import CallBacks
    from core.queues.desks import Desks
    from core.queues.keys import Keys
    from core.queues.ringing import Ringing
    from core.queues.screens import Screens


class Hands:
    """waiters: who waits, by key. refused: acts of agents that the distribution has refused; whoever asks clears it."""

    def __init__(
        self,
        exchange: Exchange,
        waiters: dict[int, Waiter | CallBack],
        keys: Keys,
        desks: Desks,
        ringing: Ringing,
        call_backs: CallBacks,
        last: LastAgents,
        screens: Screens,
    ) -> None:
        self.refused: list[o.Refused] = []
        self._exchange = exchange
        self._waiters = waiters
        self._keys = keys
        self._desks = desks
        self._ringing = ringing
        self._call_backs = call_backs
        self._last = last
        self._screens = screens

    def do(self, order: o.Order) -> None:
        ORDERS[type(order)](self, order)

    def _queued(self, order: o.Queued) -> None:
        self._screens.queue(order.queue)
        waiter = self._waiters.get(order.call)
        if waiter is not None and order.how != "back":
            waiter.queued(order.queue, position=order.position, priority=order.priority, how=order.how)

    def _offer(self, order: o.Offer) -> None:
        self._screens.queue(order.queue)
        waiter = self._waiters.get(order.call)
        if isinstance(waiter, CallBack) and waiter.gone_by_itself and not self._call_backs.begin(waiter):
            return
        if waiter is None or waiter.call is None or waiter.gone_by_itself:
            return
        waiter.note("Offered", queue=order.queue, agents=list(order.agents), why=kept(order.why))
        if isinstance(waiter, CallBack) and self._call_backs.caller_first(waiter):
            waiter.reserved += order.agents
            return
        self._ringing.begin(waiter)
        for agent in order.agents:
            self._ringing.ring(waiter, agent)
        waiter.call.woke()

    def _withdraw(self, order: o.Withdraw) -> None:
        waiter = self._waiters.get(order.call)
        if waiter is None:
            return
        self._ringing.stop(waiter, order.agent, order.reason)
        if isinstance(waiter, CallBack):
            if order.agent in waiter.reserved:
                waiter.reserved.remove(order.agent)
            elif not waiter.offers and not waiter.answered:
                waiter.idle()

    def _connect(self, order: o.Connect) -> None:
        self._screens.queue(order.queue)
        waiter = self._waiters.get(order.call)
        if waiter is None:
            return
        waiter.lifted.pop(order.agent, None)
        if isinstance(waiter, CallBack):
            waiter.end(order)
            return
        waiter.dequeued("answered")
        waited_ms = round(1000 * order.waited_s)
        device = self._desks.at.get(order.agent) or order.agent or waiter.device
        waiter.note("Served", device, agent=order.agent, queue=order.queue, waited_ms=waited_ms)
        self._last.served(number_of(waiter.call), order.agent)
        waiter.end(order)

    def _clear_desk(self, order: o.ClearDesk) -> None:
        call, station = self._keys.call(order.call), self._desks.station(order.agent)
        for leg in list(call.legs) if call is not None and station is not None else []:
            if leg.device is station:
                leg.call.drop(leg, Cause.NORMAL_CLEARING, "exchange", "caller gone")

    def _speak(self, order: o.Announce | o.Say) -> None:
        waiter = self._waiters.get(order.call)
        if waiter is not None:
            waiter.say(words(order))

    def _choice(self, order: o.OfferChoice) -> None:
        waiter = self._waiters.get(order.call)
        if waiter is not None:
            waiter.offer(order.choices)

    def _stepped(self, order: o.Stepped) -> None:
        waiter = self._waiters.get(order.call)
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
        self._screens.queue(order.queue)
        waiter = self._waiters.get(order.call)
        if waiter is not None:
            waiter.sent_on(order.queue, order.reason, f"queue {order.to}")

    def _left_for(self, order: o.LeftFor) -> None:
        self._screens.queue(order.queue)
        waiter = self._waiters.get(order.call)
        if waiter is not None:
            waiter.sent_on(order.queue, order.reason, f"{order.target.to} {order.target.name}".strip())
            waiter.end(order)

    def _left(self, order: o.Left) -> None:
        self._screens.queue(order.queue)
        waiter = self._waiters.get(order.call)
        if isinstance(waiter, CallBack):
            waiter.end(order)
        elif waiter is not None:
            waiter.dequeued(order.how)

    def _agent_changed(self, order: o.AgentChanged) -> None:
        self._screens.agent(order.agent)
        self._desks.keep(order)
        device = self._desks.at.get(order.agent, "")
        if order.state is State.LOGGED_OFF:
            device = self._desks.leave(order.agent)
            self._close_line(device)
        self._desks.stir(order.agent)
        self._exchange.journal.note(
            "AgentState",
            device=device or order.agent,
            agent=order.agent,
            state=order.state.value,
            reason=order.reason,
            pending=order.pending.state.value if order.pending is not None else "",
            by=order.by,
            of=self._keys.number(order.call),
        )

    def _close_line(self, device: str) -> None:
        """The agent is logged off: a line that was kept open for him need not be open any more."""
        station = self._exchange.stations.get(device)
        for leg in station.legs if station is not None else ():
            if leg.open_line:
                leg.call.woke()

    def _ask_refused(self, order: o.Refused) -> None:
        self.refused.append(order)


ORDERS: dict[type[Any], Callable[[Hands, Any], None]] = {
    o.Queued: Hands._queued,
    o.Offer: Hands._offer,
    o.Withdraw: Hands._withdraw,
    o.Connect: Hands._connect,
    o.ClearDesk: Hands._clear_desk,
    o.Announce: Hands._speak,
    o.Say: Hands._speak,
    o.OfferChoice: Hands._choice,
    o.Stepped: Hands._stepped,
    o.Moved: Hands._moved,
    o.LeftFor: Hands._left_for,
    o.Left: Hands._left,
    o.AgentChanged: Hands._agent_changed,
    o.Refused: Hands._ask_refused,
}


def kept(why: Why) -> dict[str, Any]:
    """A decision as the journal keeps it: what is empty is left out."""
    kept = {name: value for name, value in dataclasses.asdict(why).items() if value not in (None, "", {}, ())}
    kept["agents"] = list(why.agents)
    return kept
