"""`strowger bench flows`: 480 callers at once in menus, with prompts, digits and a database.

A call is: SETUP on a PRI trunk, a flow answers, and three times: a menu whose prompt a key interrupts, an order number
in six keys, a row asked of an SQLite file, the answer spoken (a prompt, the number digit by digit, an amount of money).
The caller hangs up after some 24 s, and another one calls on the same channel: 20 calls a second, 480 in the flow.

    core_percent        CPU of the process without the media plane, of one core, while 480 are in it. The far ends of
                        the trunks live in the same process and are in it: the flows themselves cost less
    media_percent       CPU of the media plane: prompts, digits heard, and the digits that the far ends play
    late_ticks          ticks of the media plane that began more than a tick late
    ended, failed       flows that ended in that time; of them, by a fault of their own
    step_us             CPU of one step of a flow alone: a key, and what follows from it (pure, without a call)

Conditions: real time, journal on disk (WAL, FULL), 16 spans, D channel frames in memory (core/bench_rig.py).
"""

from __future__ import annotations

import gc
import itertools
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import trio

from core.bench_rig import Rig, tables
from core.config.model.box import Box
from core.exchange.exchange import Exchange
from core.ivr.acts import Answered, Key
from core.ivr.check import check
from core.ivr.database import open_databases
from core.ivr.destination import Flows, Hands
from core.ivr.library import Library
from core.ivr.reading import source
from core.ivr.run import Run
from core.ivr.session import Caller
from core.numbering.plan import NumberingPlan
from core.prompts.catalogue import read_catalogue
from core.prompts.store import PromptStore
from core.store.event import Event
from core.store.journal import Journal
from hw.plane import Plane
from hw.signalling.line import Call, Established, Line, NumberType, Party, Released, Telling

SPANS, RATE, ROUNDS = 16, 20.0, 3
FLOW = """
[flow]
start = "menu"
[defaults]
give_up = "bye"
on_error = "bye"
[[variable]]
name = "number"
[[variable]]
name = "due"
type = "number or nothing"
[node.menu]
kind = "menu"
prompts = ["menu.language"]
choices = { "1" = "ask", "2" = "bye" }
[node.ask]
kind = "collect"
prompts = ["input.order"]
into = "number"
most = 6
next = "look"
[node.look]
kind = "query"
database = "orders"
sql = "SELECT due FROM orders WHERE number = :number"
values = { number = "number" }
into = { due = "due" }
next = "tell"
none = "menu"
[node.tell]
kind = "play"
prompts = ["sample.order-due", { say = "number", as = "digits" }, { say = "default(due, 0)", as = "money" }]
next = "menu"
[node.bye]
kind = "hangup"
"""


def box() -> Box:
    return Box.model_validate(
        {
            **tables(SPANS),
            "flow": [{"number": "8600", "flow": "bench"}],
            "database": [{"name": "orders", "file": "orders.db"}],
        }
    )


class _Town:
    """The network's ends, and callers who know what to press."""

    def __init__(self, model: Box, plane: Plane) -> None:
        self.calls = 0
        self._news: dict[Line, trio.Event] = {}
        self.rig = Rig(model, plane, self._told)
        self.lines = self.rig.circuits()

    def _told(self, line: Line, telling: Telling) -> None:
        if isinstance(telling, Established | Released):
            self._news.pop(line, trio.Event()).set()

    async def call(self, line: Line, number: int) -> None:
        self.calls += 1
        answered = self._news[line] = trio.Event()
        line.place(Call("8600", complete=True, calling=Party(f"6200{number % 10_000:04}", NumberType.SUBSCRIBER)))
        await answered.wait()
        over = self._news[line] = trio.Event()
        for _round in range(ROUNDS):
            await trio.sleep(1.5)
            line.send("1")
            await trio.sleep(1.0)
            line.send(f"{100_000 + number % 1000}")
            await trio.sleep(5.5)
        line.release()
        await over.wait()


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[tuple[Plane, _Town, list[Event]]]:
    model, plane = box(), Plane()
    _orders(folder / "orders.db")
    journal = Journal(folder / "journal.db")
    town = _Town(model, plane)
    rig = town.rig
    exchange = Exchange(model, NumberingPlan(model), rig.lines.by_name.values(), plane, journal, rig.timers)
    events: list[Event] = []
    journal.watch(lambda event: events.append(event) if event.kind == "FlowEnded" else None)
    library = Library()
    library.publish(check({"bench": source(Path("bench.toml"), FLOW.encode())}).flows)
    prompts = PromptStore(read_catalogue(), folder / "made")
    zone = ZoneInfo(model.box.time_zone)
    async with (
        open_databases(model.database, folder, zone) as databases,
        trio.open_nursery() as nursery,
    ):
        Flows(exchange, library, prompts, Hands(databases=databases))
        await rig.start(nursery)
        await nursery.start(journal.run)
        await nursery.start(exchange.run)
        await trio.sleep(2)
        await town.call(town.lines[0], 0)  # every prompt is made once
        yield plane, town, events
        for line in town.lines:
            line.release()
        await exchange.close(5)
        await trio.sleep(0.5)
        rig.lines.close_all()
        nursery.cancel_scope.cancel()
    rig.close()
    journal.close()


def _orders(path: Path) -> None:
    made = sqlite3.connect(path)
    with made:
        made.execute("CREATE TABLE orders (number TEXT PRIMARY KEY, due NUMERIC)")
        made.executemany("INSERT INTO orders VALUES (?, ?)", [(str(100_000 + n), n + 0.5) for n in range(1000)])
    made.close()


async def _traffic(seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with _running(Path(folder)) as (plane, town, events), trio.open_nursery() as calls:
            numbers = itertools.count(1)

            async def callers(line: Line, first: float) -> None:
                await trio.sleep(first)
                while True:
                    await town.call(line, next(numbers))

            for at, line in enumerate(town.lines):
                calls.start_soon(callers, line, at / RATE)
            await trio.sleep(len(town.lines) / RATE + 1)
            gc.collect()
            plane.reset_statistics()
            await trio.sleep(0.1)
            ended, before = len(events), town.calls
            began, cpu, media = time.perf_counter(), time.process_time(), plane.statistics().cpu_s
            await trio.sleep(seconds)
            statistics, elapsed = plane.statistics(), time.perf_counter() - began
            cpu, media = time.process_time() - cpu, statistics.cpu_s - media
            over, calls_a_second = events[ended:], (town.calls - before) / elapsed
            calls.cancel_scope.cancel()
    return {
        "callers": len(town.lines),
        "calls_a_second": round(calls_a_second, 1),
        "core_percent": round(100 * (cpu - media) / elapsed, 1),
        "media_percent": round(100 * media / elapsed, 1),
        "late_ticks": statistics.late_ticks,
        "ticks": statistics.ticks,
        "ended": len(over),
        "failed": sum(event.data["how"] == "failed" for event in over),
    }


class _World:
    def open(self, calendar: str, moment: datetime) -> bool:
        return True

    def holiday(self, day: object) -> bool:
        return False


def step_us(rounds: int = 2000) -> float:
    """CPU of a step of a flow: the mean of a caller's keys, answers and ends of prompts."""
    library, world, now = Library(), _World(), datetime(2026, 2, 17, 12, 0)
    edition = library.publish(check({"bench": source(Path("bench.toml"), FLOW.encode())}).flows)
    rows = {"rows": 1, "changed": 0, "columns": {"due": (1,)}}
    run = Run(edition, "bench", Caller(), now, world)
    began = time.process_time()
    steps = 0
    for _round in range(rounds):
        for key in "1100200":
            run.take(Key(key), now, world)
            steps += 1
        run.take(Answered(run.session.ticket, "done", rows), now, world)
        steps += 1
        run.record.moves.clear()
    return 1e6 * (time.process_time() - began) / steps


def run(seconds: float) -> dict[str, Any]:
    return {**trio.run(_traffic, seconds), "step_us": round(step_us(), 1)}
