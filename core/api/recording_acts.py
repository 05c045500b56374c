"""Acts on recordings: of calls that run, by whoever is in them, and of those that lie on the shelf.

A recording is known by the name that its file had first, `2026/11/26/4711-1.wav`: it stays, whatever form the file
takes later. Every listening is noted in the journal (RecordingHeard), every erasure with what was erased
(RecordingErased). Agents order recordings of their own calls; the shelf is for supervisors, auditors and
administrators. Error `unknown`: there is no such recording.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated

from msgspec import Meta

from core.api.acts import CallId, Device, Done, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import DESK, OfConnection
from core.api.errors import Code, Refusal, says
from core.api.roles import READERS, Role
from core.recording.picture import peaks
from core.recording.room import Recordings
from core.recording.shelf import Fault, RecordingView, ShelfError
from core.store.recordings import Wanted
from core.texts import _

LISTENERS = READERS - {Role.INSTALLER}
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
PIECE = 1 << 20
MOST = 1000

File = Annotated[str, Meta(description="of the recording: the name that it had first", min_length=1, max_length=120)]
Reason = Annotated[str, Meta(description="why, for whoever asks later", min_length=1, max_length=400)]


@says(ShelfError)
def _cannot(error: ShelfError) -> Refusal:
    return Refusal(Code.UNKNOWN if error.unknown else Code.REFUSED, str(error))


def room(asking: Asking) -> Recordings:
    if Recordings not in asking.rooms:
        raise Refusal(Code.REFUSED, _("this box keeps no data, and so no recordings"))
    return asking.room(Recordings)


@act("recording.start", roles=DESK, changes=True, own="device")
def start(asking: Asking, params: OfConnection) -> Done:
    """The call is recorded from now on, through every transfer, until it ends or `recording.stop`."""
    asking.note.after = {"call": params.call}
    room(asking).start(params.device, params.call, asking.peer.name)
    return Done()


@act("recording.stop", roles=DESK, changes=True, own="device")
def stop(asking: Asking, params: OfConnection) -> Done:
    """It is recorded no longer. Refused where a rule or a task wants it recorded."""
    asking.note.after = {"call": params.call}
    room(asking).stop(params.device, params.call)
    return Done()


@act("recording.pause", roles=DESK, changes=True, own="device")
def pause(asking: Asking, params: OfConnection) -> Done:
    """What is said from now on is left out, and so is its time; `recording.resume` ends that."""
    return _state(asking, params, "paused")


@act("recording.mask", roles=DESK, changes=True, own="device")
def mask(asking: Asking, params: OfConnection) -> Done:
    """A soft tone takes the place of what is said from now on (card numbers); `recording.resume` ends that."""
    return _state(asking, params, "masked")


@act("recording.resume", roles=DESK, changes=True, own="device")
def resume(asking: Asking, params: OfConnection) -> Done:
    """What is said is recorded again."""
    return _state(asking, params, "runs")


def _state(asking: Asking, params: OfConnection, state: str) -> Done:
    asking.note.after = {"call": params.call}
    room(asking).set_state(params.device, params.call, state, asking.peer.name)
    return Done()


# ---- the shelf ----


class Search(Params, frozen=True):
    """What is left empty, any will do."""

    since: Annotated[int, Meta(description="begun then or later, UTC in µs", ge=0)] = 0
    until: Annotated[int, Meta(description="begun before; 0: until now", ge=0)] = 0
    call: Annotated[int, Meta(description="of this call, or of one that it became", ge=0)] = 0
    number: Annotated[str, Meta(description="a party had it, or it was dialled", max_length=64)] = ""
    station: Annotated[str, Meta(description="this station, or trunk line, was in the call", max_length=64)] = ""
    group: Annotated[str, Meta(description="it came or went by this trunk group", max_length=64)] = ""
    queue: Annotated[str, Meta(description="it waited in this queue", max_length=64)] = ""
    agent: Annotated[str, Meta(description="this agent had to do with it, by his number", max_length=64)] = ""
    rule: Annotated[str, Meta(description="this rule wanted it", max_length=64)] = ""
    task: Annotated[int, Meta(description="this recording task wanted it, by its number", ge=0)] = 0
    retention: Annotated[str, Meta(description="it is of this class of keeping", max_length=64)] = ""
    text: Annotated[str, Meta(description="stands in any event of the call", max_length=200)] = ""
    erased: Annotated[bool, Meta(description="those that were erased, too")] = False
    last: Annotated[int, Meta(description="only the newest so many", ge=1, le=MOST)] = 100

    def wanted(self) -> Wanted:
        return Wanted(
            since=self.since,
            until=self.until,
            call=self.call,
            number=self.number,
            station=self.station,
            group=self.group,
            queue=self.queue,
            agent=self.agent,
            rule=self.rule,
            task=self.task,
            retention=self.retention or None,
            text=self.text,
            there=not self.erased,
            last=self.last,
        )


class Found(Result, frozen=True):
    recordings: Annotated[list[RecordingView], Meta(description="the oldest first")]


@act("recording.search", roles=READERS)
async def search(asking: Asking, params: Search) -> Found:
    """Recordings, by anything that the journal knows of their calls; those that are being made, too."""
    return Found(await room(asking).shelf.search(params.wanted()))


class OfRecording(Params, frozen=True):
    file: File


@act("recording.get", roles=READERS)
async def get(asking: Asking, params: OfRecording) -> RecordingView:
    """What is known of one, whether its file is still there or not."""
    return await room(asking).shelf.get(params.file)


class Verified(Result, frozen=True):
    checked: Annotated[int, Meta(description="how many were looked at")]
    faults: Annotated[list[Fault], Meta(description="those that are not what they were; empty: all is well")]


@act("recording.verify", roles=READERS)
async def verify(asking: Asking, params: Search) -> Verified:
    """Reads the files and compares their checksums with the journal."""
    shelf = room(asking).shelf
    rows = await shelf.search(params.wanted())
    there = [row for row in rows if row.ended and not row.erased]
    return Verified(len(there), await shelf.verify(there))


class Hold(Params, frozen=True):
    file: File
    reason: Reason
    on: Annotated[bool, Meta(description="false: it is held no longer")] = True


@act("recording.hold", roles=KEEPERS, changes=True)
async def hold(asking: Asking, params: Hold) -> Done:
    """Nobody erases it, and it does not go when its time is over, until it is released."""
    asking.note.target = params.file
    asking.note.after = {"held": params.on, "reason": params.reason}
    shelf = room(asking).shelf
    if params.on:
        await shelf.hold(params.file, params.reason, asking.peer.name)
    else:
        await shelf.release(params.file)
    return Done()


class Erase(Params, frozen=True):
    file: File
    reason: Reason


@act("recording.erase", roles={Role.ADMINISTRATOR}, changes=True)
async def erase(asking: Asking, params: Erase) -> Done:
    """The file goes for good; the journal keeps who, why, when and the checksum of what it was. Refused while it is
    held, or younger than its class of keeping asks for.
    """
    asking.note.target = params.file
    asking.note.after = {"reason": params.reason}
    await room(asking).shelf.erase(params.file, params.reason, asking.peer.name)
    return Done()


class Take(Params, frozen=True):
    file: File
    offset: Annotated[int, Meta(description="bytes; the piece begins there", ge=0)] = 0


class Piece(Result, frozen=True):
    name: Annotated[str, Meta(description="what the file is called as it lies there: .wav, .opus, .wav.age, .opus.age")]
    size: Annotated[int, Meta(description="bytes of the whole")]
    sha256: Annotated[str, Meta(description="of the whole, as the journal has it")]
    data: Annotated[str, Meta(description="the next piece, in base64; empty: there is no more")]


@act("recording.export", roles=LISTENERS)
async def export(asking: Asking, params: Take) -> Piece:
    """The file in pieces, as it lies there; noted as taken away. One that is encrypted stays so."""
    shelf = room(asking).shelf
    row, size, data = await shelf.take(params.file, params.offset, PIECE, asking.peer.name)
    return Piece(row.lies, size, row.sha256, b64encode(data).decode())


class Picture(Params, frozen=True):
    file: File
    steps: Annotated[int, Meta(description="into so many pieces of one length it is cut", ge=1, le=1000)] = 100


class Wave(Result, frozen=True):
    """How loud each piece is: its highest sample, 0 to 1."""

    ms: Annotated[int, Meta(description="its length")]
    said: Annotated[list[float], Meta(description="by the party at whose line it was made")]
    heard: Annotated[list[float], Meta(description="by that party")]


@act("recording.wave", roles=LISTENERS)
async def wave(asking: Asking, params: Picture) -> Wave:
    """Its picture, of which nothing can be understood; so it is not noted as heard. Refused when it is encrypted."""
    shelf = room(asking).shelf
    row = await shelf.lying(params.file)
    said, heard = await shelf.aside(lambda: peaks(shelf.folder, row, params.steps))
    return Wave(row.ms, said, heard)


class Play(Params, frozen=True):
    file: File
    device: Device


class Listening(Result, frozen=True):
    call: CallId


@act("recording.play", roles=LISTENERS, changes=True)
async def play(asking: Asking, params: Play) -> Listening:
    """The telephone rings; lifted, it hears the recording, and that is noted. Keys: 1 goes back ten seconds, 3 goes on
    by ten, # ends it.
    """
    asking.note.target = params.file
    call = await room(asking).play(params.file, params.device, asking.peer.name)
    asking.note.after = {"device": params.device, "call": call}
    return Listening(call)
