"""Where a call goes that leaves its queue unanswered: another number, a flow, a mailbox, words, or the end.

The queue sends it on as a hunt group does: with the caller's own rights, and not for ever in a circle. Another queue is
no matter of this file: the distribution moves a caller there by itself, with his time of entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.acd import orders as o
from core.config.model.box import Box
from core.exchange.refusal import Refused, Said
from core.exchange.routing import DIVERSIONS_MOST
from core.numbering.target import Target, TargetKind
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call


def mailbox(box: Box, queue: str) -> str:
    """Where callers of the queue may leave messages: the mailbox that it sends callers to anyway; "": there is none."""
    settings = next((one for one in box.queue if one.name == queue), None)
    if settings is None:
        return ""
    targets = [settings.instead, *(step.overflow for step in settings.recipe if step.overflow is not None)]
    return next((target.name for target in targets if target.to == "mailbox"), "")


async def leave(call: Call, order: o.LeftFor) -> None:
    """Takes the call to its target. Refused: it ends, with words or a tone."""
    to, name = order.target.to, order.target.name
    if to == "release":
        raise Refused(Cause.USER_BUSY, "rejected", order.reason)
    if to == "announcement":
        raise Refused(Cause.USER_BUSY, "rejected", order.reason, said=Said(name))
    caller = call.calling
    assert caller is not None
    target = _target(call, to, name)
    if len(call.diversions) >= DIVERSIONS_MOST:
        raise Refused(Cause.NO_ROUTE_TO_DESTINATION, "loop")
    call.diversions.append(order.queue)
    call.exchange.journal.note("Diverted", call=call.id, device=order.queue, to=target.number or name, reason="queue")
    await call.exchange.router.route(call, target)


def _target(call: Call, to: str, name: str) -> Target:
    """Refused: there is none."""
    exchange, caller = call.exchange, call.calling
    assert caller is not None
    if to == "mailbox":
        return Target(TargetKind.MAILBOX, name, number=name)
    if to == "flow":
        numbers = [flow.number for flow in exchange.box.flow if name in (flow.flow, flow.number)]
        if not numbers:
            raise Refused(Cause.SERVICE_UNAVAILABLE, "unavailable")
        return Target(TargetKind.FLOW, numbers[0], number=numbers[0])
    return exchange.router.resolve(name, caller.device)
