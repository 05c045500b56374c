"""From bare modules to a call that is answered, on the real driver, on the screen (installing.py)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.installing import from_bare_modules_to_a_call
from tests.setup.seats import ScreenSeat

pytestmark = pytest.mark.lab


async def test_on_the_screen_from_bare_modules_to_a_call(tmp_path: Path, tell: Callable[[str], None]) -> None:
    await from_bare_modules_to_a_call(ScreenSeat, (), "setup-screen", tmp_path, tell)
