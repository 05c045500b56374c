"""[[pin]]: people who may call further than the telephone they use (密码长途)."""

from __future__ import annotations

from core.config.model.kinds import Effect, Name, Pin, Table, setting


class CallingPin(Table):
    """A PIN for single calls from any telephone, by the code [features] pin_call."""

    removed = Effect.NOW

    name: Name = setting("Whose it is; stands in the records of these calls.")
    pin: Pin = setting(
        "What is dialled after the code at every such call, 6 to 12 digits; no birthday, no extension.",
        min_length=6,
    )
