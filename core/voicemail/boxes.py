"""A mailbox as it is in memory, and a message that is being spoken into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.config.model.mailboxes import Mailbox
from core.voicemail.message import Message, Quota
from core.voicemail.shelf import Shelf
from hw.plane import Recording


@dataclass
class Box:
    """`messages` by number, as they lie on the shelf."""

    settings: Mailbox
    shelf: Shelf
    messages: dict[int, Message]

    @property
    def number(self) -> str:
        return self.settings.number

    @property
    def quota(self) -> Quota:
        return Quota(self.settings.messages, self.settings.minutes * 60)


@dataclass
class Draft:
    """Is being spoken, or was and is not kept yet. cut_ms: off its end."""

    box: Box
    path: Path
    recording: Recording
    cut_ms: int = 0
    urgent: bool = False
