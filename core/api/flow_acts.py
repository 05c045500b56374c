"""Acts on flows: which there are, putting changed files to work, and handing a caller over to one.

A call keeps the edition of the flows that it began with; new calls take the newest. An agent may send the caller with
whom he speaks into a flow, to enter a PIN for example: he hears music meanwhile, and gets the caller back with what the
flow has returned in the data of the call.

The workshop looks into flows on live calls, stops them before a node, goes on node by node, and plays flows without a
line: `flow.simulate` and `flow.play`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from core.api.acts import CallId, Device, Done, Nothing, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import OVERSEERS
from core.api.config_acts import FileSet, Save, named_well
from core.api.errors import Code, Refusal
from core.api.roles import READERS, Role
from core.config.form import TableView
from core.config.saving import Held
from core.flow_room import EditionView, FlowRoom, FlowView
from core.flow_workshop import SessionView
from core.ivr.draw import rows
from core.ivr.form import tables as model_tables
from core.ivr.session import Caller
from core.texts import _


def _room(asking: Asking) -> FlowRoom:
    if FlowRoom not in asking.rooms:
        raise Refusal(Code.REFUSED, _("this box has no flows"))
    return asking.room(FlowRoom)


class Flows(Result, frozen=True):
    flows: list[FlowView]
    editions: list[EditionView]


@act("flow.list", roles=READERS)
def flows(asking: Asking, params: Params) -> Flows:
    """The flows as new calls take them, and the editions that running calls keep."""
    room = _room(asking)
    return Flows(room.flows(), room.editions())


class Published(Result, frozen=True):
    edition: Annotated[int, Meta(description="that new calls take; 0: there is none")]
    mistakes: Annotated[list[dict[str, Any]], Meta(description="of the files; with any, nothing has changed")]


@act("flow.publish", roles=OVERSEERS, changes=True)
async def publish(asking: Asking, params: Params) -> Published:
    """Puts the files of the flows to work as they are now, for new calls. With mistakes nothing changes."""
    room = _room(asking)
    mistakes = [mistake.facts() for mistake in await room.publish()]
    editions = room.editions()
    asking.note.after = {"edition": editions[-1].number if editions else 0, "mistakes": len(mistakes)}
    return Published(editions[-1].number if editions else 0, mistakes)


class HandOver(Params, frozen=True):
    device: Device
    flow: Annotated[str, Meta(description="its name", min_length=1, max_length=60)]
    arguments: Annotated[dict[str, str], Meta(description="values of its parameters")] = field(default_factory=dict)


class HandedOver(Result, frozen=True):
    call: CallId


@act("flow.hand_over", roles={*OVERSEERS, Role.AGENT}, changes=True)
def hand_over(asking: Asking, params: HandOver) -> HandedOver:
    """The other party of the device's conversation goes into the flow, and comes back when that returns. Error
    `refused`: there is no such conversation or flow, or it takes other arguments.
    """
    asking.note.target = params.device
    call = _room(asking).hand_over(params.device, params.flow, params.arguments)
    asking.note.after = {"call": call, "flow": params.flow}
    return HandedOver(call)


# ---- the workshop: live calls ----

Flow = Annotated[str, Meta(description="the flow's name", min_length=1, max_length=60)]
Node = Annotated[str, Meta(description="the node's name; empty: every node of the flow", max_length=60)]


class Sessions(Result, frozen=True):
    sessions: list[SessionView]


@act("flow.sessions", roles=OVERSEERS)
def sessions(asking: Asking, params: Params) -> Sessions:
    """Every caller who is in a flow: where, with which variables. What was entered in secret is masked."""
    return Sessions(_room(asking).workshop.sessions())


class OfCall(Params, frozen=True):
    call: CallId


class RecordOf(Result, frozen=True):
    record: Annotated[dict[str, Any], Meta(description="as `strowger flow run --save` keeps it")]


@act("flow.record", roles=OVERSEERS)
def record(asking: Asking, params: OfCall) -> RecordOf:
    """All that has happened to the caller in the flow so far, for `strowger flow replay`."""
    return RecordOf(_room(asking).workshop.record(params.call))


class BreakPoint(Params, frozen=True):
    call: CallId
    flow: Flow
    node: Node = ""
    on: Annotated[bool, Meta(description="false: the break point is taken away")] = True


@act("flow.break", roles=OVERSEERS, changes=True)
def set_break(asking: Asking, params: BreakPoint) -> Done:
    """The call's flow will stop before that node; the caller hears nothing then, until it is resumed."""
    asking.note.target = str(params.call)
    asking.note.after = f"{params.flow}/{params.node}" if params.on else ""
    _room(asking).workshop.set_break(params.call, params.flow, params.node, params.on)
    return Done()


class Onward(Params, frozen=True):
    call: CallId
    how: Annotated[
        Literal["go", "into", "over", "out"],
        Meta(description="to the next break point, node, node of this flow, or node of the flow that runs this one"),
    ] = "go"


class Session(Result, frozen=True):
    session: SessionView


@act("flow.resume", roles=OVERSEERS, changes=True)
def resume(asking: Asking, params: Onward) -> Session:
    """A flow that was stopped goes on. Error `refused`: it was not."""
    asking.note.target = str(params.call)
    return Session(_room(asking).workshop.resume(params.call, params.how))


class Assignment(Params, frozen=True):
    call: CallId
    variable: Annotated[str, Meta(description="of the innermost flow", min_length=1, max_length=60)]
    expression: Annotated[str, Meta(description="what it is to be", min_length=1, max_length=2000)]


@act("flow.assign", roles=OVERSEERS, changes=True)
def assign(asking: Asking, params: Assignment) -> Done:
    """A variable of a flow on a live call gets another value. Error `refused`: the expression has mistakes."""
    asking.note.target = f"{params.call} {params.variable}"
    asking.note.after = params.expression
    _room(asking).workshop.assign(params.call, params.variable, params.expression)
    return Done()


# ---- the workshop: without a line ----


class Simulate(Params, frozen=True):
    flow: Flow
    caller: Annotated[str, Meta(description="who calls", max_length=32)] = "13800138000"
    language: Annotated[str, Meta(description="of the line; empty: the flow's first", max_length=2)] = ""
    customer_class: Annotated[str, Meta(description="of the customer", max_length=40)] = ""
    arguments: Annotated[dict[str, str], Meta(description="values of its parameters")] = field(default_factory=dict)
    breaks: Annotated[list[str], Meta(description="break points, flow/node", max_length=100)] = field(
        default_factory=list
    )
    edits: Annotated[
        dict[str, str | None] | None,
        Meta(description="not the newest edition, but the files with these in their place; null: without it"),
    ] = None


class Simulated(Result, frozen=True):
    number: Annotated[int, Meta(description="of this caller, for flow.play")]
    lines: Annotated[list[str], Meta(description="what was said and done")]


@act("flow.simulate", roles=OVERSEERS)
async def simulate(asking: Asking, params: Simulate) -> Simulated:
    """A caller of paper comes to the newest edition of a flow. Databases and servers are not asked: you answer.

    With `edits`, error `configuration`: they have mistakes.
    """
    room = _room(asking)
    edition = room.newest() if params.edits is None else await room.draft(_named(params.edits))
    caller = Caller(call=1, caller=params.caller, customer_class=params.customer_class, language=params.language)
    number, lines = room.workshop.simulate(edition, params.flow, caller, params.arguments, params.breaks)
    return Simulated(number, lines)


class Input(Params, frozen=True):
    number: Annotated[int, Meta(description="of the simulated caller", ge=1)]
    input: Annotated[
        str,
        Meta(
            description="keys; empty: hears all and is silent; hangup; an outcome or an object; :into, :set …",
            max_length=4000,
        ),
    ] = ""


class Played(Result, frozen=True):
    lines: Annotated[list[str], Meta(description="what was said and done")]
    state: Annotated[dict[str, Any], Meta(description="nodes, texts, variables, how it ended or what it waits for")]


@act("flow.play", roles=OVERSEERS)
def play(asking: Asking, params: Input) -> Played:
    """What a simulated caller does next, and what the flow does then."""
    lines, state = _room(asking).workshop.play(params.number, params.input)
    return Played(lines, state)


# ---- for editors ----


class Model(Result, frozen=True):
    tables: Annotated[list[TableView], Meta(description="what a file of a flow may have; `node`: by name, of one kind")]


@act("flow.model", roles=READERS)
def model(asking: Asking, params: Nothing) -> Model:
    """Every table, every kind of node and its settings, with what may be written, its default and its manual."""
    return Model(model_tables())


@act("flow.files", roles=OVERSEERS)
async def files(asking: Asking, params: Nothing) -> FileSet:
    """The files of the flows as they lie on the disk, with whatever has not been published yet."""
    room = _room(asking)
    return _file_set(room, await room.held())


@act("flow.save", roles=OVERSEERS, changes=True)
async def save(asking: Asking, params: Save) -> FileSet:
    """Saves files as an editor does; nothing is published by that. Error `refused`: somebody else has saved them
    meanwhile, or the disk does not take them.
    """
    asking.note.target = ", ".join(sorted(params.files))
    room = _room(asking)
    return _file_set(room, await room.save(_named(params.files), params.basis))


def _file_set(room: FlowRoom, held: Held) -> FileSet:
    return FileSet(room.folder, held.texts, sorted(held.shipped), held.basis)


class Edits(Params, frozen=True):
    edits: Annotated[
        dict[str, str | None],
        Meta(description="files that are to be read instead of those on the disk, by name; null: without it"),
    ] = field(default_factory=dict)


class TreeRow(Struct, frozen=True):
    """A line of a flow's tree."""

    tree: Annotated[str, Meta(description="as it is drawn, with the name")]
    node: Annotated[str, Meta(description="whose line it is; of an arrow, where it leads")]
    kind: Annotated[str, Meta(description="of the node; empty: this is an arrow")]
    detail: Annotated[str, Meta(description="what the node does, in a few words")]


class Checked(Result, frozen=True):
    mistakes: Annotated[list[dict[str, Any]], Meta(description="each with its file, line and column")]
    trees: Annotated[dict[str, list[TreeRow]], Meta(description="by flow; of those that can be read")]


@act("flow.check", roles=OVERSEERS)
async def check(asking: Asking, params: Edits) -> Checked:
    """What is wrong with the files, and how the flows look; changes nothing."""
    found = await _room(asking).check(_named(params.edits))
    trees = {
        name: [TreeRow(row.tree, row.node, row.kind, row.detail) for row in rows(flow)]
        for name, flow in sorted(found.read.items())
    }
    return Checked([mistake.facts() for mistake in found.mistakes], trees)


def _named(edits: dict[str, str | None]) -> dict[str, str | None]:
    """Refusal: a name is no name of a file of a flow."""
    for name in edits:
        named_well(name)
    return edits
