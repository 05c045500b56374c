"""[mail]: the server that takes our mail."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from core.config.model.kinds import Effect, Table, Text, setting

Address = Annotated[str, StringConstraints(max_length=200, pattern=r"^([^\s@<>,;]+@[^\s@<>,;]+)?$")]
"""One mail address, or "" for none."""


class MailSettings(Table):
    """How mail of mailboxes, flows and alarms goes out (SMTP)."""

    server: Text = setting('Name or address of the mail server; "": no mail is sent.', "", effect=Effect.NOW)
    port: int = setting("Its port: 25, 587 or 465 as a rule.", 587, ge=1, le=65535, effect=Effect.NOW)
    security: Literal["none", "starttls", "tls"] = setting(
        'How the way to it is kept from others: "tls" from the first byte, "starttls" before anything is said, "none" '
        "not at all, for a server in the house.",
        "starttls",
        effect=Effect.NOW,
    )
    user: Text = setting('User name at the server; "": none is asked for.', "", effect=Effect.NOW)
    password: Text = setting("The password of that user.", "", effect=Effect.NOW)
    sender: Address = setting("Address that our mail comes from.", "", effect=Effect.NOW)
    patience_h: int = setting("So long is it tried to send a mail, h.", 48, ge=1, le=240, effect=Effect.NOW)
