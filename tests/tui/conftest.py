"""What the tests of all screens share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import texts


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Once in each."""
    texts.use(request.param)
    yield request.param
    texts.use("en")
