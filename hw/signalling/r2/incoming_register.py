"""The incoming (backward) register of MFC/R2: ITU-T Q.440 to Q.490, China's order of questions.

    forward  (they)    ==== I-3 ====|            |==== KD ====|             |==== KD ====|
    backward (we)          |==== A1 ====|            |==== KB ====|    ###A3###             ...
                                                                       pulse: nothing is sent to be answered

    seizure     first digit comes unasked; A1 asks for the next one
    A6          after so many digits, by setting: category KA; A1: the caller's digits, until 15
    complete    by length, end code, time, or because the exchange says so: the last digit's tone stands meanwhile
    decision    of the exchange: A3, then KB says how the called party is; or A4, A5 at once

The register has no clock and no bits: what it wants done is the call's (hw/signalling/r2/incoming.py).
"""

from __future__ import annotations

from enum import Enum, auto

from hw.signalling.line import Party, Presentation
from hw.signalling.r2.codes import Caller, Number, Quiet, Said, SendCode, SendPulse, Want, digit_of
from hw.signalling.r2.settings import CAUSES_B, DIGITS_MAX, GroupA, GroupB, R2Settings


class Question(Enum):
    """What our present backward code (or the one that is about to be sent) asks for."""

    CALLED = auto()  # also before the first digit, which comes unasked
    CATEGORY = auto()
    CALLER = auto()
    GROUP_B = auto()
    END = auto()  # nothing: the last word


_ASKS = {
    Question.CALLED: GroupA.NEXT_DIGIT,
    Question.CATEGORY: GroupA.CALLER,
    Question.CALLER: GroupA.NEXT_CALLER_DIGIT,
    Question.GROUP_B: GroupA.TO_GROUP_B,
}


class IncomingRegister:
    """Hears forward codes on and off; asks on until the exchange decides by say()."""

    def __init__(self, settings: R2Settings) -> None:
        self._settings = settings
        self._called = ""
        self._caller = ""
        self._category = 0
        self._question = Question.CALLED
        self._forward: int | None = None  # the forward code that is heard and not answered yet
        self._sending = False
        self._deaf = False  # a pulse of ours is on its way: what is heard is no answer to it
        self._decision: GroupA | GroupB | None = None
        self._complete = False
        self._announced = False  # that the number is complete, to or by the exchange
        self._caller_wanted = settings.ask_caller_after > 0

    @property
    def waits_for_digit(self) -> bool:
        """Some digits have come, nothing is heard, and nobody knows whether more will come (or minds any more)."""
        length_unknown = not self._settings.called_digits or self._refuses
        return self._at_rest and bool(self._called) and not self._complete and length_unknown

    @property
    def waits_for_lull(self) -> bool:
        """There is something to say, and nothing is heard that it would answer: it is said by a pulse."""
        return self._at_rest and self._complete and (self._decision is not None or self._caller_wanted)

    @property
    def _at_rest(self) -> bool:
        """Between two digits of the called number, or after the last."""
        return self._question is Question.CALLED and self._forward is None and not self._sending and not self._deaf

    # ---- the far end ----

    def heard(self, code: int) -> list[Want]:
        """A forward code began."""
        wants = self.ended() if self._sending else []
        self._forward = code
        return wants if self._deaf else wants + self._take(code)

    def ended(self) -> list[Want]:
        """The forward code ended: our backward code has been understood."""
        self._forward = None
        if not self._sending:
            return []
        self._sending = False
        return [Quiet(), *self._said()]

    # ---- time ----

    def silence(self) -> list[Want]:
        """No further digit within the time: the number is complete."""
        if not self.waits_for_digit:
            return []
        self._complete = True
        return self.lull() if self.waits_for_lull else self._on()

    def lull(self) -> list[Want]:
        """Nothing is heard, and was not for long enough that a pulse may be sent."""
        if not self.waits_for_lull:
            return []
        return self._decide() if self._may_decide else self._ask(Question.CATEGORY)

    def pulse_over(self) -> list[Want]:
        return [Quiet(), *self._said()]

    def recovered(self) -> list[Want]:
        """The time after a pulse is over: what is still heard is its answer."""
        self._deaf = False
        return [] if self._forward is None else self._take(self._forward)

    # ---- the exchange ----

    def proceed(self) -> None:
        """The number is complete: no further digit is asked for."""
        self._complete = self._announced = True

    def say(self, decision: GroupA | GroupB) -> list[Want]:
        """How the called party is (group B, after A3), or why there is no way to him (group A). The first word counts.

        A refusal is said as soon as can be; a free party, whose number is complete by that, when the caller is known.
        """
        if self._decision is not None:
            return []
        self._decision = decision
        if not self._refuses:
            self.proceed()
        if self._forward is None or self._sending or self._deaf or self._question is not Question.CALLED:
            return []
        return self._decide() if self._may_decide else []

    def break_off(self) -> list[Want]:
        """Nothing more is expected: congestion at once. Nothing, if it cannot be said by codes any more."""
        if self._sending or self._deaf or self._question is Question.END:
            return []
        self._decision = GroupA.CONGESTION
        return self._decide()

    # ---- what follows what ----

    @property
    def _refuses(self) -> bool:
        return isinstance(self._decision, GroupA) or self._decision in CAUSES_B

    @property
    def _may_decide(self) -> bool:
        return self._refuses or (self._decision is not None and not self._caller_wanted)

    def _take(self, code: int) -> list[Want]:
        """A forward code that is ours to answer."""
        if self._question is Question.END:
            return []  # the circuit waits for clear-forward
        if self._question is Question.GROUP_B:
            assert isinstance(self._decision, GroupB)
            return self._speak(self._settings.group_b[self._decision], self._decision.value, Question.END)
        if self._refuses:
            return self._decide()
        if self._question is Question.CATEGORY:
            self._category = code
            return self._ask(Question.CALLER)
        return self._called_code(code) if self._question is Question.CALLED else self._caller_code(code)

    def _called_code(self, code: int) -> list[Want]:
        digit = digit_of(code)
        if self._complete:
            return self._on()  # one digit more than the exchange wanted
        if not digit:
            self._complete = True
            return self._on()
        self._called += digit
        if len(self._called) < (self._settings.called_digits or DIGITS_MAX):
            asks = self._caller_wanted and len(self._called) >= self._settings.ask_caller_after
            return [Number(digit, False), *self._ask(Question.CATEGORY if asks else Question.CALLED)]
        self._complete = True
        if self._caller_wanted:
            return [Number(digit, False), *self._ask(Question.CATEGORY)]
        self._announced = True
        return [Number(digit, True)]

    def _caller_code(self, code: int) -> list[Want]:
        digit = digit_of(code)
        if digit and len(self._caller) < DIGITS_MAX:
            self._caller += digit
            return self._ask(Question.CALLER)
        self._caller_wanted = False
        return [Caller(self._party(code), self._category), *self._on()]

    def _party(self, ending: int) -> Party:
        if self._caller:
            return Party(self._caller, screened=True, raw=self._caller, by="MFC/R2")
        withheld = ending == self._settings.no_caller
        return Party(presentation=Presentation.RESTRICTED if withheld else Presentation.UNAVAILABLE)

    def _on(self) -> list[Want]:
        """One string has ended: the next one, or the exchange has the word."""
        if not self._complete:
            return self._ask(Question.CALLED)
        if self._caller_wanted:
            return self._ask(Question.CATEGORY)
        self._question = Question.CALLED
        if self._decision is not None:
            return self._decide()
        if self._announced:
            return []
        self._announced = True
        return [Number("", True)]

    def _decide(self) -> list[Want]:
        if isinstance(self._decision, GroupA):
            return self._speak(self._settings.group_a[self._decision], self._decision.value, Question.END)
        return self._ask(Question.GROUP_B)

    def _ask(self, question: Question) -> list[Want]:
        signal = _ASKS[question]
        return self._speak(self._settings.group_a[signal], signal.value, question)

    def _speak(self, code: int, meaning: str, question: Question) -> list[Want]:
        self._question = question
        if self._forward is None:
            self._deaf = True
            return [SendPulse(code, meaning)]
        self._sending = True
        return [SendCode(code, meaning)]

    def _said(self) -> list[Want]:
        """Our backward code was understood: was it the last word?"""
        if self._question is not Question.END:
            return []
        assert self._decision is not None
        return [Said(self._decision)]
