"""From bare modules to a call that is answered, on the real driver, line by line (installing.py)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.installing import from_bare_modules_to_a_call
from tests.setup.seats import PlainSeat

pytestmark = pytest.mark.lab


async def test_line_by_line_from_bare_modules_to_a_call(tmp_path: Path, tell: Callable[[str], None]) -> None:
    await from_bare_modules_to_a_call(PlainSeat, ("--plain",), "setup", tmp_path, tell)
