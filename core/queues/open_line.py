"""Agents whose telephone stays off the hook for the whole shift (permanent line, 长摘机座席): [[agent_group]] line.

    dials *81*1001#, or is rung and lifts ──> logged on ──> silence, a call of its own ── an offer: a tone in his ear
         automatic: a beep later he has the caller          by hand: he presses the hook key, or call.answer
         the caller goes ──> silence again ...              he hangs up ──> the shift is over: he is logged off

The open line is a call of his and a service. While he speaks with a caller it stands aside (Station.aside): nobody is
joined with it, it is not rung back, and it is there again when he has nobody else. To call out, or to dial a code, he
presses the hook key as in any call. What it does not: decide (core/acd); ring (ringing.py): an offer waits at the
telephone as a second call does.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import trio

from core.acd.agents import Act
from core.exchange.leg import State
from core.exchange.refusal import Refused, Said
from core.exchange.service import Service
from core.queues import log_on as seats
from core.queues.room import QueueRoom
from core.texts import _
from hw.signalling.line import Party
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call

LOGGED_ON = Said("agent.logged-on")


async def log_on(room: QueueRoom, device: str, agent: str, pin: str) -> None:
    """By program: his telephone rings, to stay off the hook; until it is lifted, it rings for nobody else. Not lifted,
    he is logged off. Refused: as log_on.log_on(), or the telephone is not free.
    """
    _must_be_free(room, device)
    room.desks.opening.add(agent)
    try:
        await seats.log_on(room, device, agent, pin)
        try:
            _must_be_free(room, device)  # the PIN has taken its time
        except Refused:
            _log_off(room, agent)
            raise
    except BaseException:
        room.desks.opening.discard(agent)
        raise
    station = room.exchange.stations[device]
    room.exchange.ring_station(station, partial(_lifted, room=room, agent=agent), Party(agent), "internal")


def _must_be_free(room: QueueRoom, device: str) -> None:
    station = room.exchange.stations.get(device)
    if station is not None and not (station.free and station.reachable):
        raise Refused(Cause.USER_BUSY, "busy", _("station {device} is not free").format(device=device))


async def _lifted(call: Call, *, room: QueueRoom, agent: str) -> None:
    leg = call.calling
    assert leg is not None
    room.desks.is_none(call)
    try:
        with trio.move_on_after(room.exchange.stations[leg.name].settings.no_answer_s):
            await leg.until(State.CONNECTED)
    finally:
        if leg.state is not State.CONNECTED:
            room.desks.opening.discard(agent)
            _log_off(room, agent)
    if leg.state is State.CONNECTED:
        await stay(room, call, agent)
    else:
        call.end(Cause.NO_ANSWER, "no answer")


async def stay(room: QueueRoom, call: Call, agent: str) -> None:
    """The routine of the open line: until he hangs up, or is logged off."""
    leg = call.calling
    assert leg is not None
    room.desks.is_none(call)
    if leg.state is State.INITIATED:
        Service("agent", leg.device.language).take(call)
        await leg.until(State.CONNECTED)
    elif not any(isinstance(other.device, Service) for other in call.others(leg)):
        Service("agent", leg.device.language).take(call)
    leg.open_line = True
    room.desks.opening.discard(agent)
    room.desks.rested()  # a call may be offered already
    try:
        words = await room.exchange.sounds.done(LOGGED_ON, leg.device.language)
        await call.announce(leg, words)
        while not leg.gone and room.desks.agent_at.get(leg.name) == agent:
            await call.news()
    finally:
        if room.desks.agent_at.get(leg.name) == agent:
            _log_off(room, agent)
    call.end(Cause.NORMAL_CLEARING, "logged off")


def _log_off(room: QueueRoom, agent: str) -> None:
    with suppress(Refused):
        room.ask(agent, Act.LOG_OFF, "hung up")
