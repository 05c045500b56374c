"""`strowger bench lines`, ISDN part: complete PRI calls a second through the line interface, both ends in this process.

Conditions. Two PriTrunks, user and network, on the two sides of a simulated E1 in virtual time; one thread; one trio
task keeps the timers. D channel frames are handed over in memory (hw/sim/jumper.py), B channels are ports of a real
media plane, which are switched on and off with each call. A call is place() with called and calling number, Seized,
alert(), Delivered, answer(), Established, release(), Released at both lines, Idle; SETUP to RELEASE COMPLETE and layer
2 underneath. Every telling of every line goes to the exchange, every line keeps its trace in memory.

    one at a time    the next call begins when the last one is over
    thirty at once   all channels of the span go through each step together
"""

from __future__ import annotations

import time

import trio
import trio.testing

from hw.plane import Plane
from hw.signalling.line import Call, Line, NumberType, Party, Released, Seized, Telling
from hw.signalling.pri.settings import LinkSettings, Side, SpanSettings
from hw.signalling.pri.trunk import PriTrunk
from hw.sim.card import SimCard
from hw.sim.jumper import jumper
from hw.sim.span import E1
from hw.timers import Timers

CALL = Call("01087654321", complete=True, calling=Party("2001", NumberType.SUBSCRIBER), called_type=NumberType.NATIONAL)


class _Exchange:
    """Has the far lines alert and answer, the near lines release."""

    def __init__(self) -> None:
        self.came: list[Line] = []
        self.released = 0

    def told(self, line: Line, telling: Telling) -> None:
        if isinstance(telling, Seized):
            self.came.append(line)
        elif isinstance(telling, Released):
            self.released += 1

    def calls(self, lines: list[Line]) -> None:
        """One whole call on each."""
        self.came.clear()
        for line in lines:
            line.place(CALL)
        for line in self.came:
            line.alert()
        for line in self.came:
            line.answer()
        for line in lines:
            line.release()


async def _measure(seconds: float) -> dict[str, float]:
    plane = Plane(virtual=True)
    card = SimCard(plane, [E1("pri")])
    timers = Timers()
    exchange = _Exchange()
    near, far = jumper(card)
    network = SpanSettings(LinkSettings(Side.NETWORK))
    result: dict[str, float] = {}
    async with trio.open_nursery() as nursery:
        await nursery.start(timers.run)
        (info,) = near.spans()
        ours = PriTrunk("ours", near, info, SpanSettings(), plane, timers, exchange.told)
        theirs = PriTrunk("theirs", far, info, network, plane, timers, exchange.told)
        while ours.service or theirs.service:
            plane.step()
            await trio.sleep(0.02)
        for name, at_once in (("pri_calls_per_second", 30), ("one_by_one_per_second", 1)):
            lines: list[Line] = list(ours.lines[:at_once])
            exchange.released = done = 0
            began = time.perf_counter()
            while time.perf_counter() - began < (seconds if at_once > 1 else seconds / 2):
                for _ in range(30 // at_once):
                    exchange.calls(lines)
                    done += at_once
                plane.step()
                await trio.sleep(0.02)
            result[name] = round(done / (time.perf_counter() - began), 1)
            assert exchange.released == 2 * done, "a call did not end on both lines"
        ours.close()
        theirs.close()
        nursery.cancel_scope.cancel()
    card.close()
    plane.close()
    card.free()
    return result


def measure(seconds: float = 2.0) -> dict[str, float]:
    """`pri_calls_per_second`: thirty at once, for `seconds` of wall time; `one_by_one_per_second`, for half of that."""
    return trio.run(_measure, seconds, clock=trio.testing.MockClock(autojump_threshold=0))


if __name__ == "__main__":
    print(measure())
