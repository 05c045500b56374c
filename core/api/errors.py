"""What can be answered instead of a result: a number for JSON-RPC, a word that stays, a text for people.

Programs look at the word (`data.name`); people read `message` in their language, and `data.remedy` where something can
be done about it. The numbers below -32000 are JSON-RPC's own, the others ours.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar, cast

from core.texts import _
from hw.card import HardwareError

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Exception)


class Code(Enum):
    """number, word, and when it is answered."""

    PARSE = -32700, "unreadable", "the line is no JSON, or nested too deeply"
    INVALID_REQUEST = -32600, "invalid request", "it is JSON, but no request"
    UNKNOWN_METHOD = -32601, "unknown method", "there is no such method"
    INVALID_PARAMS = -32602, "invalid parameters", "a parameter is missing, unknown, or not of its type or range"
    INTERNAL = -32603, "internal error", "our fault: it is in the log of the box, and nothing else was harmed"
    HELLO_FIRST = -32000, "hello first", "a connection begins with hello"
    FORBIDDEN = -32001, "forbidden", "the role of the peer does not allow it"
    REFUSED = -32002, "refused", "it is not possible now; `cause` says why as Q.850 does, where it was a call's"
    UNKNOWN = -32003, "unknown", "there is no such call, device, line, span, topic, subscription"
    TOO_MUCH = -32004, "too much", "a message is too long, or there are too many connections or subscriptions"
    PROTOCOL = -32005, "protocol", "the peer speaks another version of the protocol"
    CONFIGURATION = -32006, "configuration", "the configuration is wrong: `about.mistakes` says where and why"
    HARDWARE = -32007, "hardware", "a card, span or channel refused; `remedy` says what to do"

    def __init__(self, number: int, word: str, when: str) -> None:
        self.number = number
        self.word = word
        self.when = when


class Refusal(Exception):
    """Answered to the peer instead of a result; nothing else is the matter. `text`: for people, translated already."""

    def __init__(
        self, code: Code, text: str, *, remedy: str = "", cause: int = 0, about: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.remedy = remedy
        self.cause = cause
        self.about = dict(about or {})


_SAID: dict[type[Exception], Callable[[Exception], Refusal]] = {}


def says(kind: type[E]) -> Callable[[Callable[[E], Refusal]], Callable[[E], Refusal]]:
    """Decorator: how a room's own kind of error is answered. For what a peer can bring about, not for bugs."""

    def register(translate: Callable[[E], Refusal]) -> Callable[[E], Refusal]:
        _SAID[kind] = cast(Callable[[Exception], Refusal], translate)
        return translate

    return register


def refusal_of(error: Exception, method: str) -> Refusal:
    """What the peer is answered for what an act raised. What nobody foresaw is logged."""
    if isinstance(error, Refusal):
        return error
    for kind in type(error).__mro__:
        if kind in _SAID:
            return _SAID[kind](error)
    log.error("act failed", exc_info=error, extra={"act": method})
    return Refusal(
        Code.INTERNAL,
        _("{method} failed by our own fault ({error})").format(method=method, error=type(error).__name__),
        remedy=_("the log of the box says more: journalctl -u strowger"),
    )


@says(HardwareError)
def _hardware(error: HardwareError) -> Refusal:
    about = {"span": error.span, "channel": error.channel}
    known = {name: number for name, number in about.items() if number is not None}
    return Refusal(Code.HARDWARE, str(error), remedy=error.action, about=known)
