"""MFC/R2 in its national forms: which code and which bit means what.

ITU-T Q.400 to Q.490 leave the meanings of most codes to the countries. Every value stands here by name, so that an
installer can set it; a variant is a set of them. China: No.1 signalling, GF 002-9002. [?] in FIELD facts: A2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hw.signalling.q850 import Cause


class GroupA(Enum):
    """What the incoming side asks for."""

    NEXT_DIGIT = "next digit"
    RESTART = "digits from the first again"
    TO_GROUP_B = "number complete, change to group B"
    CONGESTION = "congestion"
    VACANT = "vacant number"
    CALLER = "send category, then caller's number"
    NEXT_CALLER_DIGIT = "next digit of the caller's number"


class GroupB(Enum):
    """How the called party is."""

    FREE = "free, charged"
    FREE_NO_CHARGE = "free, not charged"
    BUSY = "busy"
    TOLL_BUSY = "busy with a toll call"
    CONGESTION = "congestion"
    VACANT = "vacant number"
    OUT_OF_ORDER = "out of order"


# The cause that a call ends with when the far end answers so.
CAUSES_A = {GroupA.CONGESTION: Cause.NO_CIRCUIT, GroupA.VACANT: Cause.UNALLOCATED}
CAUSES_B = {
    GroupB.BUSY: Cause.USER_BUSY,
    GroupB.TOLL_BUSY: Cause.USER_BUSY,
    GroupB.CONGESTION: Cause.NO_CIRCUIT,
    GroupB.VACANT: Cause.UNALLOCATED,
    GroupB.OUT_OF_ORDER: Cause.DESTINATION_OUT_OF_ORDER,
}


@dataclass(frozen=True, slots=True)
class Variant:
    """Codes 1 to 15; None: this variant has no such signal. Categories: the caller's (KA, group II of Q.441) and the
    kind of call (KD).
    """

    name: str
    group_a: dict[GroupA, int]
    group_b: dict[GroupB, int]
    category: int  # sent for an ordinary subscriber
    kind_of_call: int | None  # KD after group B was asked; None: the category is sent there (ITU)
    end_of_caller: int  # after the last digit of the caller's number
    end_of_called: int | None  # after the last digit of the called number, when asked for more
    no_caller: int | None  # instead of the caller's number when there is none; None: end_of_caller at once
    cd_bits: int  # the two fixed bits, 0..3
    called_digits: int = 0  # incoming: so many, then complete; 0: by time-out or end code
    ask_caller_after: int = 0  # incoming: category and caller's number are asked after so many digits; 0: never
    charged_answers: bool = True  # incoming: FREE or FREE_NO_CHARGE is sent by what the exchange says

    def __post_init__(self) -> None:
        codes = [*self.group_a.values(), *self.group_b.values(), self.category, self.end_of_caller]
        if not all(1 <= code <= 15 for code in codes):
            raise ValueError(f"R2 variant {self.name}: codes are 1 to 15, got {sorted(codes)}")
        if not 0 <= self.cd_bits <= 3:
            raise ValueError(f"R2 variant {self.name}: CD bits are 0 to 3, got {self.cd_bits}")

    def meaning_a(self, code: int, in_caller: bool) -> GroupA | None:
        """in_caller: the caller's number is being sent, where China's A1 (and ITU's A5) asks for its next digit."""
        meanings = [signal for signal, value in self.group_a.items() if value == code]
        if in_caller and GroupA.NEXT_CALLER_DIGIT in meanings:
            return GroupA.NEXT_CALLER_DIGIT
        return next((signal for signal in meanings if signal is not GroupA.NEXT_CALLER_DIGIT), None)

    def meaning_b(self, code: int) -> GroupB | None:
        return next((signal for signal, value in self.group_b.items() if value == code), None)


CHINA = Variant(
    name="cn",
    group_a={
        GroupA.NEXT_DIGIT: 1,
        GroupA.RESTART: 2,
        GroupA.TO_GROUP_B: 3,
        GroupA.CONGESTION: 4,
        GroupA.VACANT: 5,
        GroupA.CALLER: 6,
        GroupA.NEXT_CALLER_DIGIT: 1,
    },
    group_b={
        GroupB.FREE: 1,
        GroupB.BUSY: 2,
        GroupB.TOLL_BUSY: 3,
        GroupB.CONGESTION: 4,
        GroupB.VACANT: 5,
        GroupB.FREE_NO_CHARGE: 6,
    },
    category=1,
    kind_of_call=3,
    end_of_caller=15,
    end_of_called=None,
    no_caller=None,
    cd_bits=0b11,
    ask_caller_after=0,
)

ITU = Variant(
    name="itu",
    group_a={
        GroupA.NEXT_DIGIT: 1,
        GroupA.RESTART: 8,
        GroupA.TO_GROUP_B: 3,
        GroupA.CONGESTION: 4,
        GroupA.CALLER: 5,
        GroupA.NEXT_CALLER_DIGIT: 5,
    },
    group_b={
        GroupB.FREE: 6,
        GroupB.FREE_NO_CHARGE: 7,
        GroupB.BUSY: 3,
        GroupB.CONGESTION: 4,
        GroupB.VACANT: 5,
        GroupB.OUT_OF_ORDER: 8,
    },
    category=1,
    kind_of_call=None,
    end_of_caller=15,
    end_of_called=15,
    no_caller=12,
    cd_bits=0b01,
)

VARIANTS = {variant.name: variant for variant in (CHINA, ITU)}
