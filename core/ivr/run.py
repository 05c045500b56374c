"""One call in a flow, with the record from which it can be run again exactly.

    run = Run(edition, "office", caller, now, facts)
    run.acts                            what to do at first
    run.take(Key("1"), now, facts)      what to do then
    replay(edition, run.record)         [] when the flow does today what it did then

The record holds each stimulus with its time, what the world answered (calendars, holidays) and what the flow did. It is
plain data (core/ivr/session.py: saved(), restored()). Keys pressed in a node with `secret` are in it, for the replay;
for_people() gives it without them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from core.ivr.acts import Act, Entered, Key, Play, Stimulus
from core.ivr.functions import Facts
from core.ivr.library import Edition
from core.ivr.nodes import Collect
from core.ivr.session import Caller, Session, made, plain
from core.ivr.stepper import begin, take
from core.ivr.values import NoValue, Value

MASK = "•"


class Fact(Struct, frozen=True):
    """What the world answered once. problem: why it had no answer; then the answer means nothing."""

    asked: str
    about: tuple[Any, ...]
    answer: bool = False
    problem: str = ""


class Move(Struct, frozen=True):
    """stimulus None: the beginning. secret: the key is nobody's business."""

    now: Any
    stimulus: Stimulus | None
    facts: tuple[Fact, ...]
    acts: tuple[Act, ...]
    secret: bool = False


class Record(Struct):
    flow: str
    caller: Caller
    arguments: dict[str, Any]
    breaks: tuple[str, ...]
    moves: list[Move]


class Run:
    """edition: the caller holds it (core/ivr/library.py) as long as this lives."""

    def __init__(
        self,
        edition: Edition,
        flow: str,
        caller: Caller,
        now: datetime,
        facts: Facts,
        arguments: dict[str, Value] | None = None,
        breaks: tuple[str, ...] = (),
    ) -> None:
        self.edition = edition
        self.record = Record(flow, caller, arguments or {}, breaks, [])
        noting = Noting(facts)
        self.session, self.acts = begin(edition, flow, caller, now, noting, arguments, breaks)
        self.record.moves.append(Move(now, None, tuple(noting.facts), tuple(self.acts)))

    def take(self, stimulus: Stimulus, now: datetime, facts: Facts) -> list[Act]:
        noting = Noting(facts)
        secret = isinstance(stimulus, Key) and in_secret(self.edition, self.session)
        acts = take(self.edition, self.session, stimulus, now, noting)
        self.record.moves.append(Move(now, stimulus, tuple(noting.facts), tuple(acts), secret))
        return acts


def in_secret(edition: Edition, session: Session) -> bool:
    """Whether the caller is entering what nobody should see."""
    if session.ended or session.phase not in ("speaking", "listening"):
        return False
    node = edition.flows[session.frame.flow].node.get(session.frame.node)
    return isinstance(node, Collect) and node.secret


def keyed(record: Record) -> list[tuple[str, str]]:
    """Nodes with what the caller has pressed in each attempt, in their order; secret keys are masked. A new attempt is
    one that he was asked for: the node has spoken again, or was entered again.
    """
    found: list[tuple[str, str]] = []
    node, asked = "", True
    for move in record.moves:
        if isinstance(move.stimulus, Key):
            key = MASK if move.secret else move.stimulus.key
            if asked:
                found.append((node, key))
            else:
                found[-1] = node, found[-1][1] + key
            asked = False
        for act in move.acts:
            if isinstance(act, Entered):
                node = act.node
            asked = asked or isinstance(act, Entered | Play)
    return found


class Noting:
    """Facts that keeps what was asked of it."""

    def __init__(self, facts: Facts) -> None:
        self._world = facts
        self.facts: list[Fact] = []

    def open(self, calendar: str, moment: datetime) -> bool:
        try:
            answer = self._world.open(calendar, moment)
        except NoValue as error:
            self.facts.append(Fact("open", (calendar, moment), problem=str(error)))
            raise
        self.facts.append(Fact("open", (calendar, moment), answer))
        return answer

    def holiday(self, day: date) -> bool:
        try:
            answer = self._world.holiday(day)
        except NoValue as error:
            self.facts.append(Fact("holiday", (day,), problem=str(error)))
            raise
        self.facts.append(Fact("holiday", (day,), answer))
        return answer


class Remembered:
    """Facts as they were answered once, in the same order. What was not asked then has no answer."""

    def __init__(self, facts: tuple[Fact, ...]) -> None:
        self._left = list(facts)

    def open(self, calendar: str, moment: datetime) -> bool:
        return self._next("open", (calendar, moment))

    def holiday(self, day: date) -> bool:
        return self._next("holiday", (day,))

    def _next(self, asked: str, about: tuple[Any, ...]) -> bool:
        if not self._left or (self._left[0].asked, self._left[0].about) != (asked, about):
            raise NoValue(f"this was not asked then: {asked}{about}")
        fact = self._left.pop(0)
        if fact.problem:
            raise NoValue(fact.problem)
        return fact.answer


class Difference(Struct, frozen=True):
    """move: which, from 0. then, now: what the flow did at it."""

    move: int
    then: tuple[Act, ...]
    now: tuple[Act, ...]


def replay(edition: Edition, record: Record) -> tuple[Session, list[Difference]]:
    """Runs a record again. The session as it is afterwards, and where the flow did something else than then."""
    first = record.moves[0]
    session, acts = begin(
        edition, record.flow, record.caller, first.now, Remembered(first.facts), record.arguments, record.breaks
    )
    found = []
    for number, move in enumerate(record.moves):
        if move.stimulus is not None:
            acts = take(edition, session, move.stimulus, move.now, Remembered(move.facts))
        if plain(acts) != plain(move.acts):
            found.append(Difference(number, move.acts, tuple(acts)))
    return session, found


def for_people(record: Record) -> Record:
    """The record with secret keys masked, and whatever they made wherever it went."""
    secrets, typed, moves = set(), "", []
    for move in record.moves:
        if move.secret and isinstance(move.stimulus, Key) and move.stimulus.key.isdigit():
            typed += move.stimulus.key
        else:
            secrets.add(typed)
            typed = ""
        moves.append(replace(move, stimulus=Key(MASK)) if move.secret else move)
    secrets.add(typed)
    long = {secret for secret in secrets if len(secret) >= 3}
    shown: Record = made(Record, _masked(plain(replace(record, moves=moves)), long))
    return shown


def _masked(raw: Any, secrets: set[str]) -> Any:
    if isinstance(raw, dict):
        return {key: _masked(value, secrets) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_masked(item, secrets) for item in raw]
    return MASK * len(raw) if isinstance(raw, str) and raw in secrets else raw
