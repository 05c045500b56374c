"""The boxes of the house: what lies in them, messages that come, lamps of the telephones, what is old and goes.

    room = Voicemail(exchange, prompts, data / "voicemail")
    await nursery.start(room.run)          what a power cut left is rescued, lamps are as they should be

    a caller hangs up in his message ──> later(draft) ──> kept by the room, whose tasks outlive the call
    he presses a key                 ──> await keep(draft) ──> only then he hears "saved"

The messages of a box are in memory as they are on the disk; whoever changes one does it here. It belongs to the trio
thread; disk work runs where the store of prompts does its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import soundfile
import trio
from msgspec import Meta

from core.alarms import Alarms
from core.exchange.call import Call
from core.exchange.exchange import Exchange
from core.exchange.refusal import Refused
from core.exchange.station import Station
from core.mail.outbox import Outbox
from core.numbering.target import TargetKind
from core.prompts.store import PromptStore
from core.texts import _
from core.voicemail import calling_out, leaving
from core.voicemail.boxes import Box, Draft
from core.voicemail.mailing import mail_of
from core.voicemail.message import Message, counts, over, seconds_left
from core.voicemail.shelf import Shelf
from hw.plane import PlaneError
from hw.recordings import RecordingError
from hw.signalling.q850 import Cause
from hw.wave import Samples

log = logging.getLogger(__name__)

T = TypeVar("T")

TIDIES_EVERY_S = 3600.0
ALARM = "voicemail"


class MailboxView(msgspec.Struct, frozen=True):
    """A mailbox, and how full it is."""

    number: Annotated[str, Meta(description="its number")]
    name: Annotated[str, Meta(description="whose it is")]
    new: Annotated[int, Meta(description="messages that nobody has heard")]
    urgent: Annotated[int, Meta(description="of these, urgent ones")]
    kept: Annotated[int, Meta(description="messages that were heard and are kept")]
    seconds_left: Annotated[int, Meta(description="room for so many seconds more")]
    full: Annotated[bool, Meta(description="it takes no message now")]


class Voicemail:
    """`outbox`: for mails to owners; None: there are none."""

    def __init__(
        self, exchange: Exchange, prompts: PromptStore, folder: Path, alarms: Alarms, outbox: Outbox | None = None
    ) -> None:
        self.exchange = exchange
        self.prompts = prompts
        self._folder = folder
        self._alarms = alarms
        self._outbox = outbox
        self._boxes: dict[str, Box] = {}
        self.calling_out: set[str] = set()
        """Boxes whose owners are being called."""
        self._opening = trio.Lock()
        self._nursery: trio.Nursery | None = None
        exchange.router.destinations[TargetKind.MAILBOX] = partial(leaving.take, self)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled; messages that are being kept are kept first."""
        for settings in self.exchange.box.mailbox:
            self.light(await self.box(settings.number))
        async with trio.open_nursery() as self._nursery:
            task_status.started()
            try:
                while True:
                    await trio.sleep(TIDIES_EVERY_S)
                    for box in list(self._boxes.values()):
                        await self.tidy(box)
            finally:
                self._nursery = None

    # ---- boxes ----

    async def box(self, number: str) -> Box:
        """Refused: the configuration has no such box."""
        settings = next((one for one in self.exchange.box.mailbox if one.number == number), None)
        if settings is None:
            raise Refused(Cause.UNALLOCATED, "vacant", _("there is no mailbox {number}").format(number=number))
        async with self._opening:  # nobody may begin a message while another one is rescued
            if number not in self._boxes:
                shelf = Shelf(self._folder / number)
                messages = await self.aside(partial(_open, shelf))
                self._boxes[number] = Box(settings, shelf, {message.number: message for message in messages})
        box = self._boxes[number]
        box.settings = settings
        return box

    def of_station(self, number: str) -> str:
        """The mailbox of a station; "": it has none."""
        station = self.exchange.box.stations.get(number)
        return station.mailbox if station is not None else ""

    async def views(self) -> list[MailboxView]:
        found = []
        for settings in self.exchange.box.mailbox:
            box = await self.box(settings.number)
            count = counts(box.messages.values())
            left = int(seconds_left(box.messages.values(), box.quota))
            kept = (count.new, count.urgent, count.kept)
            found.append(MailboxView(box.number, settings.name, *kept, left, left < leaving.LEAST_S))
        return found

    # ---- messages ----

    async def begin(self, box: Box, token: str, message: Message) -> Path:
        return await self.aside(partial(box.shelf.begin, token, message))

    async def keep(self, draft: Draft) -> Message | None:
        """Safe on the disk when it returns; None: nobody spoke. Raises OSError, RecordingError."""
        self.stop(draft)
        await draft.recording.closed()
        shelf = draft.box.shelf
        message = await self.aside(partial(shelf.keep, draft.path, draft.cut_ms, draft.urgent))
        if message is not None:
            await self._came(draft.box, message)
        return message

    def stop(self, draft: Draft) -> None:
        """No more of it is recorded."""
        if draft.recording.result is None:
            # The line or the disk may have ended it, and the news be on its way.
            with suppress(PlaneError):
                self.exchange.plane.record_stop(draft.recording.port)

    def later(self, draft: Draft) -> None:
        """The caller has gone: it is kept all the same."""
        if self._nursery is not None:
            self._nursery.start_soon(self._keep_alone, draft)

    async def _keep_alone(self, draft: Draft) -> None:
        with trio.CancelScope(shield=True):
            try:
                await self.keep(draft)
            except (OSError, RecordingError) as error:
                self.failed(error)

    def failed(self, error: Exception) -> None:
        """The disk refuses messages."""
        log.error("voicemail: %s", error)
        self._alarms.set(ALARM, "critical", _("messages cannot be kept: {why}").format(why=error), _("check the disk"))

    async def drop(self, draft: Draft) -> None:
        """It is not to be kept."""
        self.stop(draft)
        await draft.recording.closed()
        await self.aside(partial(draft.box.shelf.drop, draft.path))

    async def change(self, box: Box, message: Message) -> None:
        """Of its owner: moved, deleted, heard. Raises OSError."""
        if box.messages.get(message.number) != message:
            await self.aside(partial(box.shelf.change, message))
            self.put(box, message)

    async def forward(self, box: Box, message: Message, to: Box, introduction: Samples | None) -> None:
        """Raises OSError."""
        now = self.exchange.utc().timestamp()
        copy = partial(box.shelf.forward, message, to.shelf, introduction, box.number, now)
        await self._came(to, await self.aside(copy))

    async def deliver(self, box: Box, message: Message, samples: Samples) -> None:
        """What was spoken elsewhere. Raises OSError."""
        await self._came(box, await self.aside(partial(box.shelf.put, message, samples)))

    async def _came(self, box: Box, message: Message) -> None:
        """A new message: the lamp, a call, and a mail."""
        self.put(box, message)
        if box.settings.call_out and self._nursery is not None and box.number not in self.calling_out:
            self._nursery.start_soon(calling_out.tell, self, box)
        settings, ours = box.settings, self.exchange.box.box
        if self._outbox is None or not settings.mail or not self.exchange.box.mail.server:
            return
        language = settings.language or ours.languages[0]
        try:
            mail = await self.aside(partial(mail_of, box, message, ours.time_zone, language))
            await self._outbox.put(mail, [settings.mail])
        except (OSError, soundfile.LibsndfileError) as error:
            log.error("voicemail: message %d of %s is not mailed: %s", message.number, box.number, error)

    def put(self, box: Box, message: Message) -> None:
        box.messages[message.number] = message
        self._alarms.clear(ALARM)
        self.light(box)

    async def tidy(self, box: Box) -> None:
        """What is old or was deleted goes for good."""
        now = self.exchange.utc().timestamp()
        for message in over(box.messages.values(), now, box.settings.keep_days):
            await self.aside(partial(box.shelf.remove, message))
            box.messages.pop(message.number, None)

    async def aside(self, function: Callable[[], T]) -> T:
        """Disk work, to its end."""
        return await self.prompts.aside(function, may_be_left=False)

    def scratch(self, call: Call) -> Path:
        """For what is recorded and is no message."""
        return self._folder / "incoming" / f"{call.id}.wav"

    # ---- telephones ----

    def light(self, box: Box) -> None:
        """The lamps of its telephones show whether there is anything new."""
        on = counts(box.messages.values()).new > 0
        for station in self.exchange.stations.values():
            if station.settings.mailbox == box.number and station.kept.message_waiting is not on:
                self.exchange.keep(station, message_waiting=on)
                station.line.message_waiting(on)

    def homes(self, box: Box) -> list[Station]:
        """The telephones whose mailbox it is."""
        stations = self.exchange.stations.values()
        return [station for station in stations if station.settings.mailbox == box.number]


def _open(shelf: Shelf) -> list[Message]:
    shelf.rescue()
    return shelf.messages()
