"""What the registers of MFC/R2 want from their circuit, and the codes of digits (Q.441 table 5).

A register speaks only of codes: what to send now, and what came of it. It has no clock and no bits.
"""

from __future__ import annotations

from dataclasses import dataclass

from hw.signalling.line import Party
from hw.signalling.q850 import Cause
from hw.signalling.r2.settings import GroupA, GroupB

DIGITS = "1234567890"
"""The digit of code n stands at n - 1: 0 is code 10."""


def code_of(digit: str) -> int:
    return DIGITS.index(digit) + 1


def digit_of(code: int) -> str:
    """Nothing for the codes 11 to 15, which are no digits."""
    return DIGITS[code - 1 : code]


@dataclass(frozen=True, slots=True)
class SendCode:
    """Until told otherwise."""

    code: int
    meaning: str


@dataclass(frozen=True, slots=True)
class SendPulse:
    """A backward code without a forward one to answer: T-PULSE long, then pulse_over(), T-DEAF later recovered()."""

    code: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """Stop sending."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Outgoing: the called party is free. charged: as the far end says, None: not said."""

    charged: bool | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Outgoing: the far end refuses the call."""

    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class Number:
    """Incoming: digits of the called number. complete: there are no more, and the caller is known if he was asked."""

    digits: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Caller:
    party: Party
    category: int


@dataclass(frozen=True, slots=True)
class Said:
    """Incoming: the last word has been said and understood, how the called party is or why there is no way."""

    signal: GroupA | GroupB


Want = SendCode | SendPulse | Quiet | Accepted | Refused | Number | Caller | Said
