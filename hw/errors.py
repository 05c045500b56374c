"""The kinds of failure that the rooms tell apart (STYLE: whose fault it is decides what happens next).

LocalError     our own side used something wrongly: a bug; it raises where it was made.
HardwareError  a card, span or channel did not do as told (hw/card.py); it carries span, channel and a remedy.
RemoteError    the far end broke the protocol: logged, counted, survived; it carries the Q.850 cause to answer with.
"""

from __future__ import annotations


class LocalError(Exception):
    """An order that cannot be: unknown port, port busy, value out of range. The text says which and why."""


class RemoteError(Exception):
    """The far end did what its protocol forbids. `cause` is the Q.850 cause to release with (111: protocol error)."""

    def __init__(self, message: str, cause: int = 111) -> None:
        super().__init__(message)
        self.cause = cause
