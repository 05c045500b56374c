"""Asks a party for digits: words first, which its first key cuts short.

    pin = await ask(call, Said("conference.enter-pin"))         "" : nothing was keyed in time

How time flows: FIRST_S after the words for the first key, NEXT_S for each further one; # ends the number, and does not
belong to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from core.exchange.leg import Leg, Treatment
from core.exchange.refusal import Said

if TYPE_CHECKING:
    from core.exchange.call import Call

FIRST_S, NEXT_S = 8.0, 4.0
END = "#"


async def ask(call: Call, said: Said, *, longest: int = 20) -> str:
    """Digits of the calling party. It must be connected."""
    leg = call.calling
    assert leg is not None
    leg.keys.clear()
    leg.complete = False
    leg.device.listen(leg, True)
    try:
        words = await call.exchange.sounds.say(said, leg.device.language) or call.exchange.sounds.prompting
        await until_key(leg, words)
        digits = ""
        while len(digits) < longest:
            key = ""
            with trio.move_on_after(NEXT_S if digits else FIRST_S):
                key = await leg.next_key()
            if not key or key == END:
                break
            digits += key
        return digits
    finally:
        leg.device.listen(leg, False)


async def until_key(leg: Leg, words: Treatment) -> None:
    """Plays the words; the first key ends them mid-syllable."""
    async with trio.open_nursery() as nursery:

        async def watch() -> None:
            while not leg.keys and not leg.gone:
                await leg.news()
            nursery.cancel_scope.cancel()

        nursery.start_soon(watch)
        await leg.play(words)
        nursery.cancel_scope.cancel()
