"""How a test at the card ends: PASS, FAIL or ABORT, with a code, a sentence and the next step.

    verdict = Verdict("span", "span 1", "SPAN-LOS")
    verdict.outcome            Outcome.FAIL
    verdict.sentence           "No signal comes in."             in the language in force
    verdict.next_step          "Check cable and plug, then ..."
    verdict.facts()            for JSON: the same in words that never change

PASS   what was tested is as it should be.
FAIL   it is not; the next step says what to do at the card, the cable or the exchange.
ABORT  the test could not be made, so nothing is known; the next step says what makes it possible.

A code never changes its meaning: installers write it into tickets. All of them stand in CODES, and a test keeps
docs/card-tests.md in step with it. What it does not: measure anything, or decide what a measurement means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.texts import _
from firmware.codes import CODES, Code
from firmware.outcome import Outcome

__all__ = ["CODES", "Code", "Figure", "Outcome", "Verdict", "worst", "written"]


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured. `name`: a word for JSON (echo_return_loss); `unit`: dB, dBm0, ms, s, V; empty: none."""

    name: str
    value: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value:.4g} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`test`: the word of firmware/catalogue.py. `on`: what was tested, as the card names it: "span 1", "channel 5",
    or a card's place. `fills`: what the sentence names beside the figures. KeyError: no such code.
    """

    test: str
    on: str
    code: str
    figures: tuple[Figure, ...] = ()
    fills: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        CODES[self.code]

    @property
    def outcome(self) -> Outcome:
        return CODES[self.code].outcome

    @property
    def sentence(self) -> str:
        return _(CODES[self.code].sentence).format_map(self._words())

    @property
    def next_step(self) -> str:
        """Empty where nothing is to be done."""
        step = CODES[self.code].next_step
        return _(step).format_map(self._words()) if step else ""

    def _words(self) -> dict[str, str]:
        return {
            **{name: str(value) for name, value in self.fills.items()},
            **{figure.name: str(figure) for figure in self.figures},
        }

    def facts(self) -> dict[str, Any]:
        """One JSON object."""
        return {
            "test": self.test,
            "on": self.on,
            "outcome": self.outcome.value,
            "code": self.code,
            "sentence": self.sentence,
            "next_step": self.next_step,
            "figures": {figure.name: figure.value for figure in self.figures},
            **({"about": dict(self.fills)} if self.fills else {}),
        }


def worst(verdicts: Iterable[Verdict]) -> Outcome:
    """FAIL before ABORT before PASS; PASS of none."""
    outcomes = {verdict.outcome for verdict in verdicts}
    return next((one for one in (Outcome.FAIL, Outcome.ABORT) if one in outcomes), Outcome.PASS)


def written(verdict: Verdict) -> list[str]:
    """One or two lines for a person."""
    return told(verdict.facts())


def told(facts: Mapping[str, Any]) -> list[str]:
    """The same, of the facts of a verdict, which may be a running box's."""
    lines = ["{outcome:5}  {code}  {on}: {sentence}".format(**facts)]
    return [*lines, f"       {facts['next_step']}"] if facts["next_step"] else lines
