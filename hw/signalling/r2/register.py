"""The registers of MFC/R2: compelled multi-frequency signalling, ITU-T Q.440 to Q.490, China's order of questions.

    outgoing (forward)   ==== I-3 ====|            |==== I-5 ====|                  every tone lasts until the other
    incoming (backward)       |==== A1 ====|            |==== A1 ====|              side has answered it (Q.457)
                         1    2       3    4       1

    1 forward tone on                                       3 forward off: understood
    2 backward on: heard, and this is the question          4 backward off: next

    called number      I-1..10 each answered A1; the last one A3 (or A6 first)
    caller (A6)        KA, then digits, each answered A1; 15 ends it
    group B (A3)       KD answered by KB: how the called party is

A register speaks only of codes: what to send now (or silence), and what came of it. Tones, time-outs and bits are the
channel's (hw/signalling/r2/channel.py). Digit 0 is code 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from hw.signalling.line import Party
from hw.signalling.q850 import Cause
from hw.signalling.r2.variant import CAUSES_A, CAUSES_B, GroupA, GroupB, Variant


def code_of(digit: str) -> int:
    """0 to 9, and * # as codes 11 and 12 (Q.441 leaves them to countries)."""
    return {"0": 10, "*": 11, "#": 12}.get(digit) or int(digit)


def digit_of(code: int) -> str:
    """The digit of a code 1..12; "" for the others."""
    return "1234567890*#"[code - 1] if 1 <= code <= 12 else ""


# ---- what a register wants from the channel ----


@dataclass(frozen=True, slots=True)
class SendCode:
    code: int


@dataclass(frozen=True, slots=True)
class SendPulse:
    """A backward code without a forward tone to answer: 150 ms long (Q.442)."""

    code: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """Stop sending."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Outgoing: the called party is free. charged: as the far end says."""

    charged: bool


@dataclass(frozen=True, slots=True)
class Refused:
    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class NumberDigit:
    """Incoming: a digit of the called number. complete: it is the last one by length or end code."""

    digit: str
    complete: bool


@dataclass(frozen=True, slots=True)
class CallerComplete:
    party: Party
    category: int


@dataclass(frozen=True, slots=True)
class Answered:
    """Incoming: group B is done; the forward side knows how the called party is."""

    signal: GroupB


@dataclass(frozen=True, slots=True)
class Broken:
    """The far end sent what cannot be here; the call must be given up."""

    reason: str


Want = SendCode | SendPulse | Quiet | Accepted | Refused | NumberDigit | CallerComplete | Answered | Broken


class Part(Enum):
    """Which of its strings the outgoing register is in."""

    CALLED = auto()
    CATEGORY = auto()
    CALLER = auto()
    GROUP_B = auto()


class OutgoingRegister:
    """The forward side. begin() after the seizure is acknowledged; then backward codes on and off, until Accepted or
    Refused.
    """

    def __init__(
        self, variant: Variant, called: str, complete: bool, calling: Party | None, category: int | None
    ) -> None:
        self._variant = variant
        self._called = called
        self._complete = complete
        self._caller = calling.number if calling is not None else ""
        self._category = category if category is not None else variant.category
        self._part = Part.CALLED
        self._next_called = 0
        self._next_caller = 0
        self._sending: int | None = None
        self._asked: GroupA | GroupB | None = None
        self._hungry = False  # a digit was asked for that we do not have yet

    def begin(self) -> list[Want]:
        return self._send_called()

    def more(self, digits: str, complete: bool) -> list[Want]:
        """Overlap: digits that came after the beginning."""
        self._called += digits
        self._complete = self._complete or complete
        if self._hungry and self._sending is None:
            return self._send_called()
        return []

    def heard(self, code: int) -> list[Want]:
        """A backward code began."""
        if self._sending is None and not self._hungry:
            return [Broken(f"backward code {code} while nothing was sent")]
        if self._part is Part.GROUP_B:
            signal_b = self._variant.meaning_b(code)
            if signal_b is None:
                return [Quiet(), Refused(Cause.NORMAL_UNSPECIFIED, f"unknown KB {code}")]
            self._asked = signal_b
        else:
            signal_a = self._variant.meaning_a(code, self._part in (Part.CATEGORY, Part.CALLER))
            if signal_a is None:
                return [Quiet(), Refused(Cause.NORMAL_UNSPECIFIED, f"unknown backward code A{code}")]
            self._asked = signal_a
        if self._sending is None:
            return []  # a pulse: it is answered when it ends
        self._sending = None
        return [Quiet()]

    def ended(self) -> list[Want]:
        """The backward code ended: the cycle is over, the question is answered now."""
        asked, self._asked = self._asked, None
        if asked is None:
            return []
        if isinstance(asked, GroupB):
            if asked in CAUSES_B:
                return [Refused(CAUSES_B[asked], f"KB: {asked.value}")]
            return [Accepted(asked is GroupB.FREE)]
        if asked in CAUSES_A:
            return [Refused(CAUSES_A[asked], f"A: {asked.value}")]
        self._hungry = False
        if asked is GroupA.TO_GROUP_B:
            self._part = Part.GROUP_B
            kind = self._variant.kind_of_call
            return self._send(self._category if kind is None else kind)
        if asked is GroupA.CALLER and self._part is not Part.CALLER:
            self._part = Part.CATEGORY
            self._next_caller = 0
            return self._send(self._category)
        if asked in (GroupA.NEXT_CALLER_DIGIT, GroupA.CALLER):
            return self._send_caller()
        if asked is GroupA.RESTART:
            self._next_called = 0
        self._part = Part.CALLED
        return self._send_called()

    def _send(self, code: int) -> list[Want]:
        self._sending = code
        return [SendCode(code)]

    def _send_called(self) -> list[Want]:
        if self._next_called < len(self._called):
            self._next_called += 1
            return self._send(code_of(self._called[self._next_called - 1]))
        if self._complete and self._variant.end_of_called is not None:
            return self._send(self._variant.end_of_called)
        # Nothing to send: the incoming side finds out by its time-out and asks by a pulse.
        self._hungry = True
        return []

    def _send_caller(self) -> list[Want]:
        self._part = Part.CALLER
        if not self._caller and self._next_caller == 0 and self._variant.no_caller is not None:
            self._next_caller = 1
            return self._send(self._variant.no_caller)
        if self._next_caller < len(self._caller):
            self._next_caller += 1
            return self._send(code_of(self._caller[self._next_caller - 1]))
        # After the end code, A1 (China) asks for the called number again where it stopped.
        self._part = Part.CALLED
        return self._send(self._variant.end_of_caller)


class Question(Enum):
    """What the incoming register's present backward code (or the one it is about to send) asked for."""

    NOTHING = auto()  # the first digit comes unasked, after the seizure
    CALLED = auto()
    CATEGORY = auto()
    CALLER = auto()
    GROUP_B = auto()
    END = auto()  # the last word has been said


class IncomingRegister:
    """The backward side. Hears forward codes on and off; asks on until the exchange decides: party() or refuse().

    Up to the number's end it answers by itself; the last digit's answer waits (the forward tone stands meanwhile)
    until the exchange has said what to do.
    """

    def __init__(self, variant: Variant) -> None:
        self._variant = variant
        self._called = ""
        self._caller = ""
        self._category = 0
        self._question = Question.NOTHING
        self._forward: int | None = None  # the forward code that is being heard and not answered yet
        self._sending = False
        self._verdict: GroupB | None = None
        self._refusal: GroupA | None = None
        self._number_complete = False
        self._caller_done = variant.ask_caller_after == 0

    def heard(self, code: int) -> list[Want]:
        """A forward code began."""
        if self._sending:
            return [Broken(f"forward code {code} while a backward code is sent")]
        self._forward = code
        match self._question:
            case Question.NOTHING | Question.CALLED:
                return self._called_code(code)
            case Question.CATEGORY:
                self._category = code
                return self._ask(Question.CALLER)
            case Question.CALLER:
                return self._caller_code(code)
            case Question.GROUP_B:
                if not self._category:
                    self._category = code
                assert self._verdict is not None
                return self._say(self._variant.group_b[self._verdict], Question.END)
            case Question.END:
                return [Broken(f"forward code {code} after the end")]

    def ended(self) -> list[Want]:
        """The forward code ended: our backward code has been understood."""
        self._forward = None
        if not self._sending:
            return []
        self._sending = False
        if self._question is not Question.END:
            return [Quiet()]
        if self._refusal is not None:
            return [Quiet()]
        assert self._verdict is not None
        return [Quiet(), Answered(self._verdict)]

    def silence(self) -> list[Want]:
        """No forward code for the inter-digit time: the called number is complete."""
        if self._question not in (Question.NOTHING, Question.CALLED) or self._forward is not None:
            return []
        if self._verdict is not None or self._refusal is not None:
            return self._on()
        return [] if self._number_complete else self._complete("")

    def party(self, signal: GroupB) -> list[Want]:
        """The exchange knows how the called party is: change to group B and say so."""
        if self._verdict is not None or self._refusal is not None:
            return []
        if signal not in self._variant.group_b:
            signal = GroupB.FREE if signal is GroupB.FREE_NO_CHARGE else GroupB.BUSY
        self._verdict = signal
        return self._on() if self._number_complete else []

    def refuse(self, signal: GroupA) -> list[Want]:
        """Congestion or vacant number, without group B."""
        if self._verdict is not None or self._refusal is not None:
            return []
        if signal not in self._variant.group_a:
            signal = GroupA.CONGESTION
        self._refusal = signal
        return self._on()

    # ---- what follows what ----

    def _called_code(self, code: int) -> list[Want]:
        if self._refusal is not None or self._verdict is not None:
            return self._on()
        digit = digit_of(code)
        if not digit:
            return self._complete("")
        self._called += digit
        if self._variant.called_digits and len(self._called) >= self._variant.called_digits:
            return self._complete(digit)
        told: list[Want] = [NumberDigit(digit, False)]
        if not self._caller_done and len(self._called) >= self._variant.ask_caller_after:
            return told + self._ask(Question.CATEGORY)
        return told + self._ask(Question.CALLED)

    def _complete(self, digit: str) -> list[Want]:
        """The number is whole. The caller is asked first where it is to be; then the exchange has the word."""
        self._number_complete = True
        told: list[Want] = [NumberDigit(digit, True)]
        if not self._caller_done:
            return told + self._ask(Question.CATEGORY)
        return told

    def _caller_code(self, code: int) -> list[Want]:
        digit = digit_of(code)
        no_caller = code == self._variant.no_caller and not self._caller
        if digit and code <= 10 and not no_caller:
            self._caller += digit
            return self._ask(Question.CALLER)
        self._caller_done = True
        party = Party(self._caller, screened=True, raw=self._caller)
        told: list[Want] = [CallerComplete(party, self._category)]
        if not self._number_complete:
            return told + self._ask(Question.CALLED)
        return told + (self._on() if self._verdict is not None or self._refusal is not None else [])

    def _on(self) -> list[Want]:
        """Say the exchange's decision, as soon as it is our turn."""
        if self._sending or self._question in (Question.GROUP_B, Question.END):
            return []
        if self._question in (Question.CATEGORY, Question.CALLER) and not self._caller_done:
            return []
        if self._refusal is not None:
            return self._say(self._variant.group_a[self._refusal], Question.END)
        return self._ask(Question.GROUP_B)

    def _ask(self, question: Question) -> list[Want]:
        asks = {
            Question.CALLED: GroupA.NEXT_DIGIT,
            Question.CATEGORY: GroupA.CALLER,
            Question.CALLER: GroupA.NEXT_CALLER_DIGIT,
            Question.GROUP_B: GroupA.TO_GROUP_B,
        }
        return self._say(self._variant.group_a[asks[question]], question)

    def _say(self, code: int, question: Question) -> list[Want]:
        self._question = question
        if self._forward is None:
            return [SendPulse(code)]
        self._sending = True
        return [SendCode(code)]
