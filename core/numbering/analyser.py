"""One number as it is dialled: digits in, an Analysis out.

    dialling = analyser.begin(facts)          MORE 15 s
    dialling.feed("9")                        MORE 6 s
    dialling.feed("110")                      COMPLETE emergency
    analyser.analyse("9110", facts)           the same at once

Fed bit by bit or whole, the answer is the same. The key that ends a number (#) ends it where no entry goes on with that
key. It knows no clock: who asks starts a timer with the wait that the answer names, and says `end()` when it is over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.config.model.pattern import LONGEST
from core.numbering.target import Analysis, Facts, Outcome, Target, TargetKind, hidden
from core.numbering.tree import Entry, State, Tree
from hw.signalling.q850 import Cause

UNKNOWN = Analysis(Outcome.VACANT, cause=Cause.UNALLOCATED)
INCOMPLETE = Analysis(Outcome.VACANT, cause=Cause.INVALID_NUMBER)
NOT_FOR_HIM = Analysis(Outcome.VACANT, cause=Cause.NO_ROUTE_TO_DESTINATION)


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to wait for a digit, as [numbering] says."""

    first_digit_s: float
    inter_digit_s: float
    complete_s: float


class Analyser:
    """The tree, the waits, and the key that ends a number."""

    def __init__(self, tree: Tree, waits: Waits, end_digit: str = "") -> None:
        self.tree = tree
        self.waits = waits
        self.end_digit = end_digit

    def begin(self, facts: Facts) -> Dialling:
        return Dialling(self, facts)

    def analyse(self, digits: str, facts: Facts, final: bool = False) -> Analysis:
        """final: no more digits will come; then never MORE or MAYBE."""
        dialling = Dialling(self, facts)
        analysis = dialling.feed(digits)
        return dialling.end() if final else analysis

    def resolved(self, number: str, facts: Facts) -> Target | None:
        """What the number of a speed dial leads to, which is no speed dial; None: to nothing."""
        dialling = Dialling(self, facts, speed_dial=False)
        dialling.feed(number)
        return dialling.end().target


class Dialling:
    """A number being dialled. digits: those that count; analysis: what they are."""

    __slots__ = ("_analyser", "_facts", "_over", "_speed_dial", "_state", "analysis", "digits")

    def __init__(self, analyser: Analyser, facts: Facts, speed_dial: bool = True) -> None:
        self._analyser = analyser
        self._facts = facts
        self._speed_dial = speed_dial
        self._state = analyser.tree.start
        self._over = False
        self.digits = ""
        self.analysis = Analysis(Outcome.MORE, wait_s=analyser.waits.first_digit_s)

    def feed(self, digits: str) -> Analysis:
        """More digits. Once the number has been ended, by the key or because it is an emergency number, further ones
        change nothing.
        """
        if self._over or not digits:
            return self.analysis
        state, tree = self._state, self._analyser.tree
        for at, symbol in enumerate(digits):
            after = state.after[symbol] if symbol in state.after else tree.next(state, symbol)
            if after is None:
                before = self.digits + digits[:at]
                if symbol == self._analyser.end_digit and before:
                    return self._close(before, self._judge(state, before, final=True))
                return self._close(self.digits + digits[: at + 1], UNKNOWN)
            state = after
            if state.prompt:
                number = self.digits + digits[: at + 1]
                return self._close(number, self._judge(state, number, final=True))
        self._state = state
        self.digits += digits
        if len(self.digits) > LONGEST:
            return self._close(self.digits, UNKNOWN)
        self.analysis = self._judge(state, self.digits, final=len(self.digits) == LONGEST)
        return self.analysis

    @property
    def over(self) -> bool:
        """Further digits change nothing."""
        return self._over

    def end(self) -> Analysis:
        """No more digits will come: the time is over, or the far end said so."""
        if self._over:
            return self.analysis
        return self._close(self.digits, self._judge(self._state, self.digits, final=True))

    def _close(self, digits: str, analysis: Analysis) -> Analysis:
        self._over, self.digits, self.analysis = True, digits, analysis
        return analysis

    def _judge(self, state: State, digits: str, final: bool) -> Analysis:
        target, ahead = None, state.ahead[-1]
        for entry, rank in state.matches:
            if entry.condition is None or entry.condition.holds(self._facts):
                target = self._target(entry, digits)
                if target is not None:
                    ahead = state.ahead[rank]
                    break
        wait_s = 0.0
        if not final:
            waits = self._analyser.waits
            default_s = waits.inter_digit_s if target is None else waits.complete_s
            for condition, one in ahead:
                if condition is None or condition.holds(self._facts):
                    wait_s = max(wait_s, one.wait_s(default_s))
        if target is not None:
            return Analysis(Outcome.MAYBE if wait_s else Outcome.COMPLETE, target, wait_s)
        if wait_s:
            return Analysis(Outcome.MORE, wait_s=wait_s)
        return INCOMPLETE if final and not state.matches else NOT_FOR_HIM

    def _target(self, entry: Entry, digits: str) -> Target | None:
        kind, name = entry.target.kind, entry.target.name
        if entry.short and not self._speed_dial:
            return None
        if kind is TargetKind.FEATURE:
            shown = hidden(digits, entry.secret) if entry.secret else digits
            return Target(kind, name, entry.pattern.arguments(digits), shown)
        if kind is TargetKind.SPEED_DIAL:
            found = self._analyser.resolved(entry.target.number, self._facts)
            return replace(found, speed_dial=digits, bypass=entry.target.bypass) if found else None
        return Target(kind, name, (), digits[entry.strip :])
