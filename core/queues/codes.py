"""What agents do by telephone alone (签入、示闲……): [features] agent_..., each answered in words of what it has done.

    *83# #83#   ask for help, no more

    supervisors, at their own telephones ([[user]] station):

    *84#        answer who asks for help  *80*3#      listen to the third trunk line
    *83*1001#   listen to agent 1001      *84*1001#   whisper    *85*1001#   barge in    *89*1001#   intercept

    *81*1001#   log on as 1001 at this telephone; the PIN is asked for, and is in no journal
    *80#        another PIN: the old one, the new one twice
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
from core.exchange.refusal import Refused, Said
from core.exchange.service import Service
from core.exchange.station import Station
from core.queues import log_on, open_line, supervisors
from core.queues.overseeing import How
from core.queues.room import QueueRoom
from core.queues.settings import keeps_line_open
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.features import Code

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


OVERSEEING: dict[str, How] = {
    "supervisor_listen": "listen",
    "supervisor_whisper": "whisper",
    "supervisor_barge_in": "barge in",
    "supervisor_intercept": "intercept",
}


def add(room: QueueRoom) -> None:
    """From now on the exchange knows them, by the field of [features]."""
    codes: dict[str, Code] = {
        "agent_log_on": partial(_log_on, room),
        "agent_pin": partial(_change_pin, room),
        "agent_help": partial(_help, room),
        "agent_help_off": partial(_help_off, room),
        "supervisor_help": partial(_answer_help, room),
        "supervisor_trunk": partial(_trunk, room),
        **{field: partial(_act, room, field) for field in ACTS},
        **{field: partial(_oversee, room, how) for field, how in OVERSEEING.items()},
    }
    room.exchange.codes.update(codes)


async def _log_on(room: QueueRoom, call: Call, station: Station, arguments: tuple[str, ...]) -> Said | None:
    agent = arguments[0]
    pin = ""
    if room.pins.needed(agent):
        leg = call.calling
        assert leg is not None
        Service("agent", station.language).take(call)
        await leg.until(State.CONNECTED)
        pin = await ask(call, Said("pin.enter"))
    await log_on.log_on(room, station.name, agent, pin)
    if keeps_line_open(room.exchange.box, agent):
        await open_line.stay(room, call, agent)
        return None
    return open_line.LOGGED_ON


async def _change_pin(room: QueueRoom, call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    agent = room.desks.logged_on_at(station.name)
    leg = call.calling
    assert leg is not None
    Service("agent", station.language).take(call)
    await leg.until(State.CONNECTED)
    old = await ask(call, Said("pin.enter")) if room.pins.needed(agent) else ""
    new = await ask(call, Said("pin.new"))
    if await ask(call, Said("pin.new-again")) != new:
        raise Refused(Cause.FACILITY_REJECTED, "not-possible", said=Said("pin.differ"))
    await room.pins.change(station.name, agent, old, new)
    return Said("pin.changed")


async def _act(room: QueueRoom, field: str, call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    act, said = ACTS[field]
    room.ask(room.desks.logged_on_at(station.name), act)
    return said


async def _help(room: QueueRoom, call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    room.help.ask(room.desks.logged_on_at(station.name))
    return Said("agent.help-asked")


async def _help_off(room: QueueRoom, call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
    room.help.end(room.desks.logged_on_at(station.name))
    return Said("agent.help-over")


async def _answer_help(room: QueueRoom, call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    supervisor = supervisors.at(room.exchange.box, station.name)
    agent = room.help.longest(supervisor)
    await room.overseeing.from_code(call, agent, "whisper", supervisor.name)
    room.help.end(agent, supervisor.name)


async def _oversee(room: QueueRoom, how: How, call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    supervisor = supervisors.at(room.exchange.box, station.name)
    agent = arguments[0]
    supervisor.must_look_after(agent, room.rows.agent(agent).group)
    await room.overseeing.from_code(call, agent, how, supervisor.name)
    room.help.end(agent, supervisor.name)


async def _trunk(room: QueueRoom, call: Call, station: Station, arguments: tuple[str, ...]) -> None:
    """By its number in the order of the files: the first trunk line is 1."""
    supervisor = supervisors.at(room.exchange.box, station.name)
    lines = list(room.exchange.trunks)
    number = int(arguments[0]) if arguments[0].isdigit() else 0
    if not 1 <= number <= len(lines):
        raise Refused(Cause.INVALID_NUMBER, "not-possible", said=Said("call.vacant"))
    await room.overseeing.trunk_from_code(call, lines[number - 1], supervisor.name)
