"""Caller ID on analog lines: the messages, made and read, and the digits of the DTMF kind.

FSK messages: GR-30-CORE section 2 (data layer), GR-31-CORE (calling number), GR-1188-CORE (name), GR-1401-CORE (message
waiting); ETSI EN 300 659-3 for the same in Europe. DTMF: ETSI EN 300 659-3 annex C, and what exchanges in China send.
What it does: bytes and digits to and from `CallerId`. What it does not: FSK itself (`hw.fsk`), normalise numbers by the
rules of a line, decide when to listen.

    ring 1 ______ FSK message ______ ring 2        or        D 0 1 0 6 5 ... C  ring 1 ______ ring 2
           >= 0.5 s         >= 0.2 s                         70 ms on, 70 off

    SDMF  04 length  MMDDHHMM number                                      checksum
    MDMF  80 length  01 8 MMDDHHMM  02 n number | 04 1 P or O  07 n name  checksum      sum of all bytes = 0 mod 256

Time flows in samples of the plane, 8 a millisecond, and only in `DtmfCallerId`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, IntEnum, auto
from typing import NamedTuple

from hw.tones import SAMPLES_PER_MS, Tone, dtmf


class CallerIdError(ValueError):
    """A message that cannot be read, or caller ID that cannot be sent; says why."""


class Presentation(Enum):
    AVAILABLE = "available"
    PRIVATE = "private"  # withheld by the caller
    UNAVAILABLE = "unavailable"  # the network does not know it


class CallTime(NamedTuple):
    """The exchange's clock when it rang; no year is sent."""

    month: int
    day: int
    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class CallerId:
    """Who calls. `number`: 0-9 * # + and A-D, as the network sent it; empty unless AVAILABLE. `raw`: what came."""

    number: str = ""
    name: str = ""
    when: CallTime | None = None
    presentation: Presentation = Presentation.AVAILABLE
    raw: bytes = b""


class MessageType(IntEnum):
    SDMF = 0x04
    SDMF_WAITING = 0x06
    MDMF = 0x80
    MDMF_WAITING = 0x82


class Parameter(IntEnum):
    """Of MDMF."""

    TIME = 0x01
    NUMBER = 0x02
    NUMBER_ABSENT = 0x04
    NAME = 0x07
    NAME_ABSENT = 0x08
    VISUAL_INDICATOR = 0x0B


NUMBER_MAX = 20
NAME_MAX = 50
_NUMBER = re.compile(r"[0-9A-D*#+]{1,20}")
_NO_NUMBER = re.compile(rb"[^0-9A-D*#+]")
_ABSENT = {b"P": Presentation.PRIVATE, b"O": Presentation.UNAVAILABLE}
_REASON = {Presentation.PRIVATE: b"P", Presentation.UNAVAILABLE: b"O"}
_LAMP = {True: b"\x42\x42\x42", False: b"\x6f\x6f\x6f"}  # GR-1401: SDMF message waiting, on and off


def sdmf(caller: CallerId) -> bytes:
    """The single data message format: time and number, or the reason why there is none. Raises CallerIdError."""
    return _message(MessageType.SDMF, _time(caller.when) + (_reason(caller) or _number(caller)))


def mdmf(caller: CallerId) -> bytes:
    """The multiple data message format: time, number and name, or the reasons why there are none. Raises CallerIdError.

    A time that is not known is left out, and so is an empty name of a caller who does not hide.
    """
    name = _name(caller)
    reason = _reason(caller)
    fields = [(Parameter.TIME, _time(caller.when))] if caller.when else []
    fields.append((Parameter.NUMBER_ABSENT, reason) if reason else (Parameter.NUMBER, _number(caller)))
    if name and not reason:
        fields.append((Parameter.NAME, name))
    elif reason:
        fields.append((Parameter.NAME_ABSENT, reason))
    return _message(MessageType.MDMF, b"".join(bytes([kind, len(data)]) + data for kind, data in fields))


def message_waiting(waiting: bool, *, multiple: bool = True) -> bytes:
    """Lights or puts out a telephone's message lamp; `multiple`: as MDMF, else as SDMF."""
    if not multiple:
        return _message(MessageType.SDMF_WAITING, _LAMP[waiting])
    return _message(MessageType.MDMF_WAITING, bytes([Parameter.VISUAL_INDICATOR, 1, 0xFF if waiting else 0]))


def _message(kind: MessageType, body: bytes) -> bytes:
    message = bytes([kind, len(body)]) + body
    return message + bytes([-sum(message) % 256])


def _time(when: CallTime | None) -> bytes:
    return b"%02d%02d%02d%02d" % (when or (0, 0, 0, 0))


def _reason(caller: CallerId) -> bytes:
    return _REASON.get(caller.presentation, b"")


def _name(caller: CallerId) -> bytes:
    if not caller.name.isprintable():
        raise CallerIdError(f"the name {caller.name!r} has characters that cannot be shown; leave them out")
    name = caller.name.encode("gb18030")
    if len(name) > NAME_MAX:
        raise CallerIdError(f"the name {caller.name!r} takes {len(name)} bytes; {NAME_MAX} can be sent")
    return name


def _number(caller: CallerId) -> bytes:
    if not _NUMBER.fullmatch(caller.number):
        raise CallerIdError(f"{caller.number!r} cannot be sent; give 1 to {NUMBER_MAX} of 0-9 A-D * # +")
    return caller.number.encode()


def parse_fsk(message: bytes) -> CallerId:
    """A received message, from its type to its checksum. Raises CallerIdError.

    Fields that are not known are skipped; a time that is no time, and a number without digits, count as not sent.
    """
    kind, body = _opened(message)
    if kind == MessageType.SDMF:
        if len(body) < 8:
            raise CallerIdError(f"an SDMF message of {len(body)} bytes has no time")
        return replace(_called(body[8:]), when=_parse_time(body[:8]), raw=message)
    if kind != MessageType.MDMF:
        raise CallerIdError(f"message type 0x{kind:02x} is not caller ID")
    fields = _fields(body)
    number = fields.get(Parameter.NUMBER)
    absent = fields.get(Parameter.NUMBER_ABSENT) or fields.get(Parameter.NAME_ABSENT) or b"O"
    return replace(
        _called(number or absent[:1]),
        name=_text(fields.get(Parameter.NAME, b"")),
        when=_parse_time(fields.get(Parameter.TIME, b"")),
        raw=message,
    )


def parse_message_waiting(message: bytes) -> bool:
    """True: messages wait. Raises CallerIdError; also when it is another message."""
    kind, body = _opened(message)
    if kind == MessageType.SDMF_WAITING:
        for waiting, lamp in _LAMP.items():
            if body == lamp:
                return waiting
    elif kind == MessageType.MDMF_WAITING:
        indicator = _fields(body).get(Parameter.VISUAL_INDICATOR, b"")
        if indicator in (b"\xff", b"\x00"):
            return indicator == b"\xff"
    raise CallerIdError(f"message type 0x{kind:02x} says nothing about waiting messages")


def _opened(message: bytes) -> tuple[int, bytes]:
    """Type and body of a message whose length and checksum are right."""
    if len(message) < 3:
        raise CallerIdError(f"a message of {len(message)} bytes is too short")
    kind, length = message[0], message[1]
    if len(message) != length + 3:
        raise CallerIdError(f"a message of {len(message)} bytes says that it has {length + 3}")
    if sum(message) % 256:
        raise CallerIdError(f"checksum 0x{message[-1]:02x} instead of 0x{-sum(message[:-1]) % 256:02x}")
    return kind, message[2:-1]


def _fields(body: bytes) -> dict[int, bytes]:
    """Parameters of MDMF; of one that comes twice, the first."""
    fields: dict[int, bytes] = {}
    at = 0
    while at < len(body):
        if at + 2 > len(body) or at + 2 + body[at + 1] > len(body):
            raise CallerIdError(f"parameter 0x{body[at]:02x} goes beyond the end of the message")
        fields.setdefault(body[at], body[at + 2 : at + 2 + body[at + 1]])
        at += 2 + body[at + 1]
    return fields


def _called(field: bytes) -> CallerId:
    """A number, or the letter that stands in its place."""
    if field in _ABSENT:
        return CallerId(presentation=_ABSENT[field])
    number = _NO_NUMBER.sub(b"", field).decode()
    return CallerId(number) if number else CallerId(presentation=Presentation.UNAVAILABLE)


def _parse_time(field: bytes) -> CallTime | None:
    if len(field) != 8 or not field.isdigit():
        return None
    when = CallTime(*(int(field[i : i + 2]) for i in range(0, 8, 2)))
    good = 1 <= when.month <= 12 and 1 <= when.day <= 31 and when.hour < 24 and when.minute < 60
    return when if good else None


def _text(field: bytes) -> str:
    """ASCII, or Chinese as exchanges there send it; without what cannot be shown."""
    text = field.decode("gb18030", errors="replace")
    return "".join(character for character in text if character.isprintable()).strip()


def dtmf_caller_id(number: str, *, start: str = "D", end: str = "C", on_ms: float = 70.0, off_ms: float = 70.0) -> Tone:
    """The number as DTMF digits, as it is sent before the first ring. China: D number C. Raises ToneError."""
    return dtmf(start + number + end, on_ms=on_ms, off_ms=off_ms)


class _State(Enum):
    IDLE = auto()
    STARTED = auto()  # a start key came
    NUMBER = auto()  # and digits after it


class _Input(Enum):
    DIGIT = auto()
    START = auto()
    END = auto()
    TIMEOUT = auto()
    OTHER = auto()  # a key that means nothing, or one digit too many


class _Act(Enum):
    IGNORE = auto()
    BEGIN = auto()
    ADD = auto()
    DELIVER = auto()
    FORGET = auto()


_TABLE: dict[_State, dict[_Input, tuple[_State, _Act]]] = {
    _State.IDLE: {
        _Input.DIGIT: (_State.IDLE, _Act.IGNORE),
        _Input.START: (_State.STARTED, _Act.BEGIN),
        _Input.OTHER: (_State.IDLE, _Act.IGNORE),
    },
    _State.STARTED: {
        _Input.DIGIT: (_State.NUMBER, _Act.ADD),
        _Input.START: (_State.STARTED, _Act.BEGIN),
        _Input.TIMEOUT: (_State.IDLE, _Act.FORGET),
        _Input.OTHER: (_State.IDLE, _Act.FORGET),
    },
    _State.NUMBER: {
        _Input.DIGIT: (_State.NUMBER, _Act.ADD),
        _Input.START: (_State.STARTED, _Act.BEGIN),
        _Input.END: (_State.IDLE, _Act.DELIVER),
        _Input.TIMEOUT: (_State.IDLE, _Act.DELIVER),
        _Input.OTHER: (_State.IDLE, _Act.FORGET),
    },
}

# What is sent instead of a number: ETSI's B 00 and B 10, of which sources disagree which is withheld and which unknown,
# and Denmark's D 1 # (withheld), D 2 # (from abroad), D 3 # (unknown).
_NO_CALLER = {
    "B00": Presentation.UNAVAILABLE,
    "B10": Presentation.UNAVAILABLE,
    "D1#": Presentation.PRIVATE,
    "D2#": Presentation.UNAVAILABLE,
    "D3#": Presentation.UNAVAILABLE,
}


class DtmfCallerId:
    """Gathers the digits of DTMF caller ID: any of `starts`, the number, any of `ends`; or a pause instead of the end.

    It has no clock: give it each key with its time, and call `expire` when `timer` has come. Times are samples.
    `timeout_ms`: the longest pause between two keys. Digits without a start key before them are not caller ID.
    """

    def __init__(self, *, starts: str = "ABCD*#", ends: str = "CD#A", timeout_ms: float = 500.0) -> None:
        self._starts = starts
        self._ends = ends
        self._timeout = round(timeout_ms * SAMPLES_PER_MS)
        self._state = _State.IDLE
        self._keys = ""
        self._timer: int | None = None

    @property
    def timer(self) -> int | None:
        """When `expire` wants to be called; None: never."""
        return self._timer

    def key(self, key: str, time: int) -> CallerId | None:
        """A DTMF key went down: 0-9 A-D * #. Returns who calls if that was the end of it."""
        return self._step(self._meaning(key), key, time)

    def expire(self, time: int) -> CallerId | None:
        """It is `time`. Returns who calls if the pause has ended it."""
        if self._timer is None or time < self._timer:
            return None
        return self._step(_Input.TIMEOUT, "", time)

    def _meaning(self, key: str) -> _Input:
        if key in "0123456789":
            return _Input.DIGIT if len(self._keys) <= NUMBER_MAX else _Input.OTHER
        if self._state is _State.NUMBER and key in self._ends:
            return _Input.END
        return _Input.START if key in self._starts else _Input.OTHER

    def _step(self, what: _Input, key: str, time: int) -> CallerId | None:
        self._state, act = _TABLE[self._state][what]
        caller = None
        if act is _Act.BEGIN:
            self._keys = key
        elif act is _Act.ADD:
            self._keys += key
        elif act is _Act.DELIVER:
            caller = _delivered(self._keys, key)
            self._keys = ""
        elif act is _Act.FORGET:
            self._keys = ""
        self._timer = None if self._state is _State.IDLE else time + self._timeout
        return caller


def _delivered(keys: str, end: str) -> CallerId:
    raw = (keys + end).encode()
    absent = _NO_CALLER.get(keys) or _NO_CALLER.get(keys + end)
    return CallerId(presentation=absent, raw=raw) if absent else CallerId(keys[1:], raw=raw)
