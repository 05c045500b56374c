"""What a word of the journal is: a kind of event; and pieces of data that kinds of several subjects have.

A device is a station (by its number, "8001"), a trunk line (by its line, "e1a/3"), or a service that holds a call like
a party (a conference or mailbox, by its number).
"""

from __future__ import annotations

from dataclasses import dataclass

CALL, DEVICE = "call", "device"
BOTH = (CALL, DEVICE)


@dataclass(frozen=True, slots=True)
class Field:
    """One piece of an event's data. one_of: the words it may be; empty: any."""

    name: str
    type: type
    text: str
    one_of: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event. about: whether it must name a call, a device, or both."""

    name: str
    about: tuple[str, ...]
    text: str
    fields: tuple[Field, ...] = ()


CAUSE = Field("cause", int, "Q.850 cause, 0: not said")
REASON = Field("reason", str, "why, in words for people")
GROUP = Field("group", str, "the trunk group")
NUMBER = Field("number", str, "the number as dialled or sent")
RESULT = Field("result", str, "what came of it: done, or why not")
QUEUE = Field("queue", str, "its name", needed=True)
WAITED = Field("waited_ms", int, "how long the caller waited in this queue")
