"""The working day on the simulated card, in virtual time. Over the real driver: tests/lab/test_working_day.py."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
import trio.testing

from core.api import client
from core.api.client import Client
from core.api.roles import Credentials
from core.config.commits import Commits
from core.config.configuration import Configuration
from core.running import RunningBox
from hw.callerid import CallerId
from hw.card import Alarm
from hw.plane import Plane
from hw.signalling.line import Party
from hw.sim.card import SimCard
from hw.sim.telephone import Telephone
from tests.day.office import MENU, SIMULATED, TownCall, write
from tests.day.story import Day

pytestmark = pytest.mark.native

ROOT = Credentials(1, 0, 0, "root")


class Simulated:
    """tests.day.office.Place. A killed box takes its simulated town along: a new one has a new town."""

    def __init__(self, folder: Path, nursery: trio.Nursery) -> None:
        self.data = folder / "data"
        self._config = folder / "etc"
        self._nursery = nursery
        self._life: trio.CancelScope
        self._running: RunningBox
        self._client: Client
        write(self._config, SIMULATED)

    @property
    def plane(self) -> Plane:
        return self._running.hardware.plane

    @property
    def client(self) -> Client:
        return self._client

    @property
    def telephones(self) -> dict[str, Telephone]:
        return self._running.hardware.towns["card"].telephones

    async def begin(self) -> None:
        await self._nursery.start(self._live)

    async def _live(self, task_status: trio.TaskStatus[None]) -> None:
        configuration = Configuration(Commits(self.data / "config"), [self._config], threaded=False)
        box = await configuration.start()
        self._running = RunningBox(box, self.data, configuration=configuration, virtual=True)
        self._over = trio.Event()
        with trio.CancelScope() as self._life:
            async with trio.open_nursery() as nursery:
                await nursery.start(self._running.run)
                ours, theirs = trio.testing.memory_stream_pair()
                nursery.start_soon(self._running.server.serve, nursery, theirs, ROOT)
                async with client.over(ours, "day", "en") as self._client:
                    task_status.started()
                    await trio.sleep_forever()
        self._over.set()

    def call(self, way: str, caller: str) -> tuple[TownCall, int, int]:
        town = self._running.hardware.towns["card"]
        if way in town.lines:
            outside = town.exchange.call(town.lines[way].number, CallerId(number=caller))
            return outside, outside.port, 1
        call = town.cities[way].call(MENU, Party(caller))
        return call, call.line.port, 0

    async def cut(self) -> None:
        self._span.alarm(Alarm.RED, Alarm.RED)

    async def mend(self) -> None:
        self._span.clear()

    @property
    def _span(self):  # type: ignore[no-untyped-def]
        card = self._running.hardware.cards["card"]
        assert isinstance(card, SimCard)
        return card.span(SIMULATED.pri)

    async def kill(self) -> None:
        self._life.cancel()
        await self._over.wait()
        await self.begin()


async def test_a_working_day(autojump_clock: object, tmp_path: Path) -> None:
    (tmp_path / "tapes").mkdir()
    async with trio.open_nursery() as nursery:
        place = Simulated(tmp_path, nursery)
        await place.begin()
        await Day(place, tmp_path / "tapes").live()
        nursery.cancel_scope.cancel()
