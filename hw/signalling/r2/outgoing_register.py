"""The outgoing (forward) register of MFC/R2: ITU-T Q.440 to Q.490, China's order of questions.

    forward  (we)      ==== I-3 ====|            |==== I-5 ====|            every tone lasts until the other side
    backward (they)        |==== A1 ====|            |==== A3 ====|         has answered it (Q.457)
                       1   2        3   4        1

    1 forward tone on                                       3 forward off: understood
    2 backward on: heard, and this is the question          4 backward off: next

    A1   the next digit; when there is none, the end code or silence
    A6   category KA, then by A1 the digits of the caller, 15 after the last; then A1 goes on with the called number
    A3   kind of call KD, answered by KB: how the called party is

The register has no clock and no bits: what it wants done is the call's (hw/signalling/r2/outgoing.py).
"""

from __future__ import annotations

from enum import Enum, auto

from hw.signalling.line import Party, Presentation
from hw.signalling.q850 import Cause
from hw.signalling.r2.codes import Accepted, Quiet, Refused, SendCode, Want, code_of
from hw.signalling.r2.settings import CAUSES_A, CAUSES_B, GroupA, GroupB, R2Settings

_BACK = {GroupA.BACK_ONE: 2, GroupA.BACK_TWO: 3, GroupA.BACK_THREE: 4}
"""How many digits of those sent are sent again."""


class Part(Enum):
    """Which of its strings the register is in."""

    CALLED = auto()
    CATEGORY = auto()
    CALLER = auto()
    GROUP_B = auto()
    OVER = auto()


class OutgoingRegister:
    """begin() after the seizure is acknowledged; then backward codes on and off, until it wants Accepted or Refused.

    called: digits 0 to 9, more may follow by more() unless complete. calling: other characters than digits are left
    out. category: 1 to 15, else the settings' KA is sent.
    """

    def __init__(
        self, settings: R2Settings, called: str, complete: bool, calling: Party | None, category: int | None
    ) -> None:
        self._settings = settings
        self._called = called
        self._complete = complete
        self._caller = _shown(calling) or settings.own_number
        self._category = category if category is not None and 1 <= category <= 15 else settings.category
        self._part = Part.CALLED
        self._called_sent = 0
        self._caller_sent = 0
        self._sending = False
        self._asked: GroupA | GroupB | str | None = None  # by the backward code that is heard; a str: unknown to us
        self._hungry = False  # a digit was asked for that we do not have yet

    def begin(self) -> list[Want]:
        return self._send_called()

    def more(self, digits: str) -> list[Want]:
        """Overlap: digits that came after the beginning."""
        self._called += digits
        if self._hungry and self._asked is None:
            return self._send_called()
        return []

    def heard(self, code: int) -> list[Want]:
        """A backward code began."""
        if self._part is Part.OVER or (not self._sending and not self._hungry):
            return []  # of a cycle that is over
        self._asked = self._meaning(code)
        if not self._sending:
            return []  # a pulse: answered when it ends
        self._sending = False
        return [Quiet()]

    def ended(self) -> list[Want]:
        """The backward code ended: the cycle is over, the question is answered now."""
        asked, self._asked = self._asked, None
        match asked:
            case None:
                return []
            case str():
                self._part = Part.OVER
                return [Refused(Cause.NORMAL_UNSPECIFIED, asked)]
            case GroupB():
                self._part = Part.OVER
                if asked in CAUSES_B:
                    return [Refused(CAUSES_B[asked], f"KB: {asked.value}")]
                return [Accepted(self._charged(asked))]
            case GroupA():
                return self._answer(asked)

    def _meaning(self, code: int) -> GroupA | GroupB | str:
        """In the caller's number China's A1, and ITU's A5, ask for its next digit; else for something else."""
        if self._part is Part.GROUP_B:
            return next((b for b, value in self._settings.group_b.items() if value == code), f"unknown KB {code}")
        meanings = [a for a, value in self._settings.group_a.items() if value == code]
        if self._part in (Part.CATEGORY, Part.CALLER) and GroupA.NEXT_CALLER_DIGIT in meanings:
            return GroupA.NEXT_CALLER_DIGIT
        return next((a for a in meanings if a is not GroupA.NEXT_CALLER_DIGIT), f"unknown backward code A{code}")

    def _charged(self, signal: GroupB) -> bool | None:
        """Where the country has no code for a free call, a call that may be charged is not said to be."""
        if GroupB.FREE_NO_CHARGE not in self._settings.group_b:
            return None
        return signal is not GroupB.FREE_NO_CHARGE

    def _answer(self, asked: GroupA) -> list[Want]:
        if asked in CAUSES_A:
            self._part = Part.OVER
            return [Refused(CAUSES_A[asked], f"A: {asked.value}")]
        match asked:
            case GroupA.SPEECH:
                self._part = Part.OVER
                return [Accepted(True)]
            case GroupA.TO_GROUP_B:
                self._part = Part.GROUP_B
                kind = self._settings.kind_of_call
                return self._send(self._category if kind is None else kind, "kind of call")
            case GroupA.CALLER:
                self._part = Part.CATEGORY
                self._caller_sent = 0
                return self._send(self._category, "category")
            case GroupA.NEXT_CALLER_DIGIT:
                return self._send_caller()
            case GroupA.RESTART:
                self._called_sent = 0
            case _ if asked in _BACK:
                self._called_sent = max(0, self._called_sent - _BACK[asked])
        self._part = Part.CALLED
        return self._send_called()

    def _send(self, code: int, meaning: str) -> list[Want]:
        self._sending, self._hungry = True, False
        return [SendCode(code, meaning)]

    def _send_called(self) -> list[Want]:
        if self._called_sent < len(self._called):
            digit = self._called[self._called_sent]
            self._called_sent += 1
            return self._send(code_of(digit), f"digit {digit}")
        if self._complete and self._settings.end_of_called is not None:
            return self._send(self._settings.end_of_called, "end of number")
        # Nothing to send: the incoming side finds out by time, and goes on with a pulse.
        self._hungry = True
        return []

    def _send_caller(self) -> list[Want]:
        self._part = Part.CALLER
        if not self._caller and self._caller_sent == 0 and self._settings.no_caller is not None:
            self._caller_sent = 1
            return self._send(self._settings.no_caller, "no caller's number")
        if self._caller_sent < len(self._caller):
            digit = self._caller[self._caller_sent]
            self._caller_sent += 1
            return self._send(code_of(digit), f"caller's digit {digit}")
        # From here China's A1 asks for the called number again, where it stopped.
        self._part = Part.CALLED
        return self._send(self._settings.end_of_caller, "end of caller's number")


def _shown(calling: Party | None) -> str:
    """The caller's digits that may be sent."""
    if calling is None or calling.presentation is not Presentation.ALLOWED:
        return ""
    return "".join(digit for digit in calling.number if digit in "0123456789")
