"""The one place that reads the wall clock. What must repeat exactly sets `source`; nothing measures by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


source: Callable[[], datetime] = _system


def utc() -> datetime:
    """Now, in UTC, as it goes to the store and over the wire."""
    return source()


def now() -> datetime:
    """Now, in the machine's time zone, as people are shown it."""
    return source().astimezone()
