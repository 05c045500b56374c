"""Time for the tests of cards: real, unless a module says otherwise."""

from __future__ import annotations

import pytest


@pytest.fixture
def clock() -> object:
    """pytest-trio runs a test on the clock among its arguments; None is none."""
    return None
