"""The wall clock of a story about recordings."""

from __future__ import annotations

import pytest

from hw import wall_clock
from tests.recording.shelves import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(wall_clock, "source", lambda: clock.now)
    return clock
