"""Plug-ins: functions of the box's owner; what they do wrong costs the node, never the call."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import trio

from core.config.mistake import ConfigError
from core.ivr.acts import Answered, CallPlugIn
from core.ivr.plugins import PlugIns, load

ZONE = ZoneInfo("Asia/Shanghai")
MODULE = """
from asyncio import sleep as imported
import trio

async def points(account, day=None):
    return {"points": 12.5, "class": "gold" if account == "42" else None}

async def slow():
    await trio.sleep(3600)

async def broken():
    return {"n": 1 / 0}

async def wrong():
    return 7

async def odd():
    return {"n": b"x"}

async def _private():
    return {}

def plain():
    return {}
"""


@pytest.fixture
def plugins(tmp_path: Path) -> PlugIns:
    (tmp_path / "loyalty.py").write_text(MODULE)
    return load(tmp_path, ZONE)


def call(name: str, **values: Any) -> CallPlugIn:
    return CallPlugIn(7, f"loyalty.{name}", values, 5.0)


async def test_a_plug_in_gives_its_results(plugins: PlugIns) -> None:
    answer = await plugins.ask(call("points", account="42"))
    assert answer == Answered(7, "done", {"results": {"points": Decimal("12.5"), "class": "gold"}})


def test_public_functions_of_the_module_itself_are_plug_ins(plugins: PlugIns, tmp_path: Path) -> None:
    assert plugins.names == {f"loyalty.{name}" for name in ("points", "slow", "broken", "wrong", "odd")}
    assert load(tmp_path / "none", ZONE).names == frozenset()


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("broken", {}, "loyalty.broken: ZeroDivisionError"),
        ("wrong", {}, "loyalty.wrong: The plug-in gave no dict"),
        ("odd", {}, "loyalty.odd: A value of this kind"),
        ("points", {"nobody": 1}, "loyalty.points: TypeError"),
        ("none", {}, 'There is no plug-in "loyalty.none".'),
    ],
)
async def test_what_goes_wrong_is_an_answer(plugins: PlugIns, name: str, values: Any, reason: str) -> None:
    answer = await plugins.ask(call(name, **values))
    assert answer.outcome == "failed"
    assert answer.reason.startswith(reason)


async def test_a_plug_in_that_takes_too_long_is_cancelled(
    plugins: PlugIns, autojump_clock: trio.testing.MockClock
) -> None:
    answer = await plugins.ask(call("slow"))
    assert answer.reason == "loyalty.slow: no answer within 5 s"
    assert trio.current_time() == 5.0


@pytest.mark.parametrize(
    ("text", "line"), [("import nothing.at.all\n", 1), ("x = 1\nx = (\n", 2), ("a = 1\n1 / 0\n", 2)]
)
def test_a_module_that_cannot_be_imported_is_shown_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "bad.py").write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, ZONE)
    assert (refused.value.path.name, refused.value.line) == ("bad.py", line)
