"""What goes over the wire: JSON-RPC 2.0, one message a line, UTF-8.

    -> {"jsonrpc":"2.0","id":1,"method":"call.make","params":{"device":"8001","number":"8002"}}
    <- {"jsonrpc":"2.0","id":1,"result":{"call":17}}
    <- {"jsonrpc":"2.0","id":2,"error":{"code":-32001,"message":"...","data":{"name":"forbidden","remedy":"..."}}}
    <- {"jsonrpc":"2.0","method":"changed","params":{"subscription":1,"number":2,"rows":{...}}}

https://www.jsonrpc.org/specification, with three things left out: batches (a line is cheap), parameters by position,
and fractions as ids. A request without an id is carried out and not answered.

What it does: cuts bytes into messages, reads requests, writes answers; says what is too large or too deep. Pure. What
it does not: know methods (acts.py), sockets (server.py). What cannot be read costs its sender an error, nobody else
anything.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from core.api.encoding import encode
from core.api.errors import Code, Refusal
from core.texts import _

PROTOCOL = 1
"""Grows when something that was there changes; what is added does not count."""

MESSAGE_MAX = 256 * 1024
"""Bytes of one request."""

DEPTH_MAX = 32
"""Objects and lists one within the other."""

Id = int | str | None


def socket_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the box listens, unless a command is told otherwise: STROWGER_SOCKET, or the service's."""
    return Path(environment.get("STROWGER_SOCKET", "") or "/run/strowger/control.sock")


class Request(msgspec.Struct):
    """`params` is read when the method is known."""

    method: str
    jsonrpc: Literal["2.0"] = "2.0"
    id: int | str | msgspec.UnsetType | None = msgspec.UNSET
    params: msgspec.Raw = msgspec.Raw(b"{}")


class _Named(msgspec.Struct):
    """As much of a request that cannot be read as is needed to answer it."""

    id: int | str | None = None


class Problem(msgspec.Struct, omit_defaults=True):
    """The `data` of an error. cause: Q.850. about: what else there is to say, by error."""

    name: str
    remedy: str = ""
    cause: int = 0
    about: dict[str, Any] = {}


class Error(msgspec.Struct):
    code: int
    message: str
    data: Problem


_REQUEST = msgspec.json.Decoder(Request)
_ID = msgspec.json.Decoder(_Named)
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')


class TooLong(Exception):
    """A message is longer than the limit: where the next one begins nobody knows."""


class Splitter:
    """Cuts what comes in, in pieces as they come, into messages. Empty lines are none."""

    def __init__(self, limit: int = MESSAGE_MAX) -> None:
        self._limit = limit
        self._begun = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now. TooLong: one is not and cannot become; no more can be fed."""
        first, *rest = data.split(b"\n")
        self._begun += first
        if len(self._begun) > self._limit or any(len(line) > self._limit for line in rest):
            raise TooLong
        if not rest:
            return []
        whole = [bytes(self._begun), *rest[:-1]]
        self._begun = bytearray(rest[-1])
        return [line for line in whole if line.strip()]


def read(message: bytes) -> Request:
    """Refusal: it is no request. `identity` says to which id that is answered."""
    try:
        if too_deep(message):
            raise Refusal(Code.PARSE, _("objects and lists are nested too deeply"), about={"limit": DEPTH_MAX})
        return _REQUEST.decode(message)
    except msgspec.ValidationError as error:
        raise Refusal(Code.INVALID_REQUEST, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(Code.PARSE, str(error)) from None


def identity(message: bytes) -> Id:
    """The id of a message that is no request, as far as it has one."""
    try:
        return None if too_deep(message) else _ID.decode(message).id
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def too_deep(message: bytes) -> bool:
    """Readers are recursive: depth must be known before anything is read."""
    if message.count(b"[") + message.count(b"{") <= DEPTH_MAX:
        return False
    depth = deepest = 0
    for character in _STRING.sub(b"", message):
        if character in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in b"]}":
            depth -= 1
    return deepest > DEPTH_MAX


def answer(id: Id, result: object) -> bytes:
    return line({"jsonrpc": "2.0", "id": id, "result": result})


def refusal(id: Id, refused: Refusal) -> bytes:
    problem = Problem(refused.code.word, refused.remedy, refused.cause, refused.about)
    error = Error(refused.code.number, refused.text, problem)
    return line({"jsonrpc": "2.0", "id": id, "error": error})


def notice(method: str, params: object) -> bytes:
    return line({"jsonrpc": "2.0", "method": method, "params": params})


def line(message: object) -> bytes:
    return encode(message) + b"\n"
