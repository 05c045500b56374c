"""One caller of the little town: rings in, finds his way, waits for as long as he likes, talks, hangs up.

    calls ── answered ── in a flow: does what it asks (wishes.py) ── waits ── talks ── hangs up
                                        leaves a message ── hangs up     └── has no more patience: hangs up

He looks at his call LOOK_S apart, as a person notices that something else is heard now; on trio's clock. What he says
is in `Simulation.said`, to be read by who hears him.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import trio

from core.exchange.device import DeviceKind
from core.exchange.leg import Leg
from core.ivr.nodes import AnyNode
from core.town.simulation import audible
from core.town.voices import Part, Voices
from core.town.wishes import Keys, Speech, wish
from hw.tones import dtmf

if TYPE_CHECKING:
    from core.flow_room import FlowRoom
    from core.town.simulation import Simulation
    from hw.sim.town import IncomingCall

LOOK_S = 0.25
UNANSWERED_S = 40.0
THINKS_S = (1.5, 5.0)
PATIENCE_S = (45.0, 240.0)
TALKS_S = (120.0, 300.0)
"""An agent ends the talk before, as a rule."""
PAUSE_S = (5.0, 12.0)
"""Between two sentences."""


class Caller:
    """number: his own, and whose call it is."""

    def __init__(
        self, number: str, call: IncomingCall, simulation: Simulation, flows: FlowRoom, voices: Voices, dice: Random
    ) -> None:
        self.number = number
        self._call = call
        self._simulation = simulation
        self._flows = flows
        self._voices = voices
        self._dice = dice
        self._leg: Leg | None = None
        self._met = ""
        """Device of whom he spoke with last."""

    async def live(self) -> None:
        """Until the call is over."""
        try:
            with trio.move_on_after(UNANSWERED_S):
                await self._call.answered.wait()
            if self._call.answered.is_set():
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._until_over, nursery.cancel_scope)
                    await self._act()
                    nursery.cancel_scope.cancel()
        finally:
            self._simulation.said.pop(self.number, None)
            self._call.hang_up()

    async def _until_over(self, scope: trio.CancelScope) -> None:
        await self._call.ended.wait()
        scope.cancel()

    async def _act(self) -> None:
        """Until he has had enough."""
        patience = self._between(PATIENCE_S)
        talk = self._between(TALKS_S)
        asked: AnyNode | None = None
        while patience > 0 and talk > 0:
            await trio.sleep(LOOK_S)
            leg = self._mine()
            node, nodes = (leg and self._flows.asking(leg)) or (None, {})
            others = [other for other in leg.call.others(leg) if audible(other)] if leg is not None else []
            if leg is not None and others and leg.treatment is None:
                talk -= await self._talk(leg, others[0])
            elif node is None or node is asked:
                patience -= LOOK_S
            else:
                await trio.sleep(self._between(THINKS_S))
                match wish(node, nodes, self._dice):
                    case Keys(keys=keys):
                        self._call.say(dtmf(keys))
                    case Speech(end=end) if leg is not None:
                        await self._leaves_message(leg, end)
            asked = node

    def _mine(self) -> Leg | None:
        """His half of a call of the exchange, whatever transfers made of it."""
        if self._leg is None or self._leg.gone:
            self._leg = next(
                (
                    leg
                    for call in self._simulation.exchange.calls.values()
                    for leg in call.legs
                    if leg.device.kind is DeviceKind.TRUNK and leg.party.number == self.number
                ),
                None,
            )
        return self._leg

    async def _leaves_message(self, leg: Leg, end: str) -> None:
        """After the tone; then his key, or he hangs up."""
        tone = False
        while not (tone and leg.treatment is None):
            tone = tone or (leg.treatment is not None and leg.treatment.name == "prompting")
            await trio.sleep(LOOK_S / 5)
        await self._says("message")
        if end:
            self._call.say(dtmf(end))
        else:
            self._call.hang_up()

    async def _talk(self, leg: Leg, other: Leg) -> float:
        """One sentence and the pause after it, or less when he is left alone; how long that took, s."""
        begun = trio.current_time()
        await self._says("question" if other.name == self._met else "opening")
        self._met = other.name
        with trio.move_on_after(self._between(PAUSE_S)):
            await leg.news()  # held, or left alone
        return trio.current_time() - begun

    async def _says(self, part: Part) -> None:
        sentence = self._voices.say(part, self._dice)
        if sentence is None:
            return
        said = self._simulation.said
        said[self.number] = sentence.text
        self._call.say(sentence.clip)
        await trio.sleep(sentence.clip.ms / 1000)
        said.pop(self.number, None)

    def _between(self, bounds: tuple[float, float]) -> float:
        return self._dice.uniform(*bounds)
