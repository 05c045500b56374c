"""`strowger bench acd`: what a decision costs (core/acd/bench.py), and how many calls a second the whole path carries.

    calls_per_second    real time, as fast as the machine goes. A call is: SETUP on a PRI trunk, a flow answers and says
                        its menu, the caller presses 1, a queue finds an agent, his telephone rings and is lifted, the
                        two are joined, both are recorded, the agent hangs up, RELEASE; all of it in the journal. The
                        fewest of served, over, and recorded (closed, safe on disk, with checksum) in that time
    cpu_ms_per_call     of the process, without the media plane; far ends of trunks and telephones live in it, too
    wait_p50_ms, p99    from the key until the agent and the caller are joined, the LIFT_S of the agent taken off

300 circuits call again as soon as they are free; 512 agents serve 64 queues, each four of them. Conditions: journal and
recordings on disk, D channel frames handed over in memory (core/bench_rig.py), no caller ID before the ring.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import trio

from core.acd import bench as decisions
from core.bench_rig import Rig, tables
from core.config.model.box import Box
from core.exchange.exchange import Exchange
from core.exchange.sounds import Sounds
from core.ivr.check import check
from core.ivr.destination import Flows, Hands
from core.ivr.library import Library
from core.ivr.reading import source
from core.numbering.plan import NumberingPlan
from core.prompts.catalogue import read_catalogue
from core.prompts.store import PromptStore
from core.queues.log_on import take_seat
from core.queues.room import QueueRoom
from core.recording.recorder import Recorder
from core.store.event import Event
from core.store.journal import Journal
from hw.card import LineEvent, LineEventKind
from hw.plane import Plane
from hw.signalling.line import Call, Established, Line, NumberType, Party, Released, Telling
from hw.sim.channel import SimChannel

SPANS, AGENTS, QUEUES, EACH = 10, 512, 64, 4
KEY_S, LIFT_S, TALK_S, REST_S = 0.3, 0.3, 0.7, 0.05
WORK_S = 2
"""After a call. A telephone that was hung up takes a ring for the tail of its call for so long (hw/sim/timing.py)."""
FLOW = """
[flow]
start = "menu"
[defaults]
give_up = "bye"
[node.menu]
kind = "menu"
prompts = ["menu.language"]
choices = {{ "1" = "queue" }}
[node.queue]
kind = "queue"
queue = "q{number}"
timeout = "bye"
full = "bye"
[node.bye]
kind = "hangup"
"""


def box() -> Box:
    return Box.model_validate(
        {
            **tables(SPANS, AGENTS),
            "flow": [{"number": str(8600 + at), "flow": f"f{at}"} for at in range(QUEUES)],
            "queue": [{"name": f"q{at}"} for at in range(QUEUES)],
            "agent_group": [{"name": "all", "begin": "ready", "after_call_s": WORK_S}],
            "agent": [
                {
                    "number": str(1000 + at),
                    "group": "all",
                    "queues": [{"queue": f"q{(at + 17 * place) % QUEUES}"} for place in range(EACH)],
                }
                for at in range(1, AGENTS + 1)
            ],
            "recording_rule": [{"name": "all", "queues": [f"q{at}" for at in range(QUEUES)], "notice": False}],
        }
    )


class _Town:
    """The network's ends of the spans, and the agents' telephones, which somebody lifts when they ring."""

    def __init__(self, model: Box, plane: Plane) -> None:
        self.over = 0
        self._news: dict[Line, trio.Event] = {}
        self.rig = Rig(model, plane, self._told)
        self.lines = self.rig.circuits()

    def begin(self, nursery: trio.Nursery) -> None:
        """From now on telephones are lifted."""
        self._nursery = nursery
        for channel in range(1, AGENTS + 1):
            telephone = self.rig.telephone(channel)
            telephone.heard = partial(self._rung, telephone)

    def _told(self, line: Line, telling: Telling) -> None:
        if isinstance(telling, Established | Released):
            self._news.pop(line, trio.Event()).set()

    def _rung(self, telephone: SimChannel, event: LineEvent) -> None:
        if event.kind is LineEventKind.RING_BEGIN and not telephone.is_off_hook():
            self._nursery.start_soon(self._talk, telephone)

    async def _talk(self, telephone: SimChannel) -> None:
        await trio.sleep(LIFT_S)
        telephone.off_hook()
        await trio.sleep(TALK_S)
        telephone.on_hook()

    async def calls(self, line: Line, number: int) -> None:
        """One after the other, until cancelled."""
        while True:
            answered = self._news[line] = trio.Event()
            caller = Party(f"6200{number:04}", NumberType.SUBSCRIBER)
            line.place(Call(str(8600 + number % QUEUES), complete=True, calling=caller))
            await answered.wait()
            over = self._news[line] = trio.Event()
            await trio.sleep(KEY_S)
            line.send("1")
            await over.wait()
            self.over += 1
            await trio.sleep(REST_S)


class _Seen:
    """What the journal has said."""

    def __init__(self, journal: Journal) -> None:
        self.served = self.recorded = self.lost_ms = 0
        self.waits: list[float] = []
        self._queued: dict[int, float] = {}
        journal.watch(self._event)

    def _event(self, event: Event) -> None:
        if event.kind == "Queued":
            self._queued[event.call] = time.perf_counter()
        elif event.kind == "Served":
            self.served += 1
            self.waits.append(time.perf_counter() - self._queued.pop(event.call) - LIFT_S)
        elif event.kind == "RecordingEnded":
            self.recorded += 1
            self.lost_ms += int(event.data.get("lost_ms") or 0)


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[tuple[Plane, _Town, _Seen]]:
    model, plane = box(), Plane()
    journal = Journal(folder / "journal.db")
    town = _Town(model, plane)
    rig = town.rig
    prompts = PromptStore(read_catalogue(), folder / "made")
    lines = rig.lines.by_name.values()
    exchange = Exchange(model, NumberingPlan(model), lines, plane, journal, rig.timers, Sounds(model, prompts))
    library = Library()
    flows = {f"f{at}": source(Path(f"f{at}.toml"), FLOW.format(number=at).encode()) for at in range(QUEUES)}
    library.publish(check(flows).flows)
    Flows(exchange, library, prompts, Hands())
    room, seen = QueueRoom(exchange), _Seen(journal)
    async with trio.open_nursery() as nursery:
        town.begin(nursery)
        await rig.start(nursery)
        await nursery.start(journal.run)
        await nursery.start(exchange.run)
        await nursery.start(Recorder(exchange, folder / "recordings").run)
        await nursery.start(room.run)
        for at in range(1, AGENTS + 1):
            take_seat(room, str(8000 + at), str(1000 + at))
        await trio.sleep(2)
        yield plane, town, seen
        await exchange.close(0)
        await trio.sleep(1)
        rig.lines.close_all()
        nursery.cancel_scope.cancel()
    rig.close()
    journal.close()


async def whole_path(seconds: float) -> dict[str, Any]:
    """Calls for so long, after the first ones have made every prompt."""
    with tempfile.TemporaryDirectory() as folder:
        async with _running(Path(folder)) as (plane, town, seen), trio.open_nursery() as calls:
            for at, line in enumerate(town.lines[: SPANS * 30]):
                calls.start_soon(town.calls, line, at)
                await trio.sleep(0.01)
            await trio.sleep(2 * (KEY_S + LIFT_S + TALK_S + WORK_S))  # the first wave has spread
            gc.collect()
            plane.reset_statistics()
            await trio.sleep(0.1)
            served, recorded, over, lost = seen.served, seen.recorded, town.over, seen.lost_ms
            seen.waits.clear()
            began, cpu, media = time.perf_counter(), time.process_time(), plane.statistics().cpu_s
            await trio.sleep(seconds)
            elapsed, statistics = time.perf_counter() - began, plane.statistics()
            media = statistics.cpu_s - media
            cpu = time.process_time() - cpu - media
            done = {"served": seen.served - served, "over": town.over - over, "recorded": seen.recorded - recorded}
            figures = {
                "calls_per_second": round(min(done.values()) / elapsed, 1),
                **done,
                "recordings_lost_ms": seen.lost_ms - lost,
                "cpu_ms_per_call": round(1000 * cpu / max(1, done["served"]), 2),
                "media_percent": round(100 * media / elapsed, 1),
                "wait_p50_ms": round(1000 * float(np.percentile(seen.waits, 50)), 1),
                "wait_p99_ms": round(1000 * float(np.percentile(seen.waits, 99)), 1),
                "late_ms": round(statistics.lateness_p999_ms, 2),
            }
            calls.cancel_scope.cancel()
    return figures


def run(seconds: float) -> dict[str, Any]:
    """Each number of waiting calls for `seconds`, then the whole path for four times that."""
    path = trio.run(whole_path, max(4 * seconds, 5.0))
    return {"calls_per_second": path.pop("calls_per_second"), "whole_path": path, **decisions.run(seconds)}
