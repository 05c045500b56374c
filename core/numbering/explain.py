"""Why a number goes where it goes: digit analysis, class of service and routes, step by step, for an installer.

    explain(plan, "9075512345678", facts)
        steps         what analysis says after each digit
        fits          every entry that fits the whole, the most exact first; what is missing where one does not hold
        target, public number, category, region
        permission    of class of service, as at the first call of the day
        choices       trunk groups in order, with what is sent; left_out, with the reason

The same functions as in a call decide; nothing is decided here. Pure; the words for people are core/number.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.numbering.numbers import Category
from core.numbering.permit import Attempt, Origin, Permission
from core.numbering.plan import NumberingPlan
from core.numbering.regions import Region
from core.numbering.target import Analysis, Choice, Facts, Outcome, Target, TargetKind
from core.numbering.tree import Path


@dataclass(frozen=True, slots=True)
class Fit:
    """An entry that fits all digits. missing: why it does not hold for this caller now; "": it does. changes: when its
    hours do, UTC.
    """

    pattern: str
    kind: TargetKind
    name: str
    path: Path
    missing: str
    changes: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """digits: those that count. analysis: of the whole, with no more to come. permission: None where nothing is."""

    digits: str
    steps: tuple[tuple[str, Analysis], ...]
    fits: tuple[Fit, ...]
    analysis: Analysis
    public: str = ""
    category: Category = Category.INTERNAL
    region: Region | None = None
    permission: Permission | None = None
    choices: tuple[Choice, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def target(self) -> Target | None:
        return self.analysis.target


def explain(plan: NumberingPlan, digits: str, facts: Facts) -> Explanation:
    dialling = plan.begin(facts)
    steps = []
    for digit in digits:
        before = dialling.digits
        analysis = dialling.feed(digit)
        steps.append((before + digit, analysis))
        if analysis.outcome is Outcome.VACANT or dialling.over:
            break
    analysis = dialling.end()
    fits = tuple(
        Fit(
            entry.pattern.text,
            entry.target.kind,
            entry.target.name,
            entry.path,
            entry.condition.missing(facts) if entry.condition else "",
            entry.condition.changes(facts) if entry.condition else None,
        )
        for entry in plan.fitting(dialling.digits)
    )
    if analysis.target is None:
        return Explanation(dialling.digits, tuple(steps), fits, analysis)
    target = analysis.target
    public = plan.public(target)
    origin = Origin.STATION if facts.station else Origin.TRUNK
    return Explanation(
        dialling.digits,
        tuple(steps),
        fits,
        analysis,
        public,
        plan.category(target),
        plan.region(plan.normalised(public)) if target.kind is TargetKind.TRUNK else None,
        plan.permit(Attempt(target, facts.class_of_service, origin)),
        tuple(plan.choices(target, facts)),
        tuple(plan.left_out(target, facts)),
    )
