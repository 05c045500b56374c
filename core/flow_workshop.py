"""The workshop of flows (业务生成环境) in the running box: looks into live calls, and plays flows without a line.

    workshop.sessions()                          every caller who is in a flow
    workshop.look(17)                            where call 17 is, with its variables
    workshop.set_break(17, "office", "menu")     it stops before that node; the caller hears silence meanwhile
    workshop.resume(17, "into")                  one node on; "over", "out", "go": see core/ivr/acts.py
    workshop.assign(17, "score", "score + 1")
    workshop.simulate(edition, "office", ...)    a caller of paper, by number; workshop.play(number, "2") presses a key

A live call may be stopped by supervisors only (core/api/flow_acts.py says so). What callers enter in secret stays so.
Raises Refused where there is no such session, node or variable.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from core.exchange.refusal import Refused
from core.ivr.acts import Assign, Break, Entered, Resume, Stimulus, Told
from core.ivr.destination import Flows
from core.ivr.library import Edition
from core.ivr.nodes import Collect
from core.ivr.run import MASK, for_people
from core.ivr.session import Caller, plain
from core.ivr.simulate import Bad, Simulation, World
from core.ivr.talk import Talk
from core.ivr.values import NoValue, fitted, shown
from core.texts import _
from hw.signalling.q850 import Cause

SIMULATED = 50
"""So many callers of paper at once; of more, the oldest goes."""
LAST_NODES = 20


class FrameView(msgspec.Struct, frozen=True):
    """A flow that a caller is in; a sub-flow stands after the one that runs it."""

    flow: Annotated[str, Meta(description="its name")]
    node: Annotated[str, Meta(description="where it is")]
    variables: Annotated[dict[str, str], Meta(description="as people read them; secret ones are masked")]


class SessionView(msgspec.Struct, frozen=True):
    """A caller in a flow."""

    call: Annotated[int, Meta(description="the call's number")]
    edition: Annotated[int, Meta(description="of the flows, which the call keeps")]
    language: Annotated[str, Meta(description="that is spoken")]
    phase: Annotated[str, Meta(description="speaking, listening, recording, waiting; empty: paused")]
    paused: Annotated[bool, Meta(description="the workshop has stopped it before the node that is named")]
    next: Annotated[str, Meta(description="the node that comes next, when it is paused")]
    breaks: Annotated[list[str], Meta(description="its break points, flow/node; flow/: at every node of the flow")]
    frames: list[FrameView]
    nodes: Annotated[list[str], Meta(description="the last that were entered, flow/node")]


class Workshop:
    """In one box. Simulated callers find all calendars open."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._played: OrderedDict[int, Simulation] = OrderedDict()
        self._number = 0

    # ---- live calls ----

    def sessions(self) -> list[SessionView]:
        return [_view(talk) for talk in self._flows.talks]

    def look(self, call: int) -> SessionView:
        return _view(self._talk(call))

    def record(self, call: int) -> dict[str, Any]:
        """All that has happened, for `strowger flow replay`; what was entered in secret is masked."""
        found: dict[str, Any] = plain(for_people(self._talk(call).run.record))
        return found

    def set_break(self, call: int, flow: str, node: str, on: bool = True) -> None:
        self._order(call, Break(flow, node, on))

    def resume(self, call: int, how: str) -> SessionView:
        self._order(call, Resume(how))
        return self.look(call) if any(talk.call.id == call for talk in self._flows.talks) else _gone(call)

    def assign(self, call: int, variable: str, expression: str) -> None:
        self._order(call, Assign(variable, expression))

    def _order(self, call: int, stimulus: Stimulus) -> None:
        for act in self._talk(call).order(stimulus):
            if isinstance(act, Told):
                raise Refused(Cause.FACILITY_REJECTED, "not-possible", act.text)

    def _talk(self, call: int) -> Talk:
        for talk in self._flows.talks:
            if talk.call.id == call:
                return talk
        text = _("call {call} is in no flow").format(call=call)
        raise Refused(Cause.INVALID_CALL_REFERENCE, "not-possible", text)

    # ---- callers of paper ----

    def simulate(
        self, edition: Edition | None, flow: str, caller: Caller, arguments: dict[str, str], breaks: list[str]
    ) -> tuple[int, list[str]]:
        """Its number, and what was said and done so far, line by line. edition: None: there is none."""
        prompts = self._flows.prompts
        if edition is None or flow not in edition.flows:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _("There is no flow {name}.").format(name=flow))
        if prompts is None:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _("this box keeps no data, and so no prompts"))
        types = edition.flows[flow].types
        try:
            given = {name: fitted(value, types[name]) for name, value in arguments.items() if name in types}
        except NoValue as error:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", str(error)) from error
        playing = Simulation(edition, flow, caller, self._flows.now(), prompts.catalogue, World(), given, tuple(breaks))
        self._number += 1
        self._played[self._number] = playing
        if len(self._played) > SIMULATED:
            self._played.popitem(last=False)
        return self._number, playing.lines

    def play(self, number: int, text: str) -> tuple[list[str], dict[str, Any]]:
        """What an input brings (core/ivr/simulate.py), and how it stands. One that has ended is forgotten."""
        playing = self._played.get(number)
        if playing is None:
            text = _("there is no simulated caller {number}").format(number=number)
            raise Refused(Cause.INVALID_CALL_REFERENCE, "not-possible", text)
        try:
            lines = playing.take(text)
        except Bad as error:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", str(error)) from error
        if playing.over:
            del self._played[number]
        return lines, playing.result()


def _view(talk: Talk) -> SessionView:
    session = talk.run.session
    entered = [act for move in talk.run.record.moves for act in move.acts if isinstance(act, Entered)]
    return SessionView(
        talk.call.id,
        session.edition,
        session.language,
        session.phase,
        session.paused,
        session.entering,
        list(session.breaks),
        [FrameView(frame.flow, frame.node, _variables(talk, at)) for at, frame in enumerate(session.frames)],
        [f"{act.flow}/{act.node}" for act in entered[-LAST_NODES:]],
    )


def _variables(talk: Talk, at: int) -> dict[str, str]:
    frame = talk.run.session.frames[at]
    nodes = talk.run.edition.flows[frame.flow].node.values()
    secret = {node.into for node in nodes if isinstance(node, Collect) and node.secret}
    return {name: MASK * 3 if name in secret and value else shown(value) for name, value in frame.variables.items()}


def _gone(call: int) -> SessionView:
    return SessionView(call, 0, "", "", False, "", [], [], [])
