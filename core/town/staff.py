"""Agents of the little town: they sit where nobody real is logged on, answer what rings, talk a while, hang up.

    logs on, is ready ── rings ── lifts ── speaks ── hangs up ── after-call work ── ready

Each sits at the simulated telephone whose number ends like his own (2003 at 8003). The first agent of the configuration
is left to whoever tries the box; whoever logs on as one of the others, or at his telephone, takes his place, and so
does who has that telephone in hand. What a supervisor has wanted of an agent stays.
"""

from __future__ import annotations

import logging
import math
from random import Random
from typing import TYPE_CHECKING

import trio

from core.acd.agents import Act
from core.config.model.queues import AgentSettings
from core.exchange.refusal import Refused
from core.queues import log_on
from core.queues.room import QueueRoom
from core.town.simulation import Simulation
from core.town.voices import Part, Voices

if TYPE_CHECKING:
    from hw.sim.telephone import Telephone

log = logging.getLogger(__name__)

ENDING = 2
"""So many digits at the end of his number say where he sits."""
ALONE = ("busy", "congestion", "dial")
"""Tones that say that nobody is there: the caller has gone, perhaps before the telephone was lifted."""
LOOK_S = 0.5
LIFTS_S = (2.0, 7.0)
TALKS_S = (15.0, 75.0)
PAUSE_S = (4.0, 10.0)


class Staff:
    def __init__(self, simulation: Simulation, queues: QueueRoom, voices: Voices, dice: Random) -> None:
        self.at: dict[str, str] = {}
        """Telephones by agent: those of ours who are logged on."""
        self._sent_home: set[str] = set()
        """By somebody real, who has logged them off."""
        self._simulation = simulation
        self._queues = queues
        self._voices = voices
        self._dice = dice

    async def work(self) -> None:
        """Until cancelled: then all log off."""
        self._sent_home.clear()
        self._queues.give_way = self._give_way
        try:
            async with trio.open_nursery() as nursery:
                for agent in self._queues.exchange.box.agent[1:]:
                    seat = self._seat(agent)
                    if seat is not None:
                        nursery.start_soon(self._shift, agent, seat)
        finally:
            for number in list(self.at):
                self._log_off(number)

    def _give_way(self, agent: str, device: str) -> None:
        """Somebody logs on as that agent, or at that telephone."""
        for number, seat in list(self.at.items()):
            if number == agent or seat == device:
                self._log_off(number)

    def _seat(self, agent: AgentSettings) -> Telephone | None:
        telephones = {number: one for town in self._simulation.towns() for number, one in town.telephones.items()}
        return next((one for number, one in telephones.items() if number[-ENDING:] == agent.number[-ENDING:]), None)

    async def _shift(self, agent: AgentSettings, telephone: Telephone) -> None:
        while True:
            if self._present(agent, telephone):
                await self._answer(telephone)
            await trio.sleep(LOOK_S)

    def _present(self, agent: AgentSettings, telephone: Telephone) -> bool:
        """Logged on there and as ready as may be, by us."""
        desks, number, seat = self._queues.desks, agent.number, telephone.name
        if seat in self._simulation.in_hand:
            self._log_off(number)
            return False
        try:
            if self.at.get(number) != seat:
                if number in self._sent_home or number in desks.at or seat in desks.agent_at or telephone.off_hook:
                    return False
                log_on.take_seat(self._queues, seat, number)
                self.at[number] = seat
            row = next(row for row in self._queues.rows.agents() if row.number == number)
            if row.device != seat:
                self._sent_home.add(number)
                del self.at[number]
                return False
            if row.state in ("not ready", "rest") and not row.by:
                self._queues.ask(number, Act.READY)
        except Refused as refused:
            log.info("agent of the town", extra={"agent": number, "reason": str(refused)})
        return self.at.get(number) == seat

    async def _answer(self, telephone: Telephone) -> None:
        if not telephone.ringing:
            return
        await trio.sleep(self._dice.uniform(*LIFTS_S))
        if not telephone.ringing or telephone.name in self._simulation.in_hand:
            return
        telephone.lift()
        try:
            with trio.move_on_after(self._dice.uniform(*TALKS_S)):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._speak, telephone)
                    await telephone.until(lambda: telephone.tone in ALONE, math.inf, "end of the call")
                    nursery.cancel_scope.cancel()
        finally:
            self._simulation.said.pop(telephone.name, None)
            if telephone.name not in self._simulation.in_hand and telephone.off_hook:
                telephone.hang_up()

    async def _speak(self, telephone: Telephone) -> None:
        part: Part = "greeting"
        while True:
            await trio.sleep(0.5 if part == "greeting" else self._dice.uniform(*PAUSE_S))
            sentence = self._voices.say(part, self._dice)
            part = "answer"
            if sentence is None or not telephone.off_hook:
                return
            self._simulation.said[telephone.name] = sentence.text
            await telephone.speak(sentence.clip)
            self._simulation.said.pop(telephone.name, None)

    def _log_off(self, number: str) -> None:
        if self.at.pop(number, None) is not None and number in self._queues.desks.at:
            try:
                self._queues.ask(number, Act.LOG_OFF)
            except Refused as refused:
                log.info("agent of the town", extra={"agent": number, "reason": str(refused)})
