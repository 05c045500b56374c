"""Random plans and digits, and the naive matcher that digit analysis is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import strategies as st

from core.config.model.pattern import LONGEST, OPEN, Pattern, parse
from core.numbering.analyser import Analyser, Waits
from core.numbering.target import Analysis, Facts, Outcome, Target, TargetKind
from core.numbering.tree import Entry, Tree
from hw.signalling.q850 import Cause

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # a Wednesday, noon in Shanghai
WAITS = Waits(first_digit_s=15, inter_digit_s=6, complete_s=3)


@dataclass(frozen=True)
class For:
    """Holds for one class of service."""

    name: str

    def holds(self, facts: Facts) -> bool:
        return facts.class_of_service == self.name

    def missing(self, facts: Facts) -> str:
        return "" if self.holds(facts) else "class"

    def changes(self, facts: Facts) -> datetime | None:
        return None


def facts(**known: str) -> Facts:
    return Facts(time=NOON, **known)


pieces = st.sampled_from(["0", "1", "2", "[01]", "[12]", "X", "Z", "1{2}", "X{2}", "*"])
tails = st.sampled_from(["", "", "!", ".", "X{1,3}", "[01]{0,2}", "(.)#", "(X{1,2})*(.)#"])


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    return parse("".join(draw(st.lists(pieces, min_size=1, max_size=3))) + draw(tails))


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    found = []
    for index, pattern in enumerate(draw(st.lists(patterns(), max_size=12))):
        kind = draw(st.sampled_from([TargetKind.STATION, TargetKind.TRUNK, TargetKind.FEATURE]))
        condition = draw(st.sampled_from([None, None, For("a"), For("b")]))
        wait_s = draw(st.sampled_from([0.0, 0.0, 1.0, 9.0]))
        prompt = condition is None and draw(st.integers(0, 5)) == 0
        found.append(Entry(pattern, Target(kind, f"t{index}"), ("t", index), condition, wait_s, prompt))
    return found


digits = st.text(alphabet="0012*#", max_size=8)


def rank(pattern: Pattern, number: str) -> tuple[int, ...]:
    """One figure a digit, small is exact."""
    found: list[int] = []
    for element, count in zip(pattern.elements, pattern.align(number) or (), strict=True):
        found += [OPEN if element.open else len(element.symbols)] * count
    return tuple(found)


def may_begin(pattern: Pattern, number: str) -> bool:
    """Whether some number longer than this one, beginning with it, fits. Tried, not reckoned."""
    if len(number) >= min(pattern.longest, LONGEST):
        return False
    reached = {0: {(0, 0)}}  # digits taken -> (element, how often)
    for at, symbol in enumerate(number):
        after = set()
        for element, count in closure(pattern, reached[at]):
            part = pattern.elements[element]
            if symbol in part.symbols and count < part.most:
                after.add((element, count + 1))
        reached[at + 1] = after
    return any(count < pattern.elements[element].most for element, count in closure(pattern, reached[len(number)]))


def outdone(pattern: Pattern, best: Pattern, number: str) -> bool:
    """Whether the last digit was taken by an open end, and the best entry names the digits more exactly."""
    ranks: list[int] = []
    at, last_open = 0, False
    for element in pattern.elements:
        start = at
        while at < len(number) and at - start < element.most and number[at] in element.symbols:
            ranks.append(OPEN if element.open else len(element.symbols))
            last_open = element.open
            at += 1
    return last_open and rank(best, number) < tuple(ranks)


def closure(pattern: Pattern, places: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The places that are reached without a further digit."""
    found = set(places)
    for element, count in places:
        while count >= pattern.elements[element].least and element + 1 < len(pattern.elements):
            element, count = element + 1, 0
            found.add((element, count))
    return found


def naive(plan: list[Entry], number: str, who: Facts, final: bool = False) -> Analysis:
    """What the tree must say: every entry is asked about every prefix."""
    for length in range(1, len(number) + 1):
        begun = number[:length]
        fitting = sorted((e for e in plan if e.pattern.matches(begun)), key=lambda e: rank(e.pattern, begun))
        going_on = [e for e in plan if may_begin(e.pattern, begun)]
        if begun.endswith("#") and length > 1 and not fitting and not going_on:
            return naive(plan, begun[:-1], who, final=True)
        if fitting and fitting[0].prompt and not any(e.in_house for e in going_on):
            number = begun
            break
        if not fitting and not going_on:
            return Analysis(Outcome.VACANT, cause=Cause.UNALLOCATED)
    fitting = [e for e in plan if e.pattern.matches(number)]
    best = min(
        (e for e in fitting if e.condition is None or e.condition.holds(who)),
        key=lambda e: rank(e.pattern, number),
        default=None,
    )
    going_on = [e for e in plan if may_begin(e.pattern, number)]
    able = [e for e in going_on if e.condition is None or e.condition.holds(who)]
    if best:
        able = [e for e in able if not outdone(e.pattern, best.pattern, number)]
    if best and best.prompt and not any(e.in_house for e in going_on):
        final = True
    wait_s = max((e.wait_s or (WAITS.complete_s if best else WAITS.inter_digit_s) for e in able), default=0.0)
    if not number and not final:
        return Analysis(Outcome.MORE, wait_s=WAITS.first_digit_s)
    if best:
        arguments = best.pattern.arguments(number) if best.target.kind is TargetKind.FEATURE else ()
        target = Target(best.target.kind, best.target.name, arguments, number)
        if final or not wait_s:
            return Analysis(Outcome.COMPLETE, target)
        return Analysis(Outcome.MAYBE, target, wait_s)
    if wait_s and not final:
        return Analysis(Outcome.MORE, wait_s=wait_s)
    cause = Cause.INVALID_NUMBER if final and not fitting else Cause.NO_ROUTE_TO_DESTINATION
    return Analysis(Outcome.VACANT, cause=cause)


def analyser(plan: list[Entry]) -> Analyser:
    return Analyser(Tree(plan), WAITS, "#")
