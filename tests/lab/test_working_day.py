"""A working day over the real DAHDI driver: the box in a process of its own, the town and its people in this one.

    box       stations 249-254     ISDN span 1, four channels    R2 span 5, two circuits    analog trunk 280
    town      telephones 265-270   ISDN on span 2                R2 on span 6               its line 264

Killed is SIGKILL; the cable is cut by taking its far span away. The story: tests/day/story.py.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from core.api import client
from core.api.client import Client
from hw.callerid import CallerId
from hw.card import HardwareError
from hw.dahdi.card import DahdiCard
from hw.plane import Plane
from hw.signalling.line import Party
from hw.sim.public_exchange import PublicExchange
from hw.sim.subscriber_line import Habits, SubscriberLine
from hw.sim.telephone import Telephone
from hw.timers import Timers
from tests.day.office import MENU, PRI_SLOTS, R2_SLOTS, STATIONS, Hardware, TownCall, write
from tests.day.story import Day
from tests.lab.box import box
from tests.lab.cable import CABLES
from tests.lab.far_trunks import FarPri, FarR2

pytestmark = pytest.mark.lab

ISDN, CAS = CABLES[0], CABLES[2]
NEAR, FAR = 249, 265
DAHDI = Hardware('[[card]]\nname = "card"\nkind = "dahdi"\n', stations=NEAR, pri=ISDN.span, r2=CAS.span, fxo=FAR + 15)
STARTS_S = 90.0


class Lab:
    """tests.day.office.Place."""

    def __init__(self, folder: Path, plane: Plane, card: DahdiCard, timers: Timers, nursery: trio.Nursery) -> None:
        self.plane = plane
        self.data = folder / "data"
        self._folder = folder
        self._nursery = nursery
        self._client: Client
        self._asking = trio.CancelScope()
        self._process: subprocess.Popen[bytes]
        self.telephones = {
            number: Telephone(plane, card.open(FAR + at), name=number) for at, number in enumerate(STATIONS)
        }
        self._isdn = FarPri(plane, timers, card, ISDN.key, PRI_SLOTS)
        self._cas = FarR2(plane, timers, card, CAS.first + CAS.channels, R2_SLOTS)
        self._exchange = PublicExchange(plane, nursery)
        SubscriberLine(self._exchange, "60000001", card.open(NEAR + 15), Habits())
        write(folder / "etc", DAHDI)

    @property
    def client(self) -> Client:
        return self._client

    # ---- the box ----

    async def begin(self) -> None:
        """The box starts, and answers, with all lines in service."""
        where = {"--config": "etc", "--data": "data", "--socket": "control"}
        words = [word for option, name in where.items() for word in (option, str(self._folder / name))]
        command = [sys.executable, "-c", "from core.command import main; raise SystemExit(main())", "run", *words]
        self._start(command)
        with trio.fail_after(STARTS_S):
            while not await self._connected():
                assert self._process.poll() is None, (self._folder / "box.log").read_text()
                await trio.sleep(0.5)
            while not await self._in_service():  # noqa: ASYNC110
                await trio.sleep(0.5)

    def _start(self, command: list[str]) -> None:
        with (self._folder / "box.log").open("ab") as log:
            self._process = subprocess.Popen(command, stderr=log)

    async def _in_service(self) -> bool:
        """All lines, and the menu: a box speaks some time after it has dial tone, in this slow guest rather long."""
        lines = (await self._client.ask("line.list"))["lines"]
        return not any(line["service"] for line in lines) and bool((await self._client.ask("flow.list"))["flows"])

    async def _connected(self) -> bool:
        try:
            await self._nursery.start(self._ask)
        except (HardwareError, OSError):
            return False
        return True

    async def _ask(self, task_status: trio.TaskStatus[None]) -> None:
        with trio.CancelScope() as self._asking:
            async with client.connected(self._folder / "control", "day", "en") as self._client:
                task_status.started()
                await trio.sleep_forever()

    async def kill(self) -> None:
        self._asking.cancel()
        self.end(signal.SIGKILL)
        await self.begin()

    def end(self, by: signal.Signals = signal.SIGTERM) -> None:
        self._process.send_signal(by)
        self._process.wait()

    # ---- the town ----

    def call(self, way: str, caller: str) -> tuple[TownCall, int, int]:
        if way == "fxo":
            outside = self._exchange.call("60000001", CallerId(number=caller))
            return outside, outside.port, 1
        call = {"pri": self._isdn, "r2": self._cas}[way].call(MENU, Party(caller))
        return call, call.line.port, 0

    async def cut(self) -> None:
        self._isdn.go()
        await trio.to_thread.run_sync(ISDN.cut)

    async def mend(self) -> None:
        await trio.to_thread.run_sync(ISDN.mend)
        await trio.sleep(1.5)  # the far card looks at its spans once a second
        self._isdn.begin_anew()

    def traces(self) -> list[str]:
        return [row for line in (*self._isdn.lines, *self._cas.lines) for row in (f"== {line.name}", *line.trace())]

    def close(self) -> None:
        self._isdn.close()
        self._cas.close()


async def test_a_working_day_over_the_real_driver(tmp_path: Path, tell: Callable[[str], None]) -> None:
    results = Path(os.environ.get("STROWGER_LAB_RESULTS", tmp_path))
    (tmp_path / "tapes").mkdir()
    async with box() as (plane, card), trio.open_nursery() as nursery:
        timers = Timers()
        await nursery.start(timers.run)
        place = Lab(tmp_path, plane, card, timers, nursery)
        try:
            await place.begin()
            await Day(place, tmp_path / "tapes", tell).live()
            place.end()
        finally:
            if place._process.poll() is None:
                place.end(signal.SIGKILL)
            for name in ("traces", "recordings", "voicemail"):
                shutil.copytree(place.data / name, results / name, dirs_exist_ok=True)
            (results / "town.log").write_text("\n".join(place.traces()))
            (results / "box.log").write_bytes((tmp_path / "box.log").read_bytes())
            place.close()
            nursery.cancel_scope.cancel()
