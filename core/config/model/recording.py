"""[recording], [[recording_rule]], [[retention]]: which calls are recorded, and how long that is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from core.config.model.kinds import Effect, Many, Name, Table, mistake, setting
from core.config.model.numbering import PatternText


class Recording(Table):
    """What all recordings have in common."""

    encrypt_to: Annotated[str, Field(max_length=200, pattern=r"^(age1[0-9a-z]+)?$")] = setting(
        "Public key (age1...) to which recordings are encrypted once the call is over; who has the private key, and "
        'nobody on this box, can hear them then. "": they are not encrypted.',
        "",
        effect=Effect.NOW,
    )
    opus_after_h: int = setting(
        "After so many hours a recording is converted to Opus, a third of the size, when the box has time; with "
        "encrypt_to at once, before it is encrypted. 0: never.",
        0,
        effect=Effect.NOW,
        ge=0,
        le=8760,
    )
    quota_gb: int = setting(
        "Recordings never take more of the disk than this, GB; beyond it nothing new is recorded, calls go on. 0: no "
        "limit.",
        0,
        effect=Effect.NOW,
        ge=0,
    )


class RecordingRule(Table):
    """A kind of call that is recorded. The first rule that fits a call holds."""

    name: Name = setting("Stands in the journal with each recording.")
    groups: Many[str] = setting("Calls that come or go by these trunk groups. None: any.", ())
    stations: Many[str] = setting("Calls in which one of these stations is. None: any.", ())
    queues: Many[str] = setting("Calls that came through these queues. None: any.", ())
    numbers: Many[PatternText] = setting("Calls whose outside number fits one of these patterns. None: any.", ())
    direction: Literal["any", "in", "out", "internal"] = setting("Which way the call was made.", "any")
    share_percent: float = setting("Of the calls that fit, this share is recorded, by lot.", 100.0, ge=0, le=100)
    notice: bool = setting("The outside party is told before it talks that the call is recorded.", True)
    retention: str = setting('Name of the [[retention]] class; "": kept until somebody erases it.', "")


class Retention(Table):
    """How long recordings are kept."""

    name: Name = setting("By which rules name it.")
    min_days: int = setting("Nobody may erase a recording before it is so old, days.", 0, effect=Effect.NOW, ge=0)
    max_days: int = setting(
        "Erased by itself when it is so old, days, unless it is held. 0: never.", 0, effect=Effect.NOW, ge=0
    )

    @model_validator(mode="after")
    def _in_order(self) -> Retention:
        if self.max_days and self.max_days < self.min_days:
            raise mistake('"max_days" is less than "min_days": a recording would have to go before it may.')
        return self
