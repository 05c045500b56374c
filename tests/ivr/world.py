"""What the tests of flows share: a world that answers, a caller at the keys, and flows written in a few words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from core.config.files import Source
from core.config.mistake import ConfigError
from core.ivr.acts import (
    Act,
    Answered,
    Entered,
    Finish,
    HangUp,
    HungUp,
    Key,
    Listen,
    Phrase,
    Play,
    PlayEnded,
    Prompt,
    Said,
    Score,
    Stimulus,
    StopPlaying,
    TimedOut,
)
from core.ivr.check import Known, check
from core.ivr.functions import Facts
from core.ivr.library import Edition, Library
from core.ivr.reading import source
from core.ivr.run import Run
from core.ivr.session import Caller, Session
from core.ivr.values import NoValue, Value, shown

NOON = datetime(2026, 2, 17, 12, 0)
UNKNOWN = Known()
SOMEBODY = Caller(call=7, caller="13800001111")


class World:
    """Facts: the office is open from nine to half past five; the 17th of February 2026 is a holiday."""

    def open(self, calendar: str, moment: datetime) -> bool:
        if calendar != "office":
            raise NoValue("There is no such calendar.")
        return 9 <= moment.hour < 17

    def holiday(self, day: date) -> bool:
        return day == date(2026, 2, 17)


def written(text: str, name: str = "flow") -> Source:
    return source(Path(f"{name}.toml"), text.encode())


def mistakes(text: str, known: Known = UNKNOWN, **others: str) -> list[ConfigError]:
    sources = {"flow": written(text), **{name: written(more, name) for name, more in others.items()}}
    return check(sources, known).mistakes


def edition(**texts: str) -> Edition:
    """Published flows; they must be without mistakes."""
    checked = check({name: written(text, name) for name, text in texts.items()})
    assert [line for mistake in checked.mistakes for line in mistake.lines()] == []
    library = Library()
    return library.publish(checked.flows)


Answer = Callable[[Any], Answered]


class Call:
    """A caller in a flow. What is said is kept as short words; acts that machines answer are answered by `answers`."""

    def __init__(
        self,
        flows: Edition,
        flow: str = "flow",
        caller: Caller = SOMEBODY,
        answers: dict[str, Callable[[Any], Answered]] | None = None,
        now: datetime = NOON,
        facts: Facts | None = None,
        arguments: dict[str, Value] | None = None,
        breaks: tuple[str, ...] = (),
    ) -> None:
        self.now, self.facts, self.answers = now, facts or World(), answers or {}
        self.heard: list[str] = []
        self.nodes: list[str] = []
        self.acts: list[Act] = []
        self.speaking: Play | None = None
        self.listening: Listen | None = None
        self.run = Run(flows, flow, caller, now, self.facts, arguments, breaks)
        self._do(self.run.acts)

    @property
    def session(self) -> Session:
        return self.run.session

    @property
    def variables(self) -> dict[str, Any]:
        return self.session.frame.variables

    @property
    def ended(self) -> str:
        return self.session.ended.how if self.session.ended else ""

    @property
    def results(self) -> dict[str, Any]:
        return next(act.results for act in self.acts if isinstance(act, Finish))

    @property
    def hung_up(self) -> bool:
        return any(isinstance(act, HangUp) for act in self.acts)

    @property
    def scores(self) -> list[tuple[str, int]]:
        return [(act.question, act.score) for act in self.acts if isinstance(act, Score)]

    def take(self, stimulus: Stimulus) -> list[Act]:
        acts = self.run.take(stimulus, self.now, self.facts)
        self._do(acts)
        return acts

    def press(self, keys: str) -> Call:
        for key in keys:
            self.take(Key(key))
        return self

    def listen(self) -> Call:
        """Hears all that is said to its end."""
        while self.speaking and not self.session.ended:
            ended, self.speaking = self.speaking, None
            self.take(PlayEnded(ended.ticket))
        return self

    def wait(self) -> Call:
        """Hears all and does nothing, until the patience of the flow is over once."""
        self.listen()
        assert self.listening, "nobody listens"
        self.now += timedelta(seconds=self.listening.timeout_s)
        self.take(TimedOut(self.listening.ticket))
        return self

    def hang_up(self) -> Call:
        self.take(HungUp())
        return self

    def _do(self, acts: Iterable[Act]) -> None:
        for act in acts:
            self.acts.append(act)
            match act:
                case Entered(node=node):
                    self.nodes.append(node)
                    self.speaking = self.listening = None
                case Play(said=said):
                    self.heard += [words(one) for one in said]
                    self.speaking, self.listening = act, None
                case StopPlaying():
                    self.heard.append("/")
                    self.speaking = None
                case Listen():
                    self.listening, self.speaking = act, None
        last = acts[-1] if isinstance(acts, list) and acts else None
        kind = "" if last is None else str(last.__struct_config__.tag)
        if kind in self.answers:
            self.take(self.answers[kind](last))


def words(said: Said) -> str:
    match said:
        case Prompt(name=name):
            return name
        case Phrase(name=name, values=values):
            return f"{name}({', '.join(shown(value) for value in values.values())})"
        case _:
            return f"{said.form} {shown(said.value)}"


def done(**values: Any) -> Callable[[Any], Answered]:
    return lambda act: Answered(act.ticket, "done", values)


def outcome(name: str) -> Callable[[Any], Answered]:
    return lambda act: Answered(act.ticket, name)
