"""One caller who waits in a queue: what he hears, who is rung for him, and how his wait ends.

    an agent is ready at once     he hears ring-back tone, and is answered by the agent
    nobody is                     the queue answers: its leg is QUEUED, he hears music, and what the recipe says
    an agent lifts                mid-syllable he speaks with him; the queue's leg goes, and the call is the two
    the queue gives him away      he hears what it is, or ring-back tone, and the call goes on to the target
    he chooses                    1 he goes on waiting, 2 he leaves a message, 3 he is called back (call_back.py)

It runs as the routine of the caller's call, and so ends with him. What it does not: decide (core/acd, by hands.py).
Time flows on trio's clock; nothing here waits for anything but news of the call.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

import trio

from core.acd import events as e
from core.acd import orders as o
from core.acd.waiting import Caller
from core.config.model.queues import Target
from core.exchange.asking import until_key
from core.exchange.call import Call
from core.exchange.leg import Leg, State
from core.exchange.refusal import Said
from core.exchange.service import Service
from core.queues import leaving
from core.queues.asking_back import number_wanted
from core.queues.caller import number_of
from core.queues.settings import queue_of
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.queues.dispatch import Dispatch
    from core.queues.places_kept import PlacesKept

CHOICES = {
    "1": ("wait", Said("queue.offer-wait")),
    "2": ("message", Said("queue.offer-voicemail")),
    "3": ("call back", Said("queue.offer-call-back")),
}
"""What a caller may be offered, by its key, which the prompt names."""

_HUNG_UP = frozenset({Cause.NORMAL_CLEARING, Cause.NORMAL_UNSPECIFIED})


class Keeper(Protocol):
    """Who keeps the places of callers that have hung up."""

    def knows(self, queue: str, number: str) -> bool:
        """He is to be called at that number anyway."""

    def hold(self, waiter: Waiter) -> bool:
        """From now on he waits to be called back. False: he has no place any more."""

    def left(self, waiter: Waiter) -> None:
        """Its routine has ended, however."""


class Waiter:
    """key: the call in the distribution, which a transfer does not renumber. number: by which the queue is known.
    known_as: what the distribution knows of the caller.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        places: PlacesKept,
        keeper: Keeper,
        call: Call,
        key: int,
        number: str,
        known_as: Caller,
    ) -> None:
        self.call = call
        self.key = key
        self.known_as = known_as
        self.offers: dict[str, Leg | None] = {}
        """By agent who is rung for him; None: as soon as his telephone is at rest."""
        self.lifted: dict[str, Leg] = {}
        """Who has answered, until the distribution says what becomes of it."""
        self.outcome: o.Connect | o.LeftFor | o.Left | None = None
        self.queue = ""
        """In which he waits; "": in none."""
        self._dispatch = dispatch
        self._places = places
        self._keeper = keeper
        self._number = number
        self._service: Leg | None = None
        self._words: deque[Said] = deque()
        self.wanted = ""
        """The number at which he wants to be called; the queue's as soon as he has gone."""
        self._offered: dict[str, str] = {}  # what he may choose, by key
        self._speaking = trio.CancelScope()
        self._caller = call.calling
        self._since = trio.current_time()

    async def wait(self, there: e.Entered | e.CallBackReached) -> o.Connect | o.LeftFor | o.Left:
        """Until an agent has the caller, the queue has sent him elsewhere, or he wants to be called back."""
        try:
            self._dispatch.tell(there)
            while True:
                self._dispatch.tell()  # what has happened since: nobody hears music who speaks with an agent already
                if self.outcome is not None:
                    return self.outcome
                await self._go_on()
        finally:
            self._keeper.left(self)
            if self._service is not None:
                reason = "answered" if isinstance(self.outcome, o.Connect) else "left the queue"
                self.call.drop(self._service, Cause.NORMAL_CLEARING, "exchange", reason)
            leg = self.call.calling
            if leg is not None and not leg.gone:
                if self._offered:
                    leg.device.listen(leg, False)
                if not isinstance(self.outcome, o.Connect):
                    leg.treat(None)

    async def _go_on(self) -> None:
        leg = self.call.calling
        if leg is None or leg.gone:
            await self.call.news()
            return
        if leg is not self._caller and self._offered:  # a transfer has put him here, in the place of who was offered it
            leg.device.listen(leg, True)
        self._caller = leg
        if self._service is None and not self.offers:
            await self._answer(leg)
        elif self._service is None:
            if not self.call.ringing:
                self.call.alerting()
            await self.call.news()
        elif leg.keys:
            await self._pressed(leg, leg.keys.popleft())
        elif self._words:
            await self._say(leg, self._words.popleft())
        else:
            leg.treat(self.call.exchange.sounds.music(leg.device.language))
            await self.call.news()

    async def _answer(self, leg: Leg) -> None:
        """The queue takes the call: from now on he can hear music and words."""
        self._service = Service(self._number, leg.device.language).take(self.call)
        self._service.enter(State.QUEUED)
        while leg.state is not State.CONNECTED and not leg.gone and self.outcome is None:
            await self.call.news()

    async def _say(self, leg: Leg, said: Said) -> None:
        words = await self.call.exchange.sounds.say(said, leg.device.language)
        if words is None or leg.gone or self.outcome is not None or self.joined:
            return
        with trio.CancelScope() as self._speaking:
            await (until_key(leg, words) if self._offered else leg.play(words))

    async def _pressed(self, leg: Leg, key: str) -> None:
        choice = self._offered.get(key)
        if choice is not None:
            self._words.clear()
        if choice == "message":
            target = Target(to="mailbox", name=leaving.mailbox(self.call.exchange.box, self.queue))
            left = o.LeftFor(self.key, self.queue, target, "message", 0.0)
            self._dispatch.tell(e.CallerLeft(self.key, "message"))
            if self.outcome is None:
                self.end(left)
        elif choice == "call back":
            await self._call_back(leg)

    async def _call_back(self, leg: Leg) -> None:
        """He is asked for his number; then he may hang up at any moment, or the queue hangs up when all is said."""
        settings = queue_of(self.call.exchange.box, self.queue)
        if settings is None:
            return
        with trio.CancelScope() as self._speaking:
            number = await number_wanted(self.call, settings, number_of(self.call))
            if not number:
                return
            self.wanted = number
            self.note("CallBackWanted", number=number, queue=self.queue)
            known = self._keeper.knows(self.queue, number)
            said = Said("queue.call-back-again" if known else "queue.call-back-taken")
            words = await self.call.exchange.sounds.say(said, leg.device.language)
            if words is not None:
                await leg.play(words)
        if self.outcome is None and not self.joined:
            self._keeper.hold(self)
            self.end(o.Left(self.key, self.queue, "call-back", 0.0, 0))

    @property
    def language(self) -> str:
        return self._caller.device.language if self._caller is not None else ""

    @property
    def joined(self) -> bool:
        """An agent has lifted, whoever knows of it already."""
        return any(leg is not None and leg.state is State.CONNECTED for leg in self.offers.values())

    # ---- what is ordered ----

    def say(self, said: list[Said]) -> None:
        self._words.extend(said)
        self.call.woke()

    def offer(self, choices: tuple[str, ...]) -> None:
        """From now on he may choose; it is told him, and his key cuts short what is said. A message only where the
        queue has a mailbox.
        """
        leg = self.call.calling
        if leg is None or leg.gone or self.wanted:
            return
        mailbox = leaving.mailbox(self.call.exchange.box, self.queue)
        had = {key: choice for key, (choice, _said) in CHOICES.items() if choice != "message" or mailbox}
        offered = {key: choice for key, choice in had.items() if choice in choices}
        if not set(offered.values()) - {"wait"}:
            return
        if not self._offered:
            leg.keys.clear()
            leg.device.listen(leg, True)
        self._offered = offered
        self.say([CHOICES[key][1] for key in offered])

    def end(self, outcome: o.Connect | o.LeftFor | o.Left) -> None:
        self.outcome = outcome
        self._speaking.cancel()
        self.call.woke()

    @property
    def device(self) -> str:
        """Of the caller, for the journal."""
        return self._caller.name if self._caller is not None else self._number

    def note(self, kind: str, device: str = "", **data: Any) -> None:
        """A call that is over has nothing more to be noted."""
        if not self.call.finished:
            self.call.exchange.journal.note(kind, call=self.call.id, device=device or self.device, **data)

    def queued(self, queue: str, **data: Any) -> None:
        self.queue = queue
        self._since = trio.current_time()
        self.note("Queued", queue=queue, **data)
        self.call.exchange.queued(self.call, queue)
        self._places.keep(queue, self.key, self.known_as.number)

    def dequeued(self, reason: str, to: str = "") -> None:
        """Once for each stay in a queue."""
        if self.queue:
            waited_ms = round(1000 * (trio.current_time() - self._since))
            # Without a look whether the call is over: this is noted as its last but one.
            self.call.exchange.journal.note(
                "Dequeued",
                call=self.call.id,
                device=self.device,
                queue=self.queue,
                reason=reason,
                to=to,
                waited_ms=waited_ms,
            )
            self._places.forget(self.queue, self.known_as.number)
            self.queue = ""

    def sent_on(self, queue: str, reason: str, to: str) -> None:
        """Out of the queue in which he waits, or past one that has not let him in."""
        if self.queue:
            self.dequeued(reason, to)
        else:
            self.note("TurnedAway", queue=queue, reason=reason, to=to)

    @property
    def gone_by_itself(self) -> bool:
        """The caller is in the call no more."""
        leg = self.call.calling
        return self.call.finished or leg is None or leg.gone

    @property
    def gone(self) -> e.CallerGone | e.CallerLeft | None:
        """What the distribution is to be told when the routine has ended; None: it knows."""
        if self.outcome is not None:
            return None
        if not self.gone_by_itself:
            return e.CallerLeft(self.key, "elsewhere")
        cause = self._caller.cause if self._caller is not None else Cause.NORMAL_CLEARING
        return e.CallerGone(self.key, cut_off=cause not in _HUNG_UP)
