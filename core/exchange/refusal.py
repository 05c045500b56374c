"""Why a call, or an act of somebody, cannot be: with the words for people and the cause for lines.

    raise Refused(Cause.USER_BUSY, "busy")              in a call's routine: the caller gets tone or words of it
    raise Refused(Cause.FACILITY_REJECTED, "no-call")   in an act of the control interface: its error

The reason is a name of ANNOUNCEMENTS: it says which prompt the caller hears, and what the journal keeps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hw.signalling.q850 import Cause


@dataclass(frozen=True, slots=True)
class Said:
    """A prompt of core/prompts/catalogue by its name, and what stands in its slots."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)


# reason: prompt that says it; "" : the tone of the cause says it
REASONS = {
    "vacant": "call.vacant",
    "incomplete": "call.incomplete",
    "busy": "call.busy",
    "no-answer": "call.no-answer",
    "do-not-disturb": "call.do-not-disturb",
    "unreachable": "call.out-of-service",
    "barred": "call.barred",
    "limit": "call.limit-reached",
    "congestion": "call.all-trunks-busy",
    "rejected": "",
    "loop": "call.transfer-failed",
    "closing": "",
    "fault": "",
    "network": "",
    "pre-empted": "",
    "unavailable": "service.unknown",
    "wrong-pin": "pin.wrong",
    "full": "conference.full",
    "locked": "conference.locked",
    "not-possible": "call.fault",
}


class Refused(Exception):
    """`reason` is a key of REASONS; `text` is for people who asked by the control interface.

    said: another prompt than that of the reason, with its values.
    """

    def __init__(self, cause: Cause, reason: str, text: str = "", said: Said | None = None) -> None:
        super().__init__(text or reason)
        if reason not in REASONS:
            raise ValueError(f"refusal for an unknown reason: {reason!r}")
        self.cause = cause
        self.reason = reason
        self.said = said
