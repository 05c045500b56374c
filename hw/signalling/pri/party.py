"""Numbers and parties as ISDN carries them: digits with type, plan, presentation and screening; names; redirection.

Q.931 4.5.8 (called party number), 4.5.10 (calling party number), Q.951.3 (presentation and restriction), Q.952
(redirecting number), 4.5.16 (display, which carries the name). A number marked restricted is passed up all the same,
with its mark: who may see it is the exchange's decision.

Values from the wire that the standard does not know become UNKNOWN, so that an odd network cannot stop a call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from hw.errors import LocalError
from hw.signalling.line import NumberType, Presentation

LONGEST_NUMBER = 31  # digits that libpri carries (dchannel.h: DCHANNEL_NUMBER_MAX); E.164 has 15

_DIGITS = re.compile(r"[0-9*#A-D]*")


class NumberingPlan(IntEnum):
    """Q.931 table 4-9; TELEPHONY is E.164."""

    UNKNOWN = 0
    TELEPHONY = 1
    DATA = 3
    TELEX = 4
    NATIONAL = 8
    PRIVATE = 9


class Screening(IntEnum):
    """Q.931 table 4-11: who vouches for the number."""

    USER_NOT_SCREENED = 0
    USER_PASSED = 1
    USER_FAILED = 2
    NETWORK = 3


class RedirectingReason(IntEnum):
    """Q.952 table 2."""

    UNKNOWN = 0
    BUSY = 1
    NO_REPLY = 2
    DEFLECTION = 3
    OUT_OF_ORDER = 9
    BY_CALLED_EQUIPMENT = 10
    UNCONDITIONAL = 15


class Capability(IntEnum):
    """Information transfer capability, Q.931 table 4-6: what the B channel is to carry."""

    SPEECH = 0
    UNRESTRICTED_DIGITAL = 8
    RESTRICTED_DIGITAL = 9
    AUDIO_3K1 = 16
    DIGITAL_WITH_TONES = 17
    VIDEO = 24


@dataclass(frozen=True, slots=True)
class Number:
    """A number and what is said about it. Presentation and screening mean nothing for a called number."""

    digits: str
    type: NumberType = NumberType.UNKNOWN
    plan: NumberingPlan = NumberingPlan.TELEPHONY
    presentation: Presentation = Presentation.ALLOWED
    screening: Screening = Screening.USER_NOT_SCREENED

    def check(self) -> None:
        """Raises LocalError where the line could not carry the number; what comes from the wire is not checked."""
        check_digits(self.digits)


@dataclass(frozen=True, slots=True)
class Party:
    """Who: a number, a name, both or neither. A name without ALLOWED is not sent."""

    number: Number | None = None
    name: str | None = None
    name_presentation: Presentation = Presentation.ALLOWED


@dataclass(frozen=True, slots=True)
class Redirection:
    """The call was meant for someone else, who had it forwarded."""

    number: Number
    reason: RedirectingReason = RedirectingReason.UNKNOWN


NOBODY = Party()


def check_digits(digits: str) -> None:
    """Raises LocalError where `digits` cannot be sent."""
    if not _DIGITS.fullmatch(digits):
        raise LocalError(f"number {digits!r}: only 0-9, *, # and A-D can be dialled")
    if len(digits) > LONGEST_NUMBER:
        raise LocalError(f"number {digits!r} has {len(digits)} digits; the line carries {LONGEST_NUMBER} at most")
