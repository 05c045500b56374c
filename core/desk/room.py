"""The desk of a running box: what goes with a call and an agent beside speech.

    room = DeskRoom(exchange, past, customers, told)
    await nursery.start(room.run)
    room.information("8001", 7)       who calls, of which matter, which way he came

What it does not: connect anybody (core/exchange), distribute (core/queues).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import trio
from msgspec import Meta

from core.desk.call_data import CLASS, CUSTOMER, half, must_mean, put
from core.desk.customers import Customer, Customers
from core.desk.information import InFlow, Step, flows, last_queue, way
from core.desk.notices import Notice, Notices
from core.exchange.device import DeviceKind
from core.exchange.leg import Leg
from core.past import Past
from core.queues.settings import queue_of
from hw.signalling.line import Presentation

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.numbering.target import Target


class Information(msgspec.Struct, frozen=True):
    """What is known of a call at one desk."""

    call: Annotated[int, Meta(description="its number")]
    visit: Annotated[int, Meta(description="one number for all contacts of one matter: of the call that began it")]
    number: Annotated[str, Meta(description="of the other party, normalised; empty: not known, or withheld")]
    name: Annotated[str, Meta(description="as the office or the network knows him")]
    region: Annotated[str, Meta(description="of the number, by the numbering plan")]
    customer_class: Annotated[str, Meta(description="of [[customer_class]]; empty: none")]
    called: Annotated[str, Meta(description="the number that he called, or was called")]
    direction: Annotated[str, Meta(description="internal, in or out")]
    begun: Annotated[float, Meta(description="UTC seconds since 1970")]
    queue: Annotated[str, Meta(description="that he came from; empty: from none")]
    waited_s: Annotated[float, Meta(description="how long he waited there")]
    program: Annotated[str, Meta(description="page or program for calls of that skill, [[skill]] program; empty: none")]
    way: Annotated[list[Step], Meta(description="how he came, the oldest first; a box that keeps no data knows none")]
    flows: Annotated[list[InFlow], Meta(description="what he heard and pressed in flows on the way")]
    data: Annotated[dict[str, Any], Meta(description="key and value, as call.set_data and flows have written them")]


class Contact(msgspec.Struct, frozen=True):
    """A call of a customer that is over."""

    call: Annotated[int, Meta(description="its number")]
    begin: Annotated[int, Meta(description="UTC, µs since 1970")]
    direction: Annotated[str, Meta(description="internal, in or out")]
    called: Annotated[str, Meta(description="the number that was called")]
    answered: Annotated[bool, Meta(description="somebody has spoken with him")]
    last: Annotated[str, Meta(description="the device that answered, or was tried last")]
    talk_s: Annotated[float, Meta(description="for so long, seconds")]
    queues: Annotated[list[str], Meta(description="in which he waited")]


class DeskRoom:
    """core.exchange.attendant.Attendant. told: of each notice that has changed."""

    def __init__(
        self,
        exchange: Exchange,
        past: Past,
        customers: Customers,
        told: Callable[[str, Notice | None], None],
    ) -> None:
        self.exchange, self.past, self.customers = exchange, past, customers
        self.notices = Notices(exchange, told)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled."""
        await self.customers.open()
        self.exchange.attendants.append(self)
        try:
            await self.notices.run(task_status)
        finally:
            self.exchange.attendants.remove(self)
            self.customers.close()

    # ---- attending the calls ----

    async def routed(self, call: Call, target: Target) -> None:
        """Who is in the customers' file is known before anybody takes the call: queue, flow, telephone."""
        if call.consults is None:
            name, kind = self.customers.known(self.number_of(call.calling))
            for key, value in ((CUSTOMER, name), (CLASS, kind)):
                if value:
                    call.data.setdefault(key, value)

    def settled(self, call: Call) -> None:
        """Nothing to do."""

    def joined(self, stays: Call, goes: Call) -> None:
        """Nothing to do: the data are one."""

    def queued(self, call: Call, queue: str) -> None:
        """Nothing to do."""

    def finished(self, call: Call) -> None:
        """Nothing to do."""

    # ---- customers ----

    def written(self, number: str) -> str:
        """A number as somebody gives it, in the way in which calls have it."""
        bare = "".join(letter for letter in number if letter in "+0123456789")
        return bare if bare in self.exchange.stations else self.exchange.plan.normalised(bare)

    async def save_customer(
        self, number: str, changes: Mapping[str, Any], fields: Mapping[str, str | None], by: str
    ) -> Customer:
        """Refused: there is no such class. ValueError: too many fields."""
        if changes.get(CLASS):
            must_mean(self.exchange, CLASS, changes[CLASS])
        saved = await self.customers.save(number, changes, fields, by)
        for call in list(self.exchange.calls.values()):
            if call.consults is None and any(self.number_of(leg) == number for leg in call.legs):
                put(call, {CUSTOMER: saved.name or None, CLASS: saved.customer_class or None})
        return saved

    async def contacts(self, number: str, most: int) -> list[Contact]:
        """Calls of that number that are over, the newest first."""
        if not most:
            return []
        records = await self.past.records(0, 0, number, most)
        return [
            Contact(
                call=record.call,
                begin=record.begin,
                direction=record.direction,
                called=record.called,
                answered=bool(record.answer),
                last=record.last,
                talk_s=round(record.talk_us / 1e6, 1),
                queues=list(record.queues),
            )
            for record in reversed(records)
        ]

    # ---- calls ----

    async def information(self, device: str, call: int) -> Information:
        """Refused: the device is not in the call."""
        leg = half(self.exchange, device, call)
        events = await self.past.of_call(leg.call.id)
        running, other = leg.call, other_of(leg)
        steps = way(events, self.exchange.journal.clock)
        queue = last_queue(steps)
        number = self.number_of(other)
        name, kind = self.customers.known(number)
        region = self.exchange.plan.region(number) if number else None
        return Information(
            call=running.id,
            visit=running.visit,
            number=number,
            name=str(running.data.get(CUSTOMER, name)) or (other.party.name if other is not None else ""),
            region=region.zh if region is not None else "",
            customer_class=str(running.data.get(CLASS, kind)),
            called=running.called,
            direction=running.direction,
            begun=running.begun.timestamp(),
            queue=queue.name if queue is not None else "",
            waited_s=queue.seconds if queue is not None else 0.0,
            program=self.program(queue.name if queue is not None else "", number, running),
            way=steps,
            flows=flows(events),
            data=dict(running.data),
        )

    def program(self, queue: str, number: str, call: Call) -> str:
        """Of the first skill, in the order of the configuration, that the queue requires, or else prefers."""
        settings = queue_of(self.exchange.box, queue) if queue else None
        for wanted in () if settings is None else (settings.require, settings.prefer):
            for skill in self.exchange.box.skill:
                if skill.name in wanted and skill.program:
                    program = skill.program
                    for name, value in (("number", number), ("call", call.id), ("visit", call.visit)):
                        program = program.replace(f"{{{name}}}", str(value))
                    return program
        return ""

    def number_of(self, leg: Leg | None) -> str:
        """Of a party, normalised; "": not known, or withheld."""
        if leg is None or not leg.party.number or leg.party.presentation is not Presentation.ALLOWED:
            return ""
        return self.exchange.plan.normalised(leg.party.number, leg.party.type.name.lower())


def other_of(leg: Leg) -> Leg | None:
    """Whom the device speaks with, or who rings it: of several the one who called; no service if it can be helped."""
    others = [one for one in leg.call.others(leg) if not one.listener]
    people = [one for one in others if one.device.kind is not DeviceKind.SERVICE] or others
    return next((one for one in people if one.calling), people[0] if people else None)
