"""A message in a box: where it came from, where it lies, and what a box can hold. Pure.

    NEW ── heard ──> OLD ── moved ──> WORK, PRIVATE          any ── deleted ──> gone after a day; until then undeleted

What is deleted does not count: not for the lamp, not for the quota.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

UNDELETE_S = 86_400.0
NEARLY = 0.9  # full: the owner is told


class Folder(Enum):
    """The value is what stands on the disk."""

    NEW = "new"
    OLD = "old"
    WORK = "work"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Message:
    """`number`: in its box, from 1, never given again. `received`, `deleted`: UTC seconds; deleted 0: it is not.

    `caller`, `name`: who left it, "" unknown. `sender`: the box that it was forwarded from. `introduction_ms`: what
    that sender said before, 0: nothing. `reason`: why the call came here, as in the journal.
    """

    number: int
    received: float
    ms: int
    caller: str = ""
    name: str = ""
    reason: str = ""
    urgent: bool = False
    folder: Folder = Folder.NEW
    deleted: float = 0.0
    sender: str = ""
    introduction_ms: int = 0

    @property
    def whole_ms(self) -> int:
        return self.ms + self.introduction_ms

    def heard(self) -> Message:
        return replace(self, folder=Folder.OLD) if self.folder is Folder.NEW else self


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a box. `urgent` are among the new ones; `kept` are in any other folder."""

    new: int
    urgent: int
    kept: int


@dataclass(frozen=True, slots=True)
class Quota:
    messages: int
    seconds: int


def there(messages: Iterable[Message]) -> list[Message]:
    """Those that are not deleted."""
    return [message for message in messages if not message.deleted]


def in_folder(messages: Iterable[Message], folder: Folder) -> list[Message]:
    """In the order in which they are heard: urgent ones first, then as they came."""
    found = [message for message in there(messages) if message.folder is folder]
    return sorted(found, key=lambda message: (not message.urgent, message.received, message.number))


def counts(messages: Iterable[Message]) -> Counts:
    known = there(messages)
    new = [message for message in known if message.folder is Folder.NEW]
    return Counts(len(new), sum(message.urgent for message in new), len(known) - len(new))


def seconds_left(messages: Iterable[Message], quota: Quota) -> float:
    """How long the next message may be; 0: the box is full."""
    known = there(messages)
    if len(known) >= quota.messages:
        return 0.0
    return max(0.0, quota.seconds - sum(message.whole_ms for message in known) / 1000)


def nearly_full(messages: Iterable[Message], quota: Quota) -> bool:
    known = there(messages)
    seconds = sum(message.whole_ms for message in known) / 1000
    return len(known) >= NEARLY * quota.messages or seconds >= NEARLY * quota.seconds


def over(messages: Iterable[Message], now: float, keep_days: int) -> list[Message]:
    """What goes for good: deleted for a day, or heard and older than `keep_days` (0: for ever)."""
    oldest = now - keep_days * 86_400 if keep_days else float("-inf")
    return [
        message
        for message in messages
        if (message.deleted and message.deleted <= now - UNDELETE_S)
        or (message.folder is not Folder.NEW and message.received < oldest)
    ]
