"""The state of one call in a flow: all of it, as plain data, so that it can be saved, looked at and put back.

    session = stepper.begin(...)
    text = saved(session)                     JSON
    session = restored(text, Session)         goes on exactly where it was

Values keep their types (a date comes back as a date, 0.10 as an exact number). What it does not hold: sound, open
queries, timers; those belong to the hands, and are named by the ticket that the session waits for.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from core.ivr.values import pack, unpack


class Caller(Struct, frozen=True):
    """What is known of a call when it comes to a flow. language: as the line or the plan says; "": not said."""

    call: int = 0
    caller: str = ""
    caller_name: str = ""
    called: str = ""
    trunk: str = ""
    region: str = ""
    customer_class: str = ""
    language: str = ""


class Frame(Struct):
    """A flow that runs; a sub-flow has its own above it. node: the one that it is in, or came from."""

    flow: str
    node: str
    variables: dict[str, Any]


class Ended(Struct, frozen=True):
    """how: "hung up" by the caller, "finished" by the flow, "returned", "transferred", "failed"."""

    how: str
    reason: str = ""


class Session(Struct):
    """edition: of the library, the call keeps it. frames: the innermost last.

    phase: what the node is about: "" nothing yet, "speaking", "listening", "recording", "waiting" for an answer.
    ticket: of the act whose answer counts; tickets are never used twice. entering: the node that comes next, when the
    session is between two. keys: pressed and not used yet. input: of the asking node, so far. attempt: counted from 1.
    quiet: nodes since somebody was last heard. swallow: an end key that comes until then belongs to an input that is
    already complete. breaks: "flow/node" or "flow/". stop: how deep, and deeper, the workshop runs on without a stop:
    it stops at a node when the frames are no more than this; 0: only at break points.
    """

    edition: int
    caller: Caller
    language: str
    frames: list[Frame]
    phase: str = ""
    ticket: int = 0
    tickets: int = 0
    entering: str = ""
    keys: str = ""
    input: str = ""
    attempt: int = 0
    quiet: int = 0
    swallow: str = ""
    swallow_until: Any = None
    error_node: str = ""
    error_reason: str = ""
    ended: Ended | None = None
    paused: bool = False
    stop: int = 0
    breaks: list[str] = []

    @property
    def frame(self) -> Frame:
        return self.frames[-1]


PLAIN = (Decimal, datetime, date, time, timedelta)
T = TypeVar("T")


def plain(what: Any) -> Any:
    """A session, an act, a stimulus, a record of them, as JSON values."""
    return _packed(msgspec.to_builtins(what, builtin_types=PLAIN))


def made(of: Any, raw: Any) -> Any:
    """What plain() made, as an object of the type (a class, or a union of classes with tags)."""
    return msgspec.convert(_unpacked(raw), of)


def saved(what: Any) -> str:
    return json.dumps(plain(what), ensure_ascii=False)


def restored(text: str, of: type[T]) -> T:
    """What saved() gave. ValueError: it did not."""
    try:
        found: T = made(of, json.loads(text))
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    return found


def _packed(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {key: _packed(value) for key, value in raw.items()}
    if isinstance(raw, list | tuple):
        return [_packed(item) for item in raw]
    return raw if isinstance(raw, float) else pack(raw)


def _unpacked(raw: Any) -> Any:
    if isinstance(raw, dict):
        if len(raw) == 1 and next(iter(raw)).startswith("$"):
            return unpack(raw)
        return {key: _unpacked(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return tuple(_unpacked(item) for item in raw)
    return raw
