"""Runs a flow one stimulus at a time: given what happened, says what to do. Pure: no clock, no line, no database.

    session, acts = begin(edition, "office", caller, now, facts)
    acts = take(edition, session, Key("1"), now, facts)

It goes from node to node until one waits for something - a key, the end of what is said, an answer - or the session has
ended; how each kind of node does its part stands in core/ivr/steps.py and core/ivr/asking.py. `now` is the time on the
wall at the place of the box; `facts` answers what expressions ask of the world (core/ivr/functions.py).

Whatever comes in whatever order, take() raises nothing: what does not fit has no effect. A node that cannot do what it
should goes the way on_error: its own, else its flow's, else that of the sub-flow node which called the flow; else the
call is hung up. A flow that runs through QUIET_LIMIT nodes without hearing a key or a word from anybody is ended; one
that would go more than DEEPEST flows deep is in error: every session ends, or waits.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from core.ivr import asking, steps
from core.ivr.acts import (
    Act,
    Answered,
    Assign,
    Break,
    Entered,
    Finish,
    HangUp,
    HungUp,
    Key,
    Paused,
    PlayEnded,
    Resume,
    Stimulus,
    StopPlaying,
    StopRecording,
    TimedOut,
    Told,
)
from core.ivr.evaluate import evaluate
from core.ivr.expression import Expression, ExpressionError, parse
from core.ivr.functions import Facts
from core.ivr.library import Edition
from core.ivr.model import GIVEN, WRITABLE, Flow
from core.ivr.nodes import Node, SubFlow
from core.ivr.session import Caller, Ended, Frame, Session
from core.ivr.typed import typed
from core.ivr.values import NoValue, Value, fitted
from core.texts import _

QUIET_LIMIT = 500
DEEPEST = 20
MOST_KEYS = 40
"""So many keys are kept that no node has used yet."""

KEYS = frozenset("0123456789*#")

parsed = lru_cache(maxsize=20_000)(parse)


def begin(
    edition: Edition,
    flow: str,
    caller: Caller,
    now: datetime,
    facts: Facts,
    arguments: dict[str, Value] | None = None,
    breaks: tuple[str, ...] = (),
) -> tuple[Session, list[Act]]:
    """A call comes to a flow of the edition (which must have it). arguments: values of its parameters.

    breaks: break points of the workshop, "flow/node" or "flow/" for each of its nodes.
    """
    languages = edition.flows[flow].flow.languages
    language = caller.language if caller.language in languages else languages[0]
    session = Session(edition.number, caller, language, [], breaks=list(breaks))
    step = Step(edition, session, now, facts)
    step.call(flow, arguments or {})
    step.run()
    return session, step.acts


def take(edition: Edition, session: Session, stimulus: Stimulus, now: datetime, facts: Facts) -> list[Act]:
    """What is to be done now. The session is changed."""
    if session.ended:
        return []
    step = Step(edition, session, now, facts)
    step.stimulus(stimulus)
    step.run()
    return step.acts


class Step:
    """One stimulus on its way through the session. The kinds of nodes work on it."""

    def __init__(self, edition: Edition, session: Session, now: datetime, facts: Facts) -> None:
        self.edition, self.session, self.now, self.facts = edition, session, now, facts
        self.acts: list[Act] = []

    # ---- what the kinds of nodes use ----

    @property
    def flow(self) -> Flow:
        return self.edition.flows[self.session.frame.flow]

    @property
    def node(self) -> Node:
        return self.flow.node[self.session.frame.node]

    def act(self, act: Act) -> None:
        self.acts.append(act)

    def ticket(self) -> int:
        """A new one; from now on the session waits for its answer alone."""
        self.session.tickets += 1
        self.session.ticket = self.session.tickets
        return self.session.ticket

    def wait(self, phase: str) -> None:
        self.session.phase = phase

    def go(self, to: str | None, heard: bool = False) -> None:
        """The node is done, `to` is next; None or "": the way is not given, which is an error."""
        if heard:
            self.session.quiet = 0
        if not to:
            self.fail(_("The flow does not say where to go."))
            return
        self.session.phase, self.session.ticket = "", 0
        self.session.entering = to

    def fail(self, reason: str) -> None:
        """The node cannot do what it should: on_error, of the innermost flow that has one."""
        session = self.session
        session.phase, session.ticket, session.input = "", 0, ""
        session.error_node, session.error_reason = f"{session.frame.flow}/{session.frame.node}", reason
        while True:
            to = self.node.on_error or self.flow.defaults.on_error
            if to:
                session.entering = to
                return
            if len(session.frames) == 1:
                break
            session.frames.pop()
        self.end("failed", reason)

    def end(self, how: str, reason: str = "") -> None:
        self.session.ended = Ended(how, reason)
        self.session.entering, self.session.ticket, self.session.phase = "", 0, ""
        if how in ("finished", "failed"):
            self.act(HangUp())

    def value(self, text: str) -> Value:
        """What an expression of the node gives. NoValue: nothing."""
        return evaluate(parsed(text), self.lookup, self.facts)

    def values(self, texts: dict[str, str]) -> dict[str, Any]:
        return {name: self.value(text) for name, text in texts.items()}

    def lookup(self, name: str) -> Value:
        session = self.session
        match name:
            case "now":
                return self.now
            case "today":
                return self.now.date()
            case "clock":
                return self.now.time()
            case "call.language":
                return session.language
            case "error.node":
                return session.error_node
            case "error.reason":
                return session.error_reason
            case "call.id":
                return session.caller.call
        variables = session.frame.variables
        if name in variables:
            found: Value = variables[name]
            return found
        if name in GIVEN:
            known: Value = getattr(session.caller, name.removeprefix("call."))
            return known
        raise NoValue(_("The variable {name} has no value yet.").format(name=name))

    def set(self, name: str, raw: object) -> None:
        """Gives a variable a value that fits its type. NoValue: it does not."""
        if name in WRITABLE:
            if raw not in self.flow.flow.languages:
                raise NoValue(_("The flow does not speak this language: {name}.").format(name=str(raw)[:20]))
            self.session.language = str(raw)
            return
        wanted = self.flow.types.get(name)
        if wanted is None or name in GIVEN:
            raise NoValue(_("The variable {name} cannot be set.").format(name=name))
        self.session.frame.variables[name] = fitted(raw, wanted)

    def travelling(self) -> dict[str, Any]:
        """The values that go with the call, of all flows it is in; the innermost counts."""
        found = {}
        for frame in self.session.frames:
            for variable in self.edition.flows[frame.flow].variable:
                if variable.travels and variable.name in frame.variables:
                    found[variable.name] = frame.variables[variable.name]
        return found

    # ---- flows in flows ----

    def call(self, flow: str, arguments: dict[str, Value]) -> None:
        """A flow begins, above the one that runs. NoValue: an argument does not fit; the frames are as before."""
        if len(self.session.frames) >= DEEPEST:
            raise NoValue(_("More than {most} flows are in each other.").format(most=DEEPEST))
        called = self.edition.flows[flow]
        frame = Frame(flow, "", {})
        self.session.frames.append(frame)
        try:
            for variable in called.variable:
                if variable.parameter and variable.name in arguments:
                    self.set(variable.name, arguments[variable.name])
                elif variable.initial:
                    self.set(variable.name, self.value(variable.initial))
                elif variable.of.optional:
                    self.set(variable.name, None)
        except NoValue:
            self.session.frames.pop()
            if not self.session.frames:
                self.session.frames.append(frame)
                self.end("failed", _("An argument of the flow does not fit."))
                return
            raise
        self.session.phase, self.session.ticket = "", 0
        self.session.entering = called.flow.start

    def back(self) -> None:
        """The innermost flow has returned."""
        session = self.session
        results = {
            variable.name: session.frame.variables.get(variable.name)
            for variable in self.flow.variable
            if variable.result
        }
        if len(session.frames) == 1:
            self.act(Finish(results))
            self.end("returned")
            return
        session.frames.pop()
        caller = self.node
        assert isinstance(caller, SubFlow), "only a sub-flow node has a flow above it"
        try:
            for name, result in caller.into.items():
                self.set(name, results.get(result))
        except NoValue as error:
            self.fail(str(error))
        else:
            self.go(caller.next)

    # ---- the run ----

    def run(self) -> None:
        """From node to node, until one waits."""
        session = self.session
        while session.entering and not session.paused and not session.ended:
            name = session.entering
            if session.quiet >= QUIET_LIMIT:
                self.end("failed", _("The flow ran through {count} nodes without input.").format(count=QUIET_LIMIT))
                return
            if self.breaks(name):
                session.paused = True
                self.act(Paused(session.frame.flow, name))
                return
            self.enter(name)

    def enter(self, name: str) -> None:
        session = self.session
        session.entering, session.frame.node = "", name
        session.quiet += 1
        self.act(Entered(session.frame.flow, name, self.node.kind))
        try:
            steps.enter(self, self.node)
        except NoValue as error:
            self.fail(str(error))

    def breaks(self, name: str) -> bool:
        session = self.session
        flow = session.frame.flow
        return len(session.frames) <= session.stop or f"{flow}/{name}" in session.breaks or f"{flow}/" in session.breaks

    def stimulus(self, stimulus: Stimulus) -> None:
        session = self.session
        try:
            match stimulus:
                case HungUp():
                    self.hung_up()
                case Key(key=key) if key in KEYS and len(key) == 1:
                    self.key(key)
                case PlayEnded(ticket=ticket) if ticket == session.ticket and session.phase == "speaking":
                    steps.spoken(self, self.node)
                case TimedOut(ticket=ticket) if ticket == session.ticket and session.phase == "listening":
                    asking.timed_out(self, self.node)
                case Answered(ticket=ticket) if ticket == session.ticket and session.phase in ("waiting", "recording"):
                    steps.answered(self, self.node, stimulus)
                case Resume() | Break() | Assign():
                    self.workshop(stimulus)
        except NoValue as error:
            self.fail(str(error))

    def hung_up(self) -> None:
        match self.session.phase:
            case "speaking":
                self.act(StopPlaying())
            case "recording":
                self.act(StopRecording())
        self.end("hung up")

    def key(self, key: str) -> None:
        session = self.session
        swallowed = key == session.swallow and session.swallow_until and self.now <= session.swallow_until
        session.swallow, session.swallow_until = "", None
        if swallowed:
            return
        if session.paused or not session.phase:
            self.keep(key)
        else:
            steps.key(self, self.node, key)

    def keep(self, key: str) -> None:
        """For the next node that asks."""
        self.session.keys = (self.session.keys + key)[:MOST_KEYS]

    # ---- the workshop ----

    def workshop(self, order: Resume | Break | Assign) -> None:
        session = self.session
        match order:
            case Resume(how=how) if session.paused:
                depth = len(session.frames)
                stops = {"go": 0, "into": DEEPEST, "over": depth, "out": depth - 1}
                if how not in stops:
                    self.act(Told(_("There is no way to go on called {name}.").format(name=how)))
                    return
                session.paused, session.stop = False, stops[how]
                # Whatever break points say of it: it is where the session stands.
                self.enter(session.entering)
            case Resume():
                self.act(Told(_("The session is not paused.")))
            case Break(flow=flow, node=node, on=on):
                known = self.edition.flows.get(flow)
                if known is None or (node and node not in known.node):
                    self.act(Told(_("There is no node {flow}/{node}.").format(flow=flow, node=node)))
                    return
                point = f"{flow}/{node}"
                session.breaks = sorted({*session.breaks, point} if on else {*session.breaks} - {point})
            case Assign(variable=variable, text=text):
                self.assign(variable, text)

    def assign(self, variable: str, text: str) -> None:
        mistakes: list[ExpressionError] = []
        try:
            expression: Expression = parse(text)
            typed(expression, self.flow.types, mistakes)
            if not mistakes:
                value = evaluate(expression, self.lookup, self.facts)
                self.set(variable, value)
        except (ExpressionError, NoValue) as error:
            self.act(Told(str(error)))
        for mistake in mistakes:
            self.act(Told(" ".join(filter(None, (mistake.message, mistake.hint)))))
