"""One caller who is to be called back: who he is, and what survives a restart.

    asks for it ──> waits in his place ──> his turn: a try (calling_back.py) ──┬─ reached: gone from here
                          ^                                                   └─ not: rests, if tries are left
                          └────────────────────────────────────────────────────────┘

It stands among the waiters as a caller on the line does. What it does not: decide when (core/acd/call_backs.py).
Times are UTC seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from core.acd import orders as o
from core.acd.waiting import Caller
from core.exchange.leg import Leg, State
from core.exchange.service import Service
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.refusal import Said

KEPT = "queues/call back/"


class CallBack:
    """key: the call in the distribution, by which people name it. number: normalised. at: not before; 0: as soon as may
    be. data: of the call that asked, which goes with him. over: is told when he is to be called no more.
    """

    def __init__(
        self,
        exchange: Exchange,
        over: Callable[[CallBack], None],
        key: int,
        queue: str,
        number: str,
        caller: Caller,
        *,
        since: float,
        language: str = "",
        at: float = 0.0,
        tries: int = 0,
        priority: int = 0,
        data: dict[str, Any] | None = None,
    ) -> None:
        self.exchange = exchange
        self._over = over
        self.key = key
        self.queue = queue
        self.number = number
        self.caller = caller
        self.since = since
        self.language = language
        self.at = at
        self.tries = tries
        self.priority = priority
        self.data = data or {}
        self.call: Call | None = None
        """The try that is on."""
        self.offers: dict[str, Leg | None] = {}
        """As of a Waiter: agents who are rung for him."""
        self.lifted: dict[str, Leg] = {}
        self.reserved: list[str] = []
        """Agents who are rung when he has answered, where he is called first."""
        self.taken: o.Connect | None = None
        """An agent has him, and calls him."""
        self.failing = False
        """A try has failed, and the distribution is about to hear of it: no new one is begun before."""
        self.by = ""
        """Who has cancelled it."""

    # ---- what survives a restart ----

    def keep(self) -> None:
        self.exchange.journal.state[f"{KEPT}{self.key}"] = {
            "queue": self.queue,
            "number": self.number,
            "caller": msgspec.to_builtins(self.caller),
            "since": self.since,
            "language": self.language,
            "at": self.at,
            "tries": self.tries,
            "priority": self.priority,
            "data": {name: value for name, value in self.data.items() if isinstance(value, str | int | float)},
        }

    def forget(self) -> None:
        self.exchange.journal.state.pop(f"{KEPT}{self.key}", None)

    @classmethod
    def kept(cls, exchange: Exchange, over: Callable[[CallBack], None]) -> list[CallBack]:
        found = []
        for key, row in exchange.journal.state.under(KEPT).items():
            more = dict(row)
            caller = msgspec.convert(more.pop("caller"), Caller)
            queue, number = more.pop("queue"), more.pop("number")
            found.append(cls(exchange, over, int(key.removeprefix(KEPT)), queue, number, caller, **more))
        return found

    # ---- what is ordered, as of a Waiter ----

    @property
    def gone_by_itself(self) -> bool:
        return self.call is None or self.call.finished

    @property
    def answered(self) -> bool:
        """Somebody has lifted: who was rung, or another telephone that has picked it up."""
        legs = self.call.legs if self.call is not None else []
        return any(leg.state is State.CONNECTED and not isinstance(leg.device, Service) for leg in legs)

    @property
    def device(self) -> str:
        return self.number

    def note(self, kind: str, device: str = "", **data: Any) -> None:
        """Of the try that is on."""
        if self.call is not None and not self.call.finished:
            self.exchange.journal.note(kind, call=self.call.id, device=device or self.device, **data)

    def queued(self, queue: str, **data: Any) -> None:
        """It has come into the queue, or been moved to another one."""
        self.queue = queue
        self.keep()

    def sent_on(self, queue: str, reason: str, to: str) -> None:
        """Its call left the queue when he hung up; what becomes of it is told by CallBackEnded."""

    def say(self, said: list[Said]) -> None:
        """Nobody hears it."""

    def offer(self, choices: tuple[str, ...]) -> None:
        """He has chosen."""

    def end(self, outcome: o.Connect | o.LeftFor | o.Left) -> None:
        if isinstance(outcome, o.Connect):
            self.taken = outcome
            if self.call is not None:
                self.call.woke()
        else:
            self.ended(outcome.reason if isinstance(outcome, o.LeftFor) else outcome.how)

    def ended(self, result: str) -> None:
        """He is to be called no more."""
        self.forget()
        self._over(self)
        self.exchange.journal.note(
            "CallBackEnded", queue=self.queue, number=self.number, of=self.key, result=result, by=self.by
        )
        if self.taken is None:
            self.idle()

    def idle(self) -> None:
        """Nobody is rung any more for the try that is on: it is over."""
        call, self.call = self.call, None
        if call is not None:
            call.end(Cause.NORMAL_CLEARING, "nobody calls back")
