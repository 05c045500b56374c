"""A waiting caller who wants to be called back is asked for his number; an agent who lifts ends it mid-syllable.

3 ──> "we will call 138 ... : 1 right, 2 another one" ── 1 ──> taken
                 ^               └── 2 ──> "enter your number" ── it is checked ──┐
                 └────────────────────────────────────────────────────────────────┘
nothing keyed, or too often wrong: he goes on waiting, where he was
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from core.config.model.queues import QueueSettings
from core.exchange.asking import FIRST_S, ask, until_key
from core.exchange.leg import Leg
from core.exchange.refusal import Said
from core.queues.reach import reach

if TYPE_CHECKING:
    from core.exchange.call import Call

RIGHT, CHANGE = "1", "2"
TRIES = 3


async def number_wanted(call: Call, queue: QueueSettings, known: str) -> str:
    """Normalised; "": he goes on waiting. known: the number that he calls from, "": it is not known."""
    leg = call.calling
    assert leg is not None
    number = known if known and reach(call.exchange, queue, known) is not None else ""
    for _ in range(TRIES):
        if number:
            key = await _key(call, leg, Said("queue.call-back-number", {"number": number}))
            if key == RIGHT:
                return number
            if key != CHANGE:
                return ""
        typed = await ask(call, Said("queue.call-back-enter"))
        leg.device.listen(leg, True)
        if not typed:
            return ""
        number = typed if typed in call.exchange.stations else call.exchange.plan.normalised(typed)
        if reach(call.exchange, queue, number) is None:
            number = ""
            await _say(call, leg, Said("queue.call-back-impossible"))
    return ""


async def _key(call: Call, leg: Leg, said: Said) -> str:
    """The key that he presses while it is said or soon after."""
    leg.keys.clear()
    await _say(call, leg, said)
    with trio.move_on_after(FIRST_S):
        return await leg.next_key()
    return ""


async def _say(call: Call, leg: Leg, said: Said) -> None:
    words = await call.exchange.sounds.say(said, leg.device.language)
    if words is not None:
        await until_key(leg, words)
