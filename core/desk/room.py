"""The desk of a running box: what goes with a call and an agent beside speech.

    room = DeskRoom(exchange, past, queues, told)
    await nursery.start(room.run)
    room.information("8001", 7)       who calls, of which matter, which way he came

What it does not: connect anybody (core/exchange), distribute (core/queues).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import trio
from msgspec import Meta

from core.desk.call_data import CLASS, CUSTOMER, half
from core.desk.information import InFlow, Step, flows, last_queue, way
from core.desk.notices import Notice, Notices
from core.exchange.device import DeviceKind
from core.exchange.leg import Leg
from core.past import Past
from hw.signalling.line import Presentation

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange
    from core.queues.room import QueueRoom


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
    way: Annotated[list[Step], Meta(description="how he came, the oldest first; a box that keeps no data knows none")]
    flows: Annotated[list[InFlow], Meta(description="what he heard and pressed in flows on the way")]
    data: Annotated[dict[str, Any], Meta(description="key and value, as call.set_data and flows have written them")]


class DeskRoom:
    """told: of each notice that has changed."""

    def __init__(
        self, exchange: Exchange, past: Past, queues: QueueRoom, told: Callable[[str, Notice | None], None]
    ) -> None:
        self.exchange, self.past, self.queues = exchange, past, queues
        self.notices = Notices(exchange, told)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled."""
        await self.notices.run(task_status)

    async def information(self, device: str, call: int) -> Information:
        """Refused: the device is not in the call."""
        leg = half(self.exchange, device, call)
        events = await self.past.of_call(leg.call.id)
        running, other = leg.call, other_of(leg)
        steps = way(events, self.exchange.journal.clock)
        queue = last_queue(steps)
        number = self.number_of(other)
        region = self.exchange.plan.region(number) if number else None
        return Information(
            call=running.id,
            visit=running.visit,
            number=number,
            name=str(running.data.get(CUSTOMER, "")) or (other.party.name if other is not None else ""),
            region=region.zh if region is not None else "",
            customer_class=str(running.data.get(CLASS, "")),
            called=running.called,
            direction=running.direction,
            begun=running.begun.timestamp(),
            queue=queue.name if queue is not None else "",
            waited_s=queue.seconds if queue is not None else 0.0,
            way=steps,
            flows=flows(events),
            data=dict(running.data),
        )

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
