"""What an installer sets of an MFC/R2 circuit: which code and which bit means what, digits, caller, times.

ITU-T Q.441 leaves the meanings of most codes to the countries, and exchanges of one country differ. Every value stands
here by name; China's set (No.1 signalling, GF 002-9002) and ITU-T's stand ready, and one value is changed by

    dataclasses.replace(CHINA, called_digits=8, group_b={**CHINA.group_b, GroupB.BUSY: 3}, times={"T-ANSWER": 90})

A wrong KB is the usual reason why calls fail to a free party: what one end sends, the other must know.
What it does not: say what follows what (outgoing_register.py, incoming_register.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from hw.signalling.q850 import Cause
from hw.signalling.r2.timers import TIMERS


class GroupA(Enum):
    """What the incoming side asks for, or says of the way to the called party (Q.441 table 6)."""

    NEXT_DIGIT = "next digit"
    BACK_ONE = "last digit but one again"
    BACK_TWO = "last digit but two again"
    BACK_THREE = "last digit but three again"
    RESTART = "digits from the first again"
    TO_GROUP_B = "number complete, change to group B"
    CONGESTION = "congestion"
    VACANT = "vacant number"
    SPEECH = "number complete, charged, no group B"
    CALLER = "category, then caller's number"
    NEXT_CALLER_DIGIT = "next digit of the caller's number"


class GroupB(Enum):
    """How the called party is (Q.441 table 7)."""

    FREE = "free"
    FREE_NO_CHARGE = "free, not charged"
    FREE_CALLER_CONTROL = "free, only the caller's hang-up ends the call"
    BUSY = "busy"
    TOLL_BUSY = "busy with a toll call"
    SPECIAL_TONE = "special information tone"
    CONGESTION = "congestion"
    VACANT = "vacant number"
    OUT_OF_ORDER = "out of order"


@dataclass(frozen=True, slots=True)
class R2Settings:
    """Codes are 1 to 15. ValueError: a value is outside its range, or an indispensable one is missing.

    group_a, group_b: what is not there, this end neither sends nor understands.
    category: KA (group II of Q.441) of a caller whose call says none: 1 is an ordinary subscriber.
    kind_of_call: KD, sent when group B is asked for (China: 1 toll operator, 2 toll, 3 local, 4 data, 6 test); None:
    the category is sent there (ITU).
    end_of_caller: after the last digit of the caller's number.
    end_of_called: after the last digit of the called number when more is asked for; None: silence, the incoming side
    finds out by time.
    no_caller: instead of the caller's number when there is none to be sent; None: end_of_caller at once.
    cd_bits: the bits C and D, which never change; those of the far end are not looked at.
    called_digits: incoming, the number's length; 0: unknown. It ends then by the far end's end code, by the exchange's
    proceed(), or when no digit came for T-DIGIT.
    ask_caller_after: incoming, category and caller's number are asked for after so many digits; 0: never. Where the
    number's length is unknown it must not be more than the shortest has.
    own_number: sent as the caller of a call that has none or a restricted one (R2 cannot say "restricted" beside the
    number); empty: such calls go without.
    forced_release: the far end understands 00 backward; we send it when the caller will not clear.
    times: of timers by name, in seconds, where other than hw/signalling/r2/timers.py has them.
    """

    name: str
    group_a: Mapping[GroupA, int]
    group_b: Mapping[GroupB, int]
    category: int
    kind_of_call: int | None
    end_of_caller: int
    end_of_called: int | None
    no_caller: int | None
    cd_bits: int
    called_digits: int = 0
    ask_caller_after: int = 0
    own_number: str = ""
    forced_release: bool = False
    times: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said = [("group_a " + signal.name, code) for signal, code in self.group_a.items()]
        said += [("group_b " + signal.name, code) for signal, code in self.group_b.items()]
        names = ("category", "kind_of_call", "end_of_caller", "end_of_called", "no_caller")
        said += [(name, getattr(self, name)) for name in names if getattr(self, name) is not None]
        for name, code in said:
            if not 1 <= code <= 15:
                raise self._error(f"{name} is {code}, codes are 1 to 15")
        spoken_a = [signal for signal in self.group_a if signal is not GroupA.NEXT_CALLER_DIGIT]
        for group, signals in (("group_a", [self.group_a[s] for s in spoken_a]), ("group_b", self.group_b.values())):
            if len(set(signals)) < len(list(signals)):
                raise self._error(f"{group} has one code for two meanings; only NEXT_CALLER_DIGIT may share one")
        for signal in (GroupA.NEXT_DIGIT, GroupA.TO_GROUP_B, GroupA.CONGESTION):
            if signal not in self.group_a:
                raise self._error(f"group_a needs a code for {signal.name}")
        for needed in (GroupB.FREE, GroupB.BUSY):
            if needed not in self.group_b:
                raise self._error(f"group_b needs a code for {needed.name}")
        if self.ask_caller_after and not {GroupA.CALLER, GroupA.NEXT_CALLER_DIGIT} <= set(self.group_a):
            raise self._error("ask_caller_after needs codes for CALLER and NEXT_CALLER_DIGIT in group_a")
        if not 0 <= self.cd_bits <= 3:
            raise self._error(f"cd_bits is {self.cd_bits}, must be 0 to 3")
        for name, low, high in (("called_digits", 0, DIGITS_MAX), ("ask_caller_after", 0, DIGITS_MAX)):
            if not low <= getattr(self, name) <= high:
                raise self._error(f"{name} is {getattr(self, name)}, must be {low} to {high}")
        if self.called_digits and self.ask_caller_after > self.called_digits:
            raise self._error(f"ask_caller_after is {self.ask_caller_after}, but there are {self.called_digits} digits")
        if self.own_number and not (self.own_number.isascii() and self.own_number.isdigit()):
            raise self._error(f"own_number is {self.own_number!r}, must be digits")
        for name, seconds in self.times.items():
            if name not in TIMERS:
                raise self._error(f"times has no {name}; there are {', '.join(TIMERS)}")
            if not 0 <= seconds <= 600:
                raise self._error(f"times {name} is {seconds} s, must be 0 to 600")

    def _error(self, what: str) -> ValueError:
        return ValueError(f"R2 settings {self.name!r}: {what}")


DIGITS_MAX = 30
"""No number is longer; a far end that sends more is told that it is enough."""

CHINA = R2Settings(
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
        GroupB.FREE_CALLER_CONTROL: 6,
    },
    category=1,
    kind_of_call=3,
    end_of_caller=15,
    end_of_called=None,
    no_caller=None,
    cd_bits=0b11,
)

ITU = R2Settings(
    name="itu",
    group_a={
        GroupA.NEXT_DIGIT: 1,
        GroupA.BACK_ONE: 2,
        GroupA.TO_GROUP_B: 3,
        GroupA.CONGESTION: 4,
        GroupA.CALLER: 5,
        GroupA.NEXT_CALLER_DIGIT: 5,
        GroupA.SPEECH: 6,
        GroupA.BACK_TWO: 7,
        GroupA.BACK_THREE: 8,
    },
    group_b={
        GroupB.SPECIAL_TONE: 2,
        GroupB.BUSY: 3,
        GroupB.CONGESTION: 4,
        GroupB.VACANT: 5,
        GroupB.FREE: 6,
        GroupB.FREE_NO_CHARGE: 7,
        GroupB.OUT_OF_ORDER: 8,
    },
    category=1,
    kind_of_call=None,
    end_of_caller=15,
    end_of_called=15,
    no_caller=12,
    cd_bits=0b01,
)

# ---- causes ----

# The cause that an outgoing call ends with when the far end answers so. What is not here is no refusal.
CAUSES_A = {GroupA.CONGESTION: Cause.NO_CIRCUIT, GroupA.VACANT: Cause.UNALLOCATED}
CAUSES_B = {
    GroupB.BUSY: Cause.USER_BUSY,
    GroupB.TOLL_BUSY: Cause.USER_BUSY,
    GroupB.SPECIAL_TONE: Cause.SPECIAL_TONE,
    GroupB.CONGESTION: Cause.NO_CIRCUIT,
    GroupB.VACANT: Cause.UNALLOCATED,
    GroupB.OUT_OF_ORDER: Cause.DESTINATION_OUT_OF_ORDER,
}

_VACANT: tuple[GroupA | GroupB, ...] = (GroupA.VACANT, GroupB.VACANT)
_NOT_THERE: tuple[GroupA | GroupB, ...] = (GroupB.SPECIAL_TONE, GroupB.OUT_OF_ORDER, GroupB.BUSY)

# How an incoming call is refused for a cause: the first of these that the settings have. Others: congestion.
_REFUSALS: dict[Cause, tuple[GroupA | GroupB, ...]] = {
    Cause.USER_BUSY: (GroupB.BUSY,),
    Cause.UNALLOCATED: _VACANT,
    Cause.NO_ROUTE_TO_DESTINATION: _VACANT,
    Cause.NUMBER_CHANGED: _VACANT,
    Cause.INVALID_NUMBER: _VACANT,
    Cause.SPECIAL_TONE: (GroupB.SPECIAL_TONE,),
    Cause.DESTINATION_OUT_OF_ORDER: (GroupB.OUT_OF_ORDER, GroupB.BUSY),
    Cause.NO_USER_RESPONDING: _NOT_THERE,
    Cause.NO_ANSWER: _NOT_THERE,
    Cause.SUBSCRIBER_ABSENT: _NOT_THERE,
    Cause.CALL_REJECTED: _NOT_THERE,
}


def refusal(settings: R2Settings, cause: Cause) -> GroupA | GroupB:
    """The signal that says this cause best."""
    for signal in _REFUSALS.get(cause, ()):
        if signal in settings.group_a or signal in settings.group_b:
            return signal
    return GroupA.CONGESTION
