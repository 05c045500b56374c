"""What systemd is told, and that the watchdog is fed only while everything moves."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
import trio

from core.notify import WRITER_S, Notify, Pulse, keep_alive


class Ear:
    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(path))
        self.environment = {"NOTIFY_SOCKET": str(path)}

    def heard(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return found


@pytest.fixture
def ear(tmp_path: Path) -> Ear:
    return Ear(tmp_path / "notify")


def test_systemd_is_told_and_nobody_else(ear: Ear) -> None:
    Notify(ear.environment).send(READY=1, STATUS="12 calls")
    assert ear.heard() == ["READY=1\nSTATUS=12 calls"]
    Notify({}).send(READY=1)
    assert ear.heard() == []


def test_a_systemd_that_does_not_listen_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Notify({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).send(READY=1)
    assert "systemd was not told" in caplog.text


def test_the_watchdog_is_ours_only_when_it_says_so() -> None:
    assert Notify({"WATCHDOG_USEC": "3000000"}).watchdog_s == 3.0
    assert Notify({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}).watchdog_s == 3.0
    assert Notify({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}).watchdog_s == 0.0
    assert Notify({"WATCHDOG_USEC": "soon"}).watchdog_s == 0.0
    assert Notify({}).watchdog_s == 0.0


async def test_the_watchdog_starves_when_the_plane_or_the_writer_stands_still(
    autojump_clock: object, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    moves, silent_s, ticks = True, 0.5, 0

    def plane_time() -> int:
        nonlocal ticks
        ticks += moves
        return ticks

    notify = Notify(ear.environment | {"WATCHDOG_USEC": "3000000"})
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_alive, notify, Pulse(plane_time, lambda: silent_s), lambda: "well")
        await trio.sleep(3.5)
        assert ear.heard().count("WATCHDOG=1") == 4
        moves = False
        await trio.sleep(3)
        assert "WATCHDOG=1" not in ear.heard()
        assert "the media plane" in caplog.text
        moves, silent_s = True, WRITER_S + 1
        await trio.sleep(3)
        assert "WATCHDOG=1" not in ear.heard()
        assert "the journal's writer" in caplog.text
        silent_s = 0.5
        await trio.sleep(3)
        assert "WATCHDOG=1" in ear.heard()
        nursery.cancel_scope.cancel()
