"""The owner of a box hears his messages.

    who is it? ─ his telephone: its mailbox ─ else: number of the box ─> PIN ─> counts ─> menu
    1 messages    each: "second message" "from ..." "received ..." speech ─> keys
    2 folders     new, saved, work, private
    0 settings    greetings, name, PIN
    * ends, or goes back

    while a message sounds   7 back, 8 pause, 9 forward 5 s          all other keys as after it
    after it                 1 again, 2 next, 3 delete or bring back, 4 save, 5 forward, 6 reply, 7 call its sender,
                             8 details, # to the menu

A wrong PIN and an unknown box are answered in the same words; after three, box and caller have to wait
(core/exchange/lockout.py). Whoever answers nothing any more is taken leave of.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import argon2
import numpy as np
import trio

from core.exchange.lockout import Everybody
from core.exchange.refusal import Refused
from core.exchange.station import Station
from core.prompts.parts import Part
from core.prompts.slots import LANGUAGES
from core.voicemail.boxes import Box
from core.voicemail.message import Folder, Message, counts, in_folder, nearly_full, seconds_left
from core.voicemail.owning import Settings, spoken_by
from core.voicemail.talk import Talk
from hw import clips as hw_clips
from hw.clips import Clip
from hw.recordings import RecordingError
from hw.wave import RATE, ClipError, Samples

if TYPE_CHECKING:
    from core.voicemail.room import Voicemail

TRIES = 3
QUESTIONS = 3  # that may be left unanswered
SEEK_S = 5.0
INTRODUCTION_S = 60.0
BACK, PAUSE, FORWARD = "7", "8", "9"

FOLDERS = {
    "1": (Folder.NEW, "voicemail.folder-new"),
    "2": (Folder.OLD, "voicemail.folder-old"),
    "3": (Folder.WORK, "voicemail.folder-work"),
    "4": (Folder.PRIVATE, "voicemail.folder-private"),
}


async def enter(room: Voicemail, talk: Talk, box: Box | None) -> str:
    """`box`: whose greeting the caller has heard; None: he dialled the number of voicemail. Returns the number that he
    wants to call, if any.
    """
    opened = await _open(room, talk, box)
    if opened is None:
        return ""
    if opened.settings.language:
        talk.language = opened.settings.language
    try:
        return await _Hearing(room, talk, opened).run()
    except (OSError, RecordingError) as error:
        room.failed(error)
        await talk.say("call.fault")
        return ""


async def _open(room: Voicemail, talk: Talk, box: Box | None) -> Box | None:
    """None: no right PIN."""
    device = talk.leg.device
    own = room.of_station(device.name) if isinstance(device, Station) else ""
    if box is None and own:
        box = await room.box(own)
    if box is not None and box.number == own and not (box.settings.ask_pin and await _has_pin(room, box)):
        return box
    lockout = room.exchange.lockout
    for _attempt in range(TRIES):
        number = box.number if box is not None else await talk.digits("voicemail.enter-box")
        caller = ("voicemail caller", talk.leg.party.number or device.name)
        given = await talk.digits("pin.enter")
        keys, now = (("mailbox", number), caller, Everybody("voicemail")), room.exchange.clock()
        if lockout.wait_s(*keys, now=now):
            await talk.say("pin.blocked")
            return None
        try:
            found = await room.box(number)
        except Refused:
            found = None
        if found is not None and await _right(room, found, given):
            lockout.right(*keys)
            return found
        lockout.wrong(*keys, now=now)
        if lockout.wait_s(*keys, now=now):
            await talk.say("pin.blocked")
            return None
        await talk.say("pin.wrong-or-unknown")
    return None


async def _has_pin(room: Voicemail, box: Box) -> bool:
    return bool(box.settings.pin or await room.aside(lambda: box.shelf.pin_hash))


async def _right(room: Voicemail, box: Box, given: str) -> bool:
    """The owner's own PIN, else that of the configuration. Hashing takes 40 ms: never in the trio thread."""

    def check() -> bool:
        kept = box.shelf.pin_hash
        if not kept:
            return bool(box.settings.pin) and hmac.compare_digest(given.encode(), box.settings.pin.encode())
        try:
            return argon2.PasswordHasher().verify(kept, given)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    return await room.aside(check)


class _Hearing:
    def __init__(self, room: Voicemail, talk: Talk, box: Box) -> None:
        self._room = room
        self._talk = talk
        self._box = box
        self._folder = Folder.NEW
        self._sender = ""

    async def run(self) -> str:
        """The number to be called, or ""."""
        talk = self._talk
        key = await self._welcome()
        silent = 0
        while silent < QUESTIONS and not self._sender:
            key = key or await talk.ask("voicemail.menu")
            silent = 0 if key else silent + 1
            match key:
                case "1":
                    await self._hear()
                case "2":
                    key = await self._choose_folder()
                    continue
                case "0":
                    await Settings(self._room, talk, self._box).run()
                case "*":
                    break
                case "":
                    pass
                case _:
                    key = await talk.say("menu.wrong-key")
                    continue
            key = ""
        if not self._sender:
            await talk.say("call.goodbye")
        return self._sender

    async def _welcome(self) -> str:
        """The key that cut it short."""
        messages = self._box.messages.values()
        count = counts(messages)
        key = ""
        if count.urgent:
            key = await self._talk.say("voicemail.urgent", count=count.urgent)
        if not key:
            key = await (
                self._talk.say("voicemail.new", count=count.new) if count.new else self._talk.say("voicemail.none")
            )
        if not key and count.kept:
            key = await self._talk.say("voicemail.old", count=count.kept)
        if not key and seconds_left(messages, self._box.quota) == 0:
            key = await self._talk.say("voicemail.box-full-owner")
        elif not key and nearly_full(messages, self._box.quota):
            key = await self._talk.say("voicemail.box-nearly-full")
        return key

    async def _choose_folder(self) -> str:
        chosen = FOLDERS.get(await self._talk.ask("voicemail.choose-folder"))
        if chosen is None:
            return await self._talk.say("menu.wrong-key")
        self._folder = chosen[0]
        count = len(in_folder(self._box.messages.values(), self._folder))
        return await self._talk.say("voicemail.in-folder", folder=chosen[1], count=count)

    # ---- messages ----

    async def _hear(self) -> None:
        """Those of the folder, one by one."""
        numbers = [message.number for message in in_folder(self._box.messages.values(), self._folder)]
        if not numbers:
            await self._talk.say("voicemail.empty")
        for at, number in enumerate(numbers):
            if number in self._box.messages and not await self._hear_one(number, at, len(numbers)):
                return
        if numbers:
            await self._talk.say("voicemail.no-more")

    async def _hear_one(self, number: int, at: int, of: int) -> bool:
        """False: back to the menu."""
        message = self._box.messages[number]
        place = "first" if at == 0 else "last" if at == of - 1 else ""
        key = await (
            self._talk.say(f"voicemail.{place}") if place else self._talk.say("voicemail.number", number=at + 1)
        )
        key = key or await self._details(message)
        if not key:
            key = await self._sound(message)
        await self._room.change(self._box, self._box.messages[number].heard())
        silent = 0
        while silent < QUESTIONS:
            key = key or await self._talk.ask("voicemail.message-menu")
            silent = 0 if key else silent + 1
            message = self._box.messages[number]
            match key:
                case "1":
                    key = await self._sound(message)
                    continue
                case "2":
                    return True
                case "3":
                    key = await self._delete(message)
                    continue
                case "4":
                    await self._save(message)
                    return True
                case "5":
                    key = await self._forward(message)
                    continue
                case "6":
                    key = await self._reply(message)
                    continue
                case "7":
                    key = await self._call_sender(message)
                    if self._sender:
                        return False
                    continue
                case "8":
                    key = await self._details(message)
                    continue
                case "#":
                    return False
                case "":
                    pass
                case _:
                    key = await self._talk.say("menu.wrong-key")
                    continue
            key = ""
        return False

    async def _details(self, message: Message) -> str:
        talk = self._talk
        key = ""
        if message.urgent:
            key = await talk.say("voicemail.is-urgent")
        if not key and message.sender:
            key = await talk.say("voicemail.forwarded-from", name=self._number(message.sender))
        if not key:
            key = await (
                talk.say("voicemail.from", number=message.caller)
                if message.caller.isdigit()
                else talk.say("voicemail.from-unknown")
            )
        if not key:
            zone = ZoneInfo(self._room.exchange.box.box.time_zone)
            now = self._room.exchange.utc().astimezone(zone).date()
            when = datetime.fromtimestamp(message.received, UTC).astimezone(zone).replace(tzinfo=None)
            spoken: list[Part] = [*LANGUAGES[talk.language].moment(when, now)]
            key = await talk.say("voicemail.received", when=spoken)
        return key or await talk.say("voicemail.length", length=max(1, message.ms // 1000))

    def _number(self, number: str) -> list[Part]:
        return [*LANGUAGES[self._talk.language].telephone(number)]

    async def _sound(self, message: Message) -> str:
        """The message, with what was said before it. 7, 8, 9 move in it; another key ends it and is returned."""
        shelf = self._box.shelf

        def load() -> list[Samples]:
            paths = [*[shelf.introduction(message)] * bool(message.introduction_ms), shelf.path(message)]
            return [hw_clips.load(path).samples() for path in paths]

        try:
            parts = await self._room.aside(load)
        except ClipError as error:
            self._room.failed(error)
            return await self._talk.say("recording.none")
        samples = np.concatenate(parts)
        at = 0
        while at < len(samples):
            began = trio.current_time()
            key = await self._talk.play("message", [Clip(samples[at:])])
            heard = at + int((trio.current_time() - began) * RATE)
            match key:
                case "9":
                    at = heard + int(SEEK_S * RATE)
                case "7":
                    at = max(0, heard - int(SEEK_S * RATE))
                case "8":
                    at = heard
                    resumed = await self._talk.say("voicemail.paused") or await self._talk.key(60.0)
                    if resumed != PAUSE:
                        return resumed
                case _:
                    return key
        return ""

    # ---- what is done with one ----

    async def _delete(self, message: Message) -> str:
        """Or brings it back, within the same day."""
        if message.deleted:
            await self._room.change(self._box, replace(message, deleted=0.0))
            return await self._talk.say("voicemail.undeleted")
        now = self._room.exchange.utc().timestamp()
        await self._room.change(self._box, replace(message, deleted=now))
        return await self._talk.say("voicemail.deleted")

    async def _save(self, message: Message) -> None:
        """Where it is, or in another folder."""
        chosen = FOLDERS.get(await self._talk.ask("voicemail.choose-folder"))
        folder = chosen[0] if chosen is not None else message.folder
        await self._room.change(self._box, replace(message, folder=folder, deleted=0.0))
        if chosen is None:
            await self._talk.say("voicemail.kept")
        else:
            await self._talk.say("voicemail.moved", folder=chosen[1])

    async def _forward(self, message: Message) -> str:
        talk = self._talk
        try:
            to = await self._room.box(await talk.digits("voicemail.forward-to"))
        except Refused:
            return await talk.say("voicemail.no-box")
        introduction = await spoken_by(self._room, talk, "voicemail.introduction", INTRODUCTION_S)
        needs = (message.ms + len(introduction) * 1000 // RATE) / 1000
        if seconds_left(to.messages.values(), to.quota) < needs:
            return await talk.say("voicemail.box-full")
        await self._room.forward(self._box, message, to, introduction if len(introduction) else None)
        return await talk.say("voicemail.forwarded")

    async def _reply(self, message: Message) -> str:
        talk = self._talk
        number = self._room.of_station(message.caller)
        if not number:
            return await talk.say("voicemail.cannot-reply")
        to = await self._room.box(number)
        left = seconds_left(to.messages.values(), to.quota)
        said = await spoken_by(self._room, talk, "voicemail.reply", min(left, to.settings.longest_s)) if left else None
        if said is None:
            return await talk.say("voicemail.box-full")
        if not len(said):
            return await talk.say("voicemail.too-short")
        home = next((station.name for station in self._room.homes(self._box)), self._box.number)
        now = self._room.exchange.utc().timestamp()
        reply = Message(0, now, 0, caller=home, name=self._box.settings.name, reason="reply")
        await self._room.deliver(to, reply, said)
        return await talk.say("voicemail.reply-sent")

    async def _call_sender(self, message: Message) -> str:
        """After the hearing. From outside nobody calls on: that would be a way to free calls."""
        if not message.caller or not isinstance(self._talk.leg.device, Station):
            return await self._talk.say("voicemail.cannot-call")
        self._sender = message.caller
        return await self._talk.say("voicemail.calling-sender")
