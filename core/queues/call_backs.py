"""All callers who are to be called back: asked for while they waited, in a flow, or before a restart.

    left()     a waiting caller is gone: for good, or hold()
    hold()     a waiting caller has hung up, or hangs up now: his place stays (virtual hold)
    take()     a flow's caller wants to be called: he enters the queue so
    again()    after a restart: each in his place, with the tries that were made
    begin()    his turn has come: a try, see calling_back.py; tried() tells what came of it

They stand among the waiters. What it does not: decide whose turn it is (core/acd/call_backs.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.acd import events as e
from core.exchange.call import VISIT
from core.exchange.refusal import Refused
from core.queues import calling_back
from core.queues.call_back import CallBack
from core.queues.caller import LastAgents, caller_of
from core.queues.reach import reach
from core.queues.rows import call_back_row
from core.queues.settings import queue_of
from core.queues.views import CallBackRow
from core.queues.waiter import Waiter
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.acd.distribution import Distribution
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.queues.desks import Desks
    from core.queues.dispatch import Dispatch
    from core.queues.keys import Keys
    from core.queues.places_kept import PlacesKept
    from core.queues.ringing import Ringing
    from core.queues.screens import Screens


class CallBacks:
    """core.queues.waiter.Keeper, core.queues.calling_back.Tries. waiters: who waits, by key."""

    def __init__(
        self,
        exchange: Exchange,
        distribution: Distribution,
        dispatch: Dispatch,
        waiters: dict[int, Waiter | CallBack],
        keys: Keys,
        desks: Desks,
        ringing: Ringing,
        places: PlacesKept,
        last: LastAgents,
        screens: Screens,
    ) -> None:
        self._exchange = exchange
        self._distribution = distribution
        self._dispatch = dispatch
        self._waiters = waiters
        self._keys = keys
        self._desks = desks
        self._ringing = ringing
        self._places = places
        self._last = last
        self._screens = screens

    def __iter__(self) -> Iterator[CallBack]:
        return (one for one in self._waiters.values() if isinstance(one, CallBack))

    def rows(self) -> list[CallBackRow]:
        """The longest wait first."""
        now = self._exchange.utc().timestamp()
        return [call_back_row(back, now) for back in sorted(self, key=lambda back: back.since)]

    def knows(self, queue: str, number: str) -> bool:
        """He is to be called at that number anyway."""
        return any(back.queue == queue and back.number == number for back in self)

    # ---- who comes to be called back ----

    def left(self, waiter: Waiter) -> None:
        gone = waiter.gone
        if gone is not None and waiter.wanted and waiter.gone_by_itself and self.hold(waiter):
            return
        if gone is not None:
            self._dispatch.tell(gone)
        self._stop_ringing(waiter)
        if self._waiters.get(waiter.key) is waiter:
            del self._waiters[waiter.key]

    def _stop_ringing(self, waiter: Waiter) -> None:
        for agent in list(waiter.offers):
            self._ringing.stop(waiter, agent, "caller gone")

    def hold(self, waiter: Waiter) -> bool:
        """False: an agent or another target has him."""
        self._stop_ringing(waiter)
        if not self._distribution.waits(waiter.key):
            return False
        queue, entered, priority = self._distribution.place(waiter.key)
        waited_s = self._exchange.clock() - entered
        back = CallBack(
            self._exchange,
            self.over,
            waiter.key,
            queue,
            waiter.wanted,
            waiter.known_as,
            since=self._exchange.utc().timestamp() - waited_s,
            language=waiter.language,
            priority=priority,
            data={**waiter.call.data, VISIT: waiter.call.visit},
        )
        self._keys.take(waiter.call)
        waiter.dequeued("call-back")
        self._add(back)
        self._dispatch.tell(e.CallBackWanted(back.key, back.number))
        return True

    def take(self, call: Call, queue: str, number: str, at: float) -> None:
        """See Exchange.call_back. Who is to be called at that number anyway, is called once."""
        exchange = self._exchange
        settings = queue_of(exchange.box, queue)
        if settings is None:
            text = _('There is no queue "{name}".').format(name=queue)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        whom = number if number in exchange.stations else exchange.plan.normalised(number)
        if reach(exchange, settings, whom) is None:
            text = _("{number} is no number that queue {queue} calls back, see its call_back_class").format(
                number=number, queue=settings.name
            )
            raise Refused(Cause.OUTGOING_BARRED_IN_GROUP, "barred", text)
        if self.knows(settings.name, whom):
            return
        caller, now = caller_of(call, self._last), exchange.utc().timestamp()
        back = CallBack(
            exchange,
            self.over,
            exchange.journal.next_call(),
            settings.name,
            whom,
            caller,
            since=now,
            language=call.calling.device.language if call.calling is not None else "",
            at=at,
            data={**call.data, VISIT: call.visit},
        )
        self._add(back)
        self._dispatch.tell(self._entered(back))

    def again(self) -> None:
        for back in CallBack.kept(self._exchange, self.over):
            if queue_of(self._exchange.box, back.queue) is None:
                back.ended("queue is gone")
            else:
                self._add(back)
                self._dispatch.tell_or_log(self._entered(back))

    def _add(self, back: CallBack) -> None:
        self._waiters[back.key] = back
        self._screens.queue(back.queue)
        back.keep()

    def _entered(self, back: CallBack) -> e.Entered:
        now, clock = self._exchange.utc().timestamp(), self._exchange.clock()
        return e.Entered(
            back.key,
            back.queue,
            back.caller,
            entered=clock - max(0.0, now - back.since),
            priority=back.priority,
            call_back=back.number,
            tries=back.tries,
            not_before=clock + back.at - now if back.at > now else None,
        )

    # ---- trying ----

    def caller_first(self, back: CallBack) -> bool:
        settings = queue_of(self._exchange.box, back.queue)
        return settings is not None and settings.call_back_first == "caller"

    def begin(self, back: CallBack) -> bool:
        """His turn has come. False: there is no queue that calls him, or the end of a try is about to be told."""
        settings = queue_of(self._exchange.box, back.queue)
        if settings is None or back.failing:
            return False
        back.reserved.clear()
        back.call = calling_back.begin(self, back, settings)
        self._keys.give(back.call, back.key)
        return True

    def tried(self, back: CallBack, call: Call, device: str, result: str) -> None:
        """A try is over. device: who called him. result: "answered", or why he was not reached."""
        exchange = self._exchange
        exchange.journal.note(
            "CallBackTried",
            call=call.id,
            device=device,
            queue=back.queue,
            number=back.number,
            tried=back.tries + 1,
            result=result,
        )
        taken, back.taken = back.taken, None
        back.call = None
        if result == "answered":
            call.payer = None
            if taken is not None:
                waited_ms = round(1000 * taken.waited_s)
                exchange.journal.note(
                    "Served", call=call.id, device=device, agent=taken.agent, queue=taken.queue, waited_ms=waited_ms
                )
                self._last.served(back.caller.number, taken.agent)
            back.ended("reached")
            return
        left_as = 0
        back.failing = True
        self._dispatch.tell()  # who has left the call meanwhile has left it under its present key
        self._keys.take(call)
        if not call.finished and any(leg.name == device for leg in call.legs):
            left_as = exchange.journal.next_call()
            self._keys.give(call, left_as)
            self._desks.known_as(call, left_as)
        settings = queue_of(exchange.box, back.queue)
        if self._waiters.get(back.key) is back and settings is not None:
            back.tries += 1
            back.at = exchange.utc().timestamp() + settings.call_back_again_s
            back.keep()
        self._dispatch.tell(e.CallBackFailed(back.key, result, left_as))
        back.failing = False

    def spoken_with(self, back: CallBack, call: Call, device: str) -> None:
        """He has answered, and speaks with the agent."""
        self.tried(back, call, device, "answered")
        self._dispatch.tell(e.CallBackReached(back.key))

    def on_the_line(self, back: CallBack, call: Call) -> Waiter:
        """He was called first and is there: he waits for the agents who are reserved for him, or for the next."""
        settings = queue_of(self._exchange.box, back.queue)
        number = settings.number or settings.name if settings is not None else back.queue
        waiter = Waiter(self._dispatch, self._places, self, call, back.key, number, back.caller)
        waiter.offers = dict.fromkeys(back.reserved)
        self.tried(back, call, number, "answered")
        self._waiters[back.key] = waiter
        self._ringing.begin(waiter)
        waiter.queued(back.queue, how="called back")
        return waiter

    # ---- who is called no more ----

    def cancel(self, key: int, by: str) -> None:
        """Refused: there is none, or an agent has him already."""
        back = self._waiters.get(key)
        if not isinstance(back, CallBack) or not self._distribution.waits(key):
            text = _("there is no call-back {call} that can be cancelled").format(call=key)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        back.by = by
        self._dispatch.tell(e.CallBackCancelled(key))

    def over(self, back: CallBack) -> None:
        """He is none of ours any more."""
        if self._waiters.get(back.key) is back:
            del self._waiters[back.key]
        self._screens.queue(back.queue)
