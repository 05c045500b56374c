from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hw.native import lib


@pytest.fixture
def recorder() -> Iterator[Any]:
    """In virtual time: works only when drained."""
    native = lib.recorder_new(False)
    yield native
    lib.recorder_free(native)


@pytest.fixture
def threaded() -> Iterator[Any]:
    """With its own thread."""
    native = lib.recorder_new(True)
    yield native
    lib.recorder_free(native)
