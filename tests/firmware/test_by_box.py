"""`strowger test` where a box runs: it is found by its folders, and makes the tests of its lines itself."""

from __future__ import annotations

import argparse
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from firmware import by_box, test_command

from core.config.command import box_at
from core.running import RunningBox
from hw.card import HardwareError
from tests.core.boxes import box

pytestmark = pytest.mark.native


def wanted(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    test_command.arguments(parser)
    return parser.parse_args(words)


@asynccontextmanager
async def box_that_runs(socket: Path) -> AsyncIterator[RunningBox]:
    running = RunningBox(box(), None, socket=socket, virtual=True)
    async with trio.open_nursery() as nursery:
        await nursery.start(running.run)
        yield running
        running.stop("test", 0)


async def test_the_box_makes_the_test_and_says_so(
    autojump_clock: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    socket = tmp_path / "control.sock"
    async with box_that_runs(socket):
        for subject in ("line1", "5"):
            facts: Any = await by_box.asked(socket, wanted("dial-tone", subject))
            assert (facts["code"], facts["on"]) == ("TONE-OK", "line line1")
            assert f"lends {subject} for the test" in capsys.readouterr().err


async def test_a_line_that_is_not_lent_is_a_verdict_and_a_channel_that_the_box_has_not_is_left_to_who_asks(
    autojump_clock: object, tmp_path: Path
) -> None:
    socket = tmp_path / "control.sock"
    async with box_that_runs(socket):
        for subject in ("line9", "e1a/3", "e1b"):
            facts: Any = await by_box.asked(socket, wanted("dial-tone", subject))
            assert facts["code"] == "TEST-NOT-LENT"
            assert subject in facts["sentence"]
        assert await by_box.asked(socket, wanted("dial-tone", "6")) is None


def test_a_box_is_found_by_its_configuration_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STROWGER_SOCKET", raising=False)
    socket = tmp_path / "box.sock"
    (tmp_path / "box.toml").write_text(f'[control]\nsocket = "{socket}"\n')
    data = tmp_path / "data"
    assert box_at(tmp_path, data) is None
    assert not data.exists()

    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as listening:
        listening.bind(str(socket))
        listening.listen()
        assert box_at(tmp_path, data) == socket
        assert box_at(tmp_path, data, tmp_path / "other.sock") is None
        with pytest.raises(HardwareError) as refused:
            by_box.made(wanted("echo", "line1", "--profile", "line1.toml", "--socket", str(socket)))
        assert "--profile" in refused.value.action
