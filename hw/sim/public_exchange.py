"""A public exchange of the simulated world for analog lines: it switches calls between them and the town, no more.

    exchange = PublicExchange(plane, nursery, TOWN)                                hw/sim/public_plan.py
    line = SubscriberLine(exchange, "66778899", card.far(9), Habits(reversal=True))    hw/sim/subscriber_line.py
    call = exchange.call("66778899", CallerId("02155667788"))                      somebody from outside calls our line
    await call.answered.wait()

    caller          Link           called
      |-- dials ----->|-- offered ->|
      |<- ringing ----|<- ring() ---|      or refuse("busy")
      |<- answered ---|<- answer() -|
      |--- end() ---->| ended       |      either may end it, at any time

What it does not: lines' battery, tones and caller ID, which are the subscriber line's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from hw.callerid import CallerId
from hw.plane import Plane
from hw.playback import Audible
from hw.signalling.q850 import Cause
from hw.sim.public_plan import TOWN, Act, Digits, Plan, Subscriber, course
from hw.tone_patterns import CallProgress
from hw.tone_plan import tone_plan

if TYPE_CHECKING:
    from hw.sim.subscriber_line import SubscriberLine


class Link:
    """One call through the exchange. `announcement`: what the caller hears instead of ring-back tone."""

    def __init__(self, caller: CallerId, caller_port: int, plane: Plane) -> None:
        self.caller = caller
        self.caller_port = caller_port
        self.called_port = -1
        self.answered_at = 0  # plane's time
        self.refusal: Cause | None = None
        self.announcement: Audible | None = None
        self.decided = trio.Event()  # it rings, or is refused
        self.refused = trio.Event()
        self.answered = trio.Event()
        self.ended = trio.Event()
        self.plane = plane

    def ring(self, announcement: Audible | None = None) -> None:
        self.announcement = announcement
        self.decided.set()

    def refuse(self, cause: Cause) -> None:
        """At once, or when an announcement is over."""
        self.refusal = cause
        self.decided.set()
        self.refused.set()

    def answer(self, port: int) -> None:
        """Both hear each other from now on."""
        if self.ended.is_set():
            return
        self.called_port = port
        self.answered_at = self.plane.time
        self.plane.stop(self.caller_port)
        self.plane.connect(self.caller_port, port)
        self.decided.set()
        self.answered.set()

    def end(self) -> None:
        """By either side. Twice is nothing."""
        if self.ended.is_set():
            return
        self.ended.set()
        if self.answered.is_set():
            self.plane.part(self.caller_port)


class OutsideCall:
    """A call from outside to a line of ours. `port`: what its caller hears and (with speak=True) says."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.port = link.caller_port
        self.answered = link.answered
        self.ended = link.ended

    def hang_up(self) -> None:
        self.link.end()

    def say(self, what: Audible) -> None:
        """Once, to whoever has answered."""
        if not self.ended.is_set():
            self.link.plane.play(self.port, [what], speak=True)


class PublicExchange:
    """nursery: where its lines and subscribers live. plan: who else can be called."""

    def __init__(self, plane: Plane, nursery: trio.Nursery, plan: Plan = TOWN, country: str = "cn") -> None:
        self.plane = plane
        self.plan = plan
        self.lines: dict[str, SubscriberLine] = {}
        self._tones = tone_plan(country)
        self._nursery = nursery

    def add(self, line: SubscriberLine) -> None:
        """It is served from now on."""
        self.lines[line.number] = line
        self._nursery.start_soon(line.run)

    def wants_more(self, digits: str) -> bool:
        """It is the beginning of a number."""
        ours = any(number.startswith(digits) and number != digits for number in self.lines)
        return ours or self.plan.find(digits) is Digits.MORE

    def dial(self, caller: CallerId, port: int, number: str) -> Link:
        """A call begins; what becomes of it is told by the link."""
        link = Link(caller, port, self.plane)
        if number in self.lines:
            self.lines[number].offer(link)
            return link
        subscriber = self.plan.find(number, complete=True)
        if isinstance(subscriber, Subscriber):
            self._nursery.start_soon(self._live, link, subscriber)
        else:
            link.refuse(Cause.UNALLOCATED)
        return link

    def call(self, number: str, caller: CallerId) -> OutsideCall:
        """From outside to one of our lines (or to somebody in town)."""
        call = OutsideCall(self.dial(caller, self.plane.open_voice(), number))
        self._nursery.start_soon(self._outside, call)
        return call

    async def _outside(self, call: OutsideCall) -> None:
        """Until it is over; whose call is refused hangs up. His mouth and ears are given back."""
        try:
            async with trio.open_nursery() as life:
                life.start_soon(_refused, call)
                await call.ended.wait()
                life.cancel_scope.cancel()
        finally:
            self.plane.close_port(call.port)

    async def _live(self, link: Link, subscriber: Subscriber) -> None:
        """The course of one call to somebody in town, until either has gone."""
        port = self.plane.open_voice()
        try:
            async with trio.open_nursery() as life:
                life.start_soon(self._follow, link, subscriber, port)
                await link.ended.wait()
                life.cancel_scope.cancel()
        finally:
            self.plane.close_port(port)

    async def _follow(self, link: Link, subscriber: Subscriber, port: int) -> None:
        begun = trio.current_time()
        for step in course(subscriber):
            await trio.sleep_until(begun + step.seconds)
            match step.act:
                case Act.ALERT:
                    link.ring()
                case Act.ANNOUNCE:
                    link.ring(subscriber.talk or self._tones.tone(CallProgress.SPECIAL_INFORMATION))
                case Act.REFUSE:
                    link.refuse(step.cause)
                case Act.ANSWER:
                    link.answer(port)
                    if subscriber.talk is not None:
                        self.plane.play(port, [subscriber.talk], loop=True, speak=True)
                case Act.HANG_UP:
                    link.end()


async def _refused(call: OutsideCall) -> None:
    await call.link.refused.wait()
    call.hang_up()
