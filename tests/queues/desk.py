"""An office with a queue, sales (8500), and agents 1001 to 1003, who sit at 8001 to 8003."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.acd.agents import Act
from core.queues import log_on
from core.queues.views import AgentRow
from hw.sim.party import Party
from hw.sim.telephone import Telephone
from tests.exchange.office import Office, configuration, hears

PIN = "739164"
MUSIC_HZ = 659


def queues(
    *, group: dict[str, Any] | None = None, agents: dict[str, Any] | None = None, **queue: Any
) -> dict[str, Any]:
    """Tables for open_office. group, agents: settings in place of the usual ones; the rest: of the queue."""
    people = [
        {"number": f"100{n}", "name": f"Agent {n}", "group": "desk", "queues": [{"queue": "sales"}], **(agents or {})}
        for n in (1, 2, 3)
    ]
    return configuration(
        queue=[{"name": "sales", "number": "8500", **queue}],
        agent_group=[{"name": "desk", "begin": "ready", "after_call": "none", **(group or {})}],
        agent=people,
    )


def log_all_on(office: Office, *numbers: str) -> None:
    """1001 at 8001, and so on."""
    for number in numbers:
        log_on.take_seat(office.queues, f"800{number[-1]}", number)


async def calls(office: Office, caller: str = "8004", number: str = "8500") -> Telephone:
    """A telephone of the house as the caller: it has ears."""
    telephone = office.phone(caller)
    await office.dial(telephone, number)
    return telephone


def agent(office: Office, number: str) -> AgentRow:
    return office.queues.rows.agent(number)


def ask(office: Office, number: str, act: Act, reason: str = "") -> None:
    office.queues.ask(number, act, reason)


async def hears_music(party: Party) -> bool:
    return hears(await party.listen(0.5), MUSIC_HZ)


async def hears_words(party: Party) -> bool:
    """Something, and no music."""
    speech = await party.listen(0.5)
    loud = float(np.sqrt(np.mean(speech.samples.astype(float) ** 2))) if len(speech.samples) else 0.0
    return loud > 200 and not hears(speech, MUSIC_HZ)
