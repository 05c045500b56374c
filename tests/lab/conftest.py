"""What several tests of the lab want."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """A chapter, past pytest's capture: whoever runs the lab sees that the guest lives."""

    def tell(chapter: str) -> None:
        with capsys.disabled():
            print(f"    {chapter}", flush=True)

    return tell
