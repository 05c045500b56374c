"""Logging on: the agent's number, his PIN, and the telephone where he sits from then on.

One agent sits at one telephone, one telephone has one agent. Wrong PINs make agent and telephone wait, longer each time
(core/exchange/lockout.py); an unknown number is answered like a wrong PIN.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from core.acd.agents import Act
from core.exchange.refusal import Refused, Said
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.queues.room import QueueRoom


def needs_pin(room: QueueRoom, agent: str) -> bool:
    """An unknown number is asked for one, too: nobody learns from us which there are."""
    person = next((one for one in room.exchange.box.agent if one.number == agent), None)
    return person is None or bool(person.pin)


def log_on(room: QueueRoom, device: str, agent: str, pin: str) -> None:
    """Refused: a wrong PIN, no such telephone, or somebody is logged on there, or he elsewhere."""
    exchange = room.exchange
    lockout, now, keys = exchange.lockout, exchange.clock(), (("agent", agent), ("agents at", device))
    if lockout.wait_s(*keys, now=now):
        raise Refused(
            Cause.CALL_REJECTED, "wrong-pin", _("too many wrong PINs; try again later"), said=Said("pin.blocked")
        )
    person = next((one for one in exchange.box.agent if one.number == agent), None)
    if person is None or (person.pin and not hmac.compare_digest(person.pin.encode(), pin.encode())):
        lockout.wrong(*keys, now=now)
        raise Refused(
            Cause.CALL_REJECTED,
            "wrong-pin",
            _("the agent's number or PIN is wrong"),
            said=Said("pin.wrong-or-unknown"),
        )
    lockout.right(*keys)
    if device not in exchange.stations:
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
