"""Acts on mailboxes: how full each is. What is in a message is for its owner, by telephone and mail."""

from __future__ import annotations

from core.api.acts import Nothing, Result, act
from core.api.asking import Asking
from core.api.roles import READERS
from core.voicemail.room import MailboxView, Voicemail


class Mailboxes(Result, frozen=True):
    mailboxes: list[MailboxView]


@act("mailbox.list", roles=READERS)
async def mailboxes(asking: Asking, params: Nothing) -> Mailboxes:
    """All mailboxes with the numbers of their messages. A box that keeps no data has none."""
    return Mailboxes(await asking.room(Voicemail).views() if Voicemail in asking.rooms else [])
