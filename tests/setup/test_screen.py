"""The setup as a screen, as a process in a terminal: read as eyes read it, answered with keys."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from firmware.setup.steps import STEPS
from hypothesis import given
from hypothesis import strategies as st

from tests.setup.seats import ScreenSeat, unheard

LINES = st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=30)


@given(LINES, st.lists(st.integers(1, 8), min_size=1))
def test_every_line_of_a_log_with_lines_of_its_own_is_heard_once(lines: list[str], heights: list[int]) -> None:
    log = [f"{at} {line}" for at, line in enumerate(lines)]
    heard: list[str] = []
    for end, height in enumerate(heights, 1):
        heard += unheard(heard, log[max(end - height, 0) : end])
    assert heard == log[: len(heights)]


@pytest.mark.native
async def test_enter_alone_leads_from_the_carton_to_the_first_call(tmp_path: Path) -> None:
    seat = ScreenSeat(["setup", "--simulated", "--virtual", "--folder", str(tmp_path)], calm_s=0.2)
    said: list[str] = []
    asked: list[str] = []

    async def default(question: str) -> str:
        asked.append(question)
        return ""

    with trio.fail_after(300):
        code = await seat.run(said.append, default)
    assert code == 0, seat.kept[-4000:]
    heads = [line for line in said if " of " in line and line.strip().startswith(tuple("123456789"))]
    assert len(heads) >= len(STEPS), "\n".join(said)
    assert "tests passed, none failed." in "\n".join(said)
    assert asked[-1] == "Enter: leave"
    assert list((tmp_path / "data" / "acceptance").glob("*.pdf"))
