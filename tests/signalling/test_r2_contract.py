"""The contract of R2 circuits on two machines in memory, in virtual time."""

from __future__ import annotations

import pytest

from hw.card import LineEventKind
from hw.signalling import machine as m
from hw.signalling.line import Call, Connection, Service
from hw.signalling.q850 import Cause
from hw.signalling.r2.settings import R2Settings
from tests.lines.r2_contract import *  # noqa: F403
from tests.lines.r2_rig import Circuit, End, R2Rig

from .r2_world import End as MachineEnd
from .r2_world import World


class MachineLine:
    """A machine in hands, with the orders of a line."""

    def __init__(self, hands: MachineEnd, end: End) -> None:
        self._hands = hands
        hands.on_telling = lambda telling: end(self, telling)

    @property
    def connection(self) -> Connection:
        return self._hands.connection()

    @property
    def service(self) -> Service:
        return self._hands.machine.service

    def place(self, call: Call) -> None:
        self._hands.take(m.Place(call))

    def send(self, digits: str) -> None:
        self._hands.take(m.Send(digits))

    def proceed(self) -> None:
        self._hands.take(m.Proceed())

    def alert(self, in_band: bool = False) -> None:
        self._hands.take(m.Alert(in_band))

    def progress(self, cause: Cause | None = None) -> None:
        self._hands.take(m.ShowProgress(cause))

    def answer(self, charged: bool = True) -> None:
        self._hands.take(m.Answer(charged))

    def release(self, cause: Cause = Cause.NORMAL_CLEARING) -> None:
        self._hands.take(m.Release(cause))

    def block(self) -> None:
        self._hands.take(m.Block())

    def unblock(self) -> None:
        self._hands.take(m.Unblock())

    def reset(self) -> None:
        self._hands.take(m.Reset())

    def trace(self) -> list[str]:
        return self._hands.notes


class MemoryRig(R2Rig):
    def __init__(self) -> None:
        self.world: World

    def circuit(self, near: R2Settings, far: R2Settings | None = None, index: int = 0) -> Circuit:
        self.world = World(near, far or near)
        ends = End("near"), End("far")
        for end, hands in zip(ends, (self.world.left, self.world.right), strict=True):
            end.line = MachineLine(hands, end)
        return Circuit(self, *ends)

    async def sleep(self, seconds: float) -> None:
        self.world.run(seconds)

    def alarm(self) -> None:
        """The near end loses the signal, the far end hears of it."""
        self.world.left.cut = True
        for end in (self.world.left, self.world.right):
            end.line(LineEventKind.ALARM)

    def clear(self) -> None:
        left, right = self.world.left, self.world.right
        left.cut = False
        if right.bits is not None:
            left.see(right.bits)
        for end in (left, right):
            end.line(LineEventKind.ALARM_END)


@pytest.fixture
def clock() -> None:
    """The world has its own."""


@pytest.fixture
def rig() -> MemoryRig:
    return MemoryRig()
