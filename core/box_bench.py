"""`strowger bench box`: how soon a box has dial tone, and how soon a new configuration is at work.

    start_s         real time from the start of the process until systemd is told READY: the control socket answers,
                    every line is open, a telephone that is lifted gets dial tone. The sample configuration, with a
                    commit from an earlier start; the middle of five starts
    start_cpu_s     CPU that the process took until then, of the same start: what start_s is on a machine at rest
    commit_ms       real time of one commit that brings 1000 stations and 300 trunks (10 PRI spans) to a box that had
                    none: read, checked, compared, kept on disk, every line opened, with a simulated far end
    commit_cpu_ms   CPU of that
    rename_cpu_ms   CPU of a commit that renames all 1000 stations of that box

Conditions: the machine as it is; whatever else runs makes the real times longer, not the CPU times.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import trio
import trio.testing

from core.config.commits import Commits
from core.config.configuration import Configuration
from core.running import RunningBox
from core.sample import SAMPLE

STATIONS, SPANS, STARTS = 1000, 10, 5
COMMAND = (sys.executable, "-c", "from core.command import main; raise SystemExit(main())", "run")


def files(stations: int, spans: int, names: str = "") -> dict[str, bytes]:
    """A configuration of so many lines on one simulated card."""
    kinds = ['{ kind = "stations", count = 200 }'] * (STATIONS // 200) + ['{ kind = "pri" }'] * SPANS
    rows = ["[[card]]", 'name = "sim"', 'kind = "simulated"', f"spans = [{', '.join(kinds)}]"]
    for at in range(stations):
        rows += ["[[station]]", f'number = "{80000 + at}"', f'name = "{at}{names}"', 'card = "sim"']
        rows.append(f"channel = {at + 1}")
    for at in range(spans):
        rows += ["[[span]]", f'name = "e{at}"', 'card = "sim"', f"span = {STATIONS // 200 + at + 1}"]
        rows.append('signalling = "pri"')
    return {"bench.toml": "\n".join(rows).encode()}


async def _apply() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.toml").write_bytes(files(1, 0)["bench.toml"])
        configuration = Configuration(Commits(folder / "commits"), [folder / "bench.toml"], threaded=False)
        running = RunningBox(await configuration.start(), None, configuration=configuration, virtual=True)
        figures: dict[str, float] = {}
        async with trio.open_nursery() as nursery:
            await nursery.start(running.run)
            for figure, contents in (("commit", files(STATIONS, SPANS)), ("rename", files(STATIONS, SPANS, "x"))):
                began, began_cpu = time.perf_counter(), time.process_time()
                await configuration.commit("bench", contents=contents)
                figures[f"{figure}_ms"] = round((time.perf_counter() - began) * 1000, 1)
                figures[f"{figure}_cpu_ms"] = round((time.process_time() - began_cpu) * 1000, 1)
                assert len(running.hardware.lines.by_name) == STATIONS + SPANS * 30
                await trio.sleep(3)
            running.stop("bench", 0)
        del figures["rename_ms"]
        return figures


def _start(folder: Path) -> tuple[float, float]:
    """Real time and CPU of one start, in seconds."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        path = folder / "notify"
        path.unlink(missing_ok=True)
        ear.bind(str(path))
        ear.settimeout(60)
        where = ("--config", SAMPLE, "--data", folder / "data", "--socket", folder / "control")
        began = time.monotonic()
        environment = os.environ | {"NOTIFY_SOCKET": str(path)}
        process = subprocess.Popen([*COMMAND, *map(str, where)], env=environment, stderr=subprocess.DEVNULL)
        while b"READY=1" not in ear.recv(4096):
            pass
        took = time.monotonic() - began
        cpu = sum(map(int, Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        return took, cpu / os.sysconf("SC_CLK_TCK")


def starts() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _start(folder)
        measured = sorted(_start(folder) for _ in range(STARTS))
    took, cpu = statistics.median_low(measured)
    return {"start_s": round(took, 3), "start_cpu_s": round(cpu, 3)}


def run(seconds: float) -> dict[str, Any]:
    """`seconds` counts for nothing here: a start takes as long as it takes."""
    return {**starts(), **trio.run(_apply, clock=trio.testing.MockClock(autojump_threshold=0))}
