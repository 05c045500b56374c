"""Acts of a desk: what goes with a call and with who works there, beside speech.

The data of a call are key and value. They begin with what flows have found out, go through every consultation,
transfer, conference and call-back, and stand in the rows of the topic `calls`. An agent reads and writes those of calls
in which his telephone is. Four keys mean something to the box: `customer_class` and `priority` count in the next queue
that the call comes into, `customer` is the caller's name, `visit` says to which matter the call belongs.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from core.api.acts import CallId, Device, Done, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import DESK, OfConnection
from core.api.recording_acts import KEEPERS, File
from core.api.recording_acts import room as recordings
from core.api.roles import ALL
from core.desk import call_data, saying
from core.desk.room import DeskRoom, Information
from core.exchange.leg import Treatment
from core.flow_room import FlowRoom
from core.recording.playing import playable
from hw.clips import Clip

Key = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Value = Annotated[str, Meta(max_length=1000)] | int | float | bool | None

Kind = Literal[
    "prompt", "digits", "telephone", "cardinal", "ordinal", "money", "percent", "date", "weekday", "time", "moment",
    "duration", "spelling", "text",
]  # fmt: skip
Then = Annotated[
    Literal["go on", "release"], Meta(description="whether the device speaks on, or is freed and the party released")
]


def _room(asking: Asking) -> DeskRoom:
    return asking.room(DeskRoom)


class SetData(Params, frozen=True):
    device: Device
    call: CallId
    data: Annotated[
        dict[Key, Value],
        Meta(description="keys and their values from now on; null: taken away", min_length=1, max_length=64),
    ]


class CallData(Result, frozen=True):
    data: Annotated[dict[str, Any], Meta(description="all of it, as it is now")]


@act("call.set_data", roles=DESK, changes=True, own="device")
def set_data(asking: Asking, params: SetData) -> CallData:
    """Writes into the data of the call. Error `refused`: the device is not in the call, it would have more than 64
    keys, or a key that means something to the box cannot have that value; nothing has changed then.
    """
    asking.note.after = {"call": params.call, "data": params.data}
    exchange = _room(asking).exchange
    call_data.set_data(exchange, params.device, params.call, params.data, asking.peer.name)
    return CallData(dict(exchange.calls[params.call].data))


@act("call.data", roles=ALL, own="device")
def data(asking: Asking, params: OfConnection) -> CallData:
    """What is known of the call. Error `refused`: the device is not in it."""
    return CallData(dict(call_data.half(_room(asking).exchange, params.device, params.call).call.data))


@act("call.information", roles=ALL, own="device")
async def information(asking: Asking, params: OfConnection) -> Information:
    """Who the other party is, of which matter, which way he came, how long he waited, what he heard and pressed in
    flows. Asked when it rings, it is what the agent has before his eyes when he lifts. Error `refused`: the device is
    not in the call.
    """
    return await _room(asking).information(params.device, params.call)


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """One piece of what is said."""

    kind: Annotated[Kind, Meta(description="what the value is: it is said so")]
    value: Annotated[
        str,
        Meta(
            description="as a person writes it: 12.50, 2026-11-26, 14:30; seconds of a duration; the name of a prompt",
            min_length=1,
            max_length=200,
        ),
    ]


class Say(Params, frozen=True):
    device: Device
    call: CallId
    said: Annotated[list[Words], Meta(description="in this order", min_length=1, max_length=20)]
    language: Annotated[str, Meta(description="zh or en; empty: that of the party's line", max_length=8)] = ""
    then: Then = "go on"
    times: Annotated[int, Meta(description="so often, one after the other", ge=1, le=5)] = 1


class Play(Params, frozen=True):
    device: Device
    call: CallId
    file: File
    then: Then = "go on"


@act("call.say", roles=DESK, changes=True, own="device")
async def say(asking: Asking, params: Say) -> Done:
    """The box says it to the other party (报音). "go on": in the place of the device, which hears the party meanwhile.
    "release": the device is freed at once; the party hears it to the end and is released. Error `refused`: the device
    does not speak with one party, or it cannot be said.
    """
    asking.note.after = {"call": params.call, "then": params.then}
    exchange = _room(asking).exchange
    other = saying.listener(exchange, params.device, params.call)
    language = params.language or other.device.language or exchange.box.box.languages[0]
    said = [(one.kind, one.value) for one in params.said]
    words = await saying.words(asking.room(FlowRoom).prompts, said, language)
    release = params.then == "release"
    saying.into(exchange, params.device, params.call, words, release=release, times=params.times)
    return Done()


@act("recording.play_to", roles=KEEPERS, changes=True, own="device")
async def play(asking: Asking, params: Play) -> Done:
    """The other party of the device's call hears the recording (放音), and that is noted; the device as with
    `call.say`. Error `unknown`: there is no such recording; `refused`: as there, or it is encrypted.
    """
    asking.note.after = {"call": params.call, "file": params.file, "then": params.then}
    exchange, shelf = _room(asking).exchange, recordings(asking).shelf
    saying.listener(exchange, params.device, params.call)
    row = await shelf.lying(params.file)
    clip = Clip(await shelf.aside(lambda: playable(shelf.folder, row)))
    sound = Treatment("recording", [clip], loop=False)
    saying.into(exchange, params.device, params.call, sound, release=params.then == "release")
    shelf.heard(row, asking.peer.name, "played")
    return Done()
