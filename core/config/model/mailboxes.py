"""[[mailbox]], [voicemail]: who takes a message when nobody answers."""

from __future__ import annotations

from typing import Literal

from core.config.model.kinds import Effect, Language, MaybeNumber, Number, Pin, Table, Text, setting
from core.config.model.mail import Address


class Mailbox(Table):
    """A box for messages, of a telephone or of a department (语音信箱)."""

    removed = Effect.NOW

    number: Number = setting("Its number in the plan: who calls it leaves a message.", effect=Effect.NOW)
    name: Text = setting("Whose it is.", "", effect=Effect.NOW)
    pin: Pin = setting(
        'Asked of who hears its messages, 6 to 12 digits, until its owner sets another by telephone; "": only the '
        "telephones that have it as their mailbox may hear it.",
        "",
        effect=Effect.NOW,
    )
    ask_pin: bool = setting("The telephones that have it as their mailbox are asked for the PIN, too.", True)
    language: Language = setting('Of the words to its owner; "": that of the telephone.', "")
    longest_s: int = setting("A message may be so long, s.", 180, ge=10, le=1800)
    messages: int = setting("So many messages at most.", 50, ge=1, le=1000)
    minutes: int = setting("So long are all of them together at most, min.", 60, ge=1, le=1440)
    mail: Address = setting('New messages are sent to this address, too; "": not.', "")
    attach: Literal["wav", "opus", "none"] = setting("What such a mail has in it beside the words.", "wav")
    call_out: MaybeNumber = setting(
        "Number that is called when a message has come, as the telephones of the mailbox would dial it and with their "
        'rights: it says so, and 1 hears the messages. "": nobody is called.',
        "",
        effect=Effect.NOW,
    )
    keep_days: int = setting("Messages that were heard go after so many days; 0: never.", 0, ge=0, le=3650)


class Voicemail(Table):
    """What all mailboxes have in common."""

    number: MaybeNumber = setting(
        "Who calls it hears the messages of his mailbox, from outside too; telephones that forward their calls to it "
        'have them answered by their own mailbox. "": there is none.',
        "",
        effect=Effect.NOW,
    )
