"""Speaking with one party by words and keys: whatever is said, a key cuts it short and is what is answered.

key = await talk.say("voicemail.menu")          "" : he heard it to its end and pressed nothing
key = await talk.ask("voicemail.menu")          ... or pressed something within FIRST_S
pin = await talk.digits("pin.enter")            until #, or nothing more comes for NEXT_S

Each raises Gone when somebody else has taken the party's place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import trio

from core.exchange.asking import END, FIRST_S, NEXT_S
from core.exchange.leg import Leg, Treatment
from core.exchange.refusal import Said
from hw.playback import Audible

if TYPE_CHECKING:
    from core.exchange.call import Call


class Gone(Exception):
    """The party has left the talk, and the call goes on: a transfer has put somebody else in its place."""


class Talk:
    """`language`: of the words. Between open() and close() keys come here."""

    def __init__(self, call: Call, language: str = "") -> None:
        leg = call.calling
        assert leg is not None
        self.call = call
        self.leg: Leg = leg
        self.language = language or leg.device.language

    def open(self) -> None:
        self.leg.keys.clear()
        self.leg.complete = False
        self.leg.device.listen(self.leg, True)

    def close(self) -> None:
        if not self.leg.gone:
            self.leg.device.listen(self.leg, False)

    async def say(self, name: str, /, **values: object) -> str:
        """The key that cut it short; "": none. A prompt that cannot be said is silence."""
        words = await self.call.exchange.sounds.say(Said(name, values), self.language)
        return await self._play(words) if words is not None else ""

    async def play(self, name: str, sources: Sequence[Audible]) -> str:
        """The same of any sound; `name` as in the journal."""
        return await self._play(Treatment(name, sources, loop=False))

    async def _play(self, treatment: Treatment) -> str:
        key = ""
        async with trio.open_nursery() as nursery:

            async def watch() -> None:
                nonlocal key
                key = await self.leg.next_key()
                nursery.cancel_scope.cancel()

            nursery.start_soon(watch)
            await self.leg.play(treatment)
            nursery.cancel_scope.cancel()
        self._there()
        return key

    def _there(self) -> None:
        if self.leg.gone or self.call.calling is not self.leg:
            raise Gone

    async def key(self, seconds: float = FIRST_S) -> str:
        """The next one; "": none in that time."""
        key = ""
        with trio.move_on_after(seconds):
            key = await self.leg.next_key()
        self._there()
        return key

    async def ask(self, name: str, /, **values: object) -> str:
        return await self.say(name, **values) or await self.key()

    async def digits(self, name: str, longest: int = 20) -> str:
        found = ""
        key = await self.ask(name)
        while key and key != END:
            found += key
            if len(found) == longest:
                break
            key = await self.key(NEXT_S)
        return found
