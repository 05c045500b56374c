"""The little town: callers who ring in by themselves, as many an hour as is wanted, and agents who answer them.

    traffic = Traffic(simulation, flows, queues, changed)
    traffic.set(120)                            calls an hour; 0: nobody calls, and the agents go home
    await traffic.run()

Callers come at random (Poisson), each a different person of the town's plan, by the first span of the box that has
somebody at its far end, to the first number of [[flow]]. Who has called already goes on as he likes. With the same seed
the same callers come; time flows on trio's clock. What it does not: know what a flow asks (wishes.py), answer
(staff.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from random import Random
from typing import Annotated, Any

import msgspec
import trio
from msgspec import Meta

from core.flow_room import FlowRoom
from core.queues.room import QueueRoom
from core.texts import _
from core.town.caller import Caller
from core.town.simulation import Simulation
from core.town.staff import Staff
from core.town.voices import Voices
from hw.card import HardwareError

log = logging.getLogger(__name__)

MOST = 3600
"""Calls an hour."""


class TrafficView(msgspec.Struct, frozen=True):
    """The little town as it is now."""

    calls_per_hour: Annotated[int, Meta(description="how many ring in")]
    callers: Annotated[int, Meta(description="of the town in a call now")]
    made: Annotated[int, Meta(description="calls that they have made since the box was started")]
    turned_away: Annotated[int, Meta(description="of these, for whom no line was free")]
    agents: Annotated[dict[str, str], Meta(description="agents who are simulated, with their telephones")]
    number: Annotated[str, Meta(description="whom they call; empty: nobody can be called")]


class Traffic:
    """changed: is told what is to be seen of it."""

    def __init__(
        self,
        simulation: Simulation,
        flows: FlowRoom,
        queues: QueueRoom,
        changed: Callable[[TrafficView], Any],
        *,
        threaded: bool = True,
        seed: int = 1,
    ) -> None:
        self.calls_per_hour = 0
        self._simulation = simulation
        self._flows = flows
        self._changed = changed
        self._dice = Random(seed)
        self._voices = Voices(simulation.exchange.box.box.languages[0], threaded)
        self._staff = Staff(simulation, queues, self._voices, Random(seed))
        self._callers: set[str] = set()
        self._made = self._turned_away = 0
        self._turned = trio.Event()

    def set(self, calls_per_hour: int) -> None:
        """HardwareError: there is no way in, or no flow to call."""
        if calls_per_hour and not self._target()[1]:
            raise HardwareError(
                _("the town has nobody to call"),
                action=_("it calls a number of [[flow]] by a [[span]] of a simulated card; both must be there"),
            )
        self.calls_per_hour = calls_per_hour
        self._turned.set()
        self._turned = trio.Event()
        self._tell()

    def view(self) -> TrafficView:
        return TrafficView(
            self.calls_per_hour,
            len(self._callers),
            self._made,
            self._turned_away,
            dict(sorted(self._staff.at.items())),
            self._target()[1],
        )

    async def run(self) -> None:
        """Until cancelled."""
        async with trio.open_nursery() as people:
            while True:
                while not self.calls_per_hour:
                    await self._turned.wait()
                await self._voices.make()
                async with trio.open_nursery() as office:
                    office.start_soon(self._staff.work)
                    await self._calls(people)
                    office.cancel_scope.cancel()
                self._tell()

    async def _calls(self, people: trio.Nursery) -> None:
        """Until nobody is to call any more."""
        while self.calls_per_hour:
            turned = self._turned
            with trio.move_on_after(self._dice.expovariate(self.calls_per_hour / 3600)) as waited:
                await turned.wait()
            if waited.cancelled_caught:
                self._call(people)

    def _call(self, people: trio.Nursery) -> None:
        way, number = self._target()
        free = [number for number in self._residents() if number not in self._callers]
        if not number or not free:
            return
        person = self._dice.choice(free)
        self._made += 1
        try:
            call = self._simulation.place(way, number, person)
        except HardwareError as refused:
            self._turned_away += 1
            log.info("caller of the town", extra={"number": person, "reason": str(refused)})
        else:
            self._callers.add(person)
            caller = Caller(person, call, self._simulation, self._flows, self._voices, Random(self._dice.random()))
            people.start_soon(self._live, caller)
        self._tell()

    async def _live(self, caller: Caller) -> None:
        try:
            await caller.live()
        finally:
            self._callers.discard(caller.number)
            self._tell()

    def _residents(self) -> list[str]:
        return [number for town in self._simulation.towns() for number in town.plan.residents]

    def _target(self) -> tuple[str, str]:
        """The way in, and the number as the network sends it there; empty: there is none."""
        box = self._simulation.exchange.box
        ways = [way for town in self._simulation.towns() for way in town.cities]
        if not ways or not box.flow:
            return "", ""
        group = next((one for one in box.trunk_group if ways[0] in one.lines), None)
        number = box.flow[0].number
        if group is None:
            return ways[0], number
        # What is taken off may be anything; our own number looks best.
        before = group.calling.ljust(group.did.strip, "0")[: group.did.strip]
        return ways[0], before + number.removeprefix(group.did.add)

    def _tell(self) -> None:
        self._changed(self.view())
