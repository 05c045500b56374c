"""Hands for a machine under test: its acts done in memory and virtual time, what it told and left behind remembered."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from hw.card import LineEvent, LineEventKind
from hw.event import Event, EventKind
from hw.playback import Played, PlayEnd
from hw.signalling import machine as m
from hw.signalling.line import Connection, Telling

T = TypeVar("T", bound=Telling)


class Clock:
    """Virtual time in samples, and what is due."""

    def __init__(self) -> None:
        self.time = 0
        self.numbers = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def after(self, milliseconds: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.time + milliseconds * 8, next(self.numbers), do))

    def run(self, seconds: float) -> None:
        until = self.time + seconds * 8000
        while self._due and self._due[0][0] <= until:
            when, _, do = heapq.heappop(self._due)
            self.time = int(when)
            do()
        self.time = int(until)


class Hands:
    """A machine with its timers and everything it has switched on."""

    def __init__(self, clock: Clock, name: str, machine: m.Machine) -> None:
        self.clock = clock
        self.name = name
        self.machine = machine
        self.told: list[Telling] = []
        self.notes: list[str] = []
        self.acts: list[m.Act] = []
        self.timers: dict[str, int] = {}
        self.playing: m.Act | None = None
        self.ringing: m.Ring | None = None
        self.speech = False
        self.off_hook = False
        self.reversed = False
        self.listening: m.Listen | None = None
        self.pulses = ""
        self.capturing = False
        self.captures: list[bool] = []  # of each that has ended: was it kept?
        self.play_ms = 500  # how long a source that ends by itself lasts
        self.on_telling: Callable[[Telling], None] = lambda telling: None
        self._busy = False
        self._waiting: list[m.Stimulus] = []

    def begin(self) -> None:
        self._step(self.machine.begin(self.clock.time))

    def connection(self) -> Connection:
        return self.machine.connection

    def of(self, kind: type[T]) -> list[T]:
        """What was told of one kind, oldest first."""
        return [telling for telling in self.told if isinstance(telling, kind)]

    def text(self) -> str:
        return "\n".join(self.notes)

    def line(self, kind: LineEventKind, value: int | str = 0) -> None:
        self.take(LineEvent(kind, self.clock.time, value))

    def media(self, kind: EventKind, code: int = 0, a: int = 0, b: int = 0, blob: bytes = b"") -> None:
        self.take(Event(kind, self.clock.time, 1, code, a, b, blob))

    def digits(self, digits: str, gap: float = 0.2) -> None:
        for digit in digits:
            self.media(EventKind.DTMF_DOWN, ord(digit))
            self.clock.run(0.08)
            self.media(EventKind.DTMF_UP, ord(digit), 640)
            self.clock.run(gap)

    def take(self, stimulus: m.Stimulus) -> None:
        """Run to completion, as the shell does: what comes meanwhile waits."""
        self._waiting.append(stimulus)
        if self._busy:
            return
        self._busy = True
        try:
            while self._waiting:
                self._step(self.machine.take(self._waiting.pop(0), self.clock.time))
        finally:
            self._busy = False
            self._waiting.clear()

    def _step(self, acts: list[m.Act]) -> None:
        tellings = []
        for act in acts:
            self.acts.append(act)
            if isinstance(act, m.Tell):
                tellings.append(act.telling)
            else:
                self.do(act)
        for telling in tellings:
            self.told.append(telling)
            self.notes.append(f"{self.clock.time / 8000:9.3f} {self.name}: tells {telling}")
            self.on_telling(telling)

    def do(self, act: m.Act) -> None:
        match act:
            case m.Start(name, seconds):
                number = self.timers[name] = next(self.clock.numbers)
                wait = self.machine.timers[name].seconds if seconds is None else seconds
                self.clock.after(wait * 1000, lambda: self._expire(name, number))
            case m.Stop(name):
                self.timers.pop(name, None)
            case m.Note(text):
                self.notes.append(f"{self.clock.time / 8000:9.3f} {self.name}: {text}")
            case m.PlayDigits() | m.PlayCaller() | m.PlayMessageWaiting():
                self.playing = act
                self.clock.after(self.play_ms, lambda: self._played(act))
            case m.PlayTone() | m.PlayR2():
                self.playing = act
            case m.StopPlaying():
                self.playing = None
            case m.Ring():
                self.ringing = act
            case m.OnHook():
                self.ringing, self.off_hook = None, False
            case m.OffHook():
                self.off_hook = True
            case m.SetPolarity(reverse):
                self.reversed = reverse
            case m.Speech(on):
                self.speech = on
                if not on:
                    self.playing = None
            case m.Listen():
                self.listening = act
            case m.DialPulses(digits):
                self.pulses += digits
            case m.Capture():
                assert not self.capturing
                self.capturing = True
            case m.EndCapture(keep):
                assert self.capturing
                self.capturing = False
                self.captures.append(keep)

    def _expire(self, name: str, number: int) -> None:
        if self.timers.get(name) == number:
            del self.timers[name]
            self.take(m.Expired(name))

    def _played(self, act: m.Act) -> None:
        if self.playing is act:
            self.playing = None
            self.take(m.PlayEnded(Played(PlayEnd.FINISHED, self.play_ms * 8, 1)))
