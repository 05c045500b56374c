"""`strowger bench reports`: how long the reports of a month of CALLS calls take, from the file, on this machine.

    calls, events, file_mb    what the month is: queues and agents, a flow before each call, trunks, holds, abandons
    NAME_s                    each report of the whole month, by its name; queues and agents by days
    day_s                     queues of the last day by half hours, from the same file
    late_ms                   meanwhile in the running box: how late a task of the exchange is at most, and 99 % of
                              the time, which is woken each millisecond

The month is made first, which takes some twenty seconds and is no figure. What it does not: show how the disk is, since
the file has just been written and is in memory.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import trio

from core.config.model.box import Box
from core.reports.catalogue import REPORTS
from core.reports.making import make
from core.reports.report import Wanted
from core.reports.room import Reports
from core.store.event import Event, from_utc
from core.store.journal import Journal
from core.store.journal_file import JournalFile
from core.store.life import Lives
from core.store.reader import Reader
from core.store.records import CallRecord, record
from core.store.run import Run

CALLS = 100_000
DAYS = 30
AGENTS = 100
QUEUES = 16
BATCH = 20_000
ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 10, 1, tzinfo=ZONE).astimezone(UTC)
END = BEGIN + timedelta(days=DAYS)


def run(seconds: float) -> dict[str, Any]:
    """Figures. `seconds` is not asked: a report takes as long as it takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        events = written(path, CALLS)
        figures: dict[str, Any] = {"calls": CALLS, "events": events, "file_mb": path.stat().st_size >> 20}
        reader = Reader(path)
        for name, report in REPORTS.items():
            figures[f"{name}_s"] = _took(
                reader, name, Wanted(from_utc(BEGIN), from_utc(END), ZONE, "day" if report.steps else "all")
            )
        last = Wanted(from_utc(END - timedelta(days=1)), from_utc(END), ZONE, "30")
        figures["day_s"] = _took(reader, "queues", last)
        reader.close()
        figures["late_ms"] = trio.run(_beside, path)
    return figures


def _took(reader: Reader, name: str, wanted: Wanted) -> float:
    began = time.perf_counter()
    make(reader, REPORTS[name], wanted)
    return round(time.perf_counter() - began, 2)


async def _beside(path: Path) -> dict[str, float]:
    """A box that has nothing to do but to be punctual while the month is reported."""
    journal = Journal(path)
    late: list[float] = []

    async def punctual() -> None:
        while True:
            due = trio.current_time() + 0.001
            await trio.sleep_until(due)
            late.append(trio.current_time() - due)

    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        nursery.start_soon(punctual)
        reports = Reports(journal, path, Box)
        began = trio.current_time()
        await reports.make("queues", from_utc(BEGIN), from_utc(END), "day")
        took = trio.current_time() - began
        nursery.cancel_scope.cancel()
    journal.close()
    worst, usual = max(late), float(np.percentile(late, 99))
    return {"most": round(worst * 1e3, 1), "p99": round(usual * 1e3, 1), "report_s": round(took, 2)}


def written(path: Path, calls: int) -> int:
    """A month of so many calls in a new file. Returns how many events."""
    file, lives, count = JournalFile(path), Lives(), 0
    batch: list[Event] = []
    ended: list[CallRecord] = []
    alive = Run(1, from_utc(BEGIN), from_utc(END), from_utc(END) - from_utc(BEGIN), ended=True)
    for event in told(calls):
        count += 1
        batch.append(event)
        if (life := lives.see(event)) is not None:
            ended.append(record(life))
        if len(batch) >= BATCH:
            file.write(batch, {}, ended, alive)
            batch, ended = [], []
    file.write(batch, {}, ended, alive)
    file.close()
    return count


def told(calls: int) -> Iterator[Event]:
    """Calls one after the other, as the exchange notes them: two of three are served, some are held, some overflow."""
    dice, zero, number, clock = Random(1), from_utc(BEGIN), 0, 0
    step = (from_utc(END) - zero) // calls // 40

    def note(kind: str, call: int = 0, device: str = "", **data: Any) -> Event:
        nonlocal number, clock
        number += 1
        clock += dice.randrange(2 * step)
        return Event(number, zero + clock, clock, 1, call, device, kind, data)

    def state(agent: int, word: str, call: int = 0) -> Event:
        facts: dict[str, Any] = {"agent": f"{1000 + agent}", "reason": "", "pending": "", "by": "", "of": call}
        return note("AgentState", device=f"{8000 + agent}", state=word, **facts)

    yield note("BoxStarted", version="bench")
    for agent in range(AGENTS):
        yield state(agent, "ready")
    for call in range(1, calls + 1):
        line, agent, queue = f"e1/{call % 30 + 1}", call % AGENTS, f"queue {call % QUEUES}"
        desk, caller = f"{8000 + agent}", f"138{dice.randrange(10**8):08}"
        yield note("TrunkSeized", call, line, direction="in", group="city")
        yield note("Originated", call, line, called="8500", calling=caller, name="", direction="in")
        yield note("Routed", call, line, target_kind="flow", target="menu", number="8500")
        yield note("Established", call, "8500")
        yield note("FlowBegan", call, line, flow="menu", edition=1)
        yield note("FlowEnded", call, line, flow="menu", how="transferred", reason="", node="choose")
        yield note("Queued", call, line, queue=queue, position=1, priority=0, how="new")
        yield note("TreatmentBegan", call, line, name="music")
        if call % 3:
            why = {"call": call, "queue": queue, "trigger": "came", "waited_s": 0.0, "rule": "longest idle", "among": 3}
            yield state(agent, "offered a call", call)
            yield note("Offered", call, line, queue=queue, agents=[f"{1000 + agent}"], why=why)
            yield note("Delivered", call, desk, by=line)
            yield note("Established", call, desk)
            yield state(agent, "busy", call)
            yield note("TreatmentEnded", call, line, name="music")
            yield note("Dequeued", call, line, queue=queue, reason="answered", to="", waited_ms=20_000)
            yield note("Served", call, desk, agent=f"{1000 + agent}", queue=queue, waited_ms=20_000)
            if call % 5 == 0:
                yield note("Held", call, desk)
                yield note("Retrieved", call, desk)
        else:
            yield note("Dequeued", call, line, queue=queue, reason="abandoned", to="", waited_ms=20_000)
        yield note("ConnectionCleared", call, line, cause=16, by="far", reason="")
        yield note("TrunkReleased", call, line, cause=16)
        if call % 3:
            yield note("ConnectionCleared", call, desk, cause=16, by="exchange", reason="")
            yield state(agent, "working after call")
        yield note("CallCleared", call, cause=16, reason="", into=0)
        if call % 3:
            yield state(agent, "ready")
