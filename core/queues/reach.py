"""At which numbers a queue calls people back: telephones of ours, and what the class of service of its call-backs
reaches. Never an emergency number, a service code or a number past the class of service, whoever has typed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.config.model.queues import QueueSettings
from core.exchange.payer import Payer
from core.numbering.numbers import Category
from core.numbering.permit import Allowed, Attempt
from core.numbering.target import Facts, Target, TargetKind

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange


def payer(queue: QueueSettings) -> Payer:
    return Payer(queue.name, queue.call_back_class, queue.calling)


def reach(exchange: Exchange, queue: QueueSettings, number: str) -> Target | None:
    """number: normalised, or that of a telephone of ours. None: the queue does not call it. Limits against toll
    fraud are asked when it is called.
    """
    plan = exchange.plan
    dialled = number if number in exchange.stations else plan.dialled_back(number)
    if not dialled:
        return None
    facts = Facts(time=exchange.utc(), class_of_service=queue.call_back_class)
    target = plan.analyse(dialled, facts, final=True).target
    if target is None or target.bypass or target.kind not in (TargetKind.STATION, TargetKind.TRUNK):
        return None
    if plan.category(target) is Category.EMERGENCY:
        return None
    answer = plan.permit(Attempt(target=target, class_of_service=queue.call_back_class))
    return target if isinstance(answer, Allowed) else None
