"""Logging on: the agent's number, his PIN, and the telephone where he sits from then on.

One agent sits at one telephone, one telephone has one agent. Wrong PINs make agent and telephone wait, longer each time
(core/exchange/lockout.py); an unknown number is answered like a wrong PIN. See pins.py.
"""

from __future__ import annotations

from core.acd.agents import Act
from core.exchange.refusal import Refused, Said
from core.queues.room import QueueRoom
from core.texts import _
from hw.signalling.q850 import Cause


async def log_on(room: QueueRoom, device: str, agent: str, pin: str) -> None:
    """Refused: a wrong PIN, no such telephone, or somebody is logged on there, or he elsewhere."""
    await room.pins.prove(device, agent, pin)
    take_seat(room, device, agent)


def take_seat(room: QueueRoom, device: str, agent: str) -> None:
    """Whose PIN is right, or was never asked for. Refused: as above."""
    if device not in room.exchange.stations:
        raise Refused(Cause.INVALID_NUMBER, "not-possible", _("there is no station {device}").format(device=device))
    room.give_way(agent, device)
    elsewhere = room.desks.at.get(agent)
    if elsewhere is not None:
        text = _("agent {agent} is logged on at {device}").format(agent=agent, device=elsewhere)
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", text, said=Said("agent.logged-on-elsewhere"))
    other = room.desks.agent_at.get(device)
    if other is not None:
        text = _("agent {agent} is logged on at {device}").format(agent=other, device=device)
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
    room.desks.sit(agent, device)
    try:
        room.ask(agent, Act.LOG_ON)
    except Refused:
        room.desks.leave(agent)
        raise
