"""What R2 register signalling costs: 480 circuits of China No.1 in set-up at once.

Conditions. 16 simulated E1 spans with 30 circuits each, in real time, every tone really made, sent as A-law and
detected. Each call sends 8 digits, category, 11 digits of the caller's number and the kind of call: 22 compelled
cycles. The far ends are 480 circuits of our own in the same process, so that 960 ends are in set-up; all of the
process's CPU time is counted, theirs too. A round begins when all calls are placed and ends when the first is
delivered; only such time counts, in which all 480 are in set-up.

    r2_core_percent         CPU time of the process (media thread and Python, both ends) over wall time of the rounds
    r2_python_percent       of it, everything but the media thread
    r2_setup_s              from place() to Delivered: median and the slowest
    r2_failed               calls that did not arrive with the right digits
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field, replace
from typing import Any

import trio

from hw.card import ChannelKind, channels
from hw.plane import Plane
from hw.signalling.line import Call, CallerKnown, Delivered, Dialled, Line, LineKind, Party, Released, Telling
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import CHINA
from hw.signalling.shell import ChannelLine
from hw.sim.card import SimCard
from hw.sim.span import E1
from hw.sounds import CountrySounds
from hw.timers import Timers

SPANS, CIRCUITS = 16, 480
CALLER = "01012345678"
SETTINGS = replace(CHINA, called_digits=8, ask_caller_after=3)
STAGGER_S = 0.2  # calls do not come in one instant; so the ticks' work is as even as it is in the field


@dataclass
class Round:
    """What came of the calls of one round."""

    placed: dict[str, float] = field(default_factory=dict)
    setup_s: list[float] = field(default_factory=list)
    dialled: dict[str, str] = field(default_factory=dict)
    callers: dict[str, str] = field(default_factory=dict)
    released: int = 0
    first: trio.Event = field(default_factory=trio.Event)
    done: trio.Event = field(default_factory=trio.Event)
    free: trio.Event = field(default_factory=trio.Event)

    def right(self, numbers: dict[str, str]) -> int:
        return sum(self.dialled.get(n) == number and self.callers.get(n) == CALLER for n, number in numbers.items())


class Town:
    """All circuits, each with both ends."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.card = SimCard(plane, [E1("cas")] * SPANS)
        self.timers = Timers()
        self.round = Round()
        sounds = CountrySounds("cn")
        self.near: dict[str, ChannelLine] = {}
        self.far: list[ChannelLine] = []
        for index, info in enumerate(channels(self.card.spans(), ChannelKind.CAS)):
            name = f"{index:03}"
            for lines, channel in ((self.near, self.card.open(info.number)), (None, self.card.far(info.number))):
                told = self._near_told if lines is not None else self._far_told
                line = ChannelLine(name, LineKind.TRUNK, channel, R2Channel(SETTINGS), plane, self.timers, sounds, told)
                if lines is not None:
                    lines[name] = line
                else:
                    self.far.append(line)

    def _near_told(self, line: Line, telling: Telling) -> None:
        if isinstance(telling, Delivered):
            self.round.setup_s.append(self.plane.seconds - self.round.placed[line.name])
            self.round.first.set()
            if len(self.round.setup_s) == CIRCUITS:
                self.round.done.set()
        elif isinstance(telling, Released):
            self.round.released += 1
            if self.round.released == CIRCUITS:
                self.round.free.set()

    def _far_told(self, line: Line, telling: Telling) -> None:
        if isinstance(telling, Dialled):
            self.round.dialled[line.name] = self.round.dialled.get(line.name, "") + telling.digits
            if telling.complete:
                line.alert(in_band=True)
        elif isinstance(telling, CallerKnown):
            self.round.callers[line.name] = telling.calling.number

    async def place(self, numbers: dict[str, str]) -> None:
        caller = Party(CALLER)
        for index, (name, line) in enumerate(self.near.items()):
            self.round.placed[name] = self.plane.seconds
            line.place(Call(numbers[name], complete=True, calling=caller))
            if index % 24 == 23:
                await trio.sleep(STAGGER_S * 24 / CIRCUITS)

    def close(self) -> None:
        for line in (*self.near.values(), *self.far):
            line.close()
        self.card.close()


async def _measure(seconds: float) -> dict[str, Any]:
    plane = Plane()
    town = Town(plane)
    numbers = {name: f"62{index:06}" for index, name in enumerate(town.near)}
    wall = cpu = media = 0.0
    setup: list[float] = []
    failed = rounds = 0
    async with trio.open_nursery() as nursery:
        await nursery.start(plane.run)
        nursery.start_soon(town.card.run)
        await nursery.start(town.timers.run)
        await trio.sleep(0.5)
        plane.reset_statistics()
        while wall < seconds:
            town.round = Round()
            await town.place(numbers)
            began = time.perf_counter(), time.process_time(), plane.statistics().cpu_s
            with trio.move_on_after(20):
                await town.round.first.wait()
            wall += time.perf_counter() - began[0]
            cpu += time.process_time() - began[1]
            media += plane.statistics().cpu_s - began[2]
            with trio.move_on_after(20):
                await town.round.done.wait()
            setup += town.round.setup_s
            failed += CIRCUITS - town.round.right(numbers)
            rounds += 1
            for line in town.near.values():
                line.release()
            with trio.move_on_after(15):
                await town.round.free.wait()
        ticks = plane.statistics()
        town.close()
        nursery.cancel_scope.cancel()
    plane.close()
    town.card.free()
    return {
        "r2_circuits": CIRCUITS,
        "r2_core_percent": round(cpu / wall * 100, 1),
        "r2_python_percent": round((cpu - media) / wall * 100, 1),
        "r2_media_percent": round(media / wall * 100, 1),
        "r2_setup_s": round(statistics.median(setup), 2) if setup else None,
        "r2_setup_max_s": round(max(setup), 2) if setup else None,
        "r2_failed": failed,
        "r2_rounds": rounds,
        "r2_measured_s": round(wall, 1),
        "lateness_max_ms": round(ticks.lateness_max_ms, 1),
    }


def figures(seconds: float = 8.0) -> dict[str, Any]:
    """Rounds until `seconds` of set-up were measured. Ready for JSON."""
    return trio.run(_measure, seconds)
