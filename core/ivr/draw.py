"""A flow as a picture: a tree for a terminal, a graph for Graphviz.

    language            menu    menu.language
    ├─ 1 ─ mandarin     set     call.language = 'zh'
    │  └─ hours         branch
    │     ├─ open('office', now) → menu
    ...

Each node stands once, where the shortest way leads to it; elsewhere an arrow names it. Columns stay aligned with
Chinese texts. The graph is one `digraph` for `dot -Tsvg`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.ivr.graph import Edge, edges
from core.ivr.model import Flow
from core.ivr.nodes import (
    Branch,
    CallBack,
    Collect,
    Dial,
    HangUp,
    Mail,
    Menu,
    Node,
    Play,
    PlugIn,
    Query,
    Queue,
    Record,
    Request,
    Return,
    Say,
    Set,
    SubFlow,
    Survey,
    Transfer,
    Voicemail,
)
from core.width import fit, width

DETAIL = 60
"""Columns of what a node does, at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """tree: the line as it is drawn, with the name. node: whose line it is; of an arrow, where it leads.

    kind: of the node; empty: this is an arrow.
    """

    tree: str
    node: str
    kind: str = ""
    detail: str = ""


def tree(flow: Flow) -> list[str]:
    """The lines of the tree."""
    found = rows(flow)
    columns = max(width(row.tree) for row in found if row.kind) + 2
    kinds = max(len(row.kind) for row in found) + 2
    return [
        (fit(row.tree, columns) + fit(row.kind, kinds) + row.detail).rstrip() if row.kind else row.tree for row in found
    ]


def rows(flow: Flow) -> list[Row]:
    """The same, for programs; what nothing leads to stands at the end, each with what hangs on it."""
    homes: dict[str, tuple[str, int]] = {}
    found: list[Row] = []
    for name in (flow.flow.start, *flow.node):
        if name in flow.node and name not in homes:
            _find_homes(flow, name, homes)
            found += _rows(flow, name, "", "", homes)
    return found


def _find_homes(flow: Flow, start: str, homes: dict[str, tuple[str, int]]) -> None:
    """For each node from which one, and by which of its ways, it is reached first."""
    homes[start] = ("", 0)
    ahead = [start]
    for name in ahead:
        for number, edge in enumerate(edges(flow, name)):
            if edge.to in flow.node and edge.to not in homes:
                homes[edge.to] = (name, number)
                ahead.append(edge.to)


def _rows(flow: Flow, name: str, before: str, below: str, homes: dict[str, tuple[str, int]]) -> Iterator[Row]:
    """before: what stands left of the node itself, below: of what hangs on it."""
    node = flow.node[name]
    yield Row(f"{before}{name}", name, node.kind, fit(detail(node), DETAIL).rstrip())
    ways = edges(flow, name)
    for number, edge in enumerate(ways):
        last = number == len(ways) - 1
        arm, more = ("└─ ", "   ") if last else ("├─ ", "│  ")
        label = f"{edge.label} " if edge.label else ""
        if homes.get(edge.to) == (name, number):
            yield from _rows(flow, edge.to, f"{below}{arm}{label}{'─ ' * bool(label)}", below + more, homes)
        else:
            yield Row(f"{below}{arm}{label}→ {edge.to}", edge.to)


def detail(node: Node) -> str:
    """What a node does, in a few words of its own settings."""
    match node:
        case Say(value=value, form=form):
            return f"{value} ({form})"
        case Set(values=values):
            return ", ".join(f"{name} = {text}" for name, text in values.items())
        case Query(database=database, sql=sql):
            return f"{database}: {' '.join(sql.split())}"
        case Request(method=method, url=url):
            return f"{method} {url}"
        case PlugIn(plugin=plugin):
            return plugin
        case SubFlow(flow=flow):
            return flow
        case Dial(number=number) | Transfer(number=number) | CallBack(number=number):
            return number
        case Queue(queue=queue):
            return queue
        case Voicemail(box=box):
            return box
        case Mail(to=to, subject=subject):
            return f"{to}: {subject}"
        case Collect(into=into, prompts=prompts) | Record(into=into, prompts=prompts):
            return f"{into} ← {_said(prompts)}".removesuffix(" ← ")
        case Play(prompts=prompts) | Menu(prompts=prompts) | Survey(prompts=prompts) | HangUp(prompts=prompts):
            return _said(prompts)
        case Branch() | Return():
            return node.note


def _said(prompts: tuple[object, ...]) -> str:
    return ", ".join(getattr(one, "prompt", "") or f"{getattr(one, 'say', '')}" for one in prompts)


# ---- Graphviz ----

SHAPES = {
    "branch": "diamond",
    "menu": "house",
    "collect": "house",
    "survey": "house",
    "record": "house",
    "set": "note",
    "query": "cylinder",
    "request": "component",
    "plugin": "component",
    "flow": "folder",
    "return": "oval",
    "hangup": "oval",
    "transfer": "oval",
    "voicemail": "oval",
}
"""Others are boxes."""


def dot(name: str, flow: Flow) -> list[str]:
    """The lines of the graph."""
    lines = [
        f"digraph {_quoted(name)} {{",
        f"  label={_quoted(flow.flow.title or name)}; labelloc=t; rankdir=TB;",
        '  node [fontname="Noto Sans CJK SC", shape=box]; edge [fontname="Noto Sans CJK SC", fontsize=10];',
        f'  "" [shape=point]; "" -> {_quoted(flow.flow.start)};',
    ]
    for each, node in flow.node.items():
        words = [each, node.kind, fit(detail(node), DETAIL).rstrip()]
        shape = SHAPES.get(node.kind, "box")
        lines.append(f"  {_quoted(each)} [shape={shape}, label={_quoted(*filter(None, words))}];")
    for each in flow.node:
        lines += [f"  {_quoted(each)} -> {_quoted(edge.to)}{_style(edge)};" for edge in edges(flow, each)]
    return [*lines, "}"]


def _style(edge: Edge) -> str:
    marks = [f"label={_quoted(edge.label)}"] if edge.label else []
    if edge.label in ("error", "give up"):
        marks.append("style=dashed")
    return f" [{', '.join(marks)}]" if marks else ""


def _quoted(*lines: str) -> str:
    escaped = [line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") for line in lines]
    return '"' + "\\n".join(escaped) + '"'
