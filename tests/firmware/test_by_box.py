"""`strowger test` where a box runs: it is found by its folders, and makes the tests of its lines itself."""

from __future__ import annotations

import argparse
import socket as sockets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import trio
from firmware import by_box, test_command
from firmware.setup.dialogue import Leave, Mark
from firmware.setup.plain import Plain
from firmware.setup.question import Question
from firmware.setup.steps import Step

from core.api.errors import Refusal
from core.config.command import box_at
from core.running import RunningBox
from hw.card import HardwareError
from hw.signalling.line import Service
from hw.sim.town import IncomingCall
from tests.core.boxes import box

pytestmark = pytest.mark.native


def wanted(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    test_command.arguments(parser)
    return parser.parse_args(words)


@asynccontextmanager
async def box_that_runs(socket: Path, **tables: Any) -> AsyncIterator[RunningBox]:
    running = RunningBox(box(**tables), None, socket=socket, virtual=True)
    async with trio.open_nursery() as nursery:
        await nursery.start(running.run)
        yield running
        running.stop("test", 0)


class Outsider:
    """Somebody at a telephone outside, who does what he is told. leaves: when he is asked something."""

    def __init__(self, calls: Callable[[], IncomingCall], leaves: bool = False) -> None:
        self.said: list[str] = []
        self._calls = calls
        self._call: IncomingCall | None = None
        self._leaves = leaves

    def begin(self, step: Step, at: int, of: int) -> None:
        raise AssertionError("tests have no steps")

    def say(self, text: str, mark: Mark = Mark.PLAIN) -> None:
        self.said.append(text)
        if text.startswith("Call "):
            self._call = self._calls()

    def progress(self, text: str) -> None:
        self.said.append(text)

    async def ask(self, question: Question) -> str:
        await trio.lowlevel.checkpoint()
        if self._leaves:
            raise Leave
        if not question.choices and self._call is not None:  # "hang up, and press Enter"
            self._call.hang_up()
        return ""


async def test_the_box_makes_the_test_and_says_so(autojump_clock: object, tmp_path: Path) -> None:
    said = StringIO()
    socket = tmp_path / "control.sock"
    async with box_that_runs(socket):
        for subject in ("line1", "5"):
            facts: Any = await by_box.tested(socket, wanted("dial-tone", subject), Plain(sink=said))
            assert (facts["code"], facts["on"]) == ("TONE-OK", "line line1")
            assert f"is asked to lend {subject};" in said.getvalue()


async def test_a_line_that_is_not_lent_is_a_verdict_and_a_channel_that_the_box_has_not_is_left_to_who_asks(
    autojump_clock: object, tmp_path: Path
) -> None:
    said = StringIO()
    socket = tmp_path / "control.sock"
    async with box_that_runs(socket):
        for subject, remedy in (("line9", "strowger lines"), ("e1a/3", "--patience"), ("e1b", "--patience")):
            facts: Any = await by_box.tested(socket, wanted("dial-tone", subject), Plain(sink=said))
            assert facts["code"] == "TEST-NOT-LENT"
            assert subject in facts["sentence"]
            assert remedy in facts["next_step"]
        facts = await by_box.tested(
            socket, argparse.Namespace(**vars(wanted("echo", "line1")) | {"test": "span"}), Plain(sink=said)
        )
        assert "strowger test" in facts["next_step"]
        assert await by_box.tested(socket, wanted("dial-tone", "6"), Plain(sink=said)) is None


async def test_a_person_is_told_and_asked_here_what_the_box_wants_of_him(
    autojump_clock: object, tmp_path: Path
) -> None:
    socket = tmp_path / "control.sock"
    async with box_that_runs(socket) as running:
        town = running.hardware.towns["sim"]
        person = Outsider(lambda: town.call("line1"))
        facts: Any = await by_box.tested(socket, wanted("hang-up", "line1"), person)
        assert facts["code"] == "HANGUP-OK"
        assert sum(text.startswith("Call 62001001") for text in person.said) == 2
        assert running.hardware.lines.by_name["line1"].service is Service.NONE


async def test_when_the_person_leaves_the_line_comes_back(autojump_clock: object, tmp_path: Path) -> None:
    socket = tmp_path / "control.sock"
    async with box_that_runs(socket) as running:
        town = running.hardware.towns["sim"]
        person = Outsider(lambda: town.call("line1"), leaves=True)
        with pytest.raises(Leave):
            await by_box.tested(socket, wanted("hang-up", "line1"), person)
        await trio.sleep(12)
        assert running.hardware.lines.by_name["line1"].service is Service.NONE
        assert running.faults == 0


async def test_lines_of_the_box_are_learned_from_line_to_line(autojump_clock: object, tmp_path: Path) -> None:
    socket = tmp_path / "control.sock"
    trunks = [{"name": f"line{n}", "card": "sim", "channel": 4 + n, "number": f"6200100{n}"} for n in (1, 2)]
    said = StringIO()
    async with box_that_runs(socket, trunk=trunks) as running:
        wishes = {"lines": ["line1", "line2"], "patience_s": 5}
        found = await by_box.asked(socket, "line.learn", ["line1", "line2"], Plain(sink=said), **wishes)
        assert found["failed"] == {}
        assert set(found["profiles"]) == set(found["words"]) == {"line1", "line2"}
        assert "line1 calls line2" in said.getvalue()
        assert [line.service for line in running.hardware.lines.by_name.values()][:4] == [Service.NONE] * 4
        with pytest.raises(Refusal):
            await by_box.asked(socket, "line.learn", ["8001"], Plain(sink=said), lines=["8001"])


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
