"""What agents do by telephone alone (签入、示闲……): [features] agent_..., each answered in words of what it has done.

    *81*1001#   log on as 1001 at this telephone; the PIN is asked for, and is in no journal
    *82# #82#   ready, not ready          *86# #86#   rest, end of rest
    *87# #87#   after-call work, its end  *88#        longer          #81#  log off

To lift and dial is no call: the agent stays what he was, and is rung for a queue once he has hung up.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.acd.agents import Act
from core.exchange.asking import ask
from core.exchange.leg import State
from core.exchange.refusal import Said
from core.exchange.service import Service
from core.exchange.station import Station
from core.queues import log_on

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.features import Code
    from core.queues.room import QueueRoom

ACTS = {
    "agent_log_off": (Act.LOG_OFF, Said("agent.logged-off")),
    "agent_ready": (Act.READY, Said("agent.ready")),
    "agent_not_ready": (Act.NOT_READY, Said("agent.not-ready")),
    "agent_rest": (Act.REST, Said("agent.not-ready")),
    "agent_end_rest": (Act.END_REST, Said("agent.ready")),
    "agent_work": (Act.WORK, Said("agent.wrap-up")),
    "agent_end_work": (Act.END_WORK, Said("agent.ready")),
    "agent_extend_work": (Act.EXTEND_WORK, Said("agent.wrap-up")),
}


def of(room: QueueRoom) -> dict[str, Code]:
    """By the field of [features]."""
    return {"agent_log_on": partial(_log_on, room), **{field: partial(_act, room, field) for field in ACTS}}


async def _log_on(room: QueueRoom, call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    agent = arguments[0]
    pin = ""
    if log_on.needs_pin(room, agent):
        leg = call.calling
        assert leg is not None
        Service("agent", station.language).take(call)
        await leg.until(State.CONNECTED)
        pin = await ask(call, Said("pin.enter"))
    log_on.log_on(room, station.name, agent, pin)
    return Said("agent.logged-on")


async def _act(room: QueueRoom, field: str, call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    act, said = ACTS[field]
    room.ask(room.agent_at(station.name), act)
    return said
