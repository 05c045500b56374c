"""`strowger bench journal`: what the journal costs, on this machine and this disk.

    note_us           of processor time in the exchange's thread an event, with one watcher
    call_us           of processor time a call of ten events: noting, following for its record, encoding, inserting
    events_per_s      written as fast as they come
    paced_call_us     the same at a steady pace, with all that the tasks of the bench itself need
    settled_ms        from the last event of a call until it is safe on disk, at CALLS_PER_S calls a second
    open_ms           of a journal with that many events, until calls can begin

The file lies in the folder for temporary files unless the environment says otherwise (TMPDIR): on a disk in memory, the
figures of syncing say nothing.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import trio

from core.store.journal import Journal
from core.store.journal_file import connect

CALLS_PER_S = 60
BURST = 5000
"""Calls noted at once."""


def run(seconds: float) -> dict[str, Any]:
    """Figures. The paced phase takes so many seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        figures = trio.run(_burst, path) | trio.run(_paced, path, seconds)
        began = time.perf_counter()
        trio.run(_opened, path)
        figures["open_ms"] = round((time.perf_counter() - began) * 1e3, 1)
        sql = connect(path)
        (events,) = sql.execute("SELECT count(*) FROM events").fetchone()
        sql.close()
        figures |= {"events": events, "bytes_per_call": round(path.stat().st_size / (events / EVENTS))}
    return figures


EVENTS = 10


def begin(journal: Journal) -> int:
    """A call from the network to a station, ten events in all with end()."""
    call = journal.next_call()
    journal.note("TrunkSeized", call, "e1a/1", group="city", direction="in")
    journal.note("Originated", call, "e1a/1", called="8001", calling="13812345678", name="", direction="in")
    journal.note("Routed", call, "e1a/1", target_kind="station", target="8001", number="8001")
    journal.note("Delivered", call, "8001", by="e1a/1")
    journal.note("TreatmentBegan", call, "e1a/1", name="ringback")
    journal.note("Established", call, "8001", inferred=False)
    return call


def end(journal: Journal, call: int) -> None:
    journal.note("ConnectionCleared", call, "e1a/1", cause=16, by="far", reason="")
    journal.note("TrunkReleased", call, "e1a/1", group="city", cause=16)
    journal.note("ConnectionCleared", call, "8001", cause=16, by="near", reason="")
    journal.note("CallCleared", call, cause=16)


async def _burst(path: Path) -> dict[str, Any]:
    """As fast as it goes, in batches as large as those of a very busy box."""
    journal = Journal(path)
    seen: list[int] = []
    journal.watch(lambda event: seen.append(event.id))
    noting = writing = 0.0
    cpu = time.process_time()
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        wall = time.perf_counter()
        for _ in range(BURST // 20):
            started = time.thread_time()
            for _ in range(20):
                end(journal, begin(journal))
            noting += time.thread_time() - started
            await trio.lowlevel.checkpoint()
        await journal.settled()
        writing = time.perf_counter() - wall
        nursery.cancel_scope.cancel()
    journal.close()
    count = BURST * EVENTS
    assert len(seen) == count
    return {
        "note_us": round(noting / count * 1e6, 2),
        "call_us": round((time.process_time() - cpu) / BURST * 1e6, 1),
        "events_per_s": round(count / writing),
    }


async def _paced(path: Path, seconds: float) -> dict[str, Any]:
    """At a steady pace in real time, as on a busy box."""
    journal = Journal(path)
    waited: list[float] = []

    async def one() -> None:
        call = begin(journal)
        await trio.sleep(0.1)
        end(journal, call)
        ended = trio.current_time()
        await journal.settled()
        waited.append(trio.current_time() - ended)

    cpu = time.process_time()
    async with trio.open_nursery() as writer:
        await writer.start(journal.run)
        start = trio.current_time()
        async with trio.open_nursery() as calls:
            for number in range(max(1, round(seconds * CALLS_PER_S))):
                await trio.sleep_until(start + number / CALLS_PER_S)
                calls.start_soon(one)
        writer.cancel_scope.cancel()
    cpu = time.process_time() - cpu
    journal.close()
    return {
        "calls_per_s": CALLS_PER_S,
        "settled_ms_median": round(float(np.percentile(waited, 50)) * 1e3, 1),
        "settled_ms_p99": round(float(np.percentile(waited, 99)) * 1e3, 1),
        "paced_call_us": round(cpu / len(waited) * 1e6, 1),
    }


async def _opened(path: Path) -> None:
    Journal(path).close()
