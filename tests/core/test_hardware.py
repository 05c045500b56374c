"""A box's hardware comes up from its configuration, with the town at the far ends, and goes down again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from core.config.model.box import Box
from core.hardware import Hardware
from hw.signalling.line import Connection, Established, Line, Seized, Telling
from tests.core.boxes import SMALL, box

pytestmark = pytest.mark.native


@asynccontextmanager
async def running(box: Box, data: Path | None = None) -> AsyncIterator[tuple[Hardware, list[tuple[Line, Telling]]]]:
    told: list[tuple[Line, Telling]] = []
    hardware = Hardware(box, data, virtual=True, told=lambda line, telling: told.append((line, telling)))
    async with trio.open_nursery() as nursery:
        await nursery.start(hardware.run)
        yield hardware, told
        nursery.cancel_scope.cancel()
    hardware.close()


async def test_every_line_of_the_configuration_is_there(autojump_clock: object) -> None:
    async with running(box()) as (hardware, _):
        assert hardware.lines.missing == {}
        names = set(hardware.lines.by_name)
        assert {"8001", "8002", "line1", "e1a/1", "e1a/31", "e1b/1", "e1b/31"} <= names
        assert len(names) == 3 + 30 + 30
        await trio.sleep(3)
        assert [line.name for line in hardware.lines.by_name.values() if line.service] == []


@pytest.mark.parametrize("way", ["line1", "e1a", "e1b"])
async def test_the_town_calls_in_by_every_way(autojump_clock: object, way: str) -> None:
    async with running(box()) as (hardware, told):
        await trio.sleep(3)
        call = hardware.towns["sim"].call(way, "8001")
        await trio.sleep(12)
        (line,) = {line for line, telling in told if isinstance(telling, Seized)}
        assert line.name.partition("/")[0] == way
        line.alert()
        line.answer()
        with trio.fail_after(5):
            await call.answered.wait()
        assert line.connection is Connection.CONNECTED


async def test_telephones_are_named_by_their_numbers(autojump_clock: object) -> None:
    async with running(box()) as (hardware, told):
        telephone = hardware.towns["sim"].telephones["8002"]
        telephone.lift()
        await telephone.hear_tone("dial", within=4)
        assert [line.name for line, telling in told if isinstance(telling, Seized)] == ["8002"]


async def test_a_span_of_which_we_are_the_network_has_a_user_at_its_far_end(autojump_clock: object) -> None:
    span = {"name": "pbx", "card": "sim", "span": 3, "signalling": "pri", "side": "network"}
    async with running(box(span=[span])) as (hardware, told):
        await trio.sleep(3)
        hardware.towns["sim"].call("pbx", "8001")
        await trio.sleep(1)
        assert [type(telling) for _, telling in told if isinstance(telling, Seized | Established)] == [Seized]


async def test_what_cannot_be_opened_is_missing_and_the_rest_works(autojump_clock: object, tmp_path: Path) -> None:
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "bad.toml").write_text('dial = "morse"\n')
    tables = {
        "station": [*SMALL["station"], {"number": "8003", "card": "sim", "channel": 99}],
        "trunk": [
            *SMALL["trunk"],
            {"name": "line2", "card": "sim", "channel": 6, "profile": "bad.toml"},
        ],
    }
    async with running(box(**tables), tmp_path) as (hardware, _):
        assert set(hardware.lines.missing) == {"8003", "line2"}
        assert "bad.toml, line 1" in str(hardware.lines.missing["line2"])
        assert hardware.lines.missing["line2"].action
        assert {"8001", "line1"} <= set(hardware.lines.by_name)
        (tmp_path / "lines" / "bad.toml").write_text('dial = "pulse"\n')
        assert hardware.open("line2")
        assert set(hardware.lines.missing) == {"8003"}


async def test_traces_lie_below_the_data_folder(autojump_clock: object, tmp_path: Path) -> None:
    async with running(box(), tmp_path) as (hardware, _):
        hardware.towns["sim"].telephones["8001"].lift()
        await trio.sleep(1)
    assert "on_hook -> dialling" in (tmp_path / "traces" / "8001.trace").read_text()


async def test_a_box_without_cards_has_no_lines(autojump_clock: object) -> None:
    async with running(Box()) as (hardware, _):
        assert hardware.lines.by_name == {}
