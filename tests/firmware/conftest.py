"""The clock and the bench of these tests: virtual time, and the far ends of a simulated card."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from trio.testing import MockClock

from tests.firmware.office import Office, office


@pytest.fixture
def clock() -> MockClock:
    return MockClock(autojump_threshold=0)


@pytest.fixture
async def there(clock: object) -> AsyncIterator[Office]:
    async with office() as there:
        yield there
