"""What the owner of a box sets by telephone: greetings, his name, his PIN.

1 greetings ─ 1 for all, 2 busy, 3 no answer, 4 out of hours ─> speaks, #        nothing said: the box's own words again
2 name ─────────────────────────────────────────────────────> speaks, #
3 PIN ── twice the same, 6 to 12 digits, not one that anybody would try first ──> kept as a hash (argon2id)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import argon2
import numpy as np

from core.config.codes import weak
from core.exchange.taping import taken_down
from core.prompts.audio import prompt_of
from core.voicemail.boxes import Box
from core.voicemail.talk import Talk
from hw.wave import Samples

if TYPE_CHECKING:
    from core.voicemail.room import Voicemail

LONGEST_S = 120.0
QUESTIONS = 3
PIN_SHORTEST, PIN_LONGEST = 6, 12

GREETINGS = {"1": "all", "2": "busy", "3": "no-answer", "4": "closed"}


class Settings:
    def __init__(self, room: Voicemail, talk: Talk, box: Box) -> None:
        self._room = room
        self._talk = talk
        self._box = box

    async def run(self) -> None:
        silent = 0
        while silent < QUESTIONS:
            key = await self._talk.ask("voicemail.settings")
            silent = 0 if key else silent + 1
            match key:
                case "1":
                    await self._greeting()
                case "2":
                    await self._record("name", "service.enter-name", "voicemail.name-saved")
                case "3":
                    await self._pin()
                case "*":
                    return
                case "":
                    pass
                case _:
                    await self._talk.say("menu.wrong-key")

    async def _greeting(self) -> None:
        kind = GREETINGS.get(await self._talk.ask("voicemail.greetings-menu"))
        if kind is None:
            await self._talk.say("menu.wrong-key")
        else:
            await self._record(kind, "voicemail.greeting-record", "voicemail.greeting-saved")

    async def _record(self, kind: str, asks: str, saved: str) -> None:
        said = await spoken_by(self._room, self._talk, asks, LONGEST_S)
        shelf = self._box.shelf
        await self._room.aside(lambda: shelf.set_greeting(kind, said if len(said) else None))
        await self._talk.say(saved if len(said) else "voicemail.greeting-deleted")

    async def _pin(self) -> None:
        talk = self._talk
        first = await talk.digits("pin.new", PIN_LONGEST)
        if len(first) < PIN_SHORTEST:
            await talk.say("pin.too-short", digits=PIN_SHORTEST)
            return
        if weak(first, self._box.number) or any(weak(first, home.name) for home in self._room.homes(self._box)):
            await talk.say("pin.too-easy")
            return
        if await talk.digits("pin.new-again", PIN_LONGEST) != first:
            await talk.say("pin.differ")
            return
        shelf = self._box.shelf
        await self._room.aside(lambda: shelf.set_pin_hash(argon2.PasswordHasher().hash(first)))
        await talk.say("pin.changed")


async def spoken_by(room: Voicemail, talk: Talk, asks: str, longest_s: float) -> Samples:
    """What a party says when asked for it, at the level of prompts; empty: nothing."""
    key = await talk.say(asks)
    if key:  # impatient: no words at all
        return np.zeros(0, np.int16)
    path = room.scratch(talk.call)
    said = await taken_down(talk.call, talk.leg, path, room.aside, longest_s)
    talk.open()
    return prompt_of(said)
