"""The mail of a flow: its words, and what callers said, into the outbox."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

import trio

from core.ivr.acts import Answered, Mail
from core.mail.outbox import Outbox
from core.texts import _

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


async def mailed(act: Mail, outbox: Outbox, recordings: Path | None, threaded: bool) -> Answered:
    """Done when it is safe in the outbox. Failed: no address, a recording that is not there, a full disk."""
    if not _ADDRESS.fullmatch(act.to):
        return Answered(act.ticket, "failed", reason=_("{to} is no mail address.").format(to=act.to))

    def made() -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = " ".join(act.subject.split())
        mail.set_content(act.text)
        for name in act.attach:
            if recordings is None or Path(name).name != name:
                raise FileNotFoundError(name)
            mail.add_attachment((recordings / name).read_bytes(), maintype="audio", subtype="wav", filename=name)
        return mail

    try:
        mail = await trio.to_thread.run_sync(made) if threaded else made()
        await outbox.put(mail, [act.to])
    except OSError as error:
        return Answered(act.ticket, "failed", reason=str(error))
    return Answered(act.ticket, "done")
