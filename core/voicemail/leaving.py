"""A caller leaves a message.

    greeting ─────────> tone ─> speech ... # ──> "1 listen, 2 again, 3 save, 4 urgent" ──> "saved"
        # goes on at once         hangs up ──────────────────── hangs up ──> kept all the same
        * its owner: PIN (hearing.py)

The greeting is that of its owner for the reason of the call (busy, no answer, out of hours), else the owner's for all,
else the box says whose it is. A telephone that forwards to the number of voicemail is answered by its own mailbox.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import trio

from core.exchange.asking import END
from core.exchange.leg import State
from core.exchange.refusal import Refused
from core.exchange.service import Service
from core.exchange.taping import KEY_MS
from core.numbering.target import Target
from core.prompts.parts import File, Part
from core.voicemail import hearing
from core.voicemail.boxes import Box, Draft
from core.voicemail.message import Message, seconds_left
from core.voicemail.shelf import spoken
from core.voicemail.talk import Gone, Talk
from hw import clips as hw_clips
from hw.recordings import RecordingError
from hw.signalling.line import Presentation
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.voicemail.room import Voicemail

log = logging.getLogger(__name__)

LEAST_S = 5.0  # left in the box, else it is full
QUESTIONS = 3  # that a caller may leave unanswered

GREETINGS = {"busy": "busy", "no answer": "no-answer", "night": "closed"}
"""Of the reasons of a diversion."""

LISTEN, AGAIN, SAVE, URGENT, OWNER = "1", "2", "3", "4", "*"


async def take(room: Voicemail, call: Call, target: Target) -> None:
    """The destination of mailboxes; a target without a name is the number of voicemail."""
    number = target.name
    if not number and call.diversions:
        number = room.of_station(call.diversions[-1])
        if not number:
            raise Refused(Cause.UNALLOCATED, "vacant")
    box = await room.box(number) if number else None
    caller = call.calling
    assert caller is not None
    service = Service(target.number or number, caller.device.language).take(call)
    if caller.state is not State.CONNECTED:
        await caller.until(State.CONNECTED)
    sender: str | None = None
    while sender is None and call.calling is not None:
        sender = await _with(room, Talk(call), box)
    # A flow that has sent its caller here goes on with him; else nobody is left to speak with, and the call ends.
    call.drop(service, Cause.NORMAL_CLEARING, "exchange", "calls the sender of a message" if sender else "service done")
    if sender and call.calling is not None:
        onward = call.exchange.router.resolve(sender, call.calling.device)
        call.called = sender
        await call.exchange.router.route(call, onward)


async def _with(room: Voicemail, talk: Talk, box: Box | None) -> str | None:
    """The number that the party wants to call, or "". None: another party has taken its place, as a secretary does who
    sends her caller to the mailbox of her chief.
    """
    talk.open()
    try:
        if box is None or await _Leaving(room, talk, box).run() == OWNER:
            return await hearing.enter(room, talk, box)
    except Gone:
        return None
    finally:
        talk.close()
    return ""


class _Leaving:
    def __init__(self, room: Voicemail, talk: Talk, box: Box) -> None:
        self._room = room
        self._talk = talk
        self._box = box
        self._draft: Draft | None = None

    async def run(self) -> str:
        """OWNER: the caller says that it is his box."""
        left = seconds_left(self._box.messages.values(), self._box.quota)
        if left < LEAST_S:
            return OWNER if await self._talk.ask("voicemail.box-full") == OWNER else ""
        if await self._greet() == OWNER:
            return OWNER
        try:
            while await self._speak(min(left, self._box.settings.longest_s)) == AGAIN:
                await self._give_up()
        except Gone:
            if self._talk.call.calling is not None:  # the words of who sends another one are no message
                await self._give_up()
            raise
        except (OSError, RecordingError) as error:
            self._room.failed(error)
            self._draft = None
            await self._talk.say("voicemail.not-saved")
        finally:
            if self._draft is not None:
                self._room.later(self._draft)
        return ""

    async def _greet(self) -> str:
        reason = self._talk.call.diverted
        shelf = self._box.shelf
        kinds = [GREETINGS[reason]] if reason in GREETINGS else []

        def own() -> Part | None:
            return next((File(shelf.greeting(one)) for one in [*kinds, "all"] if shelf.has_greeting(one)), None)

        greeting = await self._room.aside(own)
        if isinstance(greeting, File):
            clip = await self._room.aside(lambda: hw_clips.load(greeting.path))
            return await self._talk.play("greeting", [clip])
        name = f"voicemail.greeting-{kinds[0]}" if kinds else "voicemail.greeting"
        if await self._room.aside(lambda: shelf.has_greeting("name")):
            return await self._talk.say("voicemail.greeting-of", name=[File(shelf.greeting("name"))])
        return await self._talk.say(name)

    async def _speak(self, longest_s: float) -> str:
        """Records, and asks what is to become of it. AGAIN: from the beginning."""
        talk, call = self._talk, self._talk.call
        await talk.play("prompting", call.exchange.sounds.prompting.sources)
        path = await self._room.begin(self._box, str(call.id), self._facts())
        recording = await call.exchange.plane.record(talk.leg.port, path)
        self._draft = draft = Draft(self._box, path, recording)
        key = ""
        with trio.move_on_after(longest_s):
            key = await talk.leg.next_key()
            while key and key != END:
                key = await talk.leg.next_key()
        self._room.stop(draft)
        if not key and (talk.leg.gone or call.calling is not talk.leg):
            raise Gone
        if key == END:
            draft.cut_ms = KEY_MS
        else:
            await talk.say("voicemail.limit-reached")
        await recording.closed()
        return await self._review(draft)

    async def _review(self, draft: Draft) -> str:
        talk = self._talk
        for _question in range(QUESTIONS):
            key = await talk.ask("voicemail.review")
            while key in (LISTEN, URGENT):
                if key == LISTEN:
                    clip = await self._room.aside(lambda: hw_clips.Clip(spoken(draft.path, draft.cut_ms)))
                    key = await talk.play("message", [clip])
                else:
                    draft.urgent = not draft.urgent
                    key = await talk.say("voicemail.marked-urgent" if draft.urgent else "voicemail.not-urgent")
                key = key or await talk.ask("voicemail.review")
            if key == AGAIN:
                return AGAIN
            if key == SAVE:
                break
        message = await self._room.keep(draft)
        self._draft = None
        await talk.say("voicemail.saved" if message is not None else "voicemail.too-short")
        return "" if message is not None else AGAIN

    async def _give_up(self) -> None:
        if self._draft is not None:
            draft, self._draft = self._draft, None
            await self._room.drop(draft)

    def _facts(self) -> Message:
        call, party = self._talk.call, self._talk.leg.party
        shown = party.presentation is Presentation.ALLOWED
        return Message(
            0,
            call.exchange.utc().timestamp(),
            0,
            caller=party.number if shown else "",
            name=party.name if shown else "",
            reason=call.diverted,
        )
