"""What the distribution is told of a caller: by his number, by what flows have found out and put into the call, and by
who has served him last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.acd.waiting import Caller
from hw.signalling.line import Presentation

if TYPE_CHECKING:
    from core.exchange.call import Call

SERVED_MOST = 100_000
"""Callers of whom it is known who has served them last."""


class LastAgents:
    """By the caller's number: who has served him last. Whose call is longest ago is forgotten first."""

    def __init__(self) -> None:
        self._agents: dict[str, str] = {}

    def of(self, number: str) -> str:
        """Empty: nobody, as far as is known."""
        return self._agents.get(number, "")

    def served(self, number: str, agent: str) -> None:
        if number and agent:
            self._agents.pop(number, None)
            self._agents[number] = agent
            if len(self._agents) > SERVED_MOST:
                del self._agents[next(iter(self._agents))]


def number_of(call: Call) -> str:
    """Normalised; "": not known, or withheld. Who asks back asks for whom he holds."""
    leg = call.calling
    held = call.exchange.calls.get(call.consults or 0)
    if held is not None and leg is not None:
        holds = next((one for one in held.legs if one.device is leg.device), None)
        leg = (held.peer(holds) if holds is not None else None) or leg
    if leg is None or not leg.party.number or leg.party.presentation is not Presentation.ALLOWED:
        return ""
    return call.exchange.plan.normalised(leg.party.number, leg.party.type.name.lower())


def caller_of(call: Call, last: LastAgents) -> Caller:
    number = number_of(call)
    region = call.exchange.plan.region(number) if number else None
    data = {name: str(value) for name, value in call.data.items()}
    return Caller(
        number=number,
        customer_class=data.get("customer_class", ""),
        region=region.zh if region else "",
        owner=data.get("owner", ""),
        last_agent=last.of(number),
        attributes=data,
    )
