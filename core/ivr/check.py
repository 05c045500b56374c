"""Checks flows as a whole: every mistake at its place, in one pass.

    checked = check({"office": source}, known)
    checked.flows         what can be published; without those that have mistakes
    checked.mistakes      ConfigErrors, in the order of the files

What is found: what the model does not allow; nodes that do not exist or are never reached; rounds that nobody ends;
variables that do not exist, have the wrong type, or no value yet; prompts that are missing in a language; arguments and
results that do not fit the sub-flow; names of a statement or an address that have no value. What the expressions have
wrong is found by core/ivr/check_values.py.
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from pydantic import ValidationError

from core.config.files import Source
from core.config.mistake import ConfigError, Place
from core.config.model.box import Box
from core.config.wording import close, say
from core.ivr import check_values, graph
from core.ivr.expression import ExpressionError, Literal, parse
from core.ivr.finding import Finding
from core.ivr.model import Flow
from core.ivr.nodes import (
    Asking,
    CallBack,
    Collect,
    PlugIn,
    Query,
    Queue,
    Request,
    SubFlow,
    Survey,
    Voicemail,
)
from core.ivr.wiring import Path
from core.texts import _


@dataclass(frozen=True)
class Known:
    """What there is outside the flows. None: it is not known, and not checked.

    prompt: whether there is a prompt in a language. places: the places of a prompt, each with the forms of its value.
    """

    prompt: Callable[[str, str], bool] | None = None
    places: Callable[[str], Mapping[str, tuple[str, ...]]] | None = None
    databases: Collection[str] | None = None
    plugins: Collection[str] | None = None
    calendars: Collection[str] | None = None
    queues: Collection[str] | None = None
    mailboxes: Collection[str] | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)
    """Flows that must be there, each with the number that leads to it."""

    @classmethod
    def of(cls, box: Box) -> Known:
        """What the configuration has; queues by name and by number, hunt groups, too."""
        called = [each.name for each in box.queue] + [each.name for each in box.hunt_group]
        called += [each.number for each in box.queue if each.number] + [each.number for each in box.hunt_group]
        return cls(
            databases=frozenset(each.name for each in box.database),
            calendars=frozenset(each.name for each in box.calendar),
            queues=called,
            mailboxes=frozenset(each.number for each in box.mailbox),
            numbers={each.flow: each.number for each in box.flow},
        )


@dataclass
class Checked:
    """read: all that can be read, though they may have mistakes."""

    flows: dict[str, Flow] = field(default_factory=dict)
    read: dict[str, Flow] = field(default_factory=dict)
    mistakes: list[ConfigError] = field(default_factory=list)


def check(sources: Mapping[str, Source], known: Known = Known()) -> Checked:
    """sources: the files by the names of their flows."""
    checked = Checked()
    flows: dict[str, Flow] = {}
    wrong: set[str] = set()
    for name, source in sources.items():
        found = list(source.mistakes)
        try:
            flows[name] = Flow.model_validate(source.data)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                words = say(details, Flow)
                place = source.key(words.path) if words.at_key else source.value(words.path)
                if place.line not in source.guessed:
                    found.append(ConfigError(place, words.problem, words.hint))
        if found:
            wrong.add(name)
        checked.mistakes += found
    for name, flow in flows.items():
        findings = list(_findings(name, flow, flows, list(sources), known))
        checked.mistakes += [finding.mistake(sources[name]) for finding in findings]
        if findings:
            wrong.add(name)
    folder = next((source.path.parent for source in sources.values()), pathlib.Path("flows"))
    for name in sorted(known.numbers.keys() - sources.keys()):
        problem = _("There is no such flow; the number {number} leads to it.").format(number=known.numbers[name])
        checked.mistakes.append(ConfigError(Place(folder / f"{name}.toml"), problem, close(name, sources)))
    order = {source.path: number for number, source in enumerate(sources.values())}
    checked.mistakes.sort(key=lambda mistake: (order.get(mistake.path, -1), mistake.line, mistake.column))
    checked.read = flows
    checked.flows = {name: flow for name, flow in flows.items() if name not in _spoilt(wrong, flows)}
    return checked


def _spoilt(wrong: set[str], flows: Mapping[str, Flow]) -> set[str]:
    """The flows with mistakes, and those that call them."""
    found = set(wrong)
    while True:
        more = {
            name
            for name, flow in flows.items()
            if name not in found and any(isinstance(n, SubFlow) and n.flow in found for n in flow.node.values())
        }
        if not more:
            return found
        found |= more


def _findings(
    name: str, flow: Flow, flows: Mapping[str, Flow], names: Sequence[str], known: Known
) -> Iterator[Finding]:
    yield from _targets(flow)
    yield from _unreached(flow)
    yield from _rounds(flow, flows)
    yield from _prompts(flow, known)
    yield from _names(flow, known)
    yield from _sub_flows(name, flow, flows, names)
    yield from check_values.findings(flow, flows, known.places, known.calendars)


# ---- nodes ----


def _targets(flow: Flow) -> Iterator[Finding]:
    for path, to in _named(flow):
        if to not in flow.node:
            yield Finding(path, _('There is no node "{name}".').format(name=to), close(to, flow.node))
    for name, node in flow.node.items():
        if isinstance(node, Asking) and not node.give_up and not flow.defaults.give_up:
            problem = _("Where does a caller go who gives no input that fits?")
            yield Finding(("node", name), problem, _("Write give_up here, or in [defaults]."), key=True)


def _named(flow: Flow) -> Iterator[tuple[Path, str]]:
    """Every setting that names a node."""
    yield ("flow", "start"), flow.flow.start
    for key in ("give_up", "on_error"):
        to = getattr(flow.defaults, key)
        if to:
            yield ("defaults", key), to
    for name, node in flow.node.items():
        for way in node.ways():
            if way.to:
                yield ("node", name, *way.path), way.to
        for key in ("give_up", "on_error"):
            to = getattr(node, key, None)
            if to:
                yield ("node", name, key), to


def _unreached(flow: Flow) -> Iterator[Finding]:
    if flow.flow.start not in flow.node:
        return
    for name in graph.unreached(flow):
        problem = _('Nothing leads to the node "{name}".').format(name=name)
        yield Finding(("node", name), problem, _("Name it somewhere as the next one, or take it away."), key=True)


def _rounds(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[Finding]:
    running: list[str] = []

    @cache
    def quiet(name: str) -> bool:
        """Whether a flow may return before anybody was heard; one that calls itself may."""
        called = flows.get(name)
        if called is None or name in running:
            return False
        running.append(name)
        found = graph.returns_quietly(called, quiet)
        running.pop()
        return found

    for names in graph.loops(flow, quiet):
        problem = _("This goes round without end, and nobody has a say in it: {round}.")
        hint = _("Ask the caller for a key on the way, or count the rounds and leave after some.")
        yield Finding(("node", names[0]), problem.format(round=graph.described(names)), hint, key=True)


# ---- what nodes name outside ----


def _prompts(flow: Flow, known: Known) -> Iterator[Finding]:
    if known.prompt is None:
        return
    used = [(("node", name, *use.path), use) for name, node in flow.node.items() for use in node.prompts_used()]
    used += [(("defaults", *use.path), use) for use in flow.defaults.prompts_used()]
    for path, use in used:
        lacking = [language for language in flow.flow.languages if not known.prompt(use.prompt, language)]
        if lacking == list(flow.flow.languages):
            yield Finding(path, _('There is no prompt "{name}".').format(name=use.prompt))
        elif lacking:
            problem = _('The prompt "{name}" is missing in: {languages}.')
            yield Finding(path, problem.format(name=use.prompt, languages=", ".join(lacking)))


def _names(flow: Flow, known: Known) -> Iterator[Finding]:
    for name, node in flow.node.items():
        at: Path = ("node", name)
        match node:
            case Query():
                if known.databases is not None and node.database not in known.databases:
                    problem = _('There is no database "{name}".').format(name=node.database)
                    yield Finding((*at, "database"), problem, close(node.database, known.databases))
                yield from _held(at, "sql", bound(node.sql), node.values, all_used=True)
            case Request():
                yield from _held(at, "url", re.findall(r"\{(\w+)\}", node.url), node.values)
            case Collect() | Survey() if node.least > node.most:
                yield Finding((*at, "least"), _("The least is more than the most."))
            case PlugIn(plugin=plugin) if known.plugins is not None and plugin not in known.plugins:
                problem = _('There is no plug-in "{name}".').format(name=plugin)
                yield Finding((*at, "plugin"), problem, close(plugin, known.plugins))
            case Queue(queue=queue) | CallBack(queue=queue) if known.queues is not None and queue:
                if queue not in known.queues:
                    problem = _('There is no queue "{name}".').format(name=queue)
                    yield Finding((*at, "queue"), problem, close(queue, known.queues))
            case Voicemail(box=text) if known.mailboxes is not None:
                mailbox = _literal(text)
                if mailbox is not None and mailbox not in known.mailboxes:
                    problem = _('There is no mailbox "{name}".').format(name=mailbox)
                    yield Finding((*at, "box"), problem, close(mailbox, known.mailboxes))


def _literal(text: str) -> str | None:
    """The text that an expression is; None: it is worked out."""
    try:
        root = parse(text).root
    except ExpressionError:
        return None
    return root.value if isinstance(root, Literal) and isinstance(root.value, str) else None


SQL = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|::|(?<![\w:]):([A-Za-z_]\w*)")
"""Texts, quoted names, comments and casts of a statement are passed over; the group is a name to be bound."""


def bound(sql: str) -> list[str]:
    """The names in a statement that stand for values."""
    return [found for found in SQL.findall(sql) if found]


def _held(
    at: Path, key: str, names: Collection[str], values: Mapping[str, str], all_used: bool = False
) -> Iterator[Finding]:
    """Whether each name in a statement or address has a value; all_used: and each value a name."""
    for name in dict.fromkeys(names):
        if name not in values:
            problem = _('"{name}" has no value.').format(name=name)
            yield Finding((*at, key), problem, close(name, values) or _("Give it one in values."))
    for name in values:
        if all_used and name not in names:
            problem = _("The statement has no :{name}.").format(name=name)
            yield Finding((*at, "values", name), problem, close(name, names), key=True)


# ---- sub-flows ----


def _sub_flows(name: str, flow: Flow, flows: Mapping[str, Flow], names: Sequence[str]) -> Iterator[Finding]:
    for node_name, node in flow.node.items():
        if not isinstance(node, SubFlow):
            continue
        at: Path = ("node", node_name)
        if node.flow not in names:
            problem = _('There is no flow "{name}".').format(name=node.flow)
            yield Finding((*at, "flow"), problem, close(node.flow, names))
            continue
        called = flows.get(node.flow)
        if called is None:
            continue  # it has mistakes of its own
        if name in _called(node.flow, flows):
            yield Finding((*at, "flow"), _('The flow "{name}" runs itself by this.').format(name=name))
        lacking = [language for language in flow.flow.languages if language not in called.flow.languages]
        if lacking:
            problem = _('The flow "{name}" does not speak: {languages}.')
            yield Finding((*at, "flow"), problem.format(name=node.flow, languages=", ".join(lacking)))
        parameters = {variable.name: variable for variable in called.variable if variable.parameter}
        for given in node.values:
            if given not in parameters:
                problem = _('The flow "{flow}" takes no "{name}".').format(flow=node.flow, name=given)
                yield Finding((*at, "values", given), problem, close(given, parameters), key=True)
        for parameter in parameters.values():
            if parameter.name not in node.values and not parameter.initial and not parameter.of.optional:
                problem = _('The flow "{flow}" needs a value for "{name}".')
                yield Finding(at, problem.format(flow=node.flow, name=parameter.name), key=True)
        results = [variable.name for variable in called.variable if variable.result]
        for variable, result in node.into.items():
            if result not in results:
                problem = _('The flow "{flow}" gives no "{name}" back.').format(flow=node.flow, name=result)
                yield Finding((*at, "into", variable), problem, close(result, results))


def _called(name: str, flows: Mapping[str, Flow]) -> set[str]:
    """Flows that a flow runs, and those that they run; itself."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        each = ahead.pop()
        if each in found or each not in flows:
            continue
        found.add(each)
        ahead += [node.flow for node in flows[each].node.values() if isinstance(node, SubFlow)]
    return found
