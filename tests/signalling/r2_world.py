"""Two R2 machines on one circuit, in memory, in virtual time: bits take 4 ms, a code is heard 60 ms after it begins,
its end 40 ms after it ends.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

from hw.card import LineEvent, LineEventKind
from hw.plane import Event, EventKind
from hw.signalling import machine as m
from hw.signalling.line import Connection, Telling
from hw.signalling.r2.bits import abcd
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.variant import Variant

BITS_MS, CODE_ON_MS, CODE_OFF_MS = 4, 60, 40


class End:
    """One machine with what it told, sent and noted."""

    def __init__(self, world: World, name: str, variant: Variant) -> None:
        self.world = world
        self.name = name
        self.machine = R2Channel(variant)
        self.peer: End = self
        self.told: list[Telling] = []
        self.notes: list[str] = []
        self.sounding: tuple[int, bool] | None = None
        self.timers: dict[str, int] = {}
        self.on_telling: Callable[[Telling], None] = lambda telling: None

    def connection(self) -> Connection:
        return self.machine.connection

    def order(self, order: m.Order) -> None:
        self.take(order)

    def take(self, stimulus: m.Stimulus) -> None:
        tellings: list[Telling] = []
        for act in self.machine.take(stimulus, self.world.time):
            self._do(act, tellings)
        for telling in tellings:
            self.told.append(telling)
            self.on_telling(telling)

    def begin(self) -> None:
        for act in self.machine.begin(self.world.time):
            self._do(act, [])

    def _do(self, act: m.Act, tellings: list[Telling]) -> None:
        world, peer = self.world, self.peer
        match act:
            case m.SetBits(bits):
                world.after(BITS_MS, lambda: peer.take(LineEvent(LineEventKind.BITS, world.time, bits)))
            case m.PlayR2(code, forward):
                self._silence()
                self.sounding = (code, forward)
                world.after(CODE_ON_MS, lambda: peer.hear(EventKind.R2_ON, code, forward))
            case m.StopPlaying():
                self._silence()
            case m.Start(name, seconds):
                number = self.timers[name] = next(world.numbers)
                wait = self.machine.timers[name].seconds if seconds is None else seconds
                world.after(wait * 1000, lambda: self._expire(name, number))
            case m.Stop(name):
                self.timers.pop(name, None)
            case m.Tell(telling):
                tellings.append(telling)
            case m.Note(text):
                self.notes.append(f"{world.time / 8000:8.3f} {self.name}: {text}")

    def _silence(self) -> None:
        if self.sounding is not None:
            code, forward = self.sounding
            self.sounding = None
            self.world.after(CODE_OFF_MS, lambda: self.peer.hear(EventKind.R2_OFF, code, forward))

    def hear(self, kind: EventKind, code: int, forward: bool) -> None:
        self.take(Event(kind, self.world.time, 1, code, 0 if forward else 1, 0))

    def alarm(self, kind: LineEventKind) -> None:
        self.take(LineEvent(kind, self.world.time))

    def _expire(self, name: str, number: int) -> None:
        if self.timers.get(name) == number:
            del self.timers[name]
            self.take(m.Expired(name))


class World:
    """The circuit: `left` and `right` ends, and the time in samples."""

    def __init__(self, left: Variant, right: Variant) -> None:
        self.time = 0
        self.numbers = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self.left, self.right = End(self, "left", left), End(self, "right", right)
        self.left.peer, self.right.peer = self.right, self.left
        self.left.begin()
        self.right.begin()
        self.run(1)

    def after(self, milliseconds: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.time + milliseconds * 8, next(self.numbers), do))

    def run(self, seconds: float) -> None:
        until = self.time + seconds * 8000
        while self._due and self._due[0][0] <= until:
            when, _, do = heapq.heappop(self._due)
            self.time = int(when)
            do()
        self.time = int(until)

    def bits_to(self, end: End, pair: int) -> None:
        """What a faulty far end might send."""
        end.take(LineEvent(LineEventKind.BITS, self.time, abcd(pair, 0b11)))

    def notes(self) -> str:
        return "\n".join(sorted(self.left.notes + self.right.notes))
