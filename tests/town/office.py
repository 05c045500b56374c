"""The sample office with its town, in virtual time: its flows, queues and agents as a newcomer finds them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.config.commits import FOLDER, Commits
from core.config.configuration import Configuration
from core.running import RunningBox
from tests.core.house import House, lived_in

SAMPLE = Path(__file__).resolve().parents[2] / "config"


@asynccontextmanager
async def sample_office(data: Path) -> AsyncIterator[House]:
    configuration = Configuration(Commits(data / FOLDER), [SAMPLE], threaded=False)
    running = RunningBox(await configuration.start(), data, configuration=configuration, virtual=True)
    async with lived_in(running) as house:
        yield house
