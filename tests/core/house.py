"""A whole box in virtual time, with clients of its control interface and the town around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio
import trio.testing

from core.api import client
from core.api.roles import Credentials
from core.config.model.box import Box
from core.running import RunningBox
from hw.sim.card import SimCard
from hw.sim.telephone import Telephone

ROOT = Credentials(1, 0, 0, "root")


class House:
    """A running box, and clients of it."""

    def __init__(self, running: RunningBox, nursery: trio.Nursery) -> None:
        self.running = running
        self._nursery = nursery
        self.events: list[tuple[str, dict[str, Any]]] = []
        running.journal.watch(lambda event: self.events.append((event.kind, event.data)))

    @asynccontextmanager
    async def client(self, credentials: Credentials = ROOT) -> AsyncIterator[client.Client]:
        ours, theirs = trio.testing.memory_stream_pair()
        self._nursery.start_soon(self.running.server.serve, self._nursery, theirs, credentials)
        async with client.over(ours, "test", "en") as box:
            yield box

    def telephone(self, number: str) -> Telephone:
        return self.running.hardware.towns["sim"].telephones[number]

    def card(self) -> SimCard:
        card = self.running.hardware.cards["sim"]
        assert isinstance(card, SimCard)
        return card


@asynccontextmanager
async def living(box: Box, data: Path | None = None) -> AsyncIterator[House]:
    async with lived_in(RunningBox(box, data, virtual=True)) as house:
        yield house


@asynccontextmanager
async def lived_in(running: RunningBox) -> AsyncIterator[House]:
    """From its start to its end."""
    async with trio.open_nursery() as nursery:
        await nursery.start(running.run)
        yield House(running, nursery)
        running.stop("test", 0)
        with trio.fail_after(10):
            while running.state != "stopped":  # noqa: ASYNC110
                await trio.sleep(0.1)
        nursery.cancel_scope.cancel()
