"""A flow as a graph: which node leads where, what is never reached, what goes round by itself, what has a value where.

    edges(flow, "welcome")      every way out, with give_up and on_error as they hold for the node
    unreached(flow)             nodes to which nothing leads
    loops(flow, quiet)          rounds in which nobody is heard and nothing is counted
    settled(flow)               for each node the variables that certainly have a value when it begins

Nodes that do not exist lead nowhere: that they do not exist is said elsewhere. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from core.ivr.expression import ExpressionError, parse
from core.ivr.model import GIVEN, Flow
from core.ivr.nodes import Asking, Branch, Collect, HangUp, Node, Play, Return, Set, SubFlow
from core.ivr.wiring import Path


@dataclass(frozen=True, slots=True)
class Edge:
    """label: of the way, as people call it. heard: see core/ivr/wiring.py. path: the setting, in the flow's file."""

    to: str
    label: str
    path: Path
    heard: bool = False
    sets: tuple[str, ...] = ()


def edges(flow: Flow, name: str) -> list[Edge]:
    node = flow.node[name]
    found = [Edge(way.to, way.label, ("node", name, *way.path), way.heard, way.sets) for way in node.ways() if way.to]
    if isinstance(node, Asking):
        if node.give_up:
            found.append(Edge(node.give_up, "give up", ("node", name, "give_up")))
        elif flow.defaults.give_up:
            found.append(Edge(flow.defaults.give_up, "give up", ("defaults", "give_up")))
    if node.on_error:
        found.append(Edge(node.on_error, "error", ("node", name, "on_error")))
    elif flow.defaults.on_error and may_fail(node):
        found.append(Edge(flow.defaults.on_error, "error", ("defaults", "on_error")))
    return found


def may_fail(node: Node) -> bool:
    """Plain prompts and choices cannot: all others work something out, or depend on somebody else."""
    if isinstance(node, Return):
        return False
    if isinstance(node, Play | HangUp | Asking):
        return any(True for _formula in node.formulas())
    return True


def unreached(flow: Flow) -> list[str]:
    return [name for name in flow.node if name not in reached(flow, [flow.flow.start])]


def reached(
    flow: Flow, starts: Iterable[str], follow: Callable[[str, Edge], bool] = lambda name, edge: True
) -> set[str]:
    """What can be reached by the edges that are to be followed; the starts as well."""
    found: set[str] = set()
    ahead = [name for name in starts if name in flow.node]
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        found.add(name)
        ahead += [edge.to for edge in edges(flow, name) if edge.to in flow.node and follow(name, edge)]
    return found


# ---- rounds in which nobody is heard ----


def returns_quietly(flow: Flow, quiet: Callable[[str], bool]) -> bool:
    """Whether it may return before anybody was heard. quiet: the same of the flows that it calls."""
    there = reached(flow, [flow.flow.start], lambda name, edge: not _heard(flow, name, edge, quiet))
    return any(isinstance(flow.node[name], Return) for name in there)


def _heard(flow: Flow, name: str, edge: Edge, quiet: Callable[[str], bool]) -> bool:
    node = flow.node[name]
    if isinstance(node, SubFlow) and edge.path[-1] == "next":
        return not quiet(node.flow)
    return edge.heard


def loops(flow: Flow, quiet: Callable[[str], bool]) -> list[list[str]]:
    """Each round once, from its first node in the file.

    A round is none when a branch on it leads out by a condition on a variable that the round itself changes: it counts.
    """
    next_of = {
        name: sorted(
            {edge.to for edge in edges(flow, name) if edge.to in flow.node and not _heard(flow, name, edge, quiet)}
        )
        for name in flow.node
    }
    found: list[list[str]] = []
    ahead = [set(flow.node)]
    while ahead:
        for part in _rounds(next_of, ahead.pop()):
            counting = {name for name in part if _counts(flow, name, part)}
            if counting:
                ahead.append(part - counting)
            else:
                found.append(_round(next_of, part, list(flow.node)))
    order = list(flow.node)
    return sorted(found, key=lambda names: order.index(names[0]))


def _counts(flow: Flow, name: str, part: set[str]) -> bool:
    node = flow.node[name]
    if not isinstance(node, Branch):
        return False
    changed = {made.variable for each in part for made in flow.node[each].assignments()}
    leaving = [case.when for case in node.cases if case.next not in part]
    if node.otherwise not in part:
        leaving = [case.when for case in node.cases]
    return any(changed & _names(text) for text in leaving)


def _names(text: str) -> frozenset[str]:
    try:
        return parse(text).names
    except ExpressionError:
        return frozenset()


def _rounds(next_of: Mapping[str, list[str]], names: set[str]) -> list[set[str]]:
    """Sets of nodes that all lead to each other (Tarjan's strongly connected components with an edge inside)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []
    for root in sorted(names):
        work = [(root, iter(next_of[root]))] if root not in number else []
        while work:
            name, rest = work[-1]
            if name not in number:
                number[name] = low[name] = len(number)
                stack.append(name)
            for to in rest:
                if to in names and to not in number:
                    work.append((to, iter(next_of[to])))
                    break
                if to in stack:
                    low[name] = min(low[name], low[to])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == number[name]:
                    at = stack.index(name)
                    part, stack[at:] = set(stack[at:]), []
                    if len(part) > 1 or name in next_of[name]:
                        found.append(part)
    return found


def _round(next_of: Mapping[str, list[str]], part: set[str], order: list[str]) -> list[str]:
    """The shortest way round from the first node of the part, back to it."""
    first = min(part, key=order.index)
    ways = [[first]]
    seen: set[str] = set()
    while True:
        way = ways.pop(0)
        for to in next_of[way[-1]]:
            if to == first:
                return [*way, first]
            if to in part and to not in seen:
                seen.add(to)
                ways.append([*way, to])


# ---- what has a value ----


def settled(flow: Flow) -> dict[str, frozenset[str]]:
    """For each node that can be reached: what certainly has a value when it begins."""
    first = frozenset(GIVEN) | {
        variable.name for variable in flow.variable if variable.parameter or variable.initial or variable.of.optional
    }
    known: dict[str, frozenset[str]] = {}
    ahead = [(flow.flow.start, first)]
    while ahead:
        name, arriving = ahead.pop()
        if name not in flow.node:
            continue
        before = known.get(name)
        after = arriving if before is None else before & arriving
        if after == before:
            continue
        known[name] = after
        ahead += [(edge.to, after | set(edge.sets)) for edge in edges(flow, name)]
    return known


def settled_for(node: Node, path: Path, before: frozenset[str]) -> frozenset[str]:
    """What has a value where an expression of the node is worked out: a set node has set what stands above it."""
    if isinstance(node, Set) and path[0] == "values":
        above = list(node.values)
        return before | set(above[: above.index(str(path[1]))])
    if isinstance(node, Collect) and path == ("valid",):
        return before | {node.into}
    return before


def described(names: list[str]) -> str:
    """A round, for people."""
    return " → ".join(names if len(names) < 12 else [*names[:11], "…"])
