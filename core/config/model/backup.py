"""[backup]: where and how backups are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from core.config.model.kinds import Effect, Table, setting


class Backup(Table):
    """The backup that is made every night, and by `strowger backup`."""

    folder: Annotated[str, StringConstraints(max_length=200, pattern=r"^(/[^\x00-\x1f]+)?$")] = setting(
        'Where backups are kept, an absolute path: best on another disk; "": none is made by night.',
        "/var/backups/strowger",
        effect=Effect.NOW,
    )
    keep: int = setting("So many backups of this box are kept there, the newest.", 14, ge=1, le=1000, effect=Effect.NOW)
    recordings: bool = setting(
        "Whether recorded calls are in every backup; they may be most of it. Messages of mailboxes always are.",
        False,
        effect=Effect.NOW,
    )
