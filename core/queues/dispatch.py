"""Events in, orders out: the one place where the distribution is told anything.

    tell(event) ──> what the lines have done meanwhile, first ──> Distribution.take() ──> each order carried out
                          ^                                                                     │
                          └────────── and again, as long as anything is left to be told ────────┘

Before the distribution is told anything, it is told what the lines have done: so a telephone that was lifted in the
instant in which its time to ring ran out has answered. A mistake of ours costs the call that it concerns, and no other.
What it does not: know events or orders.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from core.acd import events as e
from core.acd import orders as o
from core.acd.distribution import Distribution
from core.queues.keys import Keys
from hw.signalling.q850 import Cause

log = logging.getLogger(__name__)


class Dispatch:
    """gathered: what the lines have done since it was asked last. carry_out: does what is ordered. told: is called when
    nothing is left to be told. faulted: is told of what failed by our own fault and cost no call, beside the log.
    """

    def __init__(
        self,
        distribution: Distribution,
        clock: Callable[[], float],
        keys: Keys,
        *,
        gathered: Callable[[], list[e.Event]],
        carry_out: Callable[[o.Order], None],
        told: Callable[[], None],
        faulted: Callable[[Exception], None],
    ) -> None:
        self.faulted = faulted
        self._distribution = distribution
        self._clock = clock
        self._keys = keys
        self._gathered = gathered
        self._carry_out = carry_out
        self._told = told
        self._events: deque[e.Event] = deque()
        self._telling = False

    def later(self, event: e.Event) -> None:
        """What has come to light while an order was carried out: told when all that came before is told."""
        self._events.append(event)

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
                    orders = self._distribution.take(event, self._clock())
                except Exception as error:
                    if any(event is one for one in events):
                        refused = refused or error
                    else:
                        self._failed(error, getattr(event, "call", 0))
                    continue
                for order in orders:
                    self._do(order)
        finally:
            self._telling = False
            self._events.clear()
        self._told()
        if refused is not None:
            raise refused

    def tell_or_log(self, *events: e.Event) -> None:
        """Where no call would be there to be failed."""
        try:
            self.tell(*events)
        except Exception as error:
            log.error("queues: failed by our own fault; they go on", exc_info=error)
            self.faulted(error)

    def _do(self, order: o.Order) -> None:
        try:
            self._carry_out(order)
        except Exception as error:
            self._failed(error, 0 if isinstance(order, o.AgentChanged | o.Refused) else order.call)

    def _failed(self, error: Exception, key: int) -> None:
        """What was to be done for a call has failed: it ends, and with it whatever was begun for it."""
        log.error("queues: failed by our own fault at call %d; the others go on", key, exc_info=error)
        call = self._keys.call(key)
        if call is not None:
            call.end(Cause.TEMPORARY_FAILURE, "fault")
        self.faulted(error)
