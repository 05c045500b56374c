"""A real box for the console: the exchange on its simulated card with the sample office, in a thread of its own.

with real_box(tmp_path) as socket: ...          folder: tmp_path/etc, data: tmp_path/data
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trio

from core.config.commits import Commits
from core.config.configuration import Configuration
from core.running import RunningBox

SAMPLE = Path(__file__).resolve().parents[2] / "config"
PATIENCE_S = 60.0


@contextmanager
def real_box(path: Path) -> Iterator[Path]:
    """The control socket of a box that lives by a copy of the sample configuration."""
    folder, data, socket = path / "etc", path / "data", path / "s"
    shutil.copytree(SAMPLE, folder)
    began = threading.Event()
    stop: list[tuple[trio.lowlevel.TrioToken, RunningBox]] = []
    failed: list[BaseException] = []

    async def live() -> None:
        configuration = Configuration(Commits(data / "config"), [folder])
        box = await configuration.start()
        running = RunningBox(box, data, socket=socket, configuration=configuration, priority=0)
        async with trio.open_nursery() as nursery:
            await nursery.start(running.run)
            stop.append((trio.lowlevel.current_trio_token(), running))
            began.set()

    def run() -> None:
        try:
            trio.run(live)
        except BaseException as error:
            failed.append(error)
        began.set()

    thread = threading.Thread(target=run, name="box", daemon=True)
    thread.start()
    assert began.wait(PATIENCE_S)
    try:
        assert not failed, failed
        yield socket
    finally:
        for token, running in stop:
            token.run_sync_soon(running.stop, "test", 0.0)
        thread.join(PATIENCE_S)
    assert not failed, failed
