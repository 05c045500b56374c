"""The sample office with its town, in virtual time: its flows, queues and agents as a newcomer finds them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from core.config.commits import FOLDER, Commits
from core.config.configuration import Configuration
from core.running import RunningBox
from tests.core.house import House

SAMPLE = Path(__file__).resolve().parents[2] / "config"


@asynccontextmanager
async def sample_office(data: Path) -> AsyncIterator[House]:
    configuration = Configuration(Commits(data / FOLDER), [SAMPLE], threaded=False)
    running = RunningBox(await configuration.start(), data, configuration=configuration, virtual=True)
    async with trio.open_nursery() as nursery:
        await nursery.start(running.run)
        yield House(running, nursery)
        running.stop("test", 0)
        with trio.fail_after(10):
            while running.state != "stopped":  # noqa: ASYNC110
                await trio.sleep(0.1)
        nursery.cancel_scope.cancel()
