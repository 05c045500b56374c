"""`strowger bench calls`: what a call costs the exchange, and how soon the other end rings.

A call is: SETUP on a PRI trunk, the number analysed, a station rung, ALERTING, the station lifted, CONNECT, the two
joined, RELEASE by the network, the telephone hung up, all of it in the journal.

    cpu_ms_per_call    CPU of the process, without the media plane, divided by the calls. The far ends of trunks and
                       stations live in the same process and are in it: the exchange itself costs less.
    setup_p99_ms       real time, 60 calls a second: SETUP given to the network's end until ALERTING comes out of it
    kb_per_call        what Python has allocated for each call that is up, both ends (tracemalloc; libpri's part, 2 kB a
                       call and end, is not in it)
    analysis_us        CPU of the analysis of one dialled number among 10 000 (core/numbering/bench.py)
    apply_ms           CPU of a commit of 300 trunks and 1000 stations: read, checked, compared, its numbering plan
                       compiled (core/config/bench.py)
    start_s            from the start of the process to dial tone (core/box_bench.py)

Conditions: the journal writes to disk (WAL, FULL). Four E1, 120 stations, see core/bench_rig.py.
"""

from __future__ import annotations

import gc
import tempfile
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import trio
import trio.testing

from core.bench_rig import Rig, tables
from core.box_bench import starts
from core.config.bench import measure as commit_cost
from core.config.model.box import Box
from core.exchange.exchange import Exchange
from core.exchange.leg import State
from core.numbering.bench import analysis_us
from core.numbering.plan import NumberingPlan
from core.store.journal import Journal
from hw.plane import Plane
from hw.signalling.line import Call, Delivered, Established, Line, NumberType, Party, Released, Telling

SPANS, STATIONS = 4, 120
RATE = 60.0  # calls a second
RING_S, TALK_S = 0.3, 0.7


class _World:
    """The network's ends of the spans and the stations' telephones: no more than the calls need."""

    def __init__(self, model: Box, plane: Plane) -> None:
        self.rig = Rig(model, plane, self._told)
        self.lines: list[Line] = [line for trunk in self.rig.trunks for line in trunk.lines]
        self.telephones = [self.rig.telephone(channel) for channel in range(1, STATIONS + 1)]
        self.placed: dict[Line, float] = {}
        self.setups: list[float] = []
        self.answered = 0
        self.over = 0
        self.waiting: dict[Line, trio.Event] = {}

    def _told(self, line: Line, telling: Telling) -> None:
        match telling:
            case Delivered():
                self.setups.append(time.perf_counter() - self.placed[line])
            case Established():
                self.answered += 1
            case Released():
                self.over += 1
                self.waiting.pop(line).set()

    async def call(self, at: int) -> None:
        line, telephone = self.lines[at], self.telephones[at]
        over = self.waiting[line] = trio.Event()
        self.placed[line] = time.perf_counter()
        line.place(Call(str(8001 + at), complete=True, calling=Party("62000001", NumberType.SUBSCRIBER)))
        await trio.sleep(RING_S)
        telephone.off_hook()
        await trio.sleep(TALK_S)
        line.release()
        await over.wait()
        telephone.on_hook()


@asynccontextmanager
async def _running(virtual: bool) -> AsyncIterator[tuple[Exchange, _World, Plane]]:
    model = Box.model_validate(tables(SPANS, STATIONS))
    plane = Plane(virtual=virtual)
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.db", threaded=not virtual)
        world = _World(model, plane)
        rig = world.rig
        exchange = Exchange(model, NumberingPlan(model), rig.lines.by_name.values(), plane, journal, rig.timers)
        async with trio.open_nursery() as nursery:
            await rig.start(nursery)
            await nursery.start(journal.run)
            await nursery.start(exchange.run)
            await trio.sleep(2)
            yield exchange, world, plane
            rig.lines.close_all()
            nursery.cancel_scope.cancel()
        rig.close()
        journal.close()


async def _traffic(seconds: float, virtual: bool) -> dict[str, Any]:
    async with _running(virtual) as (_exchange, world, plane):
        count = max(STATIONS, int(seconds * RATE))
        gc.collect()
        plane.reset_statistics()
        await trio.sleep(0.1)
        began, media = time.process_time(), plane.statistics().cpu_s
        free = list(range(STATIONS))
        async with trio.open_nursery() as calls:

            async def one(at: int) -> None:
                await world.call(at)
                await trio.sleep(0.2)
                free.append(at)

            next_at = trio.current_time()
            for _ in range(count):
                next_at += 1 / RATE
                await trio.sleep_until(next_at)
                calls.start_soon(one, free.pop(0))
        cpu = time.process_time() - began - (plane.statistics().cpu_s - media)
        assert world.answered == world.over == count, f"{world.answered} answered, {world.over} over, of {count}"
        return {
            "calls": count,
            "cpu_ms": 1000 * cpu / count,
            "setup_p50_ms": 1000 * float(np.percentile(world.setups, 50)),
            "setup_p99_ms": 1000 * float(np.percentile(world.setups, 99)),
        }


async def _memory() -> float:
    """kB a call, of 100 that are up."""
    async with _running(True) as (exchange, world, _plane):

        def allocated() -> float:
            gc.collect()
            return tracemalloc.get_traced_memory()[0] / 1000

        for at in range(STATIONS):  # everything that is made once is there
            await world.call(at)
        tracemalloc.start()
        before = allocated()
        async with trio.open_nursery() as calls:
            for at in range(100):
                line = world.lines[at]
                world.waiting[line] = trio.Event()
                world.placed[line] = 0.0
                line.place(Call(str(8001 + at), complete=True, calling=Party("62000001")))
            await trio.sleep(0.5)
            for at in range(100):
                world.telephones[at].off_hook()
            await trio.sleep(0.5)
            up = sum(leg.state is State.CONNECTED for call in exchange.calls.values() for leg in call.legs)
            assert up == 200, f"{up} legs are connected"
            after = allocated()
            tracemalloc.stop()
            for at in range(100):
                world.lines[at].release()
                world.telephones[at].on_hook()
            await trio.sleep(0.5)
            calls.cancel_scope.cancel()
        return (after - before) / 100


def run(seconds: float) -> dict[str, Any]:
    """`seconds` of traffic in real time; the same number of calls in virtual time."""
    clock = trio.testing.MockClock(autojump_threshold=0)
    cost = trio.run(_traffic, max(seconds, 10.0) * 2, True, clock=clock)
    memory = trio.run(_memory, clock=trio.testing.MockClock(autojump_threshold=0))
    real = trio.run(_traffic, seconds, False)
    return {
        "cpu_ms_per_call": round(cost["cpu_ms"], 3),
        "calls_measured": cost["calls"],
        "real_time_cpu_ms_per_call": round(real["cpu_ms"], 3),
        "setup_p50_ms": round(real["setup_p50_ms"], 1),
        "setup_p99_ms": round(real["setup_p99_ms"], 1),
        "kb_per_call": round(memory, 1),
        **analysis_us(),
        **commit_cost(),
        **starts(),
    }
