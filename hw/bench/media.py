"""`strowger bench media`: what the media plane costs, how punctual it is, and what its detectors find.

Conditions. Ports are timeslots of the simulated card fed by a shared loop of synthetic speech, as a card's DMA would
(no
system calls: on DAHDI add about 1 µs a port and tick for read and write). All ports are joined in pairs, digits are
being
detected on every port, and every call is recorded in stereo to real files. CPU time is that of the media thread plus
the recorder's thread, over wall time. Lateness is how much after its due time a tick began.

    quiet     1024 ports and nothing else: core_percent
    small     128 ports: the cost per port, against that of 1024
    loaded    1024 ports while two Python threads burn CPU and a third commits to SQLite: lateness
    digits, tones    detection over their matrices, from hw.bench.digits and hw.bench.progress
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trio

from hw.ear import Ear
from hw.native import ffi, lib
from hw.plane import Plane
from hw.plane_statistics import Statistics
from hw.speech import alaw, sample_speech

PORTS = 1024
SMALL = 128
SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One measurement: seconds of wall time, CPU in per cent of one core."""

    ports: int
    seconds: float
    media_percent: float
    recorder_percent: float
    statistics: Statistics
    recorded_bytes: int
    recorder_lost_bytes: int

    @property
    def core_percent(self) -> float:
        return self.media_percent + self.recorder_percent

    @property
    def us_per_port_tick(self) -> float:
        return self.core_percent / 100 * self.seconds * 1e6 / self.statistics.ticks / self.ports


class Disturbance:
    """Two threads of pure Python that never rest, and one that commits to SQLite all the time."""

    def __init__(self, folder: Path) -> None:
        self._stop = threading.Event()
        self._folder = folder
        self.commits = 0
        self._threads = [threading.Thread(target=work) for work in (self._burn, self._burn, self._commit)]

    def _burn(self) -> None:
        total = 0
        while not self._stop.is_set():
            total += sum(range(2000))

    def _commit(self) -> None:
        store = sqlite3.connect(self._folder / "disturbance.db")
        store.execute("pragma journal_mode=wal")
        store.execute("pragma synchronous=full")
        store.execute("create table event (at integer, text text)")
        while not self._stop.is_set():
            with store:
                store.execute("insert into event values (?, ?)", (self.commits, "x" * 200))
            self.commits += 1
        store.close()

    def __enter__(self) -> Disturbance:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


async def _measure(ports: int, seconds: float, folder: Path, disturbed: bool) -> Phase:
    speech = alaw(sample_speech())
    card = ffi.gc(lib.sim_card_new(1), lib.sim_card_free)
    loop = lib.sim_loop_new(card, ffi.from_buffer("uint8_t[]", speech), len(speech))
    plane = Plane()
    number = plane.add_card(card)
    async with trio.open_nursery() as nursery:
        handles = []
        with plane.batch():
            for index in range(ports):
                source = lib.sim_source_new(card, loop, index * 7919 % len(speech))
                port = plane.open_port(number, source, "a", lambda event: None)
                plane.activate(port, True)
                handles.append(port)
        await nursery.start(plane.run)
        for first, second in zip(handles[::2], handles[1::2], strict=True):
            await plane.record(first, folder / f"{ports}-{disturbed}-{first}.wav")
            with plane.batch():
                plane.connect(first, second)
                plane.detect(first, Ear.DTMF)
                plane.detect(second, Ear.DTMF)
        await trio.sleep(SETTLE_S)
        plane.reset_statistics()
        await trio.sleep(0.1)
        before, began = plane.recorder.statistics(), trio.current_time()
        ticks = plane.statistics()
        if disturbed:
            with Disturbance(folder):
                await trio.sleep(seconds)
        else:
            await trio.sleep(seconds)
        wall = trio.current_time() - began
        after, statistics = plane.recorder.statistics(), plane.statistics()
        nursery.cancel_scope.cancel()
    plane.close()
    ffi.release(card)
    return Phase(
        ports=ports,
        seconds=wall,
        media_percent=(statistics.cpu_s - ticks.cpu_s) / wall * 100,
        recorder_percent=(after.cpu_s - before.cpu_s) / wall * 100,
        statistics=statistics,
        recorded_bytes=after.bytes - before.bytes,
        recorder_lost_bytes=after.lost_bytes,
    )


def phase(ports: int, seconds: float, folder: Path, disturbed: bool = False) -> Phase:
    """One phase by itself, for profiling."""
    return trio.run(_measure, ports, seconds, folder, disturbed)


def run(seconds: float = 8.0) -> dict[str, Any]:
    """All phases; `seconds` each. Returns the figures, ready for JSON."""
    from hw.bench import digits, progress

    with tempfile.TemporaryDirectory(prefix="strowger-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        quiet = phase(PORTS, seconds, folder)
        small = phase(SMALL, seconds, folder)
        loaded = phase(PORTS, seconds, folder, disturbed=True)
    return {
        "ports": PORTS,
        "core_percent": round(quiet.core_percent, 2),
        "media_percent": round(quiet.media_percent, 2),
        "recorder_percent": round(quiet.recorder_percent, 2),
        "us_per_port_tick": round(quiet.us_per_port_tick, 3),
        "us_per_port_tick_at_128": round(small.us_per_port_tick, 3),
        "cost_ratio_1024_to_128": round(quiet.us_per_port_tick / small.us_per_port_tick, 3),
        "lateness_p999_ms": round(loaded.statistics.lateness_p999_ms, 3),
        "lateness_max_ms": round(loaded.statistics.lateness_max_ms, 3),
        "tick_max_us": round(loaded.statistics.tick_max_us, 1),
        "lost_frames": quiet.statistics.lost_frames + loaded.statistics.lost_frames,
        "late_ticks": loaded.statistics.late_ticks,
        "ticks": loaded.statistics.ticks,
        "recorded_mb": round(quiet.recorded_bytes / 1e6, 1),
        "recording_lost_bytes": quiet.recorder_lost_bytes + loaded.recorder_lost_bytes,
        "digits": digits.figures(),
        "tones": progress.figures(),
    }
