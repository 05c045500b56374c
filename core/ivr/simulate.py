"""Plays a flow without a line: a person, or a list of inputs, is the caller and everybody else.

    "1"  "8023#"         keys                                   ""       hears all, then is silent until time is over
    "hangup"             the caller goes                        "done"   answers what the flow waits for: also "busy",
                                                                         "talked", "failed", {"rows": 1, ...}
    ":into"  ":over"  ":out"  ":go"                             the workshop goes on after a break
    ":break flow/node"   ":unbreak flow/node"   ":set n 2 + 1"  break points and variables

Time passes only as far as the flow waits. What it gives back is lines for a screen, and one object for programs. What
it does not: ask databases or servers; whoever plays says what they answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

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
    Listen,
    Paused,
    Play,
    PlayEnded,
    Resume,
    Score,
    Stimulus,
    StopPlaying,
    TimedOut,
    Told,
)
from core.ivr.library import Edition
from core.ivr.run import Run
from core.ivr.session import Caller, plain
from core.ivr.spoken import words
from core.ivr.values import Value, shown
from core.prompts.catalogue import Catalogue
from core.texts import _

RESUME = {":go": "go", ":into": "into", ":over": "over", ":out": "out"}


class Bad(Exception):
    """An input that means nothing here. The text says why."""


@dataclass(frozen=True)
class World:
    """Facts that are set once. closed: calendars that are not open; all others are. holidays: days that are."""

    closed: frozenset[str] = frozenset()
    holidays: frozenset[date] = frozenset()

    def open(self, calendar: str, moment: datetime) -> bool:
        return calendar not in self.closed

    def holiday(self, day: date) -> bool:
        return day in self.holidays


@dataclass
class Simulation:
    """nodes, said: what was entered and heard so far, in words."""

    edition: Edition
    flow: str
    caller: Caller
    now: datetime
    catalogue: Catalogue
    world: World = World()
    arguments: dict[str, Value] = field(default_factory=dict)
    breaks: tuple[str, ...] = ()
    nodes: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    waiting: Act | None = None

    def __post_init__(self) -> None:
        self.run = Run(self.edition, self.flow, self.caller, self.now, self.world, self.arguments, self.breaks)
        self._tell(self.run.acts)

    @property
    def over(self) -> bool:
        return self.run.session.ended is not None

    def take(self, text: str) -> list[str]:
        """One input; the lines that it brings. Bad: it means nothing here."""
        self.lines = []
        for stimulus in self.stimuli(text.strip()):
            if not self.over:
                self._tell(self.run.take(stimulus, self.now, self.world))
        return self.lines

    def stimuli(self, text: str) -> Iterator[Stimulus]:
        session = self.run.session
        word, _space, rest = text.partition(" ")
        if text == "":
            yield from self._silence()
        elif word in RESUME:
            yield Resume(RESUME[word])
        elif word in (":break", ":unbreak"):
            flow, slash, node = rest.partition("/")
            if not slash:
                raise Bad(_("Write flow/node, or flow/ for every node of it."))
            yield Break(flow, node, word == ":break")
        elif word == ":set":
            variable, _space, expression = rest.partition(" ")
            yield Assign(variable, expression)
        elif text == "hangup":
            yield HungUp()
        elif text.strip("0123456789*#") == "":
            yield from (Key(key) for key in text)
        elif session.phase in ("waiting", "recording"):
            yield self._answer(text)
        else:
            raise Bad(_("This is neither keys nor an order: {text}").format(text=text))

    def _silence(self) -> Iterator[Stimulus]:
        """Hears what is said to its end; if the flow listens then, or did already, says nothing."""
        session = self.run.session
        if session.paused:
            raise Bad(_("The flow is paused: :go, :into, :over or :out."))
        if session.phase in ("waiting", "recording"):
            raise Bad(_("The flow waits for an answer: done, failed, busy, … or an object."))
        if session.phase == "listening":
            if isinstance(self.waiting, Listen):
                self.now += timedelta(seconds=self.waiting.timeout_s)
            yield TimedOut(session.ticket)
            return
        if session.phase == "speaking":
            yield PlayEnded(session.ticket)

    def _answer(self, text: str) -> Answered:
        ticket = self.run.session.ticket
        if not text.startswith("{"):
            return Answered(ticket, text)
        try:
            return Answered(ticket, "done", _tuples(json.loads(text)))
        except ValueError as error:
            raise Bad(_("This is no object: {why}").format(why=error)) from error

    def _tell(self, acts: list[Act]) -> None:
        for act in acts:
            self.waiting = act
            match act:
                case Entered(flow=flow, node=node, kind=kind):
                    self.nodes.append(f"{flow}/{node}")
                    self.lines.append(f"[{flow}/{node}] {kind}")
                case Play(said=said, language=language):
                    text = " ".join(words(self.catalogue, one, language) for one in said)
                    self.said.append(text)
                    self.lines.append(f"  {text}")
                case StopPlaying():
                    self.lines.append("  " + _("(is interrupted)"))
                case Listen(timeout_s=seconds):
                    self.lines.append("  " + _("(listens for {seconds} s)").format(seconds=f"{seconds:g}"))
                case Score(question=question, score=score):
                    self.lines.append("  " + _("(score {question}: {score})").format(question=question, score=score))
                case Paused(flow=flow, node=node):
                    self.lines.append("  " + _("(paused before {node})").format(node=f"{flow}/{node}"))
                    self.lines += self.variables()
                case Told(text=text):
                    self.lines.append(f"  {text}")
                case Finish(results=results):
                    self.lines += [f"  {name} = {_value(value)}" for name, value in results.items()]
                case HangUp():
                    self.lines.append("  " + _("(hangs up)"))
                case _:
                    about = {key: value for key, value in plain(act).items() if key not in ("type", "ticket") and value}
                    self.lines.append(f"  {act.__struct_config__.tag}: {json.dumps(about, ensure_ascii=False)}")
        if self.run.session.ended:
            ended = self.run.session.ended
            reason = f": {ended.reason}" if ended.reason else ""
            self.lines.append(f"{_ENDS[ended.how]()}{reason}")

    def variables(self) -> list[str]:
        """The variables of the innermost flow."""
        return [f"    {name} = {_value(value)}" for name, value in sorted(self.run.session.frame.variables.items())]

    def result(self) -> dict[str, Any]:
        """All of it, for programs."""
        session = self.run.session
        return {
            "nodes": self.nodes,
            "said": self.said,
            "variables": plain(session.frames[0].variables) if session.frames else {},
            "ended": session.ended.how if session.ended else "",
            "reason": session.ended.reason if session.ended else "",
            "waits_for": "" if session.ended else session.phase or "resume",
        }


_ENDS = {
    "hung up": lambda: _("The caller has hung up."),
    "finished": lambda: _("The flow has ended the call."),
    "returned": lambda: _("The flow has returned."),
    "transferred": lambda: _("The caller was transferred."),
    "failed": lambda: _("The flow has failed"),
}


def _value(value: Value) -> str:
    return repr(value) if isinstance(value, str) else shown(value) or "nothing"


def _tuples(raw: Any) -> Any:
    """JSON's lists as the values of the language have them."""
    if isinstance(raw, dict):
        return {key: _tuples(value) for key, value in raw.items()}
    return tuple(_tuples(item) for item in raw) if isinstance(raw, list) else raw
