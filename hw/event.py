"""What a port of the media plane tells: hw/native/media.h's events in Python.

    media thread ── struct event, 40 bytes ──> ring ──> take() ──> Event ──> whoever opened the port

What it does not: say what an event means for a line or a call.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple

from hw.native import ffi, lib


class EventKind(Enum):
    """As in media.h; the comments there say what code, a and b mean."""

    DTMF_DOWN = lib.EVENT_DTMF_DOWN
    DTMF_UP = lib.EVENT_DTMF_UP
    TONE_BEGIN = lib.EVENT_TONE_BEGIN
    TONE_END = lib.EVENT_TONE_END
    R2_ON = lib.EVENT_R2_ON
    R2_OFF = lib.EVENT_R2_OFF
    FAX_CNG = lib.EVENT_FAX_CNG
    FAX_CED = lib.EVENT_FAX_CED
    CALLER_ID = lib.EVENT_CALLER_ID
    SPEECH_BEGIN = lib.EVENT_SPEECH_BEGIN
    SPEECH_END = lib.EVENT_SPEECH_END
    SILENCE = lib.EVENT_SILENCE
    LEVEL = lib.EVENT_LEVEL
    METER = lib.EVENT_METER
    PLAYED = lib.EVENT_PLAYED
    RECORDING_ENDED = lib.EVENT_RECORDING_ENDED
    LINE = lib.EVENT_LINE
    GONE = lib.EVENT_GONE
    JOINED = lib.EVENT_JOINED


class Event(NamedTuple):
    """`time` in samples of the plane; `token` is the order's, for PLAYED and RECORDING_ENDED."""

    kind: EventKind
    time: int
    port: int
    code: int
    a: int
    b: int
    blob: bytes = b""
    token: int = 0


_KINDS = {kind.value: kind for kind in EventKind}
_EVENT = struct.Struct("<QIHHiiIIQ")
AT_ONCE = 1024


def take(plane: Any, buffer: Any) -> list[Event]:
    """Up to AT_ONCE events of a struct plane*, oldest first; `buffer` is a struct event[AT_ONCE]."""
    count = lib.plane_events(plane, buffer, AT_ONCE)
    return list(_read(plane, buffer, count))


def _read(plane: Any, buffer: Any, count: int) -> Iterator[Event]:
    octets = ffi.buffer(buffer, count * _EVENT.size)
    for place, (time, port, kind, code, a, b, token, length, _) in enumerate(_EVENT.iter_unpack(octets)):
        blob = _blob(plane, buffer + place, length) if length else b""
        yield Event(_KINDS[kind], time, port, code, a, b, blob, token)


def _blob(plane: Any, event: Any, length: int) -> bytes:
    out = ffi.new("uint8_t[]", length)
    return bytes(ffi.buffer(out)) if lib.plane_blob(plane, event, out, length) == length else b""
