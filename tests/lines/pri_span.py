"""A PRI span of the simulated card with our lines on both sides of it.

span = PriPair(town)              near is the user side (ours), far the network
line, other = await span.call()   placed by near, seized at far
span.of(line).of(Released)        what a line told
await span.quiet()                until every line of both sides is idle; fails after the longest timer
"""

from __future__ import annotations

from collections.abc import Callable

import trio

from hw.card import ChannelKind, SpanInfo
from hw.signalling.line import Call, Connection, Idle, Line, Released, Seized, Telling
from hw.signalling.pri.b_line import PriLine
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.sim.far import FarSide

from .conftest import Heard, Town


def pri_spans(town: Town) -> list[SpanInfo]:
    return [span for span in town.card.spans() if any(c.kind is ChannelKind.DCHANNEL for c in span.channels)]


class PriPair:
    def __init__(
        self, town: Town, index: int = 0, *, near_side: Side = Side.USER, overlap: bool = False, exclusive: bool = False
    ) -> None:
        self.town = town
        self.told: dict[Line, Heard] = {}
        self._news = trio.Event()
        self.then: Callable[[Line, Telling], None] = lambda line, telling: None
        info = pri_spans(town)[index]
        self.number = info.number
        far_side = Side.NETWORK if near_side is Side.USER else Side.USER
        self.near, self.far = (
            PriTrunk(
                f"{name}{info.number}",
                card,
                info,
                SpanSettings(LinkSettings(side), overlap=overlap, exclusive=exclusive or None),
                town.plane,
                town.timers,
                self.tell,
            )
            for name, card, side in (("near", town.card, near_side), ("far", FarSide(town.card), far_side))
        )

    @property
    def lines(self) -> list[PriLine]:
        return [*self.near.lines, *self.far.lines]

    def tell(self, line: Line, telling: Telling) -> None:
        """Every telling of every line; checks what holds always."""
        heard = self.of(line)
        if isinstance(telling, Idle | Released):
            begun = sum(isinstance(t, Seized) for t in heard.told) + heard.placed
            ended = len(heard.of(Released)) + isinstance(telling, Released)
            assert ended <= begun, (line.name, telling, heard.told)
        heard(line, telling)
        self.then(line, telling)
        self._news.set()
        self._news = trio.Event()

    def of(self, line: Line) -> Heard:
        return self.told.setdefault(line, Heard())

    def place(self, line: PriLine, call: Call | None = None) -> None:
        self.of(line).placed += 1
        line.place(call or Call("8001", complete=True))

    async def call(self, outgoing: bool = True, complete: bool = True, index: int = 4) -> tuple[PriLine, PriLine]:
        """A call from near to far, or the other way: (the line that placed it, the line that it seized)."""
        here, there = (self.near, self.far) if outgoing else (self.far, self.near)
        line = here.lines[index]
        before = {line for line in there.lines if line.call is not None}
        self.place(line, Call("8001", complete=complete))
        await trio.sleep(0.5)
        (other,) = [line for line in there.lines if line.call is not None and line not in before]
        return line, other

    def seized(self) -> PriLine:
        """The far line that has a call; the only one."""
        (line,) = [line for line in self.far.lines if line.call is not None]
        return line

    def released(self, line: PriLine) -> Released:
        """How the only call of a line ended: told once, and nothing of the call after it."""
        told = self.of(line).told
        (released,) = [telling for telling in told if isinstance(telling, Released)]
        after = [type(telling).__name__ for telling in told[told.index(released) + 1 :]]
        assert set(after) <= {"Idle", "ServiceChanged"}, after
        return released

    async def quiet(self, within: float = 200.0) -> None:
        await self.until(self.idle, within)
        for line in self.lines:
            heard = self.of(line)
            assert len(heard.of(Released)) == len(heard.of(Seized)) + heard.placed, (line.name, heard.told)
            assert not line.speaking
        for trunk in (self.near, self.far):
            assert not trunk.span.calls()

    async def until(self, condition: Callable[[], bool], within: float) -> None:
        """Looks at the condition with each telling."""
        with trio.move_on_after(within):
            while not condition():
                await self._news.wait()
        assert condition(), [(line.name, line.service, line.connection, line.trace()) for line in self.lines]

    def idle(self) -> bool:
        return all(line.connection is Connection.NULL for line in self.lines)
