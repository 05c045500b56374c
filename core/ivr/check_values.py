"""Checks the values of a flow: its variables, and every expression with its types and what has a value there.

What an expression has wrong by itself is found by core/ivr/typed.py; here it is asked whether it fits where it stands,
and whether every variable that it reads has a value on every way that leads there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from core.config.wording import close
from core.ivr import graph
from core.ivr.expression import Expression, ExpressionError, Literal, Name, Use, nodes, parse
from core.ivr.finding import Finding, of_expression
from core.ivr.model import GIVEN, WRITABLE, Flow
from core.ivr.nodes import Collect, Node, Return, Set, SubFlow
from core.ivr.typed import typed
from core.ivr.values import Kind, Type
from core.ivr.wiring import FORMS, Assignment, Formula, Path, PromptUse
from core.texts import _

Places = Callable[[str], Mapping[str, tuple[str, ...]]]

BY_KEYS = (Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.TIME)
"""Types that a caller can give with the keys of a telephone."""


def findings(
    flow: Flow, flows: Mapping[str, Flow], places: Places | None, calendars: Collection[str] | None
) -> Iterator[Finding]:
    yield from _variables(flow)
    checking = _Checking(flow, flows, calendars)
    for path, formula in checking.defaults():
        yield from checking.formula(path, formula, frozenset(GIVEN))
    settled = graph.settled(flow)
    for name, node in flow.node.items():
        at: Path = ("node", name)
        before = settled.get(name)
        for formula in node.formulas():
            there = None if before is None else graph.settled_for(node, formula.path, before)
            yield from checking.formula((*at, *formula.path), checking.wanted(node, formula, places), there)
        for made in node.assignments():
            yield from checking.assignment(at, node, made)
        for use in node.prompts_used():
            yield from _filled(at, use, places)
        if isinstance(node, Return) and before is not None:
            for variable in flow.variable:
                if variable.result and variable.name not in before:
                    problem = _('The result "{name}" may have no value here.').format(name=variable.name)
                    yield Finding(
                        at, problem, _("Set it on every way to this node, or give it an initial value."), key=True
                    )


def _variables(flow: Flow) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, variable in enumerate(flow.variable):
        at: Path = ("variable", number)
        if variable.name in seen:
            yield Finding((*at, "name"), _('There is a variable "{name}" already.').format(name=variable.name))
        if variable.name in GIVEN:
            yield Finding((*at, "name"), _('Every flow has "{name}" by itself.').format(name=variable.name))
        seen.add(variable.name)
        if variable.initial:
            mistakes: list[ExpressionError] = []
            expression = _parsed(variable.initial, mistakes)
            found = typed(expression, GIVEN, mistakes) if expression else None
            yield from (of_expression((*at, "initial"), mistake) for mistake in mistakes)
            if found and not mistakes and not variable.of.takes(found):
                yield Finding((*at, "initial"), _unfit(variable.name, variable.of, found))


def _parsed(text: str, mistakes: list[ExpressionError]) -> Expression | None:
    try:
        return parse(text)
    except ExpressionError as error:
        mistakes.append(error)
        return None


def _fitting(forms: tuple[str, ...]) -> tuple[Type, ...]:
    """Types that can be spoken in each of the forms: languages may say the same value in different ones."""
    known = [FORMS[form] for form in forms if form in FORMS]
    return tuple(each for each in known[0] if all(each in types for types in known)) if known else ()


def _unfit(name: str, wanted: Type, found: Type) -> str:
    return _("The variable {name} is {wanted}, this is {found}.").format(name=name, wanted=wanted, found=found)


def _filled(at: Path, use: PromptUse, places: Places | None) -> Iterator[Finding]:
    """Whether the places of a prompt are filled, and no others."""
    if places is None:
        return
    known = places(use.prompt)
    given = dict(use.places)
    for place, path in given.items():
        if place not in known:
            problem = _('The prompt "{prompt}" has no place "{name}".').format(prompt=use.prompt, name=place)
            yield Finding((*at, *path), problem, close(place, known), key=True)
    for place in known:
        if place not in given:
            problem = _('The prompt "{prompt}" needs a value for "{name}".').format(prompt=use.prompt, name=place)
            hint = _('Write {{ prompt = "{prompt}", values = {{ {name} = "…" }} }}').format(
                prompt=use.prompt, name=place
            )
            yield Finding((*at, *use.path), problem, hint)


class _Checking:
    """The expressions of one flow."""

    def __init__(self, flow: Flow, flows: Mapping[str, Flow], calendars: Collection[str] | None) -> None:
        self.flow, self.flows, self.calendars = flow, flows, calendars
        self.types = flow.types

    def defaults(self) -> Iterator[tuple[Path, Formula]]:
        for formula in self.flow.defaults.formulas():
            yield ("defaults", *formula.path), formula

    def wanted(self, node: Node, formula: Formula, places: Places | None) -> Formula:
        """With the types that its place wants: of a variable, of a parameter, of a place in a prompt."""
        match node, formula.path:
            case Set(), ("values", str(name)) if name in self.types:
                return Formula(formula.path, formula.text, (self.types[name],))
            case SubFlow(), ("values", str(name)) if node.flow in self.flows:
                for variable in self.flows[node.flow].variable:
                    if variable.parameter and variable.name == name:
                        return Formula(formula.path, formula.text, (variable.of,))
            case _, (str(key), int(number), "values", str(place)) if places:
                one = getattr(node, key)[number]
                return Formula(formula.path, formula.text, _fitting(places(one.prompt).get(place, ())))
        return formula

    def formula(self, path: Path, formula: Formula, settled: frozenset[str] | None) -> Iterator[Finding]:
        """settled: what has a value there; None: nothing leads there, that is said elsewhere."""
        mistakes: list[ExpressionError] = []
        expression = _parsed(formula.text, mistakes)
        found = typed(expression, self.types, mistakes) if expression else None
        yield from (of_expression(path, mistake) for mistake in mistakes)
        if expression is None:
            return
        if found and not mistakes and formula.wants and not any(wanted.takes(found) for wanted in formula.wants):
            problem = _("This is {found}; it must be {wanted}.")
            yield Finding(path, problem.format(found=found, wanted=" / ".join(map(str, formula.wants))))
        for node in nodes(expression.root):
            match node:
                case Name(name=name) if settled is not None and name in self.types and name not in settled:
                    problem = _("The variable {name} may have no value here.").format(name=name)
                    hint = _("Set it on every way to this node, or give it an initial value.")
                    yield Finding(path, problem, hint, (node.start, node.end))
                case Use(function="open", arguments=(Literal(value=str(calendar)) as text, *_rest)):
                    if self.calendars is not None and calendar not in self.calendars:
                        problem = _('There is no calendar "{name}".').format(name=calendar)
                        yield Finding(path, problem, close(calendar, self.calendars), (text.start, text.end))

    def assignment(self, at: Path, node: Node, made: Assignment) -> Iterator[Finding]:
        path, name = (*at, *made.path), made.variable
        names_it = made.path[0] in ("values", "into") and len(made.path) == 2
        if name in GIVEN and name not in WRITABLE:
            yield Finding(path, _("The variable {name} cannot be set.").format(name=name), key=names_it)
            return
        if name not in self.types:
            own = [variable.name for variable in self.flow.variable]
            problem = _("There is no variable {name}.").format(name=name)
            yield Finding(path, problem, close(name, [*own, *WRITABLE]), key=names_it)
            return
        wanted = self.types[name]
        if isinstance(node, Collect) and wanted.kind not in BY_KEYS:
            problem = _("The variable {name} is {wanted}: no caller can give that with keys.")
            yield Finding(path, problem.format(name=name, wanted=wanted))
        elif made.gives and not any(wanted.takes(each) for each in made.gives):
            yield Finding(path, _unfit(name, wanted, made.gives[0]))
        elif isinstance(node, SubFlow) and node.flow in self.flows:
            for variable in self.flows[node.flow].variable:
                if variable.result and variable.name == node.into[name] and not wanted.takes(variable.of):
                    yield Finding(path, _unfit(name, wanted, variable.of))
        elif isinstance(node, Set) and name in WRITABLE:
            yield from self.language(path, node.values[name])

    def language(self, path: Path, text: str) -> Iterator[Finding]:
        expression = _parsed(text, [])
        if expression and isinstance(expression.root, Literal):
            value, languages = expression.root.value, self.flow.flow.languages
            if isinstance(value, str) and value not in languages:
                problem = _("The flow does not speak this language: {name}.").format(name=value)
                yield Finding(path, problem, close(value, languages))
