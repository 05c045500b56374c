"""[alarms]: who outside the box hears of alarms."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from core.config.model.kinds import Effect, Many, Table, setting
from core.config.model.mail import Address

Level = Literal["critical", "warning", "notice"]

Program = Annotated[str, StringConstraints(max_length=200, pattern=r"^(/[^\x00-\x1f]*)?$")]
"""Path of a program from /, or "" for none."""


class AlarmSettings(Table):
    """Who is told of alarms that come and go: people by mail, other systems by a command."""

    mail: Many[Address] = setting("Addresses that get a mail, by the server of [mail].", (), effect=Effect.NOW)
    mail_level: Level = setting("Alarms of this level and worse are mailed.", "critical", effect=Effect.NOW)
    mail_every_s: int = setting(
        "One mail at most in so long; what happens meanwhile stands together in the next, s.",
        300,
        ge=10,
        le=86400,
        effect=Effect.NOW,
    )
    command: Program = setting(
        'Program that is started for each alarm: what has happened ("raised", "cleared"), level, key and text are its '
        'arguments, all of the alarm as JSON its input. "": none.',
        "",
        effect=Effect.NOW,
    )
    command_level: Level = setting("It is started for alarms of this level and worse.", "warning", effect=Effect.NOW)
    command_s: int = setting("It is ended when it runs longer, s.", 30, ge=1, le=600, effect=Effect.NOW)
    commands_per_minute: int = setting(
        "So often it is started at most; further alarms wait their turn.", 20, ge=1, le=600, effect=Effect.NOW
    )
